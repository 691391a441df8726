//! The pages, the way a browser walks them.

use std::time::Duration;

use axum::http::Method;

use super::bench::{Answer, Bench, CALLBACK, Pairs, basic, to_request};

/// A page and the cookie of the browser that shows it.
struct Browser<'a> {
    bench: &'a Bench,
    cookie: String,
    page: Answer,
}

impl<'a> Browser<'a> {
    fn open(bench: &'a Bench, changes: &[(&str, &str)]) -> Browser<'a> {
        let page = bench.authorize(changes);
        assert_eq!(page.status, 200, "{page:?}");
        Browser { bench, cookie: page.cookie(), page }
    }

    /// Submits the page's form with these fields added.
    fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let (interaction, csrf) = (self.page.field("interaction"), self.page.field("csrf"));
        let mut form = vec![("interaction", interaction.as_str()), ("csrf", csrf.as_str())];
        form.extend_from_slice(fields);
        self.bench.post(path, &[("cookie", &self.cookie)], &form)
    }

    fn log_in(mut self, username: &str, password: &str) -> Browser<'a> {
        let page = self.submit("/oauth/login", &[("username", username), ("password", password)]);
        assert_eq!(page.status, 200, "{page:?}");
        if page.header("set-cookie").is_some() {
            self.cookie = page.cookie();
        }
        Browser { page, ..self }
    }

    /// Submits the page's form and stays with the page it leads to.
    fn go(self, path: &str, fields: &[(&str, &str)]) -> Browser<'a> {
        let page = self.submit(path, fields);
        assert_eq!(page.status, 200, "{page:?}");
        Browser { page, ..self }
    }

    /// Gives the code that the phone shows.
    fn verify(self) -> Browser<'a> {
        let code = self.page.element("phone-code");
        self.go("/oauth/code", &[("code", &code)])
    }

    /// Everything before the confirmation: logged in, certain, these accounts.
    fn choose(self, accounts: &[&str]) -> Browser<'a> {
        let fields: Vec<_> = accounts.iter().map(|account| ("account", *account)).collect();
        self.log_in("alice", "alice").verify().go("/oauth/accounts", &fields)
    }
}

/// Ids of an account holder's accounts.
fn accounts_of(bench: &Bench, user: &str) -> Vec<String> {
    bench.bank.ledger.accounts_of_user(user).iter().map(|account| account.id.clone()).collect()
}

/// The page without what changes from run to run.
fn stable(page: &Answer) -> String {
    let style = page.text.find("<style>").zip(page.text.find("</style>")).expect("one style sheet");
    let text = format!("{}<style>…{}", &page.text[..style.0], &page.text[style.1..]);
    assert!(page.field("csrf").len() == 43 && page.field("interaction").len() == 43);
    text.replace(&page.field("csrf"), "CSRF").replace(&page.field("interaction"), "INTERACTION")
}

#[test]
fn a_person_logs_in_chooses_and_approves() {
    let bench = Bench::asking();
    let browser = Browser::open(&bench, &[("login_hint", "")]);
    insta::assert_snapshot!("login_page", stable(&browser.page));
    let cookie = browser.page.header("set-cookie").expect("a cookie");
    assert!(cookie.ends_with("; Path=/plain; HttpOnly; SameSite=Lax"), "{cookie}");
    let policy = browser.page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("form-action 'self' http://127.0.0.1:4000;"), "browsers check redirects too: {policy}");

    let anonymous = browser.cookie.clone();
    let browser = browser.log_in("alice", "alice");
    assert_ne!(browser.cookie, anonymous, "a login gets a new session");
    insta::assert_snapshot!("code_page", stable(&browser.page));
    let browser = browser.verify();
    insta::assert_snapshot!("accounts_page", stable(&browser.page));
    let account = accounts_of(&bench, "alice").swap_remove(1);
    let browser = browser.go("/oauth/accounts", &[("account", &account)]);
    insta::assert_snapshot!("confirm_page", stable(&browser.page));
    let back = browser.submit("/oauth/decide", &[("decision", "approve")]);
    let tokens = bench.redeem(&back.redirected("code"), &[]).ok_json();
    let consent = bench.bank.ledger.consent(tokens["consent_id"].as_str().expect("text"), bench.now).expect("known");
    assert_eq!((consent.consent.account_ids, consent.user.as_deref()), (vec![account], Some("alice")));
}

#[test]
fn a_person_says_no_or_goes_away() {
    let bench = Bench::asking();
    let browser = Browser::open(&bench, &[]);
    assert_eq!(
        browser.submit("/oauth/decide", &[("decision", "deny")]).refusal(),
        "303 access_denied",
        "N74 cancelled"
    );
    let browser = Browser::open(&bench, &[]).log_in("alice", "alice").verify();
    let denied = browser.submit("/oauth/decide", &[("decision", "deny")]);
    assert_eq!(denied.refusal(), "303 access_denied", "N74");
    assert!(denied.header("location").expect("a redirect").starts_with(CALLBACK));
}

#[test]
fn what_a_person_gets_wrong_is_said_on_the_page() {
    let bench = Bench::asking();
    let browser = Browser::open(&bench, &[]);
    assert_eq!(browser.page.text.matches("value=\"alice\"").count(), 1, "the hint fills the name in");
    let browser = browser.log_in("alice", "wrong");
    assert!(browser.page.element("alert").contains("do not match"));
    let early = browser.submit("/oauth/decide", &[("decision", "approve")]);
    assert!(early.element("alert").contains("log in first"));
    let browser = browser.log_in("alice", "alice");
    let early = browser.submit("/oauth/decide", &[("decision", "approve")]);
    assert!(early.element("alert").contains("enter the code first"));
    let browser = browser.verify();
    let early = browser.submit("/oauth/decide", &[("decision", "approve")]);
    assert!(early.element("alert").contains("choose the accounts first"));
    let none = browser.submit("/oauth/accounts", &[]);
    assert!(none.element("alert").contains("at least one account"));
    let foreign = accounts_of(&bench, "ben").swap_remove(0);
    let foreign = browser.submit("/oauth/accounts", &[("account", &foreign)]);
    assert!(foreign.element("alert").contains("at least one account"), "another person's account is no choice");
    let own = accounts_of(&bench, "alice");
    let browser = browser.go("/oauth/accounts", &[("account", &own[0])]);
    assert!(browser.page.text.contains("id=\"approve\""));
    let browser = browser.go("/oauth/accounts", &[("change", "yes")]);
    assert!(browser.page.text.contains("id=\"continue\""), "back to the choice");
}

#[test]
fn a_code_works_once_and_three_wrong_ones_end_it() {
    let bench = Bench::asking();
    let browser = Browser::open(&bench, &[]).log_in("alice", "alice");
    let first = browser.page.element("phone-code");
    let browser = browser.go("/oauth/code", &[("resend", "yes")]);
    assert_ne!(browser.page.element("phone-code"), first);
    let browser = browser.go("/oauth/code", &[("code", &first)]);
    assert!(browser.page.element("alert").contains("not the code"), "an older code");
    let second = browser.page.element("phone-code");
    let spaced = format!(" {} {} ", &second[..3], &second[3..]);
    let browser = browser.go("/oauth/code", &[("code", &spaced)]);
    assert!(browser.page.text.contains("id=\"accounts\""), "spaces are what people type");
    let again = browser.submit("/oauth/code", &[("code", &second)]);
    assert!(again.element("alert").contains("used already"));
    let other = Browser::open(&bench, &[]).log_in("alice", "alice");
    let other = other.go("/oauth/code", &[("code", "x")]).go("/oauth/code", &[("code", "")]);
    assert_eq!(other.submit("/oauth/code", &[("code", "x")]).refusal(), "303 access_denied");
}

#[test]
fn a_form_is_taken_from_its_own_browser_and_once() {
    let mut bench = Bench::asking();
    let account = accounts_of(&bench, "alice").swap_remove(0);
    let approve = [("decision", "approve"), ("account", account.as_str())];
    {
        let victim = Browser::open(&bench, &[]).choose(&[&account]);
        let attacker = Browser::open(&bench, &[]);
        let (interaction, csrf) = (victim.page.field("interaction"), victim.page.field("csrf"));
        let own = attacker.page.field("csrf");
        #[rustfmt::skip]
        let forged = [
            ("other session", attacker.cookie.as_str(), csrf.as_str()),
            ("no session", "", csrf.as_str()),
            ("no token", victim.cookie.as_str(), ""),
            ("other token", victim.cookie.as_str(), own.as_str()),
        ];
        for (case, cookie, csrf) in forged {
            let form = [("interaction", interaction.as_str()), ("csrf", csrf), approve[0], approve[1]];
            let answer = bench.post("/oauth/decide", &[("cookie", cookie)], &form);
            assert_eq!(answer.refusal(), "403 page invalid_request", "N57 {case}");
            for path in ["/oauth/login", "/oauth/code", "/oauth/accounts", "/oauth/wait"] {
                let answer = bench.post(path, &[("cookie", cookie)], &form);
                assert_eq!(answer.refusal(), "403 page invalid_request", "N57 {case} {path}");
            }
        }
        assert_eq!(victim.submit("/oauth/decide", &approve).status, 303);
        assert_eq!(
            victim.submit("/oauth/decide", &approve).refusal(),
            "400 page invalid_request",
            "N57: one code only"
        );
    }
    let json = bench.send(axum::http::Method::POST, "/oauth/decide", &[("content-type", "application/json")], "{}");
    assert_eq!(json.refusal(), "400 page invalid_request");
    let late = Browser::open(&bench, &[]);
    let (cookie, page) = (late.cookie, late.page);
    bench.advance(Duration::from_secs(601));
    let late = Browser { bench: &bench, cookie, page };
    assert_eq!(late.submit("/oauth/decide", &approve).refusal(), "400 page invalid_request", "over");
}

#[test]
fn a_login_lasts_and_prompt_and_max_age_ask_again() {
    let mut bench = Bench::asking();
    let cookie = Browser::open(&bench, &[]).log_in("alice", "alice").cookie;
    let again = |bench: &Bench, changes: &[(&str, &str)]| {
        let query = super::bench::encode(&super::bench::request(changes));
        bench.get(&format!("/oauth/authorize?{query}"), &[("cookie", &cookie)])
    };
    let asks_to_log_in = |answer: &Answer| answer.text.contains("id=\"password\"");
    assert!(!asks_to_log_in(&again(&bench, &[])), "already logged in");
    assert!(asks_to_log_in(&again(&bench, &[("prompt", "login")])));
    assert_eq!(again(&bench, &[("prompt", "none")]).refusal(), "303 consent_required", "N76");
    bench.advance(Duration::from_secs(30));
    assert!(!asks_to_log_in(&again(&bench, &[("max_age", "30")])));
    assert!(asks_to_log_in(&again(&bench, &[("max_age", "29")])), "N76");
    assert_eq!(again(&bench, &[("max_age", "29"), ("prompt", "none")]).refusal(), "303 login_required", "N76");
    assert_eq!(bench.authorize(&[("prompt", "none")]).refusal(), "303 login_required", "N76");
    bench.advance(Duration::from_secs(3600));
    assert!(asks_to_log_in(&again(&bench, &[])), "a session ends");
}

#[test]
fn the_error_page() {
    let page = Bench::asking().authorize(&[("client_id", "nobody")]);
    let start = page.text.find("<main>").expect("a main part");
    insta::assert_snapshot!("error_page", &page.text[start..]);
}

#[test]
fn a_request_names_its_client_before_anything_is_verified() {
    let bench = Bench::asking();
    let browser = Browser::open(&bench, &[]);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let claimed = |target: &str, headers: Pairs<'_>, body: &str| {
        bench.bank.auth.claimed_client_id(&to_request(Method::POST, target, headers, body))
    };
    let demo = Some("demo".to_owned());
    assert_eq!(claimed("/oauth/token", &[("authorization", &basic("demo", "wrong"))], ""), demo);
    assert_eq!(claimed("/oauth/token", &[form], "grant_type=x&client_id=demo"), demo);
    assert_eq!(claimed("/oauth/authorize?client_id=demo", &[], ""), demo);
    assert_eq!(
        claimed("/oauth/token", &[form], "client_assertion=eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJkZW1vIn0.AAAA"),
        demo
    );
    let interaction = format!("interaction={}", browser.page.field("interaction"));
    assert_eq!(claimed("/oauth/login", &[form], &interaction), demo, "its own page's form");
    assert_eq!(claimed("/oauth/login", &[form], "interaction=x"), None);
    assert_eq!(claimed("/payments", &[("content-type", "application/json")], "{\"x\": \"&client_id=demo\"}"), None);
}
