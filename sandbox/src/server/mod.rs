//! Listeners of bank traffic.
//!
//! Owns accepting connections, driving each through hyper (HTTP/1.1 and HTTP/2 with prior knowledge), ending them as
//! ordered, and stopping without dropping an answer. Takes a bound listener and a shutdown signal; knows no bank.

use std::convert::Infallible;
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
use crate::fault::Close;
use crate::wire::{Link, Socket};

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
/// Pause after the system refused to hand out a connection (usually: no file descriptors left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Serves `app` on `listener` until `stop` becomes `true` (or its sender is gone), then waits for answers under way.
pub(crate) async fn serve(listener: TcpListener, app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(drive(stream, Arc::clone(&app), stop.clone()));
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

/// How hyper's part of a connection ended.
enum End {
    /// By itself, or the client left.
    Done,
    /// A scenario ordered it.
    Ordered(Close),
}

async fn drive(stream: TcpStream, app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let Ok(local) = stream.local_addr() else { return };
    // Without it a dripped answer would be gathered into fewer, larger pieces.
    let _ = stream.set_nodelay(true);
    let stream = Arc::new(stream);
    let link = Arc::new(Link::new(Arc::clone(&stream), app.next_connection(), local));
    let end = exchange(Socket::new(stream, Arc::clone(&link), app.refusal()), &link, &app, stop.clone()).await;
    link.over();
    match end {
        End::Ordered(Close::Reset) => {
            let _ = link.arm_reset();
        }
        End::Ordered(Close::Fin) | End::Done => {
            let stopping = async {
                let _ = stop.wait_for(|stop| *stop).await;
                clock::sleep(LAST_DRAIN).await;
            };
            tokio::select! {
                _ = clock::timeout(DRAIN, link.drain(DRAIN_BYTES)) => {}
                () = stopping => {}
            }
        }
    }
}

async fn exchange(socket: Socket, link: &Arc<Link>, app: &Arc<App>, mut stop: watch::Receiver<bool>) -> End {
    let service = service_fn(|request| {
        let (app, link) = (Arc::clone(app), Arc::clone(link));
        async move { Ok::<_, Infallible>(app.serve(request, link).await) }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // Half-close: a client may say that it has sent everything and still read. That it has left altogether is noticed
    // where something waits (`Link::client_left`).
    builder.http1().half_close(true).max_buf_size(HEAD_LIMIT_BYTES).max_headers(HEADER_FIELDS_LIMIT);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(socket), service));
    let mut ordered = pin!(link.ordered());
    let mut stopped = pin!(async move { stop.wait_for(|stop| *stop).await.is_ok() });
    tokio::select! {
        biased;
        _ = connection.as_mut() => return End::Done,
        how = ordered.as_mut() => return End::Ordered(how),
        _ = stopped.as_mut() => {}
    }
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        biased;
        _ = connection.as_mut() => End::Done,
        how = ordered.as_mut() => End::Ordered(how),
        () = clock::sleep(GRACE) => End::Done,
    }
}
