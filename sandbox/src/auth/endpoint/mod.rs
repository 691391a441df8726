//! The endpoints: what each answers once its steps have let a request pass.

mod accounts;
pub(crate) mod authorize;
pub(crate) mod back_channel;
pub(crate) mod ciba;
mod code;
mod decide;
pub(crate) mod decoupled;
mod device;
mod discovery;
pub(crate) mod end_session;
mod further_metadata;
mod home;
mod introspect;
mod journey;
mod jwks;
mod login;
mod par;
mod polled;
pub(crate) mod register;
mod revoke;
mod steer;
mod token;
mod userinfo;
mod wait;

use axum::http::Method;

use crate::dialect::{Needs, Route, Surface};
use crate::operation::Operation;

pub use decoupled::ask;
pub use discovery::metadata;
pub use journey::Place;
pub use steer::{Decided, OpenLogin, Undecided, decide_login, open_logins};

macro_rules! routes {
    ($($method:ident $path:literal $operation:ident $surface:ident $needs:expr => $handle:path;)*) => {
        /// The paths of the authorization server, inside the bank.
        pub const ROUTES: &[Route] = &[$(Route {
            method: Method::$method,
            path: $path,
            operation: Operation::$operation,
            needs: $needs,
            surface: Surface::$surface,
            handle: $handle,
        },)*];
    };
}

routes! {
    GET "/.well-known/openid-configuration" Discovery OAuth Needs::Nothing => discovery::metadata;
    GET "/.well-known/oauth-authorization-server" Discovery OAuth Needs::Nothing => discovery::metadata;
    GET "/oauth/jwks" Jwks OAuth Needs::Nothing => jwks::keys;
    GET "/oauth/authorize" AuthorizeStart Page Needs::Nothing => authorize::authorize;
    POST "/oauth/authorize" AuthorizeStart Page Needs::Nothing => authorize::authorize;
    POST "/oauth/login" AuthorizeLogin Page Needs::Nothing => login::login;
    POST "/oauth/code" AuthorizeCode Page Needs::Nothing => code::code;
    POST "/oauth/accounts" AuthorizeAccounts Page Needs::Nothing => accounts::accounts;
    POST "/oauth/wait" AuthorizeWait Page Needs::Nothing => wait::wait;
    POST "/oauth/decide" AuthorizeDecide Page Needs::Nothing => decide::decide;
    GET "/oauth/home" HomeShow Page Needs::Nothing => home::show;
    POST "/oauth/home-login" HomeLogin Page Needs::Nothing => home::login;
    POST "/oauth/home-logout" HomeLogin Page Needs::Nothing => home::logout;
    POST "/oauth/home-decide" HomeDecide Page Needs::Nothing => home::decide;
    POST "/oauth/par" RequestPush OAuth Needs::Nothing => par::push;
    POST "/oauth/token" TokenIssue OAuth Needs::Nothing => token::token;
    POST "/oauth/device_authorization" DeviceAuthorize OAuth Needs::Nothing => device::authorize;
    GET "/oauth/device" DevicePage Page Needs::Nothing => device::page;
    POST "/oauth/device" DevicePage Page Needs::Nothing => device::decide;
    POST "/oauth/bc-authorize" BackchannelAuthorize OAuth Needs::Nothing => ciba::authorize;
    GET "/oauth/logout" SessionEnd Page Needs::Nothing => end_session::end;
    POST "/oauth/logout" SessionEnd Page Needs::Nothing => end_session::end;
    POST "/oauth/register" ClientsRegister OAuth Needs::Nothing => register::register;
    GET "/oauth/register/{client_id}" ClientsRead OAuth Needs::Nothing => register::read;
    PUT "/oauth/register/{client_id}" ClientsUpdate OAuth Needs::Nothing => register::update;
    DELETE "/oauth/register/{client_id}" ClientsDelete OAuth Needs::Nothing => register::delete;
    GET "/oauth/directory/jwks" DirectoryKeys OAuth Needs::Nothing => register::directory_keys;
    POST "/oauth/revoke" TokenRevoke OAuth Needs::Nothing => revoke::revoke;
    POST "/oauth/introspect" TokenIntrospect OAuth Needs::Nothing => introspect::introspect;
    GET "/oauth/userinfo" Userinfo OAuth Needs::Client("openid") => userinfo::userinfo;
    POST "/oauth/userinfo" Userinfo OAuth Needs::Client("openid") => userinfo::userinfo;
}
