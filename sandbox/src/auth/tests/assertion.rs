//! Signed client assertions, good and forged.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode as sign};
use serde_json::{Value, json};

use super::bench::{BASE, Bench};
use crate::auth::{AuthMethod, NewClient};

pub(super) const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Header and claims of a good assertion of `demo-jwt`.
pub(super) fn assertion(bench: &Bench) -> (Header, Value, EncodingKey) {
    let client = bench.bank.auth.client("demo-jwt").expect("a demo client");
    let pem = client.keys.private_pem().expect("made by the bank");
    let key = EncodingKey::from_ec_pem(pem.as_bytes()).expect("a key");
    let now = bench.now.as_second();
    let claims = json!({"iss": "demo-jwt", "sub": "demo-jwt", "aud": BASE, "jti": "j", "iat": now, "exp": now + 60});
    (Header::new(Algorithm::ES256), claims, key)
}

pub(super) fn assert_with(bench: &Bench, jwt: &str) -> String {
    let form = [("grant_type", "client_credentials"), ("client_assertion", jwt), ("client_assertion_type", ASSERTION)];
    let answer = bench.post("/oauth/token", &[], &form);
    if answer.status == 200 { "200".to_owned() } else { answer.refusal() }
}

#[test]
fn an_assertion_is_held_to_every_claim() {
    let bench = Bench::automatic();
    let now = bench.now.as_second();
    let token_endpoint = format!("{BASE}/oauth/token");
    let refused = "401 invalid_client";
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, &str)> = vec![
        ("good", json!({}), "200"),
        ("aud token endpoint", json!({"aud": token_endpoint}), "200"),
        ("aud list", json!({"aud": [BASE, "https://other.example"]}), "200"),
        ("N30 iat ahead", json!({"iat": now + 8, "nbf": now + 8}), "200"),
        ("N29 expired", json!({"exp": now}), refused),
        ("N29 iat far ahead", json!({"iat": now + 61}), refused),
        ("N29 nbf far ahead", json!({"nbf": now + 61}), refused),
        ("N29 no exp", json!({"exp": null}), refused),
        ("N29 years ahead", json!({"exp": now + 100_000_000}), refused),
        ("N29 exp is text", json!({"exp": "soon"}), refused),
        ("N31 other server", json!({"aud": "https://other.example"}), refused),
        ("N31 slash", json!({"aud": format!("{BASE}/")}), refused),
        ("N31 no aud", json!({"aud": null}), refused),
        ("N32 iss", json!({"iss": "demo"}), refused),
        ("N32 sub", json!({"sub": "demo"}), refused),
        ("N32 no sub", json!({"sub": null}), refused),
        ("N33 no jti", json!({"jti": null}), refused),
    ];
    for (case, changes, expected) in cases {
        let (header, mut claims, key) = assertion(&bench);
        claims["jti"] = json!(case);
        for (name, value) in changes.as_object().expect("an object") {
            match value {
                Value::Null => claims.as_object_mut().expect("an object").remove(name),
                value => claims.as_object_mut().expect("an object").insert(name.clone(), value.clone()),
            };
        }
        let jwt = sign(&header, &claims, &key).expect("signs");
        assert_eq!(assert_with(&bench, &jwt), expected, "{case}");
        if expected == "200" {
            assert_eq!(assert_with(&bench, &jwt), refused, "N33 {case}");
        }
    }
}

#[test]
fn an_assertion_is_held_to_its_header_and_signature() {
    let bench = Bench::automatic();
    let (good, claims, key) = assertion(&bench);
    let signed = |header: &Header, key: &EncodingKey| sign(header, &claims, key).expect("signs");
    let public = json!(bench.bank.auth.client("demo-jwt").expect("a demo client").keys.public()[0]);
    let secret = EncodingKey::from_secret(public["x"].as_str().expect("text").as_bytes());
    let stranger = bench.register(NewClient { auth_methods: vec![AuthMethod::PrivateKeyJwt], ..NewClient::default() });
    let strange = stranger.keys.private_pem().expect("made by the bank");
    let strange = EncodingKey::from_ec_pem(strange.as_bytes()).expect("a key");
    let jwk = serde_json::from_value(public.clone()).expect("a JWK");
    let header = |change: &dyn Fn(&mut Header)| {
        let mut header = good.clone();
        change(&mut header);
        header
    };
    let unsigned = {
        use base64::Engine;
        let part = |value: Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(json!({"alg": "none"})), part(claims.clone()))
    };
    let tampered = {
        let jwt = signed(&good, &key);
        let (head, signature) = jwt.rsplit_once('.').expect("three parts");
        let flipped = if signature.starts_with('A') { "B" } else { "A" };
        format!("{head}.{flipped}{}", &signature[1..])
    };
    let cases = [
        ("N34 none", unsigned),
        ("N34 HS256 with the public key", signed(&Header::new(Algorithm::HS256), &secret)),
        (
            "N34 jwk",
            signed(&header(&|h| h.jwk = Some(serde_json::from_value(public.clone()).expect("a JWK"))), &strange),
        ),
        ("N34 jwk of the right key", signed(&header(&|h| h.jwk = Some(Clone::clone(&jwk))), &key)),
        ("N34 jku", signed(&header(&|h| h.jku = Some("http://127.0.0.1:9/keys".to_owned())), &key)),
        ("N34 x5u", signed(&header(&|h| h.x5u = Some("http://127.0.0.1:9/cert".to_owned())), &key)),
        ("N34 crit", signed(&header(&|h| h.crit = Some(vec!["exp".to_owned()])), &key)),
        ("N32 request object", signed(&header(&|h| h.typ = Some("oauth-authz-req+jwt".to_owned())), &key)),
        ("N69 kid path", signed(&header(&|h| h.kid = Some("../../../etc/passwd".to_owned())), &key)),
        ("N69 kid SQL", signed(&header(&|h| h.kid = Some("' OR '1'='1".to_owned())), &key)),
        ("other client's key", signed(&good, &strange)),
        ("tampered", tampered),
        ("N52 long", format!("{}.{}.x", "e".repeat(9_000), "e".repeat(10))),
        ("parts", "a.b".to_owned()),
    ];
    for (case, jwt) in cases {
        assert_eq!(assert_with(&bench, &jwt), "401 invalid_client", "{case}");
    }
    assert_eq!(assert_with(&bench, &signed(&good, &key)), "200", "no refusal burned its jti");
}
