//! What an order says about the payment itself, `Data.Initiation`, for each kind of order and version.
//!
//! Owns the tables. What the bank makes of an order that fits them is `rules`' and `payment`'s business.

use super::frequency;
use super::parts::{
    ACCOUNT_31, ACCOUNT_40, ADDRESS_31, ADDRESS_40, AGENT_31, AGENT_40, COUNTRY, CREDITOR_31, CREDITOR_40, MONEY,
    PAYEE_31, PAYEE_40, REGULATORY, REMITTANCE_31, REMITTANCE_40, STANDING_CREDITOR_31, ULTIMATE,
};
use super::purpose::CATEGORIES;
use super::shape::Need::{May, Must};
use super::shape::Shape::{Count, Currency, Form, Instant, Number, Object, Open, Text, Word};
use super::shape::{Field, Shape};

pub(super) const INSTRUCTION: Field = Field("InstructionIdentification", Must, Text(35));
pub(super) const END_TO_END: Field = Field("EndToEndIdentification", Must, Text(35));
const OPTIONAL_END_TO_END: Field = Field("EndToEndIdentification", May, Text(35));
pub(super) const LOCAL_INSTRUMENT: Field = Field("LocalInstrument", May, Text(50));
const EXECUTION: Field = Field("RequestedExecutionDateTime", Must, Instant);
pub(super) const INSTRUCTED: Field = Field("InstructedAmount", Must, MONEY);
const DEBTOR_31: Field = Field("DebtorAccount", May, ACCOUNT_31);
const DEBTOR_40: Field = Field("DebtorAccount", May, ACCOUNT_40);
const CREDITOR_ACCOUNT_31: Field = Field("CreditorAccount", Must, PAYEE_31);
const CREDITOR_ACCOUNT_40: Field = Field("CreditorAccount", Must, PAYEE_40);
const ULTIMATE_CREDITOR: Field = Field("UltimateCreditor", May, ULTIMATE);
const ULTIMATE_DEBTOR: Field = Field("UltimateDebtor", May, ULTIMATE);
pub(super) const SUPPLEMENTARY: Field = Field("SupplementaryData", May, Open);

/// A single payment in pounds, at once.
pub(super) const DOMESTIC: (Shape, Shape) = (
    Object(&[
        INSTRUCTION,
        END_TO_END,
        LOCAL_INSTRUMENT,
        INSTRUCTED,
        DEBTOR_31,
        CREDITOR_ACCOUNT_31,
        Field("CreditorPostalAddress", May, ADDRESS_31),
        REMITTANCE_31,
        SUPPLEMENTARY,
    ]),
    Object(&[
        INSTRUCTION,
        END_TO_END,
        LOCAL_INSTRUMENT,
        INSTRUCTED,
        DEBTOR_40,
        Field("CreditorAgent", May, AGENT_40),
        CREDITOR_ACCOUNT_40,
        Field("CreditorPostalAddress", May, ADDRESS_40),
        ULTIMATE_CREDITOR,
        ULTIMATE_DEBTOR,
        REGULATORY,
        REMITTANCE_40,
        SUPPLEMENTARY,
    ]),
);

/// The same on a day to come.
pub(super) const SCHEDULED: (Shape, Shape) = (
    Object(&[
        INSTRUCTION,
        OPTIONAL_END_TO_END,
        LOCAL_INSTRUMENT,
        EXECUTION,
        INSTRUCTED,
        DEBTOR_31,
        CREDITOR_ACCOUNT_31,
        Field("CreditorPostalAddress", May, ADDRESS_31),
        REMITTANCE_31,
        SUPPLEMENTARY,
    ]),
    Object(&[
        INSTRUCTION,
        OPTIONAL_END_TO_END,
        LOCAL_INSTRUMENT,
        EXECUTION,
        INSTRUCTED,
        DEBTOR_40,
        CREDITOR_ACCOUNT_40,
        Field("CreditorPostalAddress", May, ADDRESS_40),
        ULTIMATE_CREDITOR,
        ULTIMATE_DEBTOR,
        REGULATORY,
        REMITTANCE_40,
        SUPPLEMENTARY,
    ]),
);

const PATTERN: Field = Field(
    "Frequency",
    Must,
    Form(frequency::is_pattern, "a frequency such as EvryDay, IntrvlWkDay:01:03 or IntrvlMnthDay:01:15"),
);
const REFERENCE: Field = Field("Reference", May, Text(35));
const NUMBER: Field = Field("NumberOfPayments", May, Text(35));
const FIRST: Field = Field("FirstPaymentDateTime", Must, Instant);
const RECURRING: Field = Field("RecurringPaymentDateTime", May, Instant);
const FINAL: Field = Field("FinalPaymentDateTime", May, Instant);

/// The rhythm of a standing order in version 4.
const MANDATE: Field = Field(
    "MandateRelatedInformation",
    Must,
    Object(&[
        Field("MandateIdentification", May, Text(35)),
        Field("Classification", May, Word(&["FIXE", "USGB", "VARI"])),
        Field("CategoryPurposeCode", May, Word(CATEGORIES)),
        Field("FirstPaymentDateTime", May, Instant),
        RECURRING,
        FINAL,
        Field(
            "Frequency",
            Must,
            Object(&[
                Field("Type", Must, Form(frequency::is_type, "a frequency such as DAIL, WEEK, MNTH, QURT or YEAR")),
                Field("CountPerPeriod", May, Count),
                Field("PointInTime", May, Form(frequency::is_point, "two digits: the day of the week or month")),
            ]),
        ),
        Field("Reason", May, Text(256)),
    ]),
);

/// A standing order in pounds.
pub(super) const STANDING: (Shape, Shape) = (
    Object(&[
        PATTERN,
        REFERENCE,
        NUMBER,
        FIRST,
        RECURRING,
        FINAL,
        Field("FirstPaymentAmount", Must, MONEY),
        Field("RecurringPaymentAmount", May, MONEY),
        Field("FinalPaymentAmount", May, MONEY),
        DEBTOR_31,
        CREDITOR_ACCOUNT_31,
        SUPPLEMENTARY,
    ]),
    Object(&[
        REMITTANCE_40,
        NUMBER,
        Field("FirstPaymentAmount", Must, MONEY),
        Field("RecurringPaymentAmount", May, MONEY),
        Field("FinalPaymentAmount", May, MONEY),
        DEBTOR_40,
        CREDITOR_ACCOUNT_40,
        ULTIMATE_CREDITOR,
        ULTIMATE_DEBTOR,
        REGULATORY,
        MANDATE,
        SUPPLEMENTARY,
    ]),
);

const PRIORITY: Field = Field("InstructionPriority", May, Word(&["Normal", "Urgent"]));
const PURPOSE: Field = Field("Purpose", May, Text(4));
const EXTENDED_PURPOSE: Field = Field("ExtendedPurpose", May, Text(140));
const BEARER: Field =
    Field("ChargeBearer", May, Word(&["BorneByCreditor", "BorneByDebtor", "FollowingServiceLevel", "Shared"]));
const TRANSFER: Field = Field("CurrencyOfTransfer", Must, Currency);
const DESTINATION: Field = Field("DestinationCountryCode", May, COUNTRY);
const RATE: Field = Field(
    "ExchangeRateInformation",
    May,
    Object(&[
        Field("UnitCurrency", Must, Currency),
        Field("ExchangeRate", May, Number),
        Field("RateType", Must, Word(&["Actual", "Agreed", "Indicative"])),
        Field("ContractIdentification", May, Text(256)),
    ]),
);

/// A single payment abroad or in another currency, at once.
pub(super) const INTERNATIONAL: (Shape, Shape) = (
    Object(&[
        INSTRUCTION,
        END_TO_END,
        LOCAL_INSTRUMENT,
        PRIORITY,
        PURPOSE,
        EXTENDED_PURPOSE,
        BEARER,
        TRANSFER,
        DESTINATION,
        INSTRUCTED,
        RATE,
        DEBTOR_31,
        Field("Creditor", May, CREDITOR_31),
        Field("CreditorAgent", May, AGENT_31),
        CREDITOR_ACCOUNT_31,
        REMITTANCE_31,
        SUPPLEMENTARY,
    ]),
    Object(&[
        INSTRUCTION,
        END_TO_END,
        LOCAL_INSTRUMENT,
        PRIORITY,
        EXTENDED_PURPOSE,
        BEARER,
        TRANSFER,
        DESTINATION,
        INSTRUCTED,
        RATE,
        DEBTOR_40,
        Field("Creditor", May, CREDITOR_40),
        Field("CreditorAgent", May, AGENT_40),
        CREDITOR_ACCOUNT_40,
        ULTIMATE_CREDITOR,
        ULTIMATE_DEBTOR,
        REGULATORY,
        REMITTANCE_40,
        SUPPLEMENTARY,
    ]),
);

/// The same on a day to come.
pub(super) const INTERNATIONAL_SCHEDULED: (Shape, Shape) = (
    Object(&[
        INSTRUCTION,
        OPTIONAL_END_TO_END,
        LOCAL_INSTRUMENT,
        PRIORITY,
        PURPOSE,
        EXTENDED_PURPOSE,
        BEARER,
        EXECUTION,
        TRANSFER,
        DESTINATION,
        INSTRUCTED,
        RATE,
        DEBTOR_31,
        Field("Creditor", May, CREDITOR_31),
        Field("CreditorAgent", May, AGENT_31),
        CREDITOR_ACCOUNT_31,
        REMITTANCE_31,
        SUPPLEMENTARY,
    ]),
    Object(&[
        INSTRUCTION,
        OPTIONAL_END_TO_END,
        LOCAL_INSTRUMENT,
        PRIORITY,
        EXTENDED_PURPOSE,
        BEARER,
        EXECUTION,
        TRANSFER,
        DESTINATION,
        INSTRUCTED,
        RATE,
        DEBTOR_40,
        Field("Creditor", May, CREDITOR_40),
        Field("CreditorAgent", May, AGENT_40),
        CREDITOR_ACCOUNT_40,
        ULTIMATE_CREDITOR,
        ULTIMATE_DEBTOR,
        REGULATORY,
        REMITTANCE_40,
        SUPPLEMENTARY,
    ]),
);

/// A standing order abroad or in another currency.
pub(super) const INTERNATIONAL_STANDING: (Shape, Shape) = (
    Object(&[
        PATTERN,
        REFERENCE,
        NUMBER,
        FIRST,
        FINAL,
        PURPOSE,
        EXTENDED_PURPOSE,
        BEARER,
        TRANSFER,
        DESTINATION,
        INSTRUCTED,
        DEBTOR_31,
        Field("Creditor", May, STANDING_CREDITOR_31),
        Field("CreditorAgent", May, AGENT_31),
        CREDITOR_ACCOUNT_31,
        SUPPLEMENTARY,
    ]),
    Object(&[
        REMITTANCE_40,
        NUMBER,
        EXTENDED_PURPOSE,
        BEARER,
        TRANSFER,
        DESTINATION,
        INSTRUCTED,
        DEBTOR_40,
        Field("Creditor", May, CREDITOR_40),
        Field("CreditorAgent", May, AGENT_40),
        CREDITOR_ACCOUNT_40,
        ULTIMATE_CREDITOR,
        ULTIMATE_DEBTOR,
        REGULATORY,
        MANDATE,
        SUPPLEMENTARY,
    ]),
);

const FILE_TYPE: Field = Field("FileType", Must, Text(40));
const FILE_HASH: Field = Field("FileHash", Must, Text(44));
const FILE_REFERENCE: Field = Field("FileReference", May, Text(40));
const TRANSACTIONS: Field =
    Field("NumberOfTransactions", May, Form(is_number_of_transactions, "a number of up to 15 digits as a string"));
const SUM: Field = Field("ControlSum", May, Number);
const OPTIONAL_EXECUTION: Field = Field("RequestedExecutionDateTime", May, Instant);

/// A file of payments.
pub(super) const FILE: (Shape, Shape) = (
    Object(&[
        FILE_TYPE,
        FILE_HASH,
        FILE_REFERENCE,
        TRANSACTIONS,
        SUM,
        OPTIONAL_EXECUTION,
        LOCAL_INSTRUMENT,
        DEBTOR_31,
        REMITTANCE_31,
        SUPPLEMENTARY,
    ]),
    Object(&[
        FILE_TYPE,
        FILE_HASH,
        FILE_REFERENCE,
        TRANSACTIONS,
        SUM,
        OPTIONAL_EXECUTION,
        LOCAL_INSTRUMENT,
        Field("CreditorAgent", May, AGENT_40),
        DEBTOR_40,
        ULTIMATE_DEBTOR,
        REMITTANCE_40,
        SUPPLEMENTARY,
    ]),
);

fn is_number_of_transactions(text: &str) -> bool {
    (1..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
