//! The addresses of both versions: one table, written out for each.

use axum::http::Method;

use super::family::{DOMESTIC, SCHEDULED};
use super::version::{V31, V40};
use super::visit::{self, Guard, Token};
use super::{account, arrangement, balance, consent, party, payment, product, statement, transaction};
use crate::dialect::{Needs, Route, Surface};
use crate::operation::Operation;

/// Token types and scopes are the standard's business, so the way in asks for any token.
const ANY_TOKEN: Needs = Needs::Client("");

const SERVES_JSON: &[&str] = &["application/json"];

macro_rules! guard {
    ($token:ident $scope:literal) => {
        Guard { token: Token::$token, scope: $scope, serves: SERVES_JSON }
    };
}

macro_rules! routes {
    ($($method:ident $path:literal $operation:ident $token:ident $scope:literal => $handle:expr;)*) => {
        pub(super) const OF_31: &[Route] = &[$(Route {
            method: Method::$method,
            path: concat!("/open-banking/v3.1", $path),
            operation: Operation::$operation,
            needs: ANY_TOKEN,
            surface: Surface::Api,
            handle: |bank, call| visit::serve(&V31, guard!($token $scope), (bank, call), $handle),
        },)*];
        pub(super) const OF_40: &[Route] = &[$(Route {
            method: Method::$method,
            path: concat!("/open-banking/v4.0", $path),
            operation: Operation::$operation,
            needs: ANY_TOKEN,
            surface: Surface::Api,
            handle: |bank, call| visit::serve(&V40, guard!($token $scope), (bank, call), $handle),
        },)*];
    };
}

routes! {
    POST "/aisp/account-access-consents" ConsentsCreate Client "accounts" => consent::create;
    GET "/aisp/account-access-consents/{consent}" ConsentsGet Client "accounts" => consent::status;
    DELETE "/aisp/account-access-consents/{consent}" ConsentsDelete Client "accounts" => consent::end;
    GET "/aisp/accounts" AccountsList Holder "accounts" => account::list;
    GET "/aisp/accounts/{account}" AccountsGet Holder "accounts" => account::list;
    GET "/aisp/accounts/{account}/balances" BalancesGet Holder "accounts" => balance::list;
    GET "/aisp/balances" BalancesGet Holder "accounts" => balance::list;
    GET "/aisp/accounts/{account}/transactions" TransactionsList Holder "accounts" => transaction::list;
    GET "/aisp/transactions" TransactionsList Holder "accounts" => transaction::list;
    GET "/aisp/accounts/{account}/party" PartiesList Holder "accounts" => party::of_account;
    GET "/aisp/accounts/{account}/parties" PartiesList Holder "accounts" => party::all_of_account;
    GET "/aisp/party" PartiesList Holder "accounts" => party::own;
    GET "/aisp/accounts/{account}/beneficiaries" BeneficiariesList Holder "accounts" => arrangement::beneficiaries;
    GET "/aisp/beneficiaries" BeneficiariesList Holder "accounts" => arrangement::beneficiaries;
    GET "/aisp/accounts/{account}/direct-debits" DirectDebitsList Holder "accounts" => arrangement::direct_debits;
    GET "/aisp/direct-debits" DirectDebitsList Holder "accounts" => arrangement::direct_debits;
    GET "/aisp/accounts/{account}/standing-orders" StandingOrdersList Holder "accounts" => arrangement::standing_orders;
    GET "/aisp/standing-orders" StandingOrdersList Holder "accounts" => arrangement::standing_orders;
    GET "/aisp/accounts/{account}/scheduled-payments" ScheduledPaymentsList Holder "accounts" => arrangement::scheduled;
    GET "/aisp/scheduled-payments" ScheduledPaymentsList Holder "accounts" => arrangement::scheduled;
    GET "/aisp/accounts/{account}/statements" StatementsList Holder "accounts" => statement::list;
    GET "/aisp/statements" StatementsList Holder "accounts" => statement::list;
    GET "/aisp/accounts/{account}/statements/{statement}" StatementsGet Holder "accounts" => statement::one;
    GET "/aisp/accounts/{account}/statements/{statement}/transactions" StatementsTransactions Holder "accounts" =>
        statement::transactions;
    GET "/aisp/accounts/{account}/product" ProductsList Holder "accounts" => product::products;
    GET "/aisp/products" ProductsList Holder "accounts" => product::products;
    GET "/aisp/accounts/{account}/offers" OffersList Holder "accounts" => product::offers;
    GET "/aisp/offers" OffersList Holder "accounts" => product::offers;
    POST "/pisp/domestic-payment-consents" ConsentsCreate Client "payments" => |visit| payment::ask(visit, &DOMESTIC);
    GET "/pisp/domestic-payment-consents/{consent}" ConsentsGet Client "payments" => |visit| payment::asked(visit, &DOMESTIC);
    GET "/pisp/domestic-payment-consents/{consent}/funds-confirmation" FundsConfirm Holder "payments" =>
        |visit| payment::funds(visit, &DOMESTIC);
    POST "/pisp/domestic-payments" PaymentsCreate Holder "payments" => |visit| payment::create(visit, &DOMESTIC);
    GET "/pisp/domestic-payments/{payment}" PaymentsStatus Client "payments" => |visit| payment::read(visit, &DOMESTIC);
    GET "/pisp/domestic-payments/{payment}/payment-details" PaymentsDetails Client "payments" =>
        |visit| payment::details(visit, &DOMESTIC);
    POST "/pisp/domestic-scheduled-payment-consents" ConsentsCreate Client "payments" => |visit| payment::ask(visit, &SCHEDULED);
    GET "/pisp/domestic-scheduled-payment-consents/{consent}" ConsentsGet Client "payments" => |visit| payment::asked(visit, &SCHEDULED);
    POST "/pisp/domestic-scheduled-payments" PaymentsCreate Holder "payments" => |visit| payment::create(visit, &SCHEDULED);
    GET "/pisp/domestic-scheduled-payments/{payment}" PaymentsStatus Client "payments" => |visit| payment::read(visit, &SCHEDULED);
    GET "/pisp/domestic-scheduled-payments/{payment}/payment-details" PaymentsDetails Client "payments" =>
        |visit| payment::details(visit, &SCHEDULED);
}
