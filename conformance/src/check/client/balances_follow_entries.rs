//! What is booked between two readings is what the balance moves by.

use std::collections::HashSet;

use bank_fixtures::canonical::Canonical;
use bank_fixtures::record::{BalanceKind, TransactionStatus};
use rust_decimal::Decimal;

use super::{judged, not_seen};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "balances-follow-entries",
    ids: &[],
    title: "hands over entries whose sum is the change of the booked balance",
    source: "house",
    advice: "Compare each new reading with the last: the sum of what was booked in between must be the difference of the booked balances.",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let outputs: Vec<(usize, &Canonical)> = evidence.read().collect();
    let (mut findings, mut moved) = (Vec::new(), 0);
    for pair in outputs.windows(2) {
        let ((_, before), (step, after)) = (pair[0], pair[1]);
        if !before.errors.is_empty() || !after.errors.is_empty() {
            continue;
        }
        for account in &after.accounts {
            let Some((was, is)) = balance(before, &account.id).zip(balance(after, &account.id)) else { continue };
            let known: HashSet<&str> = booked(before, &account.id).map(|(id, _)| id).collect();
            let sum: Decimal =
                booked(after, &account.id).filter(|(id, _)| !known.contains(id)).map(|(_, amount)| amount).sum();
            moved += usize::from(is != was);
            if is - was != sum {
                let what = format!(
                    "the balance of {} moved by {}, the entries booked meanwhile sum up to {sum}",
                    account.id,
                    is - was
                );
                let proof = verdict::Evidence::output(step, "output").at("/balances").measuring((is - was).to_string());
                findings.push(Finding::new(what).with(proof));
            }
        }
    }
    if moved == 0 && findings.is_empty() {
        return not_seen(evidence, "no balance moved between two whole readings");
    }
    judged(evidence, findings, format!("{moved} balances moved by what was booked"))
}

fn balance(document: &Canonical, account: &str) -> Option<Decimal> {
    let of_account = document.balances.iter().filter(|balance| balance.account_id == account);
    of_account
        .map(|balance| &balance.balance)
        .find(|balance| balance.kind == BalanceKind::BookedCurrent)
        .map(|balance| balance.amount.value())
}

fn booked<'a>(document: &'a Canonical, account: &'a str) -> impl Iterator<Item = (&'a str, Decimal)> {
    let booked = document
        .transactions
        .iter()
        .filter(move |entry| entry.record.account_id == account && entry.record.status == TransactionStatus::Booked);
    // The bank's own id, if it has one: whether the client's ids stay the same is another matter.
    booked.filter_map(|entry| Some((entry.record.id.as_deref().or(entry.id.as_deref())?, entry.record.amount.value())))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{findings, passes, read_twice, skips};
    use super::*;

    fn reading(balance: &str, entries: &[(&str, &str)]) -> Canonical {
        let entry = |(id, amount): &(&str, &str)| {
            format!(
                r#"{{"account_id":"a","transaction_id":"{id}","status":"booked","amount":{{"amount":"{amount}","currency":"EUR"}},"booking_date":"2026-03-01"}}"#
            )
        };
        let entries: Vec<String> = entries.iter().map(entry).collect();
        let text = format!(
            r#"{{"canonical":"v1","accounts":[{{"account_id":"a","currency":"EUR","type":"current","status":"open"}}],"balances":[{{"account_id":"a","type":"booked_current","amount":{{"amount":"{balance}","currency":"EUR"}}}}],"transactions":[{}]}}"#,
            entries.join(",")
        );
        Canonical::parse("hand-made", &text).unwrap_or_else(|wrong| panic!("{wrong}"))
    }

    fn read(first: Canonical, second: Canonical) -> Evidence {
        let mut evidence = read_twice(&[], &[]);
        evidence.steps[0].output = Some(first);
        evidence.steps[1].output = Some(second);
        evidence
    }

    #[test]
    fn a_sum_that_is_not_the_change_fails() {
        let before = || reading("10.00", &[("t1", "10.00")]);
        passes(&CHECK, &read(before(), reading("9.00", &[("t1", "10.00"), ("t2", "-1.00")])));
        insta::assert_snapshot!(findings(&CHECK, &read(before(), reading("9.00", &[("t1", "10.00"), ("t2", "1.00")]))), @"the balance of a moved by -1.00, the entries booked meanwhile sum up to 1.00");
        skips(&CHECK, &read(before(), before()));
    }
}
