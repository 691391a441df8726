//! What an answer that never comes costs: memory per hang over HTTP/1.1 and HTTP/2, and how many calls a second others get
//! answered beside ten thousand of them. `cargo bench --bench hang`.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on should stop where it stands")]
#![expect(clippy::disallowed_methods, reason = "a measurement needs real time")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use bank_sandbox::Sandbox;
use bank_sandbox::world::{DEFAULT, GrantOrder};

/// HTTP/2 connections, and hangs on each: the most the server allows.
const CONNECTIONS: usize = 50;
const STREAMS: usize = 200;
/// Hangs with a connection of their own: both of its ends are files of this process.
const SINGLE: usize = 2000;
/// How long others ask.
const ROUND: Duration = Duration::from_secs(2);
const SCENARIO: &str = "sandbox: 1\nname: bench\nseed: 1\nbanks: {plain: {limits: {headers: ietf, rules: []}}}\n\
    rules:\n  - {name: r, match: {op: accounts.list}, do: {hang: forever}}\n";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let running = runtime.block_on(Sandbox::builder().scenario(SCENARIO).unwrap().start()).unwrap();
    let world = running.worlds().find(DEFAULT).unwrap();
    let order = GrantOrder { client_id: "demo".to_owned(), username: "alice".to_owned(), ..GrantOrder::default() };
    let token = world.banks()[0].grant(order, world.clock().now()).unwrap().access_token;
    let address = running.address;

    println!("calls a second alone: {:.0}", calls_a_second(address, &token));
    let before = resident_bytes();
    let single: Vec<TcpStream> = (0..SINGLE).map(|_| hang(address, &token)).collect();
    settle();
    println!("bytes per hang over HTTP/1.1: {}", (resident_bytes() - before) / SINGLE);
    let before = resident_bytes();
    let streams: Vec<TcpStream> = (0..CONNECTIONS).map(|_| hang_streams(address, &token)).collect();
    settle();
    println!("bytes per hang over HTTP/2: {}", (resident_bytes() - before) / (CONNECTIONS * STREAMS));
    println!("calls a second beside {} hangs: {:.0}", SINGLE + CONNECTIONS * STREAMS, calls_a_second(address, &token));
    drop((single, streams));
    runtime.block_on(running.shutdown());
}

/// The server reads what was sent in its own time.
fn settle() {
    std::thread::sleep(Duration::from_secs(2));
}

fn request(path: &str, token: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {token}\r\n\r\n")
}

fn hang(address: SocketAddr, token: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request("/plain/accounts", token).as_bytes()).unwrap();
    stream
}

/// As many hangs as one HTTP/2 connection takes; frames as in RFC 9113, fields as literals (RFC 7541 6.2.2).
fn hang_streams(address: SocketAddr, token: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    let bearer = format!("Bearer {token}");
    let fields = [
        (":method", "GET"),
        (":scheme", "http"),
        (":path", "/plain/accounts"),
        (":authority", "b"),
        ("authorization", &*bearer),
    ];
    let mut block = Vec::new();
    for text in fields.iter().flat_map(|(name, value)| [*name, *value]) {
        if text.starts_with(':') || text == "authorization" {
            block.push(0);
        }
        assert!(text.len() < 127, "a longer text has another length prefix");
        block.push(text.len() as u8);
        block.extend(text.as_bytes());
    }
    for number in 0..STREAMS as u32 {
        bytes.extend(&(block.len() as u32).to_be_bytes()[1..]);
        bytes.extend([1, 5]);
        bytes.extend((number * 2 + 1).to_be_bytes());
        bytes.extend(&block);
    }
    stream.write_all(&bytes).unwrap();
    stream
}

fn calls_a_second(address: SocketAddr, token: &str) -> f64 {
    let mut stream = TcpStream::connect(address).unwrap();
    let (request, mut buffer) = (request("/plain/accounts/none", token), [0; 16_384]);
    let (began, mut calls) = (Instant::now(), 0u32);
    while began.elapsed() < ROUND {
        stream.write_all(request.as_bytes()).unwrap();
        assert!(stream.read(&mut buffer).unwrap() > 0);
        calls += 1;
    }
    f64::from(calls) / began.elapsed().as_secs_f64()
}

/// Memory of this process, client side included; Linux only.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<usize>().unwrap() * 1024
}
