//! A bank under judgement.

/// A bank, ready to be asked.
#[derive(Debug)]
pub struct BankProbe {
    /// Base address of the bank, without a trailing slash.
    pub base_url: String,
}
