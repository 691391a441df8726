//! The security event token: an event as a signed JWT (RFC 8417; Read/Write specification, Event Notifications).

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use bank_fixtures::record::ConsentStatus;
use serde_json::{Value, json};

use super::kept_of;
use super::subscription::{CALLBACKS, SUBSCRIPTIONS};
use crate::dialect::uk::error::{INTERACTION_ID, uuid};
use crate::dialect::uk::json::Json;
use crate::dialect::uk::signature::organisation;
use crate::dialect::uk::version::Version;
use crate::webhook::{Notice, Notification};
use crate::world::BankInstance;

/// What names of events begin with.
const EVENTS: &str = "urn:uk:org:openbanking:events:";
const RID: &str = "http://openbanking.org.uk/rid";
const RTY: &str = "http://openbanking.org.uk/rty";
const RLK: &str = "http://openbanking.org.uk/rlk";
const FINANCIAL_ID: HeaderName = HeaderName::from_static("x-fapi-financial-id");

/// What a client is told; nothing of what the standard has no event for.
pub(in crate::dialect::uk) fn notice(
    version: &Version,
    notification: &Notification<'_>,
    bank: &BankInstance,
) -> Option<Notice> {
    let kept = |id: &str| {
        let text = bank.ledger.papers().find(id)?;
        Json::read(text.as_bytes()).ok().filter(|paper| *paper != Json::Null)
    };
    let (event, id) = match (notification.payment, notification.consent) {
        (Some((id, _)), _) => ("resource-update", id),
        // Of consents only their end at the bank is told: everything else the client does, or sees, itself.
        (None, Some((id, ConsentStatus::Revoked))) => ("consent-authorization-revoked", id),
        _ => return None,
    };
    let kind = kept(id).and_then(|paper| paper.text(&["Kind"]).map(str::to_owned))?;
    let (group, collection) = resource(&kind, event);
    let paths = [&SUBSCRIPTIONS, &CALLBACKS].map(|resource| kept_of(resource.path(), notification.client_id));
    let subscription = paths.iter().find_map(|path| kept(path));
    let base = subscription.as_ref().and_then(|paper| paper.text(&["Base"])).unwrap_or(version.prefix);
    let link = format!("{base}/{group}/{collection}/{id}");
    let at = notification.created_at.at;
    let subject = json!({
        "subject_type": format!("{RID}_{RTY}"),
        RID: id,
        RTY: if event == "resource-update" { kind } else { format!("{kind}-consent") },
        RLK: [{"version": version.number(), "link": link}],
    });
    let claims = json!({
        "iss": organisation(bank),
        "iat": at.as_second(),
        "jti": notification.id,
        "aud": notification.client_id,
        "sub": link,
        "txn": uuid(notification.id),
        "toe": at.as_second(),
        "events": {format!("{EVENTS}{event}"): Value::from(serde_json::Map::from_iter([("subject".to_owned(), subject)]))},
    });
    let token = bank.auth.signing_key().sign(&claims);
    let headers = HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static("application/jwt")),
        (FINANCIAL_ID, value(&organisation(bank))),
        (INTERACTION_ID, value(&uuid(notification.id))),
    ]);
    Some(Notice { body: token.into(), headers })
}

/// Where a resource of this kind is.
fn resource(kind: &str, event: &str) -> (&'static str, String) {
    let group = match kind {
        "account-access" => "aisp",
        "funds-confirmation" => "cbpii",
        _ => "pisp",
    };
    (group, if event == "resource-update" { format!("{kind}s") } else { format!("{kind}-consents") })
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("ids are ASCII")
}
