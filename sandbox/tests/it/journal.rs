//! The journal as its readers meet it: filtered, followed, exported, and free of secrets.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use bank_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::bench::Bench;

const CARD: &str = "4111111111111111";
const IBAN: &str = "GB29NWBK60161331926819";
const JWT: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";

const SCENARIO: &str = "sandbox: 1\nname: down\nseed: 1\nclock: {start: 2026-03-01T08:00:00Z, mode: manual}\n\
    rules:\n  - {name: once, match: {op: accounts.list}, phases: [{calls: 1, do: {status: 503}}, {forever: pass}]}\n";

fn get(bench: &Bench, path: &str, token: &str) -> crate::bench::Raw {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
    bench.raw(request.as_bytes())
}

fn pay(bench: &Bench, account: &str, key: &str, token: &str) -> crate::bench::Raw {
    let order = json!({
        "debtor_account_id": account,
        "creditor": {"name": "Bob", "account": {"scheme": "iban", "value": IBAN}},
        "amount": {"value": "1.00", "currency": "GBP"},
        "reference": format!("card {CARD} token {JWT}"),
    })
    .to_string();
    let request = format!(
        "POST /plain/payments HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{order}",
        order.len()
    );
    bench.raw(request.as_bytes())
}

fn granted(bench: &Bench) -> Value {
    let order = json!({"bank": "plain", "client_id": "demo", "username": "alice"}).to_string();
    bench.control("POST", "/v1/worlds/default/consents", &order).1
}

#[test]
fn every_filter_finds_what_it_names_and_nothing_else() {
    let bench = Bench::with(Sandbox::builder().scenario(SCENARIO).unwrap());
    let access = granted(&bench);
    let (token, consent) = (access["access_token"].as_str().unwrap(), access["consent_id"].as_str().unwrap());
    let account = access["account_ids"][0].as_str().unwrap();
    get(&bench, "/plain/accounts", token);
    get(&bench, &format!("/plain/accounts/{account}/balances"), token);
    bench.control("POST", "/v1/worlds/default/clock/advance", r#"{"by": "1m"}"#);
    get(&bench, "/plain/accounts", "nonsense");
    pay(&bench, account, "key-1", token);
    let found = |query: &str| {
        let (status, lines) = bench.control_text("GET", &format!("/v1/worlds/default/journal?{query}"), "");
        assert_eq!(status, 200, "{query}: {lines}");
        let seq = |line: &str| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap();
        lines.lines().map(seq).collect::<Vec<_>>()
    };
    let cases: &[(String, &[u64])] = &[
        (format!("consent={consent}"), &[1, 2, 4]),
        ("user=alice".to_owned(), &[1, 2, 4]),
        ("user=bob".to_owned(), &[]),
        (format!("account={account}"), &[2, 4]),
        ("rule=once".to_owned(), &[1]),
        ("idempotency_key=key-1".to_owned(), &[4]),
        ("committed=false".to_owned(), &[1, 2, 3]),
        (format!("path=/plain/accounts/{account}"), &[2]),
        ("from=2026-03-01T08:01:00Z".to_owned(), &[3, 4]),
        ("until=2026-03-01T08:01:00Z&operation=accounts.*".to_owned(), &[1]),
    ];
    for (query, expected) in cases {
        assert_eq!(found(query), *expected, "{query}");
    }
    let (status, problem) = bench.control("GET", "/v1/worlds/default/journal?from=now&until=then&status=9", "");
    assert_eq!(status, 400);
    for mistake in ["from: ", "until: ", "status: "] {
        assert!(problem["detail"].as_str().unwrap().contains(mistake), "all mistakes at once: {problem}");
    }
}

/// The code of a problem says what went wrong and is shown; the one of a login opens accounts and never is, whatever carries it.
#[test]
fn codes_are_hidden_where_they_are_secrets_and_nowhere_else() {
    let bench = Bench::start();
    let (status, world) =
        bench.control("POST", "/v1/worlds", &json!({"name": "w", "consents": "automatic"}).to_string());
    assert_eq!(status, 201, "{world}");
    let problem = get(&bench, "/w/w/plain/accounts", "nonsense");
    let problem: Value = serde_json::from_str(&problem.body).unwrap();
    let authorize = |mode: &str| {
        let query = format!(
            "response_type=code&client_id=demo&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&scope=openid%20accounts&state=s\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&login_hint=alice\
             &response_mode={mode}"
        );
        bench.raw(
            format!("GET /w/w/plain/oauth/authorize?{query} HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        )
    };
    let (link, form) = (authorize("query"), authorize("form_post"));
    let between = |text: &str, before: &str, after: &str| {
        let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
        rest.split_once(after).map_or(rest, |(value, _)| value).to_owned()
    };
    let secrets = [between(&link.head, "code=", "&"), between(&form.body, "name=\"code\" value=\"", "\"")];
    let (status, text) = bench.control_text("GET", "/v1/worlds/w/journal", "");
    assert_eq!(status, 200, "{text}");
    for secret in &secrets {
        assert!(secret.len() > 16 && !text.contains(secret.as_str()), "{secret} in {text}");
    }
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let shown: Value = serde_json::from_str(first["response"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(shown, problem, "a problem is shown as it was sent");
    assert!(problem["code"].as_str().is_some_and(|code| code.contains("token")), "{problem}");
}

#[test]
fn no_secret_leaves_in_any_form_unless_the_operator_and_the_reader_want_it() {
    let forms = ["journal", "journal.har"];
    let run = |builder: bank_sandbox::Builder| {
        let bench = Bench::with(builder);
        let access = granted(&bench);
        let token = access["access_token"].as_str().unwrap().to_owned();
        let account = access["account_ids"][0].as_str().unwrap();
        pay(&bench, account, "key-1", &token);
        get(&bench, &format!("/plain/accounts?note={JWT}&pan=4111+1111+1111+1111&iban={IBAN}"), &token);
        get(&bench, &format!("/plain/{CARD}/{IBAN}"), &token);
        (bench, token)
    };
    let (bench, token) = run(Sandbox::builder());
    for form in forms {
        let (status, text) = bench.control_text("GET", &format!("/v1/worlds/default/{form}"), "");
        assert_eq!(status, 200, "{text}");
        for secret in [token.as_str(), CARD, IBAN, JWT, "4111+1111", "4111 1111"] {
            assert!(!text.contains(secret), "{secret} in {form}: {text}");
        }
        assert!(text.contains("iban:GB****6819") && text.contains("pan:****1111"), "{text}");
        let (status, problem) = bench.control("GET", &format!("/v1/worlds/default/{form}?secrets=show"), "");
        assert_eq!(status, 403, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("--show-secrets"), "{problem}");
    }
    let (bench, token) = run(Sandbox::builder().show_secrets());
    for form in forms {
        let (_, shown) = bench.control_text("GET", &format!("/v1/worlds/default/{form}?secrets=show"), "");
        assert!([token.as_str(), CARD, IBAN, JWT].iter().all(|secret| shown.contains(secret)), "{shown}");
        let (_, hidden) = bench.control_text("GET", &format!("/v1/worlds/default/{form}"), "");
        assert!(!hidden.contains(&token) && !hidden.contains(CARD), "the reader did not ask");
        let (status, problem) = bench.control("GET", &format!("/v1/worlds/default/{form}?secrets=yes"), "");
        assert_eq!((status, problem["detail"].as_str().unwrap().contains("hide")), (400, true));
    }
}

#[test]
fn the_archive_is_what_tools_expect() {
    let bench = Bench::with(Sandbox::builder().scenario(SCENARIO).unwrap());
    let token = bench.token("default");
    get(&bench, "/plain/accounts?limit=2&cursor=", &token);
    get(&bench, "/plain/accounts", &token);
    let (_, archive) = bench.control("GET", "/v1/worlds/default/journal.har?operation=accounts.list", "");
    let log = &archive["log"];
    assert_eq!((&log["version"], &log["creator"]["name"]), (&json!("1.2"), &json!("bank-sandbox")));
    let entries = log["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    let first = &entries[0];
    assert_eq!(first["request"]["url"], "http://b/plain/accounts?limit=2&cursor=");
    assert_eq!(first["request"]["queryString"][0], json!({"name": "limit", "value": "2"}));
    assert_eq!((&first["response"]["status"], &first["_rules"]), (&json!(503), &json!(["once"])));
    for entry in entries {
        // Every member that HAR 1.2 obliges an entry to have.
        for (object, members) in [
            ("", &["startedDateTime", "time", "request", "response", "cache", "timings"][..]),
            (
                "/request",
                &["method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"],
            ),
            (
                "/response",
                &[
                    "status",
                    "statusText",
                    "httpVersion",
                    "cookies",
                    "headers",
                    "content",
                    "redirectURL",
                    "headersSize",
                    "bodySize",
                ],
            ),
            ("/response/content", &["size", "mimeType", "text"]),
            ("/timings", &["send", "wait", "receive"]),
        ] {
            let object_value = entry.pointer(object).unwrap();
            for member in members {
                assert!(object_value.get(member).is_some(), "{object}/{member} is missing in {entry}");
            }
        }
        let timings = &entry["timings"];
        let sum = ["send", "wait", "receive"].iter().map(|name| timings[name].as_f64().unwrap()).sum::<f64>();
        assert!((sum - entry["time"].as_f64().unwrap()).abs() < 0.001, "{entry}");
    }
}

/// A reader of server-sent events that speaks bytes.
struct Events(BufReader<TcpStream>);

impl Events {
    fn open(bench: &Bench, path: &str, last: Option<u64>) -> Events {
        let mut stream = TcpStream::connect(bench.running().control_address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let last = last.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: c\r\n{last}\r\n").as_bytes()).unwrap();
        let mut events = Events(BufReader::new(stream));
        events.until(": following");
        events
    }

    /// The line that begins with this text.
    fn until(&mut self, start: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream ended before `{start}`");
            if line.starts_with(start) {
                return line.trim_end().to_owned();
            }
        }
    }

    /// The next exchange: the event's id and the number of the exchange.
    fn exchange(&mut self) -> (u64, u64) {
        self.until("event: exchange");
        let id = self.until("id: ")["id: ".len()..].parse().unwrap();
        let data: Value = serde_json::from_str(&self.until("data: ")["data: ".len()..]).unwrap();
        (id, data["seq"].as_u64().unwrap())
    }
}

#[test]
fn a_stream_shows_every_exchange_as_it_ends_and_goes_on_where_it_broke_off() {
    let bench = Bench::start();
    let token = bench.token("default");
    let path = "/v1/worlds/default/journal/stream";
    get(&bench, "/plain/accounts", &token);
    let mut events = Events::open(&bench, path, None);
    assert_eq!(events.exchange(), (1, 1), "what was there before is told first");
    get(&bench, "/plain/accounts", &token);
    assert_eq!(events.exchange(), (2, 2));
    drop(events);
    get(&bench, "/plain/nothing", &token);
    get(&bench, "/plain/accounts", &token);
    let mut events = Events::open(&bench, path, Some(2));
    assert_eq!((events.exchange(), events.exchange()), ((3, 3), (4, 4)));
    let mut events = Events::open(&bench, &format!("{path}?status=404"), None);
    assert_eq!(events.exchange(), (3, 3), "filters hold here too");
    bench.control("POST", "/v1/worlds/default/reset", "");
    events.until("event: end");
    get(&bench, "/plain/accounts", &token);
    // The old world ended; the number belongs to the journal before, and the new one is told from its beginning.
    let mut events = Events::open(&bench, path, Some(4));
    assert_eq!(events.exchange(), (1, 1));
    for (query, headers) in [("?since=1", None), ("?silence=1s", None), ("?limit=1", None), ("", Some("x"))] {
        let url = format!("{}{path}{query}", bench.running().control_url);
        let status = bench.runtime.block_on(async {
            let request = reqwest::Client::new().get(url);
            let request = headers.map_or(request.try_clone().unwrap(), |id| request.header("last-event-id", id));
            request.send().await.unwrap().status().as_u16()
        });
        assert_eq!(status, 400, "{query}");
    }
}
