//! Refusals in the standard's envelope: a list of errors, each with a code and the path of the field.
//!
//! Owns the codes of both versions, and which neutral problem is which. Answers that carry no body (401, 404, 405, 406, 415,
//! 429) carry none here.

use axum::http::{HeaderName, StatusCode, header};
use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::seed::Seed;

use super::json::{Json, object};
use super::version::{Era, Version};
use crate::auth;
use crate::bank::Refusal;
use crate::exchange::{Problem, ProblemKind, Reply, Request};

macro_rules! codes {
    ($($variant:ident = $four:literal, $three:literal;)*) => {
        /// What is wrong, in the standard's words.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Code { $($variant,)* }

        impl Code {
            /// Every code.
            #[cfg(test)]
            pub(super) const ALL: &'static [Code] = &[$(Code::$variant,)*];

            fn words(self) -> (&'static str, &'static str) {
                match self { $(Code::$variant => ($three, $four),)* }
            }
        }
    };
}

codes! {
    Expected = "U001", "UK.OBIE.Field.Expected";
    Invalid = "U002", "UK.OBIE.Field.Invalid";
    InvalidDate = "U003", "UK.OBIE.Field.InvalidDate";
    Missing = "U004", "UK.OBIE.Field.Missing";
    Unexpected = "U005", "UK.OBIE.Field.Unexpected";
    HeaderInvalid = "U006", "UK.OBIE.Header.Invalid";
    HeaderMissing = "U007", "UK.OBIE.Header.Missing";
    ConsentMismatch = "U008", "UK.OBIE.Resource.ConsentMismatch";
    ConsentStatus = "U009", "UK.OBIE.Resource.InvalidConsentStatus";
    Format = "U010", "UK.OBIE.Resource.InvalidFormat";
    NotFound = "U011", "UK.OBIE.Resource.NotFound";
    AfterCutOff = "U012", "UK.OBIE.Rules.AfterCutOffDateTime";
    DuplicateReference = "U013", "UK.OBIE.Rules.DuplicateReference";
    ControlParameters = "U014", "UK.OBIE.Rules.FailsControlParameters";
    SignatureInvalid = "U015", "UK.OBIE.Signature.Invalid";
    SignatureInvalidClaim = "U016", "UK.OBIE.Signature.InvalidClaim";
    SignatureMissingClaim = "U017", "UK.OBIE.Signature.MissingClaim";
    SignatureMalformed = "U018", "UK.OBIE.Signature.Malformed";
    SignatureMissing = "U019", "UK.OBIE.Signature.Missing";
    SignatureUnexpected = "U020", "UK.OBIE.Signature.Unexpected";
    AccountIdentifier = "U021", "UK.OBIE.Unsupported.AccountIdentifier";
    Currency = "U023", "UK.OBIE.Unsupported.Currency";
    EventType = "U024", "UK.OBIE.Unsupported.EventType";
    Frequency = "U025", "UK.OBIE.Unsupported.Frequency";
    LocalInstrument = "U026", "UK.OBIE.Unsupported.LocalInstrument";
    Scheme = "U027", "UK.OBIE.Unsupported.Scheme";
    Reauthenticate = "U028", "UK.OBIE.Reauthenticate";
    AlreadyExists = "U029", "UK.OBIE.Rules.ResourceAlreadyExists";
    UnexpectedError = "U000", "UK.OBIE.UnexpectedError";
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    pub code: Code,
    /// What, and what would be legal.
    pub message: String,
    /// The field at fault: `Data.Initiation.InstructedAmount.Amount`, or the name of a header or parameter.
    pub path: Option<String>,
}

/// A call that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub status: StatusCode,
    pub class: ErrorClass,
    /// None for an answer without a body.
    pub mistakes: Vec<Mistake>,
}

/// Name of the header that carries the id of an exchange.
pub(super) const INTERACTION_ID: HeaderName = HeaderName::from_static("x-fapi-interaction-id");

impl Mistake {
    pub(super) fn new(code: Code, path: &str, message: impl Into<String>) -> Mistake {
        Mistake { code, message: message.into(), path: (!path.is_empty()).then(|| path.to_owned()) }
    }
}

impl Refused {
    /// The request is wrong in these ways.
    pub(super) fn request(mistakes: Vec<Mistake>) -> Refused {
        Refused { status: StatusCode::BAD_REQUEST, class: ErrorClass::InvalidRequest, mistakes }
    }

    /// The request is wrong in one way.
    pub(super) fn mistake(code: Code, path: &str, message: impl Into<String>) -> Refused {
        Refused::request(vec![Mistake::new(code, path, message)])
    }

    /// There is nothing by this id. The standard keeps 404 for addresses that do not exist at all.
    pub(super) fn not_found(what: &str, id: &str) -> Refused {
        Refused {
            class: ErrorClass::ResourceGone,
            ..Refused::mistake(Code::NotFound, "", format!("there is no {what} `{id}`"))
        }
    }

    /// The client may not do this.
    pub(super) fn forbidden(code: Code, message: impl Into<String>) -> Refused {
        Refused {
            status: StatusCode::FORBIDDEN,
            class: ErrorClass::ConsentScope,
            mistakes: vec![Mistake::new(code, "", message)],
        }
    }

    /// The answer without a body.
    pub(super) fn bare(status: StatusCode, class: ErrorClass) -> Refused {
        Refused { status, class, mistakes: Vec::new() }
    }

    /// The same, understood as another class of failure.
    pub(super) fn class(self, class: ErrorClass) -> Refused {
        Refused { class, ..self }
    }

    /// As the version writes it.
    pub(super) fn render(&self, version: &Version, request: &Request) -> Reply {
        let mut reply = if self.mistakes.is_empty() {
            Reply::empty(self.status)
        } else {
            Reply::new(self.status, JSON, body(version, self.status, &self.mistakes, request).written())
        };
        reply.class = Some(self.class);
        reply
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        of_problem(&Problem::from(refusal))
    }
}

/// A neutral problem as the version writes it.
pub(super) fn render(version: &Version, problem: &Problem, request: &Request) -> Reply {
    let mut reply = of_problem(problem).render(version, request);
    reply.class = Some(problem.kind.class());
    if let Some(wait) = problem.retry_after {
        // Rounded up: a client that waits as long as it is told never comes too early.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        reply = reply.header(header::RETRY_AFTER, &seconds.to_string());
    }
    if let Some(challenge) = auth::challenge(problem) {
        reply = reply.header(header::WWW_AUTHENTICATE, &challenge);
    }
    let id = interaction_id(request);
    reply.header(INTERACTION_ID, &id)
}

/// The id of an exchange: the client's own if it is a UUID (RFC 4122), else one made from the id of the request.
pub(super) fn interaction_id(request: &Request) -> String {
    let given = request.headers.get(INTERACTION_ID).and_then(|value| value.to_str().ok());
    given.filter(|id| is_uuid(id)).map_or_else(|| uuid(&request.request_id), str::to_owned)
}

/// A UUID of version 4 that is always the same for the same text.
pub(super) fn uuid(of: &str) -> String {
    let hex = Seed::new(0).of("uuid").of(of).hex(16);
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(position, byte)| match position {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Content type of every body.
pub(super) const JSON: &str = "application/json; charset=utf-8";

fn of_problem(problem: &Problem) -> Refused {
    use ProblemKind as K;
    let class = problem.kind.class();
    let bare = |status| Refused::bare(status, class);
    let body = |status, code| Refused {
        status,
        class,
        mistakes: vec![Mistake { code, message: problem.detail.clone(), path: problem.field.as_deref().map(path) }],
    };
    match problem.kind {
        K::UnknownPath => bare(StatusCode::NOT_FOUND),
        K::MethodNotAllowed => bare(StatusCode::METHOD_NOT_ALLOWED),
        K::UnsupportedMediaType => bare(StatusCode::UNSUPPORTED_MEDIA_TYPE),
        K::NotAcceptable => bare(StatusCode::NOT_ACCEPTABLE),
        K::InvalidToken | K::InvalidClient | K::StepUpRequired => bare(StatusCode::UNAUTHORIZED),
        K::RateLimited | K::QuotaExhausted => bare(StatusCode::TOO_MANY_REQUESTS),
        K::MalformedRequest | K::PayloadTooLarge => body(StatusCode::BAD_REQUEST, Code::Format),
        K::InvalidParameter | K::InvalidCursor => body(StatusCode::BAD_REQUEST, Code::Invalid),
        K::MissingIdempotencyKey => body(StatusCode::BAD_REQUEST, Code::HeaderMissing),
        K::ScaRequired | K::ConsentExpired => body(StatusCode::FORBIDDEN, Code::Reauthenticate),
        K::ConsentRevoked => body(StatusCode::FORBIDDEN, Code::ConsentStatus),
        K::InsufficientScope => body(StatusCode::FORBIDDEN, Code::ConsentMismatch),
        K::CustomerNotFound | K::AccountNotFound | K::AccountClosed | K::PaymentNotFound | K::ConsentNotFound => {
            body(StatusCode::BAD_REQUEST, Code::NotFound)
        }
        K::NotCancellable | K::InsufficientFunds | K::CreditorRejected | K::PaymentRejected => {
            body(StatusCode::BAD_REQUEST, Code::Invalid)
        }
        K::IdempotencyKeyReused => body(StatusCode::BAD_REQUEST, Code::AlreadyExists),
        K::RequestInProgress => body(StatusCode::CONFLICT, Code::AlreadyExists),
        K::AccountUnavailable | K::DataNotReady | K::Unavailable => {
            body(StatusCode::SERVICE_UNAVAILABLE, Code::UnexpectedError)
        }
        K::GatewayTimeout => body(StatusCode::GATEWAY_TIMEOUT, Code::UnexpectedError),
        K::Internal | K::OutcomeUnknown | K::ProtocolViolation => {
            body(StatusCode::INTERNAL_SERVER_ERROR, Code::UnexpectedError)
        }
    }
}

/// The path of a field as the standard writes it: `header.X` is `X`, `/Data/0/A` is `Data[0].A`.
fn path(field: &str) -> String {
    let Some(pointer) = field.strip_prefix('/') else {
        return field.split_once('.').map_or(field, |(_, name)| name).to_owned();
    };
    let mut path = String::new();
    for step in pointer.split('/') {
        if !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{step}]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&step.replace("~1", "/").replace("~0", "~"));
        }
    }
    path
}

fn body(version: &Version, status: StatusCode, mistakes: &[Mistake], request: &Request) -> Json {
    let errors: Vec<Json> = mistakes.iter().map(|mistake| entry(version, mistake)).collect();
    let id = uuid(&request.request_id);
    match version.era {
        Era::Three => {
            let reason = status.canonical_reason().unwrap_or_default().replace(' ', "");
            let message = match status.as_u16() {
                400 => "The request was refused: see Errors",
                403 => "The client may not do this: see Errors",
                500.. => "The bank failed: see Errors",
                _ => "The request was not carried out: see Errors",
            };
            object! {
                "Code": format!("{} {reason}", status.as_u16()),
                "Id": id,
                "Message": message,
                "Errors": errors,
            }
        }
        Era::Four => object! { "Id": id, "Errors": errors },
    }
}

fn entry(version: &Version, mistake: &Mistake) -> Json {
    object! {
        "ErrorCode": version.word(mistake.code.words()),
        "Message": clipped(&mistake.message, 500),
        "Path": mistake.path.as_deref().map(|path| clipped(path, 500)),
    }
}

/// At most so many characters.
pub(super) fn clipped(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_four_characters_in_version_4_and_a_name_in_version_3() {
        for code in Code::ALL {
            let (three, four) = code.words();
            assert!(three.starts_with("UK.OBIE.") && four.len() == 4, "{code:?}");
        }
    }

    #[test]
    fn fields_are_named_as_the_standard_names_them() {
        assert_eq!(path("/Data/Permissions/0"), "Data.Permissions[0]");
        assert_eq!(path("header.Authorization"), "Authorization");
        assert_eq!(path("query.page"), "page");
    }

    #[test]
    fn an_interaction_id_is_always_a_uuid() {
        for id in ["", "a", "0123456789abcdef"] {
            assert!(is_uuid(&uuid(id)), "{}", uuid(id));
        }
    }
}
