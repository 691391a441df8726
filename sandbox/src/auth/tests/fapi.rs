//! The profiles of FAPI from end to end, and what each refuses.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use super::bench::{BASE, Bench, CALLBACK, Pairs, encode, request};
use super::tpp::{ID, Tpp, base64url, certificate, key, merged};
use crate::auth::key::SigningKey;
use crate::auth::mint::{Mint, sha256};
use crate::auth::{
    AuthMethod, NewClient, NoncePolicy, RefreshPolicy, Security, SecurityProfile, Sender, SigningAlgorithm,
    TokenFormat, Variant,
};
use crate::certificate::CertificateName;

/// The claims of a JWT that our own bank signed with a published key.
pub(super) fn claims(bench: &Bench, jwt: &str) -> Value {
    use crate::auth::jose::Jws;
    let keys = bench.get("/oauth/jwks", &[]).ok_json();
    let jws = Jws::parse(jwt).expect("a JWT");
    let key = keys["keys"].as_array().expect("a list").iter().find(|key| key["kid"] == jws.header["kid"]);
    let key = serde_json::from_value(key.expect("its key is published").clone()).expect("a JWK");
    assert!(jws.is_signed_by(&key), "{jwt}");
    jws.claims.into()
}

fn security(profile: SecurityProfile, change: impl FnOnce(&mut Security)) -> Security {
    let mut security = Security::of(profile);
    change(&mut security);
    security
}

const FAPI2: SecurityProfile = SecurityProfile::Fapi2Security;
const SIGNED: SecurityProfile = SecurityProfile::Fapi2MessageSigning;
const FAPI1: SecurityProfile = SecurityProfile::Fapi1Advanced;

#[test]
fn fapi2_pushes_and_binds_to_a_key() {
    let tpp = Tpp::of(FAPI2);
    let answer = tpp.push(&[]);
    assert_eq!(answer.status, 201);
    assert!(answer.json()["expires_in"].as_u64().is_some_and(|seconds| (5..600).contains(&seconds)));
    let uri = answer.json()["request_uri"].as_str().expect("text").to_owned();
    // What stands next to the reference does not count (N08).
    let back = tpp.visit(&uri, &[("state", "other"), ("scope", "payments"), ("redirect_uri", "https://evil.example")]);
    let back = back.redirect();
    assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("s 1&2", BASE));
    let tokens = tpp.redeem(&back["code"], &[]).ok_json();
    assert_eq!(tokens["token_type"], "DPoP");
    assert_eq!(tokens["scope"], "openid accounts balances transactions payments");
    assert_eq!(claims(&tpp.bench, tokens["id_token"].as_str().expect("text"))["nonce"], "n-0S6_WzA2Mj");
    let token = tokens["access_token"].as_str().expect("text");
    let proof = || tpp.proof("GET", "/oauth/userinfo", Some(token), json!({}));
    assert_eq!(tpp.call(&format!("DPoP {token}"), &[&proof()]).status, 200);
    let bearer = tpp.call(&format!("Bearer {token}"), &[]);
    assert_eq!(bearer.refusal(), "401 invalid_token", "N45");
    assert!(bearer.header("www-authenticate").expect("a challenge").starts_with("DPoP error=\"invalid_token\", algs="));
    let nothing = tpp.call(&format!("DPoP {token}"), &[]);
    assert_eq!(nothing.status, 401, "N45");
    let introspected = tpp.post("/oauth/introspect", &[], &[("token", token)]).ok_json();
    assert_eq!((&introspected["token_type"], &introspected["active"]), (&json!("DPoP"), &json!(true)));
    assert_eq!(introspected["cnf"]["jkt"], tpp.dpop.public().kid());
    // The same refresh token stays good, and a confidential client may change its key.
    let refresh = tokens["refresh_token"].as_str().expect("text");
    let other = key("another");
    for _ in 0..2 {
        let proof = tpp.proof_with(&other, "POST", "/oauth/token", None, json!({}));
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        let renewed = tpp.post("/oauth/token", &[("dpop", &proof)], &form).ok_json();
        assert_eq!(renewed["refresh_token"], refresh);
    }
}

#[test]
fn a_pushed_request_is_held_to_the_profile() {
    let tpp = Tpp::of(FAPI2);
    let none = ("code_challenge", "");
    #[rustfmt::skip]
    let cases: &[(&str, Pairs<'_>, &str)] = &[
        ("N01", &[("redirect_uri", "https://evil.example/cb")], "400 invalid_request"),
        ("N03", &[("redirect_uri", "")], "400 invalid_request"),
        ("N04", &[("redirect_uri", "http://app.example/cb")], "400 invalid_request"),
        ("N13", &[("request_uri", "urn:ietf:params:oauth:request_uri:x")], "400 invalid_request"),
        ("N18", &[("response_type", "code id_token")], "400 unsupported_response_type"),
        ("N18", &[("response_type", "token")], "400 unsupported_response_type"),
        ("mode", &[("response_mode", "fragment")], "400 invalid_request"),
        ("N21 no PKCE", &[none, ("code_challenge_method", "")], "400 invalid_request"),
        ("N21 plain", &[("code_challenge_method", "plain")], "400 invalid_request"),
        ("N77 type", &[("authorization_details", r#"[{"type":"everything"}]"#)], "400 invalid_authorization_details"),
        ("N77 member", &[("authorization_details", r#"[{"type":"account_information"}]"#)], "400 invalid_authorization_details"),
        ("N75", &[("claims", r#"{"id_token":{"acr":{"essential":true,"value":"urn:x"}}}"#)], "400 access_denied"),
        ("claims", &[("claims", "[]")], "400 invalid_request"),
        ("jkt", &[("dpop_jkt", "short")], "400 invalid_request"),
    ];
    for (case, changes, expected) in cases {
        assert_eq!(tpp.push(changes).refusal(), *expected, "{case}");
    }
    let anonymous = tpp.bench.post("/oauth/par", &[], &tpp.parameters(&[]));
    assert_eq!(anonymous.refusal(), "401 invalid_client", "N14");
    let direct = tpp.bench.authorize(&[("client_id", ID)]);
    assert_eq!(direct.refusal(), "400 page invalid_request", "N07");
    assert!(!crate::auth::ROUTES.iter().any(|route| route.path == "/oauth/par" && route.method != Method::POST), "N15");
    // A nonce of 64 characters and a state of any text come back.
    let (nonce, state) = ("n".repeat(64), "<\"'%00>");
    let back = tpp.visit(&tpp.pushed(&[("nonce", &nonce), ("state", state)]), &[]).redirect();
    assert_eq!(back["state"], state);
    let tokens = tpp.redeem(&back["code"], &[]).ok_json();
    assert_eq!(claims(&tpp.bench, tokens["id_token"].as_str().expect("text"))["nonce"], nonce);
}

#[test]
fn a_reference_is_of_one_client_one_minute_and_one_decision() {
    let mut tpp = Tpp::of(FAPI2);
    let uri = tpp.pushed(&[("login_hint", "")]);
    // Loading the page, even twice, is no use of it (N11).
    for _ in 0..2 {
        assert_eq!(tpp.visit(&uri, &[]).status, 200);
    }
    let foreign = [("client_id", "demo-jwt"), ("request_uri", uri.as_str())];
    let foreign = tpp.bench.get(&format!("/oauth/authorize?{}", encode(&foreign)), &[]);
    assert_eq!(foreign.refusal(), "400 page invalid_request_uri", "N09");
    let unknown = tpp.visit("urn:ietf:params:oauth:request_uri:unknown", &[]);
    assert_eq!(unknown.refusal(), "400 page invalid_request_uri");
    let used = tpp.pushed(&[]);
    assert_eq!(tpp.visit(&used, &[]).status, 303);
    assert_eq!(tpp.visit(&used, &[]).refusal(), "400 page invalid_request_uri", "N10");
    let denied = tpp.pushed(&[("login_hint", "alice:deny")]);
    let back = tpp.visit(&denied, &[]).redirect();
    assert_eq!(
        (back["error"].as_str(), back["state"].as_str(), back["iss"].as_str()),
        ("access_denied", "s 1&2", BASE)
    );
    assert_eq!(tpp.visit(&denied, &[]).refusal(), "400 page invalid_request_uri", "N10");
    tpp.bench.advance(Duration::from_secs(90));
    assert_eq!(tpp.visit(&uri, &[]).refusal(), "400 page invalid_request_uri", "N12");
    let remote =
        Tpp::of(SecurityProfile::Plain).visit("https://app.example/request.jwt", &request(&[("client_id", "")]));
    assert_eq!(remote.refusal(), "303 request_uri_not_supported", "N51");
}

#[test]
fn a_proof_is_held_to_every_claim() {
    let tpp = Tpp::of(FAPI2);
    let token = tpp.token();
    let now = tpp.bench.now.as_second();
    let authorization = format!("DPoP {token}");
    let sent = |changes: Value| tpp.proof("GET", "/oauth/userinfo", Some(&token), changes);
    let status = |proofs: &[&str]| tpp.call(&authorization, proofs).status;
    for (case, changes) in [
        ("more claims", json!({"x": 1})),
        ("query", json!({"htu": format!("{BASE}/oauth/userinfo?a=b#c")})),
        ("case", json!({"htu": "HTTP://127.0.0.1:8080/plain/oauth/userinfo"})),
        ("a little ahead", json!({"iat": now + 10})),
        ("a little old", json!({"iat": now - 60})),
    ] {
        assert_eq!(status(&[&sent(changes)]), 200, "{case}");
    }
    for (case, changes) in [
        ("no jti", json!({"jti": null})),
        ("no htm", json!({"htm": null})),
        ("no htu", json!({"htu": null})),
        ("no iat", json!({"iat": null})),
        ("no ath", json!({"ath": null})),
        ("htm", json!({"htm": "POST"})),
        ("htu", json!({"htu": format!("{BASE}/oauth/token")})),
        ("ath", json!({"ath": "x"})),
        ("N43 old", json!({"iat": now - 3600})),
        ("N43 ahead", json!({"iat": now + 3600})),
    ] {
        assert_eq!(status(&[&sent(changes)]), 401, "N41 {case}");
    }
    let jwk = json!(tpp.dpop.public());
    let claims = || tpp.proof_claims("GET", "/oauth/userinfo", Some(&token), json!({}));
    let good = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
    for (case, changes) in [
        ("typ", json!({"typ": "JWT"})),
        ("no typ", json!({"typ": null})),
        ("no alg", json!({"alg": null})),
        ("none", json!({"alg": "none"})),
        ("RS256", json!({"alg": "RS256"})),
        ("HS256", json!({"alg": "HS256"})),
        ("no jwk", json!({"jwk": null})),
        ("private", json!({"jwk": merged(jwk.clone(), json!({"d": "AAAA"}))})),
        ("secret", json!({"jwk": {"kty": "oct", "k": "AAAA"}})),
        ("other key", json!({"jwk": key("another").public()})),
        ("crit", json!({"crit": ["x"]})),
    ] {
        let proof = tpp.dpop.sign_with(&merged(good.clone(), changes), &claims());
        assert_eq!(status(&[&proof]), 401, "N41 {case}");
    }
    let (one, two) = (sent(json!({})), sent(json!({})));
    assert_eq!(status(&[&one, &two]), 401, "N41 two headers");
    assert_eq!(status(&[&one]), 200);
    assert_eq!(status(&[&one]), 401, "N42");
    let stranger = tpp.proof_with(&key("another"), "GET", "/oauth/userinfo", Some(&token), json!({}));
    let refused = tpp.call(&authorization, &[&stranger]);
    assert_eq!((refused.status, refused.json()["error"].as_str()), (401, Some("invalid_token")));
    for bad in ["", "x", "a.b.c", &"x".repeat(20_000)] {
        assert_eq!(status(&[bad]), 401, "{bad}");
    }
    // At the authorization server the same is a bad request.
    let code = tpp.code();
    let wrong = tpp.proof("GET", "/oauth/token", None, json!({}));
    assert_eq!(tpp.redeem_with(&code, &[("dpop", &wrong)], &[]).refusal(), "400 invalid_dpop_proof", "N41");
    assert_eq!(tpp.redeem_with(&code, &[], &[]).refusal(), "400 invalid_dpop_proof", "N40");
    assert_eq!(tpp.redeem(&code, &[]).status, 200, "no refusal used the code up");
}

#[test]
fn a_nonce_challenge_costs_neither_code_nor_assertion() {
    for policy in [NoncePolicy::Both, NoncePolicy::Single] {
        let tpp = Tpp::at(security(FAPI2, |security| security.nonces = policy), None);
        let code = tpp.code();
        let assertion = tpp.assertion(json!({}));
        let redeem = |nonce: Option<&str>| {
            let nonce = nonce.map_or(json!({}), |nonce| json!({"nonce": nonce}));
            let proof = tpp.proof("POST", "/oauth/token", None, nonce);
            tpp.redeem_with(&code, &[("dpop", &proof)], &[("client_assertion", &assertion)])
        };
        let first = redeem(None);
        assert_eq!(first.refusal(), "400 use_dpop_nonce", "N44");
        let stale = redeem(Some("stale"));
        assert_eq!(stale.refusal(), "400 use_dpop_nonce", "N44");
        let nonce = stale.header("dpop-nonce").expect("a nonce").to_owned();
        let tokens = redeem(Some(&nonce));
        assert_eq!(tokens.status, 200, "{tokens:?}");
        assert!(tokens.header("dpop-nonce").is_some(), "the next one");
        assert_eq!(redeem(Some(&nonce)).refusal(), "401 invalid_client", "a good answer used the assertion up");
        let tokens = tokens.json();
        let token = tokens["access_token"].as_str().expect("text");
        let call = |nonce: Value| {
            let proof = tpp.proof("GET", "/oauth/userinfo", Some(token), nonce);
            tpp.call(&format!("DPoP {token}"), &[&proof])
        };
        let asked = call(json!({}));
        assert_eq!(asked.status, 401);
        assert!(asked.header("www-authenticate").expect("a challenge").contains("error=\"use_dpop_nonce\""));
        if let Some(nonce) = asked.header("dpop-nonce") {
            assert_eq!(call(json!({"nonce": nonce})).status, 200);
        }
    }
}

#[test]
fn a_code_is_bound_to_the_key_it_was_asked_for_with() {
    let tpp = Tpp::of(FAPI2);
    let kid = tpp.dpop.public().kid().to_owned();
    let other = key("another");
    let redeem = |code: &str, key: &SigningKey| {
        let proof = tpp.proof_with(key, "POST", "/oauth/token", None, json!({}));
        tpp.redeem_with(code, &[("dpop", &proof)], &[])
    };
    let named = tpp.visit(&tpp.pushed(&[("dpop_jkt", &kid)]), &[]).redirected("code");
    assert_eq!(redeem(&named, &other).refusal(), "400 invalid_dpop_proof", "N46");
    assert_eq!(redeem(&named, &tpp.dpop).status, 200);
    // Shown while pushing, the key is bound too.
    let push = |key: &SigningKey, changes: &[(&str, &str)]| {
        let proof = tpp.proof_with(key, "POST", "/oauth/par", None, json!({}));
        tpp.post("/oauth/par", &[("dpop", &proof)], &tpp.parameters(changes))
    };
    assert_eq!(push(&other, &[("dpop_jkt", &kid)]).refusal(), "400 invalid_dpop_proof", "N47");
    let pushed = push(&other, &[]).json();
    let code = tpp.visit(pushed["request_uri"].as_str().expect("text"), &[]).redirected("code");
    assert_eq!(redeem(&code, &tpp.dpop).refusal(), "400 invalid_dpop_proof", "N46");
    assert_eq!(redeem(&code, &other).status, 200);
}

#[test]
fn signed_messages_travel_signed_both_ways() {
    let tpp = Tpp::of(SIGNED);
    assert_eq!(tpp.post("/oauth/par", &[], &tpp.parameters(&[])).refusal(), "400 invalid_request", "N50");
    let back = tpp.visit(&tpp.pushed(&[]), &[]).redirect();
    assert_eq!(back.keys().collect::<Vec<_>>(), ["response"], "nothing is outside the signed answer");
    let answer = claims(&tpp.bench, &back["response"]);
    assert_eq!((&answer["iss"], &answer["aud"], &answer["state"]), (&json!(BASE), &json!(ID), &json!("s 1&2")));
    let lifetime = answer["exp"].as_i64().expect("a number") - tpp.bench.now.as_second();
    assert!((1..=600).contains(&lifetime));
    let tokens = tpp.redeem(answer["code"].as_str().expect("text"), &[]).ok_json();
    let denied = tpp.visit(&tpp.pushed(&[("login_hint", "alice:deny")]), &[]).redirect();
    let denied = claims(&tpp.bench, &denied["response"]);
    assert_eq!((&denied["error"], &denied["state"]), (&json!("access_denied"), &json!("s 1&2")));
    let introspected = tpp.post("/oauth/introspect", &[], &[("token", tokens["access_token"].as_str().expect("text"))]);
    assert_eq!(introspected.header("content-type"), Some("application/token-introspection+jwt"));
    let introspected = claims(&tpp.bench, &introspected.text);
    assert_eq!((&introspected["aud"], &introspected["token_introspection"]["active"]), (&json!(ID), &json!(true)));
    assert_eq!(tpp.push(&[("response_mode", "query.jwt")]).status, 201);
    assert_eq!(tpp.push(&[("response_mode", "query")]).refusal(), "400 invalid_request");
    assert_eq!(tpp.push(&[("response_mode", "")]).refusal(), "400 invalid_request");
}

#[test]
fn a_request_object_is_held_to_every_claim() {
    for profile in [SIGNED, FAPI1] {
        let tpp = Tpp::of(profile);
        let now = tpp.bench.now.as_second();
        let push = |object: &str| tpp.post("/oauth/par", &[], &[("request", object), ("client_id", ID)]);
        for (case, changes) in [
            ("good", json!({})),
            ("aud list", json!({"aud": ["https://other.example", BASE]})),
            ("a little ahead", json!({"nbf": now + 8})),
            ("an hour", json!({"nbf": now, "exp": now + 3600})),
        ] {
            let answer = push(&tpp.object(changes));
            assert_eq!(answer.status, 201, "{case} {answer:?}");
        }
        for (case, changes) in [
            ("no exp", json!({"exp": null})),
            ("no nbf", json!({"nbf": null})),
            ("more than an hour", json!({"nbf": now, "exp": now + 3601})),
            ("old", json!({"nbf": now - 3601, "exp": now + 5})),
            ("expired", json!({"exp": now})),
            ("ahead", json!({"nbf": now + 61})),
            ("aud", json!({"aud": "https://other.example"})),
            ("no aud", json!({"aud": null})),
            ("iss", json!({"iss": "demo-jwt"})),
            ("client_id", json!({"client_id": "demo-jwt"})),
            ("no client_id", json!({"client_id": null})),
            ("N13", json!({"request_uri": "urn:x"})),
            ("N13", json!({"request": "a.b.c"})),
        ] {
            assert_eq!(push(&tpp.object(changes)).refusal(), "400 invalid_request_object", "N48 {case}");
        }
        let claims = tpp.object_claims(json!({}));
        let unsigned = format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(claims.to_string().as_bytes()));
        let rsa = SigningKey::make(SigningAlgorithm::Rs256, &Mint::new(bank_fixtures::seed::Seed::new(1)), "x", 0);
        let good = tpp.object(json!({}));
        for (case, object) in [
            ("none", unsigned),
            ("RS256", rsa.sign(&claims)),
            ("other key", key("another").sign(&claims)),
            ("typ", tpp.key.sign_as(Some("at+jwt"), &claims)),
            ("tampered", {
                let (signed, signature) = good.rsplit_once('.').expect("three parts");
                let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
                format!("{signed}.{flipped}{}", &signature[1..])
            }),
            ("encrypted", "a.b.c.d.e".to_owned()),
            ("no JWT", "x".to_owned()),
        ] {
            assert_eq!(push(&object).refusal(), "400 invalid_request_object", "N48 {case}");
        }
        let both = [("client_id", "demo-jwt"), ("request", &*tpp.object(json!({})))];
        assert_eq!(tpp.post("/oauth/par", &[], &both).refusal(), "401 invalid_client", "N28 N49");
    }
}

#[test]
fn fapi1_answers_in_the_fragment_with_an_id_token() {
    let tpp = Tpp::of(FAPI1);
    let acr = json!({"id_token": {"acr": {"essential": true, "value": "urn:openbanking:psd2:sca"}}});
    let object = tpp.object(json!({"claims": acr, "scope": "openid accounts"}));
    let target = |object: &str| format!("/oauth/authorize?{}", encode(&[("client_id", ID), ("request", object)]));
    let answer = tpp.bench.get(&target(&object), &[]);
    assert!(answer.header("location").expect("a redirect").starts_with(&format!("{CALLBACK}#code=")));
    let back = answer.redirect();
    let front = claims(&tpp.bench, &back["id_token"]);
    let half = |text: &str| base64url(&sha256(text.as_bytes())[..16]);
    assert_eq!(front["c_hash"], half(&back["code"]));
    assert_eq!(front["s_hash"], half("s 1&2"));
    assert_eq!((&front["acr"], &front["nonce"]), (&json!("urn:openbanking:psd2:sca"), &json!("n-0S6_WzA2Mj")));
    let tokens = tpp.redeem_with(&back["code"], &[], &[]).ok_json();
    assert_eq!(tokens["token_type"], "Bearer");
    let second = claims(&tpp.bench, tokens["id_token"].as_str().expect("text"));
    assert_eq!((&second["sub"], &second["acr"]), (&front["sub"], &front["acr"]));
    let code_only = tpp.object(json!({"response_type": "code", "response_mode": "jwt"}));
    assert!(tpp.bench.get(&target(&code_only), &[]).redirect().contains_key("response"));
    #[rustfmt::skip]
    let cases = [
        ("N19", json!({"response_type": "code"}), "303 unsupported_response_type"),
        ("N20", json!({"response_mode": "query"}), "303 invalid_request"),
        ("N48 by value", json!({"exp": tpp.bench.now.as_second()}), "303 invalid_request_object"),
        ("no nonce", json!({"nonce": null}), "303 invalid_request"),
        ("no state, no openid", json!({"scope": "accounts", "state": null}), "303 invalid_request"),
    ];
    for (case, changes, expected) in cases {
        let answer = tpp.bench.get(&target(&tpp.object(changes)), &[]);
        assert_eq!(answer.refusal(), expected, "{case}");
        assert!(!answer.redirect().contains_key("code"), "{case}");
    }
    let outer = tpp.bench.authorize(&[("client_id", ID)]);
    assert_eq!(outer.refusal(), "400 page invalid_request", "N50");
    // A state that only stands outside the object is nobody's (3.6, 3).
    let bare = tpp.object(json!({"state": null}));
    let back = tpp.bench.get(&format!("{}&state=outer", target(&bare)), &[]).redirect();
    assert!(!back.contains_key("state"));
}

#[test]
fn the_uk_names_the_consent_in_the_request() {
    let tpp = Tpp::at(security(FAPI1, |security| security.variant = Variant::UkOpenBanking), None);
    let scopes = vec![bank_fixtures::record::ConsentScope::Accounts];
    let asked = crate::bank::NewConsent { client_id: ID.to_owned(), scopes, account_ids: None, expires_at: None };
    let consent = tpp.bench.bank.ledger.create_consent(asked, tpp.bench.now).id;
    let ask = |intent: &str| {
        let claims = json!({"id_token": {"openbanking_intent_id": {"value": intent, "essential": true}}});
        let object = tpp.object(json!({"claims": claims, "scope": "openid accounts"}));
        tpp.bench.get(&format!("/oauth/authorize?{}", encode(&[("client_id", ID), ("request", &object)])), &[])
    };
    assert_eq!(ask("unknown").refusal(), "303 invalid_request", "N73");
    let back = ask(&consent).redirect();
    assert_eq!(claims(&tpp.bench, &back["id_token"])["openbanking_intent_id"], consent);
    let tokens = tpp.redeem_with(&back["code"], &[], &[]).ok_json();
    let second = claims(&tpp.bench, tokens["id_token"].as_str().expect("text"));
    assert_eq!((&second["openbanking_intent_id"], &tokens["consent_id"]), (&json!(consent), &json!(consent)));
    assert_eq!(ask(&consent).refusal(), "303 invalid_request", "N73 used");
    let object = tpp.object(json!({"scope": "openid accounts"}));
    let bare = tpp.bench.get(&format!("/oauth/authorize?{}", encode(&[("client_id", ID), ("request", &object)])), &[]);
    assert_eq!(bare.refusal(), "303 invalid_request");
}

#[test]
fn a_certificate_binds_and_proves() {
    let mut tpp = Tpp::at(security(FAPI2, |security| security.sender = Sender::Mtls), None);
    let token = tpp.token();
    let bearer = format!("Bearer {token}");
    let own = tpp.bench.certificate.clone();
    assert_eq!(tpp.call(&bearer, &[]).status, 200);
    let introspected = tpp.post("/oauth/introspect", &[], &[("token", &token)]).ok_json();
    assert_eq!(introspected["cnf"]["x5t#S256"], own.as_ref().expect("a certificate").thumbprint());
    for (case, shown) in [("none", None), ("another", Some(certificate("tpp")))] {
        tpp.bench.certificate = shown;
        assert_eq!(tpp.call(&bearer, &[]).refusal(), "401 invalid_token", "N39 {case}");
        let spoofed = [("authorization", bearer.as_str()), ("x-ssl-cert", "x"), ("x-forwarded-client-cert", "x")];
        assert_eq!(tpp.bench.get("/oauth/userinfo", &spoofed).status, 401, "N38 {case}");
    }
    tpp.bench.certificate = None;
    assert_eq!(tpp.redeem_with(&tpp.code(), &[], &[]).refusal(), "401 invalid_client", "N37");
    // As a client's only credential: by name, or by the certificate's own key.
    let by_name = |member: &str, value: &str| Some(CertificateName::read(member, value).expect("legal"));
    let named = [
        ("tls-dn", by_name("tls_client_auth_subject_dn", "CN=tpp")),
        ("tls-dns", by_name("tls_client_auth_san_dns", "tpp.example")),
    ];
    for (id, certificate) in named {
        let (client_id, auth_methods) = (Some(id.to_owned()), vec![AuthMethod::TlsClientAuth]);
        tpp.bench.register(NewClient { client_id, auth_methods, certificate, ..NewClient::default() });
    }
    for id in ["tls-dn", "tls-dns"] {
        let form = [("grant_type", "client_credentials"), ("client_id", id)];
        tpp.bench.certificate = own.clone();
        assert_eq!(tpp.bench.post("/oauth/token", &[], &form).status, 200, "{id}");
        for (case, shown) in [("none", None), ("other", Some(certificate("other")))] {
            tpp.bench.certificate = shown;
            assert_eq!(tpp.bench.post("/oauth/token", &[], &form).refusal(), "401 invalid_client", "N37 {id} {case}");
        }
    }
}

#[test]
fn refresh_tokens_live_by_the_policy() {
    let refresh = |bench: &Bench, token: &str| bench.refresh(token);
    let bench = |policy| {
        let bench = Bench::of(security(SecurityProfile::Plain, |security| security.refresh = policy), None);
        let tokens = bench.tokens();
        let token = tokens["refresh_token"].as_str().map(str::to_owned);
        (bench, token)
    };
    assert_eq!(bench(RefreshPolicy::None).1, None);
    let (one, token) = bench(RefreshPolicy::OneTime);
    let token = token.expect("text");
    let renewed = refresh(&one, &token).ok_json();
    assert_eq!(renewed.get("refresh_token"), None);
    assert_eq!(refresh(&one, &token).refusal(), "400 invalid_grant");
    assert!(!one.accepts(renewed["access_token"].as_str().expect("text")), "reuse revokes the family");
    let (mut grace, token) = bench(RefreshPolicy::Grace);
    let token = token.expect("text");
    let first = refresh(&grace, &token).ok_json();
    grace.advance(Duration::from_secs(59));
    let again = refresh(&grace, &token).ok_json();
    assert_ne!(first["refresh_token"], again["refresh_token"], "N63");
    grace.advance(Duration::from_secs(2));
    assert_eq!(refresh(&grace, &token).refusal(), "400 invalid_grant", "N62");
    let heir = again["refresh_token"].as_str().expect("text");
    assert_eq!(refresh(&grace, heir).refusal(), "400 invalid_grant", "N62 the family is revoked");
    let (mut keep, token) = bench(RefreshPolicy::Keep);
    let token = token.expect("text");
    for _ in 0..3 {
        assert_eq!(refresh(&keep, &token).ok_json()["refresh_token"], token);
        keep.advance(Duration::from_secs(3600));
    }
}

#[test]
fn an_access_token_may_say_what_it_is_for() {
    let tpp = Tpp::at(security(FAPI2, |security| security.access_tokens = TokenFormat::Jwt), None);
    let token = tpp.token();
    let said = claims(&tpp.bench, &token);
    let header = crate::auth::jose::Jws::parse(&token).expect("a JWT").header;
    assert_eq!((&header["typ"], &said["client_id"]), (&json!("at+jwt"), &json!(ID)));
    assert_eq!(
        (&said["iss"], &said["aud"], &said["cnf"]["jkt"]),
        (&json!(BASE), &json!(BASE), &json!(tpp.dpop.public().kid()))
    );
    let call = |token: &str| {
        let proof = tpp.proof("GET", "/oauth/userinfo", Some(token), json!({}));
        tpp.call(&format!("DPoP {token}"), &[&proof])
    };
    assert_eq!(call(&token).status, 200);
    for bad in [format!("{token}x"), token.replacen('e', "f", 1)] {
        assert_eq!(call(&bad).refusal(), "401 invalid_token", "N68 tampered");
    }
    tpp.post("/oauth/revoke", &[], &[("token", &token)]);
    assert_eq!(call(&token).status, 401, "a JWT ends like any other");
}

#[test]
fn details_say_exactly_what_is_granted() {
    let tpp = Tpp::of(FAPI2);
    let details = r#"[{"type":"account_information","actions":["list_accounts"]}]"#;
    let code = tpp.visit(&tpp.pushed(&[("authorization_details", details), ("scope", "")]), &[]).redirected("code");
    let tokens = tpp.redeem(&code, &[]).ok_json();
    let asked: Value = serde_json::from_str(details).expect("JSON");
    assert_eq!((&tokens["authorization_details"], &tokens["scope"]), (&asked, &json!("accounts")));
    let token = tokens["access_token"].as_str().expect("text");
    assert_eq!(tpp.post("/oauth/introspect", &[], &[("token", token)]).ok_json()["authorization_details"], asked);
}

#[test]
fn an_answer_travels_as_the_client_asks() {
    let bench = Bench::automatic();
    let fragment = bench.authorize(&[("response_mode", "fragment")]);
    assert!(fragment.header("location").expect("a redirect").starts_with(&format!("{CALLBACK}#code=")));
    let post = bench.authorize(&[("response_mode", "form_post")]);
    assert_eq!((post.status, post.field("state").as_str()), (200, "s 1&amp;2"));
    assert!(
        post.text.contains(&format!("action=\"{}\"", CALLBACK.replace('/', "&#x2f;"))) || post.text.contains(CALLBACK)
    );
    for (mode, place) in [("jwt", "?response="), ("query.jwt", "?response="), ("fragment.jwt", "#response=")] {
        let answer = bench.authorize(&[("response_mode", mode)]);
        assert!(answer.header("location").expect("a redirect").contains(place), "{mode}");
        let back = claims(&bench, &answer.redirect()["response"]);
        assert_eq!(bench.redeem(back["code"].as_str().expect("text"), &[]).status, 200, "{mode}");
    }
    let jwt = bench.authorize(&[("response_mode", "form_post.jwt")]).field("response");
    assert_eq!(claims(&bench, &jwt)["iss"], BASE);
    // Without a signature, where OpenID Connect allows that; what is missing inside stands outside.
    let object = format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(br#"{"state":"inner"}"#));
    assert_eq!(bench.authorize(&[("request", &object)]).redirect()["state"], "inner");
}

#[test]
fn where_nobody_logs_in_the_first_account_holder_is_shown() {
    let at = |profile| Bench::of(Security::of(profile), None);
    let open = at(SecurityProfile::Open);
    assert_eq!(open.get("/oauth/userinfo", &[]).status, 200);
    let keyed = at(SecurityProfile::ApiKey);
    let call = |key: &str| keyed.get("/oauth/userinfo", &[("x-api-key", key)]);
    assert_eq!(call("demo-secret").status, 200);
    assert_eq!(call("wrong").refusal(), "401 invalid_token");
    assert_eq!(keyed.get("/oauth/userinfo", &[]).refusal(), "401 invalid_token");
    let alone = at(SecurityProfile::ClientCredentials);
    let tokens = alone.token(&[("grant_type", "client_credentials")]).ok_json();
    assert_eq!((tokens.get("refresh_token"), tokens["consent_id"].is_string()), (None, true));
    assert_eq!(alone.redeem("x", &[]).refusal(), "400 unsupported_grant_type", "N64");
    let served = |bench: &Bench| {
        use crate::operation::Operation as O;
        [O::Discovery, O::TokenIssue, O::AuthorizeStart].map(|operation| bench.bank.auth.serves(operation))
    };
    assert_eq!((served(&open), served(&keyed)), ([false; 3], [false; 3]));
    assert_eq!(served(&alone), [true, true, false]);
}

#[test]
fn keys_are_published_before_they_sign_and_after() {
    for algorithm in SigningAlgorithm::ALL.iter().map(|row| row.1) {
        let bench = Bench::of(security(SecurityProfile::Plain, |security| security.signing = algorithm), None);
        let kids = |bench: &Bench| {
            let keys = bench.get("/oauth/jwks", &[]).ok_json()["keys"].clone();
            let keys = keys.as_array().expect("a list").clone();
            for key in &keys {
                assert_eq!((&key["use"], &key["alg"]), (&json!("sig"), &json!(algorithm.name())));
                assert!(["d", "p", "q"].iter().all(|secret| key.get(secret).is_none()));
            }
            keys.iter().map(|key| key["kid"].as_str().expect("text").to_owned()).collect::<Vec<_>>()
        };
        let signer = |bench: &Bench| {
            let jwt = bench.tokens()["id_token"].as_str().expect("text").to_owned();
            crate::auth::jose::Jws::parse(&jwt).expect("a JWT").header("kid").expect("text").to_owned()
        };
        let (before, first) = (kids(&bench), signer(&bench));
        bench.bank.auth.rotate_signing_key();
        let (after, second) = (kids(&bench), signer(&bench));
        assert!(first != second && before.contains(&second) && after.contains(&first), "{}", algorithm.name());
        for _ in 0..5 {
            bench.bank.auth.rotate_signing_key();
        }
        let unique: std::collections::BTreeSet<_> = kids(&bench).into_iter().collect();
        assert_eq!(unique.len(), 4, "three that sign or signed, and the next");
    }
}
