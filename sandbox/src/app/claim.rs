//! Which world a client belongs to that names none.
//!
//! Owns the question alone: a world may claim client ids, and then every call that such a client makes to an address that
//! names no world is that world's. Who the client is comes from its token, its authentication, `client_id`, or the login
//! page it sent an account holder to. Nothing is believed that the world itself would not check again.

use std::sync::Arc;

use axum::http::request;
use bytes::Bytes;

use super::address::Place;
use crate::exchange::Request;
use crate::world::{World, Worlds};

/// The world that claims the client of a request.
pub(super) fn claimant(worlds: &Worlds, place: &Place, parts: &request::Parts, body: Bytes) -> Option<Arc<World>> {
    let request = Request {
        method: parts.method.clone(),
        path: place.path.clone(),
        query: parts.uri.query().unwrap_or("").to_owned(),
        headers: parts.headers.clone(),
        body,
        base_url: place.base_url.clone(),
        certificate: None,
        mutual_base_url: None,
        connection: 0,
        request_id: String::new(),
    };
    // What the client says of itself is the same for every bank.
    let said = place.world.banks().first().and_then(|bank| bank.auth.claimed_client_id(&request));
    if let Some(world) = said.and_then(|client| worlds.claimant(&client)) {
        return Some(world);
    }
    // A token and a login page are known only to who made them.
    worlds.claimants().into_iter().find(|world| {
        let known = |client: Option<String>| client.is_some_and(|client| world.claims().contains(&client));
        world
            .banks()
            .iter()
            .any(|bank| known(bank.auth.client_of_token(&request)) || known(bank.auth.claimed_client_id(&request)))
    })
}
