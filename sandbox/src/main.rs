//! The `bank-sandbox` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    bank_sandbox::cli::run(std::env::args_os())
}
