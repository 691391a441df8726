//! What a wrong file is told: every message, as people read it.

use super::*;

fn refused(text: &str) -> String {
    Scenario::compile("wrong.yaml", text).unwrap_err().to_string()
}

fn rule_refused(rule: &str) -> String {
    refused(&format!("sandbox: 1\nname: wrong\nrules:\n{rule}"))
}

#[test]
fn top_level() {
    insta::assert_snapshot!(refused(
        "sandbox: 2\nnmae: x\nseed: -1\nclock: {start: yesterday, mode: fast}\ndataset: retail-smal\nbanks: [plian]\nclients: [{client_id: a, auth: none}]\nconsents: [{client: a}]\nrules: 5\n"
    ));
    insta::assert_snapshot!(refused("- a list\n"));
}

#[test]
fn banks_set_anew() {
    insta::assert_snapshot!(refused("sandbox: 1\nname: wrong\nbanks: {plain: {pages: {default: 0}, limts: ~}}\n"));
}

#[test]
fn rules() {
    insta::assert_snapshot!(rule_refused(
        "  - match: {op: payment.create}\n    when: {chance: 5%}\n    do: {stauts: 503}\n  - name: both\n    do: {status: 503}\n    phases: [{calls: 1}]\n  - name: nothing\n    max: 0\n    tgas: [a]\n  - name: Bad Name\n    do: pass\n    disabled: yes\n"
    ));
}

#[test]
fn matches() {
    insta::assert_snapshot!(rule_refused(
        "  - name: a\n    match: {op: [], method: GTE, path: [], header: {'x y': 1}, query: 5, body: {'$..x': 1, y: 2}, page: many, acount: a}\n    do: {status: 503}\n    key: [client, tokn, 'header:x y', 'body:x']\n"
    ));
}

#[test]
fn conditions() {
    insta::assert_snapshot!(rule_refused(
        "  - name: a\n    when: {count: 5..2, chance: 101%, clock: Sonntag, state: {mode: x}, bank: {payment.amont: 1}, unless: {op: x}}\n    do: {status: 503}\n  - name: b\n    when: {count: every 0, chance: 0.0001% exact, clock: {from: 2026-03-02T00:00:00Z, to: 2026-03-01T00:00:00Z}}\n    do: {status: 503}\n"
    ));
}

#[test]
fn phases() {
    insta::assert_snapshot!(rule_refused(
        "  - name: a\n    phases:\n      - calls: 0\n        do: pass\n      - do: {status: 503}\n      - calls: 2\n        for: 2s\n      - for: 2\n      - until: token.refreshed\n      - forever: maybe\n      - forever: pass\n        do: {status: 503}\n      - calls: 1\n  - name: b\n    phases: []\n"
    ));
}

#[test]
fn effects() {
    let wrong = [
        "{status: 99}",
        "{error: rate_limit}",
        "{headers: {'a b': c, x: \"a\\nb\"}}",
        "{retry_after: soon}",
        "{retry_after: {http-date: soon}}",
        "{body: html:maintenence}",
        "{patch: {data: 1}}",
        "{malformed: trailing}",
        "{next: itself}",
        "{hang: long}",
        "{delay: 5s..2s}",
        "{reset: later}",
        "{truncate: 100%}",
        "{drip: {chunk: 0B, every: fast, then: reset}}",
        "{drip: {chunk: 64B, every: 1s, stall: 2s}}",
        "{oauth: expire}",
        "{bank: {consent.status: gone}}",
        "{stage: bank, malformed: unclosed}",
        "{stage: sned, status: 503}",
        "{stage: send, oauth: expire-access-token}",
        "{stage: send}",
        "[]",
    ];
    let rules: String =
        wrong.iter().enumerate().map(|(n, effect)| format!("  - name: r{n}\n    do: {effect}\n")).collect();
    insta::assert_snapshot!(rule_refused(&rules));
}

#[test]
fn rules_looked_at_together() {
    insta::assert_snapshot!(rule_refused(
        "  - name: all\n    match: {op: accounts.*}\n    do: {status: 503}\n  - name: hidden\n    match: {op: accounts.list, client: demo}\n    do: {delay: 1s}\n  - name: all\n    match: {op: balances.get}\n    when: {chance: 5%, state: {mode: closed}}\n    do: {stage: send, delay: 1s}\n  - name: needs\n    match: {op: payments.*}\n    do: [{stage: send, retry_after: seconds}, {status: 503, retry_after: {http-date: window.end}}]\n"
    ));
}

#[test]
fn every_fault_names_what_is_legal() {
    // A body may be any value.
    for fault in FAULTS.iter().filter(|fault| fault.slug != "body") {
        let problems =
            Scenario::compile("f", &format!("sandbox: 1\nname: f\nrules: [{{name: r, do: {{{}: [[]]}}}}]", fault.slug));
        let problems = problems.unwrap_err();
        assert!(problems.iter().all(|problem| problem.legal.is_some()), "{}: {problems}", fault.slug);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Right files with pieces cut out or repeated: an answer, never a panic, and each mistake has a line.
    #[test]
    fn damaged_files_are_answered(file in 0usize..100, from in 0usize..4000, length in 0usize..60, to in 0usize..4000) {
        let files = [library::files("faults"), library::files("journeys")].concat();
        prop_assume!(!files.is_empty());
        let text = files[file % files.len()].text;
        let at = |at: usize| text.floor_char_boundary(at % (text.len() + 1));
        let (from, to) = (at(from), at(to));
        let end = text.floor_char_boundary((from + length).min(text.len()));
        let mut damaged = text.to_owned();
        damaged.replace_range(from..end, "");
        damaged.insert_str(damaged.floor_char_boundary(to.min(damaged.len())), &text[from..end]);
        if let Err(problems) = Scenario::compile("f", &damaged) {
            let lines = damaged.lines().count() + 1;
            prop_assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line)));
            prop_assert!(!problems.to_string().is_empty());
        }
    }
}

#[test]
fn limits() {
    insta::assert_snapshot!(rule_refused(
        "  - name: a\n    limit: {quota: 4 a day, key: consnt, headers: vendor, over: {stauts: 429}, count: some}\n  - name: b\n    limit: {over: pass}\n    do: {status: 503}\n"
    ));
}

#[test]
fn rules_that_can_never_act() {
    insta::assert_snapshot!(rule_refused(
        "  - name: no-page\n    match: {op: token.issue, page: 2, account: a}\n    do: {status: 503}\n  - name: no-order\n    match: {op: [accounts.list, accounts.get]}\n    when: {bank: {payment.amount: 5, payment.status: rejected, account.type: card}}\n    do: {status: 503}\n  - name: excepted\n    match: {op: balances.get}\n    when: {unless: {op: [balances.*]}}\n    do: {status: 503}\n  - name: used-up\n    max: 2\n    phases: [{calls: 1}, {calls: 2, do: {status: 503}}, {calls: 1, do: {status: 500}}]\n  - name: counted-out\n    when: {count: [2, 4..5]}\n    phases: [{calls: 3, do: {status: 503}}, {forever: pass}]\n  - name: at-once-over\n    phases: [{for: 0s, do: {status: 503}}, {for: 10s, do: {hang: 35s}}]\n  - name: sets\n    match: {op: consents.list}\n    do: {set: {mode: closed}}\n  - name: asks\n    match: {op: consents.get}\n    when: {state: {mode: closd}}\n    do: {status: 503}\n"
    ));
    // Where the clock moves only when told, a phase measured by it lasts as long as the test likes.
    for (clock, right) in
        [("manual", true), ("real", false), ("{mode: {scaled: 60}}", false), ("{mode: {scaled: 0.1}}", true)]
    {
        let rules = "rules: [{name: r, phases: [{for: 10s, do: [{delay: 5s}, {stage: send, delay: 12s..20s}]}]}]";
        let read = Scenario::compile("f", &format!("sandbox: 1\nname: f\nclock: {clock}\n{rules}\n"));
        assert_eq!(read.is_ok(), right, "{clock}");
    }
}

#[test]
fn a_rule_hides_another_only_while_both_stand_or_fall_together() {
    let read = |rules: &str| Scenario::compile("f", &format!("sandbox: 1\nname: f\n{rules}")).is_ok();
    let down =
        |name: &str, more: &str| format!("{{name: {name}, {more} match: {{op: accounts.*}}, do: {{status: 503}}}}");
    assert!(!read(&format!("rules: [{}, {}]\n", down("a", ""), down("b", ""))));
    assert!(!read(&format!("rules: [{}, {}]\n", down("a", ""), down("b", "tags: [t],"))));
    assert!(read(&format!("rules: [{}, {}]\n", down("a", "tags: [t],"), down("b", ""))));
    assert!(!read(&format!("rules: [{}, {}]\n", down("a", "tags: [t],"), down("b", "tags: [t, u],"))));
    assert!(read(&format!("profiles: {{p: [{}]}}\nrules: [{}]\n", down("a", ""), down("b", ""))));
    assert!(!read(&format!("profiles: {{p: [{}, {}]}}\n", down("a", ""), down("b", ""))));
    assert!(read(&format!("rules: [{}, {}]\n", down("a", "disabled: true,"), down("b", ""))));
}

#[test]
fn profiles() {
    insta::assert_snapshot!(refused(
        "sandbox: 1\nname: wrong\nprofiles:\n  Big: []\n  a: {activ: true, rules: [{name: r, do: {stauts: 1}}]}\n  b: 5\n  c: {active: maybe}\n  d: [{name: twice, do: {delay: 1s}}]\nrules: [{name: twice, match: {op: jwks.get}, do: {status: 503}}]\n"
    ));
}

#[test]
fn events_and_the_timeline() {
    insta::assert_snapshot!(refused(
        "sandbox: 1\nname: wrong\nrules:\n  - {name: a, event: payment.acepted, do: {bank: {payment.status: RJTC, reason: AM4}}}\n  - {name: b, event: consent.*, when: {chance: 5%, state: {mode: on}}, do: {bank: {payment.status: RJCT}}}\n  - {name: b, event: nothing-emits-it, do: {emmit: x}}\n  - {name: c, event: transaction.booked, phases: [{calls: 1}, {until: sen, do: {set: {mode: a}}}], do: pass}\n  - {name: e, event: account.changed, do: {after: soon, emit: sen, bank: {consent.status: revoked, account: acc_1}}}\ntimeline:\n  - {do: {set: {a: b}}}\n  - {at: tomorrow, do: {transaction: {amount: 12.x}}}\n  - {at: +2d, times: 3, do: {bank: {account.status: shut}}}\n  - {every: 10ms, do: {bank: {maintenance: long, reason: AM04}}}\n  - {every: 1d, do: []}\n"
    ));
}

#[test]
fn events_that_nothing_emits() {
    insta::assert_snapshot!(rule_refused(
        "  - {name: a, event: [payment.accepted, sen], do: {emit: seen}}\n  - {name: b, match: {op: accounts.list}, phases: [{until: sene, do: {status: 500}}]}\n  - {name: c, event: seen, when: {chance: 5%, state: {mode: x}}, do: {set: {mod: x}}}\n"
    ));
}

#[test]
fn webhooks_and_their_deliveries() {
    insta::assert_snapshot!(refused(
        "sandbox: 1\nname: wrong\nclients:\n  - {client_id: a, webhook: {url: https://example.com}}\nrules:\n  - {name: a, event: webhook.sent, deliver: {copies: 0, drop: half, order: backwards, window: 1s, signature: {good: 1}, retry: {after: [6xx], backoff: slowly}}}\n  - {name: b, event: webhook.queued, when: {op: x}, deliver: {order: reverse}}\n"
    ));
}
