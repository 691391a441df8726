//! Payments: a consent to exactly one order, the order, and what becomes of it.
//!
//! Owns the rules between a consent and its order: the order repeats what was consented to member by member, uses the consent
//! up, and is made once however often it is sent. Nothing is made of a request that is refused. What is wrong with an order by
//! itself is `rules`' business, what it costs and when it is done `terms`'.

use aws_lc_rs::digest;
use axum::http::StatusCode;
use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::money::Amount;
use bank_fixtures::record::{self, BalanceKind, ConsentScope, ConsentStatus, IdentifierScheme};

use super::error::{Code, Mistake, Refused};
use super::family::{self, Family, Reach, Timing};
use super::json::{Json, difference, object};
use super::visit::Visit;
use super::{agreement, answer, consent, rules, shape, status, terms, value, wish};
use crate::bank::{ConsentView, OnceRefused, Refusal, UsedKey};
use crate::exchange::Reply;

/// Takes a request for a consent.
pub(super) fn ask(visit: &Visit<'_>, family: &'static Family) -> Result<Reply, Refused> {
    let body = shape::read(visit.call, family.consent_body(visit.version))?;
    let (mistakes, debtor) = rules::of_consent(visit, family, &body);
    if !mistakes.is_empty() {
        return Err(Refused::request(mistakes));
    }
    let once = once(visit, family.consents, || {
        let ledger = &visit.bank.ledger;
        let account = debtor.as_deref().and_then(|id| ledger.account(id));
        let offer = terms::offered(visit, family, initiation(&body), account.as_deref());
        let accounts = debtor.map(|account| vec![account]);
        let view = consent::made_for(visit, family.kind, &body, vec![ConsentScope::Payments], (None, accounts));
        keep(visit, &view.consent.id, paper(visit, &view.consent.id)?.with("Offer", offer));
        if family.timing == Timing::File {
            ledger.hold_back_consent(&view.consent.id);
        }
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

/// Says whether the account to debit holds the amount, and what the bank charges for the payment.
pub(super) fn funds(visit: &Visit<'_>, family: &'static Family) -> Result<Reply, Refused> {
    let (view, paper) = visit.own_consent(family.kind)?;
    if visit.access.consent_id.as_deref() != Some(&view.consent.id) {
        return Err(Refused::forbidden(Code::ConsentMismatch, "the token was given under another consent"));
    }
    in_force(&view, &paper)?;
    let initiation = initiation(&paper);
    let account = debtor(visit, &view, family, initiation)?;
    let needed = cost(visit, family, initiation, &account)?;
    let granted = visit.bank.ledger.ordering(&view.consent.id, visit.call.now)?;
    let available = granted.balances(&account.id)?.into_iter().find(|balance| balance.kind == BalanceKind::Available);
    let enough = available.is_some_and(|balance| {
        balance.amount.currency() == needed.currency() && balance.amount.value() >= needed.value()
    });
    let result = object! {
        "FundsAvailableDateTime": value::instant(visit.stated(visit.call.now)),
        "FundsAvailable": enough,
    };
    Ok(answer::one(visit, StatusCode::OK, object! { "FundsAvailableResult": result }))
}

/// What an order takes from an account.
fn cost(visit: &Visit<'_>, family: &Family, initiation: &Json, account: &record::Account) -> Result<Amount, Refused> {
    let terms = terms::of(visit, family, initiation, account);
    let amount = wish::amount(family, initiation).ok_or_else(unreadable)?;
    let debited = terms.exchange.map_or(amount, |exchange| exchange.debited);
    let charge = terms.charge.map_or_else(Default::default, |charge| charge.value());
    Ok(Amount::new(debited.value() + charge, debited.currency()))
}

/// Takes an order.
pub(super) fn create(visit: &Visit<'_>, family: &'static Family) -> Result<Reply, Refused> {
    let body = shape::read(visit.call, family.payment_body(visit.version))?;
    let id = consent_of_token(visit, &body)?;
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
    let rows = vec![detail_row(visit, family, &payment)];
    Ok(answer::one(visit, StatusCode::OK, object! { "PaymentStatus": rows }))
}

/// Where one payment stands.
pub(super) fn detail_row(visit: &Visit<'_>, family: &Family, payment: &record::Payment) -> Json {
    let place = status::Place::of(visit, payment);
    let word = status::detail(visit.version, family.timing, &place);
    let reason = payment.reason.as_ref();
    let code = reason.map(|reason| reason.code.as_str()).filter(|code| status::has_codes(visit.version, code));
    let text = reason.and_then(|reason| reason.text.as_deref());
    object! {
        "PaymentTransactionId": payment.id.as_str(),
        "Status": word,
        "StatusUpdateDateTime": value::instant(payment.updated_at),
        "StatusDetail": object! { "Status": word, "StatusReason": code, "StatusReasonDescription": text },
    }
}

/// The consent an order names, which is the one its token was given under.
pub(super) fn consent_of_token<'b>(visit: &Visit<'_>, body: &'b Json) -> Result<&'b str, Refused> {
    let id = body.text(&["Data", "ConsentId"]).unwrap_or_default();
    if visit.access.consent_id.as_deref() == Some(id) {
        return Ok(id);
    }
    let message = "the token was not given under this consent";
    Err(Refused::mistake(Code::ConsentMismatch, "Data.ConsentId", message))
}

/// A consent that is to be used up by an order of this body, and what is kept with it.
pub(super) fn agreed(
    visit: &Visit<'_>,
    family: &Family,
    id: &str,
    body: &Json,
) -> Result<(ConsentView, Json), Refused> {
    let missing = || Refused::not_found("consent", id);
    let view = visit.bank.ledger.consent(id, visit.call.now).ok_or_else(missing)?;
    let paper = paper(visit, id)?;
    if paper.text(&["Kind"]) != Some(family.kind) {
        let message = format!("the consent is not one to a {}", family.kind);
        return Err(Refused::mistake(Code::ConsentMismatch, "Data.ConsentId", message));
    }
    in_force(&view, &paper)?;
    let risk = (family.timing != Timing::File).then_some((&["Risk"][..], "Risk"));
    let parts = [(&["Data", "Initiation"][..], "Data.Initiation")].into_iter().chain(risk);
    let mistakes: Vec<Mistake> = parts
        .filter_map(|(path, name)| {
            let null = &Json::Null;
            difference(body.at(path).unwrap_or(null), paper.at(path).unwrap_or(null), name)
        })
        .map(|path| Mistake::new(Code::ConsentMismatch, &path, "this is not what the account holder consented to"))
        .collect();
    if mistakes.is_empty() { Ok((view, paper)) } else { Err(Refused::request(mistakes)) }
}

/// Orders what was consented to.
fn ordered(visit: &Visit<'_>, family: &'static Family, id: &str, body: &Json) -> Result<String, Refused> {
    let ledger = &visit.bank.ledger;
    let (view, paper) = agreed(visit, family, id, body)?;
    let initiation = initiation(&paper);
    let (mistakes, _) = rules::of_order(visit, family, initiation, "Data.Initiation");
    if !mistakes.is_empty() {
        return Err(Refused::request(mistakes));
    }
    let account = debtor(visit, &view, family, initiation)?;
    let offer = paper.get("Offer").unwrap_or(&Json::Null);
    let (mut terms, told) = terms::taken(visit, family, (initiation, offer), &account)?;
    let waits = view.consent.status == ConsentStatus::PartiallyAuthorised;
    terms.second = waits.then(|| terms::second_holder(visit, id, &paper));
    let until = terms.second.as_ref().map(|second| value::instant(visit.stated(second.until)));
    let asked = wish::asked(visit, family, initiation, account.id).ok_or_else(unreadable)?;
    let key = shape::header(visit.call, KEY, KEY_LENGTH)?;
    let granted = ledger.ordering(id, visit.call.now)?;
    let payment = granted.pay_with(key, asked, terms).map_err(|refusal| refused_of(family, refusal))?.payment;
    let kept = object! { "Kind": family.kind, "ConsentId": id, "Told": told, "SecondUntil": until };
    keep(visit, &payment.id, kept);
    used(visit, id, paper.with("Order", payment.id.as_str()), waits)?;
    Ok(payment.id)
}

/// Uses a consent up; one that somebody has still to agree to is used up when they do.
pub(super) fn used(visit: &Visit<'_>, id: &str, paper: Json, waits: bool) -> Result<(), Refused> {
    keep(visit, id, paper);
    if !waits {
        visit.bank.ledger.consume_consent(id, visit.call.now)?;
    }
    Ok(())
}

/// The account to debit: the one the order names, else the first one in the consent that pays in its currency; abroad any
/// current account will do.
pub(super) fn debtor(
    visit: &Visit<'_>,
    view: &ConsentView,
    family: &Family,
    initiation: &Json,
) -> Result<record::Account, Refused> {
    let ledger = &visit.bank.ledger;
    let currency = wish::amount(family, initiation).map_or(bank_fixtures::currency::Currency::GBP, |a| a.currency());
    let accounts: Vec<_> = view.consent.account_ids.iter().filter_map(|id| ledger.account(id)).collect();
    let named = wish::account(initiation, "DebtorAccount").and_then(|named| ledger.book().account_with(&named));
    let current = |account: &record::Account| account.kind == record::AccountKind::Current;
    let found = match named {
        Some(named) => accounts.iter().find(|account| account.id == named.id),
        None => accounts
            .iter()
            .find(|account| current(account) && account.currency == Some(currency))
            .or_else(|| accounts.iter().find(|account| current(account) && family.reach == Reach::International)),
    };
    let message = "the account holder consented to no account that this can be paid from";
    let none = || Refused::mistake(Code::AccountIdentifier, "Data.Initiation.DebtorAccount", message);
    found.map(|account| account.clone().into_owned()).ok_or_else(none)
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

/// One account holder has agreed at least, and nothing was ordered yet.
pub(super) fn in_force(view: &ConsentView, paper: &Json) -> Result<(), Refused> {
    let agreed = matches!(view.consent.status, ConsentStatus::Active | ConsentStatus::PartiallyAuthorised);
    if agreed && paper.get("Order").is_none() {
        return Ok(());
    }
    let message = "the consent is not authorised, or was used before";
    Err(Refused::mistake(Code::ConsentStatus, "Data.ConsentId", message).class(ErrorClass::ConsentInvalid))
}

/// A refusal of the ledger, with the field of a single payment at fault.
pub(super) fn refused(refusal: Refusal) -> Refused {
    refused_of(&family::DOMESTIC, refusal)
}

/// The same with the field of this kind of order.
fn refused_of(family: &Family, refusal: Refusal) -> Refused {
    let amount = wish::amounts(family).first().copied().unwrap_or("ControlSum");
    let field = match &refusal {
        Refusal::UnknownAccount(_)
        | Refusal::AccountClosed(_)
        | Refusal::AccountBlocked(_)
        | Refusal::NoPaymentAccount(_) => "DebtorAccount".to_owned(),
        Refusal::OtherCurrency { .. } => format!("{amount}.Currency"),
        Refusal::Amount(_) | Refusal::InsufficientFunds { .. } => format!("{amount}.Amount"),
        Refusal::Creditor { .. } => "CreditorAccount.Identification".to_owned(),
        Refusal::ExecutionDay { .. } => "RequestedExecutionDateTime".to_owned(),
        _ => return Refused::from(refusal),
    };
    let class = refusal.kind().class();
    Refused::mistake(Code::Invalid, &format!("Data.Initiation.{field}"), refusal.to_string()).class(class)
}

fn consent_written(visit: &Visit<'_>, family: &Family, status: StatusCode, view: &ConsentView, paper: &Json) -> Reply {
    let consent = &view.consent;
    let term = |name: &str| paper.at(&["Data", name]).cloned();
    let offer = |name: &str| paper.at(&["Offer", name]).cloned();
    let place = status::Consented::of(family.timing, consent.status, paper);
    let decided = view.user.is_some() && !matches!(consent.status, ConsentStatus::Awaiting | ConsentStatus::Rejected);
    let account = decided.then(|| debtor(visit, view, family, initiation(paper)).ok()).flatten();
    let data = object! {
        "ConsentId": consent.id.as_str(),
        "CreationDateTime": value::instant(consent.created_at),
        "Status": status::consent(visit.version, place),
        "StatusReason": status::consent_reasons(visit.version, place),
        "StatusUpdateDateTime": value::instant(view.changed_at),
        "Permission": term("Permission"),
        "ReadRefundAccount": term("ReadRefundAccount"),
        "CutOffDateTime": offer("CutOffDateTime"),
        "ExpectedExecutionDateTime": offer("ExpectedExecutionDateTime"),
        "ExpectedSettlementDateTime": offer("ExpectedSettlementDateTime"),
        "Charges": offer("Charges"),
        "ExchangeRateInformation": offer("ExchangeRateInformation"),
        "Initiation": term("Initiation"),
        "Authorisation": term("Authorisation"),
        "SCASupportData": term("SCASupportData"),
        "Debtor": account.as_ref().and_then(shown),
    };
    let body = object! { "Data": data, "Risk": paper.get("Risk").cloned().filter(|_| family.timing != Timing::File) };
    answer::at(status, body, &visit.address(&format!("pisp/{}/{}", family.consents, consent.id)))
}

/// An account as orders name it.
pub(super) fn shown(account: &record::Account) -> Option<Json> {
    let by_scheme = |scheme| account.identifiers.iter().find(|identifier| identifier.scheme == scheme);
    let identifier = by_scheme(IdentifierScheme::SortCodeAccount).or_else(|| by_scheme(IdentifierScheme::Iban))?;
    value::account(identifier, account.owners.first().map(String::as_str))
}

fn payment_written(visit: &Visit<'_>, family: &Family, status: StatusCode, id: &str) -> Result<Reply, Refused> {
    let (payment, paper) = own_payment(visit, family, id)?;
    let consent_id = paper.text(&["ConsentId"]).unwrap_or_default();
    let terms = self::paper(visit, consent_id)?;
    let shown = visit.bank.ledger.account(&payment.debtor_account_id).and_then(|account| shown(&account));
    let refund = terms.text(&["Data", "ReadRefundAccount"]) == Some("Yes");
    let refund = shown.clone().filter(|_| refund).map(|account| object! { "Account": account });
    let told = |name: &str| paper.at(&["Told", name]).cloned();
    let place = status::Place::of(visit, &payment);
    let data = Json::Object(vec![(family.id.into(), Json::Text(payment.id.clone()))]);
    let data = data
        .with("ConsentId", consent_id)
        .with("CreationDateTime", value::instant(payment.created_at))
        .with("Status", status::payment(visit.version, family.timing, &place))
        .with("StatusUpdateDateTime", value::instant(payment.updated_at))
        .with("StatusReason", status::reasons(visit.version, &payment))
        .with("ExpectedExecutionDateTime", told("ExpectedExecutionDateTime"))
        .with("ExpectedSettlementDateTime", told("ExpectedSettlementDateTime"))
        .with("Refund", refund)
        .with("Charges", told("Charges"))
        .with("ExchangeRateInformation", told("ExchangeRateInformation"))
        .with("Initiation", terms.at(&["Data", "Initiation"]).cloned())
        .with("MultiAuthorisation", agreement::block(visit, &paper))
        .with("Debtor", shown);
    let address = visit.address(&format!("pisp/{}/{}", family.payments, payment.id));
    Ok(answer::at(status, object! { "Data": data }, &address))
}

/// An own order of this kind.
fn own_payment(visit: &Visit<'_>, family: &Family, id: &str) -> Result<(record::Payment, Json), Refused> {
    let paper = own_paper(visit, family, id)?;
    let payment = visit.bank.ledger.payment(id, visit.call.now).ok_or_else(|| Refused::not_found("payment", id))?;
    Ok((payment, paper))
}

/// What is kept with an own order of this kind.
pub(super) fn own_paper(visit: &Visit<'_>, family: &Family, id: &str) -> Result<Json, Refused> {
    let unknown = || Refused::not_found("payment", id);
    let paper = paper(visit, id).ok().filter(|paper| paper.text(&["Kind"]) == Some(family.kind));
    let paper = paper.filter(|paper| paper.get("ConsentId").is_some()).ok_or_else(unknown)?;
    let consent = paper.text(&["ConsentId"]).and_then(|id| visit.bank.ledger.consent(id, visit.call.now));
    if consent.is_none_or(|view| view.client_id != visit.access.client_id) {
        return Err(Refused::forbidden(Code::ConsentMismatch, "the payment is another client's"));
    }
    Ok(paper)
}

/// What is kept with a consent or an order.
pub(super) fn paper(visit: &Visit<'_>, id: &str) -> Result<Json, Refused> {
    let text = visit.bank.ledger.papers().find(id);
    text.and_then(|text| Json::read(text.as_bytes()).ok()).ok_or_else(|| Refused::not_found("consent", id))
}

pub(super) fn keep(visit: &Visit<'_>, id: &str, paper: Json) {
    visit.bank.ledger.papers().keep(id, String::from_utf8_lossy(&paper.written()).into_owned());
}

pub(super) fn initiation(body: &Json) -> &Json {
    body.at(&["Data", "Initiation"]).unwrap_or(&Json::Null)
}

/// What was read when the consent was made can be read again.
pub(super) fn unreadable() -> Refused {
    Refused::mistake(Code::Format, "Data.Initiation", "the order cannot be read")
}

/// Name of the header that makes an order once.
pub(super) const KEY: &str = "x-idempotency-key";
pub(super) const KEY_LENGTH: usize = 40;
