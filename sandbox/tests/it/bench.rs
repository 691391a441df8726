//! A running sandbox, and a client that speaks bytes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::OnceLock;
use std::time::Duration;

use bank_sandbox::{Running, Sandbox};
use serde_json::Value;

use crate::openapi::Documented;

/// A sandbox on free ports, on a runtime of its own. Stopped when dropped.
pub(crate) struct Bench {
    pub(crate) running: Option<Running>,
    pub(crate) runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    documented: OnceLock<Documented>,
}

/// An answer as the wire showed it.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Bench {
    pub(crate) fn start() -> Bench {
        Bench::with(Sandbox::builder())
    }

    pub(crate) fn with(builder: bank_sandbox::Builder) -> Bench {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let running = runtime.block_on(builder.start()).unwrap();
        let documented = OnceLock::new();
        Bench { running: Some(running), runtime, client: reqwest::Client::new(), documented }
    }

    pub(crate) fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// A connection to the bank traffic listener.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.running().address).unwrap();
        // A test that hangs should say so.
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
    }

    /// Sends bytes on a fresh connection and reads until the server closes it.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Raw {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        Raw::parse(&answer)
    }

    /// A call to a bank on a connection of its own.
    pub(crate) fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Raw {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            request.push_str("Host: b\r\n");
        }
        headers.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
        self.raw(format!("{request}\r\n{body}").as_bytes())
    }

    /// Orders a payment of one pound.
    pub(crate) fn pay(&self, base: &str, account: &str, key: &str, token: &str) -> Raw {
        self.pay_with(base, account, key, token, &[])
    }

    /// The same with more headers.
    pub(crate) fn pay_with(&self, base: &str, account: &str, key: &str, token: &str, more: &[(&str, &str)]) -> Raw {
        let order = serde_json::json!({
            "debtor_account_id": account,
            "creditor": {"name": "Bob", "account": {"scheme": "iban", "value": "GB29NWBK60161331926819"}},
            "amount": {"value": "1.00", "currency": "GBP"},
        });
        let bearer = format!("Bearer {token}");
        let own = [("Authorization", &*bearer), ("Idempotency-Key", key), ("Content-Type", "application/json")];
        self.call("POST", &format!("{base}/payments"), &[&own, more].concat(), &order.to_string())
    }

    /// Waits a moment without sleeping: for something that happens on its own.
    pub(crate) fn moment(&self) {
        self.control("GET", "/v1/worlds/default/journal/next?since=1000000&silence=50ms", "");
    }

    /// A control call. Returns the status and the JSON, `Null` for an empty body.
    pub(crate) fn control(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let (status, text) = self.control_text(method, path, body);
        (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
    }

    /// A control call. Returns the status and the body, after holding both against the API's own document.
    pub(crate) fn control_text(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let (status, kind, text) = self.ask(method, path, body);
        self.documented().check(method, path, (status, &kind), &text);
        (status, text)
    }

    /// What the control API says of itself.
    pub(crate) fn documented(&self) -> &Documented {
        self.documented.get_or_init(|| {
            let (status, _, text) = self.ask("GET", "/openapi.json", "");
            assert_eq!(status, 200);
            Documented::new(serde_json::from_str(&text).unwrap())
        })
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String, String) {
        let method = method.parse().unwrap();
        let url = format!("{}{path}", self.running().control_url);
        self.runtime.block_on(async {
            let answer = self.client.request(method, url).body(body.to_owned()).send().await.unwrap();
            let kind = answer.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
            (answer.status().as_u16(), kind.unwrap_or_default(), answer.text().await.unwrap())
        })
    }

    /// The journal of a world, one value per entry.
    pub(crate) fn journal(&self, world: &str) -> Vec<Value> {
        let (_, lines) = self.control_text("GET", &format!("/v1/worlds/{world}/journal"), "");
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// An access token of `alice` for everything.
    pub(crate) fn token(&self, world: &str) -> String {
        self.token_of(world, "demo", "alice")
    }

    /// An access token of an account holder for everything, given to a client.
    pub(crate) fn token_of(&self, world: &str, client: &str, username: &str) -> String {
        let order = serde_json::json!({"bank": "plain", "client_id": client, "username": username}).to_string();
        let (status, granted) = self.control("POST", &format!("/v1/worlds/{world}/consents"), &order);
        assert_eq!(status, 201, "{granted}");
        granted["access_token"].as_str().unwrap().to_owned()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.shutdown());
        }
    }
}

impl Raw {
    pub(crate) fn parse(bytes: &[u8]) -> Raw {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {text:?}"));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Raw {
            status: status.unwrap_or_else(|| panic!("no status in {head:?}")),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The code of a problem body, after checking that it is one and agrees with the head.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let problem: Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(self.header("content-length"), Some(self.body.len().to_string().as_str()));
        assert_eq!(problem["instance"].as_str(), self.header("x-request-id"));
        problem["code"].as_str().unwrap().to_owned()
    }
}
