//! Checks of a bank's lists: every row once, in order, with links that can be followed and filters that hold.

use jiff::civil::Date;

use super::Check;
use crate::probe::{BankProbe, Trouble};

mod bad_cursor_refused;
mod date_range_respected;
mod limit_respected;
mod no_row_doubled;
mod no_row_lost;
mod order_total;
mod pages_terminate;
mod status_filter_respected;

/// Every check of this area, in the order in which they run.
pub(super) static CHECKS: &[&Check] = &[
    &pages_terminate::CHECK,
    &no_row_lost::CHECK,
    &no_row_doubled::CHECK,
    &order_total::CHECK,
    &limit_respected::CHECK,
    &bad_cursor_refused::CHECK,
    &date_range_respected::CHECK,
    &status_filter_respected::CHECK,
];

/// A stretch of one account's list: long enough for several small pages, short enough to be read several times.
struct Sample {
    account: String,
    from: Date,
    /// First and last day of a shorter stretch inside it.
    days: (Date, Date),
}

/// Booked rows in a sample.
const SAMPLE_ROWS: usize = 60;
/// Fewer rows than this show nothing about pages.
const LEAST_ROWS: usize = 8;

impl Sample {
    fn query(&self, limit: usize) -> String {
        format!("from={}&limit={limit}", self.from)
    }
}

/// A sample of the account with the longest list.
async fn sample(bank: &BankProbe) -> Result<Sample, Trouble> {
    let reading = bank.reading().await?;
    let longest = reading.accounts.iter().max_by_key(|account| account.rows.len());
    let dates: Vec<Date> = longest
        .iter()
        .flat_map(|account| &account.rows)
        .filter_map(|row| row.record.booking_date)
        .take(SAMPLE_ROWS)
        .collect();
    match (longest, dates.as_slice()) {
        (Some(account), dates) if dates.len() >= LEAST_ROWS => Ok(Sample {
            account: account.account.id.clone(),
            from: dates[dates.len() - 1],
            days: (dates[dates.len() / 2], dates[dates.len() / 4]),
        }),
        _ => Err(Trouble::Unobservable(format!("no account has {LEAST_ROWS} booked entries"))),
    }
}
