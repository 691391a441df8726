//! C68: accounts and balances are understood as the bank meant them.

use bank_fixtures::canonical::Canonical;
use bank_fixtures::record::Account;
use rust_decimal::Decimal;

use super::understanding::{Reading, readings};
use super::{judged, understanding};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "understands-accounts",
    ids: &["C68"],
    title: "hands over every account of the consent, with its currency, type and balances",
    source: "house; the standard's own mapping of accounts and balances",
    advice: "Read every page of the account list, keep the account's own currency, and take the meaning and the sign of \
             each balance as the bank's documentation defines them.",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut accounts) = (Vec::new(), 0);
    for reading in readings(evidence) {
        accounts += reading.truth.accounts.len();
        for (what, pointer) in compare(&reading) {
            findings.push(Finding::new(what).with(verdict::Evidence::output(reading.step, "output").at(pointer)));
        }
    }
    if accounts == 0 {
        return Verdict::skipped(understanding::NOTHING);
    }
    judged(evidence, findings, format!("{accounts} accounts"))
}

/// What is wrong, and where in the output.
fn compare(reading: &Reading<'_>) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    for truth in &reading.truth.accounts {
        let mine = reading.understood.accounts.iter().enumerate().find(|(_, account)| same_account(account, truth));
        match mine {
            None if reading.understood.errors.is_empty() => {
                wrong.push((format!("account {} is missing", truth.id), "/accounts".to_owned()));
            }
            None => {}
            Some((place, mine)) => {
                if mine.currency.is_some() && mine.currency != truth.currency {
                    let what = format!("account {} is in {:?}, not {:?}", truth.id, mine.currency, truth.currency);
                    wrong.push((what, format!("/accounts/{place}/currency")));
                }
                if mine.kind != truth.kind {
                    let what = format!("account {} is a {:?} account, not {:?}", truth.id, mine.kind, truth.kind);
                    wrong.push((what, format!("/accounts/{place}/type")));
                }
                wrong.extend(balances(reading, &mine.id, &truth.id));
            }
        }
    }
    let real = |account: &&Account| reading.truth.accounts.iter().any(|truth| same_account(account, truth));
    for (place, account) in reading.understood.accounts.iter().enumerate().filter(|(_, account)| !real(account)) {
        wrong.push((format!("account {} is not one of the consent", account.id), format!("/accounts/{place}")));
    }
    wrong
}

/// Balances the client states about an account and that are not what the bank holds.
fn balances(reading: &Reading<'_>, mine: &str, truth: &str) -> Vec<(String, String)> {
    let of = |document: &'_ Canonical, id: &str| -> Vec<usize> {
        let places = document.balances.iter().enumerate();
        places.filter(|(_, balance)| balance.account_id == id).map(|(place, _)| place).collect()
    };
    let real = of(reading.truth, truth);
    let mut wrong = Vec::new();
    for place in of(reading.understood, mine) {
        let stated = &reading.understood.balances[place].balance;
        let real =
            real.iter().map(|place| &reading.truth.balances[*place].balance).find(|real| real.kind == stated.kind);
        // A difference of less than one unit is lost precision, which `exact-decimals` judges.
        if let Some(real) = real
            && (real.amount.currency() != stated.amount.currency()
                || (real.amount.value() - stated.amount.value()).abs() >= Decimal::ONE)
        {
            let what = format!("balance {:?} of {truth} is {:?}, not {:?}", real.kind, stated.amount, real.amount);
            wrong.push((what, format!("/balances/{place}/amount")));
        }
    }
    wrong
}

/// The client's ids are its own: accounts are matched by the numbers people know them by, or else by the bank's id.
fn same_account(mine: &Account, truth: &Account) -> bool {
    mine.id == truth.id || mine.identifiers.iter().any(|identifier| truth.identifiers.contains(identifier))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{findings, passes, skips, understood};
    use super::*;

    fn document(accounts: &str, balances: &str) -> Canonical {
        let text = format!(r#"{{"canonical":"v1","accounts":[{accounts}],"balances":[{balances}]}}"#);
        Canonical::parse("hand-made", &text).unwrap_or_else(|wrong| panic!("{wrong}"))
    }

    fn account(id: &str, iban: &str, kind: &str) -> String {
        format!(
            r#"{{"account_id":"{id}","identifiers":[{{"scheme":"iban","value":"{iban}"}}],"currency":"EUR","type":"{kind}","status":"open"}}"#
        )
    }

    fn balance(id: &str, amount: &str) -> String {
        format!(r#"{{"account_id":"{id}","type":"booked_current","amount":{{"amount":"{amount}","currency":"EUR"}}}}"#)
    }

    fn evidence(mine: Canonical, truth: Canonical) -> Evidence {
        let mut evidence = understood(&[], &[]);
        evidence.steps[0].output = Some(mine);
        evidence.truth = Some(truth);
        evidence
    }

    #[test]
    fn the_clients_own_ids_are_its_own() {
        let truth = document(&account("acc_1", "DE89370400440532013000", "current"), &balance("acc_1", "-5.00"));
        let mine = document(&account("mine", "DE89370400440532013000", "current"), &balance("mine", "-5.00"));
        passes(&CHECK, &evidence(mine, truth));
        skips(&CHECK, &understood(&[], &[]));
    }

    #[test]
    fn wrong_accounts_and_balances_are_named() {
        let truth = format!(
            "{},{}",
            account("acc_1", "DE89370400440532013000", "current"),
            account("acc_2", "GB29NWBK60161331926819", "savings")
        );
        let truth = document(&truth, &balance("acc_1", "-5.00"));
        let mine = document(&account("mine", "DE89370400440532013000", "savings"), &balance("mine", "5.00"));
        insta::assert_snapshot!(findings(&CHECK, &evidence(mine, truth)), @r"
        account acc_1 is a Savings account, not Current
        balance BookedCurrent of acc_1 is 5.00 EUR, not -5.00 EUR
        account acc_2 is missing
        ");
    }
}
