//! What rules know beyond the call at hand: attempts, the bank's books, and counts that outlive a reload.

use super::*;

fn letters(engine: &Engine, sample: &Sample, calls: usize) -> String {
    (0..calls).map(|_| letter(&sample.decide(engine))).collect()
}

#[test]
fn attempts_are_counted_per_request_whatever_the_order() {
    let engine = engine("  - name: r\n    match: {op: payments.create, attempt: \"<= 2\"}\n    do: {status: 503}\n");
    let (mut first, second) = (Sample::key("a"), Sample::key("b"));
    assert_eq!(letter(&first.decide(&engine)), 's');
    assert_eq!(letters(&engine, &second, 3), "ss.");
    assert_eq!(letters(&engine, &first, 2), "s.");
    first.access.client_id = "other".into();
    assert_eq!(letters(&engine, &first, 3), "ss.");
    // Without a key: the same method, target and body.
    first.call.idempotency_key = None;
    first.request.body = Bytes::from_static(b"{}");
    assert_eq!(letters(&engine, &first, 3), "ss.");
    first.request.body = Bytes::from_static(b"{\"a\":1}");
    assert_eq!(letter(&first.decide(&engine)), 's');
    first.request.query = "a=b".into();
    assert_eq!(letters(&engine, &first, 3), "ss.");
}

#[test]
fn the_last_attempts_can_be_left_out() {
    let engine = engine("  - name: r\n    when: {unless: {attempt: 3..}}\n    do: {status: 503}\n");
    assert_eq!(letters(&engine, &Sample::key("a"), 4), "ss..");
}

/// A bank that knows one of each.
#[derive(Debug)]
struct Books;

impl BankView for Books {
    fn zone(&self) -> &TimeZone {
        NO_BANK.zone()
    }

    fn payment_status(&self, payment: &str) -> Option<PaymentStatus> {
        (payment == "pay_1").then_some(PaymentStatus::Rejected)
    }

    fn consent_status(&self, consent: &str) -> Option<ConsentStatus> {
        (consent == "con_1").then_some(ConsentStatus::Active)
    }

    fn account_kind(&self, account: &str) -> Option<AccountKind> {
        (account == "acc_1").then_some(AccountKind::Savings)
    }
}

#[test]
fn conditions_on_what_the_bank_knows() {
    let engine = engine(
        "  - name: status\n    match: {op: payments.status}\n    when: {bank: {payment.status: [rejected, cancelled]}}\n    do: {status: 503}\n  - name: type\n    match: {op: balances.get}\n    when: {bank: {account.type: savings, consent.status: active}}\n    do: {close: before-headers}\n  - name: order\n    match: {op: payments.create}\n    when: {bank: {payment.currency: E*, payment.creditor_account: DE*}}\n    do: {error: rate_limited}\n",
    );
    let ask = |sample: &Sample| letter(&sample.decide_at(&engine, &Books));
    let mut status = Sample::of(Operation::PaymentsStatus);
    assert_eq!(ask(&status), '.');
    for (id, expected) in [("pay_1", 's'), ("pay_2", '.')] {
        status.call.payment_id = Some(id.into());
        assert_eq!(ask(&status), expected);
    }
    let mut balances = Sample::of(Operation::BalancesGet);
    for (account, consent, expected) in [("acc_1", "con_1", 'c'), ("acc_2", "con_1", '.'), ("acc_1", "con_2", '.')] {
        balances.call.account = Some(account.into());
        balances.access.consent_id = Some(consent.into());
        assert_eq!(ask(&balances), expected, "{account} {consent}");
    }
    let mut order = Sample::key("k");
    for (currency, account, expected) in [("EUR", "DE89", 'e'), ("GBP", "DE89", '.'), ("EUR", "FR76", '.')] {
        let (currency, creditor_account) = (Some(currency.to_owned()), Some(account.to_owned()));
        order.call.payment = Some(PaymentFacts { currency, creditor_account, ..PaymentFacts::default() });
        assert_eq!(ask(&order), expected, "{account}");
    }
}

/// Keys are in the journal: what may not be shown there counts by its fingerprint.
#[test]
fn secrets_count_without_being_shown() {
    let engine = engine(
        "  - name: r\n    key: ['header:authorization', 'body:$.password', 'header:x-shown']\n    max: 1\n    do: {status: 503}\n",
    );
    let mut call = Sample::default();
    call.request.headers.insert("x-shown", "shown".parse().unwrap());
    for secret in ["hidden-1", "hidden-2"] {
        call.request.headers.insert("authorization", format!("Bearer {secret}").parse().unwrap());
        let plan = call.decide(&engine);
        assert!(plan.because[0].key.contains("shown") && !plan.because[0].key.contains("hidden"), "{plan:?}");
        assert_eq!(letter(&call.decide(&engine)), '.');
    }
    call.request.body = Bytes::from_static(b"{\"password\": \"hidden\"}");
    let plan = call.decide(&engine);
    assert!(!plan.because[0].key.contains("hidden"), "{plan:?}");
}

fn compiled(rules: &str) -> Arc<Scenario> {
    let text = format!("sandbox: 1\nname: sample\nseed: 1\nrules:\n{rules}");
    Arc::new(Scenario::compile("s", &text).unwrap_or_else(|wrong| panic!("{wrong}")))
}

/// A rule whose name, key and phases stay goes on; every other change starts it anew.
#[test]
fn a_reload_looks_at_name_key_and_phases() {
    let rule = "  - name: r\n    key: client\n    phases:\n      - calls: 3\n        do: {status: 503}\n";
    let changes = [
        (
            "laid out otherwise",
            "  # a comment\n  - {key: client, phases: [{do: {status: 503}, calls: 3}], name: r}\n",
            true,
        ),
        (
            "another condition",
            &format!("{rule}    match: {{op: accounts.*}}\n    when: {{chance: 100% exact}}\n"),
            true,
        ),
        ("another tag", &format!("{rule}    tags: [a]\n    max: 9\n"), true),
        ("another name", &rule.replace("name: r", "name: s"), false),
        ("another key", &rule.replace("client", "psu"), false),
        ("other phases", &rule.replace("calls: 3", "calls: 4"), false),
        ("another effect", &rule.replace("503", "504"), false),
    ];
    for (what, changed, goes_on) in changes {
        let before = Engine::new(compiled(rule), Seed::new(1));
        assert_eq!(letters(&before, &Sample::default(), 2), "ss");
        let after = before.reloaded(compiled(changed), Seed::new(1));
        let left = letters(&after, &Sample::default(), 6).matches('s').count();
        assert_eq!(left == 1, goes_on, "{what}: {left}");
    }
    let before = Engine::new(compiled(rule), Seed::new(1));
    letters(&before, &Sample::default(), 2);
    let reseeded = before.reloaded(compiled(rule), Seed::new(2));
    assert_eq!(letters(&reseeded, &Sample::default(), 4), "sss.");
}

/// A block that was shuffled for one chance is not used for another.
#[test]
fn a_reload_may_change_an_exact_chance() {
    let rule =
        |chance: &str| compiled(&format!("  - name: r\n    when: {{chance: {chance}}}\n    do: {{status: 503}}\n"));
    let before = Engine::new(rule("50% exact"), Seed::new(1));
    letters(&before, &Sample::default(), 1);
    let after = before.reloaded(rule("1% exact"), Seed::new(1));
    let all = letters(&after, &Sample::default(), 199);
    assert!((1..=2).contains(&all.matches('s').count()), "{all}");
}
