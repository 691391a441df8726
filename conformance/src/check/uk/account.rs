//! Accounts and balances.

use super::checks;
use super::row::Due::{Amount, Content, Envelope, Has, HasOneOf, Instant, Lacks, Link, List, NoBody, Status, Word};
use super::row::{Call, Row, Who};

const BASIC: &[&str] = &["ReadAccountsBasic"];
const DETAIL: &[&str] = &["ReadAccountsDetail"];
const BALANCES: &[&str] = &["ReadAccountsBasic", "ReadBalances"];
/// Codes of balances, in 3.1 and in 4.
const TYPES_31: &[&str] = &[
    "ClosingAvailable",
    "ClosingBooked",
    "ClosingCleared",
    "Expected",
    "ForwardAvailable",
    "Information",
    "InterimAvailable",
    "InterimBooked",
    "InterimCleared",
    "OpeningAvailable",
    "OpeningBooked",
    "OpeningCleared",
    "PreviouslyClosedBooked",
];
const TYPES_40: &[&str] =
    &["CLAV", "CLBD", "CLCD", "XPCD", "FWAV", "INFO", "ITAV", "ITBD", "ITCD", "OPAV", "OPBD", "OPCD", "PRCD"];
const SIDES: &[&str] = &["Credit", "Debit"];

checks! {
    "uk-accounts-listed", "the accounts of a consent are listed, each with its id",
        "UK Open Banking Read/Write, Accounts: GET /accounts; OBReadAccount6, AccountId 1..1",
        "List every account the account holder chose, with an AccountId that never changes." =>
        Row::read("/aisp/accounts", BASIC, &[Status(&[200]), Has("Data.Account[].AccountId")]);
    "uk-accounts-json", "the list of accounts is JSON",
        "UK Open Banking Read/Write, Basics: Headers, Content-Type",
        "Answer with application/json." =>
        Row::read("/aisp/accounts", BASIC, &[Content("application/json")]);
    "uk-accounts-links", "the list of accounts says where it is, absolutely",
        "UK Open Banking Read/Write, Basics: Links, Self 1..1",
        "Write the absolute address of the request into Links.Self." =>
        Row::read("/aisp/accounts", BASIC, &[Link("Links.Self"), Has("Meta")]);
    "uk-accounts-currency", "accounts have a currency",
        "UK Open Banking Read/Write, Accounts: OBReadAccount6, Currency",
        "Write the ISO 4217 code; only an account that was switched away may lack it." =>
        Row::read("/aisp/accounts", BASIC, &[Has("Data.Account[].Currency")]);
    "uk-accounts-kind", "accounts say of which kind they are",
        "UK Open Banking Read/Write, Accounts: AccountSubType (3.1), AccountTypeCode (4.0)",
        "Write the kind of every account." =>
        Row::read("/aisp/accounts", BASIC, &[HasOneOf("Data.Account[]", &["AccountSubType", "AccountTypeCode"])]);
    "uk-accounts-detail", "with ReadAccountsDetail accounts have their numbers",
        "UK Open Banking Read/Write, Accounts: Permission Codes, ReadAccountsDetail",
        "Show Account with SchemeName and Identification where the consent has the detail permission." =>
        Row::read("/aisp/accounts", DETAIL, &[HasOneOf("Data.Account[]", &["Account"])]);
    "uk-accounts-basic", "with ReadAccountsBasic accounts show no numbers and no bank",
        "UK Open Banking Read/Write, Accounts: Permission Codes, ReadAccountsBasic",
        "Leave Account and Servicer out where the consent has only the basic permission." =>
        Row::read("/aisp/accounts", BASIC, &[Status(&[200]), Lacks("Data.Account[].Account"), Lacks("Data.Account[].Servicer")]);
    "uk-account-read", "an account is read by its id, in the same form as in the list",
        "UK Open Banking Read/Write, Accounts: GET /accounts/{AccountId}",
        "Answer with a list of this one account." =>
        Row::read("/aisp/accounts/{account}", BASIC, &[Status(&[200]), Has("Data.Account[].AccountId"), Link("Links.Self")]);
    "uk-account-unknown", "an account that does not exist is refused with 400, or 403, not 404",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 400 and 403",
        "Keep 404 for addresses that do not exist; say that the resource was not found." =>
        Row::read("/aisp/accounts/no-such-account", BASIC, &[Status(&[400, 403]), Envelope]);
    "uk-accounts-need-token", "accounts are closed to whoever shows no token",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 401",
        "Answer 401 without a body." =>
        Row::read("/aisp/accounts", BASIC, &[Status(&[401]), NoBody]).by(Who::Nobody);
    "uk-accounts-need-good-token", "accounts are closed to a token nobody issued",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 401",
        "Answer 401." =>
        Row::read("/aisp/accounts", BASIC, &[Status(&[401])]).by(Who::Stranger);
    "uk-accounts-need-holder", "accounts are closed to a token of the client alone",
        "UK Open Banking Read/Write, Accounts: Security, authorization code grant",
        "Take only tokens of account holders for what is theirs." =>
        Row::read("/aisp/accounts", BASIC, &[Status(&[401, 403])]).by(Who::Client("accounts"));
    "uk-balances-by-account", "the balances of an account are read",
        "UK Open Banking Read/Write, Balances: GET /accounts/{AccountId}/balances, mandatory",
        "Answer with every balance the account has." =>
        Row::read("/aisp/accounts/{account}/balances", BALANCES, &[Status(&[200]), Has("Data.Balance[].AccountId"), Link("Links.Self")]);
    "uk-balances-amount", "balances are amounts without a sign, in a currency",
        "UK Open Banking Read/Write, Balances: OBReadBalance1, Amount",
        "Write up to 13 digits and 5 decimals; the sign is CreditDebitIndicator's business." =>
        Row::read("/aisp/accounts/{account}/balances", BALANCES, &[Amount("Data.Balance[].Amount.Amount"), Has("Data.Balance[].Amount.Currency")]);
    "uk-balances-side", "balances say on which side they are",
        "UK Open Banking Read/Write, Balances: OBReadBalance1, CreditDebitIndicator 1..1",
        "Write Credit or Debit; nothing is Credit." =>
        Row::read("/aisp/accounts/{account}/balances", BALANCES, &[Word("Data.Balance[].CreditDebitIndicator", SIDES, SIDES)]);
    "uk-balances-type", "balances are of the kinds of the standard",
        "UK Open Banking Read/Write, Balances: OBBalanceType1Code (3.1), OBInternalBalanceType1Code (4.0)",
        "Write a code of the version." =>
        Row::read("/aisp/accounts/{account}/balances", BALANCES, &[Word("Data.Balance[].Type", TYPES_31, TYPES_40)]);
    "uk-balances-instant", "balances say as of when they are",
        "UK Open Banking Read/Write, Balances: OBReadBalance1, DateTime 1..1",
        "Write ISO 8601 with an offset." =>
        Row::read("/aisp/accounts/{account}/balances", BALANCES, &[Instant("Data.Balance[].DateTime")]);
    "uk-balances-need-permission", "balances are closed to a consent without ReadBalances",
        "UK Open Banking Read/Write, Balances: Permission Codes; Basics: HTTP Status Codes, 403",
        "Answer 403 with the standard's error." =>
        Row::read("/aisp/accounts/{account}/balances", BASIC, &[Status(&[403]), Envelope]);
    "uk-balances-in-bulk", "the balances of all accounts are read at once, where the bank has that",
        "UK Open Banking Read/Write, Balances: GET /balances, optional",
        "Answer with the balances of every account of the consent." =>
        Row::read("/aisp/balances", BALANCES, &[Status(&[200]), List("Data.Balance"), Has("Data.Balance[].AccountId")]).optional();
    "uk-accounts-read-only", "accounts cannot be written",
        "UK Open Banking Read/Write, Basics: HTTP Status Codes, 405",
        "Answer 405 without a body." =>
        Row::read("/aisp/accounts", BASIC, &[Status(&[405]), NoBody])
            .calling(Call { method: "PUT", ..Call::get("/aisp/accounts") });
}
