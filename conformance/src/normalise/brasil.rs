//! Open Finance Brasil (accounts and customers 2, payments 4), as tables.
//!
//! Owns its member names, words and error codes on the reading side. Written from the published interfaces alone.

use bank_fixtures::error_class::ErrorClass as Class;
use bank_fixtures::record::{AccountKind, ConsentStatus, Nature, PaymentStatus, TransactionKind, TransactionStatus};

use super::model::{BalanceKind, Direction, Scheme};
use super::standard::{
    AccountField, BalanceField, Balances, Column, ConsentField, CustomerField, FailureRow, Failures, Field,
    IdentifierRow, Paths, PaymentField, SILENT, Sign, Standard, Trust, code, list, prefix, status,
};

pub(super) static STANDARD: Standard = Standard {
    slug: "brasil",
    zone: Some("America/Sao_Paulo"),
    entry_lists: &[list("data")],
    entry: ENTRY,
    sign: Sign::Word(&[("DEBITO", Direction::Debit, None), ("CREDITO", Direction::Credit, None)]),
    statuses: &[
        ("TRANSACAO_EFETIVADA", TransactionStatus::Booked),
        ("TRANSACAO_PROCESSANDO", TransactionStatus::Pending),
        ("LANCAMENTO_FUTURO", TransactionStatus::Information),
    ],
    quality: Trust::DayAfterUnless(&["PIX", "TED", "DOC", "TRANSFERENCIA_MESMA_INSTITUICAO"]),
    types: TYPES,
    account_lists: &["data"],
    account: &[
        (AccountField::Id, &["accountId"]),
        (AccountField::Currency, &["currency"]),
        (AccountField::Kind, &["type"]),
        (AccountField::Product, &["subtype"]),
        (AccountField::Name, &["brandName"]),
    ],
    account_kinds: &[
        ("CONTA_DEPOSITO_A_VISTA", AccountKind::Current),
        ("CONTA_POUPANCA", AccountKind::Savings),
        ("CONTA_PAGAMENTO_PRE_PAGA", AccountKind::Prepaid),
    ],
    identifiers: &[IdentifierRow {
        scheme: Scheme::BrAccount,
        parts: &["compeCode", "branchCode", "number", "checkDigit"],
        needs: 2,
    }],
    balances: Balances::Columns {
        records: &["data"],
        columns: &[
            Column { path: "availableAmount", meaning: BalanceKind::Available, debt: None },
            Column { path: "blockedAmount", meaning: BalanceKind::Blocked, debt: None },
            Column { path: "automaticallyInvestedAmount", meaning: BalanceKind::Invested, debt: None },
        ],
        members: &[(BalanceField::AsOf, &["updateDateTime"])],
        debt_unsigned: false,
        line_defaults_to_zero: false,
    },
    customers: &[
        (CustomerField::List, &["data"]),
        (CustomerField::Id, &["personalId", "businessId"]),
        (CustomerField::Name, &["civilName"]),
        (CustomerField::Organisation, &["businessName"]),
        (CustomerField::Cpf, &["cpfNumber"]),
        (CustomerField::Cnpj, &["cnpjNumber"]),
    ],
    payment: &[
        (PaymentField::Record, &["data"]),
        (PaymentField::Id, &["paymentId"]),
        (PaymentField::Status, &["status"]),
        (PaymentField::Amount, &["payment.amount"]),
        (PaymentField::Currency, &["payment.currency"]),
        (PaymentField::Reason, &["rejectionReason.code"]),
    ],
    payment_statuses: PAYMENT_STATUSES,
    consent: &[
        (ConsentField::Record, &["data"]),
        (ConsentField::Id, &["consentId"]),
        (ConsentField::Status, &["status"]),
        (ConsentField::ExpiresAt, &["expirationDateTime"]),
    ],
    consent_statuses: &[
        ("AWAITING_AUTHORISATION", ConsentStatus::Awaiting),
        ("PARTIALLY_ACCEPTED", ConsentStatus::PartiallyAuthorised),
        ("AUTHORISED", ConsentStatus::Active),
        ("REJECTED", ConsentStatus::Rejected),
        ("CONSUMED", ConsentStatus::Consumed),
    ],
    failures: Failures { codes: &["errors.0.code"], texts: &["errors.0.detail", "errors.0.title"], rows: FAILURES },
    next: &["links.next"],
    ..SILENT
};

const ENTRY: &[(Field, Paths)] = &[
    (Field::ProviderId, &["transactionId"]),
    (Field::Status, &["completedAuthorisedPaymentType"]),
    (Field::Amount, &["transactionAmount.amount"]),
    (Field::Currency, &["transactionAmount.currency"]),
    (Field::Indicator, &["creditDebitType"]),
    (Field::TransactionAt, &["transactionDateTime"]),
    (Field::BookingDayOf, &["transactionDateTime"]),
    (Field::PartyTaxNumber, &["partieCnpjCpf"]),
    (Field::Text, &["transactionName"]),
    (Field::Type, &["type"]),
];

const TYPES: &[(&str, TransactionKind, Nature)] = &[
    ("TED", TransactionKind::CreditTransferOut, Nature::Original),
    ("DOC", TransactionKind::CreditTransferOut, Nature::Original),
    ("PIX", TransactionKind::CreditTransferOut, Nature::Original),
    ("TRANSFERENCIA_MESMA_INSTITUICAO", TransactionKind::CreditTransferOut, Nature::Original),
    ("CONVENIO_ARRECADACAO", TransactionKind::DirectDebit, Nature::Original),
    ("CARTAO", TransactionKind::CardPayment, Nature::Original),
    ("SAQUE", TransactionKind::CashWithdrawal, Nature::Original),
    ("DEPOSITO", TransactionKind::CashDeposit, Nature::Original),
    ("TARIFA_SERVICOS_AVULSOS", TransactionKind::Fee, Nature::Fee),
    ("PACOTE_TARIFA_SERVICOS", TransactionKind::Fee, Nature::Fee),
    ("RENDIMENTO_APLIC_FINANCEIRA", TransactionKind::Interest, Nature::Interest),
    ("ENCARGOS_JUROS_CHEQUE_ESPECIAL", TransactionKind::Interest, Nature::Interest),
    ("FOLHA_PAGAMENTO", TransactionKind::Salary, Nature::Original),
    ("BOLETO", TransactionKind::Other, Nature::Original),
    ("OUTROS", TransactionKind::Other, Nature::Original),
];

const PAYMENT_STATUSES: &[(&str, PaymentStatus)] = &[
    ("RCVD", PaymentStatus::Created),
    ("PATC", PaymentStatus::PartiallyAuthorised),
    ("ACCP", PaymentStatus::AcceptedChecks),
    ("PDNG", PaymentStatus::PendingReview),
    ("SCHD", PaymentStatus::Scheduled),
    ("ACPD", PaymentStatus::InClearing),
    ("ACSC", PaymentStatus::Debited),
    ("RJCT", PaymentStatus::Rejected),
    ("CANC", PaymentStatus::Cancelled),
];

const FAILURES: &[FailureRow] = &[
    code(&[], "BAD_SIGNATURE", Class::AuthClient),
    code(&[], "INVALID_CLIENT", Class::AuthClient),
    code(&[401], "UNAUTHORIZED", Class::AuthToken),
    code(&[422], "CONSENTIMENTO_INVALIDO", Class::ConsentInvalid),
    code(&[422], "ESTADO_CONSENTIMENTO_INVALIDO", Class::ConsentInvalid),
    code(&[422], "CONSENTIMENTO_PENDENTE_AUTORIZACAO", Class::ConflictState),
    code(&[422], "ERRO_IDEMPOTENCIA", Class::IdempotencyConflict),
    code(&[422], "PAGAMENTO_NAO_PERMITE_CANCELAMENTO", Class::ConflictState),
    code(&[422], "SALDO_INSUFICIENTE", Class::BusinessRejected),
    code(&[422], "VALOR_ACIMA_LIMITE", Class::BusinessRejected),
    code(&[422], "VALOR_INVALIDO", Class::BusinessRejected),
    code(&[422], "COBRANCA_INVALIDA", Class::BusinessRejected),
    prefix(&[422], "PAGAMENTO_RECUSADO_", Class::BusinessRejected),
    code(&[422], "NAO_INFORMADO", Class::BusinessRejected),
    code(&[422], "PAGAMENTO_DIVERGENTE_CONSENTIMENTO", Class::BusinessRejected),
    prefix(&[422], "PARAMETRO_", Class::InvalidRequest),
    status(&[429], Class::RateLimited),
    status(&[529], Class::ProviderUnavailable),
];
