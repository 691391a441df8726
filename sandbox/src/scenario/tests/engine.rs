//! What the engine decides, call by call.

use super::*;

fn letters(engine: &Engine, sample: &Sample, calls: usize) -> String {
    (0..calls).map(|_| letter(&sample.decide(engine))).collect()
}

#[test]
fn phases_follow_each_other_per_key() {
    let engine = engine(
        "  - name: three-timeouts\n    match: {op: payments.create}\n    key: idempotency-key\n    phases:\n      - calls: 3\n        do: {hang: 35s, stage: bank}\n      - calls: 1\n        do: {status: 503}\n      - forever: pass\n",
    );
    assert_eq!(letters(&engine, &Sample::key("k1"), 6), "hhhs..");
    assert_eq!(letters(&engine, &Sample::key("k2"), 2), "hh");
    assert_eq!(letters(&engine, &Sample::default(), 2), "..");
    let plan = Sample::key("k3").decide(&engine);
    assert!(plan.before.is_none() && plan.instead.is_some());
    assert_eq!(plan.because[0].rule, "three-timeouts");
    assert_eq!((plan.because[0].n, plan.because[0].phase), (1, 0));
    assert_eq!(plan.because[0].effect, "hang 35s, stage bank");
}

#[test]
fn phases_end_by_time_and_by_event() {
    let engine = engine(
        "  - name: r\n    phases:\n      - for: 90s\n        do: {status: 503}\n      - until: token.refresh\n        do: {delay: 1s}\n",
    );
    let mut call = Sample::default();
    let mut at = |seconds| {
        call.now = "2026-03-01T08:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds);
        letter(&call.decide(&engine))
    };
    assert_eq!((at(0), at(89)), ('s', 's'));
    engine.happened("token.refresh"); // before the phase began: it waits for the next one
    assert_eq!((at(90), at(1000)), ('d', 'd'));
    engine.happened("payments.create");
    assert_eq!(at(1001), 'd');
    engine.happened("token.refresh");
    assert_eq!(at(1002), '.');
}

#[test]
fn counts_and_limits_are_per_key() {
    let engine = engine(
        "  - name: third\n    when: {count: 3}\n    key: op\n    do: {status: 500}\n  - name: every\n    when: {count: every 4}\n    do: {delay: 1s}\n  - name: twice\n    key: client\n    max: 2\n    do: {headers: {x-a: b}}\n",
    );
    assert_eq!(letters(&engine, &Sample::default(), 9), "rrs.d...d");
    // `every` counts the world: the third call was ended before it was asked, so it has seen eight.
    assert_eq!(letters(&engine, &Sample::of(Operation::BalancesGet), 5), "..s.d");
}

#[test]
fn first_terminal_effect_ends_the_request_and_later_rules_are_not_asked() {
    let engine = engine(
        "  - name: late\n    do: [{stage: send, status: 500}, {delay: 1s}]\n    max: 2\n  - name: early\n    when: {count: 2}\n    do: {status: 503}\n  - name: never\n    when: {clock: {from: 2030-01-01T00:00:00Z}}\n    do: {status: 502}\n",
    );
    // Both rules are asked at `head` before the first one's effect at `send` comes.
    let (first, second) = (Sample::default().decide(&engine), Sample::default().decide(&engine));
    assert!(first.after.is_some() && first.before.is_none() && !first.delay_before.is_zero());
    assert!(second.after.is_none() && second.before.is_some() && !second.delay_before.is_zero());
    assert_eq!(second.because.len(), 2);
}

#[test]
fn conditions_on_order_request_and_state() {
    let engine = engine(
        "  - name: large\n    when: {bank: {payment.amount: \">= 1000\", payment.reference: LOST-*}}\n    do: {stage: send, reset: before-headers}\n  - name: header\n    match: {header: {x-mode: [a, b*]}, query: {limit: ~}, path: /acc*}\n    do: {error: rate_limited}\n  - name: opens\n    match: {op: token.refresh}\n    do: {set: {mode: closed}}\n  - name: closed\n    match: {op: accounts.list}\n    when: {state: {mode: closed}, unless: {client: other}}\n    do: {close: before-headers}\n",
    );
    let mut payment = Sample::key("k");
    let amount = |text| bank_fixtures::money::Amount::parse(text, bank_fixtures::currency::Currency::GBP).ok();
    for (value, reference, expected) in [("1000.00", "LOST-1", 'l'), ("999.99", "LOST-1", '.'), ("1000.00", "X", '.')] {
        let facts =
            PaymentFacts { amount: amount(value), reference: Some(reference.into()), ..PaymentFacts::default() };
        payment.call.payment = Some(facts);
        assert_eq!(letter(&payment.decide(&engine)), expected, "{value} {reference}");
    }
    let mut call = Sample::default();
    assert_eq!(letter(&call.decide(&engine)), '.');
    call.request.headers.insert("x-mode", "bee".parse().unwrap());
    assert_eq!(letter(&call.decide(&engine)), 'e');
    call.request.query = "limit=5".into();
    assert_eq!(letter(&call.decide(&engine)), '.');
    assert_eq!(letter(&Sample::of(Operation::TokenRefresh).decide(&engine)), '.');
    assert_eq!(letter(&call.decide(&engine)), 'c');
    call.access.client_id = "other".into();
    assert_eq!(letter(&call.decide(&engine)), '.');
}

#[test]
fn effects_become_plans() {
    let plan = |effect: &str| {
        let engine = engine(&format!("  - name: r\n    do: {effect}\n"));
        Sample::default().decide(&engine)
    };
    assert!(matches!(plan("{reset: before-headers}").before, Some(Ending::Close(Close::Reset))));
    assert!(matches!(plan("{stage: send, close: before-headers}").after, Some(Ending::Close(Close::Fin))));
    assert_eq!(plan("{truncate: 25%}").wire, Some(Wire::Cut { keep: Keep::Share(0.25), close: Close::TRUNCATED }));
    assert_eq!(plan("{reset: inside-body}").wire, Some(Wire::Cut { keep: Keep::Share(0.5), close: Close::Reset }));
    assert_eq!(plan("{oauth: expire-access-token}").acts, [Act::ExpireAccessToken]);
    assert_eq!(plan("{bank: {consent.status: revoked}}").acts, [Act::EndConsent(crate::fault::ConsentEnd::Revoked)]);
    assert!(matches!(plan("{hang: forever}").before, Some(Ending::Hang(None))));
    let late = plan("{stage: send, delay: 2s}");
    assert!(late.delay_before.is_zero() && late.delay_after.as_secs() == 2);
    let refused = plan("{error: rate_limited, status: 503, retry_after: 1500ms}");
    let Some(Ending::Problem(problem)) = &refused.before else { panic!("{refused:?}") };
    assert_eq!(problem.retry_after.unwrap().as_secs(), 2);
    assert!(matches!(&refused.rewrites[..], [Rewrite::Status(status), Rewrite::Header(..)] if status.as_u16() == 503));
    let date = plan("{status: 503, retry_after: {http-date: 3s}}");
    assert!(
        matches!(&date.rewrites[..], [Rewrite::Header(_, Some(value))] if value == "Sun, 01 Mar 2026 08:00:03 GMT")
    );
    let window = engine(
        "  - name: r\n    when: {clock: \"Sun 07:00-09:30\"}\n    do: {status: 503, retry_after: {http-date: window.end}}\n",
    );
    let closed = Sample::default().decide(&window);
    assert!(
        matches!(&closed.rewrites[..], [Rewrite::Header(_, Some(value))] if value == "Sun, 01 Mar 2026 09:30:00 GMT")
    );
}

#[test]
fn a_reload_keeps_what_rules_that_stay_have_counted() {
    let file = |second: &str| {
        let text = format!(
            "sandbox: 1\nname: s\nrules:\n  - name: a\n    phases:\n      - calls: 3\n        do: {{status: 503}}\n  - name: b\n    match: {{op: balances.get}}\n    phases:\n      - calls: {second}\n        do: {{status: 500}}\n"
        );
        Arc::new(Scenario::compile("s", &text).unwrap())
    };
    let before = Engine::new(file("3"), Seed::new(1));
    assert_eq!(letters(&before, &Sample::default(), 2), "ss");
    let after = before.reloaded(file("4"), Seed::new(1));
    assert_eq!(letters(&after, &Sample::default(), 3), "s..");
    let forked = after.fork();
    after.reset();
    assert_eq!(letters(&after, &Sample::default(), 2), "ss");
    assert_eq!(letters(&forked, &Sample::default(), 2), "..");
}

#[test]
fn quick_faults_are_rules() {
    let scenario = Scenario::of_faults(&[
        "payments.create: hang 35s x3",
        "503 x2; retry-after=1",
        "accounts.*, balances.get: truncate 50%; chance=10% exact",
    ])
    .unwrap();
    insta::assert_snapshot!(cli::explain_scenario(&scenario));
    let engine = Engine::new(Arc::new(scenario), Seed::new(1));
    assert_eq!(letters(&engine, &Sample::key("k"), 6), "hhhss.");
    assert_eq!(letters(&engine, &Sample::default(), 20).matches('w').count(), 2);
    let wrong = Scenario::of_faults(&["payment.create: hagn 35s", "503 x2; retry-after=soon"]).unwrap_err();
    insta::assert_snapshot!(wrong);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the interleaving of threads, a phase of N calls is given to exactly N calls of each key.
    #[test]
    fn exactly_n_under_threads(n in 1u64..20, threads in 2usize..9, keys in 1usize..4) {
        let engine = engine(&format!(
            "  - name: r\n    key: idempotency-key\n    phases:\n      - calls: {n}\n        do: {{status: 503}}\n"
        ));
        let hits: Vec<usize> = std::thread::scope(|scope| {
            let work: Vec<_> = (0..threads)
                .map(|_| {
                    let engine = &engine;
                    scope.spawn(move || {
                        let count = |key: usize| {
                            let sample = Sample::key(&format!("k{key}"));
                            (0..n).filter(|_| letter(&sample.decide(engine)) == 's').count()
                        };
                        (0..keys).map(count).collect::<Vec<_>>()
                    })
                })
                .collect();
            let counted: Vec<Vec<usize>> = work.into_iter().map(|thread| thread.join().unwrap()).collect();
            (0..keys).map(|key| counted.iter().map(|counts| counts[key]).sum()).collect()
        });
        prop_assert!(hits.iter().all(|count| *count as u64 == n), "{hits:?}");
    }

    /// Adding, removing and moving other rules never changes a rule's draws.
    #[test]
    fn draws_do_not_move_when_other_rules_do(seed in any::<u64>(), before in 0usize..4, after in 0usize..4, exact in any::<bool>()) {
        let chance = if exact { "20% exact" } else { "20%" };
        let noise = |from: usize, count: usize| -> String {
            (from..from + count)
                .map(|n| format!("  - name: noise-{n}\n    when: {{chance: 50%}}\n    do: {{headers: {{x-{n}: a}}}}\n"))
                .collect()
        };
        let own = format!("  - name: own\n    key: client\n    when: {{chance: {chance}}}\n    do: {{delay: 1s..9s}}\n");
        let run = |before: usize, after: usize| {
            let rules = format!("{}{own}{}", noise(0, before), noise(10, after));
            let text = format!("sandbox: 1\nname: s\nseed: 1\nrules:\n{rules}");
            let engine = Engine::new(Arc::new(Scenario::compile("s", &text).unwrap()), Seed::new(seed));
            (0..50).map(|_| Sample::default().decide(&engine).delay_before).collect::<Vec<_>>()
        };
        prop_assert_eq!(run(0, 0), run(before, after));
    }

    /// `p exact` hits its share in every block of every key, whatever order the keys' calls come in.
    #[test]
    fn exact_rates_hold_per_key(seed in any::<u64>(), order in proptest::collection::vec(0usize..3, 120)) {
        let text = "sandbox: 1\nname: s\nseed: 1\nrules:\n  - name: r\n    key: idempotency-key\n    when: {chance: 25% exact}\n    do: {status: 503}\n";
        let engine = Engine::new(Arc::new(Scenario::compile("s", text).unwrap()), Seed::new(seed));
        let mut seen: BTreeMap<usize, String> = BTreeMap::new();
        for key in order {
            let letter = letter(&Sample::key(&format!("k{key}")).decide(&engine));
            seen.entry(key).or_default().push(letter);
        }
        for letters in seen.values() {
            for block in letters.as_bytes().chunks_exact(4) {
                prop_assert_eq!(block.iter().filter(|letter| **letter == b's').count(), 1);
            }
        }
    }
}

#[test]
fn a_limit_grants_per_key_and_on_the_world_s_clock() {
    let engine = engine(
        "  - name: four-a-day\n    match: {op: [accounts.*, balances.*]}\n    limit:\n      quota: 4 per 24h rolling\n      key: [consent, op]\n      over: {error: rate_limited, retry_after: seconds}\n",
    );
    let mut call = Sample::default();
    assert_eq!(letters(&engine, &call, 4), "rrrr"); // only the headers that tell the rest
    let refused = call.decide(&engine);
    let Some(Ending::Problem(problem)) = &refused.instead else { panic!("{refused:?}") };
    assert_eq!(problem.retry_after.unwrap().as_secs(), 24 * 3600);
    assert_eq!(refused.because[0].effect, "error rate_limited, retry_after seconds");
    let told = |plan: &Plan, header: &str| {
        plan.rewrites.iter().find_map(|rewrite| match rewrite {
            Rewrite::Header(name, Some(value)) if name == header => Some(value.to_str().unwrap().to_owned()),
            _ => None,
        })
    };
    assert_eq!(told(&refused, "ratelimit").unwrap(), "\"default\";r=0;t=86400");
    assert_eq!(told(&refused, "retry-after").unwrap(), "86400");
    assert_eq!(letter(&Sample::of(Operation::BalancesGet).decide(&engine)), 'r');
    call.now += SignedDuration::from_hours(24);
    assert!(call.decide(&engine).instead.is_none());
}
