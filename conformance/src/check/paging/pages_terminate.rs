//! A next link that leads back, abroad or on for ever is a client's endless loop.

use crate::check::{Area, Check, Run};
use crate::http::Reply;
use crate::normalise::generic;
use crate::probe::reading::same_origin;
use crate::probe::{BankProbe, Judgement, Trouble, judged, needed_json};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "pages-terminate",
    ids: &["H1", "H6"],
    title: "next links lead through the list once, at the bank itself, to an end",
    source: "RFC 8288 §3; docs/generic-api.md",
    advice: "Give every page but the last one link to the next, absolute and at your own origin, the same in the body and in `Link`.",
    area: Area::Paging,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

/// Rows per page: small enough that a short list has several pages.
const LIMIT: usize = 20;
/// Pages followed before a list whose rows are still new counts as long rather than endless.
const ENOUGH_PAGES: usize = 60;

async fn run(bank: &BankProbe) -> Judgement {
    let account = bank.any_account().await?;
    let first = bank.url(&format!("/accounts/{account}/transactions?limit={LIMIT}"));
    let mut url = first.clone();
    let mut visited: Vec<String> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    loop {
        let reply = bank.ask(crate::http::Request::get(&url).header("accept", "application/json")).await?;
        let page = generic::transactions(&needed_json(&reply)?, &account).value;
        let fresh: Vec<String> =
            page.records.into_iter().filter_map(|row| row.id).filter(|id| !ids.contains(id)).collect();
        visited.push(url.clone());
        let Some(next) = page.next else {
            return finish(&reply, visited.len());
        };
        if let Some(problem) = wrong_link(bank, &reply, &next, &visited, fresh.is_empty()) {
            let what = format!("page {}: {problem}", visited.len());
            return Ok(Verdict::Failed(vec![
                Finding::new(what).with(reply.evidence().at("/links/next").measuring(next)),
            ]));
        }
        if visited.len() >= ENOUGH_PAGES {
            return Ok(Verdict::passed(format!("{} pages, every one with new rows", visited.len())));
        }
        ids.extend(fresh);
        url = next;
    }
}

fn finish(last: &Reply, pages: usize) -> Result<Verdict, Trouble> {
    if let Some(link) = link_header(last) {
        let what = "the last page has no `links.next` but a `Link` header with rel=next";
        return Ok(Verdict::Failed(vec![Finding::new(what).with(last.evidence().measuring(link))]));
    }
    Ok(Verdict::passed(format!("{pages} pages, then the end")))
}

fn wrong_link(bank: &BankProbe, reply: &Reply, next: &str, visited: &[String], nothing_new: bool) -> Option<String> {
    if url::Url::parse(next).is_err() {
        return Some("the link to the next page is not absolute".to_owned());
    }
    if !same_origin(next, &bank.target.base_url) {
        return Some("the link to the next page leaves the bank".to_owned());
    }
    if let Some(page) = visited.iter().position(|url| url == next) {
        return Some(format!("the link to the next page leads back to page {}", page + 1));
    }
    if nothing_new {
        return Some("a page with a link to the next one has no row that was not seen before".to_owned());
    }
    match link_header(reply) {
        None => Some("`links.next` is there, the `Link` header with rel=next is not".to_owned()),
        Some(link) if link != next => Some(format!("`Link` says {link}, `links.next` something else")),
        Some(_) => None,
    }
}

/// The target of `Link: <…>; rel="next"`.
fn link_header(reply: &Reply) -> Option<String> {
    reply.headers("link").flat_map(|value| value.split(", <")).find_map(|link| {
        let (target, params) = link.trim_start_matches('<').split_once('>')?;
        let is_next = params.split(';').any(|param| matches!(param.trim(), "rel=next" | "rel=\"next\""));
        is_next.then(|| target.to_owned())
    })
}
