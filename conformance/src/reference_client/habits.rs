//! How an integration treats what its bank tells it, where careful and careless teams differ; and the careless ones.
//!
//! Owns one named choice per habit, the table of services that have one of them wrong, and which checks must catch each.

/// Every choice of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Habits {
    /// Which signatures are asked for.
    pub(crate) signatures: Signatures,
    /// Whether a message may be old.
    pub(crate) freshness: Freshness,
    /// Which requests are looked at.
    pub(crate) guard: Guard,
    /// What becomes of kinds that are not known.
    pub(crate) unknown_kinds: UnknownKinds,
    /// What becomes of an event that was seen.
    pub(crate) repeats: Repeats,
    /// Where the status of a payment is taken from.
    pub(crate) truth: Truth,
    /// When the work is done.
    pub(crate) work: Work,
    /// What is done when nothing is heard.
    pub(crate) silence: Silence,
}

/// Which signatures are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signatures {
    /// One of those sent must be right.
    Asked,
    /// Only the first of those sent is looked at.
    FirstOnly,
    /// As much of it is compared as was sent.
    AsLongAsSent,
    /// A message without one is accepted.
    IfSent,
}

/// Whether a message may be old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Five minutes.
    Asked,
    /// As old as it likes.
    NotAsked,
}

/// Which requests are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// JSON by POST, of a size a message can have.
    Strict,
    /// Whatever comes.
    Open,
}

/// What becomes of kinds that are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownKinds {
    /// Acknowledged, and left aside.
    Ignored,
    /// Refused.
    Refused,
}

/// What becomes of an event that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeats {
    /// Acknowledged, and left aside.
    Recognised,
    /// Every message is a record of its own.
    Recorded,
}

/// Where the status of a payment is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    /// From the bank, asked again.
    Bank,
    /// From the message of the latest version.
    LatestVersion,
    /// From the message that came last.
    LastMessage,
}

/// When the work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// After the answer.
    Afterwards,
    /// Before it.
    First,
}

/// What is done when nothing is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Silence {
    /// The bank is asked.
    Asks,
    /// Nothing.
    Waits,
}

/// One wrong service.
#[derive(Debug)]
pub struct ServiceDefect {
    /// Name on the command line and in reports, kebab-case.
    pub slug: &'static str,
    /// What it does wrong, in one sentence.
    pub what: &'static str,
    /// The checks that must catch it; no other may.
    pub caught_by: &'static [&'static str],
    plant: fn(&mut Habits),
}

/// Every wrong service.
pub static SERVICE_DEFECTS: &[ServiceDefect] = &[
    ServiceDefect {
        slug: "accepts-unsigned-webhooks",
        what: "verifies a signature only if there is one",
        caught_by: &["rejects-forged-webhooks"],
        plant: |habits| habits.signatures = Signatures::IfSent,
    },
    ServiceDefect {
        slug: "accepts-old-webhooks",
        what: "does not look at the time of a message",
        caught_by: &["rejects-stale-webhooks"],
        plant: |habits| habits.freshness = Freshness::NotAsked,
    },
    ServiceDefect {
        slug: "accepts-empty-signatures",
        what: "compares as much of a signature as was sent, and nothing of an empty one",
        caught_by: &["pins-webhook-algorithm"],
        plant: |habits| habits.signatures = Signatures::AsLongAsSent,
    },
    ServiceDefect {
        slug: "knows-one-signature",
        what: "looks at the first of two signatures only, and so loses every message while a secret is exchanged",
        caught_by: &["accepts-rotated-webhook-keys"],
        plant: |habits| habits.signatures = Signatures::FirstOnly,
    },
    ServiceDefect {
        slug: "records-every-webhook",
        what: "makes a payment of every message about one",
        caught_by: &["webhooks-idempotent"],
        plant: |habits| habits.repeats = Repeats::Recorded,
    },
    ServiceDefect {
        slug: "believes-the-last-webhook",
        what: "takes the status of the message that came last",
        caught_by: &["webhooks-order-independent", "webhooks-are-hints", "settled-when-settled"],
        plant: |habits| habits.truth = Truth::LastMessage,
    },
    ServiceDefect {
        slug: "believes-webhooks",
        what: "takes the status of a message for the payment's, without asking the bank",
        caught_by: &["webhooks-are-hints", "settled-when-settled"],
        plant: |habits| habits.truth = Truth::LatestVersion,
    },
    ServiceDefect {
        slug: "works-before-answering",
        what: "reads the payment from the bank before it acknowledges the message",
        caught_by: &["answers-webhooks-fast"],
        plant: |habits| habits.work = Work::First,
    },
    ServiceDefect {
        slug: "waits-for-webhooks",
        what: "never asks the bank for a payment it hears nothing of",
        caught_by: &["recovers-from-lost-webhooks"],
        plant: |habits| habits.silence = Silence::Waits,
    },
    ServiceDefect {
        slug: "refuses-new-webhook-types",
        what: "answers a kind of message it does not know with an error",
        caught_by: &["ignores-unknown-webhook-types"],
        plant: |habits| habits.unknown_kinds = UnknownKinds::Refused,
    },
    ServiceDefect {
        slug: "leaves-its-endpoint-open",
        what: "reads whatever is sent to its endpoint, of any method, type and size",
        caught_by: &["guards-webhook-endpoint"],
        plant: |habits| habits.guard = Guard::Open,
    },
];

impl Habits {
    /// What a careful team does.
    pub(crate) fn careful() -> Habits {
        Habits {
            signatures: Signatures::Asked,
            freshness: Freshness::Asked,
            guard: Guard::Strict,
            unknown_kinds: UnknownKinds::Ignored,
            repeats: Repeats::Recognised,
            truth: Truth::Bank,
            work: Work::Afterwards,
            silence: Silence::Asks,
        }
    }
}

impl ServiceDefect {
    /// The wrong service of this name.
    pub fn find(slug: &str) -> Option<&'static ServiceDefect> {
        SERVICE_DEFECTS.iter().find(|defect| defect.slug == slug)
    }

    /// The careful habits with this defect in them.
    pub(crate) fn habits(&self) -> Habits {
        let mut habits = Habits::careful();
        (self.plant)(&mut habits);
        habits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_defect_differs_from_the_careful_service_and_from_every_other() {
        for (index, defect) in SERVICE_DEFECTS.iter().enumerate() {
            assert_ne!(defect.habits(), Habits::careful(), "{} changes nothing", defect.slug);
            assert!(!defect.caught_by.is_empty());
            for slug in defect.caught_by {
                assert!(crate::check::find(slug).is_some(), "{}: no check `{slug}`", defect.slug);
            }
            for other in &SERVICE_DEFECTS[index + 1..] {
                assert_ne!(defect.habits(), other.habits(), "{} and {}", defect.slug, other.slug);
            }
        }
    }

    #[test]
    fn the_documentation_lists_every_defect() {
        let page = include_str!("../../../docs/judge-your-client.md");
        for defect in SERVICE_DEFECTS {
            let checks: Vec<String> = defect.caught_by.iter().map(|slug| format!("`{slug}`")).collect();
            let row = format!("| `{}` | {} | {} |", defect.slug, defect.what, checks.join(", "));
            assert!(page.contains(&row), "docs/judge-your-client.md lacks the row\n{row}");
        }
    }
}
