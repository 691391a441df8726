//! The endpoints clients call: token, revocation, introspection, metadata, keys.

use std::time::Duration;

use axum::http::Method;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::assertion::ASSERTION;
use super::bench::{BASE, Bench, CALLBACK, Pairs, VERIFIER, basic, changed, encode};
use crate::auth::NewClient;
use crate::bank::EndedBy;

#[test]
fn a_code_buys_tokens_and_an_id_token_that_verifies() {
    let bench = Bench::automatic();
    let answer = bench.redeem(&bench.code(), &[]);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    let tokens = answer.ok_json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 600);
    assert_eq!(tokens["scope"], "openid accounts balances transactions payments");
    let keys: jsonwebtoken::jwk::JwkSet =
        serde_json::from_value(bench.get("/oauth/jwks", &[]).ok_json()).expect("a JWKS");
    let header = jsonwebtoken::decode_header(tokens["id_token"].as_str().expect("an id_token")).expect("a JWT");
    let key = keys.find(&header.kid.expect("a kid")).expect("published");
    let mut validation = jsonwebtoken::Validation::new(Algorithm::ES256);
    validation.validate_exp = false;
    validation.set_audience(&["demo"]);
    validation.set_issuer(&[BASE]);
    let key = jsonwebtoken::DecodingKey::from_jwk(key).expect("a key");
    let id_token = tokens["id_token"].as_str().expect("an id_token");
    let claims = jsonwebtoken::decode::<Value>(id_token, &key, &validation).expect("verifies").claims;
    assert_eq!(claims["nonce"], "n-0S6_WzA2Mj");
    assert_eq!(claims["auth_time"], bench.now.as_second());
    assert_eq!(claims["iat"], bench.now.as_second());
    let authorization = format!("Bearer {}", tokens["access_token"].as_str().expect("a token"));
    let userinfo = bench.get("/oauth/userinfo", &[("authorization", &authorization)]).ok_json();
    assert_eq!(userinfo["sub"], claims["sub"]);
}

#[test]
fn a_code_is_refused_to_whoever_does_not_deserve_it() {
    let bench = Bench::automatic();
    let other = "x".repeat(43);
    #[rustfmt::skip]
    let cases: &[(&str, Pairs<'_>, &str)] = &[
        ("N05", &[("redirect_uri", "http://127.0.0.1:4001/callback")], "400 invalid_grant"),
        ("N05 missing", &[("redirect_uri", "")], "400 invalid_grant"),
        ("N22 wrong", &[("code_verifier", &other)], "400 invalid_grant"),
        ("N22 missing", &[("code_verifier", "")], "400 invalid_grant"),
        ("N21 short", &[("code_verifier", "short")], "400 invalid_grant"),
        ("unknown code", &[("code", "nonsense")], "400 invalid_grant"),
        ("no code", &[("code", "")], "400 invalid_request"),
        ("no grant type", &[("grant_type", "")], "400 invalid_request"),
        ("N64 password", &[("grant_type", "password")], "400 unsupported_grant_type"),
        ("N64 implicit", &[("grant_type", "implicit")], "400 unsupported_grant_type"),
        ("N64 unknown", &[("grant_type", "urn:x\"\\y")], "400 unsupported_grant_type"),
        ("N28", &[("client_id", "demo-public")], "401 invalid_client"),
        ("N35 two methods", &[("client_secret", "demo-secret"), ("client_id", "demo")], "400 invalid_request"),
    ];
    for (case, changes, expected) in cases {
        let code = bench.code();
        assert_eq!(bench.redeem(&code, changes).refusal(), *expected, "{case}");
        // A refusal of these kinds leaves the code to its rightful owner.
        assert_eq!(bench.redeem(&code, &[]).status, 200, "{case}");
    }
}

#[test]
fn a_code_is_of_one_client_and_one_minute() {
    let mut bench = Bench::automatic();
    bench.register(NewClient { client_id: Some("b".into()), secret: Some("s".into()), ..NewClient::default() });
    let code = bench.code();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let stolen = bench.post("/oauth/token", &[("authorization", &basic("b", "s"))], &form);
    assert_eq!(stolen.refusal(), "400 invalid_grant", "N26");
    bench.advance(Duration::from_secs(59));
    assert_eq!(bench.redeem(&code, &[]).status, 200);
    let code = bench.code();
    bench.advance(Duration::from_secs(60));
    assert_eq!(bench.redeem(&code, &[]).refusal(), "400 invalid_grant", "N25");
}

#[test]
fn a_code_used_twice_takes_its_tokens_back() {
    let bench = Bench::automatic();
    let code = bench.code();
    let tokens = bench.redeem(&code, &[]).ok_json();
    let (access, refresh) =
        (tokens["access_token"].as_str().expect("text"), tokens["refresh_token"].as_str().expect("text"));
    assert!(bench.accepts(access));
    assert_eq!(bench.redeem(&code, &[]).refusal(), "400 invalid_grant", "N24");
    assert!(!bench.accepts(access), "N24: what it bought is revoked");
    assert_eq!(bench.refresh(refresh).refusal(), "400 invalid_grant", "N24");
}

#[test]
fn a_code_without_challenge_takes_no_verifier() {
    let bench = Bench::without("pkce-sent");
    let code = bench.authorize(&[("code_challenge", ""), ("code_challenge_method", "")]).redirected("code");
    assert_eq!(bench.redeem(&code, &[]).refusal(), "400 invalid_grant", "N23");
    assert_eq!(bench.redeem(&code, &[("code_verifier", "")]).status, 200);
}

#[test]
fn clients_prove_who_they_are_in_their_own_way() {
    let bench = Bench::automatic();
    let with = |headers: &[(&str, &str)], form: &[(&str, &str)]| {
        bench.post("/oauth/token", headers, &changed(&[("grant_type", "client_credentials")], form))
    };
    let good = basic("demo", "demo-secret");
    assert_eq!(with(&[("authorization", &good)], &[]).status, 200);
    assert_eq!(with(&[], &[("client_id", "demo"), ("client_secret", "demo-secret")]).status, 200);
    let wrong = with(&[("authorization", &basic("demo", "wrong"))], &[]);
    assert_eq!(wrong.refusal(), "401 invalid_client");
    assert_eq!(wrong.header("www-authenticate"), Some("Basic realm=\"oauth\""));
    let unknown = with(&[("authorization", &basic("nobody", "wrong"))], &[]);
    assert_eq!((unknown.status, &unknown.text), (401, &wrong.text), "N82");
    #[rustfmt::skip]
    let cases: &[(&str, Pairs<'_>, Pairs<'_>, &str)] = &[
        ("nothing", &[], &[], "401 invalid_client"),
        ("id alone", &[], &[("client_id", "demo")], "401 invalid_client"),
        ("no id", &[], &[("client_secret", "demo-secret")], "401 invalid_client"),
        ("bearer", &[("authorization", "Bearer x")], &[], "401 invalid_client"),
        ("not base64", &[("authorization", "Basic !")], &[], "401 invalid_client"),
        ("two headers", &[("authorization", &good), ("authorization", &good)], &[], "400 invalid_request"),
        ("N36", &[], &[("client_id", "demo-jwt"), ("client_secret", "")], "401 invalid_client"),
        ("N36 secret", &[], &[("client_id", "demo-jwt"), ("client_secret", "x")], "401 invalid_client"),
        ("public with secret", &[], &[("client_id", "demo-public"), ("client_secret", "x")], "401 invalid_client"),
        ("N65 public", &[], &[("client_id", "demo-public")], "400 unauthorized_client"),
        ("assertion type", &[], &[("client_assertion", "x"), ("client_assertion_type", "x")], "400 invalid_request"),
        ("not a JWT", &[], &[("client_assertion", "x"), ("client_assertion_type", ASSERTION)], "401 invalid_client"),
    ];
    for (case, headers, form, expected) in cases {
        let answer = with(headers, form);
        let got = if answer.status == 200 { "200".to_owned() } else { answer.refusal() };
        assert_eq!(got, *expected, "{case}");
    }
}

#[test]
fn the_body_is_a_form_and_nothing_else() {
    let bench = Bench::automatic();
    let form = encode(&[("grant_type", "client_credentials")]);
    let (authorization, kind) = (basic("demo", "demo-secret"), "application/x-www-form-urlencoded");
    let send = |target: &str, kind: &str, body: &str| {
        let headers = [("authorization", authorization.as_str()), ("content-type", kind)];
        bench.send(Method::POST, target, &headers, body)
    };
    assert_eq!(send("/oauth/token", "Application/X-WWW-Form-urlencoded; charset=UTF-8", &form).status, 200);
    assert_eq!(send("/oauth/token", "application/json", "{}").refusal(), "400 invalid_request", "N66 JSON");
    assert_eq!(send("/oauth/token", "", &form).refusal(), "400 invalid_request");
    assert_eq!(send(&format!("/oauth/token?{form}"), kind, "").refusal(), "400 invalid_request", "N66 query");
    let twice = format!("{form}&{form}");
    assert_eq!(send("/oauth/token", kind, &twice).refusal(), "400 invalid_request", "N17");
    assert_eq!(send("/oauth/token", kind, "%").refusal(), "400 invalid_request");
    assert_eq!(send("/oauth/token", kind, &"x".repeat(65 * 1024)).refusal(), "413 invalid_request", "N52");
}

#[test]
fn a_refresh_token_rotates_and_its_reuse_kills_the_family() {
    let bench = Bench::automatic();
    let text = |tokens: &Value, name: &str| tokens[name].as_str().expect("text").to_owned();
    let first = bench.tokens();
    let second = bench.refresh(&text(&first, "refresh_token")).ok_json();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_eq!((&first["scope"], &first["consent_id"]), (&second["scope"], &second["consent_id"]));
    assert!(bench.accepts(&text(&first, "access_token")) && bench.accepts(&text(&second, "access_token")));
    assert_eq!(bench.refresh(&text(&first, "refresh_token")).refusal(), "400 invalid_grant", "N62");
    assert!(!bench.accepts(&text(&second, "access_token")), "N62: the family is revoked");
    assert_eq!(bench.refresh(&text(&second, "refresh_token")).refusal(), "400 invalid_grant", "N62");
}

#[test]
fn a_refresh_is_of_one_client_one_scope_and_one_consent() {
    let mut bench = Bench::automatic();
    let tokens = bench.tokens();
    let token = tokens["refresh_token"].as_str().expect("text");
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let other = [("client_id", "demo-public")];
    assert_eq!(
        bench.post("/oauth/token", &[], &changed(&form, &other)).refusal(),
        "400 invalid_grant",
        "N60 other client"
    );
    assert_eq!(bench.post("/oauth/token", &[], &form).refusal(), "401 invalid_client", "N60 no authentication");
    assert_eq!(bench.token(&changed(&form, &[("scope", "openid customers")])).refusal(), "400 invalid_scope", "N61");
    assert_eq!(bench.token(&changed(&form, &[("scope", "everything")])).refusal(), "400 invalid_scope", "N61");
    assert_eq!(bench.token(&changed(&form, &[("refresh_token", "x")])).refusal(), "400 invalid_grant");
    assert_eq!(bench.token(&changed(&form, &[("refresh_token", "")])).refusal(), "400 invalid_request");
    let narrowed = bench.token(&changed(&form, &[("scope", "openid balances")])).ok_json();
    assert_eq!(narrowed["scope"], "openid balances");
    let whole = bench.refresh(narrowed["refresh_token"].as_str().expect("text")).ok_json();
    assert_eq!(whole["scope"], tokens["scope"], "the refresh token keeps the scope that was granted");
    bench
        .bank
        .ledger
        .revoke_consent(tokens["consent_id"].as_str().expect("text"), EndedBy::Holder, bench.now)
        .expect("known");
    let token = whole["refresh_token"].as_str().expect("text");
    assert_eq!(bench.refresh(token).refusal(), "400 invalid_grant", "N60 consent withdrawn");
    let fresh = bench.tokens();
    bench.advance(Duration::from_secs(30 * 86_400));
    assert_eq!(bench.refresh(fresh["refresh_token"].as_str().expect("text")).refusal(), "400 invalid_grant", "expired");
}

#[test]
fn client_credentials_are_for_the_clients_own_business() {
    let bench = Bench::automatic();
    let ask = |scope: &str| bench.token(&changed(&[("grant_type", "client_credentials")], &[("scope", scope)]));
    let tokens = ask("").ok_json();
    assert_eq!(tokens["scope"], "customers accounts balances transactions payments");
    assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
    assert_eq!(ask("accounts").ok_json()["scope"], "accounts");
    assert_eq!(ask("openid").refusal(), "400 invalid_scope");
    assert_eq!(ask("everything").refusal(), "400 invalid_scope");
}

#[test]
fn revocation_ends_what_is_the_clients_own_and_always_says_yes() {
    let bench = Bench::automatic();
    let tokens = bench.tokens();
    let (access, refresh) =
        (tokens["access_token"].as_str().expect("text"), tokens["refresh_token"].as_str().expect("text"));
    let demo = basic("demo", "demo-secret");
    let revoke = |headers: &[(&str, &str)], form: &[(&str, &str)]| bench.post("/oauth/revoke", headers, form);
    assert_eq!(revoke(&[], &[("client_id", "demo-public"), ("token", access)]).status, 200, "N70");
    assert_eq!(revoke(&[], &[("client_id", "demo-public"), ("token", refresh)]).status, 200, "N70");
    assert!(bench.accepts(access), "N70: another client's word changes nothing");
    assert_eq!(revoke(&[("authorization", &demo)], &[("token", "unknown")]).status, 200);
    assert_eq!(revoke(&[("authorization", &demo)], &[]).refusal(), "400 invalid_request");
    assert_eq!(revoke(&[], &[("token", access)]).refusal(), "401 invalid_client");
    assert_eq!(
        revoke(&[("authorization", &demo)], &[("token", access), ("token_type_hint", "refresh_token")]).status,
        200
    );
    assert!(!bench.accepts(access));
    let again = bench.refresh(refresh).ok_json();
    let (access, refresh) =
        (again["access_token"].as_str().expect("text"), again["refresh_token"].as_str().expect("text"));
    assert_eq!(revoke(&[("authorization", &demo)], &[("token", refresh)]).status, 200);
    assert!(!bench.accepts(access), "a refresh token takes its family along");
    assert_eq!(bench.refresh(refresh).refusal(), "400 invalid_grant");
}

#[test]
fn introspection_tells_a_client_about_its_own_tokens() {
    let mut bench = Bench::automatic();
    let tokens = bench.tokens();
    let (access, refresh) =
        (tokens["access_token"].as_str().expect("text"), tokens["refresh_token"].as_str().expect("text"));
    let ask = |bench: &Bench, id: &str, secret: &str, token: &str| {
        bench.post("/oauth/introspect", &[("authorization", &basic(id, secret))], &[("token", token)])
    };
    let about = ask(&bench, "demo", "demo-secret", access).ok_json();
    assert_eq!(about["active"], true);
    assert_eq!((&about["scope"], &about["consent_id"]), (&tokens["scope"], &tokens["consent_id"]));
    assert_eq!(about["exp"], bench.now.as_second() + 600);
    assert_eq!(ask(&bench, "demo", "demo-secret", refresh).ok_json()["active"], true);
    let nothing = json!({"active": false});
    assert_eq!(ask(&bench, "demo", "demo-secret", "unknown").ok_json(), nothing);
    bench.register(NewClient { client_id: Some("b".into()), secret: Some("s".into()), ..NewClient::default() });
    assert_eq!(ask(&bench, "b", "s", access).ok_json(), nothing, "N70");
    assert_eq!(ask(&bench, "b", "s", refresh).ok_json(), nothing, "N70");
    assert_eq!(ask(&bench, "demo", "wrong", access).refusal(), "401 invalid_client");
    let public = bench.post("/oauth/introspect", &[], &[("client_id", "demo-public"), ("token", access)]);
    assert_eq!(public.refusal(), "401 invalid_client");
    bench.advance(Duration::from_secs(600));
    assert_eq!(ask(&bench, "demo", "demo-secret", access).ok_json(), nothing, "expired");
    bench
        .bank
        .ledger
        .revoke_consent(tokens["consent_id"].as_str().expect("text"), EndedBy::Client, bench.now)
        .expect("known");
    assert_eq!(ask(&bench, "demo", "demo-secret", refresh).ok_json(), nothing, "consent ended");
}

#[test]
fn the_metadata() {
    let bench = Bench::automatic();
    let document = bench.get("/.well-known/openid-configuration", &[]);
    assert_eq!(document.text, bench.get("/.well-known/oauth-authorization-server", &[]).text);
    insta::assert_snapshot!(serde_json::to_string_pretty(&document.ok_json()).expect("JSON"));
    let keys = bench.get("/oauth/jwks", &[]).ok_json();
    let key = keys["keys"][0].as_object().expect("a key");
    assert_eq!(key.keys().collect::<Vec<_>>(), ["alg", "crv", "kid", "kty", "use", "x", "y"], "no private part");
}
