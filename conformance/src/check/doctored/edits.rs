//! What can be done to an answer on its way: whole refusals turned into grants, members and headers changed.

use serde_json::Value;

use crate::http::{RawReply, Request};

pub(super) fn accept_every_push(request: &Request, reply: &mut RawReply, _: u64) {
    if is_push(request) && reply.status >= 400 {
        json(reply, 201, r#"{"request_uri":"urn:u","expires_in":60}"#);
    }
}

pub(super) fn has_cookie(request: &Request) -> bool {
    request.headers.iter().any(|(name, _)| name == "cookie")
}

pub(super) fn is_push(request: &Request) -> bool {
    request.url.ends_with("/par")
}

pub(super) fn accept_every_reference(request: &Request, reply: &mut RawReply, _: u64) {
    if request.url.contains("request_uri=") && reply.status >= 400 {
        redirect(reply, "http://127.0.0.1/callback?code=c");
    }
}

pub(super) fn grant_everything(request: &Request, reply: &mut RawReply, _: u64) {
    if request.method == "POST" && request.url.ends_with("/oauth/token") && reply.status >= 400 {
        tokens(reply);
    }
}

pub(super) fn accept_every_token(request: &Request, reply: &mut RawReply, _: u64) {
    if request.url.ends_with("/accounts") && reply.status == 401 {
        reply.status = 200;
    }
}

pub(super) fn double_payments(request: &Request, reply: &mut RawReply, _: u64) {
    if request.url.contains("end_to_end_id=") {
        edit(reply, |body| {
            let first = rows(body)[0].clone();
            rows(body).push(first);
        });
    }
}

pub(super) fn first_row(request: &Request, reply: &mut RawReply, change: impl Fn(&mut Value)) {
    if is_transactions(request) {
        edit(reply, |body| change(&mut rows(body)[0]));
    }
}

pub(super) fn first_booked(request: &Request, reply: &mut RawReply, change: impl Fn(&mut Value)) {
    if is_transactions(request) {
        edit(reply, |body| {
            if let Some(row) = rows(body).iter_mut().find(|row| row["status"] == "booked") {
                change(row);
            }
        });
    }
}

pub(super) fn next(request: &Request, reply: &mut RawReply, url: &str) {
    if is_transactions(request) {
        edit(reply, |body| body["links"]["next"] = url.into());
        set(reply, "link", &format!("<{url}>; rel=\"next\""));
    }
}

pub(super) fn is_transactions(request: &Request) -> bool {
    request.url.contains("/transactions")
}

pub(super) fn is_read(request: &Request) -> bool {
    request.method == "GET" && request.url.contains("/accounts")
}

pub(super) fn body_of(request: &Request) -> String {
    String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned()
}

pub(super) fn rows(body: &mut Value) -> &mut Vec<Value> {
    body["data"].as_array_mut().expect("only lists are doctored by their rows")
}

pub(super) fn edit(reply: &mut RawReply, change: impl FnOnce(&mut Value)) {
    if let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) {
        change(&mut body);
        reply.body = body.to_string().into_bytes();
    }
}

pub(super) fn json(reply: &mut RawReply, status: u16, body: &str) {
    reply.status = status;
    reply.body = body.as_bytes().to_vec();
}

pub(super) fn tokens(reply: &mut RawReply) {
    json(reply, 200, r#"{"access_token":"a","refresh_token":"r","token_type":"Bearer","expires_in":600}"#);
}

pub(super) fn redirect(reply: &mut RawReply, to: &str) {
    reply.status = 303;
    set(reply, "location", to);
}

pub(super) fn remove(reply: &mut RawReply, name: &str) {
    reply.headers.retain(|(header, _)| header != name);
}

pub(super) fn set(reply: &mut RawReply, name: &str, value: &str) {
    remove(reply, name);
    reply.headers.push((name.to_owned(), value.to_owned()));
}

pub(super) fn header_replace(reply: &mut RawReply, name: &str, from: &str, to: &str) {
    for (_, value) in reply.headers.iter_mut().filter(|(header, _)| header == name) {
        *value = value.replace(from, to);
    }
}
