//! Token revocation (RFC 7009): the answer is the same whether there was anything to revoke.

use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;

use crate::auth::endpoint::back_channel::BackChannel;
use crate::auth::step;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

pub(super) fn revoke(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(BackChannel::serve(bank, call, |back| {
        step::run(step::REVOKE, back)?;
        bank.auth.grants.revoke(&back.token, &back.client().client_id);
        Ok(Reply::empty(StatusCode::OK).header(CACHE_CONTROL, "no-store").committed())
    }))
}
