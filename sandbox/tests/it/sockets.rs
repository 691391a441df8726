//! Faults of connections over HTTP/1.1, as the wire shows them: no HTTP library between.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::bench::Bench;
use crate::faults::{End, bench, call, only_entry, to_the_end};

fn rule(effect: &str) -> Bench {
    bench(&format!("  - {{name: r, match: {{op: accounts.list}}, do: {effect}}}\n"))
}

fn get(token: &str, more: &str) -> Vec<u8> {
    format!("GET /plain/accounts HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {token}\r\n{more}\r\n").into_bytes()
}

/// One whole answer with a `Content-Length`, head included.
fn answer(stream: &mut TcpStream) -> String {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() >= length.parse().unwrap() {
                return text;
            }
        }
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "{text}");
        bytes.extend_from_slice(&buffer[..read]);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test of the wire measures real time")]
fn a_half_close_is_a_fin_after_which_the_client_may_go_on_talking() {
    let bench = rule("{half_close: 400ms}");
    let token = bench.token("default");
    let mut stream = bench.connect();
    let began = Instant::now();
    stream.write_all(&get(&token, "")).unwrap();
    assert_eq!(to_the_end(&mut stream), (Vec::new(), End::Fin));
    assert!(began.elapsed() < Duration::from_millis(400), "FIN comes at once");
    // A closed socket would answer with RST; this one listens.
    for _ in 0..5 {
        stream.write_all(b"GET /plain/accounts HTTP/1.1\r\n").unwrap();
        assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0);
    }
    // Until it does not.
    while stream.write_all(b"x").is_ok() {
        assert!(began.elapsed() < Duration::from_secs(10));
        std::thread::yield_now();
    }
    assert!(began.elapsed() >= Duration::from_millis(400), "{:?}", began.elapsed());
    assert_eq!(only_entry(&bench)["ending"], "half_closed");
}

#[test]
fn garbage_is_no_http_and_the_same_for_the_same_seed() {
    let seen = || {
        let bench = rule("{garbage: 48B}");
        let seen = call(&bench, "GET /plain/accounts", "");
        let entry = only_entry(&bench);
        assert_eq!((&entry["ending"], &entry["committed"]), (&json!("garbage"), &json!(false)));
        (seen.bytes, seen.end)
    };
    let (bytes, end) = seen();
    assert_eq!((bytes.len(), end), (48, End::Fin));
    assert!(!bytes.starts_with(b"HTTP"));
    assert_eq!(seen().0, bytes);
}

#[test]
fn a_byte_limit_is_kept_to_the_byte() {
    for (then, end, ending) in [("reset", End::Reset, "reset"), ("close", End::Fin, "cut")] {
        let bench = rule(&format!("{{byte_limit: {{bytes: 100B, then: {then}}}}}"));
        let seen = call(&bench, "GET /plain/accounts", "");
        let (promised, received) = seen.body();
        assert_eq!((received, seen.end), (100, end));
        assert!(promised > 100);
        let entry = only_entry(&bench);
        assert_eq!((&entry["ending"], &entry["response"]["sent_bytes"]), (&json!(ending), &json!(100)));
    }
}

#[test]
fn chunks_break_where_they_are_told_to() {
    let cases = [
        ("{kind: bad-size, chunk: 64B, after: 2}", Some("not-a-size\r\n"), End::Fin, "cut"),
        ("no-end", None, End::Fin, "cut"),
        ("{kind: reset, chunk: 64B, after: 2}", None, End::Reset, "reset"),
    ];
    for (value, bad, end, ending) in cases {
        let bench = rule(&format!("{{broken_chunk: {value}}}"));
        let seen = call(&bench, "GET /plain/accounts", "");
        let text = String::from_utf8_lossy(&seen.bytes).into_owned();
        let (head, mut rest) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("transfer-encoding: chunked") && !head.contains("content-length"), "{head}");
        let mut chunks = Vec::new();
        while let Some((size, after)) = rest.split_once("\r\n") {
            let Ok(size) = usize::from_str_radix(size, 16) else { break };
            assert_ne!(size, 0, "the last chunk never comes: {text}");
            chunks.push(size);
            rest = &after[size + 2..];
        }
        let sizes = if value == "no-end" { vec![256] } else { vec![64, 64] };
        assert!(chunks.starts_with(&sizes), "{chunks:?} in {text}");
        assert_eq!(bad.is_some(), rest.starts_with(bad.unwrap_or("\0")), "{rest}");
        assert_eq!((seen.end, &only_entry(&bench)["ending"]), (end, &json!(ending)));
    }
}

#[test]
fn of_a_length_that_is_too_large_the_rest_never_comes() {
    let bench = rule("{content_length: +10}");
    let token = bench.token("default");
    let mut stream = bench.connect();
    stream.write_all(&get(&token, "")).unwrap();
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    let missing = loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length: usize =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
            if length.saturating_sub(body.len()) <= 10 {
                assert!(serde_json::from_str::<serde_json::Value>(body).is_ok(), "the whole body is there: {body}");
                break length - body.len();
            }
        }
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "{text}");
        bytes.extend_from_slice(&buffer[..read]);
    };
    assert_eq!(missing, 10);
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let waits = stream.read(&mut buffer).unwrap_err().kind();
    assert!(matches!(waits, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{waits}");
    drop(stream);
    assert_eq!(only_entry(&bench)["ending"], "cut");
}

#[test]
fn of_a_length_that_is_too_small_the_rest_stands_where_the_next_answer_should() {
    let bench = bench(
        "  - {name: r, match: {op: accounts.list}, phases: [{calls: 1, do: {content_length: -7}}, {forever: pass}]}\n",
    );
    let token = bench.token("default");
    let mut stream = bench.connect();
    stream.write_all(&get(&token, "")).unwrap();
    let mut first = answer(&mut stream);
    let entry = only_entry(&bench);
    assert_eq!(entry["ending"], "complete");
    while first.split_once("\r\n\r\n").unwrap().1.len() < entry["response"]["sent_bytes"].as_u64().unwrap() as usize {
        let mut buffer = [0; 64];
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "{first}");
        first.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
    let (head, body) = first.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("content-length: {}", body.len() - 7)), "{head}");
    assert!(serde_json::from_str::<serde_json::Value>(body).is_ok(), "{body}");
    // The connection goes on.
    stream.write_all(&get(&token, "")).unwrap();
    assert!(answer(&mut stream).starts_with("HTTP/1.1 200"));
}

#[test]
fn a_bandwidth_is_kept() {
    let bench = rule("{bandwidth: 8KiB/s}");
    let seen = call(&bench, "GET /plain/accounts", "Connection: close\r\n");
    let (promised, received) = seen.body();
    assert_eq!((received, seen.end), (promised, End::Fin));
    let least = Duration::from_secs(1).mul_f64(received as f64 / 8192.0);
    assert!(seen.took >= least.mul_f64(0.9), "{:?} for {received} bytes", seen.took);
    assert_eq!(only_entry(&bench)["ending"], "complete");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test of the wire measures real time")]
fn an_idle_connection_is_closed_although_it_was_to_be_kept_alive() {
    let bench = rule("{close_idle: 300ms}");
    let token = bench.token("default");
    let mut stream = bench.connect();
    for _ in 0..2 {
        stream.write_all(&get(&token, "")).unwrap();
        let whole = answer(&mut stream);
        assert!(whole.starts_with("HTTP/1.1 200") && !whole.to_ascii_lowercase().contains("connection: close"));
    }
    let began = Instant::now();
    assert_eq!(to_the_end(&mut stream), (Vec::new(), End::Fin));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let endings: Vec<_> = bench.journal("default").into_iter().map(|entry| entry["ending"].clone()).collect();
    assert_eq!(endings, [json!("complete"), json!("complete")]);
}

#[test]
fn what_only_http2_can_do_is_the_nearest_that_http1_can() {
    for (effect, answered, end, ending) in [
        ("{rst_stream: refused_stream}", false, End::Reset, "reset"),
        ("{goaway: enhance_your_calm}", false, End::Fin, "closed"),
        ("{goaway: graceful}", true, End::Fin, "complete"),
    ] {
        let bench = rule(effect);
        let seen = call(&bench, "GET /plain/accounts", "");
        assert_eq!((!seen.bytes.is_empty(), seen.end), (answered, end), "{effect}");
        if answered {
            let (promised, received) = seen.body();
            assert_eq!(promised, received);
            assert!(String::from_utf8_lossy(&seen.bytes).contains("connection: close\r\n"));
        }
        assert_eq!(only_entry(&bench)["ending"], ending, "{effect}");
    }
}

#[test]
fn a_refused_connection_ends_before_a_byte_is_read() {
    for (how, end) in [("reset", End::Reset), ("close", End::Fin)] {
        let bench =
            bench(&format!("  - {{name: r, phases: [{{calls: 1, do: {{refuse: {how}}}}}, {{forever: pass}}]}}\n"));
        let mut stream = bench.connect();
        assert_eq!(to_the_end(&mut stream), (Vec::new(), end));
        let entry = only_entry(&bench);
        assert_eq!((&entry["ending"], &entry["decisions"][0]["rule"]), (&json!("refused"), &json!("r")));
        assert_eq!((&entry["method"], &entry["target"]), (&json!("-"), &json!("-")));
        // The second connection is nobody's business, and its call says nothing of the first.
        let seen = call(&bench, "GET /plain/accounts", "Connection: close\r\n");
        assert!(seen.bytes.starts_with(b"HTTP/1.1 200"));
        assert_eq!(bench.journal("default")[1]["decisions"], json!([]));
    }
}

#[test]
fn one_connection_over_the_cap_is_reset() {
    let bench = bench("  - {name: r, do: {connection_cap: 2}}\n");
    let token = bench.token("default");
    let mut kept = [bench.connect(), bench.connect()];
    for stream in &mut kept {
        stream.write_all(&get(&token, "")).unwrap();
        assert!(answer(stream).starts_with("HTTP/1.1 200"));
    }
    assert_eq!(to_the_end(&mut bench.connect()).1, End::Reset);
    // One leaves, one may come.
    let [first, second] = kept;
    drop(first);
    let mut taken = loop {
        let mut stream = bench.connect();
        // What is reset may fail at either.
        if stream.write_all(&get(&token, "")).is_ok() && stream.peek(&mut [0]).is_ok_and(|read| read > 0) {
            break stream;
        }
    };
    assert!(answer(&mut taken).starts_with("HTTP/1.1 200"));
    drop(second);
}

#[test]
fn nobody_attends_to_a_connection_for_a_while() {
    let bench = bench("  - {name: r, do: {accept_delay: 300ms}}\n");
    let seen = call(&bench, "GET /plain/accounts", "Connection: close\r\n");
    assert!(seen.took >= Duration::from_millis(300), "{:?}", seen.took);
    assert!(seen.bytes.starts_with(b"HTTP/1.1 200"));
    assert_eq!(only_entry(&bench)["decisions"][0]["effect"], "accept_delay 300ms");
}

#[test]
fn rules_about_connections_ask_about_connections() {
    let wrong = "sandbox: 1\nname: x\nrules:\n\
        \x20 - {name: a, match: {op: accounts.list}, do: {refuse: reset}}\n\
        \x20 - {name: b, match: {host: a.localhost}, do: {refuse: reset}}\n\
        \x20 - {name: c, key: client, do: {tls: expired}}\n\
        \x20 - {name: d, do: [{tls: expired}, {status: 503}]}\n\
        \x20 - {name: e, do: {refuse: reset, status: 503}}\n\
        \x20 - {name: f, when: {unless: {op: accounts.list}}, do: {tls: expird}}\n";
    let errors = match bank_sandbox::Sandbox::builder().scenario(wrong) {
        Ok(_) => panic!("it was taken"),
        Err(errors) => errors.to_string(),
    };
    insta::assert_snapshot!(errors);
}

#[test]
fn a_world_besides_the_default_one_has_no_connections_to_accept() {
    let bench = Bench::start();
    let scenario = "sandbox: 1\nname: x\nrules: [{name: r, do: {refuse: reset}}]\n";
    let (status, problem) =
        bench.control("POST", "/v1/worlds", &json!({"name": "other", "scenario": scenario}).to_string());
    assert_eq!(status, 422, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("stage `accept`"), "{problem}");
}
