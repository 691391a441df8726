//! What became of the last attempt to put a scenario in force.

use bank_fixtures::document::Diagnostics;
use jiff::Timestamp;

use super::WorldError;

/// Since when the scenario of a world is in force, and why a later one is not.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Real time at which the scenario in force was loaded.
    pub loaded_at: Timestamp,
    /// The last attempt to replace it, if it failed.
    pub refused: Option<LoadRefused>,
}

/// A scenario that was not put in force.
#[derive(Debug, Clone)]
pub struct LoadRefused {
    /// Real time.
    pub at: Timestamp,
    /// In one text, as the console shows it.
    pub summary: String,
    /// Mistake by mistake; `None` if the file could not be read at all, or has none and does not fit the world.
    pub mistakes: Option<Diagnostics>,
}

impl Standing {
    /// A scenario that was just loaded.
    pub(super) fn in_force(loaded_at: Timestamp) -> Standing {
        Standing { loaded_at, refused: None }
    }
}

impl LoadRefused {
    /// A file with mistakes.
    pub fn mistakes(at: Timestamp, found: Diagnostics) -> LoadRefused {
        LoadRefused { at, summary: found.to_string(), mistakes: Some(found) }
    }

    /// A file without mistakes that this world cannot have.
    pub(super) fn unfit(at: Timestamp, error: &WorldError) -> LoadRefused {
        LoadRefused { at, summary: error.to_string(), mistakes: None }
    }

    /// A file that could not be read.
    pub fn unreadable(at: Timestamp, summary: String) -> LoadRefused {
        LoadRefused { at, summary, mistakes: None }
    }
}
