//! The kinds of payment: what each is called, and what its bodies look like in each version.
//!
//! Owns the tables. What happens with an order is `payment`'s business.

use super::shape::Need::{May, Must};
use super::shape::Shape::{Amount, Any, Currency, Flag, Instant, List, Object, Text, Word};
use super::shape::{Field, Shape};
use super::version::{Era, Version};

/// A kind of payment.
#[derive(Debug)]
pub(super) struct Family {
    /// Name of its consents' kind.
    pub kind: &'static str,
    /// Where its consents are.
    pub consents: &'static str,
    /// Where its payments are.
    pub payments: &'static str,
    /// The member that carries a payment's id.
    pub id: &'static str,
    /// When it is carried out.
    pub timing: Timing,
    consent: (Shape, Shape),
    payment: (Shape, Shape),
}

/// When an order is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timing {
    /// At once.
    Now,
    /// On a day to come.
    Later,
}

impl Family {
    /// The body that asks for a consent.
    pub(super) fn consent_body(&self, version: &Version) -> &Shape {
        match version.era {
            Era::Three => &self.consent.0,
            Era::Four => &self.consent.1,
        }
    }

    /// The body that orders the payment.
    pub(super) fn payment_body(&self, version: &Version) -> &Shape {
        match version.era {
            Era::Three => &self.payment.0,
            Era::Four => &self.payment.1,
        }
    }
}

/// A single payment in pounds, at once.
pub(super) static DOMESTIC: Family = Family {
    kind: "domestic-payment",
    consents: "domestic-payment-consents",
    payments: "domestic-payments",
    id: "DomesticPaymentId",
    timing: Timing::Now,
    consent: (
        Object(&[
            Field("Data", Must, Object(&[READ_REFUND, Field("Initiation", Must, DOMESTIC_31), AUTHORISATION_31, SCA])),
            Field("Risk", Must, RISK_31),
        ]),
        Object(&[
            Field("Data", Must, Object(&[READ_REFUND, Field("Initiation", Must, DOMESTIC_40), AUTHORISATION_40, SCA])),
            Field("Risk", Must, RISK_40),
        ]),
    ),
    payment: (
        Object(&[
            Field("Data", Must, Object(&[CONSENT_ID, Field("Initiation", Must, DOMESTIC_31)])),
            Field("Risk", Must, RISK_31),
        ]),
        Object(&[
            Field("Data", Must, Object(&[CONSENT_ID, Field("Initiation", Must, DOMESTIC_40)])),
            Field("Risk", Must, RISK_40),
        ]),
    ),
};

/// A single payment in pounds, on a day to come.
pub(super) static SCHEDULED: Family = Family {
    kind: "domestic-scheduled-payment",
    consents: "domestic-scheduled-payment-consents",
    payments: "domestic-scheduled-payments",
    id: "DomesticScheduledPaymentId",
    timing: Timing::Later,
    consent: (
        Object(&[
            Field(
                "Data",
                Must,
                Object(&[PERMISSION, READ_REFUND, Field("Initiation", Must, SCHEDULED_31), AUTHORISATION_31, SCA]),
            ),
            Field("Risk", Must, RISK_31),
        ]),
        Object(&[
            Field(
                "Data",
                Must,
                Object(&[PERMISSION, READ_REFUND, Field("Initiation", Must, SCHEDULED_40), AUTHORISATION_40, SCA]),
            ),
            Field("Risk", Must, RISK_40),
        ]),
    ),
    payment: (
        Object(&[
            Field("Data", Must, Object(&[CONSENT_ID, Field("Initiation", Must, SCHEDULED_31)])),
            Field("Risk", Must, RISK_31),
        ]),
        Object(&[
            Field("Data", Must, Object(&[CONSENT_ID, Field("Initiation", Must, SCHEDULED_40)])),
            Field("Risk", Must, RISK_40),
        ]),
    ),
};

pub(super) const CONSENT_ID: Field = Field("ConsentId", Must, Text(128));
const PERMISSION: Field = Field("Permission", Must, Word(&["Create"]));
pub(super) const READ_REFUND: Field = Field("ReadRefundAccount", May, Word(&["No", "Yes"]));
const AUTHORISATION_31: Field = Field(
    "Authorisation",
    May,
    Object(&[Field("AuthorisationType", Must, Word(&["Any", "Single"])), Field("CompletionDateTime", May, Instant)]),
);
const AUTHORISATION_40: Field = Field(
    "Authorisation",
    May,
    Object(&[
        Field("AuthorisationType", Must, Word(&["Any", "Single", "Multiple"])),
        Field("CompletionDateTime", May, Instant),
    ]),
);
const SCA: Field = Field(
    "SCASupportData",
    May,
    Object(&[
        Field(
            "RequestedSCAExemptionType",
            May,
            Word(&[
                "BillPayment",
                "ContactlessTravel",
                "EcommerceGoods",
                "EcommerceServices",
                "Kiosk",
                "Parking",
                "PartyToParty",
            ]),
        ),
        Field("AppliedAuthenticationApproach", May, Word(&["CA", "SCA"])),
        Field("ReferencePaymentOrderId", May, Text(40)),
    ]),
);

/// An amount in a currency.
pub(super) const MONEY: Shape = Object(&[Field("Amount", Must, Amount), Field("Currency", Must, Currency)]);

const SCHEME: Field = Field("SchemeName", Must, Text(40));
const IDENTIFICATION: Field = Field("Identification", Must, Text(256));
const SECONDARY: Field = Field("SecondaryIdentification", May, Text(34));

/// An account whose holder need not be named.
pub(super) const ACCOUNT_31: Shape = Object(&[SCHEME, IDENTIFICATION, Field("Name", May, Text(350)), SECONDARY]);
/// The same in version 4, where it may be known by a telephone number or the like.
pub(super) const ACCOUNT_40: Shape = Object(&[SCHEME, IDENTIFICATION, Field("Name", May, Text(350)), SECONDARY, PROXY]);
pub(super) const PAYEE_31: Shape = Object(&[SCHEME, IDENTIFICATION, Field("Name", Must, Text(350)), SECONDARY]);
pub(super) const PAYEE_40: Shape = Object(&[SCHEME, IDENTIFICATION, Field("Name", Must, Text(350)), SECONDARY, PROXY]);
const PROXY: Field = Field(
    "Proxy",
    May,
    Object(&[Field("Identification", Must, Text(2_048)), Field("Code", Must, Text(4)), Field("Type", May, Text(35))]),
);

pub(super) const ADDRESS_31: Shape = Object(&[
    Field(
        "AddressType",
        May,
        Word(&["Business", "Correspondence", "DeliveryTo", "MailTo", "POBox", "Postal", "Residential", "Statement"]),
    ),
    Field("Department", May, Text(70)),
    Field("SubDepartment", May, Text(70)),
    Field("StreetName", May, Text(70)),
    Field("BuildingNumber", May, Text(16)),
    Field("PostCode", May, Text(16)),
    Field("TownName", May, Text(35)),
    Field("CountrySubDivision", May, Text(35)),
    Field("Country", May, Text(2)),
    Field("AddressLine", May, List(&Text(70), 0, 7)),
]);
pub(super) const ADDRESS_40: Shape = Object(&[
    Field("AddressType", May, Word(&["BIZZ", "DLVY", "MLTO", "PBOX", "ADDR", "HOME", "CORR", "STAT"])),
    Field("Department", May, Text(70)),
    Field("SubDepartment", May, Text(70)),
    Field("StreetName", May, Text(140)),
    Field("BuildingNumber", May, Text(16)),
    Field("BuildingName", May, Text(140)),
    Field("Floor", May, Text(70)),
    Field("UnitNumber", May, Text(16)),
    Field("Room", May, Text(70)),
    Field("PostBox", May, Text(16)),
    Field("TownLocationName", May, Text(140)),
    Field("DistrictName", May, Text(140)),
    Field("CareOf", May, Text(140)),
    Field("PostCode", May, Text(16)),
    Field("TownName", May, Text(140)),
    Field("CountrySubDivision", May, Text(35)),
    Field("Country", May, Text(2)),
    Field("AddressLine", May, List(&Text(70), 0, 7)),
]);

pub(super) const INSTRUCTION: Field = Field("InstructionIdentification", Must, Text(35));
pub(super) const END_TO_END: Field = Field("EndToEndIdentification", Must, Text(35));
const OPTIONAL_END_TO_END: Field = Field("EndToEndIdentification", May, Text(35));
pub(super) const LOCAL_INSTRUMENT: Field = Field("LocalInstrument", May, Text(50));
const EXECUTION: Field = Field("RequestedExecutionDateTime", Must, Instant);
pub(super) const INSTRUCTED: Field = Field("InstructedAmount", Must, MONEY);
pub(super) const REMITTANCE_31: Field = Field(
    "RemittanceInformation",
    May,
    Object(&[Field("Unstructured", May, Text(140)), Field("Reference", May, Text(35))]),
);
pub(super) const REMITTANCE_40: Field = Field(
    "RemittanceInformation",
    May,
    Object(&[
        Field("Structured", May, List(&Any, 0, usize::MAX)),
        Field("Unstructured", May, List(&Text(140), 0, usize::MAX)),
    ]),
);
pub(super) const SUPPLEMENTARY: Field = Field("SupplementaryData", May, Any);
pub(super) const REGULATORY: Field = Field("RegulatoryReporting", May, List(&Any, 0, 10));

const DOMESTIC_31: Shape = Object(&[
    INSTRUCTION,
    END_TO_END,
    LOCAL_INSTRUMENT,
    INSTRUCTED,
    Field("DebtorAccount", May, ACCOUNT_31),
    Field("CreditorAccount", Must, PAYEE_31),
    Field("CreditorPostalAddress", May, ADDRESS_31),
    REMITTANCE_31,
    SUPPLEMENTARY,
]);
const DOMESTIC_40: Shape = Object(&[
    INSTRUCTION,
    END_TO_END,
    LOCAL_INSTRUMENT,
    INSTRUCTED,
    Field("DebtorAccount", May, ACCOUNT_40),
    Field("CreditorAgent", May, Any),
    Field("CreditorAccount", Must, PAYEE_40),
    Field("CreditorPostalAddress", May, ADDRESS_40),
    Field("UltimateCreditor", May, Any),
    Field("UltimateDebtor", May, Any),
    REGULATORY,
    REMITTANCE_40,
    SUPPLEMENTARY,
]);
const SCHEDULED_31: Shape = Object(&[
    INSTRUCTION,
    OPTIONAL_END_TO_END,
    LOCAL_INSTRUMENT,
    EXECUTION,
    INSTRUCTED,
    Field("DebtorAccount", May, ACCOUNT_31),
    Field("CreditorAccount", Must, PAYEE_31),
    Field("CreditorPostalAddress", May, ADDRESS_31),
    REMITTANCE_31,
    SUPPLEMENTARY,
]);
const SCHEDULED_40: Shape = Object(&[
    INSTRUCTION,
    OPTIONAL_END_TO_END,
    LOCAL_INSTRUMENT,
    EXECUTION,
    INSTRUCTED,
    Field("DebtorAccount", May, ACCOUNT_40),
    Field("CreditorAccount", Must, PAYEE_40),
    Field("CreditorPostalAddress", May, ADDRESS_40),
    Field("UltimateCreditor", May, Any),
    Field("UltimateDebtor", May, Any),
    REGULATORY,
    REMITTANCE_40,
    SUPPLEMENTARY,
]);

const MERCHANT: Field = Field("MerchantCategoryCode", May, Text(4));
const CUSTOMER: Field = Field("MerchantCustomerIdentification", May, Text(70));
const PREPOPULATED: Field = Field("BeneficiaryPrepopulatedIndicator", May, Flag);
const PURPOSE: Field = Field("PaymentPurposeCode", May, Text(4));
const BENEFICIARY: Field = Field("BeneficiaryAccountType", May, Text(50));

pub(super) const RISK_31: Shape = Object(&[
    Field("PaymentContextCode", May, Text(60)),
    MERCHANT,
    CUSTOMER,
    // The standard's own spelling.
    Field("ContractPresentInidicator", May, Flag),
    PREPOPULATED,
    PURPOSE,
    BENEFICIARY,
    Field("DeliveryAddress", May, Any),
]);
pub(super) const RISK_40: Shape = Object(&[
    Field("PaymentContextCode", May, Text(60)),
    MERCHANT,
    CUSTOMER,
    Field("ContractPresentIndicator", May, Flag),
    PREPOPULATED,
    PURPOSE,
    Field("CategoryPurposeCode", May, Text(4)),
    BENEFICIARY,
    Field("DeliveryAddress", May, Any),
]);
