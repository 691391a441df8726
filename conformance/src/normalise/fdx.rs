//! The FDX API (version 6, and 5 as far as it is alike), as tables.
//!
//! Owns its member names, words and error codes on the reading side. Written from the published schemas alone.

use bank_fixtures::error_class::ErrorClass as Class;
use bank_fixtures::record::{AccountKind, AccountStatus, TransactionStatus};

use super::model::{BalanceKind, Direction, Quality};
use super::standard::{
    AccountField, BalanceField, Balances, Column, CustomerField, FailureRow, Failures, Field, Figures, Paths, SILENT,
    Sign, Standard, Trust, code, list, status,
};

pub(super) static STANDARD: Standard = Standard {
    slug: "fdx",
    figures: Figures::Numbers,
    zone: Some("America/New_York"),
    entry_lists: &[list("transactions")],
    entry: ENTRY,
    sign: Sign::Word(&[
        ("DEBIT", Direction::Debit, None),
        ("CREDIT", Direction::Credit, None),
        ("MEMO", Direction::Debit, Some(TransactionStatus::Pending)),
    ]),
    statuses: &[
        ("POSTED", TransactionStatus::Booked),
        ("PENDING", TransactionStatus::Pending),
        ("MEMO", TransactionStatus::Pending),
        ("AUTHORIZATION", TransactionStatus::Pending),
    ],
    quality: Trust::All(Quality::StableWhenBooked),
    account_lists: &["accounts"],
    account: &[
        (AccountField::Id, &["accountId"]),
        (AccountField::Currency, &["currency.currencyCode"]),
        (AccountField::Subkind, &["accountType"]),
        (AccountField::Kind, &["accountCategory"]),
        (AccountField::Status, &["status"]),
        (AccountField::Nickname, &["nickname"]),
        (AccountField::Product, &["productName"]),
        (AccountField::Masked, &["accountNumberDisplay"]),
    ],
    account_kinds: &[
        ("CHECKING", AccountKind::Current),
        ("SAVINGS", AccountKind::Savings),
        ("MONEYMARKET", AccountKind::Savings),
        ("CREDITCARD", AccountKind::Card),
        ("CHARGE", AccountKind::Card),
        ("MORTGAGE", AccountKind::Mortgage),
        ("DEPOSIT_ACCOUNT", AccountKind::Current),
        ("LOC_ACCOUNT", AccountKind::Loan),
        ("LOAN_ACCOUNT", AccountKind::Loan),
    ],
    account_statuses: &[
        ("OPEN", AccountStatus::Open),
        ("CLOSED", AccountStatus::Closed),
        ("RESTRICTED", AccountStatus::Blocked),
    ],
    balances: Balances::Columns {
        records: &[""],
        columns: &[
            Column { path: "currentBalance", meaning: BalanceKind::BookedCurrent, debt: Some(BalanceKind::Owed) },
            Column { path: "availableBalance", meaning: BalanceKind::Available, debt: None },
            Column { path: "availableCredit", meaning: BalanceKind::Available, debt: None },
        ],
        members: &[
            (BalanceField::Currency, &["currency.currencyCode"]),
            (BalanceField::CreditLine, &["creditLine"]),
            (BalanceField::AsOf, &["balanceAsOf"]),
        ],
        debt_unsigned: true,
        line_defaults_to_zero: false,
    },
    customers: &[
        (CustomerField::List, &["customers", ""]),
        (CustomerField::Id, &["customerId"]),
        (CustomerField::NameParts, &["name.first", "name.middle", "name.last"]),
        (CustomerField::Organisation, &["businessCustomer.name"]),
    ],
    failures: Failures { codes: &["code"], texts: &["message", "debugMessage"], rows: FAILURES },
    next: &["links.next.href", "page.nextOffset"],
    ..SILENT
};

const ENTRY: &[(Field, Paths)] = &[
    (Field::ProviderId, &["transactionId"]),
    (Field::Status, &["status"]),
    (Field::Amount, &["amount"]),
    (Field::Indicator, &["debitCreditMemo"]),
    (Field::Currency, &["currency.currencyCode"]),
    (Field::BookingAt, &["postedTimestamp"]),
    (Field::TransactionAt, &["transactionTimestamp"]),
    (Field::OriginalAmount, &["foreignAmount"]),
    (Field::OriginalCurrency, &["foreignCurrency"]),
    (Field::PartyName, &["payee", "transactionPayee"]),
    (Field::Text, &["description"]),
    (Field::Check, &["checkNumber"]),
    (Field::Type, &["transactionType"]),
    (Field::ReferenceId, &["referenceTransactionId"]),
];

const FAILURES: &[FailureRow] = &[
    code(&[], "601", Class::ConsentInvalid),
    code(&[], "602", Class::ConsentInvalid),
    code(&[], "701", Class::ResourceGone),
    code(&[], "702", Class::InvalidRequest),
    code(&[], "703", Class::InvalidRequest),
    code(&[], "705", Class::ResourceGone),
    code(&[], "706", Class::ResourceUnavailable),
    code(&[], "801", Class::ResourceGone),
    code(&[], "1104", Class::ResourceGone),
    code(&[], "500", Class::ProviderUnavailable),
    code(&[], "501", Class::ProviderUnavailable),
    code(&[], "503", Class::ProviderUnavailable),
    status(&[429], Class::RateLimited),
];
