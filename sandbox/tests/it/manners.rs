//! What HTTP leaves to those who speak it: asking before a body is sent, preflights of browsers, answers without a date.

use std::io::{Read, Write};

use bank_sandbox::Sandbox;

use crate::bench::{Bench, Raw};

fn bench(rules: &str) -> Bench {
    let scenario = format!("sandbox: 1\nname: manners\nrules:\n{rules}");
    Bench::with(Sandbox::builder().scenario(&scenario).unwrap_or_else(|errors| panic!("{errors}")))
}

/// Reads up to the end of a head, and not a byte more.
fn head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{:?}", String::from_utf8_lossy(&head));
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

#[test]
fn a_client_that_asks_before_it_sends_a_body_is_told_to_go_on() {
    let bench = Bench::start();
    let mut stream = bench.connect();
    let form = "grant_type=client_credentials&client_id=nobody&client_secret=x";
    let request = format!(
        "POST /plain/oauth/token HTTP/1.1\r\nHost: b\r\nConnection: close\r\nExpect: 100-continue\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        form.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    // Nothing of the body was sent yet: whoever waits for it would wait for ever.
    assert!(head(&mut stream).starts_with("HTTP/1.1 100 "));
    stream.write_all(form.as_bytes()).unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert_eq!(Raw::parse(&rest).status, 401);
    let journal = bench.journal("default");
    assert_eq!((journal.len(), &journal[0]["request"]["body_bytes"]), (1, &serde_json::json!(form.len())));
}

#[test]
fn a_bank_knows_no_browsers_unless_a_scenario_lets_it() {
    let preflight = [
        ("Origin", "https://app.example"),
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "authorization"),
    ];
    let plain = Bench::start();
    let refused = plain.call("OPTIONS", "/plain/accounts", &preflight, "");
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")));
    assert_eq!(refused.header("access-control-allow-origin"), None);
    let open = bench(
        "  - {name: preflight, match: {method: OPTIONS, header: {origin: \"https://app.example\"}}, do: {status: 204, \
         headers: {access-control-allow-origin: \"https://app.example\", access-control-allow-methods: \"GET, POST\", \
         access-control-allow-headers: authorization, access-control-max-age: \"600\"}}}\n  \
         - {name: shared, match: {header: {origin: \"*\"}, op: \"*.*\"}, do: {headers: {access-control-allow-origin: \
         \"https://app.example\", vary: Origin}}}\n",
    );
    let allowed = open.call("OPTIONS", "/plain/accounts", &preflight, "");
    assert_eq!((allowed.status, allowed.body.as_str()), (204, ""), "{allowed:?}");
    assert_eq!(allowed.header("access-control-allow-headers"), Some("authorization"));
    let token = format!("Bearer {}", open.token("default"));
    let read = open.call("GET", "/plain/accounts", &[("Origin", "https://app.example"), ("Authorization", &token)], "");
    assert_eq!((read.status, read.header("access-control-allow-origin")), (200, Some("https://app.example")));
    let elsewhere = open.call("OPTIONS", "/plain/accounts", &[("Origin", "https://other.example")], "");
    assert_eq!(elsewhere.status, 405);
}

#[test]
fn an_answer_may_have_no_date() {
    let bench = bench("  - {name: undated, match: {op: accounts.list}, do: {headers: {date: ~}}}\n");
    let token = format!("Bearer {}", bench.token("default"));
    let undated = bench.call("GET", "/plain/accounts", &[("Authorization", &token)], "");
    assert_eq!((undated.status, undated.header("date")), (200, None), "{undated:?}");
    let dated = bench.call("GET", "/plain/consents", &[("Authorization", &token)], "");
    assert!(dated.header("date").is_some_and(|date| date.ends_with(" GMT")), "{dated:?}");
    assert_eq!(dated.head.matches("date:").count(), 1, "{dated:?}");
}
