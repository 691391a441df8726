//! `bank_tests::fuzz::canonical` on whatever libFuzzer thinks of.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bank_tests::fuzz::canonical(bytes));
