//! What is wrong with an order by itself, before anybody looks at an account's money.
//!
//! Owns the standard's rules between members, and what this bank can do. Every mistake is found at once, each with its code and
//! path; what a member may look like is the shapes' business.

use std::collections::BTreeSet;

use bank_fixtures::currency::Currency;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::error::{Code, Mistake};
use super::family::{Family, Reach, Timing};
use super::json::Json;
use super::version::Era;
use super::visit::Visit;
use super::{shape, value, wish};

/// Mistakes of one order, found under one path.
struct Search<'a> {
    visit: &'a Visit<'a>,
    initiation: &'a Json,
    under: &'a str,
    mistakes: Vec<Mistake>,
}

/// What is wrong with a request for a consent; the account to debit, if it names one of this bank.
pub(super) fn of_consent(visit: &Visit<'_>, family: &Family, body: &Json) -> (Vec<Mistake>, Option<String>) {
    let initiation = body.at(&["Data", "Initiation"]).unwrap_or(&Json::Null);
    let (mut mistakes, debtor) = of_order(visit, family, initiation, "Data.Initiation");
    let until = body.text(&["Data", "Authorisation", "CompletionDateTime"]).and_then(shape::instant);
    if until.is_some_and(|until| until <= visit.call.now) {
        let path = "Data.Authorisation.CompletionDateTime";
        mistakes.push(Mistake::new(Code::InvalidDate, path, "write an instant that is still to come"));
    }
    (mistakes, debtor)
}

/// What is wrong with an order; its members are named under `under`.
pub(super) fn of_order(
    visit: &Visit<'_>,
    family: &Family,
    initiation: &Json,
    under: &str,
) -> (Vec<Mistake>, Option<String>) {
    let mut search = Search { visit, initiation, under, mistakes: Vec::new() };
    search.amounts(family);
    search.instrument(family);
    search.accounts();
    match family.timing {
        Timing::Now => {}
        Timing::Later => search.execution(),
        Timing::Standing => search.timetable(family),
        Timing::File => search.file(),
    }
    if family.reach == Reach::International {
        search.exchange();
    }
    let debtor = search.debtor();
    (search.mistakes, debtor)
}

impl Search<'_> {
    fn wrong(&mut self, code: Code, field: &str, message: impl Into<String>) {
        self.mistakes.push(Mistake::new(code, &format!("{}.{field}", self.under), message));
    }

    fn amounts(&mut self, family: &Family) {
        let rates = &self.visit.bank.profile.payments;
        for name in wish::amounts(family) {
            if self.initiation.get(name).is_none() {
                continue;
            }
            let (field, currency) = (format!("{name}.Amount"), format!("{name}.Currency"));
            match wish::money(self.initiation, name) {
                Some((amount, exact)) if amount.value().is_zero() || !exact => {
                    let message = "write an amount above zero with no more decimals than its currency has";
                    self.wrong(Code::Invalid, &field, message);
                }
                Some((amount, _)) if family.reach == Reach::Domestic && amount.currency() != Currency::GBP => {
                    self.wrong(Code::Currency, &currency, "domestic payments are made in GBP");
                }
                Some((amount, _)) if rates.rate(amount.currency(), Currency::GBP).is_none() => {
                    let message = self.exchangeable();
                    self.wrong(Code::Currency, &currency, message);
                }
                Some(_) => {}
                None => self.wrong(Code::Invalid, &field, "the amount cannot be paid"),
            }
        }
    }

    fn exchangeable(&self) -> String {
        let rates = &self.visit.bank.profile.payments.rates;
        let pairs = rates.iter().flat_map(|(from, to, _)| [from.code(), to.code()]);
        let codes: BTreeSet<&str> = pairs.chain(["GBP"]).collect();
        format!("this bank pays in {}", codes.into_iter().collect::<Vec<_>>().join(", "))
    }

    fn instrument(&mut self, family: &Family) {
        let Some(instrument) = self.initiation.text(&["LocalInstrument"]) else { return };
        let legal = match family.reach {
            Reach::Domestic => AT_HOME,
            Reach::International => ABROAD,
        };
        if !legal.contains(&instrument) {
            self.wrong(Code::LocalInstrument, "LocalInstrument", format!("write one of {}", legal.join(", ")));
        }
        if self.initiation.get("InstructionPriority").is_some() {
            let message = "a local instrument has its own priority: leave this out";
            self.wrong(Code::Unexpected, "InstructionPriority", message);
        }
    }

    fn accounts(&mut self) {
        for name in ["CreditorAccount", "DebtorAccount"] {
            let Some(scheme) = self.initiation.text(&[name, "SchemeName"]) else { continue };
            if value::scheme_named(scheme).is_none() {
                let message = "write UK.OBIE.SortCodeAccountNumber, UK.OBIE.IBAN, UK.OBIE.BBAN or UK.OBIE.PAN";
                self.wrong(Code::Scheme, &format!("{name}.SchemeName"), message);
            } else if wish::account(self.initiation, name).is_none() {
                let message = "this is no account number of its scheme";
                self.wrong(Code::AccountIdentifier, &format!("{name}.Identification"), message);
            }
        }
    }

    fn debtor(&mut self) -> Option<String> {
        let named = wish::account(self.initiation, "DebtorAccount")?;
        let found = self.visit.bank.ledger.book().account_with(&named).map(|account| account.id.clone());
        if found.is_none() {
            self.wrong(Code::AccountIdentifier, "DebtorAccount.Identification", "this is no account of this bank");
        }
        found
    }

    fn today(&self) -> Date {
        self.visit.call.now.to_zoned(self.visit.bank.ledger.book().zone().clone()).date()
    }

    fn execution(&mut self) {
        let Some(day) = wish::day(self.visit, self.initiation, "RequestedExecutionDateTime") else { return };
        let message = if day <= self.today() {
            "write a day to come: a payment for today is not a scheduled one"
        } else if self.is_far(day) {
            "this bank takes orders for a year ahead at most"
        } else {
            return;
        };
        self.wrong(Code::InvalidDate, "RequestedExecutionDateTime", message);
    }

    fn is_far(&self, day: Date) -> bool {
        self.today().until(day).is_ok_and(|ahead| ahead.get_days() > LONGEST_AHEAD_DAYS)
    }

    fn timetable(&mut self, family: &Family) {
        let part = match self.visit.version.era {
            Era::Three => "",
            Era::Four => "MandateRelatedInformation.",
        };
        let at = |name: &str| format!("{part}{name}");
        let table = wish::timetable(self.visit, self.initiation);
        let first = wish::first_day(self.visit, self.initiation);
        if first < self.today() || self.is_far(first) {
            let message = "write a day from today to a year ahead";
            self.wrong(Code::InvalidDate, &at("FirstPaymentDateTime"), message);
        }
        let second = wish::day(self.visit, table, "RecurringPaymentDateTime");
        if second.is_some_and(|second| second <= first) {
            let message = "the second payment comes after the first";
            self.wrong(Code::InvalidDate, &at("RecurringPaymentDateTime"), message);
        }
        let last = wish::day(self.visit, table, "FinalPaymentDateTime");
        if last.is_some_and(|last| last < second.unwrap_or(first)) {
            let message = "the last payment is not before the others";
            self.wrong(Code::InvalidDate, &at("FinalPaymentDateTime"), message);
        }
        let count = self.initiation.text(&["NumberOfPayments"]);
        if count.is_some_and(|count| !count.parse::<u32>().is_ok_and(|count| (1..=MOST_PAYMENTS).contains(&count))) {
            let message = format!("write a number from 1 to {MOST_PAYMENTS} as a string");
            self.wrong(Code::Invalid, "NumberOfPayments", message);
        }
        if self.visit.version.era == Era::Four
            && table.at(&["Frequency", "CountPerPeriod"]).is_some()
            && table.at(&["Frequency", "PointInTime"]).is_some()
        {
            let message = "a frequency has a count or a point in time, not both";
            self.wrong(Code::Unexpected, &at("Frequency.CountPerPeriod"), message);
        }
        let unreadable = wish::amount(family, self.initiation).is_some()
            && wish::recurrence(self.visit, family, self.initiation).is_none();
        if unreadable {
            let kind = if self.visit.version.era == Era::Four { ".Type" } else { "" };
            let message = "this bank pays daily, on working days, by weeks and by months, once a period";
            self.wrong(Code::Frequency, &at(&format!("Frequency{kind}")), message);
        }
    }

    fn exchange(&mut self) {
        let rates = &self.visit.bank.profile.payments;
        let parsed = |text: Option<&str>| text.and_then(|code| code.parse::<Currency>().ok());
        let transfer = parsed(self.initiation.text(&["CurrencyOfTransfer"]));
        if transfer.is_some_and(|transfer| rates.rate(transfer, Currency::GBP).is_none()) {
            let message = self.exchangeable();
            self.wrong(Code::Currency, "CurrencyOfTransfer", message);
        }
        let Some(wanted) = self.initiation.get("ExchangeRateInformation") else { return };
        let unit = parsed(wanted.text(&["UnitCurrency"]));
        let has_rate = |(unit, transfer)| rates.rate(unit, transfer).is_some();
        if unit.zip(transfer).is_some_and(|pair| !has_rate(pair)) {
            let message = self.exchangeable();
            self.wrong(Code::Currency, "ExchangeRateInformation.UnitCurrency", message);
        }
        let agreed = wanted.text(&["RateType"]) == Some("Agreed");
        for name in ["ExchangeRate", "ContractIdentification"] {
            let field = format!("ExchangeRateInformation.{name}");
            match (agreed, wanted.get(name)) {
                (true, None) => self.wrong(Code::Expected, &field, "an agreed rate has this"),
                (false, Some(_)) => self.wrong(Code::Unexpected, &field, "only an agreed rate has this"),
                _ => {}
            }
        }
        if agreed
            && wanted.get("ExchangeRate").is_some_and(|rate| decimal(rate).is_none_or(|rate| rate <= Decimal::ZERO))
        {
            self.wrong(Code::Invalid, "ExchangeRateInformation.ExchangeRate", "write a rate above zero");
        }
    }

    fn file(&mut self) {
        let types = file_types(self.visit.version.era);
        if self.initiation.text(&["FileType"]).is_some_and(|kind| !types.contains(&kind)) {
            self.wrong(Code::Invalid, "FileType", format!("write one of {}", types.join(", ")));
        }
        if self.initiation.text(&["FileHash"]).is_some_and(|hash| hash_of(hash).is_none()) {
            self.wrong(Code::Invalid, "FileHash", "write the file's SHA-256 in base64");
        }
        if self.initiation.text(&["NumberOfTransactions"]).is_some_and(|count| count.bytes().all(|byte| byte == b'0')) {
            self.wrong(Code::Invalid, "NumberOfTransactions", "a file has at least one payment");
        }
        let sum = self.initiation.get("ControlSum");
        if sum.is_some_and(|sum| decimal(sum).is_none_or(|sum| sum <= Decimal::ZERO)) {
            self.wrong(Code::Invalid, "ControlSum", "write the sum of all amounts, above zero");
        }
        let day = wish::day(self.visit, self.initiation, "RequestedExecutionDateTime");
        if day.is_some_and(|day| day < self.today() || self.is_far(day)) {
            self.wrong(Code::InvalidDate, "RequestedExecutionDateTime", "write a day from today to a year ahead");
        }
    }
}

/// A number of JSON as an exact decimal.
pub(super) fn decimal(number: &Json) -> Option<Decimal> {
    let Json::Number(number) = number else { return None };
    let text = number.to_string();
    text.parse().ok().or_else(|| Decimal::from_scientific(&text).ok())
}

/// The bytes of a hash of a file.
pub(super) fn hash_of(text: &str) -> Option<[u8; 32]> {
    let bytes = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()?;
    bytes.try_into().ok()
}

/// The kinds of file this bank takes.
pub(super) fn file_types(era: Era) -> &'static [&'static str] {
    match era {
        Era::Three => &["UK.OBIE.PaymentInitiation.3.1", PAIN],
        Era::Four => &["UK.OBIE.PaymentInitiation.4.0", PAIN],
    }
}

/// The kind of a file in XML.
pub(super) const PAIN: &str = "UK.OBIE.pain.001.001.08";

/// The ways this bank sends money at home.
const AT_HOME: &[&str] = &[
    "UK.OBIE.FPS",
    "UK.OBIE.BACS",
    "UK.OBIE.CHAPS",
    "UK.OBIE.Paym",
    "UK.OBIE.BalanceTransfer",
    "UK.OBIE.MoneyTransfer",
];
/// The ways this bank sends money abroad.
const ABROAD: &[&str] = &[
    "UK.OBIE.SWIFT",
    "UK.OBIE.SEPACreditTransfer",
    "UK.OBIE.SEPAInstantCreditTransfer",
    "UK.OBIE.Target2",
    "UK.OBIE.Euro1",
];
const LONGEST_AHEAD_DAYS: i32 = 365;
const MOST_PAYMENTS: u32 = 9_999;
