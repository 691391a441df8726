//! Statements: the months of an account that are wholly inside what was consented, and what is on one.

use axum::http::StatusCode;
use bank_fixtures::money::Amount;
use bank_fixtures::servicing::{FeeKind, PeriodStatement};

use super::answer;
use super::error::{Refused, clipped};
use super::json::{Json, object};
use super::permission::Permission as P;
use super::visit::{Reading, Visit};
use super::{statement_file, transaction, value};
use crate::exchange::Reply;

const ANY: &[P] = &[P::ReadStatementsBasic, P::ReadStatementsDetail];

pub(super) fn list(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let reading = visit.reading(ANY)?;
    let from = transaction::filter(visit, "fromStatementDateTime")?;
    let to = transaction::filter(visit, "toStatementDateTime")?;
    let mut rows = Vec::new();
    for account in reading.accounts(visit)? {
        let mut statements = reading.granted.statements(&account.id, 1..u32::MAX)?;
        statements.retain(|statement| {
            let asked = from.is_none_or(|from| statement.ends_at.at >= from)
                && to.is_none_or(|to| statement.starts_at.at <= to);
            asked && is_inside(&reading, statement)
        });
        rows.extend(statements.iter().rev().map(|statement| written(visit, &reading, statement)));
    }
    answer::list(visit, "Statement", rows)
}

pub(super) fn one(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let reading = visit.reading(ANY)?;
    let statement = found(visit, &reading)?;
    let rows = vec![written(visit, &reading, &statement)];
    Ok(answer::one(visit, StatusCode::OK, object! { "Statement": rows }))
}

pub(super) fn transactions(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let reading = visit.reading(ANY)?;
    let statement = found(visit, &reading)?;
    transaction::of_statement(visit, &statement)
}

/// One statement as a file.
pub(super) fn file(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let reading = visit.reading(&[P::ReadStatementsDetail])?;
    let statement = found(visit, &reading)?;
    let account = reading.account(visit, &statement.account_id)?;
    Ok(statement_file::reply(visit, &account, &statement))
}

fn found(visit: &Visit<'_>, reading: &Reading<'_>) -> Result<PeriodStatement, Refused> {
    let account = reading.account(visit, visit.call.param("account"))?;
    let id = visit.call.param("statement");
    let found = reading.granted.statement(&account.id, id).ok().filter(|statement| is_inside(reading, statement));
    found.ok_or_else(|| Refused::not_found("statement", id))
}

/// A statement that reaches out of the consented window would tell what was not consented to.
fn is_inside(reading: &Reading<'_>, statement: &PeriodStatement) -> bool {
    reading.terms.from.is_none_or(|from| statement.starts_at.at >= from)
        && reading.terms.to.is_none_or(|to| statement.ends_at.at <= to)
}

fn written(visit: &Visit<'_>, reading: &Reading<'_>, statement: &PeriodStatement) -> Json {
    let zone = visit.bank.ledger.book().zone();
    let figure = |kind: &str, amount: Amount| {
        object! {
            "CreditDebitIndicator": value::indicator(amount),
            "Type": kind,
            "Amount": value::amount(amount),
        }
    };
    let fees: Vec<Json> = statement
        .fees
        .iter()
        .map(|fee| {
            figure(
                match fee.kind {
                    FeeKind::Account => "UK.OBIE.Monthly",
                    FeeKind::Overdraft => "UK.OBIE.Overlimit",
                    FeeKind::ForeignPurchase => "UK.OBIE.ForeignTransaction",
                },
                fee.amount,
            )
        })
        .collect();
    let interest: Vec<Json> = statement
        .interest
        .iter()
        .map(|row| figure("UK.OBIE.Total", row.amount).with("Rate", transaction::number(&value::rate(row.rate))))
        .collect();
    let mut amounts = vec![
        figure("UK.OBIE.StartingBalance", statement.opening),
        figure("UK.OBIE.ClosingBalance", statement.closing),
        figure("UK.OBIE.TotalCredits", statement.credited),
        figure("UK.OBIE.TotalDebits", statement.debited),
    ];
    let mut dates = Vec::new();
    if let Some(due) = &statement.due {
        amounts.push(figure("UK.OBIE.MinimumPaymentDue", due.minimum.negated()));
        dates.extend(value::start_of(due.on, zone).map(|at| {
            object! {
                "DateTime": value::instant(at),
                "Type": "UK.OBIE.PaymentDue",
            }
        }));
    }
    let some = |rows: Vec<Json>| (!rows.is_empty()).then_some(rows);
    object! {
        "AccountId": statement.account_id.as_str(),
        "StatementId": statement.id.as_str(),
        "StatementReference": clipped(&format!("{:04}", statement.number), 35),
        "Type": "RegularPeriodic",
        "StartDateTime": value::instant(statement.starts_at),
        "EndDateTime": value::instant(statement.ends_at),
        "CreationDateTime": value::instant(statement.ends_at),
        "StatementFee": some(fees),
        "StatementInterest": some(interest),
        "StatementAmount": reading.has(P::ReadStatementsDetail).then_some(amounts),
        "StatementDateTime": some(dates),
    }
}
