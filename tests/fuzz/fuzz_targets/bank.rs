//! `bank_tests::fuzz::bank` on whatever libFuzzer thinks of.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bank_tests::fuzz::bank(bytes));
