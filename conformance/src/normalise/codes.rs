//! What ISO 20022 bank transaction codes say about an entry.
//!
//! Owns the table of families. Banks use families loosely, so a code never decides a sign.

use bank_fixtures::record::{Nature, TransactionKind};

/// Family and sub-family (empty for any), kind, nature; the first row that fits.
static CODES: &[(&str, &str, TransactionKind, Nature)] = &[
    ("RDDT", "UPDD", TransactionKind::DirectDebit, Nature::Return),
    ("RDDT", "RCDD", TransactionKind::DirectDebit, Nature::Return),
    ("RDDT", "PRDD", TransactionKind::DirectDebit, Nature::Return),
    ("RDDT", "", TransactionKind::DirectDebit, Nature::Original),
    ("IDDT", "", TransactionKind::DirectDebit, Nature::Original),
    ("ICDT", "STDO", TransactionKind::StandingOrder, Nature::Original),
    ("ICDT", "", TransactionKind::CreditTransferOut, Nature::Original),
    ("IRCT", "", TransactionKind::CreditTransferOut, Nature::Original),
    ("RCDT", "SALA", TransactionKind::Salary, Nature::Original),
    ("RCDT", "", TransactionKind::CreditTransferIn, Nature::Original),
    ("RRCT", "", TransactionKind::CreditTransferIn, Nature::Original),
    ("CCRD", "CWDL", TransactionKind::CashWithdrawal, Nature::Original),
    ("CCRD", "CAJT", TransactionKind::CardRefund, Nature::Refund),
    ("CCRD", "", TransactionKind::CardPayment, Nature::Original),
    ("MCRD", "", TransactionKind::CardPayment, Nature::Original),
    ("CNTR", "CDPT", TransactionKind::CashDeposit, Nature::Original),
    ("MDOP", "CHRG", TransactionKind::Fee, Nature::Fee),
    ("MDOP", "FEES", TransactionKind::Fee, Nature::Fee),
    ("MCOP", "INTR", TransactionKind::Interest, Nature::Interest),
    ("MDOP", "INTR", TransactionKind::Interest, Nature::Interest),
];

/// Merchant categories whose holds are opened before the amount is known: car rental, lodging, taxi, fuel, restaurants.
static OPEN_AUTHORISATIONS: &[(u16, u16)] =
    &[(3351, 3500), (3501, 3999), (4121, 4121), (5541, 5542), (5812, 5814), (7011, 7011), (7512, 7512)];

/// What a code (domain, family, sub-family) says.
pub(super) fn of(code: &[String]) -> Option<(TransactionKind, Nature)> {
    let family = code.get(1)?;
    let sub_family = code.get(2).map(String::as_str).unwrap_or_default();
    let row = CODES.iter().find(|row| row.0 == family && (row.1.is_empty() || row.1 == sub_family))?;
    Some((row.2, row.3))
}

/// Whether a merchant of this category may book another amount than was held.
pub(super) fn opens_authorisations(mcc: &str) -> bool {
    let code = mcc.parse::<u16>().ok();
    code.is_some_and(|code| OPEN_AUTHORISATIONS.iter().any(|(from, to)| (*from..=*to).contains(&code)))
}
