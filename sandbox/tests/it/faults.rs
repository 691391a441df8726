//! What a scenario does to a connection, as the wire shows it: no HTTP library between.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use bank_sandbox::{Builder, Sandbox};
use serde_json::{Value, json};

use crate::bench::Bench;

/// How a connection ended for its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Fin,
    Reset,
}

pub(crate) struct Seen {
    pub(crate) bytes: Vec<u8>,
    pub(crate) end: End,
    pub(crate) took: Duration,
}

pub(crate) fn bench(rules: &str) -> Bench {
    Bench::with(builder(Sandbox::builder(), rules))
}

pub(crate) fn builder(builder: Builder, rules: &str) -> Builder {
    let scenario = format!("sandbox: 1\nname: test\nseed: 1\nrules:\n{rules}");
    builder.scenario(&scenario).unwrap_or_else(|errors| panic!("{errors}"))
}

#[expect(clippy::disallowed_methods, reason = "a test of the wire measures real time")]
pub(crate) fn call(bench: &Bench, line: &str, more: &str) -> Seen {
    let token = bench.token("default");
    let mut stream = bench.connect();
    let began = Instant::now();
    // In one piece: a bank that resets as soon as it has read enough would reset the rest of the request.
    let request = format!("{line} HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {token}\r\n{more}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let (bytes, end) = to_the_end(&mut stream);
    Seen { bytes, end, took: began.elapsed() }
}

/// Everything that still comes, and how it ends.
pub(crate) fn to_the_end(stream: &mut impl Read) -> (Vec<u8>, End) {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 65_536]);
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return (bytes, End::Fin),
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return (bytes, End::Reset),
            Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&bytes)),
        }
    }
}

impl Seen {
    /// Promised and received bytes of the body.
    pub(crate) fn body(&self) -> (usize, usize) {
        let text = String::from_utf8_lossy(&self.bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let promised = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        (promised.parse().unwrap(), body.len())
    }
}

/// The entry of the only call, once it is closed.
pub(crate) fn only_entry(bench: &Bench) -> Value {
    let (status, entry) = bench.control("GET", "/v1/worlds/default/journal/next?silence=10s", "");
    assert_eq!(status, 200);
    entry
}

#[test]
fn a_reset_before_the_headers_is_an_rst_without_a_byte() {
    let bench = bench("  - {name: r, match: {op: accounts.list}, do: {reset: before-headers}}\n");
    let seen = call(&bench, "GET /plain/accounts", "");
    assert_eq!((seen.bytes.len(), seen.end), (0, End::Reset));
    let entry = only_entry(&bench);
    assert_eq!((&entry["ending"], entry.get("response")), (&json!("reset"), None));
    assert_eq!(entry["decisions"][0]["rule"], "r");
}

#[test]
fn a_close_before_the_headers_is_a_fin_without_a_byte() {
    let bench = bench("  - {name: r, match: {op: accounts.list}, do: {close: before-headers}}\n");
    let seen = call(&bench, "GET /plain/accounts", "");
    assert_eq!((seen.bytes.len(), seen.end), (0, End::Fin));
    assert_eq!(only_entry(&bench)["ending"], "closed");
}

#[test]
fn a_truncated_body_breaks_the_promise_of_its_length() {
    let bench = bench("  - {name: r, match: {op: accounts.list}, do: {truncate: 50%}}\n");
    let seen = call(&bench, "GET /plain/accounts", "");
    let (promised, received) = seen.body();
    assert_eq!((received, seen.end), (promised / 2, End::Fin));
    let entry = only_entry(&bench);
    assert_eq!(entry["ending"], "cut");
    assert_eq!(
        (&entry["response"]["body_bytes"], &entry["response"]["sent_bytes"]),
        (&json!(promised), &json!(received))
    );
}

#[test]
fn a_reset_inside_the_body_comes_after_its_share() {
    let bench = bench("  - {name: r, match: {op: accounts.list}, do: {reset: inside-body}}\n");
    let seen = call(&bench, "GET /plain/accounts", "");
    let (promised, received) = seen.body();
    assert!((1..promised).contains(&received), "{received} of {promised}");
    assert_eq!(seen.end, End::Reset);
    assert_eq!(only_entry(&bench)["ending"], "reset");
}

#[test]
fn a_hang_ends_when_it_is_over() {
    let bench = bench("  - {name: r, match: {op: accounts.list}, do: {hang: 300ms}}\n");
    let seen = call(&bench, "GET /plain/accounts", "");
    assert_eq!((seen.bytes.len(), seen.end), (0, End::Fin));
    assert!(seen.took >= Duration::from_millis(300), "{:?}", seen.took);
    let entry = only_entry(&bench);
    assert_eq!((&entry["ending"], &entry["committed"]), (&json!("hung"), &json!(false)));
}

#[test]
fn a_hang_for_ever_ends_when_the_client_leaves() {
    let bench = bench("  - {name: r, match: {op: accounts.list}, do: {hang: forever}}\n");
    let mut stream = bench.connect();
    stream.write_all(b"GET /plain/accounts HTTP/1.1\r\nHost: b\r\n\r\n").unwrap();
    drop(stream);
    assert_eq!(only_entry(&bench)["ending"], "hung");
}

#[test]
fn stopping_waits_neither_for_a_hang_nor_for_an_idle_client() {
    let mut bench = bench("  - {name: r, match: {op: accounts.list}, do: {hang: forever}}\n");
    let idle = bench.connect();
    let mut hanging = bench.connect();
    hanging.write_all(b"GET /plain/accounts HTTP/1.1\r\nHost: b\r\n\r\n").unwrap();
    while bench.control("GET", "/v1/worlds/default/journal/counters", "").1["open"] != 1 {}
    let running = bench.running.take().unwrap();
    let stopped =
        bench.runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), running.shutdown()).await });
    assert!(stopped.is_ok(), "it still waits");
    let mut rest = Vec::new();
    hanging.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty());
    drop(idle);
}

#[test]
fn a_delay_is_kept_and_a_client_that_leaves_meanwhile_is_noticed() {
    let bench = bench("  - {name: r, match: {op: accounts.list}, do: {delay: 300ms}}\n");
    let seen = call(&bench, "GET /plain/accounts", "Connection: close\r\n");
    assert!(seen.took >= Duration::from_millis(300), "{:?}", seen.took);
    let mut stream = bench.connect();
    stream.write_all(b"GET /plain/accounts HTTP/1.1\r\nHost: b\r\n\r\n").unwrap();
    drop(stream);
    let (_, entry) = bench.control("GET", "/v1/worlds/default/journal/next?since=1&silence=10s", "");
    assert_eq!(entry["ending"], "client_gone");
}

#[test]
fn a_drip_takes_its_time_and_arrives_whole() {
    let bench = bench("  - {name: r, match: {op: accounts.list}, do: {drip: {chunk: 256B, every: 20ms}}}\n");
    let seen = call(&bench, "GET /plain/accounts", "Connection: close\r\n");
    let (promised, received) = seen.body();
    assert_eq!((received, seen.end), (promised, End::Fin));
    let pieces = promised.div_ceil(256) as u32;
    assert!(seen.took >= Duration::from_millis(20) * pieces, "{:?} for {pieces} pieces", seen.took);
    let entry = only_entry(&bench);
    assert_eq!((&entry["ending"], &entry["response"]["sent_bytes"]), (&json!("complete"), &json!(promised)));
}

#[test]
fn a_drip_that_stalls_stops_where_it_says() {
    let drip = "{chunk: 64B, every: 1ms, stall_at: 50%, stall: 200ms, then: reset}";
    let bench = bench(&format!("  - {{name: r, match: {{op: accounts.list}}, do: {{drip: {drip}}}}}\n"));
    let seen = call(&bench, "GET /plain/accounts", "");
    let (promised, received) = seen.body();
    assert_eq!((received, seen.end), (promised / 2, End::Reset));
    assert!(seen.took >= Duration::from_millis(200), "{:?}", seen.took);
}

#[test]
fn a_lost_reply_leaves_the_payment_at_the_bank() {
    let bench = bench("  - {name: r, match: {op: payments.create}, do: {stage: send, reset: before-headers}}\n");
    let order = json!({"client_id": "demo", "username": "alice"}).to_string();
    let (_, granted) = bench.control("POST", "/v1/worlds/default/consents", &order);
    let payment = json!({
        "debtor_account_id": granted["account_ids"][0],
        "creditor": {"name": "Landlord", "account": {"scheme": "iban", "value": "GB33BUKB20201555555555"}},
        "amount": {"value": "1.00", "currency": "GBP"},
    });
    let body = payment.to_string();
    let more = format!("Idempotency-Key: k1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    let seen = call(&bench, "POST /plain/payments", &format!("{more}\r\n{body}"));
    assert_eq!((seen.bytes.len(), seen.end), (0, End::Reset));
    let entry = only_entry(&bench);
    assert_eq!((&entry["committed"], &entry["ending"]), (&json!(true), &json!("reset")));
    assert_eq!(entry["idempotency_key"], "k1");
    let oracle = format!("/v1/worlds/default/oracle?consent={}", granted["consent_id"].as_str().unwrap());
    let (_, truth) = bench.control("GET", &oracle, "");
    assert_eq!(truth["payments"].as_array().unwrap().len(), 1, "{}", truth["payments"]);
}

#[test]
fn a_fault_on_one_connection_leaves_the_others_alone() {
    let bench = bench("  - {name: r, match: {op: balances.get}, do: {reset: before-headers}}\n");
    let token = bench.token("default");
    let mut kept = bench.connect();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {token}\r\n\r\n");
    kept.write_all(get("/plain/accounts").as_bytes()).unwrap();
    let mut buffer = [0; 65_536];
    assert!(kept.read(&mut buffer).unwrap() > 0);
    assert_eq!(call(&bench, "GET /plain/accounts/acc_1/balances", "").end, End::Reset);
    kept.write_all(get("/plain/accounts").as_bytes()).unwrap();
    assert!(kept.read(&mut buffer).unwrap() > 0);
}

#[test]
fn a_scenario_is_replaced_while_it_runs_and_a_wrong_one_is_not_taken() {
    let bench = bench("  - {name: r, match: {op: accounts.list}, do: {error: unavailable}}\n");
    let status = |bench: &Bench| {
        let seen = call(bench, "GET /plain/accounts", "Connection: close\r\n");
        crate::bench::Raw::parse(&seen.bytes).status
    };
    assert_eq!(status(&bench), 503);
    let wrong = "sandbox: 1\nname: x\nrules:\n  - {name: a, match: {op: acounts.list}, do: {sttaus: 5}}\n";
    let (code, problem) = bench.control("PUT", "/v1/worlds/default/scenario", wrong);
    assert_eq!(code, 422);
    let lines: Vec<u64> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["line"].as_u64().unwrap()).collect();
    assert!(lines.len() >= 2 && lines.iter().all(|line| *line == 4), "{problem}");
    assert_eq!(status(&bench), 503);
    let calm = "sandbox: 1\nname: calm\n";
    assert_eq!(bench.control("PUT", "/v1/worlds/default/scenario", calm).1["scenario"], "calm");
    assert_eq!(status(&bench), 200);
    assert_eq!(bench.control_text("GET", "/v1/worlds/default/scenario", ""), (200, calm.to_owned()));
}

#[test]
fn what_a_scenario_prepares_is_there_from_the_start() {
    let scenario = "sandbox: 1\nname: ready\nseed: 9\nclock: {start: 2026-03-01T08:00:00Z, mode: manual}\n\
                    clients: [{client_id: mine, client_secret: s}]\nconsents: [{client: mine, user: ben}]\n";
    let bench = Bench::start();
    let world = json!({"name": "ready", "scenario": scenario}).to_string();
    let (status, made) = bench.control("POST", "/v1/worlds", &world);
    assert_eq!((status, &made["seed"], &made["now"]), (201, &json!(9), &json!("2026-03-01T08:00:00Z")), "{made}");
    let access = &made["access"][0];
    assert_eq!((&access["client_id"], &access["username"]), (&json!("mine"), &json!("ben")));
    let request = format!(
        "GET /w/ready/plain/accounts HTTP/1.1\r\nHost: b\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
        access["access_token"].as_str().unwrap()
    );
    assert_eq!(bench.raw(request.as_bytes()).status, 200);
}
