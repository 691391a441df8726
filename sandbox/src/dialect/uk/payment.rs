//! Payments: a consent to exactly one order, the order, and what becomes of it.
//!
//! Owns the rules between a consent and its order: the order repeats what was consented to word by word, uses the consent
//! up, and is made once however often it is sent. Nothing is made of a request that is refused.

use aws_lc_rs::digest;
use axum::http::StatusCode;
use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::identifier::{Iban, SortCodeAccount};
use bank_fixtures::money::Amount;
use bank_fixtures::record::{self, AccountIdentifier, BalanceKind, ConsentScope, ConsentStatus, IdentifierScheme};

use super::error::{Code, Mistake, Refused};
use super::family::{Family, Timing};
use super::json::{Json, alike, object};
use super::shape::{self, instant};
use super::visit::Visit;
use super::{answer, consent, status, value};
use crate::bank::{ConsentView, NewPayment, OnceRefused, Refusal, UsedKey};
use crate::exchange::Reply;

/// Takes a request for a consent.
pub(super) fn ask(visit: &Visit<'_>, family: &'static Family) -> Result<Reply, Refused> {
    let body = shape::read(visit.call, family.consent_body(visit.version))?;
    let initiation = initiation(&body);
    let mut mistakes = Vec::new();
    let debtor = wanted(visit, initiation, family, &mut mistakes);
    if !mistakes.is_empty() {
        return Err(Refused::request(mistakes));
    }
    let once = once(visit, family.consents, || {
        let accounts = debtor.map(|account| vec![account]);
        let view = consent::made_for(visit, family.kind, &body, vec![ConsentScope::Payments], (None, accounts));
        Ok(view.consent.id)
    })?;
    let found = visit.bank.ledger.consent(&once.id, visit.call.now);
    let view = found.ok_or_else(|| Refused::not_found("consent", &once.id))?;
    let reply = consent_written(visit, family, StatusCode::CREATED, &view, &paper(visit, &view.consent.id)?);
    Ok(if once.replayed { reply.replayed() } else { reply.committed() })
}

/// Reads a consent.
pub(super) fn asked(visit: &Visit<'_>, family: &'static Family) -> Result<Reply, Refused> {
    let (view, paper) = visit.own_consent(family.kind)?;
    Ok(consent_written(visit, family, StatusCode::OK, &view, &paper))
}

/// Says whether the account to debit holds the amount.
pub(super) fn funds(visit: &Visit<'_>, family: &'static Family) -> Result<Reply, Refused> {
    let (view, paper) = visit.own_consent(family.kind)?;
    if visit.access.consent_id.as_deref() != Some(&view.consent.id) {
        return Err(Refused::forbidden(Code::ConsentMismatch, "the token was given under another consent"));
    }
    in_force(&view)?;
    let granted = visit.granted()?;
    let initiation = initiation(&paper);
    let (amount, _) = money(initiation).ok_or_else(unreadable)?;
    let account = debtor(visit, &view, initiation)?;
    let available = granted.balances(&account.id)?.into_iter().find(|balance| balance.kind == BalanceKind::Available);
    let enough = available.is_some_and(|balance| {
        balance.amount.currency() == amount.currency() && balance.amount.value() >= amount.value()
    });
    let result = object! {
        "FundsAvailableDateTime": value::instant(visit.stated(visit.call.now)),
        "FundsAvailable": enough,
    };
    Ok(answer::one(visit, StatusCode::OK, object! { "FundsAvailableResult": result }))
}

/// Takes an order.
pub(super) fn create(visit: &Visit<'_>, family: &'static Family) -> Result<Reply, Refused> {
    let body = shape::read(visit.call, family.payment_body(visit.version))?;
    let id = body.text(&["Data", "ConsentId"]).unwrap_or_default();
    if visit.access.consent_id.as_deref() != Some(id) {
        let message = "the token was not given under this consent";
        return Err(Refused::mistake(Code::ConsentMismatch, "Data.ConsentId", message));
    }
    let once = once(visit, family.payments, || ordered(visit, family, id, &body))?;
    let reply = payment_written(visit, family, StatusCode::CREATED, &once.id)?;
    Ok(if once.replayed { reply.replayed() } else { reply.committed() })
}

/// Reads an order.
pub(super) fn read(visit: &Visit<'_>, family: &'static Family) -> Result<Reply, Refused> {
    payment_written(visit, family, StatusCode::OK, visit.call.param("payment"))
}

/// Reads where an order stands, in finer words.
pub(super) fn details(visit: &Visit<'_>, family: &'static Family) -> Result<Reply, Refused> {
    let (payment, _) = own_payment(visit, family, visit.call.param("payment"))?;
    let status = status::detail(visit.version, payment.status);
    let reason = payment.reason.as_ref().and_then(|reason| reason.text.as_deref());
    let row = object! {
        "PaymentTransactionId": payment.id.as_str(),
        "Status": status,
        "StatusUpdateDateTime": value::instant(payment.updated_at),
        "StatusDetail": object! { "Status": status, "StatusReasonDescription": reason },
    };
    Ok(answer::one(visit, StatusCode::OK, object! { "PaymentStatus": vec![row] }))
}

/// Orders what was consented to.
fn ordered(visit: &Visit<'_>, family: &'static Family, id: &str, body: &Json) -> Result<String, Refused> {
    let ledger = &visit.bank.ledger;
    let missing = || Refused::not_found("consent", id);
    let view = ledger.consent(id, visit.call.now).ok_or_else(missing)?;
    let paper = paper(visit, id)?;
    if paper.text(&["Kind"]) != Some(family.kind) {
        let message = format!("the consent is not one to a {}", family.kind);
        return Err(Refused::mistake(Code::ConsentMismatch, "Data.ConsentId", message));
    }
    in_force(&view)?;
    for (path, name) in [(&["Data", "Initiation"][..], "Data.Initiation"), (&["Risk"], "Risk")] {
        let same = body.at(path).zip(paper.at(path)).is_some_and(|(sent, agreed)| alike(sent, agreed));
        if !same {
            let message = "this is not what the account holder consented to";
            return Err(Refused::mistake(Code::ConsentMismatch, name, message));
        }
    }
    let initiation = initiation(&paper);
    let mut mistakes = Vec::new();
    wanted(visit, initiation, family, &mut mistakes);
    if !mistakes.is_empty() {
        return Err(Refused::request(mistakes));
    }
    let text = |path: &[&str]| initiation.text(path).map(str::to_owned);
    let (amount, _) = money(initiation).ok_or_else(unreadable)?;
    let asked = NewPayment {
        debtor_account_id: debtor(visit, &view, initiation)?.id,
        creditor_name: text(&["CreditorAccount", "Name"]).unwrap_or_default(),
        creditor_account: account(initiation, "CreditorAccount").ok_or_else(unreadable)?,
        amount,
        reference: reference(initiation),
        end_to_end_id: text(&["EndToEndIdentification"]),
        requested_on: execution(visit, initiation).filter(|_| family.timing == Timing::Later),
    };
    let key = shape::header(visit.call, KEY, KEY_LENGTH)?;
    let payment = visit.granted()?.pay(key, asked).map_err(refused)?.payment;
    let kept = object! { "Kind": family.kind, "ConsentId": id };
    ledger.papers().keep(&payment.id, String::from_utf8_lossy(&kept.written()).into_owned());
    ledger.consume_consent(id, visit.call.now)?;
    Ok(payment.id)
}

/// What is wrong with an order by itself; the account to debit, if it names one of this bank.
fn wanted(visit: &Visit<'_>, initiation: &Json, family: &Family, mistakes: &mut Vec<Mistake>) -> Option<String> {
    let mut wrong = |code, field: &str, message: &str| {
        mistakes.push(Mistake::new(code, &format!("Data.Initiation.{field}"), message));
    };
    match money(initiation) {
        Some((amount, exact)) if amount.value().is_zero() || !exact => {
            let message = "write an amount above zero with no more decimals than its currency has";
            wrong(Code::Invalid, "InstructedAmount.Amount", message);
        }
        Some((amount, _)) if amount.currency().code() != "GBP" => {
            wrong(Code::Currency, "InstructedAmount.Currency", "domestic payments are made in GBP");
        }
        Some(_) => {}
        None => wrong(Code::Invalid, "InstructedAmount.Amount", "the amount cannot be paid"),
    }
    let instrument = initiation.text(&["LocalInstrument"]);
    if instrument.is_some_and(|instrument| !INSTRUMENTS.contains(&instrument)) {
        wrong(Code::LocalInstrument, "LocalInstrument", &format!("write one of {}", INSTRUMENTS.join(", ")));
    }
    for name in ["CreditorAccount", "DebtorAccount"] {
        let Some(scheme) = initiation.text(&[name, "SchemeName"]) else { continue };
        if value::scheme_named(scheme).is_none() {
            let message = "write UK.OBIE.SortCodeAccountNumber, UK.OBIE.IBAN, UK.OBIE.BBAN or UK.OBIE.PAN";
            wrong(Code::Scheme, &format!("{name}.SchemeName"), message);
        } else if account(initiation, name).is_none() {
            let message = "this is no account number of its scheme";
            wrong(Code::AccountIdentifier, &format!("{name}.Identification"), message);
        }
    }
    if family.timing == Timing::Later {
        let today = visit.call.now.to_zoned(visit.bank.ledger.book().zone().clone()).date();
        if execution(visit, initiation).is_some_and(|day| day <= today) {
            let message = "write a day to come: a payment for today is not a scheduled one";
            wrong(Code::InvalidDate, "RequestedExecutionDateTime", message);
        }
    }
    let named = account(initiation, "DebtorAccount")?;
    let found = visit.bank.ledger.book().account_with(&named).map(|account| account.id.clone());
    if found.is_none() {
        wrong(Code::AccountIdentifier, "DebtorAccount.Identification", "this is no account of this bank");
    }
    found
}

/// The account to debit: the one the order names, else the first one in the consent that pays in its currency.
fn debtor(visit: &Visit<'_>, view: &ConsentView, initiation: &Json) -> Result<record::Account, Refused> {
    let ledger = &visit.bank.ledger;
    let currency = money(initiation).map(|(amount, _)| amount.currency());
    let accounts = view.consent.account_ids.iter().filter_map(|id| ledger.account(id));
    let named = account(initiation, "DebtorAccount").and_then(|named| ledger.book().account_with(&named));
    let fits = |account: &record::Account| match named {
        Some(named) => named.id == account.id,
        None => account.currency == currency && account.kind == record::AccountKind::Current,
    };
    let found = accounts.into_iter().find(|account| fits(account)).map(std::borrow::Cow::into_owned);
    let message = "the account holder consented to no account that this can be paid from";
    found.ok_or_else(|| Refused::mistake(Code::AccountIdentifier, "Data.Initiation.DebtorAccount", message))
}

/// Makes something once for the key of a call.
pub(super) fn once(
    visit: &Visit<'_>,
    call: &str,
    make: impl FnOnce() -> Result<String, Refused>,
) -> Result<crate::bank::Once, Refused> {
    let key = shape::header(visit.call, KEY, KEY_LENGTH)?;
    let client_id = visit.access.client_id.clone();
    let used = UsedKey { client_id, call: call.to_owned(), key: key.to_owned() };
    let body = digest::digest(&digest::SHA256, &visit.call.request.body);
    let body = body.as_ref().try_into().expect("SHA-256 gives 32 bytes");
    visit.bank.ledger.papers().once(used, body, visit.call.now, make).map_err(|refused| match refused {
        OnceRefused::NotMade(refused) => refused,
        OnceRefused::OtherBody => {
            let message = "the key came with another body before: send a new key for a new request";
            Refused::mistake(Code::AlreadyExists, KEY, message).class(ErrorClass::IdempotencyConflict)
        }
    })
}

fn in_force(view: &ConsentView) -> Result<(), Refused> {
    if view.consent.status == ConsentStatus::Active {
        return Ok(());
    }
    let message = "the consent is not authorised, or was used before";
    Err(Refused::mistake(Code::ConsentStatus, "Data.ConsentId", message).class(ErrorClass::ConsentInvalid))
}

/// A refusal of the ledger with the field at fault.
pub(super) fn refused(refusal: Refusal) -> Refused {
    let field = match &refusal {
        Refusal::UnknownAccount(_)
        | Refusal::AccountClosed(_)
        | Refusal::AccountBlocked(_)
        | Refusal::NoPaymentAccount(_) => Some("Data.Initiation.DebtorAccount"),
        Refusal::OtherCurrency { .. } => Some("Data.Initiation.InstructedAmount.Currency"),
        Refusal::Amount(_) | Refusal::InsufficientFunds { .. } => Some("Data.Initiation.InstructedAmount.Amount"),
        Refusal::Creditor { .. } => Some("Data.Initiation.CreditorAccount.Identification"),
        Refusal::ExecutionDay { .. } => Some("Data.Initiation.RequestedExecutionDateTime"),
        _ => None,
    };
    let Some(field) = field else { return Refused::from(refusal) };
    let class = refusal.kind().class();
    Refused::mistake(Code::Invalid, field, refusal.to_string()).class(class)
}

fn consent_written(visit: &Visit<'_>, family: &Family, status: StatusCode, view: &ConsentView, paper: &Json) -> Reply {
    let consent = &view.consent;
    let term = |name: &str| paper.at(&["Data", name]).cloned();
    let data = object! {
        "ConsentId": consent.id.as_str(),
        "CreationDateTime": value::instant(consent.created_at),
        "Status": status::consent(visit.version, consent.status),
        "StatusReason": consent::reasons(visit.version, consent.status),
        "StatusUpdateDateTime": value::instant(view.changed_at),
        "Permission": term("Permission"),
        "ReadRefundAccount": term("ReadRefundAccount"),
        "Initiation": term("Initiation"),
        "Authorisation": term("Authorisation"),
        "SCASupportData": term("SCASupportData"),
    };
    let risk = paper.get("Risk").cloned().unwrap_or_else(Json::empty);
    let address = visit.address(&format!("pisp/{}/{}", family.consents, consent.id));
    answer::at(status, object! { "Data": data, "Risk": risk }, &address)
}

fn payment_written(visit: &Visit<'_>, family: &Family, status: StatusCode, id: &str) -> Result<Reply, Refused> {
    let (payment, paper) = own_payment(visit, family, id)?;
    let consent_id = paper.text(&["ConsentId"]).unwrap_or_default();
    let terms = self::paper(visit, consent_id)?;
    let account = visit.bank.ledger.account(&payment.debtor_account_id);
    let owner = account.as_ref().and_then(|account| account.owners.first().cloned());
    let identifier = account.as_ref().and_then(|account| {
        account.identifiers.iter().find(|identifier| identifier.scheme == IdentifierScheme::SortCodeAccount)
    });
    let shown = identifier.and_then(|identifier| value::account(identifier, owner.as_deref()));
    let refund = terms.text(&["Data", "ReadRefundAccount"]) == Some("Yes");
    let refund = shown.clone().filter(|_| refund).map(|account| object! { "Account": account });
    let data = Json::Object(vec![(family.id.into(), Json::Text(payment.id.clone()))]);
    let data = data
        .with("ConsentId", consent_id)
        .with("CreationDateTime", value::instant(payment.created_at))
        .with("Status", status::payment(visit.version, family.timing, &payment))
        .with("StatusUpdateDateTime", value::instant(payment.updated_at))
        .with("StatusReason", status::reasons(visit.version, &payment))
        .with("Refund", refund)
        .with("Initiation", terms.at(&["Data", "Initiation"]).cloned())
        .with("Debtor", shown);
    let address = visit.address(&format!("pisp/{}/{}", family.payments, payment.id));
    Ok(answer::at(status, object! { "Data": data }, &address))
}

/// An own order of this kind.
fn own_payment(visit: &Visit<'_>, family: &Family, id: &str) -> Result<(record::Payment, Json), Refused> {
    let ledger = &visit.bank.ledger;
    let unknown = || Refused::not_found("payment", id);
    let payment = ledger.payment(id, visit.call.now).ok_or_else(unknown)?;
    let paper = paper(visit, id).ok().filter(|paper| paper.text(&["Kind"]) == Some(family.kind)).ok_or_else(unknown)?;
    let consent = paper.text(&["ConsentId"]).and_then(|id| ledger.consent(id, visit.call.now));
    if consent.is_none_or(|view| view.client_id != visit.access.client_id) {
        return Err(Refused::forbidden(Code::ConsentMismatch, "the payment is another client's"));
    }
    Ok((payment, paper))
}

fn paper(visit: &Visit<'_>, id: &str) -> Result<Json, Refused> {
    let text = visit.bank.ledger.papers().find(id);
    text.and_then(|text| Json::read(text.as_bytes()).ok()).ok_or_else(|| Refused::not_found("consent", id))
}

fn initiation(body: &Json) -> &Json {
    body.at(&["Data", "Initiation"]).unwrap_or(&Json::Null)
}

/// The amount, and whether its currency has that many decimals.
fn money(initiation: &Json) -> Option<(Amount, bool)> {
    let currency = initiation.text(&["InstructedAmount", "Currency"])?.parse().ok()?;
    let amount = Amount::parse(initiation.text(&["InstructedAmount", "Amount"])?, currency).ok()?;
    let exact = amount.money().ok();
    Some((exact.map_or(amount, Amount::from), exact.is_some()))
}

/// An account of an order; `None` if it is not named or is no number of its scheme.
fn account(initiation: &Json, name: &str) -> Option<AccountIdentifier> {
    let scheme = value::scheme_named(initiation.text(&[name, "SchemeName"])?)?;
    let text = initiation.text(&[name, "Identification"])?;
    let value = match scheme {
        IdentifierScheme::Iban => text.parse::<Iban>().ok()?.as_str().to_owned(),
        IdentifierScheme::SortCodeAccount => text.parse::<SortCodeAccount>().ok()?.to_string(),
        _ => text.to_owned(),
    };
    Some(AccountIdentifier { scheme, value })
}

/// The text for the creditor: a reference in 3.1, the first line in version 4.
fn reference(initiation: &Json) -> Option<String> {
    let remittance = initiation.get("RemittanceInformation")?;
    let line = remittance.get("Unstructured").map(Json::items).and_then(|lines| lines.first()?.text(&[]));
    let text = remittance.text(&["Reference"]).or_else(|| remittance.text(&["Unstructured"])).or(line);
    text.map(str::to_owned)
}

/// The day an order is for, where the bank is.
fn execution(visit: &Visit<'_>, initiation: &Json) -> Option<jiff::civil::Date> {
    let at = instant(initiation.text(&["RequestedExecutionDateTime"])?)?;
    Some(at.to_zoned(visit.bank.ledger.book().zone().clone()).date())
}

/// What was read when the consent was made can be read again.
fn unreadable() -> Refused {
    Refused::mistake(Code::Format, "Data.Initiation", "the order cannot be read")
}

/// Name of the header that makes an order once.
pub(super) const KEY: &str = "x-idempotency-key";
pub(super) const KEY_LENGTH: usize = 40;

/// The ways this bank sends money at home.
const INSTRUMENTS: &[&str] = &[
    "UK.OBIE.FPS",
    "UK.OBIE.BACS",
    "UK.OBIE.CHAPS",
    "UK.OBIE.Paym",
    "UK.OBIE.BalanceTransfer",
    "UK.OBIE.MoneyTransfer",
];
