//! A signed request is worth what is checked of it.

use serde_json::Value;

use super::{pushing, right, signed, unsigned, with};
use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::flow::jose::{self, Signer};
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "request-object-checked",
    ids: &["N48"],
    title: "a request object that is wrong in any part is refused, a right one is taken",
    source: "RFC 9101 §4, §6; FAPI 2.0 Message Signing §5.3.1; RFC 8725 §3.1",
    advice: "Check signature, algorithm, issuer, audience and times of a request object; answer `invalid_request_object` (400).",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let claims = right(bank).await?;
    let now = bank.bank_now().as_second();
    let good = pushing(bank, &signed(bank, &claims)?).await?;
    if !good.is_success() {
        return Err(Trouble::Unobservable(format!("a right request object was refused: {}", good.exchange)));
    }
    let changed = |changes: &[(&str, Value)]| signed(bank, &with(&claims, changes));
    let stranger = Signer::generate();
    let header = |alg: &str| serde_json::json!({"alg": alg, "typ": "oauth-authz-req+jwt"});
    let damaged = {
        let object = signed(bank, &claims)?;
        let (rest, signature) = object.rsplit_once('.').unwrap_or((&object, ""));
        let flipped = if signature.starts_with('A') { "B" } else { "A" };
        format!("{rest}.{flipped}{}", signature.get(1..).unwrap_or_default())
    };
    let mut wrong = vec![
        ("with a damaged signature", damaged),
        ("signed by a stranger", stranger.sign(&header("ES256"), &claims)),
        ("that says RS256", stranger.sign(&header("RS256"), &claims)),
        ("with a public name as its secret (HS256)", jose::with_hmac(&header("HS256"), &claims, b"secret")),
        ("of another issuer", changed(&[("iss", "somebody".into())])?),
        ("for another server", changed(&[("aud", "https://other.example".into())])?),
        ("for nobody", changed(&[("aud", Value::Null)])?),
        ("that has expired", changed(&[("exp", (now - 120).into()), ("nbf", (now - 300).into())])?),
        ("of the next hour", changed(&[("nbf", (now + 3600).into()), ("exp", (now + 3700).into())])?),
        ("that is no JWT", "request".to_owned()),
    ];
    if bank.metadata().await?.requires_signed_requests {
        wrong.push(("that is not signed (`alg` none)", unsigned(&claims)));
        wrong.push(("without `exp`", changed(&[("exp", Value::Null)])?));
        wrong.push(("without `nbf`", changed(&[("nbf", Value::Null)])?));
        wrong.push(("good for two hours", changed(&[("exp", (now + 7200).into())])?));
        wrong.push(("two hours old", changed(&[("nbf", (now - 7200).into())])?));
    }
    let mut findings = Vec::new();
    for (what, object) in &wrong {
        let reply = pushing(bank, object).await?;
        let codes = ["invalid_request_object", "invalid_request"];
        findings.extend(expect_oauth_error(&reply, &[400], &codes, &format!("a request object {what}")));
    }
    Ok(Verdict::from_findings(findings, format!("{} wrong request objects refused", wrong.len())))
}
