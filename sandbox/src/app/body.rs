//! Reading a request's body, within bounds.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;

use crate::clock;
use crate::exchange::{Problem, ProblemKind};

/// Largest body taken, in bytes.
pub(crate) const LIMIT_BYTES: usize = 1024 * 1024;
/// How long a client may take to send it.
const PATIENCE: Duration = Duration::from_secs(30);

/// A body that is on its way, or was read early because somebody had to know it.
pub(crate) enum Upload<B> {
    /// On its way.
    Coming(B),
    /// Read, or found bad.
    Read(Result<Bytes, Problem>),
}

impl<B> Upload<B>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Unpin,
{
    /// The whole body.
    ///
    /// # Errors
    /// As [`read`].
    pub(crate) async fn read(self) -> Result<Bytes, Problem> {
        match self {
            Upload::Coming(body) => read(body).await,
            Upload::Read(read) => read,
        }
    }

    /// What was read of it.
    pub(crate) fn so_far(&self) -> Bytes {
        match self {
            Upload::Read(Ok(bytes)) => bytes.clone(),
            _ => Bytes::new(),
        }
    }
}

/// The whole body.
///
/// # Errors
/// It is larger than [`LIMIT_BYTES`], does not arrive in time, or its framing is broken.
async fn read<B>(body: B) -> Result<Bytes, Problem>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Unpin,
{
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let late = || {
        let detail = format!("the body did not arrive within {} s", PATIENCE.as_secs());
        Problem::new(ProblemKind::MalformedRequest, detail)
    };
    clock::timeout(PATIENCE, gather(body)).await.unwrap_or_else(|_| Err(late()))
}

async fn gather<B>(mut body: B) -> Result<Bytes, Problem>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Unpin,
{
    let too_large = || {
        let detail = format!("the body is larger than {LIMIT_BYTES} bytes");
        Problem::new(ProblemKind::PayloadTooLarge, detail)
    };
    if body.size_hint().lower() > LIMIT_BYTES as u64 {
        return Err(too_large());
    }
    let mut whole = BytesMut::new();
    let mut first = None;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            let detail = format!("the body could not be read: {error}");
            Problem::new(ProblemKind::MalformedRequest, detail)
        })?;
        let Ok(piece) = frame.into_data() else { continue };
        match first.take() {
            None if whole.is_empty() => first = Some(piece),
            before => {
                whole.extend_from_slice(&before.unwrap_or_default());
                whole.extend_from_slice(&piece);
            }
        }
        if whole.len() + first.as_ref().map_or(0, Bytes::len) > LIMIT_BYTES {
            return Err(too_large());
        }
    }
    Ok(first.unwrap_or_else(|| whole.freeze()))
}
