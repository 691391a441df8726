//! Subscriptions and callback addresses from outside. That messages come, the running binary's tests show.

use axum::http::Method;
use serde_json::{Value, json};

use super::bench::{Answer, Bench};

impl Bench {
    fn subscribe(&self, data: &Value) -> Answer {
        self.post("/event-subscriptions", &[], &json!({"Data": data}).to_string())
    }

    fn as_client(&self, method: Method, target: &str, body: &Value) -> Answer {
        self.send(&self.client(), method, target, &[("content-type", "application/json")], &body.to_string())
    }
}

#[test]
fn a_client_has_one_subscription_and_changes_it() {
    for bench in Bench::both() {
        let empty = bench.get_as_client("/event-subscriptions").json();
        assert_eq!(empty["Data"]["EventSubscription"], json!([]));
        let types = json!(["UK.OBIE.Resource-Update"]);
        let made = bench.subscribe(&json!({"Version": "3.1", "EventTypes": types}));
        assert_eq!(made.status, 201, "{}", made.text);
        assert!(made.headers.contains_key("x-jws-signature"), "subscriptions are signed");
        let id = made.json()["Data"]["EventSubscriptionId"].as_str().unwrap().to_owned();
        assert_eq!(bench.subscribe(&json!({"Version": "3.1"})).status, 409, "one of each client");
        let path = format!("/event-subscriptions/{id}");
        let url = "http://127.0.0.1:9/open-banking/v3.1/event-notifications";
        let change = |id: &str| json!({"Data": {"EventSubscriptionId": id, "Version": "3.1", "CallbackUrl": url}});
        let changed = bench.as_client(Method::PUT, &path, &change(&id));
        assert_eq!((changed.status, &changed.json()["Data"]["CallbackUrl"]), (200, &json!(url)), "{}", changed.text);
        assert_eq!(bench.bank.webhooks.all().len(), 1);
        assert_eq!(bench.as_client(Method::PUT, &path, &change("other")).refusal().1[0].1, "Data.EventSubscriptionId");
        let listed = bench.get_as_client("/event-subscriptions").json();
        assert_eq!(listed["Data"]["EventSubscription"][0]["CallbackUrl"], url);
        assert_eq!(bench.as_client(Method::DELETE, &path, &Value::Null).status, 204);
        assert_eq!(bench.as_client(Method::DELETE, &path, &Value::Null).status, 400);
        assert!(bench.bank.webhooks.is_empty(), "nobody is told any more");
    }
}

#[test]
fn a_subscription_that_cannot_be_is_refused_whole() {
    for bench in Bench::both() {
        let types = json!(["UK.OBIE.Resource-Update", "UK.OBIE.Party"]);
        let wrong =
            bench.subscribe(&json!({"Version": "3.1", "EventTypes": types, "CallbackUrl": "http://127.0.0.1/x"}));
        let code = |three, four| bench.word(three, four).to_owned();
        let expected = vec![
            (code("UK.OBIE.Unsupported.EventType", "U024"), "Data.EventTypes[1]".to_owned()),
            (code("UK.OBIE.Field.Invalid", "U002"), "Data.CallbackUrl".to_owned()),
        ];
        assert_eq!(wrong.refusal(), (400, expected));
        let outside = "http://example.com/open-banking/v3.1/event-notifications";
        let outside = bench.subscribe(&json!({"Version": "3.1", "CallbackUrl": outside}));
        assert_eq!(outside.refusal().1[0].1, "Data.CallbackUrl");
        assert!(bench.bank.webhooks.is_empty());
    }
}

#[test]
fn a_callback_address_is_registered_once() {
    for bench in Bench::both() {
        let url = "http://127.0.0.1:9/open-banking/v3.1/event-notifications";
        let body = json!({"Data": {"Url": url, "Version": "3.1"}});
        let made = bench.as_client(Method::POST, "/callback-urls", &body);
        assert_eq!((made.status, &made.json()["Data"]["Url"]), (201, &json!(url)));
        assert_eq!(bench.as_client(Method::POST, "/callback-urls", &body).status, 409);
        let id = made.json()["Data"]["CallbackUrlId"].as_str().unwrap().to_owned();
        assert_eq!(bench.get_as_client("/callback-urls").json()["Data"]["CallbackUrl"][0]["Url"], url);
        assert_eq!(bench.as_client(Method::DELETE, &format!("/callback-urls/{id}"), &Value::Null).status, 204);
    }
}

#[test]
fn nothing_waits_for_who_did_not_subscribe_and_mistakes_are_named() {
    for bench in Bench::both() {
        let none = bench.as_client(Method::POST, "/events", &json!({"returnImmediately": true}));
        assert_eq!((none.status, none.json()), (200, json!({"moreAvailable": false, "sets": {}})));
        let wrong =
            bench.as_client(Method::POST, "/events", &json!({"maxEvents": -1, "setErrs": {"x": {"err": "jwtIss"}}}));
        let paths: Vec<String> = wrong.refusal().1.into_iter().map(|(_, path)| path).collect();
        assert_eq!(paths, ["maxEvents", "setErrs.x.description"]);
    }
}
