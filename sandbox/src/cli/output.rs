//! The one door to stdout and stderr.

use std::fmt::Display;
use std::io::Write;

/// Prints a result. A reader that has gone away (`| head`) is no failure of ours.
pub(super) fn result(text: impl Display) {
    let _ = writeln!(anstream::stdout().lock(), "{text}");
}

/// Prints a commentary.
pub(super) fn note(text: impl Display) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Prints a failure and everything that caused it.
pub(super) fn failure(error: &dyn std::error::Error) {
    let mut text = format!("error: {error}");
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(&format!(": {next}"));
        cause = next.source();
    }
    note(text);
}
