//! Decisions derived again from what a journal says of them.

use super::*;
use crate::scenario::replay::{Replay, ReplayError, replay};

const RULES: &str = "  - name: bernoulli
    match: {op: accounts.list}
    key: [client, account]
    when: {chance: 37.5%}
    do: {delay: 1s}
  - name: exact
    match: {op: balances.get}
    when: {chance: 3 of 7 exact}
    phases:
      - {calls: 2, do: {status: 503}}
      - {calls: 3, do: [{stage: send, headers: {x-a: b}}]}
  - name: timed
    match: {op: payments.create}
    phases: [{for: 60s, do: {delay: 1s}}]
";

/// The decisions of a few hundred calls as lines of a journal.
fn journal(engine: &Engine) -> String {
    use Operation::{AccountsList, BalancesGet, PaymentsCreate};
    let mut lines = String::new();
    for seq in 0..300u64 {
        let mut call = Sample::of([AccountsList, BalancesGet, PaymentsCreate][seq as usize % 3]);
        call.call.account = Some(format!("acc_{}", seq % 5));
        let decisions: Vec<serde_json::Value> = call
            .decide(engine)
            .because
            .iter()
            .map(|made| {
                serde_json::json!({
                    "rule": made.rule, "phase": made.phase, "n": made.n, "draw": made.draw, "effect": made.effect,
                    "stage": made.stage.name(), "key": made.key, "p": made.chance.map(|odds| odds.p),
                    "block": made.chance.and_then(|odds| odds.block), "scenario": &*made.drawn_from.0,
                    "seed": made.drawn_from.1,
                })
            })
            .collect();
        lines += &serde_json::json!({"v": 1, "seq": seq, "decisions": decisions}).to_string();
        lines.push('\n');
    }
    lines
}

fn differences(replay: &Replay) -> Vec<String> {
    let wrong = replay.decisions.iter().filter(|decision| !decision.differs.is_empty());
    wrong.map(ToString::to_string).collect()
}

#[test]
fn every_decision_comes_out_again_with_the_scenario_and_without() {
    let engine = engine(RULES);
    let (lines, scenario) = (journal(&engine), engine.scenario().cloned().unwrap());
    for scenario in [None, Some(&*scenario)] {
        let again = replay(&lines, None, scenario).unwrap();
        assert_eq!(differences(&again), Vec::<String>::new());
        assert!(again.entries == 300 && again.decisions.len() > 100, "{}", again.decisions.len());
    }
    let one = replay(&lines, Some(2), Some(&scenario)).unwrap();
    insta::assert_snapshot!(one.decisions[0].to_string());
}

#[test]
fn what_does_not_agree_is_named_with_both_values() {
    let engine = engine(RULES);
    let (lines, scenario) = (journal(&engine), engine.scenario().cloned().unwrap());
    let line = lines.lines().find(|line| line.contains("\"exact\"")).unwrap();
    let mut told: serde_json::Value = serde_json::from_str(line).unwrap();
    let seq = told["seq"].as_u64().unwrap();
    for (member, value) in [
        ("n", 99.into()),
        ("seed", 7.into()),
        ("key", "x".into()),
        ("phase", 1.into()),
        ("effect", "status 500".into()),
    ] {
        let was = std::mem::replace(&mut told["decisions"][0][member], value);
        let again = replay(&told.to_string(), None, Some(&scenario)).unwrap();
        assert!(!again.agrees(), "{member}");
        told["decisions"][0][member] = was;
    }
    told["decisions"][0]["draw"] = 0.9.into();
    told["decisions"][0]["phase"] = 1.into();
    let wrong = differences(&replay(&told.to_string(), Some(seq), Some(&scenario)).unwrap());
    insta::assert_snapshot!(wrong.join("\n"));
}

#[test]
fn another_version_of_a_scenario_is_noticed() {
    let engine = engine(RULES);
    let lines = journal(&engine);
    for (from, to) in [("3 of 7", "4 of 7"), ("calls: 2", "calls: 1"), ("name: exact", "name: exactly"), ("503", "502")]
    {
        let text = format!("sandbox: 1\nname: sample\nseed: 1\nrules:\n{}", RULES.replace(from, to));
        let other = Scenario::compile("s", &text).unwrap();
        assert!(!replay(&lines, None, Some(&other)).unwrap().agrees(), "{from}");
    }
}

#[test]
fn what_is_no_journal_is_told_with_its_line() {
    let line = |text: &str| replay(text, None, None).unwrap_err().to_string();
    for (text, says) in [
        ("{", "line 1"),
        ("{\"v\":1,\"seq\":1,\"decisions\":[]}\nx", "line 2"),
        ("{\"v\":2}", "`v` is not 1"),
        ("{\"v\":1}", "`seq`"),
        ("{\"v\":1,\"seq\":1}", "`decisions`"),
        ("{\"v\":1,\"seq\":1,\"decisions\":[{}]}", "no decision"),
    ] {
        assert!(line(text).contains(says), "{text}: {}", line(text));
    }
    assert_eq!(replay("", Some(4), None), Err(ReplayError::NoEntry(4)));
}
