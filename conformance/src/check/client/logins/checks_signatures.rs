//! An id_token is signed by one of the issuer's published keys.

use super::shows_token;
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "checks-signatures",
    ids: &[],
    title: "uses no token that came with an id_token which no published key of the issuer signed",
    source: "RFC 7515 §4.1.11, §5.2; RFC 7517 §4.2, §4.4; RFC 8725 §3.1; house: OpenID Connect Core §3.1.3.7 (6) lets TLS stand in for it",
    advice: "Verify with the issuer's published keys only, by `kid`, `use` and the algorithm you expect; never with a key or an algorithm that the token chooses. Read the key set again once for an unknown `kid`.",
    area: Area::ClientLogin,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    super::judge(
        evidence,
        &["jose", "jwks"],
        shows_token,
        "used the token that came with an id_token that nobody vouches for",
    )
}
