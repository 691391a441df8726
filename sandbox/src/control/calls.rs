//! Every call of the control API: the table from which the router and the OpenAPI document are made, so that neither can know
//! a call the other does not.

use std::sync::Arc;

use axum::routing::{MethodRouter, delete, get, post, put};

use super::{
    Control, access, authority, certificates, consents, journal, ledger, logins, oracle, rules, snapshots, software,
    time, webhooks, worlds,
};

/// One method of one path.
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) serve: MethodRouter<Arc<Control>>,
    /// `true` if it is answered without the control token.
    pub(super) is_open: bool,
    /// What it does, in one sentence.
    pub(super) about: &'static str,
    pub(super) query: &'static [Parameter],
    pub(super) body: Option<Content>,
    /// Status and content of every success.
    pub(super) answers: &'static [(u16, Content)],
}

/// A query parameter.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    /// Its JSON type.
    pub(super) kind: &'static str,
    pub(super) about: &'static str,
}

/// What a body is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content {
    /// Nothing.
    Empty,
    /// JSON after this schema of the document; a request may leave the whole body out if nothing in it is required.
    Json(&'static str),
    /// A list of it.
    List(&'static str),
    /// Text of this media type.
    Text(&'static str),
    /// JSON of any shape.
    Other,
}

use Content::{Empty, Json, List, Other, Text};

const fn query(name: &'static str, kind: &'static str, about: &'static str) -> Parameter {
    Parameter { name, kind, about }
}

const OF_BANK: &[Parameter] = &[query("bank", "string", "slug of the bank; may be left out where the world has one")];
const CONSENTS: &[Parameter] = &[
    query("bank", "string", "slug of the bank; may be left out where the world has one"),
    query("client", "string", "client id"),
    query("user", "string", "user name of the account holder"),
    query(
        "status",
        "string",
        "a state: awaiting, partially_authorised, active, rejected, revoked, ended_by_client, expired, consumed",
    ),
];
const ORACLE: &[Parameter] = &[
    query("bank", "string", "slug of the bank; may be left out where the world has one"),
    query("consent", "string", "the consent through which the client looks"),
    query("as_of", "string", "an instant (RFC 3339), not later than the world's now; left out: now"),
];

macro_rules! journal_query {
    ($($more:expr),*) => {
        &[
            $($more,)*
            query("secrets", "string", "`hide`, or `show` where the sandbox was started with `--show-secrets`"),
            query("bank", "string", "slug of the bank"),
            query("operation", "string", "an operation, or the beginning of one with `*` after it"),
            query("client", "string", "client id"),
            query("status", "string", "a status (`429`) or a class of them (`5xx`)"),
            query("consent", "string", "consent id"),
            query("account", "string", "account id"),
            query("user", "string", "user name of the account holder"),
            query("rule", "string", "a rule of the scenario that had a hand in it"),
            query("idempotency_key", "string", "the idempotency key that was sent"),
            query("committed", "boolean", "whether the bank acted"),
            query("path", "string", "what the request target begins with"),
            query("from", "string", "virtual time from which on, inclusive"),
            query("until", "string", "virtual time before which"),
        ]
    };
}

const STREAM: &[Parameter] = journal_query![];
const READ: &[Parameter] = journal_query![
    query("since", "integer", "sequence number after which"),
    query("limit", "integer", "at most so many entries")
];
const NEXT: &[Parameter] = journal_query![
    query("since", "integer", "sequence number after which"),
    query("limit", "integer", "without effect here"),
    query("silence", "string", "how long to wait: `5s`, at most 10 minutes")
];

/// A call that needs the control token, takes no body and answers JSON after a schema.
fn call(
    method: &'static str,
    path: &'static str,
    serve: MethodRouter<Arc<Control>>,
    about: &'static str,
    answers: &'static [(u16, Content)],
) -> Call {
    Call { method, path, serve, is_open: false, about, query: &[], body: None, answers }
}

impl Call {
    fn taking(self, body: Content) -> Call {
        Call { body: Some(body), ..self }
    }

    fn asking(self, query: &'static [Parameter]) -> Call {
        Call { query, ..self }
    }

    fn open(self) -> Call {
        Call { is_open: true, ..self }
    }
}

/// Every call, in the order of the document.
#[rustfmt::skip]
pub(super) fn calls() -> Vec<Call> {
    vec![
        call("GET", "/health", get(super::health), "Says that it is there.", &[(200, Json("Health"))]).open(),
        call("GET", "/openapi.json", get(super::openapi), "This document.", &[(200, Other)]).open(),
        call("GET", "/v1/status", get(super::status), "How full the sandbox is; the default world does not count.", &[(200, Json("Status"))]),
        call("GET", "/v1/ca.pem", get(authority::show), "Certificate of the authority behind the TLS listener, for trust stores; 409 without one.", &[(200, Text("application/x-pem-file"))]),
        call("POST", "/v1/certificates", post(certificates::create), "Makes certificates for a client, with their keys; 409 without TLS listeners.", &[(201, Json("CertificateBundle"))]).taking(Json("NewCertificate")),
        call("GET", "/v1/worlds", get(worlds::list), "Every world.", &[(200, List("World"))]),
        call("POST", "/v1/worlds", post(worlds::create), "Makes a world.", &[(201, Json("World"))]).taking(Json("NewWorld")),
        call("GET", "/v1/worlds/{world}", get(worlds::show), "One world.", &[(200, Json("World"))]),
        call("DELETE", "/v1/worlds/{world}", delete(worlds::remove), "Removes a world.", &[(204, Empty)]),
        call("POST", "/v1/worlds/{world}/reset", post(worlds::reset), "Forgets everything that happened in a world.", &[(200, Json("World"))]),
        call("GET", "/v1/worlds/{world}/snapshots", get(snapshots::list), "The snapshots of a world, oldest first.", &[(200, List("Snapshot"))]),
        call("POST", "/v1/worlds/{world}/snapshots", post(snapshots::take), "Takes a snapshot.", &[(201, Json("Snapshot"))]).taking(Json("NewSnapshot")),
        call("DELETE", "/v1/worlds/{world}/snapshots/{snapshot}", delete(snapshots::remove), "Removes a snapshot.", &[(204, Empty)]),
        call("POST", "/v1/worlds/{world}/restore", post(snapshots::restore), "Takes a world back to a snapshot.", &[(200, Json("World"))]).taking(Json("Restore")),
        call("POST", "/v1/worlds/{world}/fork", post(snapshots::fork), "Makes a world that is a copy of another.", &[(201, Json("World"))]).taking(Json("Fork")),
        call("GET", "/v1/worlds/{world}/scenario", get(worlds::scenario), "The scenario in force.", &[(200, Text("application/yaml")), (204, Empty)]),
        call("PUT", "/v1/worlds/{world}/scenario", put(worlds::load), "Puts another scenario in force.", &[(200, Json("World"))]).taking(Text("application/yaml")),
        call("GET", "/v1/worlds/{world}/scenario/status", get(rules::status), "What became of the last attempt to put a scenario in force.", &[(200, Json("ScenarioStatus"))]),
        call("GET", "/v1/worlds/{world}/variables", get(rules::variables), "The variables of the scenario.", &[(200, Json("Variables"))]),
        call("PUT", "/v1/worlds/{world}/variables", put(rules::set_variables), "Puts these variables in the place of all there are.", &[(200, Json("Variables"))]).taking(Json("Variables")),
        call("GET", "/v1/worlds/{world}/profiles", get(rules::profiles), "The profiles of the scenario.", &[(200, List("Profile"))]),
        call("PUT", "/v1/worlds/{world}/profiles/{profile}", put(rules::switch), "Turns a profile on or off.", &[(200, List("Profile"))]).taking(Json("Switch")),
        call("GET", "/v1/worlds/{world}/clock", get(time::show), "Virtual time.", &[(200, Json("Clock"))]),
        call("POST", "/v1/worlds/{world}/clock/advance", post(time::advance), "Moves virtual time forward and says what happened.", &[(200, Json("Advanced"))]).taking(Json("Advance")),
        call("GET", "/v1/worlds/{world}/journal", get(journal::read), "The journal as JSON lines, oldest first.", &[(200, Text("application/x-ndjson"))]).asking(READ),
        call("GET", "/v1/worlds/{world}/journal.har", get(journal::archive), "The journal as HTTP Archive 1.2.", &[(200, Json("Archive"))]).asking(READ),
        call("GET", "/v1/worlds/{world}/journal/stream", get(journal::stream), "Every exchange as it ends, as server-sent events; goes on after `Last-Event-ID`.", &[(200, Text("text/event-stream"))]).asking(STREAM),
        call("GET", "/v1/worlds/{world}/journal/next", get(journal::next), "Waits for the next matching exchange, or for silence.", &[(200, Json("Exchange")), (204, Empty)]).asking(NEXT),
        call("GET", "/v1/worlds/{world}/journal/counters", get(journal::counters), "Exact totals, whatever is still kept.", &[(200, Json("Counters"))]),
        call("GET", "/v1/worlds/{world}/users", get(access::users), "Account holders who can log in.", &[(200, List("User"))]).asking(OF_BANK),
        call("GET", "/v1/worlds/{world}/clients", get(access::clients), "Registered clients.", &[(200, List("Client"))]).asking(OF_BANK),
        call("POST", "/v1/worlds/{world}/clients", post(access::register), "Registers a client.", &[(201, Json("Client"))]).taking(Json("NewClient")),
        call("GET", "/v1/worlds/{world}/consents", get(consents::list), "Consents, newest first.", &[(200, List("Consent"))]).asking(CONSENTS),
        call("POST", "/v1/worlds/{world}/software-statements", post(software::state), "Has the directory vouch for software that wants to register.", &[(201, Json("SoftwareStatement"))]).taking(Json("NewSoftwareStatement")),
        call("POST", "/v1/worlds/{world}/consents", post(access::consent), "Makes a consent that is approved without a login.", &[(201, Json("Granted"))]).taking(Json("NewConsent")),
        call("GET", "/v1/worlds/{world}/consents/{consent}", get(consents::show), "One consent.", &[(200, Json("Consent"))]).asking(OF_BANK),
        call("PUT", "/v1/worlds/{world}/consents/{consent}", put(consents::turn), "Makes of a consent what is wanted, if that can follow on what it is.", &[(200, Json("Consent"))]).taking(Json("ConsentTurn")),
        call("DELETE", "/v1/worlds/{world}/consents/{consent}", delete(access::withdraw), "The account holder withdraws a consent at the bank.", &[(204, Empty)]).asking(OF_BANK),
        call("GET", "/v1/worlds/{world}/logins", get(logins::list), "Logins that go on, on pages or away from them.", &[(200, List("Login"))]).asking(OF_BANK),
        call("POST", "/v1/worlds/{world}/logins/{login}", post(logins::decide), "Decides a login for the account holder and says where the browser goes.", &[(200, Json("Decided"))]).taking(Json("LoginDecision")),
        call("GET", "/v1/worlds/{world}/decisions", get(logins::orders), "Decisions that wait for their request.", &[(200, List("NextDecided"))]).asking(OF_BANK),
        call("POST", "/v1/worlds/{world}/decisions", post(logins::order), "Says what account holders will do with the next requests, so that nobody sees a page.", &[(201, Json("NextDecided"))]).taking(Json("NextDecision")),
        call("DELETE", "/v1/worlds/{world}/decisions", delete(logins::forget), "Forgets the decisions that wait.", &[(204, Empty)]).asking(OF_BANK),
        call("GET", "/v1/worlds/{world}/webhooks", get(webhooks::list), "Where banks tell clients what happens.", &[(200, List("Webhook"))]).asking(OF_BANK),
        call("POST", "/v1/worlds/{world}/webhooks", post(webhooks::register), "Has a bank tell a client what happens.", &[(201, Json("Webhook"))]).taking(Json("NewWebhook")),
        call("GET", "/v1/worlds/{world}/oracle", get(oracle::oracle), "What a perfect client would now believe, as canonical v1.", &[(200, Other)]).asking(ORACLE),
        call("POST", "/v1/worlds/{world}/transactions", post(ledger::post_entry), "Books an entry now.", &[(201, Json("Posted"))]).taking(Json("NewEntry")),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const PAGE: &str = include_str!("../../../docs/control-api.md");

    #[test]
    fn no_call_is_there_twice_and_every_one_is_on_the_page() {
        let calls = calls();
        let names: BTreeSet<_> = calls.iter().map(|call| (call.method, call.path)).collect();
        assert_eq!(names.len(), calls.len());
        for call in calls {
            let short = call.path.strip_prefix("/v1/worlds/{world}/").unwrap_or(call.path);
            let told = PAGE.contains(&format!("`{} {}", call.method, call.path))
                || PAGE.contains(&format!("`{} …/{short}", call.method))
                || PAGE.lines().any(|line| line.contains(call.path) && line.contains(&format!("`{}", call.method)));
            assert!(told, "{} {} is not in docs/control-api.md", call.method, call.path);
        }
    }
}
