//! A cursor that is read leniently restarts the list or shows another one.

use super::sample;
use crate::check::{Area, Check, Run};
use crate::normalise::generic;
use crate::probe::{BankProbe, Judgement, expect_problem, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "bad-cursor-refused",
    ids: &["H3"],
    title: "a cursor that is damaged, or of another list, is refused",
    source: "docs/generic-api.md (lists)",
    advice: "Bind a cursor to its account and filters; answer any other with 400 `invalid_cursor`.",
    area: Area::Paging,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let sample = sample(bank).await?;
    let account = &sample.account;
    let (_, document) = bank.get_json(&format!("/accounts/{account}/transactions?limit=3")).await?;
    let next = generic::transactions(&document, account).value.next.unwrap_or_default();
    let cursor = url::Url::parse(&next)
        .ok()
        .and_then(|url| url.query_pairs().find(|(name, _)| name == "cursor").map(|(_, value)| value.into_owned()));
    let Some(cursor) = cursor else {
        return Ok(Verdict::skipped("the link to the next page has no `cursor` parameter"));
    };
    let encoded: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
    let mut cases = vec![
        ("a damaged cursor", format!("/accounts/{account}/transactions?limit=3&cursor={}", damaged(&cursor))),
        ("an invented cursor", format!("/accounts/{account}/transactions?limit=3&cursor=zzzz")),
        (
            "a cursor of another filter",
            format!("/accounts/{account}/transactions?limit=3&status=pending&cursor={encoded}"),
        ),
    ];
    let reading = bank.reading().await?;
    if let Some(other) = reading.accounts.iter().find(|other| other.account.id != *account) {
        let path = format!("/accounts/{}/transactions?limit=3&cursor={encoded}", other.account.id);
        cases.push(("a cursor of another account", path));
    }
    let mut findings = Vec::new();
    for (what, path) in &cases {
        findings.extend(expect_problem(&bank.get(path).await?, &[400], &["invalid_cursor"], what));
    }
    Ok(Verdict::from_findings(findings, format!("{} wrong cursors refused", cases.len())))
}

/// The cursor with its middle character replaced.
fn damaged(cursor: &str) -> String {
    let middle = cursor.chars().count() / 2;
    let swap = |c: char| if c == 'x' { 'y' } else { 'x' };
    let text: String = cursor.chars().enumerate().map(|(at, c)| if at == middle { swap(c) } else { c }).collect();
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
