//! Orders, consents and refusals of the UK banks over their lives: what is written, the reader understands as what is.

use std::sync::Arc;

use bank_conformance::normalise::document::{Reading, Resource};
use bank_fixtures::book::Book;
use bank_fixtures::dataset::Dataset;
use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::record::{ConsentStatus, PaymentStatus};
use bank_fixtures::seed::Seed;
use bank_sandbox::auth::{AuthServer, AuthSettings};
use bank_sandbox::bank::{EndedBy, Ledger};
use bank_sandbox::dialect::{DIALECTS, Dialect};
use bank_sandbox::exchange::{Access, Call, Problem, ProblemKind, Reply, Request as Wire};
use bank_sandbox::profile::BankProfile;
use bank_sandbox::world::BankInstance;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::uk_open_banking::understood;

const BANKS: &[(&str, &str)] = &[("severn", "/open-banking/v3.1"), ("albion", "/open-banking/v4.0")];

/// A bank and its client.
struct Bank {
    bank: BankInstance,
    prefix: &'static str,
    now: Timestamp,
}

impl Bank {
    fn all() -> impl Iterator<Item = Bank> {
        BANKS.iter().map(|(slug, prefix)| {
            let now = "2026-03-02T09:00:00Z".parse().unwrap();
            let profile = BankProfile::named(slug).unwrap();
            let book = Book::new(Dataset::builtin("retail-small").unwrap(), Seed::new(7), now, profile.zone.clone());
            let auth = AuthServer::new(AuthSettings::of(&profile), Seed::new(7)).unwrap();
            let ledger = Ledger::new(Arc::clone(&profile), Arc::new(book), Seed::new(7));
            Bank { bank: BankInstance::new(profile, ledger, auth).unwrap(), prefix, now }
        })
    }

    fn dialect(&self) -> &'static dyn Dialect {
        *DIALECTS.iter().find(|dialect| dialect.slug() == self.bank.profile.dialect).unwrap()
    }

    /// A call of the client, with the account holder's token if it is under a consent.
    fn call(&self, method: &Method, template: &str, id: &str, consent: Option<&str>, body: &Value) -> Reply {
        let template = format!("{}{template}", self.prefix);
        let route =
            self.dialect().routes().iter().find(|route| route.method == *method && route.path == template).unwrap();
        let headers = [("content-type", "application/json"), ("x-idempotency-key", "k")];
        let header = |(name, value): (&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let request = wire(method, &template, headers.map(header).into_iter().collect(), body.to_string());
        let access = Access {
            client_id: "demo".to_owned(),
            user: consent.map(|_| "alice".to_owned()),
            consent_id: consent.map(str::to_owned),
            scopes: ["accounts", "payments"].map(str::to_owned).to_vec(),
            token_id: "t".to_owned(),
        };
        let name = template.split('{').nth(1).and_then(|rest| rest.split('}').next());
        let params = name.map(|name| (name.to_owned(), id.to_owned())).into_iter().collect();
        let access = Some(Arc::new(access));
        let call = Call { request: &request, operation: route.operation, params, access, now: self.now };
        (route.handle)(&self.bank, &call).unwrap_or_else(|problem| panic!("{problem:?}"))
    }

    fn made(&self, template: &str, consent: Option<&str>, body: &Value, member: &str) -> String {
        let reply = self.call(&Method::POST, template, "", consent, body);
        let json: Value = serde_json::from_slice(&reply.body).unwrap();
        json["Data"][member].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
    }

    fn read(&self, template: &str, id: &str, resource: Resource) -> Reading {
        self.understood(&self.call(&Method::GET, template, id, None, &Value::Null), resource)
    }

    fn understood(&self, reply: &Reply, resource: Resource) -> Reading {
        understood(reply, resource, self.now)
    }

    fn agree(&self, consent: &str) {
        let account = self.bank.ledger.accounts_of_user("alice")[0].id.clone();
        self.bank.ledger.approve_consent(consent, "alice", vec![account], self.now).unwrap();
    }

    fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }
}

fn wire(method: &Method, path: &str, headers: HeaderMap, body: String) -> Wire {
    Wire {
        method: method.clone(),
        path: path.to_owned(),
        query: String::new(),
        headers,
        body: body.into(),
        base_url: "http://bank.test".to_owned(),
        certificate: None,
        mutual_base_url: None,
        connection: 1,
        request_id: "1".to_owned(),
    }
}

fn creditor() -> Value {
    json!({"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": "20000155555555", "Name": "Zed"})
}

#[test]
fn orders_are_understood_at_every_step_of_their_life() {
    let initiation = json!({
        "InstructionIdentification": "I", "EndToEndIdentification": "E",
        "InstructedAmount": {"Amount": "12.34", "Currency": "GBP"}, "CreditorAccount": creditor(),
    });
    let control = json!({
        "MaximumIndividualAmount": {"Amount": "50.00", "Currency": "GBP"},
        "PeriodicLimits": [{"PeriodType": "Day", "PeriodAlignment": "Consent", "Amount": "50.00", "Currency": "GBP"}],
        "VRPType": ["UK.OBIE.VRPType.Sweeping"], "PSUAuthenticationMethods": ["UK.OBIE.SCANotRequired"],
    });
    let swept = json!({"CreditorAccount": creditor()});
    let vrp_order = |consent: &str| {
        json!({"Data": {
            "ConsentId": consent, "PSUAuthenticationMethod": "UK.OBIE.SCANotRequired",
            "VRPType": "UK.OBIE.VRPType.Sweeping", "Initiation": swept, "Instruction": initiation,
        }, "Risk": {}})
    };
    for mut bank in Bank::all() {
        let asked = json!({"Data": {"Initiation": initiation}, "Risk": {}});
        let single = bank.made("/pisp/domestic-payment-consents", None, &asked, "ConsentId");
        let asked = json!({"Data": {"ControlParameters": control, "Initiation": swept}, "Risk": {}});
        let many = bank.made("/pisp/domestic-vrp-consents", None, &asked, "ConsentId");
        bank.agree(&single);
        bank.agree(&many);
        let order = json!({"Data": {"ConsentId": single, "Initiation": initiation}, "Risk": {}});
        let one = bank.made("/pisp/domestic-payments", Some(&single), &order, "DomesticPaymentId");
        let two = bank.made("/pisp/domestic-vrps", Some(&many), &vrp_order(&many), "DomesticVRPId");
        let settlement = bank.bank.profile.settlement;
        let seconds = |wait: std::time::Duration| i64::try_from(wait.as_secs()).unwrap();
        let steps = [
            (0, PaymentStatus::Created),
            (seconds(settlement.clearing_after), PaymentStatus::InClearing),
            (seconds(settlement.booked_after - settlement.clearing_after), PaymentStatus::Debited),
        ];
        for (wait, due) in steps {
            bank.wait(wait);
            for (path, id) in [("/pisp/domestic-payments/{payment}", &one), ("/pisp/domestic-vrps/{payment}", &two)] {
                let read = bank.read(path, id, Resource::Payment);
                assert!(
                    read.problems.is_empty() && read.warnings.is_empty(),
                    "{:?} {:?}",
                    read.problems,
                    read.warnings
                );
                let payment = read.payments.first().unwrap_or_else(|| panic!("{path}"));
                assert_eq!((payment.provider_id.as_ref(), payment.status), (Some(id), due), "{path} after {wait} s");
                assert_eq!(payment.amount.as_ref().map(|amount| amount.value().to_string()), Some("12.34".to_owned()));
            }
        }
    }
}

#[test]
fn consents_are_understood_at_every_step_of_their_life() {
    for mut bank in Bank::all() {
        let four = bank.prefix.ends_with("4.0");
        let end = "2026-03-03T00:00:00+00:00";
        let asked = json!({"Data": {"Permissions": ["ReadAccountsBasic"], "ExpirationDateTime": end}, "Risk": {}});
        let made = || bank.made("/aisp/account-access-consents", None, &asked, "ConsentId");
        let [waiting, active, rejected, revoked] = [made(), made(), made(), made()];
        bank.agree(&active);
        bank.agree(&revoked);
        bank.bank.ledger.reject_consent(&rejected, "alice", bank.now).unwrap();
        bank.bank.ledger.revoke_consent(&revoked, EndedBy::Holder, bank.now).unwrap();
        let status = |bank: &Bank, id: &str| {
            let read = bank.read("/aisp/account-access-consents/{consent}", id, Resource::Consent);
            assert!(read.problems.is_empty(), "{:?}", read.problems);
            let consent = read.consents.into_iter().next().unwrap();
            assert_eq!(consent.expires_at.map(|at| at.at), Some(end.parse().unwrap()));
            consent.status
        };
        assert_eq!(status(&bank, &waiting), ConsentStatus::Awaiting);
        assert_eq!(status(&bank, &active), ConsentStatus::Active);
        assert_eq!(status(&bank, &rejected), ConsentStatus::Rejected);
        // 3.1 has no words for these: the consent stays authorised, and its tokens die.
        let said = |word| if four { word } else { ConsentStatus::Active };
        assert_eq!(status(&bank, &revoked), said(ConsentStatus::Revoked));
        bank.wait(86_400);
        assert_eq!(status(&bank, &active), said(ConsentStatus::Expired));
    }
}

#[test]
fn refusals_are_understood_as_what_they_are() {
    use ProblemKind as K;
    for bank in Bank::all() {
        for (kind, class) in [
            (K::InvalidParameter, ErrorClass::InvalidRequest),
            (K::MalformedRequest, ErrorClass::InvalidRequest),
            (K::InvalidToken, ErrorClass::AuthToken),
            (K::InsufficientScope, ErrorClass::ConsentScope),
            (K::ConsentRevoked, ErrorClass::ConsentInvalid),
            (K::ConsentExpired, ErrorClass::ConsentInvalid),
            (K::AccountNotFound, ErrorClass::ResourceGone),
            (K::PaymentNotFound, ErrorClass::ResourceGone),
            (K::RateLimited, ErrorClass::RateLimited),
            (K::IdempotencyKeyReused, ErrorClass::IdempotencyConflict),
            (K::Internal, ErrorClass::ProviderUnavailable),
            (K::Unavailable, ErrorClass::ProviderUnavailable),
        ] {
            let request = wire(&Method::GET, "/x", HeaderMap::new(), String::new());
            let reply = bank.dialect().problem(&Problem::new(kind, "so it is"), &request);
            let read = bank.understood(&reply, Resource::Accounts);
            assert_eq!(read.problems.first().map(|problem| problem.class), Some(class), "{kind:?}: {read:?}");
        }
    }
}
