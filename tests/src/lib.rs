//! The only crate that sees everything: both programs, their data, and what they must make of each other.
