//! The further resources of an account: what banks serve where they have it.

use super::checks;
use super::row::Due::{Envelope, Has, Instant, Lacks, Link, List, Status};
use super::row::Row;

const NONE: &[&str] = &["ReadAccountsBasic"];

const BENEFICIARY: &[&str] = &["ReadAccountsBasic", "ReadBeneficiariesBasic"];
const BENEFICIARY_DETAIL: &[&str] = &["ReadAccountsBasic", "ReadBeneficiariesDetail"];
const DIRECTDEBIT: &[&str] = &["ReadAccountsBasic", "ReadDirectDebits"];
const STANDINGORDER: &[&str] = &["ReadAccountsBasic", "ReadStandingOrdersBasic"];
const STANDINGORDER_DETAIL: &[&str] = &["ReadAccountsBasic", "ReadStandingOrdersDetail"];
const SCHEDULEDPAYMENT: &[&str] = &["ReadAccountsBasic", "ReadScheduledPaymentsBasic"];
const SCHEDULEDPAYMENT_DETAIL: &[&str] = &["ReadAccountsBasic", "ReadScheduledPaymentsDetail"];
const STATEMENT: &[&str] = &["ReadAccountsBasic", "ReadStatementsBasic"];
const STATEMENT_DETAIL: &[&str] = &["ReadAccountsBasic", "ReadStatementsDetail"];
const OFFER: &[&str] = &["ReadAccountsBasic", "ReadOffers"];
const PRODUCT: &[&str] = &["ReadAccountsBasic", "ReadProducts"];
const PARTY: &[&str] = &["ReadAccountsBasic", "ReadParty"];
const PARTY_PSU: &[&str] = &["ReadAccountsBasic", "ReadPartyPSU"];

const STATEMENT_TRANSACTIONS: &[&str] = &[
    "ReadAccountsBasic",
    "ReadStatementsBasic",
    "ReadTransactionsBasic",
    "ReadTransactionsCredits",
    "ReadTransactionsDebits",
];

checks! {
    "uk-beneficiaries-listed", "the beneficiaries of an account are listed, none as an empty list",
        "UK Open Banking Read/Write, Beneficiaries: GET /accounts/{AccountId}/beneficiaries, conditional",
        "Answer 200 with Data.Beneficiary, empty where there are none." =>
        Row::read("/aisp/accounts/{account}/beneficiaries", BENEFICIARY, &[Status(&[200]), List("Data.Beneficiary"), Link("Links.Self")]).optional();
    "uk-beneficiaries-need-permission", "beneficiaries are closed to a consent without their permission",
        "UK Open Banking Read/Write, Beneficiaries: Permission Codes; Basics: HTTP Status Codes, 403",
        "Answer 403 with the standard's error." =>
        Row::read("/aisp/accounts/{account}/beneficiaries", NONE, &[Status(&[403]), Envelope]).optional();
    "uk-beneficiaries-unknown-account", "beneficiaries of an account that does not exist are refused with 400, or 403",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 400 and 403",
        "Keep 404 for addresses that do not exist." =>
        Row::read("/aisp/accounts/no-such-account/beneficiaries", BENEFICIARY, &[Status(&[400, 403]), Envelope]).optional();
    "uk-beneficiaries-in-bulk", "the beneficiaries of all accounts are read at once, where the bank has that",
        "UK Open Banking Read/Write, Beneficiaries: GET /beneficiaries, optional",
        "Answer 200 with Data.Beneficiary." =>
        Row::read("/aisp/beneficiaries", BENEFICIARY, &[Status(&[200]), List("Data.Beneficiary")]).optional();
    "uk-beneficiaries-basic", "with ReadBeneficiariesBasic beneficiaries show no CreditorAccount",
        "UK Open Banking Read/Write, Beneficiaries: Permission Codes, ReadBeneficiariesBasic",
        "Leave out what only the detail permission opens." =>
        Row::read("/aisp/beneficiaries", BENEFICIARY, &[Status(&[200]), Lacks("Data.Beneficiary[].CreditorAccount")]).optional();
    "uk-beneficiaries-detail", "with ReadBeneficiariesDetail beneficiaries are listed too",
        "UK Open Banking Read/Write, Beneficiaries: Permission Codes, ReadBeneficiariesDetail implies Basic",
        "Serve the list under the detail permission." =>
        Row::read("/aisp/beneficiaries", BENEFICIARY_DETAIL, &[Status(&[200]), List("Data.Beneficiary")]).optional();
    "uk-direct-debits-listed", "the direct debits of an account are listed, none as an empty list",
        "UK Open Banking Read/Write, Direct Debits: GET /accounts/{AccountId}/direct-debits, conditional",
        "Answer 200 with Data.DirectDebit, empty where there are none." =>
        Row::read("/aisp/accounts/{account}/direct-debits", DIRECTDEBIT, &[Status(&[200]), List("Data.DirectDebit"), Link("Links.Self")]).optional();
    "uk-direct-debits-need-permission", "direct debits are closed to a consent without their permission",
        "UK Open Banking Read/Write, Direct Debits: Permission Codes; Basics: HTTP Status Codes, 403",
        "Answer 403 with the standard's error." =>
        Row::read("/aisp/accounts/{account}/direct-debits", NONE, &[Status(&[403]), Envelope]).optional();
    "uk-direct-debits-unknown-account", "direct debits of an account that does not exist are refused with 400, or 403",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 400 and 403",
        "Keep 404 for addresses that do not exist." =>
        Row::read("/aisp/accounts/no-such-account/direct-debits", DIRECTDEBIT, &[Status(&[400, 403]), Envelope]).optional();
    "uk-direct-debits-in-bulk", "the direct debits of all accounts are read at once, where the bank has that",
        "UK Open Banking Read/Write, Direct Debits: GET /direct-debits, optional",
        "Answer 200 with Data.DirectDebit." =>
        Row::read("/aisp/direct-debits", DIRECTDEBIT, &[Status(&[200]), List("Data.DirectDebit")]).optional();
    "uk-standing-orders-listed", "the standing orders of an account are listed, none as an empty list",
        "UK Open Banking Read/Write, Standing Orders: GET /accounts/{AccountId}/standing-orders, conditional",
        "Answer 200 with Data.StandingOrder, empty where there are none." =>
        Row::read("/aisp/accounts/{account}/standing-orders", STANDINGORDER, &[Status(&[200]), List("Data.StandingOrder"), Link("Links.Self")]).optional();
    "uk-standing-orders-need-permission", "standing orders are closed to a consent without their permission",
        "UK Open Banking Read/Write, Standing Orders: Permission Codes; Basics: HTTP Status Codes, 403",
        "Answer 403 with the standard's error." =>
        Row::read("/aisp/accounts/{account}/standing-orders", NONE, &[Status(&[403]), Envelope]).optional();
    "uk-standing-orders-unknown-account", "standing orders of an account that does not exist are refused with 400, or 403",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 400 and 403",
        "Keep 404 for addresses that do not exist." =>
        Row::read("/aisp/accounts/no-such-account/standing-orders", STANDINGORDER, &[Status(&[400, 403]), Envelope]).optional();
    "uk-standing-orders-in-bulk", "the standing orders of all accounts are read at once, where the bank has that",
        "UK Open Banking Read/Write, Standing Orders: GET /standing-orders, optional",
        "Answer 200 with Data.StandingOrder." =>
        Row::read("/aisp/standing-orders", STANDINGORDER, &[Status(&[200]), List("Data.StandingOrder")]).optional();
    "uk-standing-orders-basic", "with ReadStandingOrdersBasic standing orders show no CreditorAccount",
        "UK Open Banking Read/Write, Standing Orders: Permission Codes, ReadStandingOrdersBasic",
        "Leave out what only the detail permission opens." =>
        Row::read("/aisp/standing-orders", STANDINGORDER, &[Status(&[200]), Lacks("Data.StandingOrder[].CreditorAccount")]).optional();
    "uk-standing-orders-detail", "with ReadStandingOrdersDetail standing orders are listed too",
        "UK Open Banking Read/Write, Standing Orders: Permission Codes, ReadStandingOrdersDetail implies Basic",
        "Serve the list under the detail permission." =>
        Row::read("/aisp/standing-orders", STANDINGORDER_DETAIL, &[Status(&[200]), List("Data.StandingOrder")]).optional();
    "uk-scheduled-payments-listed", "the scheduled payments of an account are listed, none as an empty list",
        "UK Open Banking Read/Write, Scheduled Payments: GET /accounts/{AccountId}/scheduled-payments, conditional",
        "Answer 200 with Data.ScheduledPayment, empty where there are none." =>
        Row::read("/aisp/accounts/{account}/scheduled-payments", SCHEDULEDPAYMENT, &[Status(&[200]), List("Data.ScheduledPayment"), Link("Links.Self")]).optional();
    "uk-scheduled-payments-need-permission", "scheduled payments are closed to a consent without their permission",
        "UK Open Banking Read/Write, Scheduled Payments: Permission Codes; Basics: HTTP Status Codes, 403",
        "Answer 403 with the standard's error." =>
        Row::read("/aisp/accounts/{account}/scheduled-payments", NONE, &[Status(&[403]), Envelope]).optional();
    "uk-scheduled-payments-unknown-account", "scheduled payments of an account that does not exist are refused with 400, or 403",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 400 and 403",
        "Keep 404 for addresses that do not exist." =>
        Row::read("/aisp/accounts/no-such-account/scheduled-payments", SCHEDULEDPAYMENT, &[Status(&[400, 403]), Envelope]).optional();
    "uk-scheduled-payments-in-bulk", "the scheduled payments of all accounts are read at once, where the bank has that",
        "UK Open Banking Read/Write, Scheduled Payments: GET /scheduled-payments, optional",
        "Answer 200 with Data.ScheduledPayment." =>
        Row::read("/aisp/scheduled-payments", SCHEDULEDPAYMENT, &[Status(&[200]), List("Data.ScheduledPayment")]).optional();
    "uk-scheduled-payments-basic", "with ReadScheduledPaymentsBasic scheduled payments show no CreditorAccount",
        "UK Open Banking Read/Write, Scheduled Payments: Permission Codes, ReadScheduledPaymentsBasic",
        "Leave out what only the detail permission opens." =>
        Row::read("/aisp/scheduled-payments", SCHEDULEDPAYMENT, &[Status(&[200]), Lacks("Data.ScheduledPayment[].CreditorAccount")]).optional();
    "uk-scheduled-payments-detail", "with ReadScheduledPaymentsDetail scheduled payments are listed too",
        "UK Open Banking Read/Write, Scheduled Payments: Permission Codes, ReadScheduledPaymentsDetail implies Basic",
        "Serve the list under the detail permission." =>
        Row::read("/aisp/scheduled-payments", SCHEDULEDPAYMENT_DETAIL, &[Status(&[200]), List("Data.ScheduledPayment")]).optional();
    "uk-statements-listed", "the statements of an account are listed, none as an empty list",
        "UK Open Banking Read/Write, Statements: GET /accounts/{AccountId}/statements, conditional",
        "Answer 200 with Data.Statement, empty where there are none." =>
        Row::read("/aisp/accounts/{account}/statements", STATEMENT, &[Status(&[200]), List("Data.Statement"), Link("Links.Self")]).optional();
    "uk-statements-need-permission", "statements are closed to a consent without their permission",
        "UK Open Banking Read/Write, Statements: Permission Codes; Basics: HTTP Status Codes, 403",
        "Answer 403 with the standard's error." =>
        Row::read("/aisp/accounts/{account}/statements", NONE, &[Status(&[403]), Envelope]).optional();
    "uk-statements-unknown-account", "statements of an account that does not exist are refused with 400, or 403",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 400 and 403",
        "Keep 404 for addresses that do not exist." =>
        Row::read("/aisp/accounts/no-such-account/statements", STATEMENT, &[Status(&[400, 403]), Envelope]).optional();
    "uk-statements-in-bulk", "the statements of all accounts are read at once, where the bank has that",
        "UK Open Banking Read/Write, Statements: GET /statements, optional",
        "Answer 200 with Data.Statement." =>
        Row::read("/aisp/statements", STATEMENT, &[Status(&[200]), List("Data.Statement")]).optional();
    "uk-statements-basic", "with ReadStatementsBasic statements show no StatementAmount",
        "UK Open Banking Read/Write, Statements: Permission Codes, ReadStatementsBasic",
        "Leave out what only the detail permission opens." =>
        Row::read("/aisp/statements", STATEMENT, &[Status(&[200]), Lacks("Data.Statement[].StatementAmount")]).optional();
    "uk-statements-detail", "with ReadStatementsDetail statements are listed too",
        "UK Open Banking Read/Write, Statements: Permission Codes, ReadStatementsDetail implies Basic",
        "Serve the list under the detail permission." =>
        Row::read("/aisp/statements", STATEMENT_DETAIL, &[Status(&[200]), List("Data.Statement")]).optional();
    "uk-offers-listed", "the offers of an account are listed, none as an empty list",
        "UK Open Banking Read/Write, Offers: GET /accounts/{AccountId}/offers, conditional",
        "Answer 200 with Data.Offer, empty where there are none." =>
        Row::read("/aisp/accounts/{account}/offers", OFFER, &[Status(&[200]), List("Data.Offer"), Link("Links.Self")]).optional();
    "uk-offers-need-permission", "offers are closed to a consent without their permission",
        "UK Open Banking Read/Write, Offers: Permission Codes; Basics: HTTP Status Codes, 403",
        "Answer 403 with the standard's error." =>
        Row::read("/aisp/accounts/{account}/offers", NONE, &[Status(&[403]), Envelope]).optional();
    "uk-offers-unknown-account", "offers of an account that does not exist are refused with 400, or 403",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 400 and 403",
        "Keep 404 for addresses that do not exist." =>
        Row::read("/aisp/accounts/no-such-account/offers", OFFER, &[Status(&[400, 403]), Envelope]).optional();
    "uk-offers-in-bulk", "the offers of all accounts are read at once, where the bank has that",
        "UK Open Banking Read/Write, Offers: GET /offers, optional",
        "Answer 200 with Data.Offer." =>
        Row::read("/aisp/offers", OFFER, &[Status(&[200]), List("Data.Offer")]).optional();
    "uk-statement-read", "a statement is read by its id",
        "UK Open Banking Read/Write, Statements: GET /accounts/{AccountId}/statements/{StatementId}",
        "Answer with a list of this one statement." =>
        Row::read("/aisp/accounts/{account}/statements/{statement}", STATEMENT, &[Status(&[200]), Has("Data.Statement[].StatementId"), Instant("Data.Statement[].StartDateTime"), Instant("Data.Statement[].EndDateTime")]).optional();
    "uk-statement-unknown", "a statement that does not exist is refused with 400",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 400; Resource.NotFound (U011)",
        "Keep 404 for addresses that do not exist." =>
        Row::read("/aisp/accounts/{account}/statements/no-such-statement", STATEMENT, &[Status(&[400, 403]), Envelope]).optional();
    "uk-statement-transactions", "the transactions of a statement are listed",
        "UK Open Banking Read/Write, Statements: GET /accounts/{AccountId}/statements/{StatementId}/transactions",
        "Answer 200 with Data.Transaction." =>
        Row::read("/aisp/accounts/{account}/statements/{statement}/transactions", STATEMENT_TRANSACTIONS, &[Status(&[200]), List("Data.Transaction")]).optional();
    "uk-product-read", "the product of an account is read",
        "UK Open Banking Read/Write, Products: GET /accounts/{AccountId}/product, conditional",
        "Answer 200 with Data.Product." =>
        Row::read("/aisp/accounts/{account}/product", PRODUCT, &[Status(&[200]), List("Data.Product"), Link("Links.Self")]).optional();
    "uk-product-needs-permission", "products are closed to a consent without ReadProducts",
        "UK Open Banking Read/Write, Products: Permission Codes; Basics: HTTP Status Codes, 403",
        "Answer 403 with the standard's error." =>
        Row::read("/aisp/accounts/{account}/product", NONE, &[Status(&[403]), Envelope]).optional();
    "uk-products-in-bulk", "the products of all accounts are read at once, where the bank has that",
        "UK Open Banking Read/Write, Products: GET /products, optional",
        "Answer 200 with Data.Product." =>
        Row::read("/aisp/products", PRODUCT, &[Status(&[200]), List("Data.Product")]).optional();
    "uk-party-of-account", "the party of an account is read",
        "UK Open Banking Read/Write, Parties: GET /accounts/{AccountId}/party, conditional",
        "Answer 200 with Data.Party and its PartyId." =>
        Row::read("/aisp/accounts/{account}/party", PARTY, &[Status(&[200]), Has("Data.Party.PartyId"), Link("Links.Self")]).optional();
    "uk-parties-of-account", "the parties of an account are listed",
        "UK Open Banking Read/Write, Parties: GET /accounts/{AccountId}/parties, conditional",
        "Answer 200 with Data.Party and each PartyId." =>
        Row::read("/aisp/accounts/{account}/parties", PARTY, &[Status(&[200]), Has("Data.Party[].PartyId")]).optional();
    "uk-party-of-account-needs-permission", "parties of an account are closed to a consent without ReadParty",
        "UK Open Banking Read/Write, Parties: Permission Codes; Basics: HTTP Status Codes, 403",
        "Answer 403 with the standard's error." =>
        Row::read("/aisp/accounts/{account}/party", PARTY_PSU, &[Status(&[403]), Envelope]).optional();
    "uk-party-read", "the account holder is read",
        "UK Open Banking Read/Write, Parties: GET /party, conditional",
        "Answer 200 with Data.Party and its PartyId." =>
        Row::read("/aisp/party", PARTY_PSU, &[Status(&[200]), Has("Data.Party.PartyId")]).optional();
    "uk-party-needs-permission", "the account holder is closed to a consent without ReadPartyPSU",
        "UK Open Banking Read/Write, Parties: Permission Codes, ReadPartyPSU",
        "Answer 403 with the standard's error." =>
        Row::read("/aisp/party", PARTY, &[Status(&[403]), Envelope]).optional();
}
