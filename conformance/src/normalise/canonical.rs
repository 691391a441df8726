//! What is known, in the published contract: canonical v1.
//!
//! Owns the way from the readers' model to the contract. Nothing is lost on the way but amounts that ISO 4217 has no code
//! for, and each of those is a warning. Knows no standard.

use bank_fixtures::canonical::{
    AccountBalance, Canonical, Entry as CanonicalEntry, EntryMembers, Given, Holder, Members, Order, Reported,
};
use bank_fixtures::money::Amount;
use bank_fixtures::record::{
    self, AccountIdentifier, BalanceKind, Failure, IdentifierScheme, Instant, PaymentReason, PaymentStatus,
};
use jiff::Timestamp;

use super::document::Reading;
use super::history::{History, Known, KnownAccount};
use super::identity::Basis;
use super::model::{
    Balance, Consent, Counterparty, Customer, Direction, Effective, Identifier, Meaning, Merchant, Money, Payment,
    Problem, Reference, Scheme, Unit,
};
use super::words::{self, word};
use super::{Warning, WarningCode};

/// The whole history, and a warning for everything the contract cannot hold.
pub fn canonical(history: &History) -> (Canonical, Vec<Warning>) {
    let mut writer = Writer { history, warnings: Vec::new() };
    let mut canonical = Canonical {
        customers: history.customers.iter().enumerate().map(|(at, customer)| holder(at, customer)).collect(),
        consents: history.consents.iter().map(consent).collect(),
        errors: history.problems.iter().map(reported).collect(),
        ..Canonical::default()
    };
    for known in &history.accounts {
        let (account, members) = account(known);
        if !members.is_empty() {
            canonical.account_members.insert(account.id.clone(), members);
        }
        canonical.accounts.push(account);
    }
    canonical.balances = history.balances.iter().filter_map(|balance| writer.balance(balance)).collect();
    canonical.transactions = history.entries.iter().filter_map(|known| writer.entry(known)).collect();
    canonical.payments = history.payments.iter().filter_map(|payment| writer.order(payment)).collect();
    let warnings = writer.warnings;
    canonical.source.say_text("next", history.next.as_deref());
    if history.incomplete {
        canonical.source.say("incomplete", Given::Flag(true));
    }
    canonical.warnings = history.warnings.iter().chain(&warnings).map(warning).collect();
    (canonical, warnings)
}

/// What one answer says, row by row and under the bank's own ids: for who judges the answer, not for who keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    /// Accounts.
    pub accounts: Vec<record::Account>,
    /// Balances.
    pub balances: Vec<record::Balance>,
    /// Entries, in the order sent; one that came twice is there twice.
    pub transactions: Vec<record::Transaction>,
    /// Where the list goes on.
    pub next: Option<String>,
    /// Deviations, what cannot be said in records among them.
    pub warnings: Vec<Warning>,
}

/// The records of one answer.
pub fn records(reading: Reading) -> Records {
    let nothing = History::default();
    let mut writer = Writer { history: &nothing, warnings: reading.warnings };
    let balances =
        reading.balances.iter().filter_map(|balance| writer.balance(balance)).map(|one| one.balance).collect();
    let alone = reading.entries.into_iter().map(|(_, entry)| Known::alone(entry));
    let transactions = alone.filter_map(|known| writer.entry(&known)).map(|entry| entry.record).collect();
    for problem in &reading.problems {
        let message = problem.message.clone().unwrap_or_else(|| problem.class.name().to_owned());
        writer.warnings.push(Warning { code: WarningCode::Schema, pointer: String::new(), message });
    }
    let accounts = reading.accounts.into_iter().map(|account| {
        let id = account.provider_id.clone();
        let known = KnownAccount { id, basis: Basis::ProviderId, account };
        self::account(&known).0
    });
    Records { accounts: accounts.collect(), balances, transactions, next: reading.next, warnings: writer.warnings }
}

/// A warning as the contract has it.
pub fn warning(warning: &Warning) -> Members {
    let mut members = Members::none();
    members.say_text("code", Some(warning.code.name()));
    members.say_text("pointer", Some(warning.pointer.as_str()));
    members.say_text("message", Some(warning.message.as_str()));
    members
}

struct Writer<'a> {
    history: &'a History,
    warnings: Vec<Warning>,
}

impl Writer<'_> {
    /// An amount, if ISO 4217 has a code for what it counts.
    fn amount(&mut self, money: &Money, pointer: &str, what: &str) -> Option<Amount> {
        match &money.unit {
            Unit::Iso(currency) => Some(Amount::new(money.value, *currency)),
            other => {
                let code = other.code();
                let message =
                    format!("{what}: {} {code} is left out: canonical v1 counts in ISO 4217 only", money.text());
                let pointer = pointer.to_owned();
                self.warnings.push(Warning { code: WarningCode::CurrencyUnknown, pointer, message });
                None
            }
        }
    }

    fn account_id(&self, provider_id: &str) -> String {
        self.history.account_id(provider_id)
    }

    fn balance(&mut self, balance: &Balance) -> Option<AccountBalance> {
        let amount = self.amount(&balance.amount, "", "balance")?;
        let credit_line = balance.credit_line.as_ref().and_then(|line| self.amount(line, "", "credit line"));
        let mut members = Members::none();
        members.say_text("source_type", Some(balance.source_type.as_str()));
        if balance.stale {
            members.say("stale", Given::Flag(true));
        }
        let account_id = self.account_id(&balance.account);
        let balance = record::Balance {
            kind: meaning(balance.meaning),
            amount,
            as_of: balance.as_of,
            reference_date: balance.reference_date,
            credit_line,
            credit_line_included: balance.credit_line_included,
        };
        Some(AccountBalance { account_id, balance, members })
    }

    fn order(&mut self, payment: &Payment) -> Option<Order> {
        let amount = match &payment.amount {
            Some(money) => self.amount(money, "", "payment")?,
            None => {
                let message = "a payment without an amount is left out".to_owned();
                self.warnings.push(Warning { code: WarningCode::Schema, pointer: String::new(), message });
                return None;
            }
        };
        let mut members = Members::none();
        members.say("final", Given::Flag(payment.status.is_final()));
        members.say_text("money_moved", Some(word(words::MONEY_MOVED, &payment.money_moved)));
        members.say_text("frequency", payment.frequency.as_deref());
        if let Some(day) = payment.start_date {
            members.say("start_date", Given::Date(day));
        }
        members.say("status_history", Given::Objects(payment.history.iter().map(status).collect()));
        Some(Order {
            id: None,
            provider_id: payment.provider_id.clone(),
            idempotency_key: None,
            status: payment.status,
            amount,
            reason: payment.reason_code.clone().map(|code| PaymentReason { code, text: None }),
            members,
        })
    }

    fn entry(&mut self, known: &Known) -> Option<CanonicalEntry> {
        let entry = &known.entry;
        let pointer = entry.pointer.as_str();
        let amount = self.amount(&entry.amount, pointer, "amount")?;
        let mut own = Members::none();
        own.say_text("effective_status", Some(effective(known.effective)));
        own.say_text("direction", entry.direction.map(|way| word(words::DIRECTIONS, &way)));
        own.say_text("id_quality", Some(word(words::QUALITIES, &entry.quality)));
        own.say("aliases", Given::Texts(entry.aliases.clone()));
        own.say_text("provider_ref", entry.provider_ref.as_deref());
        own.say_text("creditor_id", entry.creditor_id.as_deref());
        own.say_text("check_number", entry.check_number.as_deref());
        own.say_text("proprietary_code", entry.proprietary_code.as_deref());
        own.say_text("local", entry.dates.local.as_deref());
        own.say_text("raw", Some(entry.raw.as_str()));
        for (name, at) in [("value_at", entry.dates.value_at), ("changed_at", known.changed_at.map(Instant::utc))] {
            if let Some(at) = at {
                own.say(name, Given::Instant(at));
            }
        }
        if let Some(day) = entry.dates.expected_date {
            own.say("expected_date", Given::Date(day));
        }
        if let Some(confidence) = entry.nature_confidence {
            own.say("nature_confidence", Given::Decimal(confidence.normalize()));
        }
        if let Some(reversed) = known.reversed.as_ref().and_then(|money| self.amount(money, pointer, "reversed amount"))
        {
            own.say("reversed_amount", Given::Amount(reversed));
        }
        let fees: Vec<Amount> = entry.fees.iter().filter_map(|fee| self.amount(fee, pointer, "fee")).collect();
        own.say("fees", Given::Objects(fees.into_iter().map(fee).collect()));
        own.say("references", Given::Objects(entry.structured.iter().map(reference).collect()));
        if let Some(by) = &known.superseded_by {
            own.say_text("superseded_by", self.history.entries.get(by.to).map(|booked| booked.id.as_str()));
        }
        let (counterparty, counterparty_members) = entry.counterparty.as_ref().map_or((None, Members::none()), other);
        let (merchant, merchant_members) = entry.merchant.as_ref().map_or((None, Members::none()), acceptor);
        let mut links = Vec::new();
        let mut link_members = Vec::new();
        for link in &known.links {
            let Some(target) = self.history.entries.get(link.to) else { continue };
            let transaction_id = target.entry.provider_id.clone().unwrap_or_default();
            links.push(record::Link { relation: link.relation, transaction_id });
            let mut members = Members::none();
            members.say_text("transaction_id", Some(target.id.as_str()));
            members.say("confidence", Given::Decimal(link.confidence.normalize()));
            link_members.push(members);
        }
        let original_amount =
            entry.original_amount.as_ref().and_then(|money| self.amount(money, pointer, "original amount"));
        let balance_after = entry.balance_after.as_ref().and_then(|money| self.amount(money, pointer, "balance after"));
        let record = record::Transaction {
            id: entry.provider_id.clone(),
            account_id: self.account_id(&entry.account),
            status: entry.status,
            nature: entry.nature,
            kind: entry.kind,
            booking_date: entry.dates.booking_date,
            booking_at: entry.dates.booking_at,
            value_date: entry.dates.value_date,
            transaction_date: entry.dates.transaction_date,
            transaction_at: entry.dates.transaction_at,
            original_amount,
            fx: entry.fx.as_ref().and_then(|fx| conversion(fx, amount)),
            balance_after,
            counterparty,
            merchant,
            remittance: entry.unstructured.clone(),
            creditor_reference: entry.structured.first().map(|reference| reference.reference.clone()),
            end_to_end_id: entry.end_to_end_id.clone(),
            mandate_id: entry.mandate_id.clone(),
            bank_tx_code: <[String; 3]>::try_from(entry.bank_tx_code.clone()).ok(),
            links,
            amount,
        };
        let members = EntryMembers {
            own,
            counterparty: counterparty_members,
            merchant: merchant_members,
            fx: Members::none(),
            links: link_members,
        };
        Some(CanonicalEntry { id: Some(known.id.clone()), record, nature_stated: true, members })
    }
}

fn holder(at: usize, customer: &Customer) -> Holder {
    let mut members = Members::none();
    members.say_text("provider_id", customer.id.as_deref());
    members.say("identifiers", Given::Objects(customer.identifiers.iter().map(party_number).collect()));
    let id = customer.id.clone().unwrap_or_else(|| format!("customer-{}", at + 1));
    Holder { id, kind: customer.kind, name: customer.name.clone(), members }
}

fn party_number(identifier: &Identifier) -> Members {
    let mut members = Members::none();
    let scheme = match identifier.scheme {
        Scheme::Cpf | Scheme::Cnpj | Scheme::Abn | Scheme::Acn => word(words::SCHEMES, &identifier.scheme),
        _ => "other",
    };
    members.say_text("scheme", Some(scheme));
    members.say_text("value", Some(identifier.value.as_str()));
    if let Some(valid) = identifier.valid {
        members.say("valid", Given::Flag(valid));
    }
    members
}

fn account(known: &KnownAccount) -> (record::Account, Members) {
    let account = &known.account;
    let mut members = Members::none();
    members.say_text("provider_id", Some(account.provider_id.as_str()));
    members.say("aliases", Given::Texts(account.aliases.clone()));
    if account.multi_currency {
        members.say("multi_currency", Given::Flag(true));
    }
    members.say_text("nickname", account.nickname.as_deref());
    members.say_text("display", account.display.as_deref());
    let wrong = account.identifiers.iter().filter(|identifier| identifier.valid == Some(false));
    members.say("invalid_identifiers", Given::Texts(wrong.map(|identifier| identifier.value.clone()).collect()));
    let account = record::Account {
        id: known.id.clone(),
        identifiers: account.identifiers.iter().map(identifier).collect(),
        currency: match &account.currency {
            Some(Unit::Iso(currency)) => Some(*currency),
            _ => None,
        },
        kind: account.kind,
        status: account.status,
        name: account.name.clone(),
        product: account.product.clone(),
        owners: account.owners.clone(),
        zone: None,
        opened_on: None,
    };
    (account, members)
}

fn identifier(identifier: &Identifier) -> AccountIdentifier {
    let scheme = match identifier.scheme {
        Scheme::Iban => IdentifierScheme::Iban,
        Scheme::Bban => IdentifierScheme::Bban,
        Scheme::BsbAccount => IdentifierScheme::BsbAccount,
        Scheme::AbaAccount => IdentifierScheme::AbaAccount,
        Scheme::SortCodeAccount => IdentifierScheme::SortCodeAccount,
        Scheme::BrAccount => IdentifierScheme::BrAccount,
        Scheme::PanMasked => IdentifierScheme::PanMasked,
        Scheme::Msisdn => IdentifierScheme::Msisdn,
        Scheme::Cpf | Scheme::Cnpj | Scheme::Abn | Scheme::Acn | Scheme::Other => IdentifierScheme::Other,
    };
    AccountIdentifier { scheme, value: identifier.value.clone() }
}

/// What the contract calls a figure; what it has no word for keeps the bank's own beside it.
fn meaning(meaning: Meaning) -> BalanceKind {
    match meaning {
        Meaning::BookedCurrent => BalanceKind::BookedCurrent,
        Meaning::BookedClosing => BalanceKind::BookedClosing,
        Meaning::BookedOpening => BalanceKind::BookedOpening,
        Meaning::Available => BalanceKind::Available,
        Meaning::Expected => BalanceKind::Expected,
        Meaning::Owed => BalanceKind::Owed,
        Meaning::Blocked => BalanceKind::Blocked,
        Meaning::Invested => BalanceKind::Invested,
        Meaning::NotInvoiced => BalanceKind::NotInvoiced,
        Meaning::Unknown => BalanceKind::Unknown,
    }
}

/// The word for what an entry counts for.
pub(super) fn effective(effective: Effective) -> &'static str {
    match effective {
        Effective::AsStated(status) => word(words::STATUSES, &status),
        Effective::Superseded => "superseded",
        Effective::Reversed => "reversed",
        Effective::Chargeback => "chargeback",
    }
}

fn fee(amount: Amount) -> Members {
    let mut members = Members::none();
    members.say("amount", Given::Amount(amount));
    members
}

fn reference(reference: &Reference) -> Members {
    let mut members = Members::none();
    members.say_text("reference", Some(reference.reference.as_str()));
    members.say_text("type", reference.kind.as_deref());
    members.say_text("issuer", reference.issuer.as_deref());
    if let Some(checked) = reference.checked {
        members.say("checked", Given::Flag(checked));
    }
    members
}

fn status(status: &PaymentStatus) -> Members {
    let mut members = Members::none();
    members.say_text("status", Some(word(words::PAYMENT_STATUSES, status)));
    members
}

fn conversion(fx: &super::model::Fx, amount: Amount) -> Option<record::Fx> {
    let Unit::Iso(source) = fx.source else { return None };
    let target = match fx.target {
        Some(Unit::Iso(target)) => target,
        _ => amount.currency(),
    };
    Some(record::Fx { source, target, rate: fx.rate })
}

fn other(party: &Counterparty) -> (Option<record::Counterparty>, Members) {
    let mut members = Members::none();
    members.say_text("role", Some(if party.role == Direction::Credit { "creditor" } else { "debtor" }));
    members.say_text("agent_bic", party.agent.as_deref());
    let mut accounts = party.identifiers.iter().filter(|one| !is_tax_number(one.scheme));
    let account = accounts.next().map(identifier);
    members.say("more_identifiers", Given::Texts(accounts.map(|one| one.value.clone()).collect()));
    let numbers = party.identifiers.iter().filter(|one| is_tax_number(one.scheme));
    members.say("id_numbers", Given::Texts(numbers.map(|one| one.value.clone()).collect()));
    let party = record::Counterparty { name: party.name.clone(), account };
    (Some(party).filter(|party| party.name.is_some() || party.account.is_some()), members)
}

fn is_tax_number(scheme: Scheme) -> bool {
    matches!(scheme, Scheme::Cpf | Scheme::Cnpj | Scheme::Abn | Scheme::Acn)
}

fn acceptor(merchant: &Merchant) -> (Option<record::Merchant>, Members) {
    let mut members = Members::none();
    members.say_text("merchant_id", merchant.id.as_deref());
    members.say_text("terminal_id", merchant.terminal.as_deref());
    let record = record::Merchant { name: merchant.name.clone(), mcc: merchant.mcc.clone(), city: None, country: None };
    (Some(record).filter(|merchant| merchant.name.is_some() || merchant.mcc.is_some()), members)
}

fn consent(consent: &Consent) -> Members {
    let mut members = Members::none();
    members.say_text("provider_id", consent.provider_id.as_deref());
    members.say_text("status", Some(word(words::CONSENT_STATUSES, &consent.status)));
    if let Some(recurring) = consent.recurring {
        members.say("recurring", Given::Flag(recurring));
    }
    if let Some(count) = consent.frequency_per_day {
        members.say("frequency_per_day", Given::Count(count));
    }
    if let Some(at) = consent.expires_at {
        members.say("expires_at", Given::Instant(at));
    }
    members
}

fn reported(problem: &Problem) -> Reported {
    let mut members = Members::none();
    members.say_text("provider_code", problem.provider_code.as_deref());
    members.say_text("field", problem.field.as_deref());
    Reported {
        failure: Failure {
            class: problem.class,
            http_status: problem.http_status,
            provider_code: problem.provider_code.clone(),
            message: problem.message.clone(),
            field: problem.field.clone(),
            retry_after_seconds: None,
        },
        scope: None,
        account_id: None,
        members,
    }
}

/// Where documents came from.
pub fn source(standard: &str, profile: Option<&str>, fetched: Timestamp) -> Members {
    let mut members = Members::none();
    members.say_text("standard", Some(standard));
    members.say_text("profile", profile);
    members.say("fetched_at", Given::Instant(Instant::utc(fetched)));
    members
}
