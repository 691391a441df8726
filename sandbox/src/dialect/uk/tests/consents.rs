//! Account-access consents from outside.

use axum::http::Method;
use proptest::prelude::*;

use super::bench::{ALL, Answer, Bench};
use crate::bank::EndedBy;

fn errors(bench: &Bench, expected: &[(&'static str, &'static str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(three, four, path)| (bench.word(three, four).to_owned(), (*path).to_owned())).collect()
}

#[test]
fn a_consent_is_read_and_ended_by_its_client() {
    for mut bench in Bench::both() {
        let created =
            bench.ask(&["ReadAccountsBasic", "ReadBalances"], r#","ExpirationDateTime":"2026-06-01T00:00:00+01:00""#);
        assert_eq!(created.status, 201);
        let data = created.json()["Data"].clone();
        assert_eq!(data["Status"], bench.word("AwaitingAuthorisation", "AWAU"));
        assert_eq!(data["ExpirationDateTime"], "2026-06-01T00:00:00+01:00");
        let id = data["ConsentId"].as_str().unwrap().to_owned();
        let path = format!("/aisp/account-access-consents/{id}");
        assert_eq!(
            created.json()["Links"]["Self"].as_str().unwrap(),
            format!("http://127.0.0.1:8080/bank{}{path}", bench.dialect.version.prefix)
        );
        bench.wait(60);
        bench.authorise("alice", &id);
        let read = bench.get_as_client(&path).json()["Data"].clone();
        assert_eq!(read["Status"], bench.word("Authorised", "AUTH"));
        assert_eq!(read["StatusUpdateDateTime"], "2026-03-02T09:01:00Z");
        assert_eq!(bench.get("/aisp/accounts").status, 200);
        assert_eq!(bench.send(&bench.client(), Method::DELETE, &path, &[], "").status, 204);
        let gone = (400, errors(&bench, &[("UK.OBIE.Resource.NotFound", "U011", "")]));
        assert_eq!(bench.get_as_client(&path).refusal(), gone);
        assert_eq!(bench.get("/aisp/accounts").status, 403);
    }
}

#[test]
fn what_ends_at_the_bank_is_told_as_far_as_the_version_can() {
    for bench in Bench::both() {
        let mut bench = bench.consented("alice", ALL, r#","ExpirationDateTime":"2026-06-01T00:00:00Z""#);
        let id = bench.consent.clone().unwrap();
        let path = format!("/aisp/account-access-consents/{id}");
        let status = |bench: &Bench| bench.get_as_client(&path).json()["Data"]["Status"].as_str().unwrap().to_owned();
        bench.now = "2026-06-02T00:00:00Z".parse().unwrap();
        assert_eq!(status(&bench), bench.word("Authorised", "EXPD"));
        let reauthenticate = (403, errors(&bench, &[("UK.OBIE.Reauthenticate", "U028", "")]));
        assert_eq!(bench.get("/aisp/accounts").refusal(), reauthenticate);
        bench.now = super::bench::start();
        bench.bank.ledger.revoke_consent(&id, EndedBy::Holder, bench.now).unwrap();
        assert_eq!(status(&bench), bench.word("Authorised", "CANC"));
        let withdrawn = (403, errors(&bench, &[("UK.OBIE.Resource.InvalidConsentStatus", "U009", "")]));
        assert_eq!(bench.get("/aisp/accounts").refusal(), withdrawn);
    }
}

#[test]
fn every_mistake_of_a_body_is_named_at_once() {
    for bench in Bench::both() {
        let body =
            r#"{"Data":{"Permissions":["ReadAccountsBasic","ReadAll"],"ExpirationDateTime":"tomorrow","More":1}}"#;
        let refused = bench.post("/aisp/account-access-consents", &[], body);
        let expected = errors(
            &bench,
            &[
                ("UK.OBIE.Field.Invalid", "U002", "Data.Permissions[1]"),
                ("UK.OBIE.Field.InvalidDate", "U003", "Data.ExpirationDateTime"),
                ("UK.OBIE.Field.Unexpected", "U005", "Data.More"),
                ("UK.OBIE.Field.Missing", "U004", "Risk"),
            ],
        );
        assert_eq!(refused.refusal(), (400, expected));
        let not_json = bench.post("/aisp/account-access-consents", &[], "{");
        assert_eq!(not_json.refusal(), (400, errors(&bench, &[("UK.OBIE.Resource.InvalidFormat", "U010", "")])));
        let past = bench.ask(&["ReadAccountsBasic"], r#","ExpirationDateTime":"2020-01-01T00:00:00Z""#);
        let expected = errors(&bench, &[("UK.OBIE.Field.InvalidDate", "U003", "Data.ExpirationDateTime")]);
        assert_eq!(past.refusal(), (400, expected));
        let xml = bench.send(
            &bench.client(),
            Method::POST,
            "/aisp/account-access-consents",
            &[("content-type", "text/xml")],
            "<a/>",
        );
        assert_eq!((xml.status, xml.text.as_str()), (415, ""));
    }
}

#[test]
fn envelopes() {
    let shown: Vec<String> = Bench::both()
        .iter()
        .map(|bench| format!("{}\n{}", bench.dialect.version.slug, bench.ask(&["ReadBalances"], "").pretty()))
        .collect();
    insta::assert_snapshot!(shown.join("\n\n"));
}

#[test]
fn tokens_do_the_work_of_their_kind_only() {
    for bench in Bench::both() {
        let bench = bench.consented("alice", ALL, "");
        let empty = |answer: Answer| (answer.status, answer.text);
        let unauthorised = (401, String::new());
        assert_eq!(empty(bench.get_as_client("/aisp/accounts")), unauthorised);
        let path = format!("/aisp/account-access-consents/{}", bench.consent.as_deref().unwrap());
        assert_eq!(empty(bench.get(&path)), unauthorised);
        let mut other_scope = bench.holder();
        other_scope.scopes = vec!["payments".to_owned()];
        assert_eq!(empty(bench.send(&other_scope, Method::GET, "/aisp/accounts", &[], "")), unauthorised);
        let mut other_client = bench.client();
        other_client.client_id = "other".to_owned();
        let refused = bench.send(&other_client, Method::GET, &path, &[], "");
        assert_eq!(refused.refusal(), (403, errors(&bench, &[("UK.OBIE.Resource.ConsentMismatch", "U008", "")])));
    }
}

#[test]
fn an_interaction_id_is_given_back_or_made() {
    for bench in Bench::both() {
        let bench = bench.consented("alice", ALL, "");
        let id = "93bac548-d2de-4546-b106-880a5018460d";
        let sent = bench.send(&bench.holder(), Method::GET, "/aisp/accounts", &[("x-fapi-interaction-id", id)], "");
        assert_eq!(sent.headers["x-fapi-interaction-id"], id);
        let bad = bench.send(&bench.holder(), Method::GET, "/aisp/accounts", &[("x-fapi-interaction-id", "7")], "");
        let expected = errors(&bench, &[("UK.OBIE.Header.Invalid", "U006", "x-fapi-interaction-id")]);
        assert_eq!(bad.refusal(), (400, expected));
        let xml = bench.send(&bench.holder(), Method::GET, "/aisp/accounts", &[("accept", "text/xml")], "");
        assert_eq!((xml.status, xml.text.as_str()), (406, ""));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is asked for: it is refused with the path of the permissions, or every resource is as open as they say.
    #[test]
    fn permissions_open_what_they_say(chosen in prop::sample::subsequence(ALL, 0..=ALL.len())) {
        for bench in Bench::both() {
            let asked = bench.ask(&chosen, "");
            let has = |word: &str| chosen.iter().any(|permission| permission.contains(word));
            let transactions = has("TransactionsBasic") || has("TransactionsDetail");
            if !(has("ReadAccounts") && transactions == (has("TransactionsCredits") || has("TransactionsDebits"))) {
                let invalid = bench.word("UK.OBIE.Field.Invalid", "U002").to_owned();
                prop_assert_eq!(asked.refusal(), (400, vec![(invalid, "Data.Permissions".to_owned())]));
                continue;
            }
            let bench = bench.consented("alice", &chosen, "");
            let account = bench.account(0);
            let open = |target: &str| match bench.get(target).status {
                200 => true,
                403 => false,
                other => panic!("{target}: {other}"),
            };
            for (target, expected) in [
                ("/aisp/accounts".to_owned(), true),
                (format!("/aisp/accounts/{account}"), true),
                ("/aisp/balances".to_owned(), has("ReadBalances")),
                (format!("/aisp/accounts/{account}/balances"), has("ReadBalances")),
                ("/aisp/transactions".to_owned(), transactions),
                (format!("/aisp/accounts/{account}/transactions"), transactions),
                ("/aisp/party".to_owned(), has("ReadPartyPSU")),
                (format!("/aisp/accounts/{account}/party"), chosen.contains(&"ReadParty")),
                (format!("/aisp/accounts/{account}/parties"), chosen.contains(&"ReadParty")),
                ("/aisp/beneficiaries".to_owned(), has("ReadBeneficiaries")),
                (format!("/aisp/accounts/{account}/direct-debits"), has("ReadDirectDebits")),
                ("/aisp/standing-orders".to_owned(), has("ReadStandingOrders")),
                (format!("/aisp/accounts/{account}/scheduled-payments"), has("ReadScheduledPayments")),
                (format!("/aisp/accounts/{account}/statements"), has("ReadStatements")),
                (format!("/aisp/accounts/{account}/product"), has("ReadProducts")),
                ("/aisp/offers".to_owned(), has("ReadOffers")),
            ] {
                prop_assert_eq!(open(&target), expected, "{} with {:?}", target, chosen);
            }
        }
    }
}
