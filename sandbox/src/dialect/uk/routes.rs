//! The addresses of both versions: one table, written out for each.

use axum::http::Method;

use super::visit::{self, Guard, Token};
use super::version::{V31, V40};
use super::{account, balance, consent, party, transaction};
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
    ($($method:ident $path:literal $operation:ident $token:ident $scope:literal => $handle:path;)*) => {
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
    GET "/aisp/accounts/{account}/party" CustomersList Holder "accounts" => party::of_account;
    GET "/aisp/accounts/{account}/parties" CustomersList Holder "accounts" => party::all_of_account;
    GET "/aisp/party" CustomersList Holder "accounts" => party::own;
}
