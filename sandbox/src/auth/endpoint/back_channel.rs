//! A call a client makes itself: token, revocation, introspection.

use std::sync::Arc;

use axum::http::header::CONTENT_TYPE;

use crate::auth::approval::Given;
use crate::auth::client::{Client, GrantType};
use crate::auth::client_auth::Credentials;
use crate::auth::endpoint::ciba::Asked;
use crate::auth::error::{DPOP_NONCE, ErrorCode, OAuthError};
use crate::auth::form::Form;
use crate::auth::grant::{Binding, Code, Refresh};
use crate::auth::jose::Jws;
use crate::auth::nonce::Place;
use crate::auth::polling::Polled;
use crate::auth::scope::ScopeSet;
use crate::auth::settings::AuthSettings;
use crate::auth::step::{self, Stage};
use crate::exchange::{Call, Reply, Request};
use crate::world::BankInstance;

/// The steps of such calls.
pub(crate) struct BackStage;

/// One such call on its way through the steps.
pub(crate) struct BackChannel<'a> {
    pub(crate) bank: &'a BankInstance,
    pub(crate) call: &'a Call<'a>,
    pub(crate) form: Form,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) client: Option<Arc<Client>>,
    pub(crate) grant_type: Option<GrantType>,
    pub(crate) code: Option<Code>,
    pub(crate) refresh: Option<Refresh>,
    pub(crate) scopes: Option<ScopeSet>,
    /// What the client showed that tokens may be bound to.
    pub(crate) binding: Option<Binding>,
    /// What the client polls for, and what the account holder gave.
    pub(crate) polled: Option<Polled>,
    pub(crate) given: Option<Given>,
    /// What a backchannel request asks for.
    pub(crate) asked: Asked,
    pub(crate) token: String,
}

impl Stage for BackStage {
    type Context<'a> = BackChannel<'a>;

    fn settings<'a>(context: &'a BackChannel<'_>) -> &'a AuthSettings {
        &context.bank.auth.settings
    }
}

impl<'a> BackChannel<'a> {
    /// Reads the form and authenticates the client, then runs `answer`; a refusal of either is the reply.
    pub(crate) fn serve(
        bank: &'a BankInstance,
        call: &'a Call<'a>,
        answer: impl FnOnce(&mut BackChannel<'a>) -> Result<Reply, OAuthError>,
    ) -> Reply {
        let mut back = BackChannel {
            bank,
            call,
            form: Form::default(),
            credentials: None,
            client: None,
            grant_type: None,
            code: None,
            refresh: None,
            scopes: None,
            binding: None,
            polled: None,
            given: None,
            asked: Asked::default(),
            token: String::new(),
        };
        let served = step::run(step::CLIENT, &mut back).and_then(|()| answer(&mut back));
        match served {
            Ok(reply) => back.with_nonce(reply),
            Err(refusal) => {
                if refusal.code == ErrorCode::UseDpopNonce {
                    back.unburn();
                }
                refusal.reply()
            }
        }
    }

    /// A good answer to a proof brings the nonce for the next one (RFC 9449 8.2).
    fn with_nonce(&self, reply: Reply) -> Reply {
        let auth = &self.bank.auth;
        let next =
            |_: &Binding| auth.nonces.next(auth.settings.security.nonces, Place::Server, &auth.mint, self.call.now);
        match self.binding.as_ref().filter(|binding| matches!(binding, Binding::Key(_))).and_then(next) {
            Some(nonce) => reply.header(DPOP_NONCE, &nonce),
            None => reply,
        }
    }

    /// The client will send the same assertion again, with a nonce in its proof: it has not been used yet.
    fn unburn(&self) {
        if let Some(Credentials::Assertion { client_id, jwt }) = &self.credentials
            && let Some(jti) = Jws::parse(jwt).ok().as_ref().and_then(|jws| jws.claim("jti"))
        {
            self.bank.auth.assertions.forget(client_id, jti);
        }
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        self.credentials.as_ref().expect("an earlier step reads them")
    }

    pub(crate) fn client(&self) -> &Arc<Client> {
        self.client.as_ref().expect("an earlier step finds it")
    }

    pub(crate) fn grant_type(&self) -> GrantType {
        self.grant_type.expect("an earlier step reads it")
    }

    pub(crate) fn code(&self) -> &Code {
        self.code.as_ref().expect("an earlier step finds it")
    }

    pub(crate) fn refresh(&self) -> &Refresh {
        self.refresh.as_ref().expect("an earlier step finds it")
    }
}

/// `true` if the body is declared as a form.
pub(crate) fn is_form(request: &Request) -> bool {
    let declared = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = declared.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
