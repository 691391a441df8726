//! The `bank-conformance` command.

fn main() {}
