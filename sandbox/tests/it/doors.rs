//! Worlds behind a port of their own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bank_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::bench::{Bench, Raw};

fn at(address: SocketAddr, path: &str, headers: &str) -> Raw {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    Raw::parse(&answer)
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

#[test]
fn traffic_at_its_port_is_in_its_world_and_issuer_and_links_follow() {
    let bench = Bench::with(Sandbox::builder().world("blue").world_port("red", 0).world_port("blue", 0));
    let doors = &bench.running().doors;
    let (red, blue) = (doors[0].address, doors[1].address);
    assert_eq!((doors[0].world.as_str(), doors[1].world.as_str()), ("red", "blue"));
    let token = bench.token("red");
    let page = at(red, "/plain/accounts?limit=1", &bearer(&token));
    assert_eq!(page.status, 200, "{page:?}");
    let page: Value = serde_json::from_str(&page.body).unwrap();
    assert!(page["links"]["next"].as_str().unwrap().starts_with(&format!("http://{red}/plain/accounts")), "{page}");
    // The token is of that world alone, at whatever port.
    assert_eq!(at(blue, "/plain/accounts", &bearer(&token)).status, 401);
    assert_eq!(at(bench.running().address, "/plain/accounts", &bearer(&token)).status, 401);
    assert_eq!(at(bench.running().address, "/w/red/plain/accounts", &bearer(&token)).status, 200);
    for path in ["/plain/.well-known/openid-configuration", "/.well-known/oauth-authorization-server/plain"] {
        let metadata: Value = serde_json::from_str(&at(red, path, "").body).unwrap();
        assert_eq!(metadata["issuer"], format!("http://{red}/plain"), "{path}");
        assert!(metadata["token_endpoint"].as_str().unwrap().starts_with(&format!("http://{red}/plain/")));
    }
    assert_eq!(bench.journal("red").len(), 4);
    let (_, shown) = bench.control("GET", "/v1/worlds/red", "");
    assert_eq!(shown["ports"], json!([format!("http://{red}")]));
    // Who names another world there is told so.
    for (path, headers) in [("/w/blue/plain/accounts", ""), ("/plain/accounts", "x-sandbox-world: blue\r\n")] {
        let answer = at(red, path, headers);
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!(answer.body.contains("red") && answer.body.contains("blue"), "{answer:?}");
    }
    assert_eq!(at(red, "/w/red/plain/accounts", &bearer(&token)).status, 200, "its own name is no other one");
    assert_eq!(at(red, "/plain/accounts", &format!("x-sandbox-world: red\r\n{}", bearer(&token))).status, 200);
    // What is no request is in the journal of that world too.
    let mut stream = TcpStream::connect(red).unwrap();
    stream.write_all(b"nonsense\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 400"));
    assert_eq!(bench.journal("red").last().unwrap()["operation"], "unknown");
    // A world that is gone leaves its port without a bank.
    bench.control("DELETE", "/v1/worlds/red", "");
    let gone = at(red, "/plain/accounts", "");
    assert_eq!(gone.status, 404);
    assert!(gone.body.contains("no world `red`"), "{gone:?}");
}

#[test]
fn a_world_with_a_port_of_its_own_has_connections_to_accept() {
    let bench = Bench::with(Sandbox::builder().world("shut").world_port("red", 0));
    let rules = "sandbox: 1\nname: x\nrules: [{name: r, do: {refuse: reset}}]\n";
    let (status, problem) = bench.control("PUT", "/v1/worlds/shut/scenario", rules);
    assert_eq!(status, 422, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("stage `accept`"), "{problem}");
    let (_, standing) = bench.control("GET", "/v1/worlds/shut/scenario/status", "");
    assert_eq!(standing["state"], "refused", "{standing}");
    assert!(standing["detail"].as_str().unwrap().contains("port of its own"), "{standing}");
    let (status, _) = bench.control("PUT", "/v1/worlds/red/scenario", rules);
    assert_eq!(status, 200);
    let red = bench.running().doors[0].address;
    let mut stream = TcpStream::connect(red).unwrap();
    assert!(stream.read(&mut [0]).is_err(), "it is reset");
    assert_eq!(at(bench.running().address, "/plain/accounts", "").status, 401, "the others are served");
    assert_eq!(bench.journal("red")[0]["ending"], "refused");
    // A copy has no port.
    let (status, _) = bench.control("PUT", "/v1/worlds/default/scenario", rules);
    assert_eq!(status, 200);
}
