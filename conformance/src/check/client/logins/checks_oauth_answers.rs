//! The token response is read before its token is used.

use super::shows_token;
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "checks-oauth-answers",
    ids: &[],
    title: "shows no token of a response that is an error, or says of it what the client does not understand",
    source: "RFC 6749 §5.1, §7.1; OpenID Connect Core §3.1.3.3",
    advice: "Read the whole token response first: no `error`, a `token_type` you know, an access token, and the id_token you asked for.",
    area: Area::ClientLogin,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    super::judge(evidence, &["token"], shows_token, "used the token of a response that must not be believed")
}
