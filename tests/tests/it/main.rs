//! The integration tests: the product as its users meet it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod architecture;
mod clients;
mod documents;
mod drivers;
mod examples;
mod fuzzing;
mod generated;
mod logins;
mod matrix;
mod negative;
mod normalise;
mod pages;
mod reports;
mod seeds;
mod uk_journey;
mod uk_judged;
mod uk_lives;
mod uk_open_banking;
mod webhooks;
mod wrong;
