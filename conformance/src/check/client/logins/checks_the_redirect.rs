//! A code is redeemed only if the answer that brought it is the bank's, whole, and about this login.

use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "checks-the-redirect",
    ids: &["N54", "N55"],
    title: "redeems no code of an answer without its state, of another issuer, doubled, or beside an error",
    source: "RFC 6749 §4.1.2, §10.12; RFC 9207 §2.4; RFC 9700 §4.4, §4.7",
    advice: "Before a code is redeemed: `state` is that of this browser's login, `iss` is the issuer that was asked, every parameter came once, and there is no `error`.",
    area: Area::ClientLogin,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    super::judge(evidence, &["authorize", "par"], uses, "redeemed the code of an answer that must not be believed")
}

fn uses(entry: &Entry) -> bool {
    entry.is("token.issue")
}
