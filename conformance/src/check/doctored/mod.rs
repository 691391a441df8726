//! Every bank check seen failing: a well-behaved sandbox whose answers are doctored on their way to the judge.
//!
//! Owns the liar in the middle and who must notice what; the lies are `lies`, their means `edits`. A check without a row fails the build.

mod edits;
mod lies;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;

use self::lies::{FAPI_BANK, FAPI_LIES, LIES, SIGNED_BANK, SIGNED_LIES};
use super::{Area, Check, Run, certificate};
use crate::http::{Http, Network, RawReply, Request, Transport, TransportError};
use crate::target::embedded::Embedded;
use crate::target::sandbox::SandboxBank;
use crate::verdict::Verdict;

/// A lie: what becomes of the answer to a request; `n` counts the requests of the check from 1.
pub(super) type Lie = fn(&Request, &mut RawReply, u64);

/// The network with a liar in the middle.
struct Doctored {
    network: Network,
    lie: Lie,
    seen: AtomicU64,
}

impl Transport for Doctored {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<RawReply, TransportError>> {
        Box::pin(async move {
            let mut reply = self.network.send(request).await?;
            (self.lie)(request, &mut reply, self.seen.fetch_add(1, Ordering::Relaxed) + 1);
            Ok(reply)
        })
    }
}

/// Every lie with the scenario that makes the bank it is told by.
fn lies() -> impl Iterator<Item = (Option<&'static str>, &'static str, Lie)> {
    let of = |scenario: Option<&'static str>, lies: &'static [(&'static str, Lie)]| {
        lies.iter().map(move |(slug, lie)| (scenario, *slug, *lie))
    };
    of(None, LIES).chain(of(Some(FAPI_BANK), FAPI_LIES)).chain(of(Some(SIGNED_BANK), SIGNED_LIES))
}

fn bank_checks() -> impl Iterator<Item = &'static Check> {
    super::all().filter(|check| matches!(check.run, Run::Bank(_)) && check.area != Area::UkOpenBanking)
}

pub(super) async fn verdict(sandbox: &Embedded, scenario: Option<&str>, check: &Check, lie: Lie) -> Verdict {
    let Run::Bank(run) = check.run else { panic!("{} judges clients", check.slug) };
    let bank = SandboxBank {
        control_url: sandbox.control_url.clone(),
        bank: "plain".to_owned(),
        scenario: scenario.map(str::to_owned),
        user: None,
        seed: 7,
    };
    let mut target = bank.target(&Http::over(Arc::new(Network::new().unwrap()))).await.unwrap();
    target.history_days = 45;
    let transport = Doctored { network: Network::new().unwrap(), lie, seen: AtomicU64::new(0) };
    run(&target.probe(Http::over(Arc::new(transport)))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_check_notices_the_lie_it_is_there_for() {
    let sandbox = Embedded::start(7).await.unwrap();
    let judged = futures_util::stream::iter(lies().enumerate()).map(async |(row, (scenario, slug, lie))| {
        let check = super::find(slug).unwrap_or_else(|| panic!("there is no check `{slug}`"));
        (row, slug, verdict(&sandbox, scenario, check, lie).await)
    });
    let verdicts: Vec<_> = judged.buffer_unordered(4).collect().await;
    let missed: Vec<_> = verdicts.iter().filter(|(_, _, verdict)| !matches!(verdict, Verdict::Failed(_))).collect();
    assert!(missed.is_empty(), "not noticed: {missed:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_check_accuses_the_well_behaved_bank() {
    let sandbox = Embedded::start(8).await.unwrap();
    let observed: BTreeSet<(Option<&str>, &str)> = lies().map(|(scenario, slug, _)| (scenario, slug)).collect();
    let judged = futures_util::stream::iter(observed).map(async |(scenario, slug)| {
        let check = super::find(slug).unwrap_or_else(|| panic!("there is no check `{slug}`"));
        (slug, verdict(&sandbox, scenario, check, |_, _, _| {}).await)
    });
    let verdicts: Vec<_> = judged.buffer_unordered(4).collect().await;
    let wrong: Vec<_> = verdicts.iter().filter(|(_, verdict)| !matches!(verdict, Verdict::Passed { .. })).collect();
    assert!(wrong.is_empty(), "accused, or not observed: {wrong:#?}");
}

/// Checks of handshakes are seen failing behind TLS, where nothing can be changed on its way.
fn is_seen(slug: &str) -> bool {
    let behind_tls = certificate::tests::FORGOTTEN.iter().any(|(known, _)| *known == slug);
    behind_tls || lies().any(|(_, known, _)| known == slug)
}

#[test]
fn every_check_has_its_lie() {
    let unseen: Vec<&str> = bank_checks().map(|check| check.slug).filter(|slug| !is_seen(slug)).collect();
    assert!(unseen.is_empty(), "never seen failing: {unseen:?}");
}
