//! A target file of either kind.

use std::path::Path;

use bank_fixtures::document::{Diagnostics, Document};

use super::bank::BankTarget;
use super::bank_file::Surroundings;
use crate::client_target::ClientTarget;
use crate::file::{self, FileError, NamedText};

/// What a target file describes.
#[derive(Debug, Clone)]
pub enum Target {
    /// A bank.
    Bank(BankTarget),
    /// A client integration.
    Client(ClientTarget),
}

#[derive(Clone, Copy)]
enum Kind {
    Bank,
    Client,
}

impl Target {
    /// Reads a target file; `kind: bank` or `kind: client` says which reader takes it.
    ///
    /// # Errors
    /// When it cannot be read, and everything that is wrong with it.
    pub fn load(path: &Path, seed: u64) -> Result<Target, FileError> {
        let NamedText { file, text } = file::read(path)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let env = |name: &str| std::env::var(name).ok();
        Ok(Target::parse(&file, &text, Surroundings { folder, env: &env, seed })?)
    }

    /// Reads the text of a target file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(file: &str, text: &str, around: Surroundings<'_>) -> Result<Target, Diagnostics> {
        let document = Document::parse(file, text)?;
        let kinds = [("bank", Kind::Bank), ("client", Kind::Client)];
        let kind = match document.root().member("kind") {
            Some(kind) => kind.one_of(&kinds),
            None => {
                document.root().refuse("the key `kind` is missing", "kind: bank, or kind: client");
                None
            }
        };
        match document.finish(kind)? {
            Kind::Bank => BankTarget::parse(file, text, around).map(Target::Bank),
            Kind::Client => ClientTarget::parse(file, text, around.folder).map(Target::Client),
        }
    }
}
