//! From an accepted TCP connection to one that HTTP can be spoken on, or to its early end.

use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::Entrance;
use crate::app::{Accepted, Admission, App};
use crate::fault::{Http1End, Provenance, Stage};
use crate::journal::Ending;
use crate::tls::{self, Clients, Manner, Tls};
use crate::wire::{Front, Link, Tcp, Transport, arm_reset};

/// Attends to a connection until its first request can be read; `None` if it ends before. The stages `accept` and `tls` of
/// a scenario are here.
pub(super) async fn open(stream: TcpStream, entrance: &Entrance, app: &App, counted: &Accepted) -> Option<Link> {
    let local = stream.local_addr().ok()?;
    // Without it a dripped answer would be gathered into fewer, larger pieces.
    let _ = stream.set_nodelay(true);
    let tcp = Tcp(Arc::new(stream));
    let mut because = accepted(&tcp, app, counted).await?;
    let (transport, front) = match entrance {
        Entrance::Clear => (Transport::Plain(tcp.clone()), Front::default()),
        Entrance::Secure { tls, fronts, clients } => {
            let stream = secured(&tcp, (tls, *clients), local.ip(), app, counted.number, &mut because).await?;
            let shown = stream.get_ref().1.peer_certificates();
            let certificate = shown.and_then(|shown| tls.judge(shown)).map(Arc::new);
            let is_mutual = *clients == Clients::Asked;
            (Transport::Secure(Box::new(stream)), Front { fronts: Some(Arc::clone(fronts)), is_mutual, certificate })
        }
    };
    Some(Link::new(tcp.0, transport, counted.number, (local, front), because))
}

/// The stage `accept`. What was decided, if the connection goes on.
async fn accepted(tcp: &Tcp, app: &App, counted: &Accepted) -> Option<Vec<Provenance>> {
    let admission = app.admit(Stage::Accept, None);
    if admission.is_empty() {
        return Some(Vec::new());
    }
    let over = admission.plan.cap.is_some_and(|cap| counted.open > cap);
    if let Some(end) = if over { Some(Http1End::Reset) } else { admission.plan.refused } {
        if end == Http1End::Reset {
            let _ = arm_reset(&tcp.0);
        }
        admission.refused(&[], counted.number, Ending::Refused);
        return None;
    }
    admission.delay().await;
    Some(admission.because)
}

/// The stage `tls`, and the handshake.
async fn secured(
    tcp: &Tcp,
    (tls, clients): (&Tls, Clients),
    address: std::net::IpAddr,
    app: &App,
    number: u64,
    because: &mut Vec<Provenance>,
) -> Option<TlsStream<Tcp>> {
    let greeted = tls::greet(tcp.clone()).await.ok()?;
    let admission = app.admit(Stage::Tls, greeted.host.as_deref());
    let flaw = admission.plan.tls;
    if let Some(flaw) = flaw
        && tls::stop(tcp, flaw).await
    {
        admission.refused(because, number, Ending::Refused);
        return None;
    }
    let asked = greeted.host.as_deref().and_then(|host| app.suites(host));
    let manner = Manner { clients, suites: asked.unwrap_or(tls.suites()) };
    match tls::shake_hands(tls, greeted, address, manner, flaw).await {
        Ok(stream) => {
            because.extend(admission.because);
            Some(stream)
        }
        Err(error) => {
            tracing::debug!(%error, connection = number, "a TLS handshake failed");
            seen(admission, because, number);
            None
        }
    }
}

/// A handshake that failed is worth an entry where a scenario spoiled it.
fn seen(admission: Admission, because: &[Provenance], number: u64) {
    if !admission.is_empty() {
        admission.refused(because, number, Ending::Refused);
    }
}
