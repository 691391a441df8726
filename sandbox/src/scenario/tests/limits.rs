//! Limits of rules: whom they count, what they lend, and how they tell.

use super::*;

fn headers(plan: &Plan) -> BTreeMap<String, String> {
    let told = plan.rewrites.iter().filter_map(|rewrite| match rewrite {
        Rewrite::Header(name, Some(value)) => Some((name.to_string(), value.to_str().unwrap().to_owned())),
        _ => None,
    });
    told.collect()
}

fn granted(plan: &Plan) -> bool {
    plan.instead.is_none() && plan.before.is_none()
}

fn limited(limit: &str) -> Engine {
    engine(&format!("  - name: l\n    match: {{op: accounts.list}}\n    limit: {limit}\n"))
}

#[test]
fn calls_at_once_are_lent_until_the_exchange_ends() {
    let engine = limited("{quota: 2 at once, key: client}");
    let call = Sample::default();
    let (first, second, third) = (call.decide(&engine), call.decide(&engine), call.decide(&engine));
    assert!(granted(&first) && granted(&second) && !granted(&third));
    drop(first);
    assert!(!granted(&third));
    let fourth = call.decide(&engine);
    assert!(granted(&fourth) && !granted(&call.decide(&engine)));
    // A call that began before a reload gives back what it holds, and a copy of the world has nobody waiting.
    let fork = engine.fork();
    let after = engine.reloaded(Arc::clone(engine.scenario().unwrap()), Seed::new(1));
    assert!(!granted(&call.decide(&after)) && granted(&call.decide(&fork)));
    drop(second);
    let fifth = call.decide(&after);
    assert!(granted(&fifth) && !granted(&call.decide(&after)));
}

#[test]
fn only_calls_that_succeed_can_be_made_to_count() {
    let engine = limited("{quota: 2 per 1h rolling, count: success}");
    let call = Sample::default();
    for _ in 0..5 {
        let failed = call.decide(&engine);
        assert!(granted(&failed));
        failed.tickets.iter().for_each(|ticket| ticket.settle(false));
    }
    // A call that never says how it ended has failed.
    drop(call.decide(&engine));
    for _ in 0..2 {
        let succeeded = call.decide(&engine);
        assert!(granted(&succeeded));
        succeeded.tickets.iter().for_each(|ticket| ticket.settle(true));
    }
    assert!(!granted(&call.decide(&engine)));
}

#[test]
fn refused_calls_use_a_quota_up_only_if_it_says_so() {
    for (count, left) in [("granted", true), ("all", false)] {
        let engine = limited(&format!("{{quota: 1 per 60s rolling, count: {count}}}"));
        let mut call = Sample::default();
        assert!(granted(&call.decide(&engine)));
        call.now += SignedDuration::from_secs(30);
        assert!(!granted(&call.decide(&engine)));
        call.now += SignedDuration::from_secs(30);
        assert_eq!(granted(&call.decide(&engine)), left, "{count}");
    }
}

#[test]
fn so_many_refusals_or_failures_in_a_row_shut_a_key_out() {
    let engine = limited("{quota: 1 per 10s, key: client, suspend: {after: 3 refusals, for: 10m}}");
    let mut call = Sample::default();
    assert!(granted(&call.decide(&engine)));
    let waits: Vec<String> = (0..4).map(|_| headers(&call.decide(&engine))["retry-after"].clone()).collect();
    assert_eq!(waits, ["10", "10", "600", "600"]);
    let other = Access { client_id: "other".into(), ..call.access.clone() };
    assert!(granted(&Sample { access: other, ..Sample::default() }.decide(&engine)));
    call.now += SignedDuration::from_mins(9);
    assert_eq!(headers(&call.decide(&engine))["ratelimit"], "\"default\";r=0;t=60");
    call.now += SignedDuration::from_mins(1);
    assert!(granted(&call.decide(&engine)));

    let engine = limited("{quota: 100 per 1s, suspend: {after: 2 failures, for: 1h}}");
    let call = Sample::default();
    for succeeded in [false, true, false, false] {
        call.decide(&engine).tickets.iter().for_each(|ticket| ticket.settle(succeeded));
    }
    assert!(!granted(&call.decide(&engine)));
}

#[test]
fn a_day_is_the_bank_s_unless_a_zone_is_named() {
    // 23:30 UTC is half past midnight in Berlin: another day there.
    for (quota, next_day) in [("1 per day", true), ("1 per day UTC", false)] {
        let engine = limited(&format!("{{quota: {quota}}}"));
        let at = |now: &str| Sample { now: now.parse().unwrap(), ..Sample::default() }.decide(&engine);
        assert!(granted(&at("2026-01-10T12:00:00Z")));
        assert!(!granted(&at("2026-01-10T22:59:59Z")));
        assert_eq!(granted(&at("2026-01-10T23:30:00Z")), next_day, "{quota}");
    }
}

#[test]
fn the_rest_is_told_in_each_family_and_reset_is_virtual() {
    let told = |family: &str| {
        let engine = limited(&format!("{{quota: 3 per 1m rolling, headers: {family}}}"));
        let mut call = Sample::default();
        call.decide(&engine);
        call.now += SignedDuration::from_secs(15);
        headers(&call.decide(&engine)).into_iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>()
    };
    assert_eq!(told("ietf"), ["ratelimit: \"default\";r=1;t=60", "ratelimit-policy: \"default\";q=3;w=60"]);
    assert_eq!(told("ietf-draft-6"), ["ratelimit-limit: 3", "ratelimit-remaining: 1", "ratelimit-reset: 60"]);
    assert_eq!(told("x-ratelimit"), ["x-ratelimit-limit: 3", "x-ratelimit-remaining: 1", "x-ratelimit-reset: 60"]);
    assert_eq!(told("none"), Vec::<String>::new());
    let own = "{limit: X-Quota, remaining: X-Quota-Left, reset_at: X-Quota-At, window: X-Quota-Window}";
    let expected = ["x-quota: 3", "x-quota-at: 1772352075", "x-quota-left: 1", "x-quota-window: 60"];
    assert_eq!(told(own), expected); // 2026-03-01T08:01:15Z
}

#[test]
fn every_kind_of_key_has_its_own_quota() {
    type Change = fn(&mut Sample);
    let keys: &[(&str, Change)] = &[
        ("client", |call| call.access.client_id = "other".into()),
        ("consent", |call| call.access.consent_id = Some("con_2".into())),
        ("account", |call| call.call.account = Some("acc_2".into())),
        ("psu", |call| call.access.user = Some("bob".into())),
        ("token", |call| call.access.token_id = "u".into()),
        ("header:x-shop", |call| drop(call.request.headers.insert("x-shop", "b".parse().unwrap()))),
        ("idempotency-key", |call| call.call.idempotency_key = Some("k".into())),
    ];
    for (key, change) in keys {
        let engine = limited(&format!("{{quota: 1 per 1h, key: {key}}}"));
        let (mut call, world) = (Sample::default(), limited("{quota: 1 per 1h}"));
        assert!(granted(&call.decide(&engine)) && granted(&call.decide(&world)), "{key}");
        assert!(!granted(&call.decide(&engine)), "{key}");
        change(&mut call);
        assert!(granted(&call.decide(&engine)), "{key}");
        assert!(!granted(&call.decide(&world)), "{key}");
    }
}
