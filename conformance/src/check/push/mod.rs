//! Checks of pushed authorization requests (RFC 9126).

use super::Check;

mod push_authenticated;
mod push_bound_to_client;
mod push_bounded;
mod push_expires;
mod push_flat;
mod push_post_only;
mod push_required;
mod push_survives_reload;
mod push_used_once;
mod pushed_values_win;

/// Every check of this kind, in the order in which they run.
pub(super) static CHECKS: &[&Check] = &[
    &push_required::CHECK,
    &push_authenticated::CHECK,
    &push_post_only::CHECK,
    &push_flat::CHECK,
    &push_bounded::CHECK,
    &pushed_values_win::CHECK,
    &push_bound_to_client::CHECK,
    &push_used_once::CHECK,
    &push_survives_reload::CHECK,
    &push_expires::CHECK,
];
