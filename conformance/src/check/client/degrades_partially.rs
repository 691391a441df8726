//! C74: one account that cannot be read costs that account.

use bank_fixtures::compare::{What, compare};

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "degrades-partially",
    ids: &["C74"],
    title: "hands over every other account in full when one cannot be read",
    source: "house; CDR Consumer Data Standards (partial availability)",
    advice: "Treat each account as a unit of work: report the one that failed, with its id, and go on with the next.",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut broken) = (Vec::new(), 0);
    for (index, step) in evidence.readings() {
        let (Some(truth), Some(output)) = (evidence.truth_of(step), &step.output) else { continue };
        let runs = crate::journal::runs(evidence.entries(step).filter(|entry| entry.account_id.is_some()));
        let failed: Vec<&str> =
            runs.iter().filter(|run| !run.succeeded()).filter_map(|run| run.first().account_id.as_deref()).collect();
        let Some(first) = runs.iter().find(|run| !run.succeeded()) else { continue };
        let whole = |account: &str| !failed.contains(&account);
        if !truth.accounts.iter().any(|account| whole(&account.id)) {
            continue;
        }
        broken += 1;
        let account_of = |id: &str| {
            let entry = truth.transactions.iter().find(|entry| entry.record.id.as_deref() == Some(id));
            entry.map(|entry| entry.record.account_id.as_str())
        };
        let missing = compare(truth, output).into_iter().filter(|wrong| match wrong.what {
            What::MissingEntry => wrong.provider_id.as_deref().and_then(account_of).is_some_and(whole),
            _ => false,
        });
        let missing = missing.count();
        if missing > 0 {
            let what = format!(
                "{missing} entries of other accounts are missing because {} could not be read",
                first.subject()
            );
            findings
                .push(Finding::new(what).with(shown(first.last())).with(verdict::Evidence::output(index, "output")));
        }
        if output.errors.is_empty() {
            let proof = verdict::Evidence::output(index, "output").at("/errors").measuring("[]");
            let what = format!("{} could not be read, and no error says so", first.subject());
            findings.push(Finding::new(what).with(shown(first.last())).with(proof));
        }
    }
    if broken == 0 {
        return not_seen(evidence, "no account failed beside one that could be read");
    }
    judged(evidence, findings, format!("{broken} readings with some accounts failing"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, findings, passes, reported, skips, transactions};
    use super::*;

    fn one_of_two(understood: &[&str]) -> Evidence {
        let read = |at, account: &str, status| crate::journal::Entry {
            account_id: Some(account.to_owned()),
            ..call(at, "transactions.list", &format!("GET /{account}/transactions"), status)
        };
        let mut evidence = reported(vec![read(0, "a", 503), read(1, "b", 200)], &["provider_unavailable"]);
        let entry = |account: &str| {
            format!(
                r#"{{"account_id":"{account}","transaction_id":"t{account}","provider_id":"p{account}","status":"booked","amount":{{"amount":"1.00","currency":"EUR"}},"booking_date":"2026-03-01"}}"#
            )
        };
        let mut truth = transactions(&[&entry("a"), &entry("b")]);
        let accounts = r#"{"canonical":"v1","accounts":[{"account_id":"a","identifiers":[{"scheme":"other","value":"A1"}],"currency":"EUR","type":"current","status":"open"},{"account_id":"b","identifiers":[{"scheme":"other","value":"B2"}],"currency":"EUR","type":"current","status":"open"}]}"#;
        let accounts =
            bank_fixtures::canonical::Canonical::parse("accounts", accounts).unwrap_or_else(|wrong| panic!("{wrong}"));
        truth.accounts = accounts.accounts.clone();
        let understood: Vec<String> = understood.iter().map(|account| entry(account)).collect();
        let mut output = transactions(&understood.iter().map(String::as_str).collect::<Vec<_>>());
        output.accounts = accounts.accounts;
        output.errors = evidence.steps[0].output.take().unwrap_or_default().errors;
        evidence.steps[0].output = Some(output);
        evidence.truth = Some(truth);
        evidence
    }

    #[test]
    fn the_other_account_must_be_whole() {
        passes(&CHECK, &one_of_two(&["b"]));
        insta::assert_snapshot!(findings(&CHECK, &one_of_two(&[])), @"1 entries of other accounts are missing because transactions.list of a could not be read");
        let mut fine = one_of_two(&["b"]);
        fine.journal = crate::journal::Journal::default();
        skips(&CHECK, &fine);
    }
}
