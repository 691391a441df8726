//! An exchange that ends without its answer while the connection goes on: HTTP/2's RST_STREAM.

/// Why hyper resets a stream; it looks for the code among the sources of an error.
#[derive(Debug, thiserror::Error)]
#[error("a scenario resets the stream")]
pub(crate) struct Torn(#[source] h2::Error);

impl Torn {
    /// A reset with this code (RFC 9113 7).
    pub(crate) fn with(code: u32) -> Torn {
        Torn(h2::Reason::from(code).into())
    }
}
