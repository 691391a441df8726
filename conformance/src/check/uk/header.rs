//! Headers and the form of refusals.

use super::checks;
use super::row::Due::{Content, Envelope, Header, HeaderIs, NoBody, Status};
use super::row::{Body, Call, Row, Who};

const BASIC: &[&str] = &["ReadAccountsBasic"];
const ID: &[(&str, &str)] = &[("x-fapi-interaction-id", "93bac548-d2de-4546-b106-880a5018460d")];
const PRESENT: &[(&str, &str)] = &[
    ("x-fapi-customer-ip-address", "192.0.2.10"),
    ("x-fapi-auth-date", "Sun, 10 Sep 2017 19:43:31 GMT"),
    ("x-customer-user-agent", "test"),
];

checks! {
    "uk-interaction-id-echoed", "the id of an exchange comes back",
        "UK Open Banking Read/Write, Basics: Headers, x-fapi-interaction-id; FAPI 1.0 part 1 §6.2.1 (11)",
        "Send x-fapi-interaction-id back as it came." =>
        Row::read("/aisp/accounts", BASIC, &[Status(&[200]), HeaderIs("x-fapi-interaction-id", "{sent}")])
            .calling(Call::get("/aisp/accounts").with(ID));
    "uk-interaction-id-made", "an exchange without an id gets one",
        "UK Open Banking Read/Write, Basics: Headers, x-fapi-interaction-id, the bank makes one",
        "Make a UUID (RFC 4122) where the client sent none." =>
        Row::read("/aisp/accounts", BASIC, &[Header("x-fapi-interaction-id")]);
    "uk-interaction-id-in-refusals", "the id of an exchange comes back with a refusal too",
        "UK Open Banking Read/Write, Basics: Headers, x-fapi-interaction-id on every answer",
        "Send it with errors as well." =>
        Row::read("/aisp/accounts/no-such-account", BASIC, &[Status(&[400, 403]), HeaderIs("x-fapi-interaction-id", "{sent}")])
            .calling(Call::get("/aisp/accounts/no-such-account").with(ID));
    "uk-interaction-id-without-token", "the id of an exchange comes back to whoever shows no token",
        "UK Open Banking Read/Write, Basics: Headers, x-fapi-interaction-id on every answer",
        "Send it with 401 as well." =>
        Row::read("/aisp/accounts", BASIC, &[Status(&[401]), HeaderIs("x-fapi-interaction-id", "{sent}")])
            .calling(Call::get("/aisp/accounts").with(ID)).by(Who::Nobody);
    "uk-headers-without-effect", "what a client says of the account holder's presence changes nothing of an answer",
        "UK Open Banking Read/Write, Basics: Headers, x-fapi-auth-date, x-fapi-customer-ip-address, x-customer-user-agent",
        "Take these headers." =>
        Row::read("/aisp/accounts", BASIC, &[Status(&[200])]).calling(Call::get("/aisp/accounts").with(PRESENT));
    "uk-unknown-address", "an address that does not exist is 404 without a body",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 404",
        "Keep 404 for addresses nobody serves." =>
        Row::read("/aisp/no-such-resource", BASIC, &[Status(&[404]), NoBody]);
    "uk-refusals-json", "refusals with a body are JSON in the standard's form",
        "UK Open Banking Read/Write, Basics: Error Response Structure, OBErrorResponse1",
        "Write Errors with an ErrorCode each, and nothing the standard does not have." =>
        Row::own("accounts", Call::post("/aisp/account-access-consents", Body::Both("[]")), &[Status(&[400]), Envelope, Content("application/json")]);
}
