//! What rules cost: one decision by itself, and requests per second with ever more rules that do not match, and with one
//! that matches and does nothing that is seen. `cargo bench --bench rules`.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on should stop where it stands")]
#![expect(clippy::disallowed_methods, reason = "a measurement needs real time")]

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, Method};
use bank_fixtures::record::{AccountKind, ConsentStatus, PaymentStatus};
use bank_fixtures::seed::Seed;
use bank_sandbox::dialect::CallFacts;
use bank_sandbox::exchange::{Access, Request};
use bank_sandbox::operation::Operation;
use bank_sandbox::scenario::{BankView, Engine, Facts, Scenario};
use bank_sandbox::world::{DEFAULT, GrantOrder};
use bank_sandbox::{Running, Sandbox};
use jiff::Timestamp;
use jiff::tz::TimeZone;

const DECISIONS: u32 = 900_000;
/// Connections that ask at a time.
const CONNECTIONS: usize = 16;
/// How long each sandbox is asked, per round.
const ROUND: Duration = Duration::from_millis(1_000);
const ROUNDS: usize = 9;

/// A limit of the bank's own that is checked and never reached.
const UNREACHED: &str = "banks: {plain: {limits: {headers: ietf, rules: [{operations: [transactions.*], \
    token_bucket: {capacity: 1000000000, refill: 1000000000, per: 60s}}]}}}\n";

/// Rules for the same operation that some condition rules out, each by another.
fn other(n: usize) -> String {
    let asks = match n % 4 {
        0 => format!("client: client-{n}"),
        1 => format!("account: acc_{n}"),
        2 => format!("header: {{x-none: a{n}}}"),
        _ => "page: 9..".to_owned(),
    };
    format!("  - {{name: other-{n}, match: {{op: transactions.list, {asks}}}, do: {{status: 503}}}}\n")
}

/// Rules for other operations.
fn elsewhere(n: usize) -> String {
    format!("  - {{name: elsewhere-{n}, match: {{op: payments.create, client: c{n}}}, do: {{status: 503}}}}\n")
}

fn scenario(rules: &str) -> String {
    let rules = if rules.is_empty() { " []\n".to_owned() } else { format!("\n{rules}") };
    format!("sandbox: 1\nname: bench\nseed: 1\n{UNREACHED}rules:{rules}")
}

fn main() {
    println!("one decision");
    let matching = "  - {name: m, match: {op: transactions.list}, KEY do: {delay: 0s}}\n";
    let keyed = matching.replace("KEY", "key: [client, account],");
    let chance = matching.replace("KEY", "when: {chance: 5% exact},");
    let phases = "  - {name: p, match: {op: transactions.list}, key: client, phases: [{calls: 3, do: {delay: 1s}}, {forever: pass}]}\n";
    let quota = "  - {name: q, match: {op: transactions.list}, limit: {quota: bucket 1000000 refill 1000000 per 1s}}\n";
    for (what, rules) in [
        ("no rule", String::new()),
        ("1 that does not match", other(0)),
        ("100 that do not match", (0..100).map(other).collect()),
        ("1,000 that do not match", (0..1_000).map(other).collect()),
        ("1,000 for other operations", (0..1_000).map(elsewhere).collect()),
        ("1 that matches, delay 0", matching.replace("KEY", "")),
        ("the same per client and account", keyed),
        ("1 with an exact chance", chance),
        ("1 with phases that are over", phases.to_owned()),
        ("1 with a limit", quota.to_owned()),
    ] {
        println!("  {what:<34}{:>10.0} ns", decision(&scenario(&rules)));
    }

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let start = |rules: &str| {
        let running = runtime.block_on(Sandbox::builder().scenario(&scenario(rules)).unwrap().start()).unwrap();
        let request = page_request(&running);
        (running, request)
    };
    let sides: Vec<(&str, (Running, String))> = [
        ("no rule", String::new()),
        ("1 that does not match", other(0)),
        ("100 that do not match", (0..100).map(other).collect()),
        ("1,000 that do not match", (0..1_000).map(other).collect()),
        ("1,000 for other operations", (0..1_000).map(elsewhere).collect()),
        ("1 that matches, delay 0", matching.replace("KEY", "")),
    ]
    .iter()
    .map(|(what, rules)| (*what, start(rules)))
    .collect();
    let mut rates: Vec<Vec<f64>> = vec![Vec::new(); sides.len()];
    for _ in 0..ROUNDS {
        for ((_, (running, request)), rates) in sides.iter().zip(&mut rates) {
            rates.push(rate(running.address, request));
        }
    }
    // Each round is compared with its own rule-less side: a neighbour on the machine slows both.
    let ratio = |rates: &[f64], bare: &[f64]| {
        let mut ratios: Vec<f64> = rates.iter().zip(bare).map(|(rate, bare)| rate / bare).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    };
    println!("a page of 25 rows, {CONNECTIONS} connections");
    for ((what, _), own) in sides.iter().zip(&rates) {
        let mut sorted = own.clone();
        sorted.sort_by(f64::total_cmp);
        println!("  {what:<34}{:>10.0} requests/s   ratio {:.2}", sorted[ROUNDS / 2], ratio(own, &rates[0]));
    }
    for (_, (running, _)) in sides {
        runtime.block_on(running.shutdown());
    }
}

/// Nanoseconds per decision.
fn decision(scenario: &str) -> f64 {
    let compiled = Scenario::compile("bench", scenario).unwrap_or_else(|wrong| panic!("{wrong}"));
    let engine = Engine::new(Arc::new(compiled), Seed::new(1));
    let request = Request {
        method: Method::GET,
        path: "/accounts/acc/transactions".into(),
        query: String::new(),
        headers: HeaderMap::new(),
        body: bytes::Bytes::new(),
        base_url: "http://127.0.0.1:8080/plain".into(),
        certificate: None,
        mutual_base_url: None,
        connection: 1,
        request_id: "r".into(),
    };
    let access = Access {
        client_id: "demo".into(),
        user: Some("alice".into()),
        consent_id: Some("con_1".into()),
        scopes: Vec::new(),
        token_id: "t".into(),
    };
    let call = CallFacts { account: Some("acc".into()), page: Some(1), ..CallFacts::default() };
    let now: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
    let facts = Facts {
        operation: Operation::TransactionsList,
        request: &request,
        access: Some(&access),
        client_id: None,
        call: &call,
        now,
        bank: &Nowhere,
    };
    let run = |count: u32| {
        let began = Instant::now();
        for _ in 0..count {
            black_box(engine.decide(black_box(&facts)));
        }
        began.elapsed().as_secs_f64() * 1e9 / f64::from(count)
    };
    let count = if scenario.len() > 20_000 { DECISIONS / 20 } else { DECISIONS };
    run(count / 10);
    run(count)
}

/// A bank that is never asked.
#[derive(Debug)]
struct Nowhere;

impl BankView for Nowhere {
    fn zone(&self) -> &TimeZone {
        const { &TimeZone::UTC }
    }

    fn payment_status(&self, _: &str) -> Option<PaymentStatus> {
        None
    }

    fn consent_status(&self, _: &str) -> Option<ConsentStatus> {
        None
    }

    fn account_kind(&self, _: &str) -> Option<AccountKind> {
        None
    }
}

fn page_request(running: &Running) -> String {
    let world = running.worlds().find(DEFAULT).unwrap();
    let bank = world.bank("plain").unwrap();
    let order = GrantOrder { client_id: "demo".to_owned(), username: "alice".to_owned(), ..GrantOrder::default() };
    let access = bank.grant(order, world.clock().now()).unwrap();
    format!(
        "GET /plain/accounts/{}/transactions?status=booked HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {}\r\n\r\n",
        access.account_ids[0], access.access_token
    )
}

/// Answers per second.
fn rate(address: SocketAddr, request: &str) -> f64 {
    let total: u64 = std::thread::scope(|scope| {
        let asking = (0..CONNECTIONS).map(|_| scope.spawn(|| ask(address, request)));
        asking.collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    total as f64 / ROUND.as_secs_f64()
}

fn ask(address: SocketAddr, request: &str) -> u64 {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = vec![0; 256 * 1024];
    let (began, mut answers) = (Instant::now(), 0);
    while began.elapsed() < ROUND {
        stream.write_all(request.as_bytes()).unwrap();
        let (mut filled, mut whole) = (0, None);
        while whole.is_none_or(|whole| filled < whole) {
            let read = stream.read(&mut buffer[filled..]).unwrap();
            assert!(read > 0, "the sandbox closed the connection");
            filled += read;
            if whole.is_none() {
                whole = length(&buffer[..filled]);
            }
        }
        answers += 1;
    }
    answers
}

/// Bytes of the whole answer, once its head is there.
fn length(answer: &[u8]) -> Option<usize> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&answer[..end]).unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let body = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    Some(end + body.parse::<usize>().unwrap())
}
