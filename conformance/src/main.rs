//! The `bank-conformance` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    bank_conformance::cli::main()
}
