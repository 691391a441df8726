//! Ten thousand answers that do not come cost memory only, and are gone when the client is.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::bench::Bench;
use crate::faults::bench;
use crate::frames::Client;

/// Streams of one HTTP/2 connection, as many as the server allows at a time.
const STREAMS: u32 = 200;
/// HTTP/2 connections and HTTP/1.1 connections: ten thousand answers on file descriptors that every machine has.
const CONNECTIONS: u32 = 45;
const SINGLE: usize = 1000;
const PATIENCE: Duration = Duration::from_secs(60);

fn open(bench: &Bench) -> u64 {
    bench.control("GET", "/v1/worlds/default/journal/counters", "").1["open"].as_u64().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a test of the wire measures real time")]
pub(crate) fn wait_for_open(bench: &Bench, expected: u64) {
    let began = Instant::now();
    while open(bench) != expected {
        assert!(began.elapsed() < PATIENCE, "{} are open, not {expected}", open(bench));
    }
}

fn ten_thousand(effect: &str) {
    let bench = bench(&format!("  - {{name: r, match: {{op: accounts.list}}, do: {effect}}}\n"));
    let token = bench.token("default");
    let mut clients: Vec<Client<TcpStream>> = (0..CONNECTIONS).map(|_| Client::new(bench.connect())).collect();
    for client in &mut clients {
        (0..STREAMS).for_each(|stream| client.get(stream * 2 + 1, "http", "/plain/accounts", &token));
    }
    let request = format!("GET /plain/accounts HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {token}\r\n\r\n");
    let mut single: Vec<TcpStream> = (0..SINGLE).map(|_| bench.connect()).collect();
    single.iter_mut().for_each(|stream| stream.write_all(request.as_bytes()).unwrap());
    let all = u64::from(CONNECTIONS * STREAMS) + SINGLE as u64;
    wait_for_open(&bench, all);
    // Everybody else is served meanwhile.
    let other = format!(
        "GET /plain/accounts/none HTTP/1.1\r\nHost: b\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    assert_eq!(bench.raw(other.as_bytes()).status, 404);
    drop(single);
    wait_for_open(&bench, all - SINGLE as u64);
    drop(clients);
    wait_for_open(&bench, 0);
}

#[test]
fn ten_thousand_hangs_are_gone_when_their_clients_are() {
    ten_thousand("{hang: forever}");
}

#[test]
fn ten_thousand_drips_are_gone_when_their_clients_are() {
    ten_thousand("{drip: {chunk: 1B, every: 60s}}");
}
