//! How a bank states times: in its own zone, to the millisecond.

use bank_fixtures::record::Instant;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// An instant as the bank states it. Finer than a millisecond is cut off: what cannot be told is not kept.
pub(crate) fn instant(at: Timestamp, zone: &TimeZone) -> Instant {
    let whole = at.as_millisecond();
    Instant { at: Timestamp::from_millisecond(whole).unwrap_or(at), offset: zone.to_offset(at) }
}
