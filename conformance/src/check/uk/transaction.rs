//! Transactions.

use super::checks;
use super::row::Due::{Amount, Code, Envelope, Has, Instant, Lacks, Link, List, Since, Status, Until, Word};
use super::row::{Row, Under};

const LIST: &str = "/aisp/accounts/{account}/transactions";
const DETAIL: &[&str] =
    &["ReadAccountsBasic", "ReadTransactionsDetail", "ReadTransactionsCredits", "ReadTransactionsDebits"];
const BASIC: &[&str] =
    &["ReadAccountsBasic", "ReadTransactionsBasic", "ReadTransactionsCredits", "ReadTransactionsDebits"];
const CREDITS: &[&str] = &["ReadAccountsBasic", "ReadTransactionsBasic", "ReadTransactionsCredits"];
const DEBITS: &[&str] = &["ReadAccountsBasic", "ReadTransactionsBasic", "ReadTransactionsDebits"];
const NONE: &[&str] = &["ReadAccountsBasic"];
const SIDES: &[&str] = &["Credit", "Debit"];
const BOOKED: &str = "Data.Transaction[].BookingDateTime";

checks! {
    "uk-transactions-listed", "the transactions of an account are listed",
        "UK Open Banking Read/Write, Transactions: GET /accounts/{AccountId}/transactions, mandatory",
        "List them, each with its AccountId." =>
        Row::read(LIST, BASIC, &[Status(&[200]), Has("Data.Transaction[].AccountId")]);
    "uk-transactions-links", "a page of transactions says where it is",
        "UK Open Banking Read/Write, Basics: Pagination; Links, Self 1..1",
        "Write the absolute address of the page." =>
        Row::read(LIST, BASIC, &[Link("Links.Self"), Has("Meta")]);
    "uk-transactions-amount", "transactions are amounts without a sign, in a currency",
        "UK Open Banking Read/Write, Transactions: OBReadTransaction6, Amount",
        "Write up to 13 digits and 5 decimals; the sign is CreditDebitIndicator's business." =>
        Row::read(LIST, BASIC, &[Amount("Data.Transaction[].Amount.Amount"), Has("Data.Transaction[].Amount.Currency")]);
    "uk-transactions-side", "transactions say whether they are credits or debits",
        "UK Open Banking Read/Write, Transactions: OBReadTransaction6, CreditDebitIndicator 1..1",
        "Write Credit or Debit." =>
        Row::read(LIST, BASIC, &[Word("Data.Transaction[].CreditDebitIndicator", SIDES, SIDES)]);
    "uk-transactions-status", "transactions say whether they are booked",
        "UK Open Banking Read/Write, Transactions: OBEntryStatus1Code (3.1), OBInternalEntryStatus1Code (4.0)",
        "Write a status of the version." =>
        Row::read(LIST, BASIC, &[Word("Data.Transaction[].Status", &["Booked", "Pending", "Rejected"], &["BOOK", "PDNG", "RJCT", "INFO", "FUTR"])]);
    "uk-transactions-instant", "transactions say when they were booked",
        "UK Open Banking Read/Write, Transactions: OBReadTransaction6, BookingDateTime 1..1",
        "Write ISO 8601 with an offset." =>
        Row::read(LIST, BASIC, &[Instant(BOOKED)]);
    "uk-transactions-basic", "with ReadTransactionsBasic transactions show no texts, balances and parties",
        "UK Open Banking Read/Write, Transactions: Permission Codes, ReadTransactionsBasic",
        "Leave out what only the detail permission opens." =>
        Row::read(LIST, BASIC, &[
            Status(&[200]),
            Lacks("Data.Transaction[].TransactionInformation"),
            Lacks("Data.Transaction[].Balance"),
            Lacks("Data.Transaction[].MerchantDetails"),
            Lacks("Data.Transaction[].CreditorAccount"),
            Lacks("Data.Transaction[].DebtorAccount"),
        ]);
    "uk-transactions-detail", "with ReadTransactionsDetail transactions are listed too",
        "UK Open Banking Read/Write, Transactions: Permission Codes, ReadTransactionsDetail implies Basic",
        "Serve the list under the detail permission." =>
        Row::read(LIST, DETAIL, &[Status(&[200]), Has("Data.Transaction[].AccountId")]);
    "uk-transactions-credits", "a consent to credits shows credits",
        "UK Open Banking Read/Write, Transactions: Permission Codes, ReadTransactionsCredits",
        "Leave debits out." =>
        Row::read(LIST, CREDITS, &[Status(&[200]), Word("Data.Transaction[].CreditDebitIndicator", &["Credit"], &["Credit"])]);
    "uk-transactions-debits", "a consent to debits shows debits",
        "UK Open Banking Read/Write, Transactions: Permission Codes, ReadTransactionsDebits",
        "Leave credits out." =>
        Row::read(LIST, DEBITS, &[Status(&[200]), Word("Data.Transaction[].CreditDebitIndicator", &["Debit"], &["Debit"])]);
    "uk-transactions-need-permission", "transactions are closed to a consent without their permissions",
        "UK Open Banking Read/Write, Transactions: Permission Codes; Basics: HTTP Status Codes, 403",
        "Answer 403 with the standard's error." =>
        Row::read(LIST, NONE, &[Status(&[403]), Envelope]);
    "uk-transactions-from", "fromBookingDateTime leaves out what is earlier",
        "UK Open Banking Read/Write, Basics: Filtering, fromBookingDateTime",
        "Filter by BookingDateTime, on every page." =>
        Row::read("/aisp/accounts/{account}/transactions?fromBookingDateTime=2025-06-01T00:00:00", BASIC, &[Status(&[200]), Since(BOOKED, "2025-05-31T22:00:00Z")]);
    "uk-transactions-to", "toBookingDateTime leaves out what is later",
        "UK Open Banking Read/Write, Basics: Filtering, toBookingDateTime",
        "Filter by BookingDateTime, on every page." =>
        Row::read("/aisp/accounts/{account}/transactions?toBookingDateTime=2025-06-01T00:00:00", BASIC, &[Status(&[200]), Until(BOOKED, "2025-06-01T00:00:00Z")]);
    "uk-transactions-window", "a consent's window leaves out what lies outside it",
        "UK Open Banking Read/Write, Account Access Consents: TransactionFromDateTime, TransactionToDateTime",
        "Show only what the account holder agreed to, whatever is asked for." =>
        Row::read(LIST, BASIC, &[Status(&[200]), Since(BOOKED, "2025-01-01T00:00:00Z"), Until(BOOKED, "2025-06-30T00:00:00Z")])
            .under(Under::Access(BASIC, r#""TransactionFromDateTime":"2025-01-01T00:00:00+00:00","TransactionToDateTime":"2025-06-30T00:00:00+00:00""#));
    "uk-transactions-filter-with-zone", "a zone in a filter is no mistake",
        "UK Open Banking Read/Write, Basics: Filtering, a timezone is ignored",
        "Ignore it." =>
        Row::read("/aisp/accounts/{account}/transactions?fromBookingDateTime=2025-06-01T00:00:00Z", BASIC, &[Status(&[200]), List("Data.Transaction")]);
    "uk-transactions-bad-filter", "a filter that is no date is refused as such",
        "UK Open Banking Read/Write, Basics: Date Formats; Field.InvalidDate (U003)",
        "Answer 400 with the code for a date that is none." =>
        Row::read("/aisp/accounts/{account}/transactions?fromBookingDateTime=11-Dec-17", BASIC, &[Status(&[400]), Code("UK.OBIE.Field.InvalidDate", "U003")]);
    "uk-transactions-none", "a filter that fits nothing is answered with an empty list",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, no data found is 200",
        "Answer 200 with Data.Transaction: []." =>
        Row::read("/aisp/accounts/{account}/transactions?fromBookingDateTime=2098-01-01T00:00:00", BASIC, &[Status(&[200]), List("Data.Transaction")]);
    "uk-transactions-unknown-account", "transactions of an account that does not exist are refused with 400, or 403",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 400 and 403",
        "Keep 404 for addresses that do not exist." =>
        Row::read("/aisp/accounts/no-such-account/transactions", BASIC, &[Status(&[400, 403]), Envelope]);
    "uk-transactions-in-bulk", "the transactions of all accounts are read at once, where the bank has that",
        "UK Open Banking Read/Write, Transactions: GET /transactions, optional",
        "List those of every account of the consent." =>
        Row::read("/aisp/transactions", BASIC, &[Status(&[200]), Has("Data.Transaction[].AccountId")]).optional();
}
