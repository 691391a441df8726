//! Every fact of every row seen missing: a well-behaved bank whose answer is doctored, one lie for each thing that is due.
//!
//! The lies follow from the rows, so that a row whose judge looks away fails here.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::row::{Call, Due, Row, Under};
use super::{account, case, consent, event, funds, header, payment, resource, transaction, vrp};
use crate::http::{Http, Network, RawReply, Request, Transport, TransportError};
use crate::probe::judged;
use crate::target::embedded::Embedded;
use crate::target::sandbox::SandboxBank;
use crate::verdict::Verdict;

const ROWS: &[&[(&str, &Row)]] = &[
    consent::ROWS,
    account::ROWS,
    transaction::ROWS,
    resource::ROWS,
    header::ROWS,
    payment::ROWS,
    vrp::ROWS,
    funds::ROWS,
    event::ROWS,
];

/// The network with a liar in the middle, who waits for the call that matters.
struct Doctored {
    network: Network,
    call: Call,
    /// Calls of the same kind that come first.
    spared: usize,
    seen: AtomicUsize,
    lie: Option<Due>,
}

impl Transport for Doctored {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<RawReply, TransportError>> {
        Box::pin(async move {
            let mut reply = self.network.send(request).await?;
            if is_of(&self.call, request)
                && self.seen.fetch_add(1, Ordering::Relaxed) == self.spared
                && let Some(lie) = &self.lie
            {
                falsify(&mut reply, lie);
            }
            Ok(reply)
        })
    }
}

/// `true` if a request is this call, whatever was filled in.
fn is_of(call: &Call, request: &Request) -> bool {
    let (path, _) = call.path.split_once('?').unwrap_or((call.path, ""));
    let url = request.url.split('?').next().unwrap_or_default();
    let Some((_, asked)) = url.split_once("/open-banking/v") else { return false };
    let asked = asked.split_once('/').map_or("", |(_, rest)| rest);
    let (path, asked): (Vec<_>, Vec<_>) =
        (path.trim_start_matches('/').split('/').collect(), asked.split('/').collect());
    let same = |(template, segment): (&&str, &&str)| template.starts_with('{') || template == segment;
    call.method == request.method && path.len() == asked.len() && path.iter().zip(&asked).all(same)
}

/// Takes away what is due.
fn falsify(reply: &mut RawReply, due: &Due) {
    match *due {
        Due::Status(legal) => reply.status = if legal.iter().any(|status| *status < 300) { 500 } else { 200 },
        Due::NoBody => reply.body = b"{}".to_vec(),
        Due::Has(path) => edit(reply, path, |_| None),
        Due::HasOneOf(path, names) => {
            edit(reply, path, |row| {
                let mut row = row.clone();
                names.iter().for_each(|name| drop(row.as_object_mut().and_then(|row| row.remove(*name))));
                Some(row)
            });
        }
        Due::Lacks(path) => {
            if let Some((list, _)) = path.split_once("[]") {
                edit(reply, list, |rows| Some(if rows == &json!([]) { json!([{}]) } else { rows.clone() }));
            }
            edit(reply, path, |_| Some(json!("told all the same")));
        }
        Due::Word(path, ..)
        | Due::Flag(path)
        | Due::Instant(path)
        | Due::List(path)
        | Due::IsConsent(path)
        | Due::IsMade(path)
        | Due::Echoes(path)
        | Due::Link(path) => edit(reply, path, |_| Some(json!("another"))),
        Due::Amount(path) => edit(reply, path, |_| Some(json!("-1.00"))),
        Due::Code(..) => edit(reply, "Errors[].ErrorCode", |_| Some(json!("XXXX"))),
        Due::Path(_) => edit(reply, "Errors[].Path", |_| Some(json!("Elsewhere"))),
        Due::Envelope => edit(reply, "Errors", |_| None),
        Due::Header(name) => reply.headers.retain(|(header, _)| header != name),
        Due::HeaderIs(name, _) => {
            let named = reply.headers.iter_mut().filter(|(header, _)| header == name);
            named.for_each(|(_, value)| *value = "another".to_owned());
        }
        Due::Content(_) => {
            reply.headers.retain(|(header, _)| header != "content-type");
            reply.headers.push(("content-type".to_owned(), "text/html".to_owned()));
        }
        Due::Signed => reply.headers.retain(|(header, _)| header != "x-jws-signature"),
        Due::Since(path, _) => edit(reply, path, |_| Some(json!("1999-01-01T00:00:00Z"))),
        Due::Until(path, _) => edit(reply, path, |_| Some(json!("2999-01-01T00:00:00Z"))),
    }
}

/// Changes what a path leads to, in every row.
fn edit(reply: &mut RawReply, path: &str, change: impl Fn(&Value) -> Option<Value>) {
    if let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) {
        let steps: Vec<&str> = path.split('.').collect();
        change_at(&mut body, &steps, &change);
        reply.body = body.to_string().into_bytes();
    }
}

fn change_at(at: &mut Value, steps: &[&str], change: &impl Fn(&Value) -> Option<Value>) {
    let [step, rest @ ..] = steps else { return };
    let (name, rows) = step.strip_suffix("[]").map_or((*step, false), |name| (name, true));
    let Some(members) = at.as_object_mut() else { return };
    match (rows, rest) {
        (true, []) => {
            for row in members.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(changed) = change(row) {
                    *row = changed;
                }
            }
        }
        (true, rest) => {
            let rows = members.get_mut(name).and_then(Value::as_array_mut);
            rows.into_iter().flatten().for_each(|row| change_at(row, rest, change));
        }
        (false, []) => match change(members.get(name).unwrap_or(&Value::Null)) {
            Some(changed) => drop(members.insert(name.to_owned(), changed)),
            None => drop(members.remove(name)),
        },
        (false, rest) => {
            if let Some(member) = members.get_mut(name) {
                change_at(member, rest, change);
            }
        }
    }
}

async fn verdict(sandbox: &Embedded, bank: &str, row: &'static Row, lie: Option<Due>) -> Verdict {
    let bank = SandboxBank {
        control_url: sandbox.control_url.clone(),
        bank: bank.to_owned(),
        scenario: None,
        user: None,
        seed: 7,
    };
    let target = bank.target(&Http::over(Arc::new(Network::new().unwrap()))).await.unwrap();
    let same = |call: &&Call| call.method == row.call.method && call.path == row.call.path;
    // The consent a row is asked under was lodged by a call of its own.
    let lodged =
        matches!(row.under, Under::Access(..)) && row.call.method == "POST" && row.call.path.ends_with("-consents");
    let spared = row.before.iter().filter(same).count() + usize::from(lodged);
    let network = Network::new().unwrap();
    let transport = Doctored { network, call: row.call, spared, seen: AtomicUsize::new(0), lie };
    judged(case::run(&target.probe(Http::over(Arc::new(transport))), row)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fact_that_is_missing_is_missed() {
    let sandbox = Embedded::start(7).await.unwrap();
    let rows = || ROWS.iter().flat_map(|table| table.iter().copied());
    assert!(rows().count() >= 120, "{} rows", rows().count());
    // Each fact at one of the two banks: the words of both are compared by the well-behaved ones.
    let lies = rows().flat_map(|(slug, row)| row.due.iter().map(move |due| (slug, row, *due))).enumerate();
    let verdicts = futures_util::stream::iter(lies).map(async |(number, (slug, row, due))| {
        let bank = if number % 2 == 0 { "albion" } else { "severn" };
        (slug, due, verdict(&sandbox, bank, row, Some(due)).await)
    });
    let verdicts: Vec<_> = verdicts.buffer_unordered(4).collect().await;
    let missed: Vec<_> = verdicts.iter().filter(|(.., verdict)| !matches!(verdict, Verdict::Failed(_))).collect();
    assert!(missed.is_empty(), "not noticed: {missed:#?}");
}
