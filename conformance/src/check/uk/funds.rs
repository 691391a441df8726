//! Confirmation of funds.

use super::checks;
use super::row::Due::{self, Code, Echoes, Envelope, Flag, Has, Instant, IsConsent, NoBody, Status, Word};
use super::row::{Asked, Body, Call, Row, Under, Who};

const CONSENTS: &str = "/cbpii/funds-confirmation-consents";
const CONSENT: &str = "/cbpii/funds-confirmation-consents/{consent}";
const CLIENT: Who = Who::Client("fundsconfirmations");
const ASK: Body = Body::Both(r#"{"Data":{"DebtorAccount":{debtor}}}"#);
static ASKED: Asked = Asked { path: CONSENTS, scope: "fundsconfirmations", body: ASK };

macro_rules! question {
    ($reference:literal, $currency:literal) => {
        Call::post(
            "/cbpii/funds-confirmations",
            Body::Both(concat!(
                r#"{"Data":{"ConsentId":"{consent}","Reference":""#,
                $reference,
                r#"","InstructedAmount":{"Amount":"1.00","Currency":""#,
                $currency,
                r#""}}}"#
            )),
        )
    };
}

const fn asking(body: Body, due: &'static [Due]) -> Row {
    Row::own("fundsconfirmations", Call::post(CONSENTS, body), due).optional()
}

const fn agreed(who: Who, call: Call, due: &'static [Due]) -> Row {
    Row::own("fundsconfirmations", call, due).by(who).under(Under::Asked(&ASKED)).optional()
}

checks! {
    "uk-funds-consent-created", "a client makes a consent to confirmations of funds about one account",
        "UK Open Banking Read/Write, Funds Confirmation Consents: POST /funds-confirmation-consents",
        "Answer 201 with the ConsentId, awaiting authorisation." =>
        asking(ASK, &[Status(&[201]), Has("Data.ConsentId"), Has("Data.DebtorAccount"), Instant("Data.CreationDateTime"), Word("Data.Status", &["AwaitingAuthorisation"], &["AWAU"])]);
    "uk-funds-consent-needs-account", "a consent about no account is refused",
        "UK Open Banking Read/Write, Funds Confirmation Consents: DebtorAccount 1..1",
        "Name the field that is missing." =>
        asking(Body::Both(r#"{"Data":{}}"#), &[Status(&[400]), Envelope, Code("UK.OBIE.Field.Missing", "U004")]);
    "uk-funds-consent-unknown-scheme", "an account of a scheme nobody knows is refused",
        "UK Open Banking Read/Write, Funds Confirmation Consents: DebtorAccount.SchemeName",
        "Refuse it where it is asked for." =>
        asking(Body::Both(r#"{"Data":{"DebtorAccount":{"SchemeName":"UK.NONE.Colour","Identification":"red"}}}"#), &[Status(&[400]), Envelope]);
    "uk-funds-consent-read", "a client reads its consent",
        "UK Open Banking Read/Write, Funds Confirmation Consents: GET /funds-confirmation-consents/{ConsentId}",
        "Answer 200 with the same consent." =>
        agreed(CLIENT, Call::get(CONSENT), &[Status(&[200]), IsConsent("Data.ConsentId"), Word("Data.Status", &["Authorised"], &["AUTH"])]);
    "uk-funds-consent-needs-scope", "consents to confirmations are closed to tokens of another scope",
        "UK Open Banking Read/Write, Funds Confirmation Consents: Security, scope fundsconfirmations",
        "Answer 401 or 403." =>
        asking(ASK, &[Status(&[401, 403])]).by(Who::Client("accounts"));
    "uk-funds-confirmed", "a question about funds is answered with yes or no",
        "UK Open Banking Read/Write, Funds Confirmations: POST /funds-confirmations",
        "Answer 201 with FundsAvailable, and never with a balance." =>
        agreed(Who::Holder, question!("{fresh}", "GBP"), &[Status(&[201]), Has("Data.FundsConfirmationId"), Flag("Data.FundsAvailable"), Echoes("Data.Reference"), Echoes("Data.InstructedAmount"), IsConsent("Data.ConsentId")]);
    "uk-funds-other-currency", "a question in another currency than the account's is refused",
        "UK Open Banking Read/Write, Funds Confirmations: the currency must be the account's",
        "Answer 400." =>
        agreed(Who::Holder, question!("{fresh}", "JPY"), &[Status(&[400]), Envelope]);
    "uk-funds-reference-once", "a reference is good for one question",
        "UK Open Banking Read/Write, Funds Confirmations: Rules.DuplicateReference (U013)",
        "Refuse a reference that was used under the consent." =>
        agreed(Who::Holder, question!("{key}", "GBP"), &[Status(&[400]), Code("UK.OBIE.Rules.DuplicateReference", "U013")])
            .after(&[question!("{key}", "GBP")]);
    "uk-funds-need-holder", "a client's own token learns nothing about funds",
        "UK Open Banking Read/Write, Funds Confirmations: Security, authorization code grant",
        "Take only tokens of account holders." =>
        agreed(CLIENT, question!("{fresh}", "GBP"), &[Status(&[401, 403])]);
    "uk-funds-consent-deleted", "a client ends its consent",
        "UK Open Banking Read/Write, Funds Confirmation Consents: DELETE /funds-confirmation-consents/{ConsentId}",
        "Answer 204 without a body." =>
        agreed(CLIENT, Call::delete(CONSENT), &[Status(&[204]), NoBody]);
    "uk-funds-consent-gone", "a consent that was ended cannot be read",
        "UK Open Banking Read/Write, Funds Confirmation Consents: DELETE, a later GET results in 400",
        "Answer 400." =>
        agreed(CLIENT, Call::get(CONSENT), &[Status(&[400]), Envelope]).after(&[Call::delete(CONSENT)]);
}
