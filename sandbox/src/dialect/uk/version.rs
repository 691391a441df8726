//! The versions of the standard: what differs between them in words.
//!
//! Owns the choice between two words and the addresses. A rule that differs asks for the era; most ask for a word.

/// One version of the standard.
#[derive(Debug)]
pub(super) struct Version {
    /// Name of the dialect.
    pub slug: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// What its paths begin with.
    pub prefix: &'static str,
    /// Which words it uses.
    pub era: Era,
}

/// The two vocabularies of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Era {
    /// 3.1: words of the standard's own.
    Three,
    /// 4: ISO 20022 codes.
    Four,
}

/// A word in 3.1 and in 4.
pub(super) type Words = (&'static str, &'static str);

/// Read/Write 3.1.11.
pub(super) static V31: Version = Version {
    slug: "uk-open-banking-3.1",
    about: "UK Open Banking Read/Write 3.1.11: consents before login, wrapped bodies, UK.OBIE codes",
    prefix: "/open-banking/v3.1",
    era: Era::Three,
};

/// Read/Write 4.0 and 4.0.1, which share their addresses.
pub(super) static V40: Version = Version {
    slug: "uk-open-banking-4.0",
    about: "UK Open Banking Read/Write 4.0.1: the same with ISO 20022 statuses and four-character codes",
    prefix: "/open-banking/v4.0",
    era: Era::Four,
};

impl Version {
    /// Its number, as events name it: `v4.0`.
    pub(super) fn number(&self) -> &'static str {
        self.word(("v3.1", "v4.0"))
    }

    /// The word of this version.
    pub(super) fn word(&self, words: Words) -> &'static str {
        match self.era {
            Era::Three => words.0,
            Era::Four => words.1,
        }
    }
}
