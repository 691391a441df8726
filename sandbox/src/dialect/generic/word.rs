//! The words of the contract for kinds, statuses and schemes.

use bank_fixtures::record::{
    AccountKind, AccountStatus, BalanceKind, ConsentStatus, IdentifierScheme, Nature, PartyKind, PaymentStatus,
    Relation, TransactionKind, TransactionStatus,
};

pub(super) fn party_kind(kind: PartyKind) -> &'static str {
    match kind {
        PartyKind::Person => "person",
        PartyKind::Organisation => "organisation",
    }
}

pub(super) fn account_kind(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Current => "current",
        AccountKind::Savings => "savings",
        AccountKind::Card => "card",
        AccountKind::Loan => "loan",
        AccountKind::Mortgage => "mortgage",
        AccountKind::Prepaid => "prepaid",
        AccountKind::Other => "other",
    }
}

/// `None` for a status the contract has no word for.
pub(super) fn account_status(status: AccountStatus) -> Option<&'static str> {
    match status {
        AccountStatus::Open => Some("open"),
        AccountStatus::Closed => Some("closed"),
        AccountStatus::Blocked => Some("blocked"),
        AccountStatus::Unknown => None,
    }
}

pub(super) fn scheme(scheme: IdentifierScheme) -> &'static str {
    match scheme {
        IdentifierScheme::Iban => "iban",
        IdentifierScheme::Bban => "bban",
        IdentifierScheme::SortCodeAccount => "sort_code_account",
        IdentifierScheme::PanMasked => "pan_masked",
        IdentifierScheme::BsbAccount
        | IdentifierScheme::AbaAccount
        | IdentifierScheme::BrAccount
        | IdentifierScheme::Clabe
        | IdentifierScheme::PanToken
        | IdentifierScheme::Msisdn
        | IdentifierScheme::PixKey
        | IdentifierScheme::PayId
        | IdentifierScheme::Bic
        | IdentifierScheme::Provider
        | IdentifierScheme::Other => "other",
    }
}

/// `None` for a kind the contract has no word for.
pub(super) fn balance_kind(kind: BalanceKind) -> Option<&'static str> {
    match kind {
        BalanceKind::BookedCurrent => Some("booked"),
        BalanceKind::BookedOpening => Some("opening"),
        BalanceKind::BookedClosing => Some("closing"),
        BalanceKind::Available => Some("available"),
        BalanceKind::Expected => Some("expected"),
        BalanceKind::Owed => Some("owed"),
        BalanceKind::Blocked => Some("blocked"),
        BalanceKind::Invested | BalanceKind::NotInvoiced | BalanceKind::Unknown => None,
    }
}

pub(super) fn transaction_status(status: TransactionStatus) -> &'static str {
    match status {
        TransactionStatus::Pending => "pending",
        TransactionStatus::Booked => "booked",
        TransactionStatus::Information => "information",
        TransactionStatus::Void => "void",
    }
}

pub(super) fn transaction_kind(kind: TransactionKind) -> &'static str {
    match kind {
        TransactionKind::CreditTransferOut => "credit_transfer_out",
        TransactionKind::CreditTransferIn => "credit_transfer_in",
        TransactionKind::StandingOrder => "standing_order",
        TransactionKind::DirectDebit => "direct_debit",
        TransactionKind::CardPayment => "card_payment",
        TransactionKind::CardRefund => "card_refund",
        TransactionKind::CashWithdrawal => "cash_withdrawal",
        TransactionKind::CashDeposit => "cash_deposit",
        TransactionKind::Fee => "fee",
        TransactionKind::Interest => "interest",
        TransactionKind::Salary => "salary",
        TransactionKind::Other => "other",
    }
}

pub(super) fn nature(nature: Nature) -> &'static str {
    match nature {
        Nature::Original => "original",
        Nature::Fee => "fee",
        Nature::Interest => "interest",
        Nature::Refund => "refund",
        Nature::Reversal => "reversal",
        Nature::Return => "return",
        Nature::Chargeback => "chargeback",
        Nature::ChargebackReversal => "chargeback_reversal",
        // To the contract a correction is any entry that puts something right.
        Nature::Adjustment | Nature::Correction => "correction",
    }
}

pub(super) fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Supersedes => "supersedes",
        Relation::Reverses => "reverses",
        Relation::Disputes => "disputes",
        Relation::Refunds => "refunds",
        Relation::Corrects => "corrects",
    }
}

/// States the contract does not tell apart are told by the one they lead to.
pub(super) fn payment_status(status: PaymentStatus) -> &'static str {
    match status {
        PaymentStatus::Created | PaymentStatus::Unknown => "created",
        PaymentStatus::AwaitingAuthorisation | PaymentStatus::PartiallyAuthorised => "awaiting_authorisation",
        PaymentStatus::AcceptedChecks | PaymentStatus::PendingReview => "accepted",
        PaymentStatus::Scheduled => "scheduled",
        PaymentStatus::InClearing => "in_clearing",
        PaymentStatus::Debited => "debited",
        PaymentStatus::Credited => "credited",
        PaymentStatus::Rejected => "rejected",
        PaymentStatus::Cancelled => "cancelled",
        PaymentStatus::Returned => "returned",
    }
}

/// States the contract does not tell apart are told by the one they lead to.
pub(super) fn consent_status(status: ConsentStatus) -> &'static str {
    match status {
        ConsentStatus::Awaiting | ConsentStatus::PartiallyAuthorised | ConsentStatus::Unknown => "awaiting",
        ConsentStatus::Active => "active",
        ConsentStatus::Rejected => "rejected",
        ConsentStatus::Revoked => "revoked",
        ConsentStatus::EndedByClient => "ended_by_client",
        ConsentStatus::Expired | ConsentStatus::Consumed => "expired",
    }
}
