//! The UK Open Banking read/write API (version 4, and 3.1 as far as it is alike), as tables.
//!
//! Owns its member names, words and error codes on the reading side. Written from the specification alone.

use bank_fixtures::error_class::ErrorClass as Class;
use bank_fixtures::record::{AccountKind, AccountStatus, ConsentStatus, TransactionStatus};

use super::berlin_group;
use super::model::{Direction, Meaning, Quality, Scheme};
use super::standard::{
    AccountField, BalanceField, Balances, ConsentField, Failures, Field, IdentifierRow, Paths, PaymentField, SILENT,
    Sign, Standard, Trust, list, status, suffix,
};

pub(super) static STANDARD: Standard = Standard {
    slug: "uk-open-banking",
    zone: Some("Europe/London"),
    entry_lists: &[list("Data.Transaction")],
    entry: ENTRY,
    sign: Sign::Word(&[
        ("Debit", Direction::Debit, None),
        ("Credit", Direction::Credit, None),
        ("DEBIT", Direction::Debit, None),
        ("CREDIT", Direction::Credit, None),
    ]),
    statuses: &[
        ("BOOK", TransactionStatus::Booked),
        ("PDNG", TransactionStatus::Pending),
        ("RJCT", TransactionStatus::Void),
        ("Booked", TransactionStatus::Booked),
        ("Pending", TransactionStatus::Pending),
        ("Rejected", TransactionStatus::Void),
    ],
    quality: Trust::All(Quality::Unstable),
    account_lists: &["Data.Account"],
    account: &[
        (AccountField::Id, &["AccountId"]),
        (AccountField::Currency, &["Currency"]),
        (AccountField::Subkind, &["AccountTypeCode", "AccountSubType"]),
        (AccountField::Status, &["Status"]),
        (AccountField::Name, &["Description"]),
        (AccountField::Nickname, &["Nickname"]),
    ],
    account_kinds: &[
        ("CACC", AccountKind::Current),
        ("CurrentAccount", AccountKind::Current),
        ("SVGS", AccountKind::Savings),
        ("Savings", AccountKind::Savings),
        ("CARD", AccountKind::Card),
        ("CreditCard", AccountKind::Card),
        ("ChargeCard", AccountKind::Card),
        ("LOAN", AccountKind::Loan),
        ("Loan", AccountKind::Loan),
        ("MORT", AccountKind::Mortgage),
        ("Mortgage", AccountKind::Mortgage),
        ("PrePaidCard", AccountKind::Prepaid),
        ("EMoney", AccountKind::Prepaid),
    ],
    account_statuses: &[
        ("Enabled", AccountStatus::Open),
        ("Disabled", AccountStatus::Blocked),
        ("Deleted", AccountStatus::Closed),
        ("ProForma", AccountStatus::Unknown),
        ("Pending", AccountStatus::Unknown),
    ],
    identifiers: &[IdentifierRow { scheme: Scheme::SortCodeAccount, parts: &["Account.0.Identification"], needs: 0 }],
    balances: Balances::Typed {
        list: &["Data.Balance"],
        kind: &["Type"],
        words: &[
            ("ITBD", Meaning::BookedCurrent),
            ("ITAV", Meaning::Available),
            ("CLBD", Meaning::BookedClosing),
            ("CLAV", Meaning::Available),
            ("OPBD", Meaning::BookedOpening),
            ("XPCD", Meaning::Expected),
            ("FWAV", Meaning::Available),
            // The words of version 3.1 are as good as the codes of version 4.
            ("InterimBooked", Meaning::BookedCurrent),
            ("InterimAvailable", Meaning::Available),
            ("ClosingBooked", Meaning::BookedClosing),
            ("ClosingAvailable", Meaning::Available),
            ("OpeningBooked", Meaning::BookedOpening),
            ("Expected", Meaning::Expected),
            ("ForwardAvailable", Meaning::Available),
        ],
        aliases: &[],
        members: &[
            (BalanceField::Account, &["AccountId"]),
            (BalanceField::Amount, &["Amount"]),
            (BalanceField::Indicator, &["CreditDebitIndicator"]),
            (BalanceField::AsOf, &["DateTime"]),
            (BalanceField::CreditLine, &["CreditLine.0.Amount"]),
            (BalanceField::Included, &["CreditLine.0.Included"]),
        ],
    },
    payment: &[
        (PaymentField::Record, &["Data"]),
        (PaymentField::Id, &["DomesticPaymentId"]),
        (PaymentField::Status, &["Status"]),
        (PaymentField::Amount, &["Initiation.InstructedAmount"]),
        (PaymentField::Reason, &["StatusReason.0.StatusReasonCode"]),
    ],
    payment_statuses: berlin_group::PAYMENT_STATUSES,
    consent: &[
        (ConsentField::Record, &["Data"]),
        (ConsentField::Id, &["ConsentId"]),
        (ConsentField::Status, &["Status"]),
        (ConsentField::ExpiresAt, &["ExpirationDateTime"]),
    ],
    consent_statuses: &[
        ("AWAU", ConsentStatus::Awaiting),
        ("AUTH", ConsentStatus::Active),
        ("RJCT", ConsentStatus::Rejected),
        ("CANC", ConsentStatus::Revoked),
        ("EXPD", ConsentStatus::Expired),
        ("COND", ConsentStatus::Consumed),
        ("AwaitingAuthorisation", ConsentStatus::Awaiting),
        ("Authorised", ConsentStatus::Active),
        ("Rejected", ConsentStatus::Rejected),
        ("Revoked", ConsentStatus::Revoked),
        ("Consumed", ConsentStatus::Consumed),
    ],
    failures: Failures {
        codes: &["Errors.0.ErrorCode", "Code"],
        texts: &["Errors.0.Message", "Message"],
        rows: &[
            suffix(&[], "Resource.NotFound", Class::ResourceGone),
            suffix(&[], "Resource.InvalidConsentStatus", Class::ConsentInvalid),
            suffix(&[], "ResourceConsentMismatch", Class::ConsentScope),
            suffix(&[], "Reauthenticate", Class::ConsentInvalid),
            status(&[429], Class::RateLimited),
        ],
    },
    next: &["Links.Next"],
    ..SILENT
};

const ENTRY: &[(Field, Paths)] = &[
    (Field::Account, &["AccountId"]),
    (Field::ProviderId, &["TransactionId"]),
    (Field::ProviderRef, &["TransactionReference"]),
    (Field::Status, &["Status"]),
    (Field::Amount, &["Amount.Amount"]),
    (Field::Currency, &["Amount.Currency"]),
    (Field::Indicator, &["CreditDebitIndicator"]),
    (Field::BookingAt, &["BookingDateTime"]),
    (Field::ValueAt, &["ValueDateTime"]),
    (Field::OriginalAmount, &["CurrencyExchange.InstructedAmount"]),
    (Field::Fee, &["ChargeAmount"]),
    (Field::BalanceAfter, &["Balance.Amount"]),
    (Field::BalanceAfterIndicator, &["Balance.CreditDebitIndicator"]),
    (Field::CreditorName, &["CreditorAccount.Name"]),
    (Field::DebtorName, &["DebtorAccount.Name"]),
    (Field::MerchantName, &["MerchantDetails.MerchantName"]),
    (Field::Mcc, &["MerchantDetails.MerchantCategoryCode"]),
    (Field::Text, &["TransactionInformation"]),
    (Field::Proprietary, &["ProprietaryBankTransactionCode.Code"]),
];
