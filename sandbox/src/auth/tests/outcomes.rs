//! What account holders do: by user name, by order, and away from any browser.

use std::time::Duration;

use bank_fixtures::record::ConsentStatus;

use super::bench::{Answer, Bench};
use crate::auth::approval::NewApproval;
use crate::auth::scope::ScopeSet;
use crate::auth::{Order, Outcome, Standing, ask, decide_login, open_logins};

/// An authorization request of a bank that asks nobody, by a magic user.
fn by_name(bench: &Bench, word: &str) -> Answer {
    bench.authorize(&[("login_hint", &format!("alice:{word}"))])
}

fn accounts(bench: &Bench, code: &str) -> (Vec<String>, Option<String>, ConsentStatus) {
    let tokens = bench.redeem(code, &[]).ok_json();
    let id = tokens["consent_id"].as_str().expect("a consent");
    let view = bench.bank.ledger.consent(id, bench.now).expect("known");
    (view.consent.account_ids, view.user, view.consent.status)
}

#[test]
fn a_user_name_says_what_its_owner_does() {
    let bench = Bench::automatic();
    let all: Vec<String> = bench.bank.ledger.accounts_of_user("alice").iter().map(|one| one.id.clone()).collect();
    let (given, user, status) = accounts(&bench, &by_name(&bench, "approve").redirected("code"));
    assert_eq!((given, user.as_deref(), status), (all.clone(), Some("alice"), ConsentStatus::Active));
    let (given, ..) = accounts(&bench, &by_name(&bench, "partial").redirected("code"));
    assert_eq!(given, all[..1]);
    let (given, user, _) = accounts(&bench, &by_name(&bench, "wrong-user").redirected("code"));
    assert!(user.as_deref() != Some("alice") && !given.is_empty() && given != all, "somebody else's accounts");
    assert_eq!(by_name(&bench, "deny").refusal(), "303 access_denied");
    assert_eq!(by_name(&bench, "expire").refusal(), "303 access_denied");
    let left = by_name(&bench, "abandon");
    assert!(left.status == 200 && left.header("location").is_none() && left.text.contains("You have left"));
    let code = by_name(&bench, "replayed-code").redirected("code");
    assert_eq!(bench.redeem(&code, &[]).refusal(), "400 invalid_grant", "somebody was faster");
}

#[test]
fn a_second_approver_is_waited_for() {
    let bench = Bench::automatic();
    let code = by_name(&bench, "second-approver").redirected("code");
    let waiting = bench.bank.ledger.consents(bench.now).remove(0);
    assert_eq!(waiting.consent.status, ConsentStatus::PartiallyAuthorised);
    let tokens = bench.redeem(&code, &[]).ok_json();
    let token = tokens["access_token"].as_str().expect("a token");
    assert!(bench.accepts(token), "who it is is known");
    let second = bench.bank.second_of(&waiting.consent.id, bench.now);
    let ledger = &bench.bank.ledger;
    assert_eq!(ledger.consents_waiting_for(&second, bench.now).len(), 1);
    assert!(ledger.approve_consent_too(&waiting.consent.id, "alice", bench.now).is_err(), "once is not twice");
    ledger.approve_consent_too(&waiting.consent.id, &second, bench.now).expect("agreed");
    let view = ledger.consent(&waiting.consent.id, bench.now).expect("known");
    assert_eq!((view.consent.status, view.approvers), (ConsentStatus::Active, vec!["alice".to_owned(), second]));
}

#[test]
fn who_is_slow_makes_the_page_wait() {
    let mut bench = Bench::automatic();
    let page = by_name(&bench, "slow");
    assert!(page.text.contains("Waiting for you"), "{page:?}");
    let (cookie, interaction, csrf) = (page.cookie(), page.field("interaction"), page.field("csrf"));
    let form = [("interaction", interaction.as_str()), ("csrf", csrf.as_str())];
    let early = bench.post("/oauth/wait", &[("cookie", &cookie)], &form);
    assert!(early.element("alert").contains("Not yet"));
    bench.advance(Duration::from_secs(61));
    let back = bench.post("/oauth/wait", &[("cookie", &cookie)], &form);
    assert!(!back.redirected("code").is_empty());
}

#[test]
fn an_order_decides_where_the_bank_would_ask() {
    let bench = Bench::asking();
    let order = |client: Option<&str>, outcome| Order {
        client_id: client.map(str::to_owned),
        username: Some("ben".to_owned()),
        outcome,
        account_ids: None,
        times: 1,
    };
    bench.bank.auth.order(order(Some("somebody-else"), Outcome::Deny)).expect("room");
    bench.bank.auth.order(order(Some("demo"), Outcome::Approve)).expect("room");
    let (_, user, _) = accounts(&bench, &bench.authorize(&[("login_hint", "")]).redirected("code"));
    assert_eq!(user.as_deref(), Some("ben"), "the order says who it is");
    assert_eq!(bench.authorize(&[("login_hint", "")]).status, 200, "the order was for one request");
}

#[test]
fn a_login_that_goes_on_is_decided_without_a_browser() {
    let bench = Bench::asking();
    bench.authorize(&[]);
    let login = open_logins(&bench.bank, bench.now).remove(0);
    assert_eq!((login.username.as_deref(), login.place.name()), (Some("alice"), "login"));
    let decide = |outcome| decide_login(&bench.bank, &login.id, (None, outcome, None), bench.now);
    let location = decide(Outcome::Approve).expect("decided").location.expect("a redirect");
    let code = url::Url::parse(&location).expect("a URL");
    let code = code.query_pairs().find(|pair| pair.0 == "code").expect("a code").1.into_owned();
    assert_eq!(accounts(&bench, &code).1.as_deref(), Some("alice"));
    assert!(decide(Outcome::Deny).is_err(), "it is over");
    assert!(open_logins(&bench.bank, bench.now).is_empty());
}

#[test]
fn a_request_without_a_browser_waits_on_the_holder_s_own_page() {
    let mut bench = Bench::asking();
    let asked = |user: &str| NewApproval {
        client_id: "demo".to_owned(),
        client_name: "Demo".to_owned(),
        scopes: ScopeSet::parse("openid accounts").expect("offered"),
        consent_id: None,
        user: Some(user.to_owned()),
        message: Some("W4-SCT".to_owned()),
        lifetime: Duration::from_secs(120),
    };
    let one = ask(&bench.bank, asked("alice"), bench.now);
    assert_eq!(bench.bank.auth.standing(&one, bench.now), Some(Standing::Waiting));
    let home = Home::log_in(&bench, "alice");
    assert!(home.page.text.contains("W4-SCT"));
    let home = home.send(&[("request", &one), ("decision", "approve")]);
    assert!(home.page.element("alert").contains("agreed"));
    let Some(Standing::Approved(given)) = bench.bank.auth.standing(&one, bench.now) else { panic!("not approved") };
    assert_eq!(given.user, "alice");
    let two = ask(&bench.bank, asked("alice"), bench.now);
    assert!(Home::log_in(&bench, "ben").send(&[("request", &two), ("decision", "approve")]).says("over already"));
    decide_login(&bench.bank, &two, (None, Outcome::Deny, None), bench.now).expect("decided");
    assert_eq!(bench.bank.auth.standing(&two, bench.now), Some(Standing::Denied));
    let three = ask(&bench.bank, asked("alice"), bench.now);
    bench.advance(Duration::from_secs(120));
    assert_eq!(bench.bank.auth.standing(&three, bench.now), Some(Standing::Expired));
    let automatic = Bench::automatic();
    let at_once = |user: &str| {
        let id = ask(&automatic.bank, asked(user), automatic.now);
        automatic.bank.auth.standing(&id, automatic.now).expect("known")
    };
    assert!(matches!(at_once("alice"), Standing::Approved(_)));
    assert_eq!(at_once("alice:deny"), Standing::Denied);
    assert_eq!(at_once("alice:abandon"), Standing::Waiting);
    assert_eq!(at_once("alice:slow"), Standing::Waiting);
    assert_eq!(at_once("alice:expire"), Standing::Expired);
    assert_eq!(at_once("nobody"), Standing::Waiting, "who nobody is never answers");
}

#[test]
fn an_account_holder_sees_who_has_access_and_withdraws_it() {
    let bench = Bench::automatic();
    let tokens = bench.tokens();
    let (token, consent) =
        (tokens["access_token"].as_str().expect("text"), tokens["consent_id"].as_str().expect("text"));
    let home = Home::log_in(&bench, "alice");
    insta::assert_snapshot!("home_page", home.stable());
    let forged = bench.post(
        "/oauth/home-decide",
        &[("cookie", &home.cookie)],
        &[("csrf", "x"), ("consent", consent), ("decision", "revoke")],
    );
    assert_eq!(forged.refusal(), "403 page invalid_request", "N57");
    assert!(Home::log_in(&bench, "ben").send(&[("consent", consent), ("decision", "revoke")]).says("over already"));
    let home = home.send(&[("consent", consent), ("decision", "revoke")]);
    assert!(home.says("withdrawn this access") && home.page.text.contains("Withdrawn by you"));
    let introspected = bench.post(
        "/oauth/introspect",
        &[("authorization", &super::bench::basic("demo", "demo-secret"))],
        &[("token", token)],
    );
    assert_eq!(introspected.ok_json()["active"], false);
    let out = bench.post("/oauth/home-logout", &[("cookie", &home.cookie)], &[("csrf", &home.page.field("csrf"))]);
    assert!(out.text.contains("You are logged out"));
    assert!(
        bench.get("/oauth/home", &[("cookie", &home.cookie)]).text.contains("id=\"password\""),
        "the session is over"
    );
}

/// The account holder's own page.
struct Home<'a> {
    bench: &'a Bench,
    cookie: String,
    page: Answer,
}

impl<'a> Home<'a> {
    fn log_in(bench: &'a Bench, user: &str) -> Home<'a> {
        let page = bench.get("/oauth/home", &[]);
        let (cookie, csrf) = (page.cookie(), page.field("csrf"));
        let form = [("csrf", csrf.as_str()), ("username", user), ("password", user)];
        let page = bench.post("/oauth/home-login", &[("cookie", &cookie)], &form);
        assert!(!page.element("holder").is_empty(), "{page:?}");
        Home { bench, cookie: page.cookie(), page }
    }

    fn send(self, fields: &[(&str, &str)]) -> Home<'a> {
        let csrf = self.page.field("csrf");
        let mut form = vec![("csrf", csrf.as_str())];
        form.extend_from_slice(fields);
        let page = self.bench.post("/oauth/home-decide", &[("cookie", &self.cookie)], &form);
        Home { page, ..self }
    }

    fn says(&self, text: &str) -> bool {
        self.page.element("alert").contains(text)
    }

    fn stable(&self) -> String {
        let start = self.page.text.find("<main>").expect("a main part");
        self.page.text[start..].replace(&self.page.field("csrf"), "CSRF")
    }
}
