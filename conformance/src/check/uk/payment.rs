//! Domestic payments: the consent to one order, the order, and what becomes of both.

use super::checks;
use super::row::Due::{
    self, Code, Echoes, Envelope, Flag, Has, Instant, IsConsent, IsMade, Link, NoBody, Path, Signed, Status, Word,
};
use super::row::{Asked, Body, Call, Row, Under, Who};

const CONSENTS: &str = "/pisp/domestic-payment-consents";
const CONSENT: &str = "/pisp/domestic-payment-consents/{consent}";
const FUNDS: &str = "/pisp/domestic-payment-consents/{consent}/funds-confirmation";
const ORDERS: &str = "/pisp/domestic-payments";
const KEY: &[(&str, &str)] = &[("x-idempotency-key", "{fresh}")];
const SAME_KEY: &[(&str, &str)] = &[("x-idempotency-key", "{key}")];

macro_rules! initiation {
    ($amount:literal, $more:literal) => {
        concat!(
            r#""Initiation":{"InstructionIdentification":"JUDGE-1","EndToEndIdentification":"JUDGE-1","#,
            $more,
            r#""InstructedAmount":{"Amount":""#,
            $amount,
            r#"","Currency":"GBP"},"CreditorAccount":{"SchemeName":"UK.OBIE.SortCodeAccountNumber","Identification":"20000155555555","Name":"Judge"}}"#
        )
    };
}

const ASK: Body = Body::Both(concat!(r#"{"Data":{"#, initiation!("1.00", ""), r#"},"Risk":{}}"#));
const ORDER: Body =
    Body::Both(concat!(r#"{"Data":{"ConsentId":"{consent}","#, initiation!("1.00", ""), r#"},"Risk":{}}"#));
const OTHER_ORDER: Body =
    Body::Both(concat!(r#"{"Data":{"ConsentId":"{consent}","#, initiation!("2.00", ""), r#"},"Risk":{}}"#));
static ASKED: Asked = Asked { path: CONSENTS, scope: "payments", body: ASK };

const LATER_CONSENTS: &str = "/pisp/domestic-scheduled-payment-consents";
const LATER_CONSENT: &str = "/pisp/domestic-scheduled-payment-consents/{consent}";
const LATER_ORDERS: &str = "/pisp/domestic-scheduled-payments";
const LATER_ASK: Body = Body::Both(concat!(
    r#"{"Data":{"Permission":"Create","#,
    initiation!("1.00", r#""RequestedExecutionDateTime":"{soon}","#),
    r#"},"Risk":{}}"#
));
const LATER_ORDER: Body = Body::Both(concat!(
    r#"{"Data":{"ConsentId":"{consent}","#,
    initiation!("1.00", r#""RequestedExecutionDateTime":"{soon}","#),
    r#"},"Risk":{}}"#
));
const PAST_ASK: Body = Body::Both(concat!(
    r#"{"Data":{"Permission":"Create","#,
    initiation!("1.00", r#""RequestedExecutionDateTime":"2020-01-02T00:00:00+00:00","#),
    r#"},"Risk":{}}"#
));
static LATER: Asked = Asked { path: LATER_CONSENTS, scope: "payments", body: LATER_ASK };

const CLIENT: Who = Who::Client("payments");
const NEW_31: &[&str] =
    &["Pending", "AcceptedSettlementInProcess", "AcceptedSettlementCompleted", "AcceptedCreditSettlementCompleted"];
const NEW_40: &[&str] = &["RCVD", "PDNG", "ACTC", "ACCP", "ACFC", "ACSP", "ACSC", "ACCC"];

const fn asking(body: Body, due: &'static [Due]) -> Row {
    Row::own("payments", Call::post(CONSENTS, body).with(KEY), due)
}

const fn refused(body: &'static str, due: &'static [Due]) -> Row {
    asking(Body::Both(body), due)
}

/// A call about a consent the account holder agreed to.
const fn agreed(who: Who, call: Call, due: &'static [Due]) -> Row {
    Row::own("payments", call, due).by(who).under(Under::Asked(&ASKED)).paying()
}

const ORDERED: Call = Call::post(ORDERS, ORDER).with(KEY);
const LATER_ORDERED: Call = Call::post(LATER_ORDERS, LATER_ORDER).with(KEY);

const fn later(who: Who, call: Call, due: &'static [Due]) -> Row {
    Row::own("payments", call, due).by(who).under(Under::Asked(&LATER)).paying()
}

checks! {
    "uk-payment-consent-created", "a client makes a consent to a payment with its own token",
        "UK Open Banking Read/Write, Domestic Payment Consents: POST /domestic-payment-consents",
        "Answer 201 with the ConsentId." =>
        asking(ASK, &[Status(&[201]), Has("Data.ConsentId"), Instant("Data.CreationDateTime"), Instant("Data.StatusUpdateDateTime")]);
    "uk-payment-consent-begins-waiting", "a new consent to a payment awaits authorisation",
        "UK Open Banking Read/Write, Domestic Payment Consents: Status, state model",
        "Begin with AwaitingAuthorisation (3.1) or AWAU (4.0)." =>
        asking(ASK, &[Word("Data.Status", &["AwaitingAuthorisation"], &["AWAU"])]);
    "uk-payment-consent-initiation-kept", "a consent to a payment gives back the order and the risk",
        "UK Open Banking Read/Write, Domestic Payment Consents: OBWriteDomesticConsentResponse5, Initiation and Risk 1..1",
        "Keep both as they were sent." =>
        asking(ASK, &[Echoes("Data.Initiation"), Echoes("Risk"), Link("Links.Self")]);
    "uk-payment-consent-signed", "the answer about a consent to a payment is signed",
        "UK Open Banking Read/Write, Basics: Message Signing, all answers about payments",
        "Sign the body: a detached JWS, PS256, with iat, iss and tan in crit and no b64." =>
        asking(ASK, &[Signed]);
    "uk-payment-consent-needs-key", "a consent to a payment without an idempotency key is refused",
        "UK Open Banking Read/Write, Basics: Idempotency, x-idempotency-key; Header.Missing (U007)",
        "Name the header that is missing." =>
        Row::own("payments", Call::post(CONSENTS, ASK), &[Status(&[400]), Envelope, Code("UK.OBIE.Header.Missing", "U007")]);
    "uk-payment-consent-needs-initiation", "a consent to nothing is refused",
        "UK Open Banking Read/Write, Domestic Payment Consents: Initiation 1..1; Field.Missing (U004)",
        "Name the field that is missing." =>
        refused(r#"{"Data":{},"Risk":{}}"#, &[Status(&[400]), Code("UK.OBIE.Field.Missing", "U004"), Path("Initiation")]);
    "uk-payment-consent-bad-amount", "an amount with a sign is refused",
        "UK Open Banking Read/Write, Domestic Payment Consents: OBActiveCurrencyAndAmount_SimpleType",
        "Take up to 13 digits and 5 decimals, nothing else." =>
        asking(Body::Both(concat!(r#"{"Data":{"#, initiation!("-1.00", ""), r#"},"Risk":{}}"#)), &[Status(&[400]), Envelope, Path("Amount")]);
    "uk-payment-consent-bad-refusal-signed", "a refusal about a payment is signed too",
        "UK Open Banking Read/Write, Basics: Message Signing, error responses",
        "Sign the bodies of refusals as well." =>
        refused(r#"{"Data":{},"Risk":{}}"#, &[Status(&[400]), Signed]);
    "uk-payment-consent-needs-token", "consents to payments are closed to whoever shows no token",
        "UK Open Banking Read/Write, Domestic Payment Consents: Security, client credentials grant",
        "Answer 401 without a body." =>
        asking(ASK, &[Status(&[401]), NoBody]).by(Who::Nobody);
    "uk-payment-consent-needs-scope", "consents to payments are closed to a client's token of another scope",
        "UK Open Banking Read/Write, Domestic Payment Consents: Security, scope payments",
        "Answer 401 or 403." =>
        asking(ASK, &[Status(&[401, 403])]).by(Who::Client("accounts"));
    "uk-payment-consent-same-key", "a consent that is asked for again under its key is the same",
        "UK Open Banking Read/Write, Basics: Idempotency, the same key and body",
        "Give back the resource there is; make no second one." =>
        Row::own("payments", Call::post(CONSENTS, ASK).with(SAME_KEY), &[Status(&[201]), IsMade("Data.ConsentId")])
            .after(&[Call::post(CONSENTS, ASK).with(SAME_KEY)]);
    "uk-payment-consent-other-body", "another consent under a key that was used is refused",
        "UK Open Banking Read/Write, Basics: Idempotency, the same key and another body",
        "Refuse with 400 (or 422 in 4.0.1) and make nothing." =>
        Row::own("payments", Call::post(CONSENTS, Body::Both(concat!(r#"{"Data":{"#, initiation!("2.00", ""), r#"},"Risk":{}}"#))).with(SAME_KEY), &[Status(&[400, 422])])
            .after(&[Call::post(CONSENTS, ASK).with(SAME_KEY)]);
    "uk-payment-consent-read", "a client reads its consent to a payment",
        "UK Open Banking Read/Write, Domestic Payment Consents: GET /domestic-payment-consents/{ConsentId}",
        "Answer 200 with the same consent." =>
        agreed(CLIENT, Call::get(CONSENT), &[Status(&[200]), IsConsent("Data.ConsentId"), Signed]);
    "uk-payment-consent-authorised", "a consent to a payment the account holder agreed to is authorised",
        "UK Open Banking Read/Write, Domestic Payment Consents: Status, state model",
        "Turn it to Authorised (3.1) or AUTH (4.0)." =>
        agreed(CLIENT, Call::get(CONSENT), &[Word("Data.Status", &["Authorised"], &["AUTH"])]);
    "uk-payment-consent-unknown", "a consent to a payment that does not exist is refused with 400",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 400; Resource.NotFound (U011)",
        "Keep 404 for addresses that do not exist." =>
        Row::own("payments", Call::get("/pisp/domestic-payment-consents/no-such-consent"), &[Status(&[400]), Envelope]);
    "uk-payment-funds", "a client asks whether the account holds the amount",
        "UK Open Banking Read/Write, Domestic Payment Consents: GET …/funds-confirmation, authorization code grant",
        "Answer FundsAvailable true or false, and as of when." =>
        agreed(Who::Holder, Call::get(FUNDS), &[Status(&[200]), Flag("Data.FundsAvailableResult.FundsAvailable"), Instant("Data.FundsAvailableResult.FundsAvailableDateTime")]);
    "uk-payment-funds-need-holder", "a client's own token learns nothing about funds",
        "UK Open Banking Read/Write, Domestic Payment Consents: Security of funds-confirmation",
        "Take only tokens of account holders." =>
        agreed(CLIENT, Call::get(FUNDS), &[Status(&[401, 403])]);
    "uk-payment-ordered", "a payment is ordered under its consent",
        "UK Open Banking Read/Write, Domestic Payments: POST /domestic-payments",
        "Answer 201 with the id of the payment and that of its consent." =>
        agreed(Who::Holder, ORDERED, &[Status(&[201]), Has("Data.DomesticPaymentId"), IsConsent("Data.ConsentId"), Link("Links.Self")]);
    "uk-payment-status", "a payment that was just taken stands where the standard begins",
        "UK Open Banking Read/Write, Domestic Payments: Status; 4.0: first RCVD",
        "Begin with Pending or a later status (3.1), RCVD or a later status (4.0)." =>
        agreed(Who::Holder, ORDERED, &[Word("Data.Status", NEW_31, NEW_40), Instant("Data.StatusUpdateDateTime")]);
    "uk-payment-initiation-kept", "a payment gives back the order",
        "UK Open Banking Read/Write, Domestic Payments: OBWriteDomesticResponse5, Initiation 1..1",
        "Keep it as it was sent." =>
        agreed(Who::Holder, ORDERED, &[Echoes("Data.Initiation"), Signed]);
    "uk-payment-differs", "an order that is not what was consented to is refused",
        "UK Open Banking Read/Write, Domestic Payments: Initiation and Risk must match; Resource.ConsentMismatch (U008)",
        "Compare both with the consent, member by member." =>
        agreed(Who::Holder, Call::post(ORDERS, OTHER_ORDER).with(KEY), &[Status(&[400]), Envelope, Code("UK.OBIE.Resource.ConsentMismatch", "U008")]);
    "uk-payment-once", "a consent is good for one order",
        "UK Open Banking Read/Write, Domestic Payments: consent becomes Consumed; Resource.InvalidConsentStatus (U009)",
        "Refuse a second order under another key." =>
        agreed(Who::Holder, ORDERED, &[Status(&[400, 401, 403])]).after(&[ORDERED]);
    "uk-payment-consent-consumed", "an order uses its consent up",
        "UK Open Banking Read/Write, Domestic Payment Consents: Status, state model",
        "Turn the consent to Consumed (3.1) or COND (4.0)." =>
        agreed(CLIENT, Call::get(CONSENT), &[Word("Data.Status", &["Consumed"], &["COND"])])
            .after(&[ORDERED.by(Who::Holder)]);
    "uk-payment-same-key", "an order that is sent again under its key is the same payment",
        "UK Open Banking Read/Write, Basics: Idempotency, the same key and body",
        "Give back the payment there is; pay once." =>
        agreed(Who::Holder, Call::post(ORDERS, ORDER).with(SAME_KEY), &[Status(&[201]), IsMade("Data.DomesticPaymentId")])
            .after(&[Call::post(ORDERS, ORDER).with(SAME_KEY)]);
    "uk-payment-needs-key", "an order without an idempotency key is refused",
        "UK Open Banking Read/Write, Basics: Idempotency, x-idempotency-key; Header.Missing (U007)",
        "Name the header that is missing." =>
        agreed(Who::Holder, Call::post(ORDERS, ORDER), &[Status(&[400]), Code("UK.OBIE.Header.Missing", "U007")]);
    "uk-payment-needs-holder", "a client's own token orders nothing",
        "UK Open Banking Read/Write, Domestic Payments: Security, authorization code grant",
        "Take only tokens of account holders." =>
        agreed(CLIENT, ORDERED, &[Status(&[401, 403])]);
    "uk-payment-read", "a client reads its payment with its own token",
        "UK Open Banking Read/Write, Domestic Payments: GET /domestic-payments/{DomesticPaymentId}, client credentials grant",
        "Answer 200 with the payment." =>
        agreed(CLIENT, Call::get("/pisp/domestic-payments/{made}"), &[Status(&[200]), IsMade("Data.DomesticPaymentId"), IsConsent("Data.ConsentId"), Signed])
            .after(&[ORDERED.by(Who::Holder)]);
    "uk-payment-details", "a client reads the finer status of its payment",
        "UK Open Banking Read/Write, Payment Details: GET /domestic-payments/{DomesticPaymentId}/payment-details, optional",
        "Answer 200 with Data.PaymentStatus." =>
        agreed(CLIENT, Call::get("/pisp/domestic-payments/{made}/payment-details"), &[Status(&[200]), Has("Data.PaymentStatus[].Status"), Instant("Data.PaymentStatus[].StatusUpdateDateTime")])
            .after(&[ORDERED.by(Who::Holder)]).optional();
    "uk-payment-unknown", "a payment that does not exist is refused with 400",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 400; Resource.NotFound (U011)",
        "Keep 404 for addresses that do not exist." =>
        Row::own("payments", Call::get("/pisp/domestic-payments/no-such-payment"), &[Status(&[400]), Envelope]);
    "uk-scheduled-consent-created", "a client makes a consent to a payment on a later day",
        "UK Open Banking Read/Write, Domestic Scheduled Payment Consents: POST, Permission Create",
        "Answer 201; give the order back." =>
        Row::own("payments", Call::post(LATER_CONSENTS, LATER_ASK).with(KEY), &[Status(&[201]), Has("Data.ConsentId"), Echoes("Data.Initiation"), Echoes("Data.Permission")]).optional();
    "uk-scheduled-consent-past", "a payment on a day that is gone is refused",
        "UK Open Banking Read/Write, Domestic Scheduled Payment Consents: RequestedExecutionDateTime",
        "Refuse it where it is asked for." =>
        Row::own("payments", Call::post(LATER_CONSENTS, PAST_ASK).with(KEY), &[Status(&[400]), Envelope]).optional();
    "uk-scheduled-consent-read", "a client reads its consent to a payment on a later day",
        "UK Open Banking Read/Write, Domestic Scheduled Payment Consents: GET",
        "Answer 200 with the same consent." =>
        later(CLIENT, Call::get(LATER_CONSENT), &[Status(&[200]), IsConsent("Data.ConsentId"), Word("Data.Status", &["Authorised"], &["AUTH"])]).optional();
    "uk-scheduled-ordered", "a payment on a later day is ordered, and waits",
        "UK Open Banking Read/Write, Domestic Scheduled Payments: POST, Status InitiationPending (3.1), RCVD (4.0)",
        "Answer 201 with the id of the payment." =>
        later(Who::Holder, LATER_ORDERED, &[Status(&[201]), Has("Data.DomesticScheduledPaymentId"), Word("Data.Status", &["InitiationPending", "InitiationCompleted"], NEW_40)]).optional();
    "uk-scheduled-read", "a client reads its payment on a later day",
        "UK Open Banking Read/Write, Domestic Scheduled Payments: GET",
        "Answer 200 with the payment." =>
        later(CLIENT, Call::get("/pisp/domestic-scheduled-payments/{made}"), &[Status(&[200]), IsMade("Data.DomesticScheduledPaymentId"), IsConsent("Data.ConsentId")])
            .after(&[LATER_ORDERED.by(Who::Holder)]).optional();
}
