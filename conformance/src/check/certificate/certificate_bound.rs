//! A token that is bound to a certificate is worth nothing to whoever steals it alone.

use super::thief;
use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "certificate-bound",
    ids: &["N39"],
    title: "a token of a client with a certificate opens nothing over a connection that does not show it",
    source: "RFC 8705 §3; FAPI 2.0 Security Profile §5.3.2.1",
    advice: "Compare `cnf.x5t#S256` of the token with the certificate of the connection; answer 401 `invalid_token`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let thief = thief(bank)?;
    let tokens = bank.session().await?;
    let read = || Request::get(bank.protected()).bearer(&tokens.access_token).header("accept", "application/json");
    let right = bank.send(read()).await?;
    if !right.is_success() {
        return Err(Trouble::Unobservable(format!(
            "with its certificate our client reads nothing: {}",
            right.exchange
        )));
    }
    let stolen = match thief.send_bare(read()).await {
        // The handshake ended: as good a refusal as any.
        Err(Trouble::Broken(_)) => return Ok(Verdict::passed("no handshake without a certificate")),
        reply => reply?,
    };
    let what =
        format!("the token was answered {} over a connection without its certificate; 401 is due", stolen.status());
    let finding = (!matches!(stolen.status(), 401 | 403)).then(|| Finding::new(what).with(stolen.evidence()));
    Ok(Verdict::from_findings(finding.into_iter().collect(), format!("a stolen token answered {}", stolen.status())))
}
