//! Every other check needs these answers: this one says when they do not come, come broken, or come as something else.

use jiff::civil::Date;

use crate::check::{Area, Check, Run};
use crate::dialect::Ask;
use crate::http::{HttpError, Reply, Request};
use crate::probe::reading::first_day;
use crate::probe::{BankProbe, Judgement, PATIENCE, Trouble, judged, told_to_wait};
use crate::verdict::{Evidence, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: super::READS_ANSWER,
    ids: &["K2", "K5", "K15"],
    title: "every read answers 200 with a whole, well-formed document",
    source: "RFC 9110 §15.3.1; RFC 8259",
    advice: "Answer reads completely and correctly, or with a failure of the contract while something is wrong.",
    area: Area::Errors,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

/// How often each address is read: a bank that fails now and then is caught more often.
const ROUNDS: usize = 3;
/// After so many failures no more is learnt, and a bank that never answers costs a wait each time.
const ENOUGH_FAILURES: usize = 4;
/// How many accounts are read.
const ACCOUNTS: usize = 4;

async fn run(bank: &BankProbe) -> Judgement {
    let mut reader = Reader { bank, token: bank.session().await?.access_token.clone(), count: 0, findings: Vec::new() };
    let mut accounts = Vec::new();
    let dialect = bank.target.dialect;
    let mut from = Date::MIN;
    for _ in 0..ROUNDS {
        if let Some(reply) = reader.read(&dialect.path(Ask::Accounts)).await? {
            accounts = dialect.accounts(reply.body()).value.records;
            from = first_day(bank, &reply);
        }
    }
    for account in accounts.iter().take(ACCOUNTS) {
        for ask in [Ask::Account(&account.id), Ask::Balances(&account.id), Ask::Transactions(&account.id, from)] {
            for _ in 0..ROUNDS {
                reader.read(&dialect.path(ask)).await?;
            }
        }
    }
    Ok(Verdict::from_findings(reader.findings, format!("{} reads answered", reader.count)))
}

struct Reader<'a> {
    bank: &'a BankProbe,
    token: String,
    count: usize,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    async fn read(&mut self, path: &str) -> Result<Option<Reply>, Trouble> {
        if self.findings.len() >= ENOUGH_FAILURES {
            return Ok(None);
        }
        self.count += 1;
        let request = Request::get(self.bank.url(path)).bearer(&self.token).header("accept", "application/json");
        let mut outcome = self.bank.try_send(request.clone()).await;
        // Throttling is no failure, if it ends.
        for _ in 0..PATIENCE {
            match outcome.as_ref().ok().filter(|reply| reply.status() == 429).and_then(told_to_wait) {
                Some(wait) => self.bank.wait(wait).await?,
                None => break,
            }
            outcome = self.bank.try_send(request.clone()).await;
        }
        let reply = match outcome {
            Ok(reply) => reply,
            Err(HttpError::Cut { exchange }) => {
                let trouble = exchange.trouble.clone().unwrap_or_default();
                let what = format!("GET {path}: no whole answer came ({trouble})");
                self.findings.push(Finding::new(what).with(Evidence::from(exchange)));
                return Ok(None);
            }
            Err(unreachable @ HttpError::Unreachable { .. }) => return Err(unreachable.into()),
        };
        let problem = if reply.status() == 200 {
            reply.json().err().map(|error| format!("the body is {error}"))
        } else {
            Some(format!("answered {}; 200 is due", reply.status()))
        };
        match problem {
            None => Ok(Some(reply)),
            Some(problem) => {
                self.findings.push(Finding::new(format!("GET {path}: {problem}")).with(reply.evidence()));
                Ok(None)
            }
        }
    }
}
