//! The addresses of both versions: one table, written out for each.

use axum::http::Method;

use super::event::{self, CALLBACKS, SUBSCRIPTIONS};
use super::family::{
    DOMESTIC, FILE, INTERNATIONAL, INTERNATIONAL_SCHEDULED, INTERNATIONAL_STANDING, SCHEDULED, STANDING,
};
use super::version::{V31, V40};
use super::visit::{self, Guard, Token};
use super::{
    account, arrangement, balance, consent, file, funds, party, payment, product, statement, statement_file,
    transaction, vrp,
};
use crate::dialect::{Needs, Route, Surface};
use crate::operation::Operation;

/// Token types and scopes are the standard's business, so the way in asks for any token.
const ANY_TOKEN: Needs = Needs::Client("");

/// What a call can be answered with.
const fn media(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::StatementsFile => statement_file::MEDIA,
        Operation::FilesUpload | Operation::FilesGet | Operation::PaymentsReport => file::MEDIA,
        _ => &["application/json"],
    }
}

macro_rules! guard {
    ($operation:ident $token:ident $scope:literal) => {
        Guard { token: Token::$token, scope: $scope, serves: media(Operation::$operation) }
    };
}

macro_rules! routes {
    ($($method:ident $path:literal $operation:ident $token:ident $scope:literal => $handle:expr;)*
        // What came with version 4.
        @ $($new_method:ident $new_path:literal $new_operation:ident $new_token:ident $new_scope:literal => $new_handle:expr;)*) => {
        pub(super) const OF_31: &[Route] = &[$(Route {
            method: Method::$method,
            path: concat!("/open-banking/v3.1", $path),
            operation: Operation::$operation,
            needs: ANY_TOKEN,
            surface: Surface::Api,
            handle: |bank, call| visit::serve(&V31, guard!($operation $token $scope), (bank, call), $handle),
        },)*];
        pub(super) const OF_40: &[Route] = &[$(Route {
            method: Method::$method,
            path: concat!("/open-banking/v4.0", $path),
            operation: Operation::$operation,
            needs: ANY_TOKEN,
            surface: Surface::Api,
            handle: |bank, call| visit::serve(&V40, guard!($operation $token $scope), (bank, call), $handle),
        },)* $(Route {
            method: Method::$new_method,
            path: concat!("/open-banking/v4.0", $new_path),
            operation: Operation::$new_operation,
            needs: ANY_TOKEN,
            surface: Surface::Api,
            handle: |bank, call| visit::serve(&V40, guard!($new_operation $new_token $new_scope), (bank, call), $new_handle),
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
    GET "/aisp/accounts/{account}/statements/{statement}/file" StatementsFile Holder "accounts" => statement::file;
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
    POST "/pisp/domestic-standing-order-consents" ConsentsCreate Client "payments" => |visit| payment::ask(visit, &STANDING);
    GET "/pisp/domestic-standing-order-consents/{consent}" ConsentsGet Client "payments" => |visit| payment::asked(visit, &STANDING);
    POST "/pisp/domestic-standing-orders" PaymentsCreate Holder "payments" => |visit| payment::create(visit, &STANDING);
    GET "/pisp/domestic-standing-orders/{payment}" PaymentsStatus Client "payments" => |visit| payment::read(visit, &STANDING);
    GET "/pisp/domestic-standing-orders/{payment}/payment-details" PaymentsDetails Client "payments" =>
        |visit| payment::details(visit, &STANDING);
    POST "/pisp/international-payment-consents" ConsentsCreate Client "payments" => |visit| payment::ask(visit, &INTERNATIONAL);
    GET "/pisp/international-payment-consents/{consent}" ConsentsGet Client "payments" => |visit| payment::asked(visit, &INTERNATIONAL);
    GET "/pisp/international-payment-consents/{consent}/funds-confirmation" FundsConfirm Holder "payments" =>
        |visit| payment::funds(visit, &INTERNATIONAL);
    POST "/pisp/international-payments" PaymentsCreate Holder "payments" => |visit| payment::create(visit, &INTERNATIONAL);
    GET "/pisp/international-payments/{payment}" PaymentsStatus Client "payments" => |visit| payment::read(visit, &INTERNATIONAL);
    GET "/pisp/international-payments/{payment}/payment-details" PaymentsDetails Client "payments" =>
        |visit| payment::details(visit, &INTERNATIONAL);
    POST "/pisp/international-scheduled-payment-consents" ConsentsCreate Client "payments" => |visit| payment::ask(visit, &INTERNATIONAL_SCHEDULED);
    GET "/pisp/international-scheduled-payment-consents/{consent}" ConsentsGet Client "payments" => |visit| payment::asked(visit, &INTERNATIONAL_SCHEDULED);
    GET "/pisp/international-scheduled-payment-consents/{consent}/funds-confirmation" FundsConfirm Holder "payments" =>
        |visit| payment::funds(visit, &INTERNATIONAL_SCHEDULED);
    POST "/pisp/international-scheduled-payments" PaymentsCreate Holder "payments" => |visit| payment::create(visit, &INTERNATIONAL_SCHEDULED);
    GET "/pisp/international-scheduled-payments/{payment}" PaymentsStatus Client "payments" => |visit| payment::read(visit, &INTERNATIONAL_SCHEDULED);
    GET "/pisp/international-scheduled-payments/{payment}/payment-details" PaymentsDetails Client "payments" =>
        |visit| payment::details(visit, &INTERNATIONAL_SCHEDULED);
    POST "/pisp/international-standing-order-consents" ConsentsCreate Client "payments" => |visit| payment::ask(visit, &INTERNATIONAL_STANDING);
    GET "/pisp/international-standing-order-consents/{consent}" ConsentsGet Client "payments" => |visit| payment::asked(visit, &INTERNATIONAL_STANDING);
    POST "/pisp/international-standing-orders" PaymentsCreate Holder "payments" => |visit| payment::create(visit, &INTERNATIONAL_STANDING);
    GET "/pisp/international-standing-orders/{payment}" PaymentsStatus Client "payments" => |visit| payment::read(visit, &INTERNATIONAL_STANDING);
    GET "/pisp/international-standing-orders/{payment}/payment-details" PaymentsDetails Client "payments" =>
        |visit| payment::details(visit, &INTERNATIONAL_STANDING);
    POST "/pisp/file-payment-consents" ConsentsCreate Client "payments" => |visit| payment::ask(visit, &FILE);
    GET "/pisp/file-payment-consents/{consent}" ConsentsGet Client "payments" => |visit| payment::asked(visit, &FILE);
    POST "/pisp/file-payment-consents/{consent}/file" FilesUpload Client "payments" => file::upload;
    GET "/pisp/file-payment-consents/{consent}/file" FilesGet Client "payments" => file::download;
    POST "/pisp/file-payments" PaymentsCreate Holder "payments" => file::create;
    GET "/pisp/file-payments/{payment}" PaymentsStatus Client "payments" => file::read;
    GET "/pisp/file-payments/{payment}/payment-details" PaymentsDetails Client "payments" => file::details;
    GET "/pisp/file-payments/{payment}/report-file" PaymentsReport Client "payments" => file::report;
    POST "/pisp/domestic-vrp-consents" ConsentsCreate Client "payments" => vrp::ask;
    GET "/pisp/domestic-vrp-consents/{consent}" ConsentsGet Client "payments" => vrp::asked;
    DELETE "/pisp/domestic-vrp-consents/{consent}" ConsentsDelete Client "payments" => vrp::end;
    POST "/pisp/domestic-vrp-consents/{consent}/funds-confirmation" FundsConfirm Holder "payments" => vrp::confirm;
    POST "/pisp/domestic-vrps" PaymentsCreate Holder "payments" => vrp::create;
    GET "/pisp/domestic-vrps/{payment}" PaymentsStatus Client "payments" => vrp::read;
    GET "/pisp/domestic-vrps/{payment}/payment-details" PaymentsDetails Client "payments" => vrp::details;
    POST "/cbpii/funds-confirmation-consents" ConsentsCreate Client "fundsconfirmations" => funds::ask;
    GET "/cbpii/funds-confirmation-consents/{consent}" ConsentsGet Client "fundsconfirmations" => funds::status;
    DELETE "/cbpii/funds-confirmation-consents/{consent}" ConsentsDelete Client "fundsconfirmations" => funds::end;
    POST "/cbpii/funds-confirmations" FundsConfirm Holder "fundsconfirmations" => funds::confirm;
    POST "/event-subscriptions" WebhooksCreate Client "any, signed" => |visit| event::create(visit, &SUBSCRIPTIONS);
    GET "/event-subscriptions" WebhooksList Client "any, signed" => |visit| event::list(visit, &SUBSCRIPTIONS);
    PUT "/event-subscriptions/{subscription}" WebhooksUpdate Client "any, signed" => |visit| event::change(visit, &SUBSCRIPTIONS);
    DELETE "/event-subscriptions/{subscription}" WebhooksDelete Client "any, signed" => |visit| event::end(visit, &SUBSCRIPTIONS);
    POST "/callback-urls" WebhooksCreate Client "any, signed" => |visit| event::create(visit, &CALLBACKS);
    GET "/callback-urls" WebhooksList Client "any, signed" => |visit| event::list(visit, &CALLBACKS);
    PUT "/callback-urls/{subscription}" WebhooksUpdate Client "any, signed" => |visit| event::change(visit, &CALLBACKS);
    DELETE "/callback-urls/{subscription}" WebhooksDelete Client "any, signed" => |visit| event::end(visit, &CALLBACKS);
    POST "/events" EventsPoll Client "any" => event::poll;
    @
    PUT "/pisp/domestic-vrp-consents/{consent}" ConsentsUpdate Client "payments" => vrp::put;
    PATCH "/pisp/domestic-vrp-consents/{consent}" ConsentsUpdate Client "payments" => vrp::patch;
}
