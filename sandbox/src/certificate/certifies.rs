//! What the sandbox's authority does for keys that are not a client's.

use std::fmt::Debug;

/// Who makes certificates for keys that sign.
pub trait Certifies: Debug + Send + Sync {
    /// The certificate (X.509, DER) of a private key (PKCS#8, DER) under a common name, the same for the same key as long as
    /// the process runs; `None` for a key that no certificate can hold.
    fn certify(&self, name: &str, pkcs8: &[u8]) -> Option<Vec<u8>>;
}
