//! The authorization request and what becomes of it.

use super::form::{self, Answer, HtmlForm};
use super::request_object::RequestSigner;
use super::{Form, ProofKey, lodging};
use crate::http::{Reply, Request};
use crate::probe::{BankProbe, Trouble};

/// Redirects and pages followed before a login counts as endless.
const MAX_STEPS: usize = 12;

/// An authorization request, to be sent as it is or with something wrong in it.
#[derive(Clone)]
pub struct Authorization {
    /// The authorization endpoint.
    pub endpoint: String,
    /// Its parameters in order; a check may change any.
    pub params: Form,
    /// The proof key whose challenge is among them.
    pub proof: ProofKey,
    /// Signs them, where the server takes signed requests only (RFC 9101).
    pub(super) signer: Option<RequestSigner>,
}

/// Where an authorization request ended.
#[derive(Debug, Clone)]
pub enum Landing {
    /// At the client, with these parameters.
    Client {
        /// The redirect.
        reply: Box<Reply>,
        /// Where to, without the query.
        uri: String,
        /// Parameters of the query, then of the fragment, decoded.
        params: Vec<(String, String)>,
    },
    /// On a page of the bank.
    Page(Box<Reply>),
}

impl Authorization {
    /// The value of a parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(param, _)| *param == name).map(|(_, value)| value.as_str())
    }

    /// The same request with another value of a parameter (added if it is not there).
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Authorization {
        self = self.without(name);
        self.params.push((name, value.into()));
        self
    }

    /// The same request without a parameter.
    #[must_use]
    pub fn without(mut self, name: &str) -> Authorization {
        self.params.retain(|(param, _)| *param != name);
        self
    }

    /// The form that redeems its code.
    pub fn redemption(&self, code: &str) -> Form {
        vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", self.param("redirect_uri").unwrap_or_default().to_owned()),
            ("code_verifier", self.proof.verifier.clone()),
        ]
    }

    fn request(&self) -> Request {
        if let Some(signer) = &self.signer {
            return Request::get(&self.endpoint).query(signer.query(&self.params));
        }
        Request::get(&self.endpoint).query(self.params.iter().map(|(name, value)| (*name, value.as_str())))
    }
}

impl Landing {
    /// The last answer.
    pub fn reply(&self) -> &Reply {
        match self {
            Landing::Client { reply, .. } | Landing::Page(reply) => reply,
        }
    }

    /// A parameter handed to the client.
    pub fn param(&self, name: &str) -> Option<&str> {
        match self {
            Landing::Client { params, .. } => {
                params.iter().find(|(param, _)| param == name).map(|(_, value)| value.as_str())
            }
            Landing::Page(_) => None,
        }
    }
}

impl BankProbe {
    /// A right authorization request for these scopes. Where consents are lodged before the login, it names a new one.
    ///
    /// # Errors
    /// When the target cannot log in or has no metadata.
    pub async fn authorization(&self, scope: &str) -> Result<Authorization, Trouble> {
        let intent = self.lodge().await?;
        self.authorization_about(intent.as_deref(), scope).await
    }

    /// A right authorization request for these scopes, about a consent that was lodged before if one is named.
    ///
    /// # Errors
    /// As [`BankProbe::authorization`].
    pub async fn authorization_about(&self, intent: Option<&str>, scope: &str) -> Result<Authorization, Trouble> {
        let client = self.registration()?;
        let (username, _) = self.holder()?;
        let metadata = self.metadata().await?;
        let signer = self.request_signer(metadata)?;
        let proof = ProofKey::of(format!("{}{}", self.fresh("verifier"), self.fresh("verifier")));
        // FAPI 1.0 has the code travel with an id_token that vouches for it.
        let hybrid = "code id_token";
        let is_hybrid = signer.is_some() && metadata.response_types.iter().any(|kind| kind == hybrid);
        let mut params = vec![
            ("response_type", if is_hybrid { hybrid } else { "code" }.to_owned()),
            ("client_id", client.client_id.clone()),
            ("redirect_uri", client.redirect_uri.clone()),
            ("scope", scope.to_owned()),
            ("state", self.fresh("state")),
            ("nonce", self.fresh("nonce")),
            ("code_challenge", proof.challenge.clone()),
            ("code_challenge_method", "S256".to_owned()),
            ("login_hint", username.to_owned()),
        ];
        params.extend(intent.map(|id| ("claims", lodging::claims(id))));
        Ok(Authorization { endpoint: metadata.authorization_endpoint.clone(), params, proof, signer })
    }

    /// Sends an authorization request and does what an account holder who agrees would do, until the browser is back at
    /// the client or stays on a page.
    ///
    /// # Errors
    /// When no whole answer came, or the pages do not end.
    pub async fn authorize(&self, authorization: &Authorization) -> Result<Landing, Trouble> {
        self.decide(authorization, Answer::Yes).await
    }

    /// Sends an authorization request through the browser, even where the server wants it pushed.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn authorize_unpushed(&self, authorization: &Authorization) -> Result<Landing, Trouble> {
        let reply = self.send(authorization.request()).await?;
        match redirect_target(&reply, &authorization.endpoint) {
            Some(target) if !target.starts_with(&self.target.issuer) => Ok(landed(reply, &target)),
            _ => Ok(Landing::Page(Box::new(reply))),
        }
    }

    /// Sends an authorization request without anybody named in it and lets the account holder refuse on the pages.
    ///
    /// # Errors
    /// As [`BankProbe::authorize`].
    pub async fn deny(&self, authorization: &Authorization) -> Result<Landing, Trouble> {
        self.decide(&authorization.clone().without("login_hint"), Answer::No).await
    }

    async fn decide(&self, authorization: &Authorization, answer: Answer) -> Result<Landing, Trouble> {
        let mut request = match self.pushed(authorization).await? {
            None => authorization.request(),
            Some(Ok(pushed)) => pushed,
            Some(Err(refusal)) => return Ok(Landing::Page(Box::new(refusal))),
        };
        let mut browser = Browser { cookies: Vec::new() };
        for _ in 0..MAX_STEPS {
            let url = request.url.clone();
            let reply = self.send(browser.dressed(request)).await?;
            browser.remember(&reply);
            if let Some(target) = redirect_target(&reply, &url) {
                if !target.starts_with(&self.target.issuer) {
                    return Ok(landed(reply, &target));
                }
                request = Request::get(target);
                continue;
            }
            match self.filled(&reply, &url, answer) {
                Some(next) => request = next,
                None => return Ok(Landing::Page(Box::new(reply))),
            }
        }
        Err(Trouble::Unobservable(format!("the login did not end after {MAX_STEPS} steps")))
    }

    /// The first answer to an authorization request: a page, a redirect, or the refusal of its push.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn begin(&self, authorization: &Authorization) -> Result<Reply, Trouble> {
        match self.pushed(authorization).await? {
            None => self.send(authorization.request()).await,
            Some(Ok(request)) => self.send(request).await,
            Some(Err(refusal)) => Ok(refusal),
        }
    }

    /// The first page of an authorization request for which nobody is named, in a browser of its own, and the form on it.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if there is no page with a form for the account holder.
    pub async fn opened(&self, authorization: &Authorization) -> Result<Visit, Trouble> {
        let request = match self.pushed(&authorization.clone().without("login_hint")).await? {
            None => authorization.clone().without("login_hint").request(),
            Some(Ok(request)) => request,
            Some(Err(refusal)) => {
                return Err(Trouble::Unobservable(format!("the push was refused: {}", refusal.exchange)));
            }
        };
        let mut visit = Visit { browser: Browser { cookies: Vec::new() }, next: Some(request), landing: None };
        self.step(&mut visit).await?;
        Ok(visit)
    }

    /// Sends what the browser would send next, with its cookies, and follows redirects inside the bank.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn step(&self, visit: &mut Visit) -> Result<(), Trouble> {
        for _ in 0..MAX_STEPS {
            let Some(request) = visit.next.take() else { return Ok(()) };
            let url = request.url.clone();
            let reply = self.send(visit.browser.dressed(request)).await?;
            visit.browser.remember(&reply);
            match redirect_target(&reply, &url) {
                Some(target) if target.starts_with(&self.target.issuer) => visit.next = Some(Request::get(target)),
                Some(target) => {
                    visit.landing = Some(landed(reply, &target));
                    return Ok(());
                }
                None => {
                    visit.next = self.filled(&reply, &url, Answer::Yes);
                    return Ok(());
                }
            }
        }
        Err(Trouble::Unobservable(format!("the login did not end after {MAX_STEPS} steps")))
    }

    /// Where an answer sends the browser: to the client, or to a page.
    pub fn landing(&self, reply: Reply, from: &str) -> Landing {
        match redirect_target(&reply, from) {
            Some(target) if !target.starts_with(&self.target.issuer) => landed(reply, &target),
            _ => Landing::Page(Box::new(reply)),
        }
    }

    /// A request that was pushed, as the authorization endpoint takes it.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if the push was refused.
    pub async fn referring(&self, authorization: &Authorization) -> Result<Authorization, Trouble> {
        let reply = self.push(authorization).await?;
        let uri = request_uri(&reply);
        let uri = uri.ok_or_else(|| Trouble::Unobservable(format!("the push was refused: {}", reply.exchange)))?;
        let params =
            vec![("client_id", authorization.param("client_id").unwrap_or_default().to_owned()), ("request_uri", uri)];
        Ok(Authorization { params, signer: None, ..authorization.clone() })
    }

    /// Pushes an authorization request where the server demands it (RFC 9126): the request that refers to it, or the
    /// refusal of the push.
    async fn pushed(&self, authorization: &Authorization) -> Result<Option<Result<Request, Reply>>, Trouble> {
        let metadata = self.metadata().await?;
        if !metadata.requires_push || authorization.param("request_uri").is_some() {
            return Ok(None);
        }
        let reply = self.push(authorization).await?;
        let client_id = authorization.param("client_id").unwrap_or_default();
        Ok(Some(match request_uri(&reply) {
            Some(uri) => {
                Ok(Request::get(&authorization.endpoint).query([("client_id", client_id), ("request_uri", &uri)]))
            }
            None => Err(reply),
        }))
    }

    /// Pushes an authorization request as it is.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if the server has no endpoint for it.
    pub async fn push(&self, authorization: &Authorization) -> Result<Reply, Trouble> {
        let endpoint = self.push_endpoint().await?;
        // Who we are goes with the authentication; a client id in the form as well would be one too many.
        let ours = self.registration()?.client_id.as_str();
        let own = |(name, value): &&(&'static str, String)| *name != "client_id" || value != ours;
        self.authenticated(endpoint, authorization.params.iter().filter(own).cloned().collect()).await
    }

    /// The request that submits the login or consent form of a page, if it has one.
    fn filled(&self, reply: &Reply, page: &str, answer: Answer) -> Option<Request> {
        if !reply.is_success() || reply.media_type().as_deref() != Some("text/html") {
            return None;
        }
        let (username, password) = self.holder().ok()?;
        let form = form::forms(&reply.text()).into_iter().find(HtmlForm::is_for_the_holder)?;
        let action = url::Url::parse(page).ok()?.join(form.action.as_deref().unwrap_or("")).ok()?;
        let pairs = form.answering(username, password, answer);
        Some(if form.is_post {
            Request::post(action.to_string()).form(pairs)
        } else {
            Request::get(action.to_string()).query(pairs)
        })
    }
}

/// The `request_uri` of an answer to a push.
fn request_uri(reply: &Reply) -> Option<String> {
    let document = reply.json().ok().filter(|_| reply.is_success())?;
    document.root().member("request_uri")?.text().map(str::to_owned)
}

fn redirect_target(reply: &Reply, from: &str) -> Option<String> {
    let location = reply.header("location").filter(|_| (300..400).contains(&reply.status()))?;
    url::Url::parse(from).ok()?.join(location).ok().map(String::from)
}

fn landed(reply: Reply, target: &str) -> Landing {
    // Some response types are answered in the fragment (OAuth 2.0 Multiple Response Types §2.1).
    let (rest, fragment) = target.split_once('#').unwrap_or((target, ""));
    let (uri, query) = rest.split_once('?').unwrap_or((rest, ""));
    let parts = [query, fragment].map(str::as_bytes);
    let params = parts.into_iter().flat_map(|part| url::form_urlencoded::parse(part).into_owned()).collect();
    Landing::Client { reply: Box::new(reply), uri: uri.to_owned(), params }
}

/// A browser on its way through the pages of a bank, one form at a time.
pub struct Visit {
    browser: Browser,
    /// What the account holder, who agrees, sends next; `None` at the end of the way.
    pub next: Option<Request>,
    /// Where the way ended, if it ended at the client.
    pub landing: Option<Landing>,
}

impl Visit {
    /// The request as this browser sends it: with its cookies.
    pub fn dressed(&self, request: Request) -> Request {
        self.browser.dressed(request)
    }
}

/// The little of a browser a login needs: cookies.
struct Browser {
    cookies: Vec<(String, String)>,
}

impl Browser {
    fn dressed(&self, request: Request) -> Request {
        let request = request.header("accept", "text/html,application/xhtml+xml");
        if self.cookies.is_empty() {
            return request;
        }
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.header("cookie", cookies.join("; "))
    }

    fn remember(&mut self, reply: &Reply) {
        for cookie in reply.headers("set-cookie") {
            let pair = cookie.split(';').next().unwrap_or("");
            let Some((name, value)) = pair.split_once('=') else { continue };
            self.cookies.retain(|(known, _)| known != name.trim());
            self.cookies.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
}
