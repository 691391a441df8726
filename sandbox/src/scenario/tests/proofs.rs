//! What holds for every scenario, whatever the threads, the other rules and the history.

use super::*;

/// Calls of one key, apart from those of another.
fn keyed(kind: &str, key: usize) -> Sample {
    let mut call = Sample::of(Operation::PaymentsCreate);
    let text = format!("k{key}");
    match kind {
        "client" => call.access.client_id = text,
        "consent" => call.access.consent_id = Some(text),
        "account" => call.call.account = Some(text),
        "psu" => call.access.user = Some(text),
        "token" => call.access.token_id = text,
        "idempotency-key" => call.call.idempotency_key = Some(text),
        "header:x-key" => drop(call.request.headers.insert("x-key", text.parse().unwrap())),
        "body:$.key" => call.request.body = format!("{{\"key\": \"{text}\"}}").into(),
        "[client, header:x-key]" => {
            call.access.client_id = text;
            call.request.headers.insert("x-key", "same".parse().unwrap());
        }
        _ => {}
    }
    call
}

/// A phase of N calls is given to exactly N calls of each key, with 64 threads at once, for every kind of key.
#[test]
fn exactly_n_for_every_kind_of_key_under_64_threads() {
    const THREADS: usize = 64;
    const N: usize = 100;
    let kinds = [
        "world",
        "client",
        "consent",
        "account",
        "psu",
        "token",
        "idempotency-key",
        "op",
        "header:x-key",
        "body:$.key",
        "[client, header:x-key]",
    ];
    for kind in kinds {
        let keys = if matches!(kind, "world" | "op") { 1 } else { 3 };
        let rule = format!("  - name: r\n    key: {kind}\n    phases: [{{calls: {N}, do: {{status: 503}}}}]\n");
        let engine = engine(&rule);
        let hits: Vec<std::sync::atomic::AtomicUsize> = (0..keys).map(|_| Default::default()).collect();
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let (engine, hits) = (&engine, &hits);
                scope.spawn(move || {
                    for turn in 0..keys * 4 {
                        let key = (thread + turn) % keys;
                        let hit = letter(&keyed(kind, key).decide(engine)) == 's';
                        hits[key].fetch_add(usize::from(hit), std::sync::atomic::Ordering::Relaxed);
                    }
                });
            }
        });
        let counted: Vec<usize> = hits.into_iter().map(std::sync::atomic::AtomicUsize::into_inner).collect();
        // Each key has had 256 calls.
        assert_eq!(counted, vec![N; keys], "{kind}");
    }
}

/// Rules that are swapped while 64 threads are being decided upon: no call is counted twice, and none is forgotten.
#[test]
fn exactly_n_while_the_rules_are_reloaded() {
    const N: usize = 2_000;
    let rule = |n: usize| {
        let other = format!("  - {{name: other-{n}, match: {{op: jwks.get}}, do: {{delay: 1s}}}}\n");
        format!("{other}  - name: r\n    tags: [t-{n}]\n    phases: [{{calls: {N}, do: {{status: 503}}}}]\n")
    };
    let current = arc_swap::ArcSwap::from_pointee(engine(&rule(0)));
    let hits = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                for _ in 0..64 {
                    let hit = letter(&Sample::default().decide(&current.load())) == 's';
                    hits.fetch_add(usize::from(hit), std::sync::atomic::Ordering::Relaxed);
                }
            });
        }
        scope.spawn(|| {
            for n in 1..100 {
                let changed = engine(&rule(n));
                current.rcu(|engine| engine.reloaded(Arc::clone(changed.scenario().unwrap()), Seed::new(1)));
            }
        });
    });
    assert_eq!(hits.into_inner(), N);
}

/// What one call of a random history does.
#[derive(Debug, Clone, Copy)]
enum Step {
    Call(usize),
    Wait(u16),
    Happen,
}

fn any_history() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0usize..3).prop_map(Step::Call),
        1 => (0u16..90).prop_map(Step::Wait),
        1 => Just(Step::Happen),
    ];
    proptest::collection::vec(step, 1..60)
}

const MIXED: &str = "  - name: phases
    key: idempotency-key
    phases:
      - {calls: 2, do: {delay: 1s..9s}}
      - {for: 30s, do: {headers: {x-a: b}}}
      - {until: token.refresh, do: {delay: p50=80ms p99=1.5s}}
  - name: exact
    key: idempotency-key
    when: {chance: 25% exact}
    do: {status: 503}
  - name: quota
    key: idempotency-key
    max: 7
    limit: {quota: 3 per 1m rolling, over: {error: rate_limited}}
  - name: remembers
    when: {count: every 5}
    do: {set: {mode: closed}}
  - name: state
    when: {state: {mode: closed}, chance: 40%}
    do: {close: before-headers}
";

/// Runs a history; `between` is done to the engine before each step.
fn run(engine: Engine, history: &[Step], between: impl Fn(Engine, usize) -> Engine) -> Vec<String> {
    let (mut engine, mut now, mut told) = (engine, Sample::default().now, Vec::new());
    for (number, step) in history.iter().enumerate() {
        engine = between(engine, number);
        match step {
            Step::Call(key) => {
                let plan = Sample { now, ..Sample::key(&format!("k{key}")) }.decide(&engine);
                told.push(format!("{} {:?} {:?}", letter(&plan), plan.delay_before, plan.because));
            }
            Step::Wait(seconds) => now += SignedDuration::from_secs((*seconds).into()),
            Step::Happen => engine.happened("token.refresh"),
        }
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A reload of the same file, at any time and as often as you like, is not noticed by anybody; neither is a fork.
    #[test]
    fn a_reload_of_the_same_file_changes_nothing(history in any_history(), at in 0usize..60) {
        let plain = run(engine(MIXED), &history, |engine, _| engine);
        let reload = |engine: Engine| engine.reloaded(Arc::clone(engine.scenario().unwrap()), Seed::new(1));
        let once = run(engine(MIXED), &history, |engine, n| if n == at { reload(engine) } else { engine });
        let always = run(engine(MIXED), &history, |engine, _| reload(reload(engine)));
        let forked = run(engine(MIXED), &history, |engine, _| engine.fork());
        prop_assert_eq!(&plain, &once);
        prop_assert_eq!(&plain, &always);
        prop_assert_eq!(&plain, &forked);
    }

    /// What one rule draws does not depend on which rules stand before and after it, in which order, or are switched.
    #[test]
    fn a_rule_s_draws_are_its_own(history in any_history(), noise in proptest::collection::vec(any::<bool>(), 0..5), off in any::<bool>()) {
        let own = "  - name: own\n    key: idempotency-key\n    when: {chance: 30%}\n    do: {delay: 1s..9s}\n";
        let rule = |n: usize| format!("  - name: noise-{n}\n    tags: [noise]\n    when: {{chance: 50% exact}}\n    do: {{headers: {{x-{n}: a}}}}\n");
        let before: String = noise.iter().enumerate().filter(|(_, front)| **front).map(|(n, _)| rule(n)).collect();
        let after: String = noise.iter().enumerate().filter(|(_, front)| !**front).map(|(n, _)| rule(n)).collect();
        let own_only = |told: Vec<String>| -> Vec<String> {
            told.into_iter().map(|line| line.split(' ').take(2).skip(1).collect()).collect()
        };
        let alone = own_only(run(engine(own), &history, |engine, _| engine));
        let among = engine(&format!("{before}{own}{after}"));
        if off {
            among.switch("noise", false);
        }
        prop_assert_eq!(alone, own_only(run(among, &history, |engine, _| engine)));
    }

    /// `p exact` hits exactly its share of each block, for every share and key.
    #[test]
    fn exact_is_exact_for_every_share(hits in 0u64..=40, of in 1u64..=40, seed in any::<u64>(), blocks in 1u64..4) {
        prop_assume!((1..=of).contains(&hits));
        let text = format!("sandbox: 1\nname: s\nseed: 1\nrules:\n  - name: r\n    key: client\n    when: {{chance: {hits} of {of} exact}}\n    do: {{status: 503}}\n");
        let engine = Engine::new(Arc::new(Scenario::compile("s", &text).unwrap()), Seed::new(seed));
        for client in ["a", "b"] {
            let mut call = Sample::default();
            call.access.client_id = client.into();
            for _ in 0..blocks {
                let hit = (0..of).filter(|_| letter(&call.decide(&engine)) == 's').count();
                prop_assert_eq!(hit as u64, hits);
            }
        }
    }
}
