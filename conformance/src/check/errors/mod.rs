//! Checks of how a bank says no, and of whether its answers are what HTTP says they are.

use super::Check;

mod bad_parameters_refused;
mod date_header;
mod json_content_type;
mod malformed_body_refused;
mod method_not_allowed;
mod problem_documents;
mod reads_answer;
mod request_id_echoed;
mod unknown_account_refused;
mod unknown_parameters_harmless;
mod unknown_path_refused;

/// The one check of this area that asks through the dialect of the bank.
pub(super) const READS_ANSWER: &str = "reads-answer";

/// Every check of this area, in the order in which they run.
pub(super) static CHECKS: &[&Check] = &[
    &reads_answer::CHECK,
    &problem_documents::CHECK,
    &unknown_path_refused::CHECK,
    &method_not_allowed::CHECK,
    &unknown_account_refused::CHECK,
    &bad_parameters_refused::CHECK,
    &malformed_body_refused::CHECK,
    &json_content_type::CHECK,
    &request_id_echoed::CHECK,
    &date_header::CHECK,
    &unknown_parameters_harmless::CHECK,
];
