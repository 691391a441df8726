//! Judges banks and clients.
