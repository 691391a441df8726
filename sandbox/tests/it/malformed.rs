//! Bytes that are no request, or not quite one: always an answer in the bank's envelope, always in the journal.

use std::io::{Read, Write};

use crate::bench::{Bench, Raw};

/// A request with this target and these further lines.
fn request(line: &str, more: &str) -> Vec<u8> {
    format!("{line}\r\nHost: bank.test\r\nConnection: close\r\n{more}\r\n").into_bytes()
}

#[test]
fn every_malformed_request_is_refused_in_the_banks_envelope() {
    let bench = Bench::start();
    let long = "a".repeat(70_000);
    let cases: Vec<(&str, Vec<u8>, u16, &str)> = vec![
        ("no HTTP", b"GARBAGE\r\n\r\n".to_vec(), 400, "malformed_request"),
        ("binary", vec![0xff, 0xfe, 0x00, 0x0d, 0x0a, 0x0d, 0x0a], 400, "malformed_request"),
        ("unknown version", b"GET / HTTP/3.7\r\n\r\n".to_vec(), 400, "malformed_request"),
        ("header without colon", request("GET /plain/accounts HTTP/1.1", "nonsense\r\n"), 400, "malformed_request"),
        (
            "head too large",
            request("GET /plain/accounts HTTP/1.1", &format!("x: {long}\r\n")),
            431,
            "malformed_request",
        ),
        ("target too long", request(&format!("GET /{long} HTTP/1.1"), ""), 431, "malformed_request"),
        (
            "two lengths",
            request("POST /plain/payments HTTP/1.1", "Content-Length: 1\r\nContent-Length: 2\r\n"),
            400,
            "malformed_request",
        ),
        (
            "negative length",
            request("POST /plain/payments HTTP/1.1", "Content-Length: -1\r\n"),
            400,
            "malformed_request",
        ),
        (
            "broken chunk",
            request("POST /plain/payments HTTP/1.1", "Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
            400,
            "malformed_request",
        ),
        ("no host", b"GET /plain/accounts HTTP/1.1\r\nConnection: close\r\n\r\n".to_vec(), 400, "malformed_request"),
        ("two hosts", request("GET /plain/accounts HTTP/1.1", "Host: other\r\n"), 400, "malformed_request"),
        (
            "host with user",
            b"GET /plain/accounts HTTP/1.1\r\nHost: a@b\r\nConnection: close\r\n\r\n".to_vec(),
            400,
            "malformed_request",
        ),
        ("broken escape", request("GET /plain/accounts/%zz HTTP/1.1", ""), 400, "malformed_request"),
        ("escape of no text", request("GET /plain/accounts/%ff HTTP/1.1", ""), 400, "malformed_request"),
        ("unknown bank", request("GET /nobank/accounts HTTP/1.1", ""), 404, "unknown_path"),
        ("unknown world", request("GET /w/nowhere/plain/accounts HTTP/1.1", ""), 404, "unknown_path"),
        ("unknown path", request("GET /plain/nothing HTTP/1.1", ""), 404, "unknown_path"),
        ("root", request("GET / HTTP/1.1", ""), 404, "unknown_path"),
        ("star", request("OPTIONS * HTTP/1.1", ""), 404, "unknown_path"),
        ("bad method", request("BREW /plain/accounts HTTP/1.1", ""), 405, "method_not_allowed"),
        (
            "connect",
            b"CONNECT bank.test:80 HTTP/1.1\r\nHost: bank.test\r\nConnection: close\r\n\r\n".to_vec(),
            404,
            "unknown_path",
        ),
        (
            "body too large",
            request("POST /plain/payments HTTP/1.1", "Content-Length: 99999999\r\n"),
            413,
            "payload_too_large",
        ),
        ("HTTP/1.0", b"GET /plain/nothing HTTP/1.0\r\n\r\n".to_vec(), 404, "unknown_path"),
        ("absolute target", request("GET http://bank.test/plain/nothing HTTP/1.1", ""), 404, "unknown_path"),
    ];
    for (name, bytes, status, code) in &cases {
        let answer = bench.raw(bytes);
        assert_eq!((answer.status, answer.problem().as_str()), (*status, *code), "{name}: {answer:?}");
        assert!(answer.header("x-sandbox-journal").is_some_and(|id| id.starts_with("default-")), "{name}: {answer:?}");
    }
    let journal = bench.journal("default");
    assert_eq!(journal.len(), cases.len());
    for ((name, _, status, _), entry) in cases.iter().zip(&journal) {
        assert_eq!(entry["response"]["status"], *status, "{name}");
        assert_eq!(entry["ending"], "complete", "{name}: {entry}");
        assert_eq!(entry["response"]["sent_bytes"], entry["response"]["body_bytes"], "{name}");
    }
}

#[test]
fn a_client_that_says_it_has_sent_everything_is_answered() {
    let bench = Bench::start();
    let mut stream = bench.connect();
    stream.write_all(b"GET /plain/nothing HTTP/1.1\r\nHost: bank.test\r\n\r\n").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(Raw::parse(&answer).status, 404);
}

/// A client that keeps connections must not send its next request on one that is about to be closed.
#[test]
fn an_answer_that_did_not_wait_for_the_whole_body_ends_the_connection_and_says_so() {
    let bench = Bench::start();
    for more in ["Content-Length: 1500000\r\n\r\nstate=x", "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n"] {
        let refused = bench.raw(format!("POST /plain/oauth/token HTTP/1.1\r\nHost: bank.test\r\n{more}").as_bytes());
        assert!(matches!(refused.status, 400 | 413), "{refused:?}");
        assert_eq!(refused.header("connection"), Some("close"), "{refused:?}");
    }
}

#[test]
fn one_bad_request_does_not_spoil_a_pipeline_before_it() {
    let bench = Bench::start();
    let mut stream = bench.connect();
    stream
        .write_all(b"GET /plain/one HTTP/1.1\r\nHost: b\r\n\r\nGET /plain/two HTTP/1.1\r\nHost: b\r\n\r\nBAD\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let statuses: Vec<&str> = answer.split("HTTP/1.1 ").skip(1).map(|part| &part[..3]).collect();
    assert_eq!(statuses, ["404", "404", "400"]);
}

#[test]
fn head_is_get_without_a_body() {
    let bench = Bench::start();
    let path = "/plain/.well-known/openid-configuration";
    let get = bench.raw(&request(&format!("GET {path} HTTP/1.1"), ""));
    let head = bench.raw(&request(&format!("HEAD {path} HTTP/1.1"), ""));
    assert_eq!((get.status, head.status), (200, 200));
    assert_eq!(head.body, "");
    assert_eq!(head.header("content-length"), get.header("content-length"));
}
