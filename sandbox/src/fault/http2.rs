//! HTTP/2's error codes (RFC 9113 7), by name.

use bank_fixtures::document::Value;

/// Every code with the name it has in scenario files.
const CODES: &[(&str, u32)] = &[
    ("no_error", 0x0),
    ("protocol_error", 0x1),
    ("internal_error", 0x2),
    ("flow_control_error", 0x3),
    ("settings_timeout", 0x4),
    ("stream_closed", 0x5),
    ("frame_size_error", 0x6),
    ("refused_stream", 0x7),
    ("cancel", 0x8),
    ("compression_error", 0x9),
    ("connect_error", 0xa),
    ("enhance_your_calm", 0xb),
    ("inadequate_security", 0xc),
    ("http_1_1_required", 0xd),
];

/// Reads the name of a code; `others` are further legal words, with what they stand for.
pub(super) fn code(value: Value<'_>) -> Option<u32> {
    value.one_of(CODES)
}

/// The code with this name, for words that may also be something else.
pub(super) fn named(text: &str) -> bool {
    CODES.iter().any(|row| row.0 == text)
}
