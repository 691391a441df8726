//! The `bank-sandbox` command.

fn main() {}
