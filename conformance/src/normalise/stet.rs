//! The French STET PSD2 API (1.6), as tables.
//!
//! Owns its member names and words on the reading side. Written from the specification alone.

use bank_fixtures::error_class::ErrorClass as Class;
use bank_fixtures::record::{AccountKind, AccountStatus, TransactionStatus};

use super::berlin_group;
use super::model::{BalanceKind, Direction, Quality, Scheme};
use super::standard::{
    AccountField, BalanceField, Balances, Failures, Field, IdentifierRow, Paths, PaymentField, SILENT, Sign, Standard,
    Trust, list, says, status,
};

pub(super) static STANDARD: Standard = Standard {
    slug: "stet",
    zone: Some("Europe/Paris"),
    entry_lists: &[list("transactions")],
    entry: ENTRY,
    sign: Sign::Word(&[("DBIT", Direction::Debit, None), ("CRDT", Direction::Credit, None)]),
    statuses: &[
        ("BOOK", TransactionStatus::Booked),
        ("PDNG", TransactionStatus::Pending),
        ("OTHR", TransactionStatus::Pending),
        ("FUTR", TransactionStatus::Information),
        ("INFO", TransactionStatus::Information),
    ],
    quality: Trust::All(Quality::Unstable),
    account_lists: &["accounts"],
    account: &[
        (AccountField::Id, &["resourceId"]),
        (AccountField::Currency, &["accountId.currency", "currency"]),
        (AccountField::Kind, &["cashAccountType"]),
        (AccountField::Status, &["accountStatus"]),
        (AccountField::Name, &["name"]),
        (AccountField::Product, &["product"]),
        (AccountField::Owners, &["psuName"]),
    ],
    account_kinds: &[("CACC", AccountKind::Current), ("CARD", AccountKind::Card), ("SVGS", AccountKind::Savings)],
    account_statuses: &[
        ("ENABLED", AccountStatus::Open),
        ("DELETED", AccountStatus::Closed),
        ("BLOCKED", AccountStatus::Blocked),
    ],
    identifiers: &[
        IdentifierRow { scheme: Scheme::Iban, parts: &["accountId.iban"], needs: 0 },
        IdentifierRow { scheme: Scheme::Other, parts: &["accountId.other.identification"], needs: 0 },
    ],
    balances: Balances::Typed {
        list: &["balances"],
        kind: &["balanceType"],
        words: &[
            ("CLBD", BalanceKind::BookedClosing),
            ("XPCD", BalanceKind::Expected),
            ("VALU", BalanceKind::BookedCurrent),
            ("OTHR", BalanceKind::Unknown),
        ],
        aliases: &[],
        members: &[
            (BalanceField::Amount, &["balanceAmount"]),
            (BalanceField::AsOf, &["lastChangeDateTime"]),
            (BalanceField::ReferenceDate, &["referenceDate"]),
        ],
    },
    payment: &[
        (PaymentField::Record, &["paymentRequest"]),
        (PaymentField::Id, &["resourceId"]),
        (PaymentField::Status, &["paymentInformationStatus"]),
        (PaymentField::Amount, &["creditTransferTransaction.0.instructedAmount"]),
        (PaymentField::Reason, &["statusReasonInformation"]),
    ],
    payment_statuses: berlin_group::PAYMENT_STATUSES,
    failures: Failures {
        codes: &["code"],
        texts: &["message", "error"],
        rows: &[
            says(&[429], "quota", Class::QuotaExhausted),
            status(&[401], Class::AuthToken),
            status(&[403], Class::ConsentScope),
            status(&[404], Class::ResourceGone),
            status(&[405], Class::InvalidRequest),
            status(&[406], Class::NotAcceptable),
            status(&[408], Class::Timeout),
            status(&[429], Class::RateLimited),
            status(&[503], Class::ProviderUnavailable),
        ],
    },
    next: &["_links.next.href"],
    ..SILENT
};

const ENTRY: &[(Field, Paths)] = &[
    (Field::ProviderId, &["resourceId"]),
    (Field::ProviderRef, &["entryReference"]),
    (Field::Status, &["status"]),
    (Field::Amount, &["transactionAmount.amount"]),
    (Field::Currency, &["transactionAmount.currency"]),
    (Field::Indicator, &["creditDebitIndicator"]),
    (Field::BookingDate, &["bookingDate"]),
    (Field::ValueDate, &["valueDate"]),
    (Field::TransactionDate, &["transactionDate"]),
    (Field::ExpectedDate, &["expectedBookingDate"]),
    (Field::Fee, &["chargeAmount"]),
    (Field::CreditorName, &["relatedParties.creditor.name"]),
    (Field::DebtorName, &["relatedParties.debtor.name"]),
    (Field::CreditorAccount, &["relatedParties.creditorAccount"]),
    (Field::DebtorAccount, &["relatedParties.debtorAccount"]),
    (Field::CreditorAgent, &["relatedAgents.creditorAgent.bicFi"]),
    (Field::DebtorAgent, &["relatedAgents.debtorAgent.bicFi"]),
    (Field::Lines, &["remittanceInformation.unstructured", "remittanceInformation"]),
    (Field::Structured, &["remittanceInformation.structured"]),
    (Field::EndToEnd, &["endToEndId"]),
    (Field::Mandate, &["mandateId"]),
    (Field::CreditorId, &["creditorId"]),
    (Field::BankCode, &["bankTransactionCode"]),
];
