//! Right things with one part replaced by anything: client metadata, DPoP proofs, request objects, assertions. What an
//! attacker signs himself gets as far as the judges of its parts, and each has to answer as every answer is: no panic, no
//! 5xx, an error that the specification has.

use axum::http::Method;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::assertion::assertion;
use super::bench::{BASE, Bench, CALLBACK, basic, encode, request};
use crate::auth::key::SigningKey;
use crate::auth::{Security, SecurityProfile, Sender};

/// Any JSON, small.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(Value::from),
        "\\PC{0,30}".prop_map(Value::from),
        proptest::sample::select(TELLING).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<String, Value>>())),
        ]
    })
}

/// Texts that mean something to one reader or another.
const TELLING: &[&str] = &[
    "none",
    "ES256",
    "RS256",
    "HS256",
    "dpop+jwt",
    "POST",
    BASE,
    CALLBACK,
    "demo",
    "demo-jwt",
    "openid",
    "code",
    "query.jwt",
    "javascript:alert(1)",
    "http://127.0.0.1:9/jwks",
    "https://a\u{0}b",
    "../../etc/passwd",
    "' OR 1=1",
    "9999999999",
    "%00",
    "private_key_jwt",
    "tls_client_auth",
    "authorization_code",
    "push",
    "urn:x",
    "a.b.c",
    "a.b.c.d.e",
];

const METADATA: &[&str] = &[
    "redirect_uris",
    "token_endpoint_auth_method",
    "grant_types",
    "response_types",
    "client_name",
    "jwks",
    "jwks_uri",
    "software_statement",
    "scope",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_ip",
    "id_token_signed_response_alg",
    "authorization_signed_response_alg",
    "backchannel_token_delivery_mode",
    "backchannel_client_notification_endpoint",
    "client_id",
    "contacts",
    "use_mtls_endpoint_aliases",
    "post_logout_redirect_uris",
];

/// An object with one member replaced, or left out.
fn with(mut object: Value, member: &str, value: Value) -> Value {
    let members = object.as_object_mut().expect("an object");
    if value.is_null() {
        members.remove(member);
    } else {
        members.insert(member.to_owned(), value);
    }
    object
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn metadata_of_any_kind_is_registered_or_refused(
        members in proptest::collection::vec((proptest::sample::select(METADATA), anything()), 1..4),
    ) {
        thread_local!(static BENCH: Bench = Bench::automatic());
        let body = members.into_iter().fold(json!({"redirect_uris": ["https://app.example/cb"]}), |body, (member, value)| {
            with(body, member, value)
        });
        let kind = [("content-type", "application/json")];
        let answer = BENCH.with(|bench| bench.send(Method::POST, "/oauth/register", &kind, &body.to_string()));
        prop_assert!(matches!(answer.status, 201 | 400), "{} {}", answer.status, answer.text);
    }

    #[test]
    fn a_proof_of_any_kind_is_taken_or_refused(
        place in 0..2usize,
        header in (proptest::sample::select(&["typ", "alg", "jwk", "kid", "crit"][..]), anything()),
        claim in (proptest::sample::select(&["jti", "htm", "htu", "iat", "ath", "nonce", "exp"][..]), anything()),
        both in any::<bool>(),
    ) {
        thread_local!(static BENCH: Bench = Bench::of(
            Security { sender: Sender::Dpop, ..Security::of(SecurityProfile::Plain) }, None,
        ));
        BENCH.with(|bench| {
            let key = SigningKey::derive(&bench.bank.auth.mint, "somebody's proof");
            let now = bench.now.as_second();
            let mut head = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": key.public()});
            let mut claims = json!({"jti": "x", "htm": "POST", "htu": format!("{BASE}/oauth/token"), "iat": now});
            if place == 0 || both {
                head = with(head, header.0, header.1);
            }
            if place == 1 || both {
                claims = with(claims, claim.0, claim.1);
            }
            let proof = key.sign_with(&head, &claims);
            let headers = [("authorization", basic("demo", "demo-secret")), ("dpop", proof)];
            let headers = headers.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
            let answer = bench.post("/oauth/token", &headers, &[("grant_type", "client_credentials")]);
            prop_assert!(matches!(answer.status, 200 | 400), "{} {}", answer.status, answer.text);
            Ok(())
        })?;
    }

    #[test]
    fn a_request_object_of_any_kind_is_taken_or_refused(
        header in proptest::option::of((proptest::sample::select(&["typ", "alg", "kid", "crit", "jwk"][..]), anything())),
        claims in proptest::collection::vec((
            proptest::sample::select(&[
                "iss", "aud", "exp", "nbf", "iat", "client_id", "redirect_uri", "response_type", "response_mode", "scope",
                "claims", "authorization_details", "max_age", "prompt", "dpop_jkt", "request", "request_uri", "consent_id",
            ][..]),
            anything(),
        ), 1..3),
    ) {
        thread_local!(static BENCH: Bench = Bench::automatic());
        BENCH.with(|bench| {
            let key = SigningKey::derive(&bench.bank.auth.mint, "client demo-jwt");
            let now = bench.now.as_second();
            let mut object = json!({"iss": "demo-jwt", "aud": BASE, "exp": now + 60, "nbf": now, "iat": now});
            for (name, value) in request(&[("client_id", "demo-jwt")]) {
                object[name] = value.into();
            }
            let object = claims.into_iter().fold(object, |object, (name, value)| with(object, name, value));
            let head = json!({"typ": "oauth-authz-req+jwt", "alg": "ES256"});
            let head = header.map_or(head.clone(), |(name, value)| with(head, name, value));
            let query = encode(&[("client_id", "demo-jwt"), ("request", &key.sign_with(&head, &object))]);
            let answer = bench.get(&format!("/oauth/authorize?{query}"), &[]);
            prop_assert!(matches!(answer.status, 200 | 303 | 400), "{} {}", answer.status, answer.text);
            Ok(())
        })?;
    }

    #[test]
    fn an_assertion_of_any_kind_is_believed_or_refused(
        claims in proptest::collection::vec((
            proptest::sample::select(&["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "crit"][..]),
            anything(),
        ), 1..3),
    ) {
        thread_local!(static BENCH: Bench = Bench::automatic());
        BENCH.with(|bench| {
            let (header, right, key) = assertion(bench);
            let wrong = claims.into_iter().fold(right, |claims, (name, value)| with(claims, name, value));
            let jwt = jsonwebtoken::encode(&header, &wrong, &key).expect("signs");
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            let form = [("grant_type", "client_credentials"), ("client_assertion_type", kind), ("client_assertion", &jwt)];
            let answer = bench.post("/oauth/token", &[], &form);
            prop_assert!(matches!(answer.status, 200 | 401), "{} {}", answer.status, answer.text);
            Ok(())
        })?;
    }
}
