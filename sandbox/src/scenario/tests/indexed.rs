//! Finding rules by what they ask leaves out none that matches, and asks them in the order of the file.

use super::*;
use crate::scenario::index::{Index, Slot};
use crate::scenario::switch::Switches;

/// What a rule asks: none, one or several of these, each in a form an index can use or not.
const ASKS: &[&str] = &[
    "account: acc_1",
    "account: [acc_1, acc_2]",
    "account: acc_*",
    "account: [acc_1, \"x*\"]",
    "consent: con_1",
    "client: demo",
    "client: [other, demo, demo]",
    "psu: alice",
    "path: /accounts",
    "path: [/accounts, /elsewhere]",
    "host: 127.0.0.1",
    "header: {x-a: one}",
    "header: {x-a: ~}",
    "header: {x-b: \"o*\", x-a: two}",
    "query: {q: one}",
    "query: {q: ~}",
    "body: {$.a: one}",
    "body: {/a: two}",
    "page: 1",
    "page: 3..",
    "page: [2, 40]",
    "method: GET",
];

fn any_rule() -> impl Strategy<Value = (Vec<usize>, bool, usize)> {
    (proptest::collection::vec(0..ASKS.len(), 0..3), any::<bool>(), 0usize..3)
}

fn any_call() -> impl Strategy<Value = Sample> {
    let word = || proptest::option::of(prop_oneof![Just("one"), Just("two"), Just("")]);
    let account = proptest::option::of(prop_oneof![Just("acc_1"), Just("acc_2"), Just("b")]);
    let page =
        proptest::option::of(prop_oneof![Just(1u32), Just(2), Just(3), Just(32), Just(33), Just(40), Just(u32::MAX)]);
    let client = prop_oneof![Just("demo"), Just("other"), Just("third")];
    (account, page, client, word(), word(), word()).prop_map(|(account, page, client, header, query, body)| {
        let mut call = Sample::of(Operation::TransactionsList);
        call.call = CallFacts { account: account.map(Into::into), page, ..CallFacts::default() };
        call.access.client_id = client.into();
        if let Some(word) = header {
            call.request.headers.insert("x-a", word.parse().unwrap());
            call.request.headers.insert("x-b", word.parse().unwrap());
        }
        call.request.query = query.map(|word| format!("q={word}")).unwrap_or_default();
        call.request.body = body.map(|word| format!("{{\"a\": \"{word}\"}}")).unwrap_or_default().into();
        call
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_found_is_what_matches_in_the_order_of_the_file(
        rules in proptest::collection::vec(any_rule(), 1..24),
        calls in proptest::collection::vec(any_call(), 1..12),
    ) {
        let mut text = String::from("sandbox: 1\nname: sample\nseed: 1\nrules:\n");
        for (number, (asks, names_operation, stage)) in rules.iter().enumerate() {
            let mut asked: Vec<&str> = asks.iter().map(|ask| ASKS[*ask]).collect();
            if *names_operation || asked.is_empty() || asked.iter().any(|ask| ask.starts_with("page") || ask.starts_with("account")) {
                asked.push("op: transactions.list");
            }
            let key = |ask: &&str| ask.split(':').next().unwrap().to_owned();
            let mut keys = std::collections::HashSet::new();
            asked.retain(|ask| keys.insert(key(ask)));
            let effect = ["{status: 503, stage: bank}", "{delay: 1s, stage: head}", "[{delay: 1s, stage: head}, {headers: {x: y}, stage: send}]"][*stage];
            text += &format!("  - {{name: r-{number}, match: {{{}}}, max: 1, do: {effect}}}\n", asked.join(", "));
        }
        let scenario = Scenario::compile("sample", &text).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
        let index = Index::of(&scenario.rules, &Switches::default());
        for call in &calls {
            let facts = call.facts(&*NO_BANK);
            let matches = |slot: &Slot| scenario.rules[slot.rule].matcher.matches(&facts, 1);
            let mut expected: Vec<Slot> = Vec::new();
            for (number, rule) in scenario.rules.iter().enumerate() {
                expected.extend(rule.stages().into_iter().map(|stage| Slot { stage, rule: number }));
            }
            expected.retain(&matches);
            expected.sort_by_key(|slot| (slot.stage, slot.rule));
            let found: Vec<Slot> = index.met_by(&facts).iter().filter(|slot| matches(slot)).copied().collect();
            prop_assert_eq!(found, expected, "{}", text);
        }
    }
}

/// What an index is for: of a thousand rules that name a text, those that name another one are not even looked at.
#[test]
fn rules_that_name_another_text_are_not_looked_at() {
    let mut text = String::from("sandbox: 1\nname: sample\nrules:\n");
    for n in 0..1_000 {
        let ask = [
            format!("client: c{n}"),
            format!("account: a{n}"),
            format!("header: {{x-a: h{n}}}"),
            format!("page: {}", n + 2),
        ];
        text +=
            &format!("  - {{name: r-{n}, match: {{op: transactions.list, {}}}, do: {{status: 503}}}}\n", ask[n % 4]);
    }
    let scenario = Scenario::compile("sample", &text).unwrap();
    let index = Index::of(&scenario.rules, &Switches::default());
    let mut call = Sample::of(Operation::TransactionsList);
    call.call = CallFacts { account: Some("acc".into()), page: Some(1), ..CallFacts::default() };
    call.request.headers.insert("x-a", "x".parse().unwrap());
    assert_eq!(index.met_by(&call.facts(&*NO_BANK)).len(), 0);
    call.call.account = Some("a5".into());
    assert_eq!(index.met_by(&call.facts(&*NO_BANK)).len(), 1);
}
