//! Requests with random damage: whatever comes in, an answer goes out, and it is the bank's.

use std::io::{ErrorKind, Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bank_fixtures::seed::{Draws, Seed};

use crate::bench::Bench;

/// How many damaged requests are sent.
const REQUESTS: u64 = 20_000;
/// Connections at a time.
const THREADS: u64 = 4;

/// Sound requests to start from; `TOKEN` and `ACCOUNT` stand for real ones.
const SOUND: &[&str] = &[
    "GET /plain/accounts HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer TOKEN\r\nAccept: application/json\r\n\r\n",
    "GET /plain/accounts/ACCOUNT/transactions?from=2026-01-01&limit=25 HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer TOKEN\r\n\r\n",
    "GET /plain/accounts/ACCOUNT/balances HTTP/1.1\r\nHost: plain.localhost\r\nAuthorization: Bearer TOKEN\r\n\r\n",
    "GET /w/none/plain/customers HTTP/1.1\r\nHost: b\r\n\r\n",
    "GET /plain/oauth/authorize?response_type=code&client_id=demo&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&scope=accounts&state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&login_hint=alice HTTP/1.1\r\nHost: b\r\n\r\n",
    "POST /plain/oauth/token HTTP/1.1\r\nHost: b\r\nAuthorization: Basic ZGVtbzpkZW1vLXNlY3JldA==\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 44\r\n\r\ngrant_type=client_credentials&scope=accounts",
    "POST /plain/payments HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer TOKEN\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: 185\r\n\r\n{\"debtor_account_id\":\"ACCOUNT\",\"creditor\":{\"name\":\"L\",\"account\":{\"scheme\":\"iban\",\"value\":\"GB33BUKB20201555555555\"}},\"amount\":{\"value\":\"1.00\",\"currency\":\"GBP\"},\"reference\":\"rent\"}      ",
    "POST /plain/consents HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer TOKEN\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n17\r\n{\"scopes\":[\"accounts\"]}\r\n0\r\n\r\n",
    "DELETE /plain/consents/con_1 HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer TOKEN\r\n\r\n",
    "GET http://b/plain/.well-known/openid-configuration HTTP/1.0\r\n\r\n",
];

/// Pieces that are inserted as they are.
const SPICE: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\0",
    b"%",
    b"%00",
    b"%zz",
    b"\xff\xfe",
    b"../",
    b"//",
    b"?",
    b"#",
    b"&",
    b"=",
    b"{",
    b"}",
    b"\"",
    b"[",
    b",",
    b"null",
    b"-1",
    b"1e999",
    b"99999999999999999999",
    b"\xe2\x80\xae",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 5\r\n",
    b"Expect: 100-continue\r\n",
    b"Connection: close\r\n",
    b"Upgrade: h2c\r\n",
    b" HTTP/1.1",
    b": ",
];

fn damaged(sound: &[u8], draws: &mut Draws) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    for _ in 0..=draws.below(4) {
        let at = draws.below(bytes.len() as u64 + 1) as usize;
        let end = (at + 1 + draws.below(12) as usize).min(bytes.len());
        match draws.below(6) {
            0 => bytes.truncate(at.max(1)),
            1 if at < bytes.len() => bytes[at] = draws.below(256) as u8,
            2 => drop(bytes.drain(at..end)),
            3 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            4 => {
                let many = vec![draws.below(256) as u8; draws.below(2_000) as usize];
                bytes.splice(at..at, many);
            }
            _ => {
                let spice = draws.pick(SPICE).copied().unwrap_or_default();
                bytes.splice(at..at, spice.iter().copied());
            }
        }
    }
    bytes
}

/// Every status of the answers on one connection. What cannot be told apart into answers is a failure of its own.
fn statuses(mut answer: &[u8]) -> Result<Vec<u16>, String> {
    let mut found = Vec::new();
    while !answer.is_empty() {
        let shown = || String::from_utf8_lossy(answer).chars().take(300).collect::<String>();
        let end = answer
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .ok_or_else(|| format!("half a head: {}", shown()))?;
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status =
            head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| format!("no status: {head}"))?;
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(Ok(0), str::parse::<usize>);
        let length = length.map_err(|error| error.to_string())?;
        // An answer to HEAD promises a body that does not come.
        let rest = &answer[end + 4..];
        let skip = if rest.starts_with(b"HTTP/1.") || rest.is_empty() { 0 } else { length };
        answer = rest.get(skip..).ok_or_else(|| format!("half a body: {}", shown()))?;
        found.push(status);
    }
    Ok(found)
}

#[test]
fn twenty_thousand_damaged_requests_are_answered_lawfully() {
    let bench = Bench::start();
    let order = r#"{"client_id": "demo", "username": "alice"}"#;
    let (_, granted) = bench.control("POST", "/v1/worlds/default/consents", order);
    let (token, account) = (granted["access_token"].as_str().unwrap(), granted["account_ids"][0].as_str().unwrap());
    let number = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let seed = Seed::new(number).of("mutated");
    let answered = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (bench, answered) = (&bench, &answered);
            scope.spawn(move || {
                for n in (thread..REQUESTS).step_by(THREADS as usize) {
                    let mut draws = seed.at(n).draws();
                    let sound = draws.pick(SOUND).unwrap().replace("TOKEN", token).replace("ACCOUNT", account);
                    let bytes = damaged(sound.as_bytes(), &mut draws);
                    let context = || format!("SEED={number}, request {n}: {:?}", String::from_utf8_lossy(&bytes));
                    let mut stream = bench.connect();
                    stream.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
                    // The server may have refused the beginning and closed before it got the rest.
                    let _ = stream.write_all(&bytes);
                    let _ = stream.shutdown(std::net::Shutdown::Write);
                    let mut answer = Vec::new();
                    match stream.read_to_end(&mut answer) {
                        Ok(_) => {}
                        Err(error) if error.kind() == ErrorKind::ConnectionReset => panic!("reset: {}", context()),
                        Err(error) => panic!("{error}: {}", context()),
                    }
                    let found = statuses(&answer).unwrap_or_else(|error| panic!("{error}: {}", context()));
                    assert!(found.iter().all(|status| *status < 500), "{found:?}: {}", context());
                    answered.fetch_add(found.len(), Ordering::Relaxed);
                }
            });
        }
    });
    // Half a head is no request and gets no answer; most are more than that.
    assert!(answered.load(Ordering::Relaxed) as u64 > REQUESTS / 2, "{answered:?}");
    let (_, counters) = bench.control("GET", "/v1/worlds/default/journal/counters", "");
    assert_eq!(counters["open"], 0, "every exchange was closed: {counters}");
}
