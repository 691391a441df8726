//! What an authorization server does for clients that are particular: about algorithms, keys, certificates and logins.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bank_sandbox::{BundleOrder, Sandbox};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::bench::{Bench, Raw};
use crate::mutual::Identity;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CALLBACK: &str = "https://app.example/cb";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

fn json(raw: &Raw) -> Value {
    serde_json::from_str(&raw.body).unwrap_or_else(|_| panic!("{raw:?}"))
}

fn scenario(bank: &str) -> Bench {
    let text = format!("sandbox: 1\nname: particular\nbanks:\n  plain: {bank}\n");
    Bench::with(Sandbox::builder().scenario(&text).unwrap())
}

/// A client that registered itself with this metadata.
fn registered(bench: &Bench, mut asked: Value) -> Value {
    asked["redirect_uris"] = json!([CALLBACK]);
    let made = bench.call("POST", "/plain/oauth/register", &[("Content-Type", "application/json")], &asked.to_string());
    assert_eq!(made.status, 201, "{made:?}");
    json(&made)
}

/// The code of a login of `alice`.
fn code(bench: &Bench, client_id: &str, redirect_uri: &str, more: &str) -> String {
    let query = format!(
        "response_type=code&client_id={client_id}&redirect_uri={redirect_uri}&scope=openid%20accounts&state=s\
         &code_challenge={CHALLENGE}&code_challenge_method=S256&login_hint=alice{more}"
    );
    let answer = bench.call("GET", &format!("/plain/oauth/authorize?{query}"), &[], "");
    let location: url::Url = answer.header("location").unwrap_or_else(|| panic!("{answer:?}")).parse().unwrap();
    location.query_pairs().find(|pair| pair.0 == "code").unwrap_or_else(|| panic!("{location}")).1.into_owned()
}

fn redeemed(bench: &Bench, code: &str, redirect_uri: &str, authentication: &str) -> Raw {
    let form = format!(
        "grant_type=authorization_code&code={code}&redirect_uri={redirect_uri}&code_verifier={VERIFIER}&{authentication}"
    );
    bench.call("POST", "/plain/oauth/token", &[FORM], &form)
}

#[test]
fn a_client_that_registers_for_rs256_gets_what_every_provider_has() {
    let bench = Bench::start();
    let keys = || json(&bench.call("GET", "/plain/oauth/jwks", &[], ""))["keys"].as_array().unwrap().clone();
    let rs256 = |keys: &[Value]| keys.iter().filter(|key| key["alg"] == "RS256").count();
    assert_eq!(rs256(&keys()), 0, "nobody has asked for it");
    let metadata = json(&bench.call("GET", "/plain/.well-known/openid-configuration", &[], ""));
    assert_eq!(metadata["id_token_signing_alg_values_supported"], json!(["ES256", "RS256"]));
    let asked = json!({"id_token_signed_response_alg": "RS256", "token_endpoint_auth_method": "client_secret_post"});
    let made = registered(&bench, asked);
    let id = made["client_id"].as_str().unwrap();
    let published = keys();
    assert_eq!(rs256(&published), 1, "published before it signs");
    let secret = format!("client_id={id}&client_secret={}", made["client_secret"].as_str().unwrap());
    let answer = redeemed(&bench, &code(&bench, id, CALLBACK, ""), CALLBACK, &secret);
    let tokens = json(&answer);
    assert_eq!(answer.status, 200, "{tokens}");
    let header = jsonwebtoken::decode_header(tokens["id_token"].as_str().unwrap()).unwrap();
    assert_eq!(header.alg, Algorithm::RS256);
    assert!(published.iter().any(|key| key["kid"].as_str() == header.kid.as_deref() && key["alg"] == "RS256"));
    // It registered for the code alone: a refresh token would be of no use to it.
    assert_eq!((made["grant_types"].clone(), tokens.get("refresh_token")), (json!(["authorization_code"]), None));
    // Others get the bank's own algorithm, as before.
    let demo = "http://127.0.0.1:4000/callback";
    let secret = "client_id=demo&client_secret=demo-secret";
    let tokens = json(&redeemed(&bench, &code(&bench, "demo", demo, ""), demo, secret));
    assert_eq!(jsonwebtoken::decode_header(tokens["id_token"].as_str().unwrap()).unwrap().alg, Algorithm::ES256);
    assert!(tokens["refresh_token"].is_string());
    // FAPI forbids what OpenID Connect demands.
    let fapi = scenario("{ security: { profile: fapi2-security, sender: dpop } }");
    let metadata = json(&fapi.call("GET", "/plain/.well-known/openid-configuration", &[], ""));
    assert_eq!(metadata["id_token_signing_alg_values_supported"], json!(["PS256"]));
}

#[test]
fn a_call_that_takes_a_better_login_says_which() {
    let bench = scenario(
        "{ step_up: [{ operations: [accounts.list], acr: [phr, phrh] }, { operations: [customers.*], max_age: 5m }] }",
    );
    let demo = "http://127.0.0.1:4000/callback";
    let secret = "client_id=demo&client_secret=demo-secret";
    let login = |more: &str| {
        let tokens = json(&redeemed(&bench, &code(&bench, "demo", demo, more), demo, secret));
        format!("Bearer {}", tokens["access_token"].as_str().unwrap())
    };
    let read = |path: &str, bearer: &str| bench.call("GET", path, &[("Authorization", bearer)], "");
    let weak = login("");
    let refused = read("/plain/accounts", &weak);
    let problem = json(&refused);
    assert_eq!((refused.status, &problem["code"]), (401, &json!("insufficient_user_authentication")), "{problem}");
    let challenge = refused.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer error=\"insufficient_user_authentication\""), "{challenge}");
    assert!(challenge.contains("acr_values=\"phr phrh\"") && !challenge.contains("max_age"), "{challenge}");
    assert_eq!(read("/plain/customers", &login("")).status, 403, "the login is fresh, the scope is another matter");
    // The same client, with what it was told.
    let strong = login("&acr_values=phr%20phrh");
    assert_eq!(read("/plain/accounts", &strong).status, 200);
    let entry = bench.journal("default").into_iter().find(|entry| entry["response"]["status"] == 401).unwrap();
    assert_eq!(entry["error_class"], "sca_required");

    let text = "sandbox: 1\nname: aged\nclock: manual\nbanks:\n  plain: { step_up: [{ operations: [accounts.list], max_age: 5m }] }\n";
    let made = json!({"name": "aged", "scenario": text}).to_string();
    assert_eq!(bench.control("POST", "/v1/worlds", &made).0, 201);
    let order = json!({"bank": "plain", "client_id": "demo", "username": "alice"}).to_string();
    let (_, granted) = bench.control("POST", "/v1/worlds/aged/consents", &order);
    let bearer = format!("Bearer {}", granted["access_token"].as_str().unwrap());
    assert_eq!(read("/w/aged/plain/accounts", &bearer).status, 200);
    assert_eq!(bench.control("POST", "/v1/worlds/aged/clock/advance", r#"{"by": "301s"}"#).0, 200);
    let refused = read("/w/aged/plain/accounts", &bearer);
    assert!(refused.header("www-authenticate").unwrap().ends_with("max_age=\"300\""), "{refused:?}");
}

#[test]
fn what_demands_nothing_of_a_login_is_no_demand() {
    let wrong = "sandbox: 1\nname: wrong\nbanks:\n  plain: { step_up: [{ operations: [accounts.lst], acr: [phx] }, { operations: [accounts.list] }] }\n";
    let bench = Bench::start();
    let (status, refused) = bench.control("POST", "/v1/worlds", &json!({"name": "x", "scenario": wrong}).to_string());
    assert_eq!(status, 422, "{refused}");
    let told = refused["errors"].to_string();
    for word in ["accounts.list", "phr", "max_age"] {
        assert!(told.contains(word), "{word}: {told}");
    }
}

#[test]
fn signing_keys_have_certificates_where_there_is_an_authority() {
    let set =
        |bench: &Bench| json(&bench.call("GET", "/plain/oauth/jwks", &[], ""))["keys"].as_array().unwrap().clone();
    let bench = Bench::with(Sandbox::builder().tls());
    let keys = set(&bench);
    assert_eq!(keys.len(), 2);
    let ca = &bench.running().tls.as_ref().unwrap().ca_pem;
    for key in &keys {
        let der = STANDARD.decode(key["x5c"][0].as_str().unwrap()).unwrap();
        let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
        let point = [coordinate("x"), coordinate("y")].concat();
        assert!(der.windows(64).any(|window| window == point), "the certificate is of another key");
        let name = b"bank-sandbox test authority";
        assert!(der.windows(name.len()).any(|window| window == name), "of another authority");
        let shown = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &der);
        assert_eq!(key["x5t#S256"], URL_SAFE_NO_PAD.encode(shown.as_ref()));
        assert!(ca.contains("BEGIN CERTIFICATE"));
    }
    assert_eq!(set(&bench), keys, "the same certificate every time");
    assert!(set(&Bench::start()).iter().all(|key| key.get("x5c").is_none()), "nobody to make them");
}

#[test]
fn the_certificate_of_the_demo_client_is_all_it_needs() {
    let bench = Bench::with(Sandbox::builder().tls());
    let tls = bench.running().tls.as_ref().unwrap();
    let of = |order: &BundleOrder| {
        let bundle = tls.bundle(order).unwrap();
        Identity::of_pem(&bundle.transport.certificate_pem(), &bundle.transport.key_pem())
    };
    let demo = of(&BundleOrder::default());
    let form = "grant_type=client_credentials&client_id=demo-mtls&scope=accounts";
    let ask = |identity: Option<&Identity>| bench.mutually(identity, "POST", "/plain/oauth/token", &[FORM], form);
    let tokens = json(&ask(Some(&demo)));
    assert_eq!(tokens["token_type"], "Bearer", "{tokens}");
    // Bound: it opens nothing for whoever only has the token.
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let list = |identity: Option<&Identity>| {
        bench.mutually(identity, "GET", "/plain/consents", &[("Authorization", &bearer)], "").status
    };
    assert_eq!((list(Some(&demo)), list(None)), (200, 401));
    for stranger in [
        BundleOrder { name: "somebody-else".to_owned(), ..BundleOrder::default() },
        BundleOrder { signer: bank_sandbox::Signer::Itself, ..BundleOrder::default() },
        BundleOrder { signer: bank_sandbox::Signer::Stranger, ..BundleOrder::default() },
        BundleOrder { validity: bank_sandbox::Validity::Expired, ..BundleOrder::default() },
    ] {
        assert_eq!(json(&ask(Some(&of(&stranger))))["error"], "invalid_client", "{stranger:?}");
    }
    assert_eq!(json(&ask(None))["error"], "invalid_client");
    let clients = |bench: &Bench| bench.control("GET", "/v1/worlds/default/clients?bank=plain", "").1.to_string();
    assert!(clients(&bench).contains("tls_client_auth"));
    assert!(!clients(&Bench::start()).contains("demo-mtls"), "without a listener it could never prove who it is");
}

/// Publishes a key set, and counts who asks for it.
struct Publisher {
    address: std::net::SocketAddr,
    set: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl Publisher {
    fn start(set: &str) -> Publisher {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, set) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(set.to_owned())));
        let asked = Arc::new(AtomicUsize::new(0));
        let (shared, counted) = (Arc::clone(&set), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                counted.fetch_add(1, Ordering::SeqCst);
                let mut request = [0; 2048];
                let _ = stream.read(&mut request);
                let body = shared.lock().unwrap().clone();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
            }
        });
        Publisher { address, set, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A key pair of the control API's making: its private PEM, and its public half under a name.
fn pair(bench: &Bench, kid: &str) -> (EncodingKey, Value) {
    let bundle = bench.running().tls.as_ref().unwrap().bundle(&BundleOrder::default()).unwrap();
    let mut jwk = bundle.jwks()["keys"][0].clone();
    jwk["kid"] = kid.into();
    (EncodingKey::from_ec_pem(bundle.signing.key_pem().as_bytes()).unwrap(), jwk)
}

#[test]
fn keys_that_a_client_publishes_are_fetched_when_they_are_needed() {
    let bench = Bench::with(Sandbox::builder().tls().scenario("sandbox: 1\nname: published\nclock: manual\n").unwrap());
    let (first, public) = pair(&bench, "first");
    let publisher = Publisher::start(&json!({"keys": [public]}).to_string());
    let uri = format!("http://{}/jwks", publisher.address);
    let asked = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": uri, "grant_types": ["client_credentials"]});
    let made = registered(&bench, asked);
    let id = made["client_id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&made["jwks_uri"], made.get("jwks"), publisher.asked()),
        (&json!(uri), None, 0),
        "not before they are needed"
    );
    let now = || {
        let (_, clock) = bench.control("GET", "/v1/worlds/default/clock", "");
        clock["now"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second()
    };
    let mut number = 0;
    let mut grant = |key: &EncodingKey, kid: &str| {
        number += 1;
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::ES256) };
        let claims = json!({"iss": id, "sub": id, "aud": "http://b/plain", "exp": now() + 60, "iat": now(), "jti": format!("a{number}")});
        let jwt = jsonwebtoken::encode(&header, &claims, key).unwrap();
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let form =
            format!("grant_type=client_credentials&scope=accounts&client_assertion_type={kind}&client_assertion={jwt}");
        bench.call("POST", "/plain/oauth/token", &[FORM], &form).status
    };
    assert_eq!((grant(&first, "first"), publisher.asked()), (200, 1));
    assert_eq!((grant(&first, "first"), publisher.asked()), (200, 1), "kept");
    // A key nobody published is asked for once in a minute, whoever tries it how often.
    let (second, public) = pair(&bench, "second");
    assert_eq!((grant(&second, "second"), grant(&second, "second")), (401, 401));
    assert_eq!(publisher.asked(), 1, "asked a moment ago");
    *publisher.set.lock().unwrap() = json!({"keys": [public]}).to_string();
    assert_eq!(bench.control("POST", "/v1/worlds/default/clock/advance", r#"{"by": "61s"}"#).0, 200);
    assert_eq!((grant(&second, "second"), publisher.asked()), (200, 2), "rotated");
    assert_eq!(grant(&first, "first"), 401, "what is no longer published is no longer good");
    let fetched =
        bench.journal("default").into_iter().filter(|entry| entry["operation"] == "keys.fetch").collect::<Vec<_>>();
    assert_eq!((fetched.len(), &fetched[0]["client_id"]), (2, &json!(id)));
    // Elsewhere than on this machine, and both at once, are not taken.
    let (_, public) = pair(&bench, "third");
    for (asked, told) in [
        (json!({"jwks_uri": "http://keys.example/jwks"}), "--webhook-allow"),
        (json!({"jwks_uri": "https://localhost/jwks"}), "http address"),
        (json!({"jwks_uri": uri, "jwks": {"keys": [public]}}), "not both"),
    ] {
        let mut asked = asked;
        asked["redirect_uris"] = json!([CALLBACK]);
        let kind = ("Content-Type", "application/json");
        let refused = bench.call("POST", "/plain/oauth/register", &[kind], &asked.to_string());
        let problem = json(&refused);
        assert_eq!((refused.status, &problem["error"]), (400, &json!("invalid_client_metadata")), "{problem}");
        assert!(problem["error_description"].as_str().unwrap().contains(told), "{problem}");
    }
}
