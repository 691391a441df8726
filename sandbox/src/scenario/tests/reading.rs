//! Whatever is in a file: the reader answers, at once, and says where.

use super::*;
use bank_fixtures::seed::Draws;

/// Texts that are read.
const CASES: u64 = 100_000;

/// Right files to damage: each is short, so that many fit into a second, and shows another part of the language.
const SOUND: &[&str] = &[
    "sandbox: 1\nname: a\nrules:\n  - name: r\n    match: {op: accounts.*, page: 2.., header: {x: ~}}\n    do: {status: 503}\n",
    "sandbox: 1\nname: a\nseed: 1\nrules:\n- {name: r, when: {chance: 5% exact, unless: {attempt: 3}}, do: {retry_after: 1s}}\n",
    "sandbox: 1\nname: a\nrules:\n- name: r\n  key: [client, body:$.a]\n  phases:\n    - {calls: 2, do: {hang: 1s}}\n    - forever: pass\n",
    "sandbox: 1\nname: a\nrules:\n- {name: r, max: 2, phases: [{for: 2s, do: [{delay: 1s..2s}]}]}\n",
    "sandbox: 1\nname: a\nprofiles:\n  p: [{name: q, do: {delay: 1s}}]\n  o: {active: true, rules: []}\n",
    "sandbox: 1\nname: a\nrules:\n- {name: r, limit: {quota: 4 per day, headers: {limit: X-A}, suspend: {after: 3 refusals, for: 1h}}}\n",
    "sandbox: 1\nname: a\nclock: {start: 2026-03-01T08:00:00Z, mode: {scaled: 60}}\nclients: [{client_id: a}]\n",
    "sandbox: 1\nname: a\nbanks: {plain: {pages: {default: 10}, settlement: {business_days: DE}}}\n",
    "sandbox: 1\nname: a\nrules:\n- {name: r, when: {clock: \"Sun 02:00-04:00\", bank: {payment.amount: \">= 1\"}}, do: {drip: {chunk: 64B, every: 1s}}}\n",
    "sandbox: 1\nname: a\ninclude: [flap, gone]\nexpect: {drive: [sync], client: [a: {b: 1}], bank: {none: a}}\n",
    "sandbox: 1\nname: a\nrules: [{name: r, do: {set: {a: b}}}, {name: s, when: {state: {a: b}}, do: {error: timeout}}]\n",
    "sandbox: 1\nname: a\nrules:\n- {name: r, event: payment.accepted, do: {after: 9s, bank: {payment.status: RJCT}}}\n",
    "sandbox: 1\nname: a\nrules:\n- {name: r, event: webhook.queued, deliver: {copies: 2, drop: 1 of 3, retry: {after: [5xx], max: 3}}}\n",
    "sandbox: 1\nname: a\ntimeline:\n- {at: +2d, every: 1d, times: 3, do: {transaction: {user: a, amount: \"-1\"}}}\n",
];

/// Pieces that are inserted as they are.
const SPICE: &[&str] = &[
    "\n",
    "  ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "~",
    "null",
    "|",
    ">",
    "&a ",
    "*a",
    "!!str ",
    "%",
    "#",
    "\t",
    "\0",
    "\u{feff}",
    "é",
    "\u{202e}",
    "1e999",
    "-1",
    "99999999999999999999",
    "0x",
    ".inf",
    "..",
    "exact",
    "---\n",
    "...\n",
    "? ",
    "forever: true",
    "do: pass",
    "calls: 0",
    "name: r",
    "sandbox: 2",
    "op: '*'",
    "include: a",
    "<<: *a",
    "@",
    "`",
];

fn damaged(draws: &mut Draws) -> String {
    let mut text = draws.pick(SOUND).unwrap().to_string();
    for _ in 0..=draws.below(3) {
        let at = text.floor_char_boundary(draws.below(text.len() as u64 + 1) as usize);
        let end = text.ceil_char_boundary((at + draws.below(16) as usize).min(text.len()));
        match draws.below(5) {
            0 => text.truncate(at),
            1 => drop(text.drain(at..end)),
            2 => {
                let copy = text[at..end].to_owned();
                let to = text.floor_char_boundary(draws.below(text.len() as u64 + 1) as usize);
                text.insert_str(to, &copy);
            }
            _ => text.insert_str(at, draws.pick(SPICE).unwrap()),
        }
    }
    text
}

/// Nothing but pieces.
fn random(draws: &mut Draws) -> String {
    (0..draws.below(12)).map(|_| *draws.pick(SPICE).unwrap()).collect()
}

#[test]
fn a_hundred_thousand_damaged_files_are_answered_with_a_place() {
    let number = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let seed = Seed::new(number).of("reading");
    let right: u64 = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..4)
            .map(|part| {
                scope.spawn(move || {
                    let cases = (part..CASES).step_by(4);
                    cases.filter(|n| answered(number, *n, &mut seed.at(*n).draws())).count() as u64
                })
            })
            .collect();
        parts.into_iter().map(|part| part.join().unwrap()).sum()
    });
    // Some damage is harmless; most is not.
    assert!((1_000..CASES / 2).contains(&right), "{right}");
}

/// Reads one text; `true` if it was right.
fn answered(number: u64, n: u64, draws: &mut Draws) -> bool {
    let text = if n.is_multiple_of(10) { random(draws) } else { damaged(draws) };
    match Scenario::compile("f", &text) {
        Ok(_) => true,
        Err(problems) => {
            let lines = text.lines().count() + 1;
            for problem in problems.iter() {
                let context = || format!("SEED={number}, case {n}: {text:?}: {problem:?}");
                assert!(problem.file != "f" || (1..=lines).contains(&problem.line), "{}", context());
                assert!(problem.column > 0 && !problem.message.is_empty(), "{}", context());
            }
            // Drawing the mistakes costs more than finding them: one of many texts is enough.
            assert!(!n.is_multiple_of(64) || !problems.to_string().is_empty());
            false
        }
    }
}
