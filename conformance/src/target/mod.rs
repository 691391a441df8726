//! What is judged: banks, alone or in a sandbox, and clients.

pub mod bank;
pub mod bank_file;
pub mod embedded;
pub mod file;
pub mod reference;
pub mod sandbox;
