//! Profiles and tags: rules in and out of force, and what they have counted meanwhile.

use super::*;

const FILE: &str = "sandbox: 1
name: s
profiles:
  outage:
    - name: down
      match: {op: accounts.list}
      phases: [{calls: 2, do: {status: 503}}, {calls: 2, do: {hang: 1s}}]
  slow: {active: true, rules: [{name: late, match: {op: balances.get}, do: {delay: 1s}}]}
  empty:
rules:
  - {name: tagged, tags: [extra, outage], match: {op: consents.list}, do: {headers: {x-a: b}}}
  - {name: other, tags: [extra], match: {op: payments.create}, do: {status: 500}}
";

fn engine() -> Engine {
    Engine::new(Arc::new(Scenario::compile("s", FILE).unwrap()), Seed::new(1))
}

fn letters(engine: &Engine) -> String {
    use Operation::{AccountsList, BalancesGet, ConsentsList, PaymentsCreate};
    [AccountsList, BalancesGet, ConsentsList, PaymentsCreate]
        .map(|operation| letter(&Sample::of(operation).decide(engine)))
        .iter()
        .collect()
}

fn stand(engine: &Engine) -> Vec<String> {
    engine.profiles().into_iter().map(|(name, on)| format!("{name} {on}")).collect()
}

#[test]
fn a_rule_is_in_force_while_all_of_its_switches_are_on() {
    let engine = engine();
    assert_eq!(stand(&engine), ["outage false", "slow true", "empty false", "extra true"]);
    assert_eq!(letters(&engine), ".d.s");
    assert!(engine.switch("outage", true));
    assert_eq!(letters(&engine), "sdrs");
    assert!(engine.switch("extra", false) && engine.switch("slow", false));
    assert_eq!(letters(&engine), "s...");
    assert!(!engine.switch("nothing", true));
}

#[test]
fn what_a_rule_has_counted_stays_while_it_is_off_and_calls_meanwhile_do_not_count() {
    let engine = engine();
    let call = Sample::default();
    engine.switch("outage", true);
    assert_eq!(letter(&call.decide(&engine)), 's');
    engine.switch("outage", false);
    assert_eq!((0..5).map(|_| letter(&call.decide(&engine))).collect::<String>(), ".....");
    engine.switch("outage", true);
    assert_eq!((0..4).map(|_| letter(&call.decide(&engine))).collect::<String>(), "shh.");
}

#[test]
fn switches_outlive_a_reload_and_a_fork_but_not_a_reset() {
    let engine = engine();
    engine.switch("outage", true);
    engine.switch("extra", false);
    let changed = FILE.replace("slow: {active: true", "slow: {active: false").replace("  empty:\n", "");
    let reloaded = engine.reloaded(Arc::new(Scenario::compile("s", &changed).unwrap()), Seed::new(1));
    assert_eq!(stand(&reloaded), ["outage true", "slow false", "extra false"]);
    assert_eq!(stand(&engine.fork()), stand(&engine));
    engine.reset();
    assert_eq!(stand(&engine), ["outage false", "slow true", "empty false", "extra true"]);
    assert_eq!(letters(&engine), ".d.s");
}

#[test]
fn a_disabled_rule_counts_nothing() {
    let off = "  - {name: r, disabled: true, phases: [{calls: 1, do: {status: 503}}]}\n";
    let before = super::engine(off);
    assert_eq!(letter(&Sample::default().decide(&before)), '.');
    let on = format!("sandbox: 1\nname: sample\nseed: 1\nrules:\n{}", off.replace(" disabled: true,", ""));
    let after = before.reloaded(Arc::new(Scenario::compile("s", &on).unwrap()), Seed::new(1));
    assert_eq!(letter(&Sample::default().decide(&after)), 's');
}

#[test]
fn explained() {
    insta::assert_snapshot!(cli::explain_scenario(&Scenario::compile("s", FILE).unwrap()));
}
