//! Banks that work on business days, and what was known on an evening before.

use bank_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::time::Story;

/// A Friday evening in Berlin, half an hour after the cut-off.
fn friday_evening() -> Story {
    let scenario = "sandbox: 1
name: test
seed: 1
clock: {start: 2026-03-06T16:30:00Z, mode: manual}
banks: {plain: {zone: Europe/Berlin, tokens: {access: 30d}, settlement: {business_days: DE}}}
consents: [{client: demo, user: alice}]
";
    let builder = Sandbox::builder().scenario(scenario).unwrap_or_else(|errors| panic!("{errors}"));
    Story::of(Bench::with(builder), "default")
}

/// What the oracle says of a payment now, or at an earlier instant; `null` if it knows none.
fn told(story: &Story, payment: &Value, as_of: &str) -> Value {
    let (_, world) = story.bench.control("GET", "/v1/worlds/default", "");
    let consent = world["access"][0]["consent_id"].as_str().unwrap();
    let path = format!("/v1/worlds/default/oracle?consent={consent}{as_of}");
    let (status, truth) = story.bench.control("GET", &path, "");
    assert_eq!(status, 200, "{truth}");
    let orders = truth["payments"].as_array().cloned().unwrap_or_default();
    let order = orders.into_iter().find(|order| order["provider_id"] == payment["id"]).unwrap_or_default();
    let of = |status: &str| {
        let rows = truth["transactions"].as_array().unwrap().iter();
        rows.filter(|row| row["status"] == status && row["amount"]["amount"] == "-12.00").count()
    };
    json!({"status": order["status"], "before": order["status_history"], "held": of("pending"), "booked": of("booked")})
}

#[test]
fn a_payment_of_friday_evening_is_booked_on_monday_and_the_weekend_is_remembered() {
    let story = friday_evening();
    let payment = story.pay("k1", "12.00");
    assert_eq!(story.payment(&payment)["status"], "accepted");
    let saturday = story.advance("1d");
    assert_eq!((&saturday["happened"], &story.payment(&payment)["status"]), (&json!([]), &json!("accepted")));
    story.advance("2d");
    assert_eq!(story.payment(&payment)["status"], "debited");
    let debit = story.rows().into_iter().find(|row| row["amount"]["value"] == "-12.00").unwrap();
    assert_eq!((&debit["booked_on"], &debit["value_on"]), (&json!("2026-03-09"), &json!("2026-03-09")));
    assert_eq!(debit["booked_at"], "2026-03-09T06:00:05+01:00");
    // What was known on Sunday, when it was ordered, and before.
    let now = told(&story, &payment, "");
    let before = json!([
        {"status": "accepted_checks", "at": "2026-03-06T17:30:00+01:00"},
        {"status": "in_clearing", "at": "2026-03-09T06:00:01+01:00"},
    ]);
    assert_eq!(now, json!({"status": "debited", "before": before, "held": 0, "booked": 1}));
    let waiting = json!({"status": "accepted_checks", "before": null, "held": 1, "booked": 0});
    for as_of in ["2026-03-06T16:30:00Z", "2026-03-08T12:00:00Z"] {
        assert_eq!(told(&story, &payment, &format!("&as_of={as_of}")), waiting, "{as_of}");
    }
    let nothing = json!({"status": null, "before": null, "held": 0, "booked": 0});
    assert_eq!(told(&story, &payment, "&as_of=2026-03-06T16:29:59Z"), nothing);
}
