//! Files of payments: uploaded to a consent, read back, ordered as a whole, reported on one by one.
//!
//! Owns the file's way through the bank: what it says has to be what its consent says, and every payment in it has to be
//! one this bank would take by itself. A file that is ordered is as many payments of the ledger; one that is refused there is
//! told in the report.

use aws_lc_rs::digest;
use axum::http::StatusCode;
use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::record::{ConsentStatus, Payment, PaymentStatus};
use rust_decimal::Decimal;

use super::error::{Code, Mistake, Refused};
use super::family::{self, DOMESTIC, FILE};
use super::json::{Json, object};
use super::payment::{self, KEY, KEY_LENGTH, keep, own_paper, paper};
use super::visit::Visit;
use super::{agreement, answer, pain, rules, shape, status, terms, value, wish};
use crate::bank::{NewPayment, PaymentTerms};
use crate::exchange::{Problem, ProblemKind, Reply};

/// What files come as, and the reports on them.
pub(super) const MEDIA: &[&str] = &["application/json", "text/xml", "application/xml"];

/// Takes the file of a consent.
pub(super) fn upload(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let (view, paper) = visit.own_consent(FILE.kind)?;
    let id = view.consent.id.clone();
    let once = payment::once(visit, &format!("{}/{id}/file", FILE.consents), || {
        if view.consent.status != ConsentStatus::Awaiting || paper.get("File").is_some() {
            let message = "the consent does not wait for a file";
            let refused = Refused::mistake(Code::ConsentStatus, "ConsentId", message);
            return Err(refused.class(ErrorClass::ConsentInvalid));
        }
        let kind = visit.call.header("content-type").unwrap_or("application/json").to_owned();
        let text = file_text(visit, &paper, &kind)?;
        let orders = orders(visit, &paper, &text)?;
        let differs = metadata(&paper, &orders);
        if !differs.is_empty() {
            // The standard: what does not fit its metadata ends the consent.
            visit.bank.ledger.refuse_consent(&id, visit.call.now)?;
            return Err(Refused::request(differs));
        }
        visit.bank.ledger.papers().keep(&stored(&id), text);
        keep(visit, &id, paper.clone().with("File", object! { "ContentType": kind }));
        visit.bank.ledger.complete_consent(&id);
        Ok(id.clone())
    })?;
    let reply = Reply::empty(StatusCode::OK);
    Ok(if once.replayed { reply.replayed() } else { reply.committed() })
}

/// Gives the file of a consent back, byte for byte.
pub(super) fn download(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let (view, paper) = visit.own_consent(FILE.kind)?;
    let text = visit.bank.ledger.papers().find(&stored(&view.consent.id));
    let kind = paper.text(&["File", "ContentType"]).unwrap_or_default();
    let text = text.ok_or_else(|| Refused::not_found("file of consent", &view.consent.id))?;
    served(visit, kind, text.as_bytes().to_vec())
}

/// Orders every payment of a file.
pub(super) fn create(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let body = shape::read(visit.call, FILE.payment_body(visit.version))?;
    let id = payment::consent_of_token(visit, &body)?;
    let once = payment::once(visit, FILE.payments, || ordered(visit, id, &body))?;
    let reply = written(visit, StatusCode::CREATED, &once.id)?;
    Ok(if once.replayed { reply.replayed() } else { reply.committed() })
}

/// Reads an ordered file.
pub(super) fn read(visit: &Visit<'_>) -> Result<Reply, Refused> {
    written(visit, StatusCode::OK, visit.call.param("payment"))
}

/// Reads where each payment of a file stands.
pub(super) fn details(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let items = items(visit, &own_paper(visit, &FILE, visit.call.param("payment"))?);
    let rows: Vec<Json> = items.iter().map(|item| item.row(visit)).collect();
    Ok(answer::one(visit, StatusCode::OK, object! { "PaymentStatus": rows }))
}

/// The report on an ordered file, in the form the file came in.
pub(super) fn report(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let id = visit.call.param("payment");
    let file = own_paper(visit, &FILE, id)?;
    let consent = paper(visit, file.text(&["ConsentId"]).unwrap_or_default())?;
    let items = items(visit, &file);
    let kind = consent.text(&["File", "ContentType"]).unwrap_or_default();
    if payment::initiation(&consent).text(&["FileType"]) == Some(rules::PAIN) {
        let rows = items.iter().map(|item| item.reported(visit)).collect::<Vec<_>>();
        return served(
            visit,
            kind,
            pain::report(id, &value::instant(visit.stated(visit.call.now)), &rows).into_bytes(),
        );
    }
    let rows: Vec<Json> = items.iter().map(|item| item.row(visit).with("Initiation", item.order.clone())).collect();
    let name = payment::initiation(&consent).text(&["FileReference"]).map(str::to_owned);
    let data = object! { "FilePaymentId": id, "FileReference": name, "DomesticPayments": rows };
    served(visit, kind, object! { "Data": data }.written())
}

/// One payment of a file: the payment of the ledger, or why there is none.
struct Item {
    order: Json,
    payment: Option<Payment>,
    refused: Option<String>,
    /// Number in the file, from 1.
    number: usize,
}

impl Item {
    fn row(&self, visit: &Visit<'_>) -> Json {
        if let Some(payment) = &self.payment {
            return payment::detail_row(visit, &DOMESTIC, payment);
        }
        let word = visit.version.word(("Rejected", "RJCT"));
        object! {
            "PaymentTransactionId": format!("{}", self.number),
            "Status": word,
            "StatusUpdateDateTime": value::instant(visit.stated(visit.call.now)),
            "StatusDetail": object! { "Status": word, "StatusReasonDescription": self.refused.as_deref() },
        }
    }

    fn reported(&self, visit: &Visit<'_>) -> pain::Reported {
        let place = self.payment.as_ref().map(|payment| status::Place::of(visit, payment));
        let text = |name: &str| self.order.text(&[name]).unwrap_or_default().to_owned();
        pain::Reported {
            instruction: text("InstructionIdentification"),
            end_to_end: text("EndToEndIdentification"),
            status: place.map_or("RJCT", |place| pain::status(&place)),
            reason: self.refused.clone(),
        }
    }

    fn status(&self) -> PaymentStatus {
        self.payment.as_ref().map_or(PaymentStatus::Rejected, |payment| payment.status)
    }
}

/// The text of an uploaded file, which has the hash its consent names.
fn file_text(visit: &Visit<'_>, paper: &Json, kind: &str) -> Result<String, Refused> {
    let essence = essence(kind);
    let initiation = payment::initiation(paper);
    let xml = initiation.text(&["FileType"]) == Some(rules::PAIN);
    let legal: &[&str] = if xml { &["text/xml", "application/xml"] } else { &["application/json"] };
    if !legal.contains(&essence.as_str()) {
        let class = ProblemKind::UnsupportedMediaType.class();
        return Err(Refused::bare(StatusCode::UNSUPPORTED_MEDIA_TYPE, class));
    }
    let bytes = &visit.call.request.body;
    let hash = digest::digest(&digest::SHA256, bytes);
    if initiation.text(&["FileHash"]).and_then(rules::hash_of).is_none_or(|wanted| wanted != hash.as_ref()) {
        let message = "the file's SHA-256 is not the FileHash of the consent";
        return Err(Refused::mistake(Code::ConsentMismatch, "Data.Initiation.FileHash", message));
    }
    String::from_utf8(bytes.to_vec()).map_err(|_| Refused::mistake(Code::Format, "", "the file is not UTF-8"))
}

/// The payments of a file, each one that this bank would take by itself.
fn orders(visit: &Visit<'_>, paper: &Json, text: &str) -> Result<Vec<Json>, Refused> {
    let (name, orders) = if payment::initiation(paper).text(&["FileType"]) == Some(rules::PAIN) {
        let found = pain::orders(text, visit.version.era);
        ("CdtTrfTxInf", found.map_err(|error| Refused::mistake(Code::Format, "", error))?)
    } else {
        let json = Json::read(text.as_bytes())
            .map_err(|error| Refused::mistake(Code::Format, "", format!("the file is not JSON: {error}")))?;
        let list = json.at(&["Data", "DomesticPayments"]).cloned().unwrap_or(json);
        let Json::List(orders) = list else {
            let message = "write {\"Data\": {\"DomesticPayments\": […]}}: a list of payments";
            return Err(Refused::mistake(Code::Format, "Data.DomesticPayments", message));
        };
        ("Data.DomesticPayments", orders)
    };
    let mut mistakes = Vec::new();
    for (index, order) in orders.iter().enumerate() {
        let path = format!("{name}[{index}]");
        let before = mistakes.len();
        shape::check(order, family::of(&DOMESTIC.initiation, visit.version), &path, &mut mistakes);
        if mistakes.len() == before {
            mistakes.extend(rules::of_order(visit, &DOMESTIC, order, &path).0);
        }
    }
    if orders.is_empty() {
        mistakes.push(Mistake::new(Code::Missing, name, "there is no payment in the file"));
    }
    if mistakes.is_empty() { Ok(orders) } else { Err(Refused::request(mistakes)) }
}

/// What the metadata of a consent says otherwise than its file.
fn metadata(paper: &Json, orders: &[Json]) -> Vec<Mistake> {
    let initiation = payment::initiation(paper);
    let sum: Decimal = orders.iter().filter_map(|order| wish::amount(&DOMESTIC, order)).map(|a| a.value()).sum();
    let mut mistakes = Vec::new();
    let count = initiation.text(&["NumberOfTransactions"]).and_then(|count| count.parse::<usize>().ok());
    if count.is_some_and(|count| count != orders.len()) {
        let message = format!("there are {} payments in the file", orders.len());
        mistakes.push(Mistake::new(Code::ConsentMismatch, "Data.Initiation.NumberOfTransactions", message));
    }
    if initiation.get("ControlSum").and_then(rules::decimal).is_some_and(|wanted| wanted != sum) {
        let message = format!("the amounts in the file add up to {sum}");
        mistakes.push(Mistake::new(Code::ConsentMismatch, "Data.Initiation.ControlSum", message));
    }
    mistakes
}

fn ordered(visit: &Visit<'_>, id: &str, body: &Json) -> Result<String, Refused> {
    let ledger = &visit.bank.ledger;
    let (view, consent) = payment::agreed(visit, &FILE, id, body)?;
    let text = ledger.papers().find(&stored(id)).ok_or_else(payment::unreadable)?;
    let orders = orders(visit, &consent, &text)?;
    let initiation = payment::initiation(&consent);
    let account = payment::debtor(visit, &view, &FILE, initiation)?;
    let offer = consent.get("Offer").unwrap_or(&Json::Null);
    let (taken, told) = terms::taken(visit, &FILE, (initiation, offer), &account)?;
    let waits = view.consent.status == ConsentStatus::PartiallyAuthorised;
    let second = waits.then(|| terms::second_holder(visit, id, &consent));
    let until = second.as_ref().map(|second| value::instant(visit.stated(second.until)));
    let day = wish::day(visit, initiation, "RequestedExecutionDateTime");
    let key = shape::header(visit.call, KEY, KEY_LENGTH)?;
    let granted = ledger.ordering(id, visit.call.now)?;
    let mut items = Vec::new();
    for (index, order) in orders.iter().enumerate() {
        let asked = wish::asked(visit, &DOMESTIC, order, account.id.clone()).ok_or_else(payment::unreadable)?;
        let asked = NewPayment { requested_on: day, ..asked };
        let terms = PaymentTerms { second: second.clone(), ..taken.clone() };
        // Each payment is one order of the ledger, under a key of its own; the first has the call's.
        let key = if index == 0 { key.to_owned() } else { format!("{key}#{index}") };
        items.push(match granted.pay_with(&key, asked, terms) {
            Ok(outcome) => object! { "Id": outcome.payment.id },
            Err(refusal) => object! { "Refused": refusal.to_string() },
        });
    }
    let file = format!("fil_{}", ledger.seed().of("file").of(id).hex(10));
    let kept = object! {
        "Kind": FILE.kind,
        "ConsentId": id,
        "Created": value::instant(visit.stated(visit.call.now)),
        "Items": items,
        "Told": told,
        "SecondUntil": until,
    };
    keep(visit, &file, kept);
    payment::used(visit, id, consent.with("Order", file.as_str()), waits)?;
    Ok(file)
}

/// The payments of an ordered file as they stand.
fn items(visit: &Visit<'_>, file: &Json) -> Vec<Item> {
    let ledger = &visit.bank.ledger;
    let id = file.text(&["ConsentId"]).unwrap_or_default();
    let text = ledger.papers().find(&stored(id)).unwrap_or_default();
    let orders = paper(visit, id).and_then(|consent| parsed(visit, &consent, &text)).unwrap_or_default();
    let kept = file.get("Items").map(Json::items).unwrap_or_default();
    let item = |(index, (kept, order)): (usize, (&Json, Json))| Item {
        order,
        payment: kept.text(&["Id"]).and_then(|id| ledger.payment(id, visit.call.now)),
        refused: kept.text(&["Refused"]).map(str::to_owned),
        number: index + 1,
    };
    kept.iter().zip(orders).enumerate().map(item).collect()
}

/// The payments of a file that was taken: nothing is judged again.
fn parsed(visit: &Visit<'_>, consent: &Json, text: &str) -> Result<Vec<Json>, Refused> {
    if payment::initiation(consent).text(&["FileType"]) == Some(rules::PAIN) {
        return pain::orders(text, visit.version.era).map_err(|_| payment::unreadable());
    }
    let json = Json::read(text.as_bytes()).map_err(|_| payment::unreadable())?;
    Ok(json.at(&["Data", "DomesticPayments"]).unwrap_or(&json).items().to_vec())
}

/// Where the file stands as a whole: it has failed if every payment has, and is done when none waits any more.
fn whole(items: &[Item]) -> PaymentStatus {
    let failed =
        |status| matches!(status, PaymentStatus::Rejected | PaymentStatus::Cancelled | PaymentStatus::Returned);
    let moved = |status| matches!(status, PaymentStatus::InClearing | PaymentStatus::Debited | PaymentStatus::Credited);
    if items.iter().all(|item| failed(item.status())) {
        PaymentStatus::Rejected
    } else if items.iter().all(|item| failed(item.status()) || moved(item.status())) {
        PaymentStatus::Debited
    } else {
        PaymentStatus::PendingReview
    }
}

fn written(visit: &Visit<'_>, status: StatusCode, id: &str) -> Result<Reply, Refused> {
    let file = own_paper(visit, &FILE, id)?;
    let consent_id = file.text(&["ConsentId"]).unwrap_or_default();
    let consent = paper(visit, consent_id)?;
    let items = items(visit, &file);
    let created = file.text(&["Created"]).unwrap_or_default();
    let payments = || items.iter().filter_map(|item| item.payment.as_ref());
    let changed = payments().map(|payment| payment.updated_at).max_by_key(|at| at.at);
    let account = payments().next().and_then(|payment| visit.bank.ledger.account(&payment.debtor_account_id));
    let place = status::Place { status: whole(&items), shade: None, fresh: false };
    let data = object! {
        "FilePaymentId": id,
        "ConsentId": consent_id,
        "CreationDateTime": created,
        "Status": status::payment(visit.version, FILE.timing, &place),
        "StatusUpdateDateTime": changed.map_or_else(|| created.to_owned(), value::instant),
        "Charges": file.at(&["Told", "Charges"]).cloned(),
        "Initiation": payment::initiation(&consent).clone(),
        "MultiAuthorisation": agreement::block(visit, &file),
        "Debtor": account.as_deref().and_then(payment::shown),
    };
    let address = visit.address(&format!("pisp/{}/{id}", FILE.payments));
    Ok(answer::at(status, object! { "Data": data }, &address))
}

/// A document in the form it has, if the client takes it.
fn served(visit: &Visit<'_>, kind: &str, bytes: Vec<u8>) -> Result<Reply, Refused> {
    let essence = essence(kind);
    let (media, written) = match essence.as_str() {
        "text/xml" => ("text/xml", "text/xml; charset=utf-8"),
        "application/xml" => ("application/xml", "application/xml"),
        _ => ("application/json", super::error::JSON),
    };
    shape::accepts(visit.call, &[media])
        .map_err(|_: Problem| Refused::bare(StatusCode::NOT_ACCEPTABLE, ProblemKind::NotAcceptable.class()))?;
    Ok(Reply::new(StatusCode::OK, written, bytes))
}

/// A media type without its parameters.
fn essence(kind: &str) -> String {
    kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Name of the paper that is the file of a consent.
fn stored(consent_id: &str) -> String {
    format!("{consent_id}/file")
}
