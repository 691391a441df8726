//! What a client made of the bank's data, next to the truth.
//!
//! Owns which readings are compared, which differences are held against nobody (an account the client itself reports as
//! unread), and how differences become findings. Which difference is whose is each check's business.

use bank_fixtures::canonical::{Canonical, Scope};
use bank_fixtures::compare::{Difference, What, compare, summary};

use crate::client_target::Evidence;
use crate::verdict::{self, Finding};

/// Why nothing could be compared.
pub(super) const NOTHING: &str = "the client handed over nothing that can be compared with the truth";
/// A finding names this many explanations of one kind of difference.
const MOST_LINES: usize = 3;

/// One output of a `sync` step and the truth.
pub(super) struct Reading<'a> {
    /// Which step.
    step: usize,
    /// What the client understood.
    understood: &'a Canonical,
    /// What is true.
    pub(super) truth: &'a Canonical,
}

/// Every output of a step that reads, next to what was true then.
pub(super) fn readings(evidence: &Evidence) -> Vec<Reading<'_>> {
    evidence
        .readings()
        .filter_map(|(step, record)| {
            let truth = evidence.truth_of(record)?;
            Some(Reading { step, understood: record.output.as_ref()?, truth })
        })
        .collect()
}

impl Reading<'_> {
    /// The differences one check answers for, as findings: one for each kind and member.
    pub(super) fn findings(&self, answers_for: impl Fn(&Difference) -> bool) -> Vec<Finding> {
        let mut groups: Vec<Vec<Difference>> = Vec::new();
        for difference in compare(self.truth, self.understood) {
            if !answers_for(&difference) || self.reported_unread(&difference) {
                continue;
            }
            let same = |group: &&mut Vec<Difference>| {
                group.first().is_some_and(|first| (first.what, first.field) == (difference.what, difference.field))
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.push(difference),
                None => groups.push(vec![difference]),
            }
        }
        groups.iter().map(|group| self.finding(group)).collect()
    }

    fn finding(&self, group: &[Difference]) -> Finding {
        let text = summary(group);
        let lines: Vec<&str> = text.lines().take(MOST_LINES).collect();
        let mut proof = verdict::Evidence::output(self.step, "output");
        if let Some(first) = group.first() {
            if let Some(pointer) = self.pointer(first) {
                proof = proof.at(pointer);
            }
            if let Some(found) = &first.found {
                proof = proof.measuring(found);
            }
        }
        Finding::new(lines.join("; ")).with(proof)
    }

    /// Where the output says what differs.
    fn pointer(&self, difference: &Difference) -> Option<String> {
        let id = difference.provider_id.as_deref()?;
        let entries = &self.understood.transactions;
        let place = entries.iter().position(|entry| entry.record.id.as_deref() == Some(id))?;
        let member = difference.field.map(|field| format!("/{field}")).unwrap_or_default();
        Some(format!("/transactions/{place}{member}"))
    }

    /// `true` for something missing of which the client itself says that it could not read it.
    fn reported_unread(&self, difference: &Difference) -> bool {
        if !matches!(difference.what, What::MissingEntry | What::MissingPending | What::MissingAccount) {
            return false;
        }
        let account = difference.provider_id.as_deref().and_then(|id| {
            let facts = self.truth.transactions.iter().find(|entry| entry.record.id.as_deref() == Some(id));
            facts.map(|entry| entry.record.account_id.as_str())
        });
        self.understood.errors.iter().any(|error| match (error.scope, &error.account_id) {
            (Some(Scope::Account), Some(own)) => account.is_some_and(|account| self.same_account(own, account)),
            _ => true,
        })
    }

    fn same_account(&self, own: &str, account: &str) -> bool {
        let shares = || {
            let mine = self.understood.accounts.iter().find(|mine| mine.id == own)?;
            let truth = self.truth.accounts.iter().find(|truth| truth.id == account)?;
            Some(mine.identifiers.iter().any(|identifier| truth.identifiers.contains(identifier)))
        };
        own == account || shares().unwrap_or(false)
    }
}

/// What a difference is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// An account or one of its balances.
    Account,
    /// An entry.
    Entry,
    /// A payment order.
    Payment,
}

/// What a difference is about.
pub(super) fn about(difference: &Difference) -> About {
    match difference.subject.split([' ', '(']).next() {
        Some("account" | "balance") => About::Account,
        Some("payment") => About::Payment,
        _ => About::Entry,
    }
}

/// `true` for an amount whose digits are wrong, whatever its sign: precision was lost, or the decimal point moved.
pub(super) fn is_imprecise(difference: &Difference) -> bool {
    match difference.what {
        What::WrongAmount => true,
        // A balance may be another balance altogether; less than one unit apart, it is the same one with lost digits.
        What::WrongBalance => {
            let value =
                |text: &Option<String>| text.as_deref()?.split(' ').next()?.parse::<rust_decimal::Decimal>().ok();
            let (expected, found) = (value(&difference.expected), value(&difference.found));
            expected.zip(found).is_some_and(|(a, b)| {
                a != b
                    && (a.abs() - b.abs()).abs() < rust_decimal::Decimal::ONE
                    && a.is_sign_negative() == b.is_sign_negative()
            })
        }
        _ => false,
    }
}
