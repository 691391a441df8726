//! Checks of throttling. They call a bank until it refuses, so a target must allow bursts.

use super::Check;
use crate::http::{Reply, Request};
use crate::probe::{BankProbe, Trouble};

mod limit_headers;
mod throttling_answered;
mod throttling_recovers;

/// Every check of this area, in the order in which they run.
pub(super) static CHECKS: &[&Check] =
    &[&limit_headers::CHECK, &throttling_answered::CHECK, &throttling_recovers::CHECK];

/// Calls made when the bank does not say how many it allows.
const BLIND_CALLS: u64 = 300;
/// The most calls ever made.
const MOST_CALLS: u64 = 2_000;

/// What came of calling until the bank refuses.
enum Burst {
    /// It refused.
    Refused {
        /// The refusal.
        reply: Box<Reply>,
        /// Which call it answered, from 1.
        calls: u64,
    },
    /// It never did.
    Endless {
        /// How many calls were made.
        calls: u64,
    },
}

/// Calls one operation until it is refused.
async fn burst(bank: &BankProbe) -> Result<Burst, Trouble> {
    bank.may_exhaust()?;
    let token = bank.session().await?.access_token.clone();
    let request = Request::get(bank.url("/accounts")).bearer(&token);
    let mut most = BLIND_CALLS;
    let mut calls = 0;
    while calls < most {
        calls += 1;
        let reply = bank.try_send(request.clone()).await?;
        if reply.status() == 429 {
            return Ok(Burst::Refused { reply: Box::new(reply), calls });
        }
        if let Some(quota) = limit_parameter(&reply, "ratelimit-policy", "q") {
            most = quota.saturating_mul(2).saturating_add(10).min(MOST_CALLS);
        }
    }
    Ok(Burst::Endless { calls })
}

/// A numeric parameter of the first member of a structured field: the 100 of `"default";q=100;w=60`.
fn limit_parameter(reply: &Reply, header: &str, name: &str) -> Option<u64> {
    let member = reply.header(header)?.split(',').next()?;
    member.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.trim().split_once('=')?;
        (key == name).then(|| value.parse().ok()).flatten()
    })
}
