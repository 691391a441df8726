//! Parts that bodies about payments are made of, in each version: accounts, addresses, agents, texts, risk.
//!
//! Owns their members and lengths. Which body has which parts is written in `initiation` and `family`.

use super::purpose::{CATEGORIES, PURPOSES};
use super::shape::Need::{May, Must};
use super::shape::Shape::{Amount, Currency, Flag, Form, Instant, List, Object, Text, Word};
use super::shape::{Field, Shape};

/// An amount in a currency.
pub(super) const MONEY: Shape = Object(&[Field("Amount", Must, Amount), Field("Currency", Must, Currency)]);

const SCHEME: Field = Field("SchemeName", Must, Text(40));
const IDENTIFICATION: Field = Field("Identification", Must, Text(256));
const SECONDARY: Field = Field("SecondaryIdentification", May, Text(34));

/// An account whose holder need not be named.
pub(super) const ACCOUNT_31: Shape = Object(&[SCHEME, IDENTIFICATION, Field("Name", May, Text(350)), SECONDARY]);
/// The same in version 4, where it may be known by a telephone number or the like.
pub(super) const ACCOUNT_40: Shape = Object(&[SCHEME, IDENTIFICATION, Field("Name", May, Text(350)), SECONDARY, PROXY]);
/// The account of whoever is paid.
pub(super) const PAYEE_31: Shape = Object(&[SCHEME, IDENTIFICATION, Field("Name", Must, Text(350)), SECONDARY]);
/// The same in version 4.
pub(super) const PAYEE_40: Shape = Object(&[SCHEME, IDENTIFICATION, Field("Name", Must, Text(350)), SECONDARY, PROXY]);
const PROXY: Field = Field(
    "Proxy",
    May,
    Object(&[
        Field("Identification", Must, Text(2_048)),
        Field(
            "Code",
            Must,
            Word(&[
                "TELE", "EMAL", "DNAM", "CINC", "COTX", "COID", "CUST", "DRLC", "EIDN", "EWAL", "PVTX", "LEIC", "MBNO",
                "NIDN", "CCPT", "SHID", "SOSE", "TOKN", "UBIL", "VIPN", "BIID",
            ]),
        ),
        Field("Type", May, Text(35)),
    ]),
);

/// A country's code of two letters.
pub(super) const COUNTRY: Shape = Form(is_country, "an ISO 3166 code of two capital letters");
const LEI: Field = Field("LEI", May, Form(is_lei, "a legal entity identifier of 18 letters or digits and 2 digits"));

/// Where somebody is.
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
    Field("Country", May, COUNTRY),
    Field("AddressLine", May, List(&Text(70), 0, 7)),
]);
/// The same in version 4.
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
    Field("Country", May, COUNTRY),
    Field("AddressLine", May, List(&Text(70), 0, 7)),
]);

/// Who is paid, in version 3.1, where international orders name them; standing orders have room for more.
pub(super) const CREDITOR_31: Shape = Object(&[Field("Name", May, Text(140)), Field("PostalAddress", May, ADDRESS_31)]);
/// The same in a standing order.
pub(super) const STANDING_CREDITOR_31: Shape =
    Object(&[Field("Name", May, Text(350)), Field("PostalAddress", May, ADDRESS_31)]);
/// The same in version 4.
pub(super) const CREDITOR_40: Shape =
    Object(&[Field("Name", May, Text(350)), LEI, Field("PostalAddress", May, ADDRESS_40)]);

/// The bank of whoever is paid.
pub(super) const AGENT_31: Shape = Object(&[
    Field("SchemeName", May, Text(40)),
    Field("Identification", May, Text(35)),
    Field("Name", May, Text(140)),
    Field("PostalAddress", May, ADDRESS_31),
]);
/// The same in version 4.
pub(super) const AGENT_40: Shape = Object(&[
    Field("SchemeName", May, Text(40)),
    Field("Identification", May, Text(35)),
    Field("Name", May, Text(140)),
    LEI,
    Field("PostalAddress", May, ADDRESS_40),
]);

/// On whose behalf somebody pays or is paid.
pub(super) const ULTIMATE: Shape = Object(&[
    Field("Name", May, Text(140)),
    Field("Identification", May, Text(256)),
    LEI,
    Field("SchemeName", May, Text(40)),
    Field("PostalAddress", May, ADDRESS_40),
]);

/// What authorities want to know.
pub(super) const REGULATORY: Field = Field("RegulatoryReporting", May, List(&REPORT, 0, 10));
const REPORT: Shape = Object(&[
    Field("DebitCreditReportingIndicator", May, Word(&["CRED", "DEBT", "BOTH"])),
    Field("Authority", May, Object(&[Field("Name", May, Text(140)), Field("CountryCode", May, COUNTRY)])),
    Field("Details", May, List(&REPORT_DETAIL, 0, usize::MAX)),
]);
const REPORT_DETAIL: Shape = Object(&[
    Field("Type", May, Text(35)),
    Field("Date", May, Instant),
    Field("Country", May, COUNTRY),
    Field("Amount", May, MONEY),
    Field("Information", May, List(&Text(35), 0, usize::MAX)),
]);

/// Text for whoever is paid.
pub(super) const REMITTANCE_31: Field = Field(
    "RemittanceInformation",
    May,
    Object(&[Field("Unstructured", May, Text(140)), Field("Reference", May, Text(35))]),
);
/// The same in version 4.
pub(super) const REMITTANCE_40: Field = Field(
    "RemittanceInformation",
    May,
    Object(&[
        Field("Structured", May, List(&STRUCTURED, 0, usize::MAX)),
        Field("Unstructured", May, List(&Text(140), 0, usize::MAX)),
    ]),
);
const STRUCTURED: Shape = Object(&[
    Field("ReferredDocumentInformation", May, List(&DOCUMENT, 0, usize::MAX)),
    Field("ReferredDocumentAmount", May, Amount),
    Field(
        "CreditorReferenceInformation",
        May,
        Object(&[
            Field("Code", May, Word(&["DISP", "FXDR", "PUOR", "RPIN", "RADM", "SCOR"])),
            Field("Issuer", May, Text(35)),
            Field("Reference", May, Text(35)),
        ]),
    ),
    Field("Invoicer", May, Text(256)),
    Field("Invoicee", May, Text(256)),
    Field("TaxRemittance", May, Text(140)),
    Field("AdditionalRemittanceInformation", May, List(&Text(140), 0, 3)),
]);
const DOCUMENT: Shape = Object(&[
    Field(
        "Code",
        May,
        Word(&[
            "CINV", "CNFA", "CONT", "CREN", "DEBN", "DISP", "DNFA", "HIRI", "INVS", "MSIN", "PROF", "PUOR", "QUOT",
            "SBIN", "SPRR", "TISH",
        ]),
    ),
    Field("Issuer", May, Text(35)),
    Field("Number", May, Text(35)),
    Field("RelatedDate", May, Instant),
    Field("LineDetails", May, List(&Text(2_048), 0, usize::MAX)),
]);

/// How the client thinks a second account holder comes in.
pub(super) const AUTHORISATION: Field = Field(
    "Authorisation",
    May,
    Object(&[Field("AuthorisationType", Must, Word(&["Any", "Single"])), Field("CompletionDateTime", May, Instant)]),
);
/// The same for domestic orders of version 4.
pub(super) const AUTHORISATION_40: Field = Field(
    "Authorisation",
    May,
    Object(&[
        Field("AuthorisationType", Must, Word(&["Any", "Single", "Multiple"])),
        Field("CompletionDateTime", May, Instant),
    ]),
);

/// Why the client asks for an exemption from strong authentication.
pub(super) const SCA: Field = Field(
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

const CONTEXT: Field = Field(
    "PaymentContextCode",
    May,
    Word(&[
        "BillingGoodsAndServicesInAdvance",
        "BillingGoodsAndServicesInArrears",
        "PispPayee",
        "EcommerceMerchantInitiatedPayment",
        "FaceToFacePointOfSale",
        "TransferToSelf",
        "TransferToThirdParty",
        "BillPayment",
        "EcommerceGoods",
        "EcommerceServices",
        "Other",
        "PartyToParty",
    ]),
);
const MERCHANT: Field = Field("MerchantCategoryCode", May, Form(is_short_code, "a code of 3 or 4 characters"));
const CUSTOMER: Field = Field("MerchantCustomerIdentification", May, Text(70));
const PREPOPULATED: Field = Field("BeneficiaryPrepopulatedIndicator", May, Flag);
const BENEFICIARY: Field = Field(
    "BeneficiaryAccountType",
    May,
    Word(&[
        "Business",
        "BusinessSavingsAccount",
        "Charity",
        "Collection",
        "Corporate",
        "Ewallet",
        "Government",
        "Investment",
        "ISA",
        "JointPersonal",
        "Pension",
        "Personal",
        "PersonalSavingsAccount",
        "Premier",
        "Wealth",
    ]),
);

/// What the client knows about the risk of a payment.
pub(super) const RISK_31: Shape = Object(&[
    CONTEXT,
    MERCHANT,
    CUSTOMER,
    // The standard's own spelling.
    Field("ContractPresentInidicator", May, Flag),
    PREPOPULATED,
    Field("PaymentPurposeCode", May, Form(is_short_code, "a code of 3 or 4 characters")),
    BENEFICIARY,
    Field(
        "DeliveryAddress",
        May,
        Object(&[
            Field("AddressLine", May, List(&Text(70), 0, 2)),
            Field("StreetName", May, Text(70)),
            Field("BuildingNumber", May, Text(16)),
            Field("PostCode", May, Text(16)),
            Field("TownName", Must, Text(35)),
            Field("CountrySubDivision", May, Text(35)),
            Field("Country", Must, COUNTRY),
        ]),
    ),
]);
/// The same in version 4.
pub(super) const RISK_40: Shape = Object(&[
    CONTEXT,
    MERCHANT,
    CUSTOMER,
    Field("ContractPresentIndicator", May, Flag),
    PREPOPULATED,
    Field("PaymentPurposeCode", May, Word(PURPOSES)),
    Field("CategoryPurposeCode", May, Word(CATEGORIES)),
    BENEFICIARY,
    Field("DeliveryAddress", May, ADDRESS_40),
]);

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_lei(text: &str) -> bool {
    let (head, tail) = text.split_at_checked(18).unwrap_or(("", ""));
    let legal = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    head.bytes().all(legal) && tail.len() == 2 && tail.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_short_code(text: &str) -> bool {
    (3..=4).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}
