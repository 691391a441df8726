//! Account-access consents.

use super::checks;
use super::row::Due::{Code, Echoes, Envelope, Has, Instant, IsConsent, Link, NoBody, Path, Status, Word};
use super::row::{Asked, Body, Call, Row, Under, Who};

const PATH: &str = "/aisp/account-access-consents";
const ONE: &str = "/aisp/account-access-consents/{consent}";
const BASIC: &[&str] = &["ReadAccountsBasic"];
const WAITING_31: &[&str] = &["AwaitingAuthorisation"];
const WAITING_40: &[&str] = &["AWAU"];

const PLAIN: Body = Body::Both(r#"{"Data":{"Permissions":["ReadAccountsBasic","ReadBalances"]},"Risk":{}}"#);
const UNTIL: Body = Body::Both(
    r#"{"Data":{"Permissions":["ReadAccountsBasic"],"ExpirationDateTime":"2099-05-02T00:00:00+00:00"},"Risk":{}}"#,
);
const WINDOW: Body = Body::Both(
    r#"{"Data":{"Permissions":["ReadAccountsBasic"],"TransactionFromDateTime":"2024-01-01T00:00:00+00:00","TransactionToDateTime":"2099-01-01T00:00:00+00:00"},"Risk":{}}"#,
);
static ASKED: Asked = Asked { path: PATH, scope: "accounts", body: PLAIN };

const fn create(body: Body, due: &'static [super::row::Due]) -> Row {
    Row::own("accounts", Call::post(PATH, body), due)
}

const fn refused(body: &'static str, due: &'static [super::row::Due]) -> Row {
    create(Body::Both(body), due)
}

const fn about(call: Call, due: &'static [super::row::Due]) -> Row {
    Row::own("accounts", call, due).under(Under::Asked(&ASKED))
}

checks! {
    "uk-consent-created", "a client makes an account-access consent with its own token",
        "UK Open Banking Read/Write, Account Access Consents: POST /account-access-consents",
        "Answer 201 with the ConsentId." =>
        create(PLAIN, &[Status(&[201]), Has("Data.ConsentId")]);
    "uk-consent-begins-waiting", "a new consent awaits authorisation",
        "UK Open Banking Read/Write, Account Access Consents: Status, state model",
        "Begin with AwaitingAuthorisation (3.1) or AWAU (4.0)." =>
        create(PLAIN, &[Word("Data.Status", WAITING_31, WAITING_40)]);
    "uk-consent-dated", "a consent says when it was made and when its status last changed",
        "UK Open Banking Read/Write, Account Access Consents: CreationDateTime 1..1, StatusUpdateDateTime 1..1",
        "Write both as ISO 8601 with an offset." =>
        create(PLAIN, &[Instant("Data.CreationDateTime"), Instant("Data.StatusUpdateDateTime")]);
    "uk-consent-permissions-kept", "a consent gives back the permissions it was asked for",
        "UK Open Banking Read/Write, Account Access Consents: Permissions 1..n",
        "Keep permissions as they were sent." =>
        create(PLAIN, &[Echoes("Data.Permissions")]);
    "uk-consent-risk-returned", "a consent gives back Risk",
        "UK Open Banking Read/Write, Account Access Consents: OBReadConsentResponse1, Risk 1..1",
        "Answer with Risk, empty as it is." =>
        create(PLAIN, &[Echoes("Risk")]);
    "uk-consent-links", "a consent says where it is",
        "UK Open Banking Read/Write, Basics: Links, Self 1..1",
        "Write the absolute address of the consent." =>
        create(PLAIN, &[Link("Links.Self")]);
    "uk-consent-expiry-kept", "a bank does not change the end a client asked for",
        "UK Open Banking Read/Write, Account Access Consents: ExpirationDateTime must not be altered",
        "Keep ExpirationDateTime as it was sent." =>
        create(UNTIL, &[Status(&[201]), Echoes("Data.ExpirationDateTime")]);
    "uk-consent-window-kept", "a consent gives back the window of transactions",
        "UK Open Banking Read/Write, Account Access Consents: TransactionFromDateTime, TransactionToDateTime",
        "Keep both as they were sent." =>
        create(WINDOW, &[Echoes("Data.TransactionFromDateTime"), Echoes("Data.TransactionToDateTime")]);
    "uk-consent-needs-accounts", "permissions without accounts are refused",
        "UK Open Banking Read/Write, Account Access Consents: Permissions, either ReadAccountsBasic or ReadAccountsDetail",
        "Refuse a consent that could list no account." =>
        refused(r#"{"Data":{"Permissions":["ReadBalances"]},"Risk":{}}"#, &[Status(&[400]), Envelope]);
    "uk-consent-needs-direction", "transactions without Credits or Debits are refused",
        "UK Open Banking Read/Write, Account Access Consents: Permissions, ReadTransactionsCredits or ReadTransactionsDebits",
        "Refuse ReadTransactionsBasic or Detail alone." =>
        refused(r#"{"Data":{"Permissions":["ReadAccountsBasic","ReadTransactionsBasic"]},"Risk":{}}"#, &[Status(&[400]), Envelope]);
    "uk-consent-needs-depth", "Credits and Debits without Basic or Detail are refused",
        "UK Open Banking Read/Write, Account Access Consents: Permissions, ReadTransactionsBasic or ReadTransactionsDetail",
        "Refuse ReadTransactionsCredits or Debits alone." =>
        refused(r#"{"Data":{"Permissions":["ReadAccountsBasic","ReadTransactionsCredits"]},"Risk":{}}"#, &[Status(&[400]), Envelope]);
    "uk-consent-unknown-permission", "a permission the standard does not have is refused",
        "UK Open Banking Read/Write, Account Access Consents: OBExternalPermissions1Code",
        "Refuse the whole consent; make nothing." =>
        refused(r#"{"Data":{"Permissions":["ReadAccountsBasic","ReadEverything"]},"Risk":{}}"#, &[Status(&[400]), Envelope]);
    "uk-consent-no-permission", "a consent without a permission is refused",
        "UK Open Banking Read/Write, Account Access Consents: Permissions 1..n",
        "Demand at least one." =>
        refused(r#"{"Data":{"Permissions":[]},"Risk":{}}"#, &[Status(&[400]), Envelope]);
    "uk-consent-missing-permissions", "a consent without Permissions is told which field is missing",
        "UK Open Banking Read/Write, Basics: Error Response Structure; Field.Missing (U004)",
        "Name the field in Path, with the code for a missing one." =>
        refused(r#"{"Data":{},"Risk":{}}"#, &[Status(&[400]), Code("UK.OBIE.Field.Missing", "U004"), Path("Permissions")]);
    "uk-consent-missing-risk", "a consent without Risk is refused",
        "UK Open Banking Read/Write, Account Access Consents: OBReadConsent1, Risk 1..1",
        "Demand Risk, empty as it is." =>
        refused(r#"{"Data":{"Permissions":["ReadAccountsBasic"]}}"#, &[Status(&[400]), Code("UK.OBIE.Field.Missing", "U004")]);
    "uk-consent-unknown-field", "a field the standard does not have is refused",
        "UK Open Banking Read/Write, Account Access Consents: OBReadConsent1, no further members; Field.Unexpected (U005)",
        "Refuse members nobody defined." =>
        refused(r#"{"Data":{"Permissions":["ReadAccountsBasic"],"Colour":"red"},"Risk":{}}"#, &[Status(&[400]), Code("UK.OBIE.Field.Unexpected", "U005")]);
    "uk-consent-bad-instant", "a date that is none is refused as such",
        "UK Open Banking Read/Write, Basics: Date Formats; Field.InvalidDate (U003)",
        "Refuse what is not ISO 8601 with an offset." =>
        refused(r#"{"Data":{"Permissions":["ReadAccountsBasic"],"ExpirationDateTime":"tomorrow"},"Risk":{}}"#, &[Status(&[400]), Code("UK.OBIE.Field.InvalidDate", "U003"), Path("ExpirationDateTime")]);
    "uk-consent-no-json", "a body that is no JSON is refused in the standard's form",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 400; Resource.InvalidFormat (U010)",
        "Answer 400 with the standard's errors." =>
        refused(r#"{"Data":"#, &[Status(&[400]), Envelope, Code("UK.OBIE.Resource.InvalidFormat", "U010")]);
    "uk-consent-other-media-type", "a body of another media type is refused with 415",
        "UK Open Banking Read/Write, Basics: Headers, Content-Type; HTTP Status Codes, 415",
        "Take application/json only; answer without a body." =>
        Row::own("accounts", Call::post(PATH, PLAIN).with(&[("content-type", "text/plain")]), &[Status(&[415]), NoBody]);
    "uk-consent-not-acceptable", "a client that accepts no JSON is refused with 406",
        "UK Open Banking Read/Write, Basics: Headers, Accept; HTTP Status Codes, 406",
        "Answer without a body." =>
        Row::own("accounts", Call::post(PATH, PLAIN).with(&[("accept", "text/html")]), &[Status(&[406]), NoBody]);
    "uk-consent-needs-token", "consents are closed to whoever shows no token",
        "UK Open Banking Read/Write, Account Access Consents: Security, client credentials grant",
        "Answer 401 without a body." =>
        create(PLAIN, &[Status(&[401]), NoBody]).by(Who::Nobody);
    "uk-consent-needs-scope", "consents are closed to a client's token of another scope",
        "UK Open Banking Read/Write, Account Access Consents: Security, scope accounts",
        "Answer 401 or 403." =>
        create(PLAIN, &[Status(&[401, 403])]).by(Who::Client("payments"));
    "uk-consent-not-by-holder", "an account holder's token makes no consents",
        "UK Open Banking Read/Write, Account Access Consents: Security, client credentials grant",
        "Take the client's own token only." =>
        create(PLAIN, &[Status(&[401, 403])]).by(Who::Holder).under(Under::Access(BASIC, ""));
    "uk-consent-read", "a client reads its consent",
        "UK Open Banking Read/Write, Account Access Consents: GET /account-access-consents/{ConsentId}",
        "Answer 200 with the same consent." =>
        about(Call::get(ONE), &[Status(&[200]), IsConsent("Data.ConsentId"), Has("Data.Permissions")]);
    "uk-consent-authorised", "a consent the account holder agreed to is authorised",
        "UK Open Banking Read/Write, Account Access Consents: Status, state model",
        "Turn it to Authorised (3.1) or AUTH (4.0)." =>
        about(Call::get(ONE), &[Word("Data.Status", &["Authorised"], &["AUTH"])]);
    "uk-consent-still-waiting", "a consent nobody agreed to still awaits authorisation",
        "UK Open Banking Read/Write, Account Access Consents: Status, state model",
        "Change the status only when the account holder decides." =>
        about(Call::get(ONE), &[Word("Data.Status", WAITING_31, WAITING_40)]).under(Under::Waiting(&ASKED));
    "uk-consent-unknown", "a consent that does not exist is refused with 400, not 404",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 400; Resource.NotFound (U011)",
        "Keep 404 for addresses that do not exist." =>
        Row::own("accounts", Call::get("/aisp/account-access-consents/no-such-consent"), &[Status(&[400]), Envelope]);
    "uk-consent-deleted", "a client ends its consent",
        "UK Open Banking Read/Write, Account Access Consents: DELETE /account-access-consents/{ConsentId}",
        "Answer 204 without a body." =>
        about(Call::delete(ONE), &[Status(&[204]), NoBody]);
    "uk-consent-gone", "a consent that was ended cannot be read",
        "UK Open Banking Read/Write, Account Access Consents: DELETE, a later GET results in 400",
        "Answer 400." =>
        about(Call::get(ONE), &[Status(&[400]), Envelope]).after(&[Call::delete(ONE)]);
    "uk-consent-tokens-die", "with a consent its tokens end",
        "UK Open Banking Read/Write, Account Access Consents: DELETE, access tokens become invalid",
        "Refuse the account holder's token with 401 or 403." =>
        Row::read("/aisp/accounts", BASIC, &[Status(&[401, 403])])
            .after(&[Call::delete(ONE).by(Who::Client("accounts"))]);
}
