//! What a scenario does to an answer, as a client sees it: lists, headers, redirects and bodies.

use bank_sandbox::Sandbox;
use serde_json::Value;

use crate::bench::{Bench, Raw};

fn bench(effect: &str) -> Bench {
    let scenario = format!(
        "sandbox: 1\nname: test\nseed: 1\nclock: {{ start: 2026-03-01T08:00:00Z, mode: manual }}\nrules:\n  - {{name: r, match: {{op: transactions.list}}, do: {effect}}}\n"
    );
    let builder = Sandbox::builder().scenario(&scenario).unwrap_or_else(|errors| panic!("{errors}"));
    Bench::with(builder)
}

fn get(bench: &Bench, path: &str) -> Raw {
    let token = bench.token("default");
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
    bench.raw(request.as_bytes())
}

/// The path of the list of the first account's entries, on pages of three.
fn list(bench: &Bench) -> String {
    let accounts: Value = serde_json::from_str(&get(bench, "/plain/accounts").body).unwrap();
    format!("/plain/accounts/{}/transactions?limit=3", accounts["data"][0]["id"].as_str().unwrap())
}

/// The ids on a page, and the path of the next one.
fn page(bench: &Bench, path: &str) -> (Vec<String>, Option<String>) {
    let answer = get(bench, path);
    assert_eq!(answer.status, 200, "{answer:?}");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let ids = body["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    let next = body["links"]["next"].as_str().map(|next| next[next.find("/plain").unwrap()..].to_owned());
    (ids, next)
}

#[test]
fn pages_overlap_by_so_many_rows() {
    let bench = bench("{data: {page_overlap: 2}}");
    let (first, next) = page(&bench, &list(&bench));
    let (second, _) = page(&bench, &next.unwrap());
    assert_eq!((first.len(), second.len()), (5, 5));
    assert_eq!(first[3..], second[..2]);
}

#[test]
fn a_page_of_double_size_leads_to_the_page_after_the_next() {
    let bench = bench("{data: {page_size: double}}");
    let (first, next) = page(&bench, &list(&bench));
    let (second, _) = page(&bench, &next.unwrap());
    assert_eq!((first.len(), second.len()), (6, 6));
    assert!(second.iter().all(|id| !first.contains(id)), "no row comes twice, and none is lost");
}

#[test]
fn a_read_on_for_a_neighbour_is_no_call_of_the_client() {
    let bench = bench("{data: {page_overlap: 2}}");
    page(&bench, &list(&bench));
    let journal = bench.journal("default");
    let operations: Vec<&str> = journal.iter().map(|entry| entry["operation"].as_str().unwrap()).collect();
    assert_eq!(operations, ["accounts.list", "transactions.list"]);
}

#[test]
fn headers_are_withheld_moved_and_blown_up() {
    let bench = bench("{headers: {x-request-id: ~, x-trace: {size: 2KiB}}, date: +2h}");
    let answer = get(&bench, &list(&bench));
    assert!(!answer.head.contains("x-request-id"), "{}", answer.head);
    assert!(answer.head.contains(&format!("x-trace: {}", "x".repeat(2048))));
    assert!(answer.head.contains("date: Sun, 01 Mar 2026 10:00:00 GMT"), "{}", answer.head);
}

#[test]
fn a_redirect_has_a_place_to_go_and_no_body() {
    let bench = bench("{redirect: dead, status: 308}");
    let answer = get(&bench, &list(&bench));
    assert_eq!((answer.status, answer.body.as_str()), (308, ""));
    assert!(answer.head.contains("location: http://127.0.0.1/plain/moved-away"), "{}", answer.head);
}

#[test]
fn a_part_of_the_body_says_so() {
    let bench = bench("{partial: 50%}");
    let answer = get(&bench, &list(&bench));
    assert_eq!(answer.status, 206);
    assert!(answer.head.contains(&format!("content-range: bytes 0-{}/", answer.body.len() - 1)), "{}", answer.head);
    assert!(serde_json::from_str::<Value>(&answer.body).is_err());
}

#[test]
fn what_a_fault_does_not_mean_stays_byte_for_byte() {
    let honest = bench("{headers: {x-nothing: else}}");
    let path = list(&honest);
    let whole = get(&honest, &path).body;
    let marked = bench("{encoding: bom}");
    assert_eq!(get(&marked, &path).body, format!("\u{feff}{whole}"));
    let member = r#","x_added_lately":{"since":"2026-01-01","tags":["new",null,1.0]}"#;
    let drifted = bench("{drift: new-members}");
    assert_eq!(get(&drifted, &path).body.replace(member, ""), whole);
}
