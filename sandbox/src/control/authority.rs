//! The certificate authority behind the TLS listener.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Control;
use super::problem::Failure;

/// Its certificate, for trust stores.
pub(super) async fn show(State(control): State<Arc<Control>>) -> Result<Response, Failure> {
    let none = || Failure::conflict("there is no TLS listener, and so no certificate authority; `--tls` starts both");
    let pem = control.tls.as_ref().ok_or_else(none)?.ca_pem();
    Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], pem.to_string()).into_response())
}
