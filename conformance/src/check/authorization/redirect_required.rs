//! A server that has to guess where a browser goes guesses wrong one day.

use crate::check::authorization::expect_error;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "redirect-required",
    ids: &["N03"],
    title: "a login request without a redirect URI is refused",
    source: "OpenID Connect Core §3.1.2.1; RFC 6749 §3.1.2.3; FAPI 2.0 Security Profile §5.3.2.2",
    advice: "Refuse a request without `redirect_uri` with `invalid_request`, on a page.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let landing = bank.authorize(&bank.authorization(bank.scopes()).await?.without("redirect_uri")).await?;
    let finding = expect_error(&landing, &["invalid_request"], "a login request without a redirect URI");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "refused"))
}
