//! Clients that register themselves, and what they may change afterwards.

use std::sync::Arc;

use bank_sandbox::profile::BankProfile;
use bank_sandbox::{Bundle, BundleOrder, Sandbox};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::bench::{Bench, Raw};
use crate::mutual::Identity;

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn register(bench: &Bench, body: &Value) -> (u16, Value) {
    read(&bench.call("POST", "/plain/oauth/register", &[JSON], &body.to_string()))
}

fn read(raw: &Raw) -> (u16, Value) {
    (raw.status, serde_json::from_str(&raw.body).unwrap_or(Value::Null))
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("{member}: {value}"))
}

/// A call about a registration.
fn manage(bench: &Bench, method: &str, client: &Value, token: &str, body: &str) -> (u16, Value) {
    let bearer = format!("Bearer {token}");
    let path = format!("/plain/oauth/register/{}", text(client, "client_id"));
    read(&bench.call(method, &path, &[("Authorization", &bearer), JSON], body))
}

#[test]
fn a_client_registers_gets_tokens_changes_itself_and_goes() {
    let bench = Bench::start();
    let asked = json!({
        "client_name": "Budget", "redirect_uris": ["https://app.example/cb"], "client_uri": "https://app.example",
        "grant_types": ["authorization_code", "client_credentials"], "unknown": true,
    });
    let (status, made) = register(&bench, &asked);
    assert_eq!(status, 201, "{made}");
    assert_eq!((&made["client_name"], &made["client_uri"]), (&json!("Budget"), &json!("https://app.example")));
    assert_eq!((&made["client_secret_expires_at"], made.get("unknown")), (&json!(0), None));
    assert!(text(&made, "client_id").starts_with("dcr-"));
    assert!(text(&made, "registration_client_uri").ends_with(text(&made, "client_id")));

    let grant = |client: &Value, kind: &str| {
        let form = format!(
            "grant_type={kind}&client_id={}&client_secret={}&scope=accounts",
            text(client, "client_id"),
            text(client, "client_secret")
        );
        let form_type = ("Content-Type", "application/x-www-form-urlencoded");
        read(&bench.call("POST", "/plain/oauth/token", &[form_type], &form))
    };
    let post = json!({"redirect_uris": ["https://app.example/cb"], "token_endpoint_auth_method": "client_secret_post"});
    // Basic was registered, nothing else.
    assert_eq!(grant(&made, "client_credentials").0, 401);
    let token = text(&made, "registration_access_token").to_owned();
    let mut change = post.clone();
    change["client_id"] = made["client_id"].clone();
    change["grant_types"] = json!(["authorization_code", "client_credentials"]);
    let (status, changed) = manage(&bench, "PUT", &made, &token, &change.to_string());
    assert_eq!(status, 200, "{changed}");
    assert_eq!((&changed["client_secret"], &changed["client_id"]), (&made["client_secret"], &made["client_id"]));
    assert_eq!(changed.get("client_name"), None, "what an update leaves out is gone");
    let (status, tokens) = grant(&changed, "client_credentials");
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(grant(&changed, "refresh_token").1["error"], "unauthorized_client");

    // The token was replaced: the old one opens nothing, the new one does.
    assert_eq!(manage(&bench, "GET", &made, &token, "").0, 401);
    let token = text(&changed, "registration_access_token");
    let (status, shown) = manage(&bench, "GET", &made, token, "");
    assert_eq!((status, &shown["token_endpoint_auth_method"]), (200, &json!("client_secret_post")));
    assert_eq!(manage(&bench, "DELETE", &made, token, "").0, 204);
    assert_eq!(manage(&bench, "GET", &made, token, "").0, 401);
    assert_eq!(grant(&changed, "client_credentials").0, 401);
    let bearer = format!("Bearer {}", text(&tokens, "access_token"));
    assert_eq!(bench.call("GET", "/plain/customers", &[("Authorization", &bearer)], "").status, 401);
    // Nothing secret is in the journal.
    let journal = bench.journal("default").iter().map(Value::to_string).collect::<String>();
    for secret in ["client_secret", "registration_access_token"] {
        assert!(!journal.contains(text(&changed, secret)), "{secret}");
    }
}

#[test]
fn foreign_and_missing_tokens_open_no_registration() {
    let bench = Bench::start();
    let asked = json!({"redirect_uris": ["https://app.example/cb"]});
    let (one, two) = (register(&bench, &asked).1, register(&bench, &asked).1);
    for token in [text(&two, "registration_access_token"), "", "x"] {
        for (method, body) in [("GET", ""), ("PUT", "{}"), ("DELETE", "")] {
            let (status, refused) = manage(&bench, method, &one, token, body);
            assert_eq!((status, &refused["error"]), (401, &json!("invalid_token")), "{method} {token}");
        }
    }
    let path = format!("/plain/oauth/register/{}", text(&one, "client_id"));
    let bare = bench.call("GET", &path, &[], "");
    assert_eq!(bare.status, 401);
    assert!(bare.head.to_ascii_lowercase().contains("www-authenticate: bearer"), "{}", bare.head);
    assert_eq!(bench.call("GET", "/plain/oauth/register/demo", &[("Authorization", "Bearer x")], "").status, 401);
}

#[test]
fn what_cannot_be_registered_is_refused_with_the_reason() {
    let bench = Bench::start();
    let uri = "https://app.example/cb";
    let key = json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"});
    for (asked, error, told) in [
        (json!({}), "invalid_redirect_uri", "redirect_uris"),
        (json!({"redirect_uris": ["https://app.example/cb#x"]}), "invalid_redirect_uri", "fragment"),
        (json!({"redirect_uris": ["javascript:alert(1)"]}), "invalid_redirect_uri", "not legal"),
        (json!({"redirect_uris": "https://a"}), "invalid_client_metadata", "list of texts"),
        (json!({"redirect_uris": [uri], "client_id": "alice"}), "invalid_client_metadata", "client_id"),
        (json!({"redirect_uris": [uri], "client_secret": "s"}), "invalid_client_metadata", "client_secret"),
        (json!({"redirect_uris": [uri], "grant_types": ["password"]}), "invalid_client_metadata", "grant_types"),
        (json!({"redirect_uris": [uri], "response_types": ["token"]}), "invalid_client_metadata", "token"),
        (
            json!({"redirect_uris": [uri], "grant_types": ["client_credentials"], "response_types": ["code"]}),
            "invalid_client_metadata",
            "agree",
        ),
        (
            json!({"redirect_uris": [uri], "token_endpoint_auth_method": "magic"}),
            "invalid_client_metadata",
            "client_secret_basic",
        ),
        (
            json!({"redirect_uris": [uri], "jwks_uri": "https://app.example/jwks"}),
            "invalid_client_metadata",
            "jwks_uri",
        ),
        (json!({"redirect_uris": [uri], "jwks": {"keys": [key]}}), "invalid_client_metadata", "private key"),
        (json!({"redirect_uris": [uri], "jwks": {"keys": []}}), "invalid_client_metadata", "jwks"),
        (
            json!({"redirect_uris": [uri], "token_endpoint_auth_method": "private_key_jwt"}),
            "invalid_client_metadata",
            "jwks",
        ),
        (
            json!({"redirect_uris": [uri], "token_endpoint_auth_method": "tls_client_auth"}),
            "invalid_client_metadata",
            "tls_client_auth_subject_dn",
        ),
        (
            json!({"redirect_uris": [uri], "tls_client_auth_san_dns": "a.example"}),
            "invalid_client_metadata",
            "tls_client_auth",
        ),
        (
            json!({"redirect_uris": [uri], "backchannel_token_delivery_mode": "push"}),
            "invalid_client_metadata",
            "poll or ping",
        ),
        (json!({"redirect_uris": [uri], "contacts": "me"}), "invalid_client_metadata", "contacts"),
        (json!({"redirect_uris": [uri], "software_statement": "x"}), "invalid_software_statement", "signed JWT"),
    ] {
        let (status, refused) = register(&bench, &asked);
        assert_eq!((status, &refused["error"]), (400, &json!(error)), "{asked}: {refused}");
        assert!(text(&refused, "error_description").contains(told), "{asked}: {refused}");
    }
    for (kind, body) in
        [("application/json", "[]"), ("application/json", "{"), ("text/plain", "{}"), ("application/jwt", "x")]
    {
        let raw = bench.call("POST", "/plain/oauth/register", &[("Content-Type", kind)], body);
        assert_eq!((raw.status, &read(&raw).1["error"]), (400, &json!("invalid_client_metadata")), "{kind} {body}");
    }
}

#[test]
fn the_directory_vouches_and_what_it_says_goes_before_what_the_client_says() {
    let bench = Bench::start();
    let stated = json!({"name": "Budget", "redirect_uris": ["https://app.example/cb"], "valid_for": "1h"}).to_string();
    let statement = |world: &str, body: &str| {
        let (status, made) = bench.control("POST", &format!("/v1/worlds/{world}/software-statements"), body);
        assert_eq!(status, 201, "{made}");
        text(&made, "software_statement").to_owned()
    };
    let own = statement("default", &stated);
    let (status, made) = register(&bench, &json!({"client_name": "Evil", "software_statement": own}));
    assert_eq!(status, 201, "{made}");
    assert_eq!((&made["client_name"], &made["redirect_uris"]), (&json!("Budget"), &json!(["https://app.example/cb"])));
    let keys = bench.call("GET", "/plain/oauth/directory/jwks", &[], "");
    assert_eq!(read(&keys).1["keys"].as_array().unwrap().len(), 1);

    let refused = |body: Value| register(&bench, &body).1["error"].clone();
    let elsewhere = json!({"redirect_uris": ["https://evil.example/cb"], "software_statement": own});
    assert_eq!(refused(elsewhere), "invalid_redirect_uri");
    let mut parts: Vec<&str> = own.split('.').collect();
    parts[2] = "AAAA";
    assert_eq!(refused(json!({"software_statement": parts.join(".")})), "invalid_software_statement");
    // The directory of a world with another seed is another one.
    let other = json!({"name": "other", "scenario": "sandbox: 1\nname: other\nseed: 7\n"}).to_string();
    assert_eq!(bench.control("POST", "/v1/worlds", &other).0, 201);
    let foreign = statement("other", &stated);
    assert_eq!(refused(json!({"software_statement": foreign})), "invalid_software_statement");
    let key = EncodingKey::from_secret(b"whoever");
    let claims = json!({"iss": "Another Directory", "iat": 0});
    let unknown = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap();
    assert_eq!(refused(json!({"software_statement": unknown})), "unapproved_software_statement");
    let clocked = "sandbox: 1\nname: clocked\nclock: manual\n";
    let clocked = json!({"name": "clocked", "scenario": clocked}).to_string();
    assert_eq!(bench.control("POST", "/v1/worlds", &clocked).0, 201);
    let old = json!({"software_statement": statement("clocked", &stated)}).to_string();
    assert_eq!(bench.control("POST", "/v1/worlds/clocked/clock/advance", r#"{"by": "2h"}"#).0, 200);
    let late = read(&bench.call("POST", "/w/clocked/plain/oauth/register", &[JSON], &old));
    assert_eq!(late.1["error"], "invalid_software_statement");
}

/// A bank of FAPI 1 as UK Open Banking has it.
fn uk(lenient: &str) -> Bench {
    secure("profile: fapi1-advanced, variant: uk-open-banking", lenient)
}

/// A bank with these security settings that has forgotten some rules.
fn secure(security: &str, lenient: &str) -> Bench {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/banks/plain.yaml")).unwrap();
    let text = format!("{text}\nsecurity: {{{security}}}\nlenient: [{lenient}]\n");
    let bank = BankProfile::parse("plain", "plain.yaml", &text).unwrap();
    Bench::with(Sandbox::builder().tls().bank(Arc::new(bank)))
}

struct Software {
    bundle: Bundle,
    transport: Identity,
}

impl Software {
    fn new(bench: &Bench, order: &BundleOrder) -> Software {
        let bundle = bench.running().tls.as_ref().unwrap().bundle(order).unwrap();
        let transport = Identity::of_pem(&bundle.transport.certificate_pem(), &bundle.transport.key_pem());
        Software { bundle, transport }
    }

    fn statement(&self, bench: &Bench, more: &Value) -> String {
        let mut asked =
            json!({"redirect_uris": ["https://app.example/cb"], "software_id": "s1", "jwks": self.bundle.jwks()});
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, made) = bench.control("POST", "/v1/worlds/default/software-statements", &asked.to_string());
        assert_eq!(status, 201, "{made}");
        text(&made, "software_statement").to_owned()
    }

    /// A registration as the JWT that UK Open Banking wants, with some claims changed.
    fn request(&self, bench: &Bench, statement: &str, changes: &Value) -> String {
        let port = bench.running().tls.as_ref().unwrap().address.port();
        let now = now();
        let mut claims = json!({
            "iss": "s1", "aud": format!("https://localhost:{port}/plain"), "iat": now, "exp": now + 300, "jti": "one",
            "token_endpoint_auth_method": "private_key_jwt", "grant_types": ["authorization_code", "client_credentials"],
            "software_statement": statement,
        });
        let members = claims.as_object_mut().unwrap();
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                members.remove(name)
            } else {
                members.insert(name.clone(), value.clone())
            };
        }
        let key = EncodingKey::from_ec_pem(self.bundle.signing.key_pem().as_bytes()).unwrap();
        jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &key).unwrap()
    }

    fn register(&self, bench: &Bench, body: &str) -> (u16, Value) {
        let kind = ("Content-Type", "application/jwt");
        read(&bench.mutually(Some(&self.transport), "POST", "/plain/oauth/register", &[kind], body))
    }
}

#[expect(clippy::disallowed_methods, reason = "a client outside the sandbox has a clock of its own")]
pub(crate) fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn uk_open_banking_registers_signed_requests_of_the_organisation_in_the_certificate() {
    let bench = uk("");
    let tpp = Software::new(&bench, &BundleOrder::default());
    let statement = tpp.statement(&bench, &json!({}));
    let (status, made) = tpp.register(&bench, &tpp.request(&bench, &statement, &json!({})));
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["jwks"], tpp.bundle.jwks());
    let metadata = bench.mutually(None, "GET", "/plain/.well-known/openid-configuration", &[], "");
    assert!(read(&metadata).1["registration_endpoint"].is_string());

    let jwks = tpp.bundle.jwks();
    for (changes, told) in [
        (json!({"aud": "https://other.example"}), "aud"),
        (json!({"iss": "s2"}), "iss"),
        (json!({"iat": now() - 7200}), "iat"),
        (json!({"exp": now() - 1}), "exp"),
        (json!({"jti": null}), "jti"),
        (json!({"jwks": jwks}), "jwks"),
        (json!({"token_endpoint_auth_method": "client_secret_basic"}), "private_key_jwt"),
        (json!({"redirect_uris": ["http://app.example/cb"]}), "https"),
        (json!({"software_statement": null}), "software_statement"),
    ] {
        let (status, refused) = tpp.register(&bench, &tpp.request(&bench, &statement, &changes));
        assert_eq!(status, 400, "{changes}: {refused}");
        assert!(text(&refused, "error_description").contains(told), "{changes}: {refused}");
    }
    // Signed by somebody else.
    let thief = Software::new(&bench, &BundleOrder::default());
    let (status, refused) = tpp.register(&bench, &thief.request(&bench, &statement, &json!({})));
    assert_eq!((status, &refused["error"]), (400, &json!("invalid_client_metadata")), "{refused}");
    // Not signed at all.
    let json = json!({"software_statement": statement}).to_string();
    let plain = bench.mutually(Some(&tpp.transport), "POST", "/plain/oauth/register", &[JSON], &json);
    assert_eq!(plain.status, 400, "{}", plain.body);
}

#[test]
fn registering_at_a_strict_bank_takes_the_right_certificate() {
    let bench = uk("");
    let tpp = Software::new(&bench, &BundleOrder::default());
    let statement = tpp.statement(&bench, &json!({}));
    let body = tpp.request(&bench, &statement, &json!({}));
    let kind = ("Content-Type", "application/jwt");
    let without = bench.mutually(None, "POST", "/plain/oauth/register", &[kind], &body);
    assert_eq!((without.status, &read(&without).1["error"]), (401, &json!("invalid_client")));
    // A certificate in a header is nobody's.
    let pem: String = url::form_urlencoded::byte_serialize(tpp.bundle.transport.certificate_pem().as_bytes()).collect();
    let spoofed = bench.mutually(None, "POST", "/plain/oauth/register", &[kind, ("X-Client-Cert", &pem)], &body);
    assert_eq!(spoofed.status, 401);
    for order in [
        BundleOrder { organisation_id: "PSDGB-SCA-2".to_owned(), ..BundleOrder::default() },
        BundleOrder { validity: bank_sandbox::Validity::Expired, ..BundleOrder::default() },
        BundleOrder { signer: bank_sandbox::Signer::Stranger, ..BundleOrder::default() },
        BundleOrder { signer: bank_sandbox::Signer::Itself, ..BundleOrder::default() },
    ] {
        let other = Software::new(&bench, &order);
        let (status, refused) = other.register(&bench, &body);
        assert_eq!((status, &refused["error"]), (401, &json!("invalid_client")), "{order:?}");
    }
}

#[test]
fn a_bank_that_has_forgotten_a_rule_of_registration_registers_whom_it_should_not() {
    let kind = ("Content-Type", "application/jwt");
    for rule in [
        "registration-certificate",
        "registration-organisation",
        "registration-claims",
        "registration-signature",
        "secure-redirect-uris",
        "stated-keys",
    ] {
        // The same attack twice: at a bank that has forgotten the rule, and at one that has not.
        for (forgotten, status) in [(rule, 201), ("", 0)] {
            let bench = uk(forgotten);
            let tpp = Software::new(&bench, &BundleOrder::default());
            let insecure = json!({"redirect_uris": ["http://app.example/cb"]});
            let stated = if rule == "secure-redirect-uris" { insecure } else { json!({}) };
            let statement = tpp.statement(&bench, &stated);
            let changes = match rule {
                "registration-claims" => json!({"aud": "https://other.example"}),
                "secure-redirect-uris" => json!({"redirect_uris": ["http://app.example/cb"]}),
                "stated-keys" => json!({"jwks": tpp.bundle.jwks()}),
                _ => json!({}),
            };
            let signer = match rule {
                "registration-signature" => Software::new(&bench, &BundleOrder::default()),
                _ => Software { bundle: tpp.bundle, transport: tpp.transport },
            };
            let body = signer.request(&bench, &statement, &changes);
            let order = BundleOrder { organisation_id: "PSDGB-SCA-2".to_owned(), ..BundleOrder::default() };
            let shown = match rule {
                "registration-certificate" => None,
                "registration-organisation" => Some(Software::new(&bench, &order).transport),
                _ => Some(signer.transport),
            };
            let answer = bench.mutually(shown.as_ref(), "POST", "/plain/oauth/register", &[kind], &body);
            let refused = matches!(answer.status, 400 | 401);
            assert!(if status == 201 { answer.status == 201 } else { refused }, "{rule} {forgotten:?}: {answer:?}");
        }
    }
}

#[test]
fn a_bank_of_fapi_registers_nobody_without_a_statement_unless_it_has_forgotten_to_ask() {
    for (forgotten, status) in [("software-statement-sent", 201), ("", 400)] {
        let bench = secure("profile: fapi2-security", forgotten);
        let tpp = Software::new(&bench, &BundleOrder::default());
        let asked = json!({
            "redirect_uris": ["https://app.example/cb"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": tpp.bundle.jwks(),
        });
        let answer = bench.mutually(Some(&tpp.transport), "POST", "/plain/oauth/register", &[JSON], &asked.to_string());
        assert_eq!(answer.status, status, "{forgotten:?}: {answer:?}");
    }
}
