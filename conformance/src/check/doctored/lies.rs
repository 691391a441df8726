//! The lies themselves: each row is one lie a bank could tell and the check that must notice it.

use serde_json::Value;

use super::Lie;
use super::edits::{
    accept_every_push, accept_every_reference, accept_every_token, body_of, double_payments, edit, first_booked,
    first_row, grant_everything, has_cookie, header_replace, is_push, is_read, is_transactions, json, next, redirect,
    remove, rows, set, tokens,
};

pub(super) const LIES: &[(&str, Lie)] = &[
    ("metadata-issuer", |q, r, _| {
        if q.url.contains("well-known") {
            edit(r, |body| body["issuer"] = "http://127.0.0.1/other".into());
        }
    }),
    ("unregistered-redirect-refused", |q, r, _| {
        if q.url.contains("attacker.example") {
            redirect(r, "https://attacker.example/callback?code=c");
        }
    }),
    ("redirect-matched-exactly", |q, r, _| {
        if q.url.contains("callback%2Fextra") {
            redirect(r, "http://127.0.0.1/callback/extra?code=c");
        }
    }),
    ("unknown-client-refused", |q, r, _| {
        if q.url.contains("client_id=nobody") {
            redirect(r, "http://127.0.0.1/callback?error=unauthorized_client");
        }
    }),
    ("pkce-required", |q, r, _| {
        if q.url.contains("/authorize?") && !q.url.contains("code_challenge=") {
            redirect(r, "http://127.0.0.1/callback?code=c");
        }
    }),
    ("unsupported-response-type-refused", |q, r, _| {
        if q.url.contains("response_type=token") {
            redirect(r, "http://127.0.0.1/callback?code=c");
        }
    }),
    ("issuer-in-response", |_, r, _| header_replace(r, "location", "iss=", "isx=")),
    ("issuer-in-response", |_, r, _| header_replace(r, "location", "state=", "state=x")),
    ("wrong-verifier-refused", grant_everything),
    ("code-single-use", grant_everything),
    ("code-reuse-revokes-tokens", accept_every_token),
    ("code-bound-to-redirect", grant_everything),
    ("wrong-client-secret-refused", grant_everything),
    ("unsupported-grant-refused", grant_everything),
    ("token-endpoint-post-only", |q, r, _| {
        if q.method == "GET" && q.url.contains("/oauth/token") {
            tokens(r);
        }
    }),
    ("duplicate-parameter-refused", grant_everything),
    ("refresh-rotates", |q, r, _| {
        if body_of(q).contains("grant_type=refresh_token") {
            edit(r, |body| body["access_token"] = "never-issued".into());
        }
    }),
    ("refresh-reuse-revokes-family", grant_everything),
    ("refresh-scope-not-widened", grant_everything),
    ("token-answers-not-stored", |_, r, _| remove(r, "cache-control")),
    ("token-required", |_, r, _| remove(r, "www-authenticate")),
    ("tampered-token-refused", accept_every_token),
    ("token-in-query-refused", |q, r, _| {
        if q.url.contains("access_token=") {
            r.status = 200;
        }
    }),
    ("scope-enforced", |_, r, _| {
        if r.status == 403 {
            r.status = 200;
        }
    }),
    ("revoked-token-refused", accept_every_token),
    ("one-authentication", grant_everything),
    ("unknown-client-indistinct", |q, r, n| {
        if n > 2 && q.url.ends_with("/oauth/token") {
            edit(r, |body| body["error_description"] = "there is no such client".into());
        }
    }),
    ("code-bound-to-client", grant_everything),
    ("refresh-bound-to-client", grant_everything),
    ("introspection-own-tokens", |q, r, _| {
        if q.url.ends_with("/oauth/introspect") {
            json(r, 200, r#"{"active":true}"#);
        }
    }),
    ("state-carried-safely", |_, r, _| header_replace(r, "location", "%0D%0A", "")),
    ("state-carried-safely", |q, r, _| {
        if q.url.contains("set-cookie") {
            set(r, "set-cookie", "a=b");
        }
    }),
    ("pages-not-framed", |_, r, _| remove(r, "content-security-policy")),
    ("redirects-with-303", |_, r, _| {
        if r.status == 303 && r.header("location").is_some_and(|to| to.contains("code=")) {
            r.status = 307;
        }
    }),
    ("denial-reported", |_, r, _| header_replace(r, "location", "access_denied", "server_error")),
    ("silent-prompt", |q, r, _| {
        if q.url.contains("prompt=none") {
            redirect(r, "http://127.0.0.1/callback?code=c");
        }
    }),
    ("redirect-required", |q, r, _| {
        if q.url.contains("/authorize?") && !q.url.contains("redirect_uri=") {
            redirect(r, "http://127.0.0.1/callback?code=c");
        }
    }),
    ("code-expires", grant_everything),
    ("registered-grants-alone", grant_everything),
    ("code-bound-to-session", grant_everything),
    ("certificate-header-ignored", grant_everything),
    ("pages-bound-to-session", |q, r, _| {
        if q.method == "POST" && q.url.contains("/oauth/") && !has_cookie(q) && r.status >= 400 {
            redirect(r, "http://127.0.0.1/callback?code=c");
        }
    }),
    ("pages-bound-to-session", |q, r, n| {
        if q.url.ends_with("/oauth/decide") && has_cookie(q) {
            redirect(r, &format!("http://127.0.0.1/callback?code=c{n}"));
        }
    }),
    ("logout-redirect-registered", |q, r, _| {
        if q.url.contains("/oauth/logout?") {
            redirect(r, "https://attacker.example/goodbye");
        }
    }),
    ("consent-of-client", |q, r, _| {
        if q.url.contains("consent_id=") && r.header("location").is_some_and(|to| to.contains("error=")) {
            redirect(r, "http://127.0.0.1/callback?code=c");
        }
    }),
    ("essential-level-met", |q, r, _| {
        if q.url.contains("claims=") {
            redirect(r, "http://127.0.0.1/callback?code=c");
        }
    }),
    ("details-checked", |q, r, _| {
        if q.url.contains("authorization_details=") {
            redirect(r, "http://127.0.0.1/callback?code=c");
        }
    }),
    ("remote-request-refused", |q, r, _| {
        if q.url.contains("request_uri=http") {
            redirect(r, "http://127.0.0.1/callback?code=c");
        }
    }),
    ("registration-checked", |q, r, _| {
        if q.url.ends_with("/oauth/register") && r.status >= 400 {
            json(r, 201, r#"{"client_id":"c"}"#);
        }
    }),
    ("registration-guarded", |q, r, _| {
        if q.url.contains("/oauth/register/") && r.status == 401 {
            json(r, 200, r#"{"client_id":"c"}"#);
        }
    }),
    ("client-id-not-chosen", |q, r, _| {
        if q.url.ends_with("/oauth/register") {
            json(r, 201, &body_of(q));
        }
    }),
    ("device-polling", grant_everything),
    ("backchannel-checked", |q, r, _| {
        if q.url.ends_with("/oauth/bc-authorize") && r.status >= 400 {
            json(r, 200, r#"{"auth_req_id":"r","expires_in":300}"#);
        }
    }),
    ("reads-answer", |q, r, n| {
        if is_read(q) && n.is_multiple_of(5) {
            r.status = 503;
        }
    }),
    ("reads-answer", |q, r, _| {
        if is_read(q) {
            r.body.pop();
        }
    }),
    ("reads-answer", |q, r, _| {
        if is_read(q) {
            r.cut = Some("body ended early".to_owned());
        }
    }),
    ("problem-documents", |_, r, _| {
        if r.status >= 400 {
            set(r, "content-type", "application/json");
        }
    }),
    ("problem-documents", |_, r, _| {
        if r.status == 404 {
            edit(r, |body| body["status"] = 400.into());
        }
    }),
    ("unknown-path-refused", |_, r, _| {
        if r.status == 404 {
            r.body = b"<html>not found</html>".to_vec();
        }
    }),
    ("method-not-allowed", |_, r, _| remove(r, "allow")),
    ("unknown-account-refused", |_, r, _| {
        if r.status == 404 {
            json(r, 200, r#"{"data":[],"links":{"self":"/"}}"#);
        }
    }),
    ("bad-parameters-refused", |_, r, _| {
        if r.status == 400 {
            r.status = 200;
        }
    }),
    ("bad-parameters-refused", |_, r, _| {
        if r.status == 400 {
            edit(r, |body| body["field"] = "query.cursor".into());
        }
    }),
    ("malformed-body-refused", |q, r, _| {
        if q.method == "POST" && r.status == 400 {
            r.status = 201;
        }
    }),
    ("json-content-type", |_, r, _| set(r, "content-type", "text/plain")),
    ("request-id-echoed", |_, r, _| remove(r, "x-request-id")),
    ("date-header", |_, r, _| set(r, "date", "2026-03-01T09:30:00Z")),
    ("unknown-parameters-harmless", |q, r, _| {
        if q.url.contains("no-such-parameter") {
            r.status = 500;
        }
    }),
    ("pages-terminate", |_, r, _| remove(r, "link")),
    ("pages-terminate", |q, r, _| next(q, r, &q.url)),
    ("pages-terminate", |q, r, _| next(q, r, "http://elsewhere.example/transactions?cursor=1")),
    ("pages-terminate", |q, r, n| {
        if q.url.contains("/transactions") {
            edit(r, |body| body["data"] = serde_json::json!([]));
            next(q, r, &format!("{}&endless={n}", q.url));
        }
    }),
    ("no-row-lost", |q, r, _| {
        if q.url.contains("limit=7") {
            edit(r, |body| drop(rows(body).pop()));
        }
    }),
    ("no-row-doubled", |q, r, _| {
        if q.url.contains("limit=7") {
            edit(r, |body| {
                let first = rows(body)[0].clone();
                rows(body).push(first);
            });
        }
    }),
    ("order-total", |q, r, _| {
        if is_transactions(q) {
            edit(r, |body| rows(body).reverse());
        }
    }),
    ("limit-respected", |q, r, _| {
        if q.url.contains("limit=3") {
            edit(r, |body| drop(rows(body).pop()));
        }
    }),
    ("bad-cursor-refused", |q, r, _| {
        if q.url.contains("status=pending&cursor=") {
            r.status = 200;
        }
    }),
    ("date-range-respected", |q, r, _| {
        if q.url.contains("&to=") {
            edit(r, |body| drop(rows(body).pop()));
        }
    }),
    ("date-range-respected", |q, r, _| {
        if q.url.contains("&to=") {
            edit(r, |body| rows(body).iter_mut().for_each(|row| row["booked_on"] = "2001-01-01".into()));
        }
    }),
    ("status-filter-respected", |q, r, _| {
        if q.url.contains("status=booked") {
            edit(r, |body| rows(body)[0]["status"] = "pending".into());
        }
    }),
    ("schema-followed", |q, r, _| first_row(q, r, |row| row["status"] = "settled".into())),
    ("schema-followed", |q, r, _| first_row(q, r, |row| row["value_on"] = Value::Null)),
    ("amounts-exact", |q, r, _| first_row(q, r, |row| row["amount"]["value"] = serde_json::json!(-1.5))),
    ("amounts-exact", |q, r, _| first_row(q, r, |row| row["amount"]["value"] = "-1.5".into())),
    ("currencies-agree", |q, r, _| first_row(q, r, |row| row["amount"]["currency"] = "USD".into())),
    ("dates-valid", |q, r, _| first_booked(q, r, |row| row["booked_on"] = "2999-01-01".into())),
    ("dates-valid", |q, r, _| first_booked(q, r, |row| row["booked_on"] = "2026-02-30".into())),
    ("ids-unique", |q, r, _| {
        if is_transactions(q) {
            edit(r, |body| rows(body)[1]["id"] = rows(body)[0]["id"].clone());
        }
    }),
    ("ids-stable", |q, r, n| {
        if is_transactions(q) {
            edit(r, |body| rows(body).iter_mut().for_each(|row| row["id"] = format!("txn_{n}").into()));
        }
    }),
    ("identifiers-valid", |q, r, _| {
        if q.url.contains("/accounts?") {
            edit(r, |body| {
                rows(body)[0]["identifiers"] =
                    serde_json::json!([{"scheme": "iban", "value": "DE88370400440532013000"}]);
            });
        }
    }),
    ("balances-reconcile", |q, r, _| {
        first_booked(q, r, |row| {
            let value = row["amount"]["value"].as_str().unwrap_or_default();
            let flipped = value.strip_prefix('-').map_or_else(|| format!("-{value}"), str::to_owned);
            row["amount"]["value"] = flipped.into();
        });
    }),
    ("balances-reconcile", |q, r, _| {
        if q.url.ends_with("/balances") {
            edit(r, |body| rows(body).iter_mut().for_each(|row| row["amount"]["value"] = "0.01".into()));
        }
    }),
    ("key-required", |_, r, _| {
        if r.status == 400 {
            r.status = 201;
        }
    }),
    ("payment-readable", |_, r, _| {
        if r.status == 201 {
            remove(r, "location");
        }
    }),
    ("payment-readable", |q, r, _| {
        if q.method == "POST" && q.url.ends_with("/payments") {
            edit(r, |body| body["amount"]["value"] = "2.00".into());
        }
    }),
    ("replay-same-payment", |_, r, _| {
        if r.header("idempotency-replayed").is_some() {
            edit(r, |body| body["id"] = "pay_second".into());
        }
    }),
    ("replay-same-payment", |_, r, _| remove(r, "idempotency-replayed")),
    ("replay-books-once", double_payments),
    ("key-conflict-refused", |_, r, _| {
        if r.status == 422 {
            r.status = 201;
        }
    }),
    ("payment-found-by-key", |q, r, _| {
        if q.url.contains("idempotency_key=") {
            edit(r, |body| rows(body).clear());
        }
    }),
    ("concurrent-key-books-once", double_payments),
    ("funds-checked", |_, r, _| {
        if r.status == 422 {
            r.status = 201;
        }
    }),
    ("limit-headers", |_, r, _| remove(r, "ratelimit")),
    ("throttling-answered", |_, r, _| remove(r, "retry-after")),
    ("throttling-recovers", |q, r, _| {
        if q.url.ends_with("/accounts") {
            json(r, 429, "{}");
            set(r, "retry-after", "1");
        }
    }),
];

/// The same for a bank of FAPI 2.0, whose clients sign assertions, push their requests and prove to have a key.
pub(super) const FAPI_LIES: &[(&str, Lie)] = &[
    ("assertion-signature", grant_everything),
    ("assertion-subject", grant_everything),
    ("assertion-audience", grant_everything),
    ("assertion-in-time", grant_everything),
    ("assertion-used-once", grant_everything),
    ("assertion-required", grant_everything),
    ("refresh-retry-harmless", |q, r, n| {
        // Metadata, push, login, code and the first use of the token come before.
        if n > 5 && body_of(q).contains("grant_type=refresh_token") {
            json(r, 400, r#"{"error":"invalid_grant"}"#);
        }
    }),
    ("push-required", |q, r, _| {
        if q.url.contains("/authorize?") && !q.url.contains("request_uri=") {
            redirect(r, "http://127.0.0.1/callback?code=c");
        }
    }),
    ("push-authenticated", |q, r, _| {
        if is_push(q) {
            json(r, 201, r#"{"request_uri":"urn:u","expires_in":60}"#);
        }
    }),
    ("push-post-only", |q, r, _| {
        if is_push(q) && q.method != "POST" {
            r.status = 200;
        }
    }),
    ("push-flat", |q, r, _| {
        if is_push(q) {
            json(r, 201, r#"{"request_uri":"urn:u","expires_in":60}"#);
        }
    }),
    ("push-bounded", |q, r, _| {
        if is_push(q) {
            r.status = 201;
        }
    }),
    ("pushed-values-win", |q, r, _| {
        if let Some((_, other)) = q.url.split_once("&state=") {
            let other = other.split('&').next().unwrap_or_default();
            redirect(r, &format!("http://127.0.0.1/callback?code=c&state={other}"));
        }
    }),
    ("push-bound-to-client", accept_every_reference),
    ("push-used-once", accept_every_reference),
    ("push-expires", accept_every_reference),
    ("push-survives-reload", |q, r, n| {
        if n > 3 && q.url.contains("request_uri=") {
            r.status = 400;
        }
    }),
    ("proof-required", accept_every_token),
    ("proof-checked", accept_every_token),
    ("proof-used-once", accept_every_token),
    ("proof-in-time", |q, r, n| {
        // The read that learns the nonce is told the truth.
        if n > 6 && q.url.ends_with("/accounts") {
            r.status = 401;
        }
    }),
    ("nonce-demanded", |_, r, _| header_replace(r, "www-authenticate", "use_dpop_nonce", "invalid_dpop_proof")),
    ("bound-token-not-bearer", accept_every_token),
    ("code-bound-to-key", |q, r, _| {
        if is_push(q) && r.status >= 400 {
            json(r, 400, r#"{"error":"server_error"}"#);
        }
    }),
];

/// The bank they are told by.
pub(super) const FAPI_BANK: &str = "sandbox: 1
name: fapi
banks:
  plain: { security: { profile: fapi2-security, sender: dpop, nonces: resource } }
";

/// The same for a bank at which requests are signed.
pub(super) const SIGNED_LIES: &[(&str, Lie)] = &[
    ("request-object-required", accept_every_push),
    ("request-object-checked", accept_every_push),
    ("request-object-of-client", accept_every_push),
];

/// The bank they are told by.
pub(super) const SIGNED_BANK: &str = "sandbox: 1
name: signed
banks:
  plain: { security: { profile: fapi2-message-signing, sender: dpop } }
";
