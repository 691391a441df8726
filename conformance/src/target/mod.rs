//! What is judged.

pub mod bank;
