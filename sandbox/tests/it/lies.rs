//! Lies of the authorization server as a client meets them: against a running sandbox.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::bench::Bench;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const BANK: &str = "/w/mine/plain";

/// A world in which these rules hold.
fn world(rules: &str) -> Bench {
    world_of("[plain]", rules)
}

/// The same with this said of its banks.
fn world_of(banks: &str, rules: &str) -> Bench {
    let bench = Bench::start();
    let scenario = format!("sandbox: 1\nname: mine\nbanks: {banks}\nclock: {{mode: manual}}\nrules: {rules}\n");
    let (status, made) =
        bench.control("POST", "/v1/worlds", &json!({"name": "mine", "scenario": scenario}).to_string());
    assert_eq!(status, 201, "{made}");
    bench
}

/// Logs alice in, and returns the parameters that come back.
fn log_in(bench: &Bench) -> Vec<(String, String)> {
    let query = format!(
        "response_type=code&client_id=demo&redirect_uri=http://127.0.0.1:4000/callback&scope=openid%20accounts&state=s&nonce=n&code_challenge={CHALLENGE}&code_challenge_method=S256&login_hint=alice"
    );
    let answer = bench.call("GET", &format!("{BANK}/oauth/authorize?{query}"), &[], "");
    let location: url::Url = answer.header("location").unwrap().parse().unwrap();
    location.query_pairs().into_owned().collect()
}

fn code(bench: &Bench) -> String {
    log_in(bench).into_iter().find(|pair| pair.0 == "code").unwrap().1
}

/// Exchanges a code.
fn redeem(bench: &Bench, code: &str) -> (u16, Value) {
    let form = format!(
        "grant_type=authorization_code&code={code}&redirect_uri=http://127.0.0.1:4000/callback&code_verifier={VERIFIER}&client_id=demo&client_secret=demo-secret"
    );
    post(bench, "token", &form)
}

fn post(bench: &Bench, path: &str, form: &str) -> (u16, Value) {
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = bench.call("POST", &format!("{BANK}/oauth/{path}"), &headers, form);
    (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
}

fn get(bench: &Bench, path: &str) -> Value {
    serde_json::from_str(&bench.call("GET", &format!("{BANK}/{path}"), &[], "").body).unwrap()
}

fn part(token: &Value, index: usize) -> Value {
    let part = token.as_str().unwrap().split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// `true` if one of the published keys has signed the token.
fn verifies(bench: &Bench, token: &Value) -> bool {
    let (message, signature) = token.as_str().unwrap().rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    get(bench, "oauth/jwks")["keys"].as_array().unwrap().iter().any(|key| {
        let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
        let point = [vec![4], coordinate("x"), coordinate("y")].concat();
        let key = aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED, point);
        key.verify(message.as_bytes(), &signature).is_ok()
    })
}

#[test]
fn wrong_claims_come_under_a_right_signature_and_wrong_signatures_over_right_claims() {
    let bench = world(
        "[{name: r, match: {op: token.issue}, phases: [{calls: 1, do: {oauth: {id_token: wrong-nonce}}}, {calls: 1, do: {oauth: {jose: decoy-key}}}, {calls: 1, do: {oauth: {jose: alg-none}}}, {forever: pass}]}]",
    );
    let id_token = || redeem(&bench, &code(&bench)).1["id_token"].clone();
    let token = id_token();
    assert_eq!((part(&token, 1)["nonce"].as_str(), verifies(&bench, &token)), (Some("wrong"), true));
    let token = id_token();
    let kid = get(&bench, "oauth/jwks")["keys"][0]["kid"].clone();
    assert_eq!(
        (part(&token, 1)["nonce"].as_str(), &part(&token, 0)["kid"], verifies(&bench, &token)),
        (Some("n"), &kid, false)
    );
    let token = id_token();
    assert_eq!(part(&token, 0)["alg"], "none");
    assert!(token.as_str().unwrap().ends_with('.'));
    assert!(verifies(&bench, &id_token()), "honest again");
}

#[test]
fn keys_change_in_mid_flow() {
    let bench = world(
        "[{name: r, match: {op: token.issue}, phases: [{calls: 1, do: {oauth: {keys: rotate}}}, {calls: 1, do: {oauth: {keys: replace}}}, {forever: pass}]}]",
    );
    let first = get(&bench, "oauth/jwks")["keys"][0]["kid"].clone();
    let (_, tokens) = redeem(&bench, &code(&bench));
    assert_ne!(part(&tokens["id_token"], 0)["kid"], first);
    let published = get(&bench, "oauth/jwks");
    let old = published["keys"].as_array().unwrap().iter().filter(|key| key["kid"] == first).count();
    assert_eq!((old, verifies(&bench, &tokens["id_token"])), (1, true), "the old one stays published");
    let known = get(&bench, "oauth/jwks");
    let (_, tokens) = redeem(&bench, &code(&bench));
    assert!(verifies(&bench, &tokens["id_token"]));
    let kid = part(&tokens["id_token"], 0)["kid"].clone();
    assert!(known["keys"].as_array().unwrap().iter().all(|key| key["kid"] != kid), "nobody could have read it before");
    let kids = || {
        get(&bench, "oauth/jwks")["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect::<Vec<_>>()
    };
    let now = kids();
    assert_eq!((now.len(), &now[0]), (2, &kid), "the old ones are gone, the next is announced");
}

#[test]
fn an_error_before_the_bank_acts_leaves_the_code_good_and_one_after_it_does_not() {
    let bench = world(
        "[{name: r, match: {op: token.issue}, phases: [{calls: 1, do: {oauth: {error: invalid_grant}}}, {calls: 1}, {calls: 1, do: {stage: send, oauth: {error: server_error}}}, {forever: pass}]}]",
    );
    let secret = code(&bench);
    let (status, refused) = redeem(&bench, &secret);
    assert_eq!((status, refused["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(redeem(&bench, &secret).0, 200, "nobody had looked at the code");
    let secret = code(&bench);
    let (status, refused) = redeem(&bench, &secret);
    assert_eq!((status, refused["error"].as_str()), (500, Some("server_error")));
    assert_eq!(redeem(&bench, &secret).1["error"], "invalid_grant", "the code was spent");
}

#[test]
fn a_redirect_lies_about_its_issuer_and_a_document_about_its_own() {
    let bench = world(
        "[{name: r, match: {op: authorize.start}, phases: [{calls: 1, do: {oauth: {authorize: near-miss-iss}}}, {calls: 1, do: {oauth: {authorize: [doubled-state, without-iss]}}}, {forever: pass}]}, {name: d, match: {op: discovery.get}, max: 1, do: {oauth: {discovery: [near-miss-issuer, {without: token_endpoint}]}}}]",
    );
    let lied = get(&bench, ".well-known/openid-configuration");
    let issuer = get(&bench, ".well-known/openid-configuration")["issuer"].as_str().unwrap().to_owned();
    assert_eq!(lied["issuer"].as_str().unwrap(), format!("{issuer}/"));
    assert!(lied.get("token_endpoint").is_none());
    let of = |pairs: &[(String, String)], name: &str| {
        pairs.iter().filter(|pair| pair.0 == name).map(|pair| pair.1.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of(&log_in(&bench), "iss"), [format!("{issuer}/")]);
    let twice = log_in(&bench);
    assert_eq!((of(&twice, "state"), of(&twice, "iss").len()), (vec!["altered".to_owned(), "s".to_owned()], 0));
    assert_eq!(of(&log_in(&bench), "iss"), [issuer]);
}

#[test]
fn a_bank_that_is_wrong_about_the_time_refuses_good_tokens_and_signs_odd_ones() {
    let bench = world(
        "[{name: a, match: {op: accounts.list}, phases: [{calls: 1, do: {oauth: {clock: {server: +1d}}}}, {forever: pass}]}, {name: t, match: {op: token.issue}, phases: [{calls: 1, do: {oauth: {clock: {signer: -1d}}}}, {forever: pass}]}]",
    );
    let (_, tokens) = redeem(&bench, &code(&bench));
    let lied = part(&tokens["id_token"], 1)["iat"].as_i64().unwrap();
    assert!(verifies(&bench, &tokens["id_token"]));
    let (_, honest) = redeem(&bench, &code(&bench));
    assert_eq!(part(&honest["id_token"], 1)["iat"].as_i64().unwrap() - lied, 86_400);
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let accounts = || bench.call("GET", &format!("{BANK}/accounts"), &[("Authorization", &bearer)], "");
    let early = accounts();
    assert_eq!((early.status, early.header("www-authenticate")), (401, Some("Bearer error=\"invalid_token\"")));
    assert_eq!(accounts().status, 200, "nothing happened to the token");
}

#[test]
fn nonces_are_asked_for_and_tokens_grow() {
    let bench = world(
        "[{name: t, match: {op: token.issue}, phases: [{calls: 2, do: {oauth: {error: use_dpop_nonce}}}, {calls: 1, do: {oauth: {token: {padded-access-token: 8KiB}}}}, {forever: pass}]}]",
    );
    let secret = code(&bench);
    let nonce = || {
        let form = format!("grant_type=authorization_code&code={secret}&client_id=demo&client_secret=demo-secret");
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = bench.call("POST", &format!("{BANK}/oauth/token"), &headers, &form);
        assert_eq!(answer.status, 400);
        answer.header("dpop-nonce").unwrap().to_owned()
    };
    assert_ne!(nonce(), nonce(), "another one each time");
    let (_, tokens) = redeem(&bench, &secret);
    let token = tokens["access_token"].as_str().unwrap();
    assert!(token.len() > 8192);
    let bearer = format!("Bearer {token}");
    assert_eq!(bench.call("GET", &format!("{BANK}/accounts"), &[("Authorization", &bearer)], "").status, 200);
    let (_, active) = post(&bench, "introspect", &format!("token={token}&client_id=demo&client_secret=demo-secret"));
    assert_eq!(active["active"], true);
}

#[test]
fn devices_and_the_backchannel_are_refused_in_every_way_and_then_served() {
    let bench = world(
        "[{name: b, match: {op: [backchannel.authorize, device.authorize]}, phases: [{calls: 1, do: {oauth: {error: unknown_user_id}}}, {calls: 1, do: {oauth: {error: missing_user_code}}}, {forever: pass}]}, {name: t, match: {op: token.issue}, phases: [{calls: 1, do: {oauth: {error: authorization_pending}}}, {calls: 1, do: {oauth: {error: slow_down}}}, {calls: 1, do: {oauth: {error: expired_token}}}, {forever: pass}]}]",
    );
    let own = "client_id=demo&client_secret=demo-secret";
    let ask = || post(&bench, "bc-authorize", &format!("scope=openid&login_hint=alice&{own}"));
    assert_eq!(ask().1["error"], "unknown_user_id");
    assert_eq!(post(&bench, "device_authorization", &format!("scope=openid&{own}")).1["error"], "missing_user_code");
    let (status, begun) = ask();
    assert_eq!(status, 200, "{begun}");
    let poll = || {
        let grant = "grant_type=urn:openid:params:grant-type:ciba";
        post(&bench, "token", &format!("{grant}&auth_req_id={}&{own}", begun["auth_req_id"].as_str().unwrap()))
    };
    for error in ["authorization_pending", "slow_down", "expired_token"] {
        assert_eq!(poll().1["error"], error);
    }
    let (status, tokens) = poll();
    assert_eq!(status, 200, "the bank itself had decided long ago: {tokens}");
}

/// An endpoint that acknowledges what comes, and tells which bearer tokens came.
struct Told {
    address: std::net::SocketAddr,
    heard: std::sync::mpsc::Receiver<String>,
}

impl Told {
    fn listen() -> Told {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, heard) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                let (mut request, mut buffer) = (String::new(), [0; 4096]);
                while !request.contains('}') {
                    match stream.read(&mut buffer) {
                        Ok(read) if read > 0 => request.push_str(&String::from_utf8_lossy(&buffer[..read])),
                        _ => break,
                    }
                }
                let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
                let bearer = request.lines().find_map(|line| line.strip_prefix("authorization: Bearer "));
                if tell.send(bearer.unwrap_or_default().to_owned()).is_err() {
                    return;
                }
            }
        });
        Told { address, heard }
    }

    /// The next ping.
    fn next(&self) -> String {
        self.heard.recv_timeout(std::time::Duration::from_secs(10)).unwrap()
    }
}

#[test]
fn pings_come_late_twice_from_strangers_and_never() {
    let bench = world_of(
        "{plain: {consents: {decision: asked}}}",
        "[{name: b, match: {op: backchannel.authorize}, phases: [{calls: 1, do: {oauth: {ping: twice}}}, {calls: 1, do: {oauth: {ping: wrong-bearer}}}, {calls: 1, do: {oauth: {ping: never}}}, {calls: 1, do: {oauth: {ping: {late: +1m}}}}, {forever: pass}]}]",
    );
    let told = Told::listen();
    let client = json!({
        "grant_types": ["urn:openid:params:grant-type:ciba"], "response_types": [],
        "token_endpoint_auth_method": "client_secret_post", "backchannel_token_delivery_mode": "ping",
        "backchannel_client_notification_endpoint": format!("http://{}/ping", told.address),
    });
    let json = ("Content-Type", "application/json");
    let raw = bench.call("POST", &format!("{BANK}/oauth/register"), &[json], &client.to_string());
    let made: Value = serde_json::from_str(&raw.body).unwrap();
    let ask = |token: &str| {
        let form = format!(
            "client_id={}&client_secret={}&scope=openid&login_hint=alice&client_notification_token={token}",
            made["client_id"].as_str().unwrap(),
            made["client_secret"].as_str().unwrap()
        );
        let (status, begun) = post(&bench, "bc-authorize", &form);
        assert_eq!(status, 200, "{begun}");
        let (_, waiting) = bench.control("GET", "/v1/worlds/mine/logins?bank=plain", "");
        let id = waiting.as_array().unwrap().iter().find_map(|one| one["login_id"].as_str()).unwrap().to_owned();
        let decision = json!({"username": "alice", "outcome": "approve", "bank": "plain"}).to_string();
        let (status, decided) = bench.control("POST", &format!("/v1/worlds/mine/logins/{id}"), &decision);
        assert_eq!(status, 200, "{decided}");
    };
    ask("token-of-the-first");
    assert_eq!([told.next(), told.next()], ["token-of-the-first", "token-of-the-first"]);
    ask("token-of-the-second");
    assert_eq!(told.next(), "not-the-token-of-this-request");
    ask("token-of-the-third");
    ask("token-of-the-fourth");
    // The third never comes; the fourth does when a minute is over and somebody calls.
    assert_eq!(bench.control("POST", "/v1/worlds/mine/clock/advance", r#"{"by": "61s"}"#).0, 200);
    get(&bench, "oauth/jwks");
    ask("token-of-the-fifth");
    let mut last = [told.next(), told.next()];
    last.sort();
    assert_eq!(last, ["token-of-the-fifth", "token-of-the-fourth"]);
}
