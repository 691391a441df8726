//! The user's files: their text under their own name, and why there is none.
//!
//! Owns the one way to read a file that was named on the command line. Knows nothing of what is in it.

use std::path::Path;

use bank_fixtures::document::Diagnostics;

/// A file's text and the name diagnostics call it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedText {
    /// Its path as it was given.
    pub file: String,
    /// What is in it.
    pub text: String,
}

/// A file that cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {source}")]
pub struct Unreadable {
    /// Its path as it was given.
    pub file: String,
    /// Why.
    #[source]
    pub source: std::io::Error,
}

/// Why a file of the user's cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read at all.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// It can be read and is wrong.
    #[error(transparent)]
    Wrong(#[from] Diagnostics),
}

/// Reads a file.
///
/// # Errors
/// [`Unreadable`] with its name.
pub fn read(path: &Path) -> Result<NamedText, Unreadable> {
    let file = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(NamedText { file, text }),
        Err(source) => Err(Unreadable { file, source }),
    }
}
