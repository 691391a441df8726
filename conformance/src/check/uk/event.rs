//! Subscriptions to events.

use super::checks;
use super::row::Due::{self, Echoes, Envelope, Flag, Has, IsMade, List, NoBody, Status};
use super::row::{Body, Call, Row};

const ALL: &str = "/event-subscriptions";
const ONE: &str = "/event-subscriptions/{made}";
const NEW: Body = Body::Each {
    three: r#"{"Data":{"Version":"3.1","EventTypes":["UK.OBIE.Resource-Update"]}}"#,
    four: r#"{"Data":{"Version":"4.0","EventTypes":["UK.OBIE.Resource-Update"]}}"#,
};
const SUBSCRIBED: Call = Call::post(ALL, NEW);
const ENDED: &[Call] = &[Call::delete(ONE)];

const fn own(call: Call, due: &'static [Due]) -> Row {
    Row::own("accounts", call, due).optional()
}

checks! {
    "uk-event-subscription-created", "a client subscribes to events",
        "UK Open Banking Read/Write, Event Subscriptions: POST /event-subscriptions",
        "Answer 201 with the id of the subscription." =>
        own(SUBSCRIBED, &[Status(&[201]), Has("Data.EventSubscriptionId"), Echoes("Data.Version"), Echoes("Data.EventTypes")]).cleaning(ENDED);
    "uk-event-subscription-once", "a client has one subscription",
        "UK Open Banking Read/Write, Event Subscriptions: a second one is 409",
        "Refuse it with 409." =>
        own(SUBSCRIBED, &[Status(&[409])]).after(&[SUBSCRIBED]).cleaning(ENDED);
    "uk-event-subscriptions-listed", "a client lists its subscriptions",
        "UK Open Banking Read/Write, Event Subscriptions: GET /event-subscriptions",
        "Answer 200 with Data.EventSubscription." =>
        own(Call::get(ALL), &[Status(&[200]), List("Data.EventSubscription"), IsMade("Data.EventSubscription[].EventSubscriptionId")])
            .after(&[SUBSCRIBED]).cleaning(ENDED);
    "uk-event-subscription-deleted", "a client ends its subscription",
        "UK Open Banking Read/Write, Event Subscriptions: DELETE /event-subscriptions/{EventSubscriptionId}",
        "Answer 204 without a body." =>
        own(Call::delete(ONE), &[Status(&[204]), NoBody]).after(&[SUBSCRIBED]).cleaning(ENDED);
    "uk-event-subscription-bad-address", "an address that cannot be one for events is refused",
        "UK Open Banking Read/Write, Event Subscriptions: CallbackUrl ends with /open-banking/vX.Y/event-notifications",
        "Refuse it where it is registered." =>
        own(Call::post(ALL, Body::Both(r#"{"Data":{"Version":"3.1","CallbackUrl":"https://client.example/hooks"}}"#)), &[Status(&[400]), Envelope]);
    "uk-events-polled", "a client fetches its events",
        "UK Open Banking Read/Write, Aggregated Polling: POST /events, OBEventPolling1",
        "Answer 200 with moreAvailable and sets, empty where nothing happened." =>
        own(Call::post("/events", Body::Both(r#"{"maxEvents":10,"returnImmediately":true}"#)), &[Status(&[200, 201]), Flag("moreAvailable"), Has("sets")])
            .after(&[SUBSCRIBED]).cleaning(ENDED);
}
