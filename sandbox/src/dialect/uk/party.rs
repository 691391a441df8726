//! Parties: the account holder, as a consent for it shows them.

use axum::http::StatusCode;
use bank_fixtures::record::{Account, Party, PartyKind};

use super::answer;
use super::error::{Refused, clipped};
use super::json::{Json, object};
use super::permission::Permission;
use super::visit::{Reading, Visit};
use crate::exchange::Reply;

/// The holder who logged in.
pub(super) fn own(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let reading = visit.reading(&[Permission::ReadPartyPSU])?;
    one(visit, &reading, None)
}

/// The holder of an account.
pub(super) fn of_account(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let reading = visit.reading(&[Permission::ReadParty])?;
    let account = reading.account(visit, visit.call.param("account"))?;
    one(visit, &reading, Some(&account))
}

/// The holders of an account.
pub(super) fn all_of_account(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let reading = visit.reading(&[Permission::ReadParty])?;
    let account = reading.account(visit, visit.call.param("account"))?;
    let holders = reading.granted.parties(&account.id)?;
    let rows = holders.iter().map(|holder| written(visit, &holder.party, Some(&account))).collect();
    answer::list(visit, "Party", rows)
}

fn one(visit: &Visit<'_>, reading: &Reading<'_>, account: Option<&Account>) -> Result<Reply, Refused> {
    let party = reading.granted.customers().first().map(|party| written(visit, party, account));
    Ok(answer::one(visit, StatusCode::OK, object! { "Party": party }))
}

fn written(visit: &Visit<'_>, party: &Party, account: Option<&Account>) -> Json {
    let joint = account.is_some_and(|account| account.owners.len() > 1);
    let address = party.address.as_ref().map(|address| {
        let kind = match party.kind {
            PartyKind::Person => visit.version.word(("Residential", "HOME")),
            PartyKind::Organisation => visit.version.word(("Business", "BIZZ")),
        };
        let lines: Vec<String> = address.lines.iter().map(|line| clipped(line, 70)).collect();
        vec![object! {
            "AddressType": kind,
            "AddressLine": lines,
            "PostCode": clipped(&address.postcode, 16),
            "TownName": clipped(&address.city, 35),
            "Country": address.country.as_str(),
        }]
    });
    object! {
        "PartyId": party.id.as_str(),
        "PartyType": if joint { "Joint" } else { "Sole" },
        "Name": clipped(&party.name, 350),
        "FullLegalName": clipped(&party.name, 350),
        "EmailAddress": party.emails.first().map(|address| clipped(address, 256)),
        "Phone": party.phones.first().and_then(|number| phone(number)),
        "Address": address,
    }
}

/// A telephone number as the standard writes it: a hyphen behind the country's code.
fn phone(e164: &str) -> Option<String> {
    let digits = e164.strip_prefix('+')?;
    let code = match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..] => 2,
        [b'2', ..] | [b'3', b'5' | b'7' | b'8', ..] | [b'4', b'2', ..] => 3,
        [b'5', b'0' | b'9', ..] | [b'6', b'7'..=b'9', ..] | [b'8', b'0' | b'5' | b'7' | b'8', ..] => 3,
        [b'9', b'6' | b'7' | b'9', ..] => 3,
        _ => 2,
    };
    let (code, rest) = digits.split_at_checked(code)?;
    (!rest.is_empty()).then(|| format!("+{code}-{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_are_split_behind_the_code_of_the_country() {
        assert_eq!(phone("+447700900123").as_deref(), Some("+44-7700900123"));
        assert_eq!(phone("+12025550123").as_deref(), Some("+1-2025550123"));
        assert_eq!(phone("+353015550123").as_deref(), Some("+353-015550123"));
        assert_eq!(phone("07700900123"), None);
        assert_eq!(phone("+44"), None);
    }
}
