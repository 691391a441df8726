//! Variable recurring payments.

use super::checks;
use super::row::Due::{self, Code, Echoes, Envelope, Has, IsConsent, IsMade, NoBody, Path, Signed, Status, Word};
use super::row::{Asked, Body, Call, Row, Under, Who};

const CONSENTS: &str = "/pisp/domestic-vrp-consents";
const CONSENT: &str = "/pisp/domestic-vrp-consents/{consent}";
const ORDERS: &str = "/pisp/domestic-vrps";
const KEY: &[(&str, &str)] = &[("x-idempotency-key", "{fresh}")];

macro_rules! creditor {
    () => {
        r#""CreditorAccount":{"SchemeName":"UK.OBIE.SortCodeAccountNumber","Identification":"20000155555555","Name":"Judge"}"#
    };
}

macro_rules! consent {
    ($alignment:literal, $period:literal, $initiation:expr) => {
        Body::Both(concat!(
            r#"{"Data":{"ControlParameters":{"VRPType":["UK.OBIE.VRPType.Sweeping"],"PSUAuthenticationMethods":["UK.OBIE.SCANotRequired"],"MaximumIndividualAmount":{"Amount":"5.00","Currency":"GBP"},"PeriodicLimits":[{"PeriodType":""#,
            $period,
            r#"","PeriodAlignment":""#,
            $alignment,
            r#"","Amount":"8.00","Currency":"GBP"}]},"Initiation":{"#,
            $initiation,
            r#"}},"Risk":{}}"#
        ))
    };
}

macro_rules! order {
    ($amount:literal, $kind:literal) => {
        Body::Both(concat!(
            r#"{"Data":{"ConsentId":"{consent}","PSUAuthenticationMethod":"UK.OBIE.SCANotRequired","VRPType":""#,
            $kind,
            r#"","Initiation":{"#,
            creditor!(),
            r#"},"Instruction":{"InstructionIdentification":"JUDGE-1","EndToEndIdentification":"JUDGE-1","InstructedAmount":{"Amount":""#,
            $amount,
            r#"","Currency":"GBP"},"#,
            creditor!(),
            r#"}},"Risk":{}}"#
        ))
    };
}

const ASK: Body = consent!("Consent", "Month", creditor!());
static ASKED: Asked = Asked { path: CONSENTS, scope: "payments", body: ASK };
const ORDERED: Call = Call::post(ORDERS, order!("5.00", "UK.OBIE.VRPType.Sweeping")).with(KEY);
const SMALL: Call = Call::post(ORDERS, order!("1.00", "UK.OBIE.VRPType.Sweeping")).with(KEY);
const CLIENT: Who = Who::Client("payments");

const fn asking(body: Body, due: &'static [Due]) -> Row {
    Row::own("payments", Call::post(CONSENTS, body).with(KEY), due).optional()
}

const fn agreed(who: Who, call: Call, due: &'static [Due]) -> Row {
    Row::own("payments", call, due).by(who).under(Under::Asked(&ASKED)).paying().optional()
}

checks! {
    "uk-vrp-consent-created", "a client makes a consent to variable recurring payments",
        "UK Open Banking Read/Write, Domestic VRP Consents: POST /domestic-vrp-consents",
        "Answer 201 with the ConsentId, awaiting authorisation." =>
        asking(ASK, &[Status(&[201]), Has("Data.ConsentId"), Word("Data.Status", &["AwaitingAuthorisation"], &["AWAU"]), Signed]);
    "uk-vrp-control-parameters-kept", "a consent to variable recurring payments gives back its limits",
        "UK Open Banking Read/Write, Domestic VRP Consents: ControlParameters 1..1",
        "Keep them as they were sent." =>
        asking(ASK, &[Echoes("Data.ControlParameters"), Echoes("Data.Initiation"), Echoes("Risk")]);
    "uk-vrp-sweeping-needs-creditor", "sweeping without an account to sweep to is refused",
        "UK Open Banking Read/Write, Domestic VRP Consents: CreditorAccount required for sweeping",
        "Demand the account in the consent." =>
        asking(consent!("Consent", "Month", ""), &[Status(&[400]), Envelope, Path("CreditorAccount")]);
    "uk-vrp-fortnight-by-consent", "a fortnight that begins with the calendar is refused",
        "UK Open Banking Read/Write, Domestic VRP Consents: PeriodicLimits, Fortnight is aligned to the consent only",
        "Refuse it where it is asked for." =>
        asking(consent!("Calendar", "Fortnight", creditor!()), &[Status(&[400]), Envelope]);
    "uk-vrp-unknown-period", "a period the standard does not have is refused",
        "UK Open Banking Read/Write, Domestic VRP Consents: PeriodType",
        "Take Day, Week, Fortnight, Month, Half-year and Year." =>
        asking(consent!("Consent", "Moon", creditor!()), &[Status(&[400]), Envelope, Path("PeriodType")]);
    "uk-vrp-consent-read", "a client reads its consent to variable recurring payments",
        "UK Open Banking Read/Write, Domestic VRP Consents: GET /domestic-vrp-consents/{ConsentId}",
        "Answer 200 with the same consent." =>
        agreed(CLIENT, Call::get(CONSENT), &[Status(&[200]), IsConsent("Data.ConsentId"), Word("Data.Status", &["Authorised"], &["AUTH"])]);
    "uk-vrp-ordered", "a payment within the limits is taken",
        "UK Open Banking Read/Write, Domestic VRPs: POST /domestic-vrps",
        "Answer 201 with the id of the payment." =>
        agreed(Who::Holder, ORDERED, &[Status(&[201]), Has("Data.DomesticVRPId"), IsConsent("Data.ConsentId"), Echoes("Data.Instruction"), Signed]);
    "uk-vrp-again", "a consent to variable recurring payments is good for more than one",
        "UK Open Banking Read/Write, Domestic VRPs: the consent stays Authorised",
        "Leave the consent as it is." =>
        agreed(CLIENT, Call::get(CONSENT), &[Word("Data.Status", &["Authorised"], &["AUTH"])])
            .after(&[SMALL.by(Who::Holder), SMALL.by(Who::Holder)]);
    "uk-vrp-individual-limit", "a payment above the most of one is refused",
        "UK Open Banking Read/Write, Domestic VRPs: Rules.FailsControlParameters (U014), MaximumIndividualAmount",
        "Refuse it and name the limit." =>
        agreed(Who::Holder, Call::post(ORDERS, order!("5.01", "UK.OBIE.VRPType.Sweeping")).with(KEY), &[Status(&[400]), Envelope, Code("UK.OBIE.Rules.FailsControlParameters", "U014")]);
    "uk-vrp-periodic-limit", "a payment above what is left of a period is refused",
        "UK Open Banking Read/Write, Domestic VRPs: Rules.FailsControlParameters (U014), PeriodicLimits",
        "Add up what was ordered in the period." =>
        agreed(Who::Holder, ORDERED, &[Status(&[400]), Envelope, Code("UK.OBIE.Rules.FailsControlParameters", "U014")])
            .after(&[ORDERED]);
    "uk-vrp-other-type", "a payment of a kind that was not agreed to is refused",
        "UK Open Banking Read/Write, Domestic VRPs: VRPType must be one of the consent's",
        "Refuse it." =>
        agreed(Who::Holder, Call::post(ORDERS, order!("1.00", "UK.OBIE.VRPType.Other")).with(KEY), &[Status(&[400]), Envelope]);
    "uk-vrp-read", "a client reads its payment",
        "UK Open Banking Read/Write, Domestic VRPs: GET /domestic-vrps/{DomesticVRPId}",
        "Answer 200 with the payment." =>
        agreed(CLIENT, Call::get("/pisp/domestic-vrps/{made}"), &[Status(&[200]), IsMade("Data.DomesticVRPId"), IsConsent("Data.ConsentId")])
            .after(&[SMALL.by(Who::Holder)]);
    "uk-vrp-details", "a client reads the finer status of its payment",
        "UK Open Banking Read/Write, Domestic VRPs: GET /domestic-vrps/{DomesticVRPId}/payment-details",
        "Answer 200 with Data.PaymentStatus." =>
        agreed(CLIENT, Call::get("/pisp/domestic-vrps/{made}/payment-details"), &[Status(&[200]), Has("Data.PaymentStatus[].Status")])
            .after(&[SMALL.by(Who::Holder)]);
    "uk-vrp-funds", "a client asks whether the account holds an amount",
        "UK Open Banking Read/Write, Domestic VRP Consents: POST …/funds-confirmation",
        "Answer Available or NotAvailable." =>
        agreed(Who::Holder, Call::post("/pisp/domestic-vrp-consents/{consent}/funds-confirmation", Body::Both(r#"{"Data":{"ConsentId":"{consent}","Reference":"JUDGE","InstructedAmount":{"Amount":"1.00","Currency":"GBP"}}}"#)),
            &[Status(&[201]), Word("Data.FundsAvailableResult.FundsAvailable", &["Available", "NotAvailable"], &["Available", "NotAvailable"]), Echoes("Data.InstructedAmount")]);
    "uk-vrp-deleted", "a client ends its consent to variable recurring payments",
        "UK Open Banking Read/Write, Domestic VRP Consents: DELETE /domestic-vrp-consents/{ConsentId}",
        "Answer 204 without a body." =>
        agreed(CLIENT, Call::delete(CONSENT), &[Status(&[204]), NoBody]);
    "uk-vrp-gone", "a consent to variable recurring payments that was ended cannot be read",
        "UK Open Banking Read/Write, Domestic VRP Consents: DELETE, a later GET results in 400",
        "Answer 400." =>
        agreed(CLIENT, Call::get(CONSENT), &[Status(&[400]), Envelope]).after(&[Call::delete(CONSENT)]);
}
