//! The standard-neutral names of calls.
//!
//! Scenarios, limits and the journal speak operations, so one scenario runs against every dialect. Owns the table of
//! names; knows no path and no standard.

use std::fmt;
use std::str::FromStr;

macro_rules! operations {
    ($($variant:ident = $name:literal, $about:literal;)*) => {
        /// A call a client can make, whatever a standard calls it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Operation { $(#[doc = $about] $variant,)* }

        /// Every operation with its name and one line about it, in the order they are listed to users.
        pub const OPERATIONS: &[(Operation, &str, &str)] = &[$((Operation::$variant, $name, $about),)*];
    };
}

operations! {
    CustomersList = "customers.list", "list the customers the consent shows";
    CustomersAccounts = "customers.accounts", "list the accounts of one customer";
    AccountsList = "accounts.list", "list the consented accounts";
    AccountsGet = "accounts.get", "read one account";
    BalancesGet = "balances.get", "read the balances of one account";
    TransactionsList = "transactions.list", "read one page of an account's transactions";
    PartiesList = "parties.list", "read the holders of an account";
    BeneficiariesList = "beneficiaries.list", "list whom the holder has saved to pay";
    DirectDebitsList = "direct_debits.list", "list the direct debits of an account";
    StandingOrdersList = "standing_orders.list", "list the standing orders of an account";
    ScheduledPaymentsList = "scheduled_payments.list", "list the transfers ordered for later";
    StatementsList = "statements.list", "list the statements of an account";
    StatementsGet = "statements.get", "read one statement";
    StatementsTransactions = "statements.transactions", "list the transactions of one statement";
    StatementsFile = "statements.file", "read one statement as a file";
    ProductsList = "products.list", "read the terms of an account";
    OffersList = "offers.list", "list what the bank offers the holder";
    PaymentsCreate = "payments.create", "order a payment";
    PaymentsStatus = "payments.status", "read one payment order";
    PaymentsDetails = "payments.details", "read one payment order's status in finer words";
    PaymentsReport = "payments.report", "read the report on a file of payments";
    FilesUpload = "files.upload", "hand in a file of payments";
    FilesGet = "files.get", "read a file of payments back";
    FundsConfirm = "funds.confirm", "ask whether an account holds an amount";
    PaymentsList = "payments.list", "look payment orders up";
    PaymentsCancel = "payments.cancel", "cancel a payment order";
    ConsentsCreate = "consents.create", "ask for a consent";
    ConsentsGet = "consents.get", "read one consent";
    ConsentsList = "consents.list", "list the client's consents";
    ConsentsUpdate = "consents.update", "put a consent into the words of a newer version";
    ConsentsDelete = "consents.delete", "end a consent";
    WebhooksCreate = "webhooks.create", "register an address for webhooks";
    WebhooksList = "webhooks.list", "list the client's webhooks";
    WebhooksUpdate = "webhooks.update", "change a webhook";
    WebhooksDelete = "webhooks.delete", "remove a webhook";
    EventsPoll = "events.poll", "fetch the messages that wait";
    WebhookDeliver = "webhook.deliver", "the bank tells a client what happened: only in the journal";
    BankDeed = "bank.deed", "a scenario makes something happen at the bank: only in the journal";
    RequestPush = "request.push", "push an authorization request ahead of the browser";
    AuthorizeStart = "authorize.start", "send the account holder to the bank";
    AuthorizeLogin = "authorize.login", "the account holder logs in";
    AuthorizeCode = "authorize.code", "the account holder gives the one-time code";
    AuthorizeAccounts = "authorize.accounts", "the account holder chooses accounts";
    AuthorizeWait = "authorize.wait", "the account holder asks whether the bank still waits";
    AuthorizeDecide = "authorize.decide", "the account holder approves or denies";
    HomeShow = "home.show", "the account holder looks at the consents they gave";
    HomeLogin = "home.login", "the account holder logs in there, or out";
    HomeDecide = "home.decide", "the account holder withdraws a consent, or answers a request that waits";
    TokenIssue = "token.issue", "exchange a code or client credentials for a token";
    TokenRefresh = "token.refresh", "exchange a refresh token";
    TokenRevoke = "token.revoke", "revoke a token";
    TokenIntrospect = "token.introspect", "ask whether a token is active";
    Userinfo = "userinfo.get", "read the claims about the account holder";
    Discovery = "discovery.get", "read the authorization server's metadata";
    Jwks = "jwks.get", "read the authorization server's keys";
    DeviceAuthorize = "device.authorize", "ask for a code that connects a device";
    DevicePage = "device.page", "the account holder types a device's code";
    BackchannelAuthorize = "backchannel.authorize", "ask the bank to ask an account holder";
    KeysFetch = "keys.fetch", "the bank fetches the keys a client publishes: only in the journal";
    BackchannelPing = "backchannel.ping", "the bank tells a client that a request is decided: only in the journal";
    SessionEnd = "session.end", "the account holder is logged out";
    ClientsRegister = "clients.register", "register a client";
    ClientsRead = "clients.read", "read a client's registration";
    ClientsUpdate = "clients.update", "change a client's registration";
    ClientsDelete = "clients.delete", "end a client's registration";
    DirectoryKeys = "directory.keys", "read the keys of the directory that vouches for clients";
    Unknown = "unknown", "a path or method this bank does not serve";
}

/// A text that names no operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an operation")]
pub struct UnknownOperation(pub String);

impl Operation {
    /// The name used in scenarios, the journal and reports.
    pub fn name(self) -> &'static str {
        let row = OPERATIONS.iter().find(|row| row.0 == self);
        row.expect("the table is made from the variants").1
    }

    /// `true` for a call that can move money, whose lost answer leaves an unknown outcome.
    pub fn moves_money(self) -> bool {
        self == Operation::PaymentsCreate
    }
}

impl FromStr for Operation {
    type Err = UnknownOperation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = OPERATIONS.iter().find(|row| row.1 == text);
        found.map(|row| row.0).ok_or_else(|| UnknownOperation(text.to_owned()))
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
