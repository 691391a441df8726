//! What the layers cost: a page of 25 transactions with token, limit, rules and journal, against a bare axum handler that
//! serialises the same body with serde; and how long starting and making worlds takes. `cargo bench --bench page`.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on should stop where it stands")]
#![expect(clippy::disallowed_methods, reason = "a measurement needs real time")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bank_sandbox::world::{Blueprint, DEFAULT, GrantOrder, World};
use bank_sandbox::{Running, Sandbox};
use serde::{Deserialize, Serialize};

/// Connections that ask at a time.
const CONNECTIONS: usize = 16;
/// How long each side is asked, per round.
const ROUND: Duration = Duration::from_secs(2);
const ROUNDS: usize = 5;
/// A limit that is checked and never reached.
const SCENARIO: &str = "sandbox: 1\nname: bench\nseed: 1\n\
    banks: {plain: {limits: {headers: ietf, rules: [{operations: [transactions.*], \
    token_bucket: {capacity: 1000000000, refill: 1000000000, per: 60s}}]}}}\n\
    rules:\n  - {name: other, match: {op: payments.create}, do: {delay: 1s}}\n  \
    - {name: rare, match: {op: transactions.list, header: {x-none: a}}, do: {status: 503}}\n";

#[derive(Serialize, Deserialize, Clone)]
struct Page {
    data: Vec<Row>,
    links: Links,
}

#[derive(Serialize, Deserialize, Clone)]
struct Links {
    #[serde(rename = "self")]
    this: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize, Deserialize, Clone)]
struct Money {
    value: String,
    currency: String,
}

macro_rules! row {
    ($($field:ident: $kind:ty),*) => {
        /// As `docs/generic-api.md`, in plain structs.
        #[derive(Serialize, Deserialize, Clone)]
        #[serde(deny_unknown_fields)]
        struct Row {
            id: String,
            status: String,
            amount: Money,
            $(#[serde(skip_serializing_if = "Option::is_none", default)] $field: Option<$kind>,)*
        }
    };
}

row!(
    r#type: String, nature: String, booked_on: String, booked_at: String, value_on: String, occurred_on: String,
    occurred_at: String, original_amount: Money, exchange_rate: Rate, balance_after: Money, counterparty: Counterparty,
    merchant: Merchant, description: Vec<String>, creditor_reference: String, end_to_end_id: String, mandate_id: String,
    bank_transaction_code: String, related: Vec<Related>
);

#[derive(Serialize, Deserialize, Clone)]
struct Rate {
    from: String,
    to: String,
    rate: String,
}

#[derive(Serialize, Deserialize, Clone)]
struct Counterparty {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Identifier>,
}

#[derive(Serialize, Deserialize, Clone)]
struct Identifier {
    scheme: String,
    value: String,
}

#[derive(Serialize, Deserialize, Clone)]
struct Merchant {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mcc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
}

#[derive(Serialize, Deserialize, Clone)]
struct Related {
    relation: String,
    transaction_id: String,
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let began = Instant::now();
    let running = runtime.block_on(Sandbox::builder().scenario(SCENARIO).unwrap().start()).unwrap();
    let health = "GET /health HTTP/1.1\r\nHost: b\r\n\r\n";
    exchange(running.control_address, health);
    println!("first answer after start        {:>10.2} ms", began.elapsed().as_secs_f64() * 1e3);
    worlds();

    let request = page_request(&running);
    let body = exchange(running.address, &request);
    let page: Page = serde_json::from_str(&body).unwrap();
    assert_eq!(page.data.len(), 25, "the page is full");
    assert_eq!(serde_json::to_string(&page).unwrap().len(), body.len(), "both sides send the same body");
    let bare = runtime.block_on(bare(page));

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(rate(bare, &request, body.len()));
        ours.push(rate(running.address, &request, body.len()));
    }
    let median = |rates: &mut Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    };
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    println!("a page of 25 rows, {} bytes", body.len());
    println!("  bare axum, serde              {theirs:>10.0} requests/s");
    println!("  sandbox, every layer          {ours:>10.0} requests/s   ratio {:.2}", ours / theirs);
    runtime.block_on(running.shutdown());
}

fn worlds() {
    let compiled = Arc::new(bank_sandbox::scenario::Scenario::compile("bench", SCENARIO).unwrap());
    let many = 1_000;
    let began = Instant::now();
    let kept: Vec<Arc<World>> = (0..many)
        .map(|n| World::make(Blueprint::new(&format!("w{n}"), Some(Arc::clone(&compiled)))).unwrap())
        .collect();
    println!("a world from a scenario         {:>10.3} ms", began.elapsed().as_secs_f64() * 1e3 / f64::from(many));
    drop(kept);
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

async fn bare(page: Page) -> SocketAddr {
    let page = Arc::new(page);
    let handler = move || {
        let page = Arc::clone(&page);
        async move { Shared(page).into_response() }
    };
    let router = Router::new().route("/plain/accounts/{account}/transactions", get(handler));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// Serialised anew for every answer.
struct Shared(Arc<Page>);

impl IntoResponse for Shared {
    fn into_response(self) -> Response {
        Json(&*self.0).into_response()
    }
}

/// One answer's body, on a connection of its own.
fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let last = request.trim_end();
    write!(stream, "{last}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    body.to_owned()
}

/// Answers per second.
fn rate(address: SocketAddr, request: &str, body: usize) -> f64 {
    let total: u64 = std::thread::scope(|scope| {
        let asking = (0..CONNECTIONS).map(|_| scope.spawn(|| ask(address, request, body)));
        asking.collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    total as f64 / ROUND.as_secs_f64()
}

fn ask(address: SocketAddr, request: &str, body: usize) -> u64 {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = vec![0; body + 4096];
    let (began, mut answers) = (Instant::now(), 0);
    while began.elapsed() < ROUND {
        stream.write_all(request.as_bytes()).unwrap();
        let mut filled = 0;
        let end = loop {
            filled += stream.read(&mut buffer[filled..]).unwrap();
            if let Some(head) = buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") {
                break head + 4 + body;
            }
        };
        while filled < end {
            filled += stream.read(&mut buffer[filled..]).unwrap();
        }
        answers += 1;
    }
    answers
}
