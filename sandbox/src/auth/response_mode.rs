//! How the answer to an authorization request travels: in the query, in the fragment, in a form, plain or signed (OAuth 2.0
//! Multiple Response Types, Form Post Response Mode, JARM).

/// A response mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ResponseMode {
    pub(crate) carrier: Carrier,
    /// `true` if the answer is a JWT (JARM).
    pub(crate) signed: bool,
}

/// Where the parameters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    Query,
    Fragment,
    FormPost,
}

impl ResponseMode {
    /// The mode of a request without `response_mode`: in the fragment if the answer holds more than a code.
    pub(crate) fn default_of(response_type: &str) -> ResponseMode {
        let carrier = if response_type.contains("id_token") { Carrier::Fragment } else { Carrier::Query };
        ResponseMode { carrier, signed: false }
    }

    /// The mode a request names; `None` for a word that names none.
    pub(crate) fn named(name: &str, response_type: &str) -> Option<ResponseMode> {
        let (carrier, signed) = match name {
            "jwt" => return Some(ResponseMode { signed: true, ..ResponseMode::default_of(response_type) }),
            name => name.strip_suffix(".jwt").map_or((name, false), |carrier| (carrier, true)),
        };
        let carrier = match carrier {
            "query" => Carrier::Query,
            "fragment" => Carrier::Fragment,
            "form_post" => Carrier::FormPost,
            _ => return None,
        };
        Some(ResponseMode { carrier, signed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_says_where_and_whether_signed() {
        let mode = |name| ResponseMode::named(name, "code id_token");
        assert_eq!(mode("jwt"), Some(ResponseMode { carrier: Carrier::Fragment, signed: true }));
        assert_eq!(mode("form_post.jwt"), Some(ResponseMode { carrier: Carrier::FormPost, signed: true }));
        assert_eq!(mode("query"), Some(ResponseMode { carrier: Carrier::Query, signed: false }));
        assert_eq!((mode("jwt.jwt"), mode(""), mode("post")), (None, None, None));
        assert_eq!(ResponseMode::default_of("code").carrier, Carrier::Query);
    }
}
