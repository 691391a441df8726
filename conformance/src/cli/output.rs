//! The two ways out: the result on stdout, the commentary on stderr.

use std::io::Write;

/// Prints a result.
pub(crate) fn result(text: &str) {
    // A closed pipe (`| head`) is the reader's choice, not a failure.
    let mut out = anstream::stdout();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// Prints commentary.
pub(crate) fn comment(text: &str) {
    let mut out = anstream::stderr();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}
