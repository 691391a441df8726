//! A day taken from UTC moves the last hour of every month into the next.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::of_codes;
use crate::check::{Area, Check, Run};
use crate::normalise::WarningCode;
use crate::probe::{AccountReading, BankProbe, Judgement, http_date, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "dates-valid",
    ids: &["C4", "C6", "C10"],
    title: "dates exist, booked entries have one, and none lies in the bank's future",
    source: "ISO 8601; RFC 3339; docs/generic-api.md (conventions)",
    advice: "Date bookings in the bank's own zone, never later than today there; write instants with their offset.",
    area: Area::Data,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let reading = bank.reading().await?;
    let mut findings = of_codes(&reading, &[WarningCode::InvalidDate, WarningCode::NoOffset, WarningCode::NoDate]);
    let mut dated = 0;
    for account in &reading.accounts {
        let zone = account.account.zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        let today = today_at(account, zone.as_ref());
        for row in &account.rows {
            let Some(booked) = row.record.booking_date else { continue };
            dated += 1;
            if let Some(today) = today.filter(|today| booked > *today) {
                let what = format!("{} was booked on {booked}, and today is {today} there", row.id());
                findings.push(Finding::new(what).with(row.evidence().at("/booked_on")));
            }
            let local = zone.clone().zip(row.record.booking_at).map(|(zone, at)| at.at.to_zoned(zone).date());
            if let Some(local) = local.filter(|local| *local != booked) {
                let what = format!("{} was booked on {booked} and at an instant that is on {local} there", row.id());
                findings.push(Finding::new(what).with(row.evidence().at("/booked_at")));
            }
        }
    }
    Ok(Verdict::from_findings(findings, format!("{dated} dated entries")))
}

/// The day the account was read, in its own zone, by the bank's own `Date`.
fn today_at(account: &AccountReading, zone: Option<&TimeZone>) -> Option<Date> {
    let now = account.read_at.as_deref().and_then(http_date)?;
    Some(now.to_zoned(zone.cloned().unwrap_or(TimeZone::UTC)).date())
}
