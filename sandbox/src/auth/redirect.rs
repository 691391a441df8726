//! Redirect URIs: which are registered, and how an answer is appended to one.

use url::form_urlencoded::Serializer;

/// A redirect URI of a client, known to be safe to send a browser to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri(String);

/// Why a text cannot be registered as a redirect URI.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("redirect URI {0:?} is not legal: it must be an absolute URI without fragment or user information")]
pub struct BadRedirectUri(pub String);

/// What every registered client may use without naming a port (RFC 8252 7.3).
const LOOPBACK_HOSTS: &[&str] = &["127.0.0.1", "[::1]", "localhost"];

impl RedirectUri {
    /// Reads a redirect URI for registration.
    ///
    /// # Errors
    /// The text if it is relative, has a fragment or user information, or could run as a script.
    pub fn parse(text: &str) -> Result<RedirectUri, BadRedirectUri> {
        let bad = || BadRedirectUri(text.to_owned());
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains('#') {
            return Err(bad());
        }
        let url = url::Url::parse(text).map_err(|_| bad())?;
        let userinfo = !url.username().is_empty() || url.password().is_some();
        let runs = matches!(url.scheme(), "javascript" | "data" | "vbscript" | "blob" | "file" | "about");
        if userinfo || runs { Err(bad()) } else { Ok(RedirectUri(text.to_owned())) }
    }

    /// As registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `true` if a client may ask for `presented` having registered this: byte for byte the same (RFC 9700 2.1), or the
    /// same loopback URI on another port (RFC 8252 7.3).
    pub(crate) fn allows(&self, presented: &str) -> bool {
        if self.0 == presented {
            return true;
        }
        match (loopback(&self.0), loopback(presented)) {
            (Some(registered), Some(presented)) => registered == presented,
            _ => false,
        }
    }
}

/// Host and rest of an `http` loopback URI, its port left out; `None` for any other URI.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = LOOPBACK_HOSTS.iter().find(|host| rest.starts_with(**host))?;
    let rest = &rest[host.len()..];
    let path = match rest.strip_prefix(':') {
        None => rest,
        Some(ported) => {
            let digits = ported.bytes().take_while(u8::is_ascii_digit).count();
            ported[..digits].parse::<u16>().ok().filter(|port| *port > 0)?;
            &ported[digits..]
        }
    };
    let complete = path.is_empty() || path.starts_with('/') || path.starts_with('?');
    complete.then_some((*host, path))
}

/// `true` for an `http` URI that leads back to the machine it is opened on.
pub(crate) fn is_loopback(uri: &str) -> bool {
    loopback(uri).is_some()
}

/// `uri` with parameters as its fragment; a registered URI has none (RFC 6749 3.1.2).
pub(crate) fn with_fragment(uri: &str, parameters: &[(&str, &str)]) -> String {
    format!("{uri}#{}", encoded(parameters))
}

fn encoded(parameters: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(parameters).finish()
}

/// `uri` with parameters appended to its query; a query it has stays as it is.
pub(crate) fn append(uri: &str, parameters: &[(&str, &str)]) -> String {
    let query = encoded(parameters);
    let joint = match uri.find('?') {
        None => "?",
        Some(at) if at + 1 == uri.len() || uri.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{joint}{query}")
}

/// The part of a redirect URI that a `form-action` directive names: browsers apply it to where a form's answer redirects.
pub(crate) fn form_action_source(uri: &str) -> String {
    match url::Url::parse(uri) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url.origin().ascii_serialization(),
        Ok(url) => format!("{}:", url.scheme()),
        Err(_) => "'none'".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_registered_uri_matches() {
        let exact = RedirectUri::parse("https://app.example/cb").expect("legal");
        assert!(exact.allows("https://app.example/cb"));
        for other in [
            "https://app.example/cb/",
            "https://app.example/cb?x=1",
            "https://app.example/cb#",
            "https://app.example/CB",
            "https://app.example:443/cb",
            "https://app.example/x/../cb",
            "https://a@app.example/cb",
            "https://app.example.evil.example/cb",
            "http://app.example/cb",
            "HTTPS://app.example/cb",
            "",
        ] {
            assert!(!exact.allows(other), "{other}");
        }
    }

    #[test]
    fn a_loopback_uri_matches_on_every_port_and_in_nothing_else() {
        let native = RedirectUri::parse("http://127.0.0.1/callback").expect("legal");
        for same in ["http://127.0.0.1/callback", "http://127.0.0.1:80/callback", "http://127.0.0.1:65535/callback"] {
            assert!(native.allows(same), "{same}");
        }
        for other in [
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:65536/callback",
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:80@evil.example/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://localhost:80/callback",
            "https://127.0.0.1:80/callback",
            "http://127.0.0.1:80/callback/x",
            "http://127.0.0.1:80/callback?x=1",
            "http://127.0.0.2/callback",
        ] {
            assert!(!native.allows(other), "{other}");
        }
    }

    #[test]
    fn a_registered_query_is_kept() {
        assert_eq!(append("https://a/cb", &[("code", "x y")]), "https://a/cb?code=x+y");
        assert_eq!(append("https://a/cb?d=1&e=2", &[("code", "x")]), "https://a/cb?d=1&e=2&code=x");
        assert_eq!(append("https://a/cb?", &[("code", "x")]), "https://a/cb?code=x");
    }

    #[test]
    fn what_is_no_safe_uri_cannot_be_registered() {
        for bad in
            ["/cb", "https://a/cb#x", "https://u@a/cb", "javascript:alert(1)", "data:text/html,x", "https://a/ b"]
        {
            assert!(RedirectUri::parse(bad).is_err(), "{bad}");
        }
        assert!(RedirectUri::parse("com.example.app:/oauth").is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_judged(registered in "\\PC{0,40}", presented in "\\PC{0,60}") {
            if let Ok(uri) = RedirectUri::parse(&registered) {
                let _ = uri.allows(&presented);
                prop_assert!(uri.allows(&registered));
                let _ = form_action_source(&append(&registered, &[("code", &presented)]));
            }
        }

        #[test]
        fn loopback_lookalikes_never_match(tail in "[:@/.?#a-z0-9]{0,20}") {
            let native = RedirectUri::parse("http://127.0.0.1/callback").expect("legal");
            let presented = format!("http://127.0.0.1{tail}");
            if native.allows(&presented) {
                let url = url::Url::parse(&presented).expect("what matches is a URI");
                prop_assert_eq!(url.host_str(), Some("127.0.0.1"));
                prop_assert_eq!(url.path(), "/callback");
            }
        }
    }
}
