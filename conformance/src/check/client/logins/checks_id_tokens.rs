//! An id_token is about this login, for this client, and now.

use super::shows_token;
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "checks-id-tokens",
    ids: &[],
    title: "uses no token that came with an id_token of another login, issuer, client or time",
    source: "OpenID Connect Core §2, §3.1.3.7 (2, 3, 4, 9, 11)",
    advice: "Check `iss`, `aud`, `exp`, `iat`, `sub` and the nonce of this login before anything else of the response is used.",
    area: Area::ClientLogin,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    super::judge(
        evidence,
        &["id_token"],
        shows_token,
        "used the token that came with an id_token that is not about this login",
    )
}
