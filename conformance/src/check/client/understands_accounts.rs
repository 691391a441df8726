//! C68: accounts and balances are understood as the bank meant them.

use super::understanding::{About, about, is_imprecise, readings};
use super::{judged, not_seen, understanding};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "understands-accounts",
    ids: &["C65", "C66", "C68"],
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
        // Lost digits are judged by `exact-decimals`.
        findings.extend(reading.findings(|wrong| about(wrong) == About::Account && !is_imprecise(wrong)));
    }
    if accounts == 0 {
        return not_seen(evidence, understanding::NOTHING);
    }
    judged(evidence, findings, format!("{accounts} accounts"))
}

#[cfg(test)]
mod tests {
    use bank_fixtures::canonical::Canonical;

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
        wrong member: account acc_1 (DE89370400440532013000), type: savings instead of current
        missing account: account acc_2 (GB29NWBK60161331926819)
        wrong balance: balance booked_current of account acc_1, amount: 5.00 EUR instead of -5.00 EUR (signed amounts are the account holder's view: - leaves the account)
        ");
    }
}
