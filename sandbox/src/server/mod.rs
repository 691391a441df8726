//! Listeners of bank traffic.
//!
//! Owns accepting connections, driving each through hyper (HTTP/1.1 and HTTP/2, in the clear with prior knowledge), ending
//! them as ordered, and stopping without dropping an answer. Takes a bound listener and a shutdown signal; knows no bank.

mod open;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use crate::clock;
use crate::tls::{Clients, Tls};
use crate::wire::{How, Link, Order, SecureFronts, Socket};

/// Longest request head, in bytes; a longer one is answered 431.
const HEAD_LIMIT_BYTES: usize = 64 * 1024;
/// Most header fields of a request.
const HEADER_FIELDS_LIMIT: usize = 256;
/// How long answers under way may take once the server stops.
const GRACE: Duration = Duration::from_millis(500);
/// How long and how much is read from a client after the last answer, so that it can read that answer.
const DRAIN: Duration = Duration::from_secs(2);
const DRAIN_BYTES: usize = 16 * 1024 * 1024;
/// The same once the server stops.
const LAST_DRAIN: Duration = Duration::from_millis(50);
/// How long the last bytes of an ordered end may take.
const PARTING: Duration = Duration::from_secs(2);
/// Pause after the system refused to hand out a connection (usually: no file descriptors left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// What a listener is for.
#[derive(Clone)]
pub(crate) enum Entrance {
    /// HTTP in the clear.
    Clear,
    /// HTTP inside TLS.
    Secure {
        /// Keys and certificates.
        tls: Arc<Tls>,
        /// Where the listeners inside TLS are.
        fronts: Arc<SecureFronts>,
        /// Whether clients are asked for certificates here.
        clients: Clients,
    },
}

/// Serves `app` on `listener`, until `stop` becomes `true` (or its sender is gone), then waits
/// for answers under way.
pub(crate) async fn serve(listener: TcpListener, entrance: Entrance, app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(attend(stream, entrance.clone(), Arc::clone(&app), stop.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                clock::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Opens a connection and serves it. Both end soon once the server stops.
async fn attend(stream: TcpStream, entrance: Entrance, app: Arc<App>, stop: watch::Receiver<bool>) {
    let counted = app.accept();
    let mut stopped = stop.clone();
    let link = tokio::select! {
        link = open::open(stream, &entrance, &app, &counted) => link,
        _ = stopped.wait_for(|stop| *stop) => None,
    };
    if let Some(link) = link {
        // In a box: what has only been opened, and may wait there, does not pay for it.
        Box::pin(drive(Arc::new(link), app, stop)).await;
    }
    drop(counted);
}

/// How hyper's part of a connection ended.
enum End {
    /// By itself, or the client left.
    Done,
    /// A scenario ordered it.
    Ordered(Order),
}

async fn drive(link: Arc<Link>, app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let end = exchange(&link, &app, stop.clone()).await;
    let (how, parting) = match end {
        End::Done => (None, bytes::Bytes::new()),
        End::Ordered(Order { how, parting }) => (Some(how), parting),
    };
    // Empty last bytes too: what lies in TLS goes out before the end.
    let _ = clock::timeout(PARTING, link.part(parting)).await;
    link.over();
    if how == Some(How::Reset) {
        let _ = link.arm_reset();
        return;
    }
    let patience = match how {
        Some(How::Half(length)) => length,
        _ => DRAIN,
    };
    if how != Some(How::Fin) {
        let _ = clock::timeout(PARTING, link.notify_close()).await;
    }
    let stopping = async {
        let _ = stop.wait_for(|stop| *stop).await;
        clock::sleep(LAST_DRAIN).await;
    };
    tokio::select! {
        _ = clock::timeout(patience, link.drain(DRAIN_BYTES)) => {}
        () = stopping => {}
    }
}

async fn exchange(link: &Arc<Link>, app: &Arc<App>, mut stop: watch::Receiver<bool>) -> End {
    let service = service_fn(|request| Arc::clone(app).serve(request, Arc::clone(link)));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // Half-close: a client may say that it has sent everything and still read. That it has left altogether is noticed
    // where something waits (`Link::client_left`).
    // Dates are the world's, where there are any.
    builder.http1().auto_date_header(false);
    builder.http2().auto_date_header(false);
    builder.http1().half_close(true).max_buf_size(HEAD_LIMIT_BYTES).max_headers(HEADER_FIELDS_LIMIT);
    let socket = Socket::new(Arc::clone(link), app.refusal());
    let mut connection = pin!(builder.serve_connection(TokioIo::new(socket), service));
    let mut ordered = pin!(link.ordered());
    let mut idled = pin!(link.idled());
    let mut stopped = pin!(async move { stop.wait_for(|stop| *stop).await.is_ok() });
    let mut stops = false;
    tokio::select! {
        biased;
        _ = connection.as_mut() => return End::Done,
        how = ordered.as_mut() => return End::Ordered(how),
        () = idled.as_mut() => return End::Done,
        () = link.left() => {}
        _ = stopped.as_mut() => stops = true,
    }
    connection.as_mut().graceful_shutdown();
    let grace = async {
        if !stops {
            stopped.await;
        }
        clock::sleep(GRACE).await;
    };
    tokio::select! {
        biased;
        _ = connection.as_mut() => End::Done,
        how = ordered.as_mut() => End::Ordered(how),
        () = idled.as_mut() => End::Done,
        () = grace => End::Done,
    }
}
