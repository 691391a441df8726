//! The handshake, up to the stream HTTP runs on or to the end a scenario ordered.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio_rustls::rustls::server::Acceptor;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, StartHandshake};

use super::{Manner, Tls};
use crate::clock;
use crate::fault::TlsFlaw;
use crate::wire::{Tcp, arm_reset};

/// How long a client may take for its part of a handshake.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a client that we no longer listen to.
const FORGOTTEN_BYTES: usize = 16 * 1024;

/// A client that has said hello.
pub(crate) struct Greeted {
    start: StartHandshake<Tcp>,
    /// The host it asked for by name.
    pub(crate) host: Option<String>,
}

/// Waits for the ClientHello.
///
/// # Errors
/// It is none, does not come in time, or the client left.
pub(crate) async fn greet(tcp: Tcp) -> io::Result<Greeted> {
    let start = in_time(LazyConfigAcceptor::new(Acceptor::default(), tcp)).await?;
    let host = start.client_hello().server_name().map(str::to_owned);
    Ok(Greeted { start, host })
}

/// The rest of a handshake that comes to an end.
///
/// # Errors
/// The client does not like what it sees, or is late.
pub(crate) async fn shake_hands(
    tls: &Tls,
    greeted: Greeted,
    address: IpAddr,
    manner: Manner,
    flaw: Option<TlsFlaw>,
) -> io::Result<TlsStream<Tcp>> {
    let config = tls.config(greeted.host.as_deref(), address, manner, flaw).map_err(io::Error::other)?;
    in_time(greeted.start.into_stream(config)).await
}

/// Ends a handshake after the ClientHello as ordered; `false` if this flaw does not end it.
pub(crate) async fn stop(tcp: &Tcp, flaw: TlsFlaw) -> bool {
    match flaw {
        TlsFlaw::Reset => {
            let _ = arm_reset(&tcp.0);
        }
        TlsFlaw::Alert(number) => {
            // A record of type alert (21), version 1.2 as every record before keys says, two bytes: fatal, and which.
            let record = [21, 3, 3, 0, 2, 2, number];
            let _ = tcp.clone().write_all(&record).await;
            let _ = clock::timeout(PATIENCE, forget(tcp)).await;
        }
        TlsFlaw::Stall(length) => {
            let over = async {
                match length {
                    Some(length) => clock::sleep(length).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = over => {}
                () = left(tcp) => {}
            }
        }
        _ => return false,
    }
    true
}

/// Says FIN and reads what the client still sends: closing with unread bytes would be an RST that destroys the alert.
async fn forget(tcp: &Tcp) {
    if socket2::SockRef::from(&*tcp.0).shutdown(std::net::Shutdown::Write).is_ok() {
        left(tcp).await;
    }
}

/// Waits until the client has closed its side, or sends more than a handshake.
async fn left(tcp: &Tcp) {
    let (mut buffer, mut seen) = ([0; 1024], 0);
    while seen < FORGOTTEN_BYTES && tcp.0.readable().await.is_ok() {
        match tcp.0.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(read) => seen += read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

async fn in_time<T>(step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    clock::timeout(PATIENCE, step).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
