//! A form that any page can send in somebody's name gives away what they never agreed to.

use crate::check::{Area, Check, Run};
use crate::flow::{Landing, Visit};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "pages-bound-to-session",
    ids: &["N57"],
    title: "the forms of a login count from the browser that was shown them, and once",
    source: "RFC 9700 §4.7; RFC 6819 §5.3.5 (forms)",
    advice: "Bind each form to its session by cookie and token (403 otherwise), and give one code for one decision.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

/// Pages before a login counts as endless.
const MOST_PAGES: usize = 8;

async fn run(bank: &BankProbe) -> Judgement {
    let authorization = bank.authorization(bank.scopes()).await?;
    let mut visit = bank.opened(&authorization).await?;
    let mut findings = Vec::new();
    let mut last: Option<Request> = None;
    for _ in 0..MOST_PAGES {
        let Some(form) = visit.next.clone() else { break };
        // The other site sends the very form, without the cookies of the browser that was shown it.
        let reply = bank.send(form.clone()).await?;
        let landing = bank.landing(reply, &form.url);
        if leads_on(&landing, bank) {
            let what = "a form without the session's cookie was taken; 403 is due";
            findings.push(Finding::new(what).with(landing.reply().evidence()));
            break;
        }
        last = Some(form);
        bank.step(&mut visit).await?;
    }
    let Some(Landing::Client { .. }) = &visit.landing else {
        if !findings.is_empty() {
            return Ok(Verdict::Failed(findings));
        }
        return Err(Trouble::Unobservable("no code came from the bank's pages".to_owned()));
    };
    findings.extend(sent_twice(bank, &visit, last).await?);
    Ok(Verdict::from_findings(findings, "foreign forms refused, one code for one decision"))
}

/// A finding if the last form, sent again, is worth a second code.
async fn sent_twice(bank: &BankProbe, visit: &Visit, last: Option<Request>) -> Result<Option<Finding>, Trouble> {
    let Some(form) = last else { return Ok(None) };
    let from = form.url.clone();
    let reply = bank.send(visit.dressed(form)).await?;
    let again = bank.landing(reply, &from);
    let first = visit.landing.as_ref().and_then(|landing| landing.param("code"));
    let second = again.param("code");
    let what = "the decision was taken twice: a second code came; one is due";
    Ok((second.is_some() && second != first).then(|| Finding::new(what).with(again.reply().evidence())))
}

/// `true` if the bank took what it was sent: it went on to the client, or to its own next page.
fn leads_on(landing: &Landing, bank: &BankProbe) -> bool {
    match landing {
        Landing::Client { .. } => landing.param("code").is_some(),
        Landing::Page(reply) => {
            let inside = reply
                .header("location")
                .is_some_and(|to| !to.starts_with("http") || to.starts_with(&bank.target.issuer));
            (300..400).contains(&reply.status())
                && inside
                && !reply.header("location").is_some_and(|to| to.contains("error"))
        }
    }
}
