//! What bodies about variable recurring payments look like in each version.

use crate::dialect::uk::family::{CONSENT_ID, READ_REFUND};
use crate::dialect::uk::initiation::{END_TO_END, INSTRUCTED, INSTRUCTION, LOCAL_INSTRUMENT, SUPPLEMENTARY};
use crate::dialect::uk::parts::{
    ACCOUNT_40, ADDRESS_31, ADDRESS_40, MONEY, PAYEE_31, PAYEE_40, REGULATORY, REMITTANCE_31, REMITTANCE_40, RISK_31,
    RISK_40, ULTIMATE,
};
use crate::dialect::uk::shape::Need::{May, Must};
use crate::dialect::uk::shape::Shape::{Amount, Currency, Instant, List, Object, Text, Word};
use crate::dialect::uk::shape::{Field, Shape};
use crate::dialect::uk::version::{Era, Version};

/// The body that asks for a consent.
pub(super) fn consent(version: &Version) -> &'static Shape {
    match version.era {
        Era::Three => &CONSENT_31,
        Era::Four => &CONSENT_40,
    }
}

/// The body that orders a payment.
pub(super) fn order(version: &Version) -> &'static Shape {
    match version.era {
        Era::Three => &ORDER_31,
        Era::Four => &ORDER_40,
    }
}

/// The body that asks for funds.
pub(super) const QUESTION: Shape = Object(&[Field(
    "Data",
    Must,
    Object(&[CONSENT_ID, Field("Reference", May, Text(35)), Field("InstructedAmount", Must, MONEY)]),
)]);

/// Kinds of variable recurring payment.
pub(super) const VRP_TYPES: &[&str] = &["UK.OBIE.VRPType.Sweeping", "UK.OBIE.VRPType.Other"];
const AUTHENTICATIONS: &[&str] = &["UK.OBIE.SCA", "UK.OBIE.SCANotRequired"];
/// Whether the account holder is there.
const INTERACTIONS: &[&str] = &["InSession", "OffSession"];

const CONTROL: Field = Field(
    "ControlParameters",
    Must,
    Object(&[
        Field("ValidFromDateTime", May, Instant),
        Field("ValidToDateTime", May, Instant),
        Field("MaximumIndividualAmount", Must, MONEY),
        Field(
            "PeriodicLimits",
            Must,
            List(
                &Object(&[
                    Field("PeriodType", Must, Word(&["Day", "Week", "Fortnight", "Month", "Half-year", "Year"])),
                    Field("PeriodAlignment", Must, Word(&["Consent", "Calendar"])),
                    Field("Amount", Must, Amount),
                    Field("Currency", Must, Currency),
                ]),
                1,
                100,
            ),
        ),
        Field("VRPType", Must, List(&Word(VRP_TYPES), 1, 10)),
        Field("PSUAuthenticationMethods", Must, List(&Word(AUTHENTICATIONS), 1, 10)),
        Field("PSUInteractionTypes", May, List(&Word(INTERACTIONS), 0, 10)),
        SUPPLEMENTARY,
    ]),
);

const INITIATION_31: Field = Field(
    "Initiation",
    Must,
    Object(&[
        Field("DebtorAccount", May, PAYEE_31),
        Field("CreditorAccount", May, PAYEE_31),
        Field("CreditorPostalAddress", May, ADDRESS_31),
        REMITTANCE_31,
    ]),
);
const INITIATION_40: Field = Field(
    "Initiation",
    Must,
    Object(&[
        Field("DebtorAccount", May, ACCOUNT_40),
        Field("CreditorAccount", May, PAYEE_40),
        Field("CreditorPostalAddress", May, ADDRESS_40),
        Field("UltimateCreditor", May, ULTIMATE),
        Field("UltimateDebtor", May, ULTIMATE),
        REMITTANCE_40,
        REGULATORY,
    ]),
);

const CONSENT_31: Shape =
    Object(&[Field("Data", Must, Object(&[READ_REFUND, CONTROL, INITIATION_31])), Field("Risk", Must, RISK_31)]);
const CONSENT_40: Shape =
    Object(&[Field("Data", Must, Object(&[READ_REFUND, CONTROL, INITIATION_40])), Field("Risk", Must, RISK_40)]);

const METHOD: Field = Field("PSUAuthenticationMethod", Must, Word(AUTHENTICATIONS));
const INTERACTION: Field = Field("PSUInteractionType", May, Word(INTERACTIONS));
const TYPE: Field = Field("VRPType", Must, Word(VRP_TYPES));

const ORDER_31: Shape = Object(&[
    Field(
        "Data",
        Must,
        Object(&[
            CONSENT_ID,
            METHOD,
            INTERACTION,
            TYPE,
            INITIATION_31,
            Field(
                "Instruction",
                Must,
                Object(&[
                    INSTRUCTION,
                    END_TO_END,
                    REMITTANCE_31,
                    LOCAL_INSTRUMENT,
                    INSTRUCTED,
                    Field("CreditorPostalAddress", May, ADDRESS_31),
                    Field("CreditorAccount", Must, PAYEE_31),
                    SUPPLEMENTARY,
                ]),
            ),
        ]),
    ),
    Field("Risk", Must, RISK_31),
]);
const ORDER_40: Shape = Object(&[
    Field(
        "Data",
        Must,
        Object(&[
            CONSENT_ID,
            METHOD,
            INTERACTION,
            TYPE,
            INITIATION_40,
            Field(
                "Instruction",
                Must,
                Object(&[
                    INSTRUCTION,
                    END_TO_END,
                    REMITTANCE_40,
                    LOCAL_INSTRUMENT,
                    INSTRUCTED,
                    Field("CreditorPostalAddress", May, ADDRESS_40),
                    Field("CreditorAccount", Must, PAYEE_40),
                    Field("UltimateCreditor", May, ULTIMATE),
                    Field("UltimateDebtor", May, ULTIMATE),
                    SUPPLEMENTARY,
                ]),
            ),
        ]),
    ),
    Field("Risk", Must, RISK_40),
]);
