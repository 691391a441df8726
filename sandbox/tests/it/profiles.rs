//! One bank for each security profile, as a client of that profile meets it: from its metadata to its accounts.

use std::cell::Cell;

use bank_sandbox::Sandbox;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::KeyPair;
use serde_json::{Value, json};

use crate::bench::{Bench, Raw};
use crate::mutual::Identity;
use crate::register::now;

const CALLBACK: &str = "http://127.0.0.1:4000/callback";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// `demo-jwt` at one bank, with what the bank's profile wants of it.
struct Tpp<'a> {
    bench: &'a Bench,
    bank: &'static str,
    key: EncodingKey,
    /// What its connections show; without one it calls outside TLS.
    identity: Option<Identity>,
    proof: KeyPair,
    count: Cell<u32>,
    metadata: Value,
}

impl<'a> Tpp<'a> {
    fn at(bench: &'a Bench, bank: &'static str, identity: Option<Identity>) -> Tpp<'a> {
        let (status, clients) = bench.control("GET", &format!("/v1/worlds/default/clients?bank={bank}"), "");
        assert_eq!(status, 200, "{clients}");
        let clients = clients.as_array().unwrap();
        let own = clients.iter().find(|client| client["client_id"] == "demo-jwt").unwrap();
        let key = EncodingKey::from_ec_pem(own["private_key_pem"].as_str().unwrap().as_bytes()).unwrap();
        let proof = KeyPair::generate().unwrap();
        let mut tpp = Tpp { bench, bank, key, identity, proof, count: Cell::new(0), metadata: Value::Null };
        tpp.metadata = tpp.send("GET", "/.well-known/openid-configuration", &[], "").1;
        tpp
    }

    /// A call to a path of the bank.
    fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Raw {
        let path = format!("/{}{path}", self.bank);
        match &self.identity {
            Some(_) => self.bench.mutually(self.identity.as_ref(), method, &path, headers, body),
            None => self.bench.call(method, &path, headers, body),
        }
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let raw = self.raw(method, path, headers, body);
        (raw.status, serde_json::from_str(&raw.body).unwrap_or(Value::String(raw.body)))
    }

    fn issuer(&self) -> &str {
        self.metadata["issuer"].as_str().unwrap_or_else(|| panic!("{}", self.metadata))
    }

    fn once(&self) -> String {
        self.count.set(self.count.get() + 1);
        format!("once-{}", self.count.get())
    }

    /// Claims of the client's own for the bank, with these beside them.
    fn signed(&self, typ: &str, more: &[(&str, &str)]) -> String {
        let now = now();
        let mut claims = json!({
            "iss": "demo-jwt", "sub": "demo-jwt", "aud": self.issuer(), "jti": self.once(),
            "iat": now, "nbf": now, "exp": now + 60,
        });
        for (name, value) in more {
            claims[*name] = (*value).into();
        }
        let header = Header { typ: Some(typ.to_owned()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, &claims, &self.key).unwrap()
    }

    /// Posts a form as a client that proves who it is, and that it has its key where it has one.
    fn post(&self, path: &str, pairs: &[(&str, &str)]) -> (u16, Value) {
        let assertion = self.signed("JWT", &[]);
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([("client_assertion", &*assertion), ("client_assertion_type", ASSERTION)]);
        form.extend_pairs(pairs);
        let proof = self.proof("POST", path, None);
        self.send("POST", path, &[FORM, ("DPoP", &proof)], &form.finish())
    }

    /// A DPoP proof (RFC 9449 4.2).
    fn proof(&self, method: &str, path: &str, token: Option<&str>) -> String {
        let (x, y) = self.proof.public_key_raw()[1..].split_at(32);
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": encoded(x), "y": encoded(y)});
        let mut header = Header { typ: Some("dpop+jwt".to_owned()), ..Header::new(Algorithm::ES256) };
        header.jwk = Some(serde_json::from_value(jwk).unwrap());
        let htu = format!("{}{path}", self.issuer());
        let mut claims = json!({"jti": self.once(), "htm": method, "htu": htu, "iat": now()});
        if let Some(token) = token {
            claims["ath"] = encoded(&sha256(token)).into();
        }
        let key = EncodingKey::from_ec_pem(self.proof.serialize_pem().as_bytes()).unwrap();
        jsonwebtoken::encode(&header, &claims, &key).unwrap()
    }

    /// The authorization request, with more of it or other values.
    fn request<'r>(&self, more: &[(&'r str, &'r str)]) -> Vec<(&'r str, &'r str)> {
        let good = [
            ("response_type", "code"),
            ("client_id", "demo-jwt"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid accounts"),
            ("state", "s-1"),
            ("nonce", "n-0S6_WzA2Mj"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("login_hint", "alice"),
        ];
        let kept = good.into_iter().filter(|pair| more.iter().all(|other| other.0 != pair.0));
        kept.chain(more.iter().copied()).collect()
    }

    /// Pushes a request and sends the browser with its reference: where it lands.
    fn pushed(&self, pairs: &[(&str, &str)]) -> url::Url {
        let (status, pushed) = self.post("/oauth/par", pairs);
        assert_eq!(status, 201, "{pushed}");
        self.visit(&[("client_id", "demo-jwt"), ("request_uri", pushed["request_uri"].as_str().unwrap())])
    }

    fn visit(&self, query: &[(&str, &str)]) -> url::Url {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let raw = self.raw("GET", &format!("/oauth/authorize?{query}"), &[], "");
        assert_eq!(raw.status, 303, "{raw:?}");
        let location: url::Url = raw.header("location").unwrap().parse().unwrap();
        assert!(location.as_str().starts_with(CALLBACK), "{location}");
        location
    }

    fn redeem(&self, code: &str) -> Value {
        let (status, tokens) = self.post(
            "/oauth/token",
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", CALLBACK),
                ("code_verifier", VERIFIER),
            ],
        );
        assert_eq!(status, 200, "{tokens}");
        tokens
    }

    /// The names of the accounts that a token shows.
    fn accounts(&self, tokens: &Value) -> (u16, Vec<String>) {
        let (scheme, token) = (tokens["token_type"].as_str().unwrap(), tokens["access_token"].as_str().unwrap());
        let (shown, proof) = (format!("{scheme} {token}"), self.proof("GET", "/accounts", Some(token)));
        let mut headers = vec![("Authorization", &*shown)];
        if scheme == "DPoP" {
            headers.push(("DPoP", &proof));
        }
        names(&self.send("GET", "/accounts", &headers, ""))
    }
}

fn names((status, body): &(u16, Value)) -> (u16, Vec<String>) {
    let rows = body["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    (*status, rows.iter().map(|row| row["name"].as_str().unwrap_or_default().to_owned()).collect())
}

fn sha256(text: &str) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()).as_ref().to_vec()
}

/// A parameter of a query or fragment.
fn parameter(of: Option<&str>, name: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(of.unwrap_or_default().as_bytes());
    pairs.find(|pair| pair.0 == name).map(|pair| pair.1.into_owned())
}

fn claims(jwt: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// The accounts of alice: everybody who logs in here is alice, and she is the first account holder of the data.
fn of_alice(bench: &Bench) -> Vec<String> {
    let bearer = format!("Bearer {}", bench.token("default"));
    let raw = bench.call("GET", "/plain/accounts", &[("Authorization", &bearer)], "");
    let found = names(&(raw.status, serde_json::from_str(&raw.body).unwrap()));
    assert!(found.0 == 200 && !found.1.is_empty(), "{found:?}");
    found.1
}

#[test]
fn harbour_is_fapi_2_with_proofs_of_possession() {
    let bench = Bench::start();
    let tpp = Tpp::at(&bench, "harbour", None);
    assert_eq!(tpp.metadata["require_pushed_authorization_requests"], true);
    // Nothing but a push is taken.
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(tpp.request(&[])).finish();
    let unpushed = tpp.raw("GET", &format!("/oauth/authorize?{query}"), &[], "");
    assert!(unpushed.status == 400 && unpushed.body.contains("invalid_request"), "{unpushed:?}");

    let landed = tpp.pushed(&tpp.request(&[]));
    assert_eq!(parameter(landed.query(), "iss").as_deref(), Some(tpp.issuer()));
    let tokens = tpp.redeem(&parameter(landed.query(), "code").unwrap());
    assert_eq!(
        (&tokens["token_type"], claims(tokens["id_token"].as_str().unwrap())["nonce"].as_str()),
        (&json!("DPoP"), Some("n-0S6_WzA2Mj"))
    );
    assert_eq!(tpp.accounts(&tokens).0, 200);
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    assert_eq!(tpp.send("GET", "/accounts", &[("Authorization", &bearer)], "").0, 401, "no proof");
}

#[test]
fn beacon_signs_what_it_says_and_wants_requests_signed() {
    let bench = Bench::start();
    let tpp = Tpp::at(&bench, "beacon", None);
    assert_eq!(tpp.post("/oauth/par", &tpp.request(&[("response_mode", "jwt")])).1["error"], "invalid_request");

    let object = tpp.signed("oauth-authz-req+jwt", &tpp.request(&[("response_mode", "jwt")]));
    let landed = tpp.pushed(&[("client_id", "demo-jwt"), ("request", &object)]);
    let response = claims(&parameter(landed.query(), "response").unwrap());
    assert_eq!(
        (&response["iss"], &response["aud"], &response["state"]),
        (&json!(tpp.issuer()), &json!("demo-jwt"), &json!("s-1"))
    );
    let tokens = tpp.redeem(response["code"].as_str().unwrap());
    assert_eq!(tpp.accounts(&tokens).0, 200);
    let token = tokens["access_token"].as_str().unwrap();
    let (status, introspected) = tpp.post("/oauth/introspect", &[("token", token)]);
    let told = claims(introspected.as_str().unwrap());
    assert_eq!((status, &told["token_introspection"]["active"]), (200, &json!(true)), "{told}");
}

#[test]
fn castle_is_fapi_1_with_certificates() {
    let bench = Bench::with(Sandbox::builder().tls());
    let tpp = Tpp::at(&bench, "castle", Some(Identity::self_signed("demo-jwt")));
    let object = tpp.signed("oauth-authz-req+jwt", &tpp.request(&[("response_type", "code id_token")]));
    let landed = tpp.visit(&[
        ("client_id", "demo-jwt"),
        ("response_type", "code id_token"),
        ("scope", "openid accounts"),
        ("request", &object),
    ]);
    let fragment = |name: &str| parameter(landed.fragment(), name);
    let front = claims(&fragment("id_token").unwrap());
    assert!(front["c_hash"].is_string() && front["s_hash"].is_string() && front["nonce"] == "n-0S6_WzA2Mj", "{front}");
    assert_eq!(landed.query(), None);
    let tokens = tpp.redeem(&fragment("code").unwrap());
    assert_eq!(tpp.accounts(&tokens).0, 200);
    // The token is good for whoever has the certificate it was given to.
    let thief = Tpp { identity: Some(Identity::self_signed("thief")), ..Tpp::at(&bench, "castle", None) };
    assert_eq!(thief.accounts(&tokens).0, 401);
}

#[test]
fn lantern_asks_on_another_device() {
    let bench = Bench::with(Sandbox::builder().tls());
    let tpp = Tpp::at(&bench, "lantern", Some(Identity::self_signed("demo-jwt")));
    assert_eq!(tpp.metadata["backchannel_token_delivery_modes_supported"], json!(["poll", "ping"]));
    let object = tpp.signed("JWT", &[("scope", "openid accounts"), ("login_hint", "alice")]);
    let (status, begun) = tpp.post("/oauth/bc-authorize", &[("request", &object)]);
    assert_eq!(status, 200, "{begun}");
    let grant = ("grant_type", "urn:openid:params:grant-type:ciba");
    let (status, tokens) = tpp.post("/oauth/token", &[grant, ("auth_req_id", begun["auth_req_id"].as_str().unwrap())]);
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(tpp.accounts(&tokens).0, 200);
}

#[test]
fn where_nobody_logs_in_the_first_account_holder_is_shown() {
    let bench = Bench::start();
    let alice = of_alice(&bench);
    let get = |path: &str, headers: &[(&str, &str)]| {
        let raw = bench.call("GET", path, headers, "");
        (raw.status, serde_json::from_str(&raw.body).unwrap_or(Value::Null))
    };
    // No security: whatever a client shows.
    for headers in [&[][..], &[("Authorization", "Bearer whatever")], &[("X-API-Key", "whatever")]] {
        assert_eq!(names(&get("/meadow/accounts", headers)), (200, alice.clone()), "{headers:?}");
    }
    for path in ["/meadow/.well-known/openid-configuration", "/locket/.well-known/openid-configuration"] {
        assert_eq!(get(path, &[]).0, 404, "{path}");
    }
    let first = get("/meadow/accounts", &[]).1["data"][0]["id"].as_str().unwrap().to_owned();
    let rows = get(&format!("/meadow/accounts/{first}/transactions"), &[]);
    assert!(rows.0 == 200 && !rows.1["data"].as_array().unwrap().is_empty(), "{}", rows.1);

    // A key in a header.
    assert_eq!(names(&get("/locket/accounts", &[("X-API-Key", "demo-secret")])), (200, alice.clone()));
    for headers in
        [&[][..], &[("X-API-Key", "wrong")], &[("X-API-Key", "")], &[("Authorization", "Bearer demo-secret")]]
    {
        let raw = bench.call("GET", "/locket/accounts", headers, "");
        assert_eq!((raw.status, raw.header("www-authenticate")), (401, Some("ApiKey header=\"X-API-Key\"")), "{raw:?}");
    }
    let both = [("X-API-Key", "demo-secret"), ("X-API-Key", "wrong")];
    assert_eq!(get("/locket/accounts", &both).0, 400);
    let journal = bench.journal("default").iter().map(Value::to_string).collect::<String>();
    assert!(!journal.contains("demo-secret"), "keys are secrets");

    // A client's own credentials.
    assert_eq!(get("/foundry/accounts", &[]).0, 401);
    let form = "grant_type=client_credentials&client_id=demo&client_secret=demo-secret";
    let raw = bench.call("POST", "/foundry/oauth/token", &[FORM], form);
    let tokens: Value = serde_json::from_str(&raw.body).unwrap();
    assert_eq!((raw.status, tokens.get("refresh_token")), (200, None), "{tokens}");
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    assert_eq!(names(&get("/foundry/accounts", &[("Authorization", &bearer)])), (200, alice));
    assert_eq!(get("/foundry/oauth/authorize", &[]).0, 404);
}

#[test]
fn what_the_control_api_hands_out_goes_before_what_everybody_is_shown() {
    let bench = Bench::start();
    for bank in ["meadow", "locket"] {
        let order = json!({"bank": bank, "client_id": "demo", "username": "ben"}).to_string();
        let (status, granted) = bench.control("POST", "/v1/worlds/default/consents", &order);
        assert_eq!(status, 201, "{granted}");
        let bearer = format!("Bearer {}", granted["access_token"].as_str().unwrap());
        let shown = bench.call("GET", &format!("/{bank}/accounts"), &[("Authorization", &bearer)], "");
        let shown: Value = serde_json::from_str(&shown.body).unwrap();
        let ids: Vec<&Value> = shown["data"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
        assert_eq!(json!(ids), granted["account_ids"], "{bank}");
    }
}

#[test]
fn what_is_shown_without_a_login_ends_when_its_consent_is_revoked() {
    let bench = Bench::start();
    let (_, consents) = bench.control("GET", "/v1/worlds/default/consents?bank=meadow", "");
    let id = consents[0]["consent_id"].as_str().unwrap_or_else(|| panic!("{consents}"));
    let (status, _) = bench.control("DELETE", &format!("/v1/worlds/default/consents/{id}?bank=meadow"), "");
    assert_eq!((status, bench.call("GET", "/meadow/accounts", &[], "").status), (204, 403));
    // Another world has its own.
    bench.control("POST", "/v1/worlds", r#"{"name": "other"}"#);
    assert_eq!(bench.call("GET", "/w/other/meadow/accounts", &[], "").status, 200);
}
