//! Negative tests seen failing against banks that are lenient by name: what a check stops is a rule of a real server, not
//! an answer somebody changed on its way.

use futures_util::StreamExt;

use super::doctored::verdict;
use crate::target::embedded::Embedded;
use crate::verdict::Verdict;

/// What the bank is, less the rule it does not enforce.
#[derive(Clone, Copy)]
enum Bank {
    Plain,
    Fapi,
    Signed,
}

/// A check, the bank it judges, and the rules that bank has forgotten.
const FORGOTTEN: &[(&str, Bank, &str)] = &[
    ("unregistered-redirect-refused", Bank::Plain, "registered-redirect-uri"),
    ("redirect-matched-exactly", Bank::Plain, "registered-redirect-uri"),
    ("pkce-required", Bank::Plain, "pkce-sent"),
    ("unsupported-response-type-refused", Bank::Plain, "code-response"),
    ("wrong-verifier-refused", Bank::Plain, "code-verifier"),
    ("code-bound-to-session", Bank::Plain, "code-verifier"),
    ("code-expires", Bank::Plain, "fresh-code"),
    ("registered-grants-alone", Bank::Plain, "allowed-grant"),
    ("code-single-use", Bank::Plain, "unused-code"),
    ("code-bound-to-client", Bank::Plain, "code-of-client"),
    ("code-bound-to-redirect", Bank::Plain, "same-redirect-uri"),
    ("wrong-client-secret-refused", Bank::Plain, "client-secret"),
    ("duplicate-parameter-refused", Bank::Plain, "single-parameters"),
    ("refresh-reuse-revokes-family", Bank::Plain, "unused-refresh-token"),
    ("refresh-bound-to-client", Bank::Plain, "refresh-token-of-client"),
    ("essential-level-met", Bank::Plain, "reachable-level"),
    ("logout-redirect-registered", Bank::Plain, "registered-logout-uri"),
    ("remote-request-refused", Bank::Plain, "no-remote-request"),
    ("registration-checked", Bank::Plain, "software-statement-issuer, software-statement-signature"),
    ("client-id-not-chosen", Bank::Plain, "unchosen-client-id"),
    ("device-polling", Bank::Plain, "polling-pace"),
    ("device-polling", Bank::Plain, "polled-request-of-client"),
    ("backchannel-checked", Bank::Plain, "binding-message"),
    ("backchannel-checked", Bank::Plain, "openid-scope"),
    ("backchannel-checked", Bank::Plain, "polled-request-of-client"),
    ("assertion-signature", Bank::Fapi, "assertion-signature"),
    ("assertion-subject", Bank::Fapi, "assertion-subject"),
    ("assertion-audience", Bank::Fapi, "assertion-audience-issuer"),
    ("assertion-in-time", Bank::Fapi, "assertion-times"),
    ("assertion-used-once", Bank::Fapi, "assertion-jti"),
    ("assertion-required", Bank::Fapi, "registered-method, profile-method"),
    ("push-required", Bank::Fapi, "pushed-only"),
    ("push-bound-to-client", Bank::Fapi, "pushed-request-of-client"),
    ("push-used-once", Bank::Fapi, "unused-pushed-request"),
    ("push-expires", Bank::Fapi, "fresh-pushed-request"),
    ("push-flat", Bank::Fapi, "flat-push, no-remote-request"),
    ("proof-checked", Bank::Fapi, "proof-signature"),
    ("proof-checked", Bank::Fapi, "proof-method"),
    ("proof-checked", Bank::Fapi, "proof-url"),
    ("proof-checked", Bank::Fapi, "proof-token"),
    ("proof-checked", Bank::Fapi, "proof-public-key"),
    ("proof-used-once", Bank::Fapi, "proof-jti"),
    ("nonce-demanded", Bank::Fapi, "proof-nonce"),
    ("bound-token-not-bearer", Bank::Fapi, "bound-key"),
    ("request-object-required", Bank::Signed, "request-object-sent"),
    ("request-object-checked", Bank::Signed, "object-signature"),
    ("request-object-checked", Bank::Signed, "object-audience"),
    ("request-object-checked", Bank::Signed, "object-times"),
    ("request-object-checked", Bank::Signed, "object-client"),
    ("request-object-of-client", Bank::Signed, "object-client"),
];

fn scenario(bank: Bank, lenient: &str) -> String {
    let security = match bank {
        Bank::Plain => "profile: plain",
        Bank::Fapi => "profile: fapi2-security, sender: dpop, nonces: resource",
        Bank::Signed => "profile: fapi2-message-signing, sender: dpop",
    };
    format!("sandbox: 1\nname: lenient\nbanks:\n  plain: {{ security: {{ {security} }}, lenient: [{lenient}] }}\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_forgotten_rule_is_noticed() {
    let sandbox = Embedded::start(9).await.unwrap();
    let judged = futures_util::stream::iter(FORGOTTEN).map(async |(slug, bank, rules)| {
        let check = super::find(slug).unwrap_or_else(|| panic!("there is no check `{slug}`"));
        (*slug, *rules, verdict(&sandbox, Some(&scenario(*bank, rules)), check, |_, _, _| {}).await)
    });
    let verdicts: Vec<_> = judged.buffer_unordered(4).collect().await;
    let missed: Vec<_> = verdicts.iter().filter(|(_, _, verdict)| !matches!(verdict, Verdict::Failed(_))).collect();
    assert!(missed.is_empty(), "not noticed: {missed:#?}");
}
