//! What of an exchange may be read by others.
//!
//! Owns the lists of secret headers and members and their replacement by a fingerprint: the same secret has the same
//! fingerprint everywhere, so that its use can be followed without knowing it. Bodies are searched as text, not parsed: a
//! body that a scenario broke hides its secrets all the same. Secrets that have no name are [`sensitive`]'s business.

use std::borrow::Cow;

use aws_lc_rs::digest;

use super::sensitive;

/// Whether a reader gets to see secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// They are replaced.
    Hidden,
    /// They are shown: the operator allowed it and the reader asked for it.
    Shown,
}

impl Secrets {
    /// The value of a header.
    pub(super) fn header(self, name: &str, value: &[u8]) -> String {
        match self {
            Secrets::Hidden => header(name, value),
            Secrets::Shown => String::from_utf8_lossy(value).into_owned(),
        }
    }

    /// A URL or request target.
    pub(super) fn target(self, text: &str) -> String {
        match self {
            Secrets::Hidden => target(text),
            Secrets::Shown => text.to_owned(),
        }
    }

    /// A body, at most `limit` bytes of it.
    pub(super) fn body(self, content_type: &str, bytes: &[u8], limit: usize) -> String {
        match self {
            Secrets::Hidden => body(content_type, bytes, limit),
            Secrets::Shown => shortened(String::from_utf8_lossy(bytes).into_owned(), limit),
        }
    }

    /// Any other text.
    pub(super) fn text(self, text: &str) -> String {
        match self {
            Secrets::Hidden => plain(text),
            Secrets::Shown => text.to_owned(),
        }
    }
}

/// Headers whose value is a secret.
const SECRET_HEADERS: &[&str] =
    &["authorization", "proxy-authorization", "cookie", "set-cookie", "dpop", "client-assertion", "x-api-key"];

/// Members of JSON bodies, fields of forms and parameters of queries whose value is a secret.
const SECRET_MEMBERS: &[&str] = &[
    "access_token",
    "refresh_token",
    "id_token",
    "id_token_hint",
    "token",
    "subject_token",
    "actor_token",
    "client_secret",
    "client_assertion",
    "assertion",
    "code_verifier",
    "password",
    "otp",
    "csrf",
    "request",
    "device_code",
    "user_code",
    "auth_req_id",
    "client_notification_token",
    "registration_access_token",
    "login_hint_token",
];

/// An authorization code wherever OAuth puts one: in links, forms and queries. In JSON the word means many things (the code of
/// a problem, of a reason, of a merchant), and there it is a secret only beside one of [`GRANT_MEMBERS`].
const CODE: &str = "code";

/// Members that only stand in token requests (RFC 6749 4.1.3) and authorization responses (RFC 9207).
const GRANT_MEMBERS: &[&str] = &["\"grant_type\"", "\"code_verifier\"", "\"redirect_uri\"", "\"iss\""];

/// The first 16 hexadecimal digits of the SHA-256 of a secret.
pub(crate) fn fingerprint(secret: &[u8]) -> String {
    let mut text = hash(secret);
    text.truncate(16);
    text
}

/// SHA-256 in lower-case hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

/// What stands in the place of a secret begins so.
const MARK: &str = "sha256:";

/// What stands in the place of a secret.
pub(super) fn replaced(secret: &[u8]) -> String {
    format!("{MARK}{}", fingerprint(secret))
}

/// A field of a body as it may be shown by itself, where nothing tells what is around it.
pub(crate) fn member(name: &str, value: &str) -> String {
    if is_secret(name) { replaced(value.as_bytes()) } else { value.to_owned() }
}

/// A header's value as it may be shown. Of `authorization` only the credentials are hashed, so that a bearer token has one
/// fingerprint wherever it occurs; every cookie is hashed by itself.
pub(crate) fn header(name: &str, value: &[u8]) -> String {
    if SECRET_HEADERS.contains(&name) {
        let credentials = match name {
            "authorization" | "proxy-authorization" => {
                value.splitn(2, |byte| *byte == b' ').nth(1).unwrap_or(value).trim_ascii()
            }
            _ => value,
        };
        return replaced(credentials);
    }
    let text = String::from_utf8_lossy(value);
    match name {
        "location" | "referer" | "link" | "content-location" => target(&text),
        _ => plain(&text),
    }
}

/// Free text with every secret that can be told by its shape replaced.
fn plain(text: &str) -> String {
    sensitive::hide(text).into_owned()
}

/// A URL or request target with the values of its secret parameters replaced.
fn target(text: &str) -> String {
    match text.split_once(['?', '#']) {
        None => path(text).into_owned(),
        Some((before, rest)) => {
            let separator = &text[before.len()..=before.len()];
            format!("{}{separator}{}", path(before), pairs(rest))
        }
    }
}

/// A path, percent-encoded or not.
fn path(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return sensitive::hide(text);
    }
    let segments: Vec<Cow<'_, str>> = text.split('/').map(encoded).collect();
    Cow::Owned(segments.join("/"))
}

/// A body with its secrets replaced, at most `limit` bytes of it; text that is not UTF-8 is shown with replacement
/// characters.
fn body(content_type: &str, bytes: &[u8], limit: usize) -> String {
    let text = String::from_utf8_lossy(bytes);
    let shown = if content_type.starts_with("application/x-www-form-urlencoded") {
        pairs(&text)
    } else {
        plain(&links(&inputs(&members(&text))))
    };
    shortened(shown, limit)
}

fn shortened(mut text: String, limit: usize) -> String {
    if text.len() > limit {
        let end = (0..=limit).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

/// `name=value&…` with the values of secret names replaced; everything else stays byte for byte.
fn pairs(text: &str) -> String {
    let shown: Vec<Cow<'_, str>> = text
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && is_secret(&decoded(name)) => {
                Cow::Owned(format!("{name}={}", replaced(decoded(value).as_bytes())))
            }
            Some((name, value)) => Cow::Owned(format!("{}={}", encoded(name), encoded(value))),
            None => encoded(pair),
        })
        .collect();
    shown.join("&")
}

/// An encoded text: as it is, or encoded again if a secret in it had to be replaced.
fn encoded(text: &str) -> Cow<'_, str> {
    let clear = decoded(text);
    match sensitive::hide(&clear) {
        Cow::Borrowed(_) => sensitive::hide(text),
        Cow::Owned(shown) => Cow::Owned(url::form_urlencoded::byte_serialize(shown.as_bytes()).collect()),
    }
}

/// A name or value of a form in clear.
fn decoded(text: &str) -> String {
    let pair = format!("value={text}");
    let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
    pairs.next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Whether a field of a form or a parameter of a link is a secret.
fn is_secret(name: &str) -> bool {
    name == CODE || SECRET_MEMBERS.contains(&name)
}

/// JSON, or something like it, with the string values of secret members replaced.
fn members(text: &str) -> Cow<'_, str> {
    let code_is_secret = GRANT_MEMBERS.iter().any(|member| text.contains(member));
    let is_secret = |name: &str| SECRET_MEMBERS.contains(&name) || (name == CODE && code_is_secret);
    each(text, |rest| {
        let (before, value, after) = next_secret(rest, is_secret)?;
        // The quote that ends the value begins no other string: taken for one, it would hide every later name.
        Some((before, value, usize::from(after.starts_with('"'))))
    })
}

/// HTML with the values of secret form fields replaced: `<input name="code" value="…">`, in whichever order.
fn inputs(text: &str) -> Cow<'_, str> {
    each(text, |rest| {
        let mut from = 0;
        while let Some(open) = rest[from..].find("<input").map(|at| from + at) {
            let end = open + rest[open..].find('>').unwrap_or(rest.len() - open);
            let attribute = |name: &str| {
                let start = rest[open..end].find(name).map(|at| open + at + name.len())?;
                Some((start, start + rest[start..end].find('"')?))
            };
            if let (Some((name, name_end)), Some((value, value_end))) = (attribute(" name=\""), attribute(" value=\""))
                && is_secret(&rest[name..name_end])
                && value_end > value
                && !rest[value..value_end].starts_with(MARK)
            {
                return Some((&rest[..value], &rest[value..value_end], 0));
            }
            from = end;
        }
        None
    })
}

/// Text with the secret parameters of links in it replaced: `https://app/cb?code=…`.
fn links(text: &str) -> Cow<'_, str> {
    each(text, |rest| {
        let mut from = 0;
        while let Some(at) = rest[from..].find(['?', '&', '#']).map(|at| from + at + 1) {
            // In HTML an ampersand is written as an entity.
            let start = at + usize::from(rest[at..].starts_with("amp;")) * "amp;".len();
            let named = rest[start..].bytes().take_while(|byte| byte.is_ascii_lowercase() || *byte == b'_').count();
            let value = start + named + 1;
            if rest[start + named..].starts_with('=') && is_secret(&rest[start..start + named]) {
                let ends = |c: char| {
                    c.is_whitespace() || c.is_control() || matches!(c, '&' | '#' | '"' | '\'' | '<' | '>' | '\\')
                };
                let end = value + rest[value..].find(ends).unwrap_or(rest.len() - value);
                if end > value && !rest[value..end].starts_with(MARK) {
                    return Some((&rest[..value], &rest[value..end], 0));
                }
            }
            from = at;
        }
        None
    })
}

/// The text with every secret replaced that `next` finds: what is before it, the secret, and how many bytes after it go with it.
fn each<'a>(text: &'a str, next: impl Fn(&'a str) -> Option<(&'a str, &'a str, usize)>) -> Cow<'a, str> {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, secret, with_it)) = next(rest) {
        shown.push_str(before);
        shown.push_str(&replaced(secret.as_bytes()));
        let end = before.len() + secret.len();
        shown.push_str(&rest[end..end + with_it]);
        rest = &rest[end + with_it..];
    }
    if shown.is_empty() {
        return Cow::Borrowed(text);
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// Splits at the next `"secret": "value"` into the text up to the value, the value, and the rest. A value whose closing
/// quote is missing reaches to the end.
fn next_secret(text: &str, is_secret: impl Fn(&str) -> bool) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('"').map(|at| from + at + 1) {
        let close = open + string_end(&text[open..]);
        if is_secret(&text[open..close]) {
            let after_name = text[close..].strip_prefix('"').unwrap_or("").trim_ascii_start();
            let value = after_name.strip_prefix(':').and_then(|rest| rest.trim_ascii_start().strip_prefix('"'));
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                let start = text.len() - value.len();
                let end = string_end(value);
                if end > 0 {
                    return Some((&text[..start], &value[..end], &value[end..]));
                }
            }
        }
        from = (close + 1).min(text.len());
    }
    None
}

/// Index of the quote that ends a JSON string, or the length of the text.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().position(|byte| match byte {
        _ if escaped => {
            escaped = false;
            false
        }
        b'\\' => {
            escaped = true;
            false
        }
        byte => byte == b'"',
    });
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "tok-1";

    #[test]
    fn a_token_has_one_fingerprint_wherever_it_occurs() {
        let expected = replaced(TOKEN.as_bytes());
        assert_eq!(header("authorization", b"Bearer tok-1"), expected);
        assert!(body("application/json", br#"{"access_token": "tok-1"}"#, 100).contains(&expected));
        assert!(body("application/x-www-form-urlencoded", b"a=b&token=tok-1", 100).contains(&expected));
        assert!(target("/x?access_token=tok-1&y=2").contains(&expected));
        assert!(header("location", b"https://app/cb?code=tok-1&state=s").contains(&expected));
    }

    #[test]
    fn cards_and_ibans_are_hidden_wherever_they_stand() {
        let card = "4111111111111111";
        for shown in [
            target("/cards/4111111111111111"),
            target("/cards/4111%201111%201111%201111?x=1"),
            target("/x?pan=4111+1111+1111+1111"),
            target("/x?pan=4111%201111%201111%201111&y"),
            target("/x?4111111111111111"),
            header("x-card", b"4111 1111 1111 1111"),
            body("application/json", br#"{"note": "card 4111111111111111"}"#, 100),
            body("application/x-www-form-urlencoded", b"note=4111+1111+1111+1111", 100),
            body("text/html", b"<p>4111111111111111</p>", 100),
        ] {
            let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
            assert!(!digits.contains(card) && shown.contains("1111"), "{shown}");
        }
    }

    #[test]
    fn what_is_not_secret_stays_byte_for_byte() {
        for text in [r#"{"amount": {"value": "1.20"}, "note": "token"}"#, "<html>", "", "\"", r#"{"token": 12}"#] {
            assert_eq!(body("application/json", text.as_bytes(), 1_000), text);
        }
        assert_eq!(target("/a/b?limit=25&cursor=x"), "/a/b?limit=25&cursor=x");
        assert_eq!(header("accept", b"*/*"), "*/*");
    }

    /// The code of a problem says what went wrong; the one of a grant opens accounts.
    #[test]
    fn codes_are_hidden_where_they_are_secrets() {
        let shown = |text: &str| body("application/json", text.as_bytes(), 1_000);
        for text in [
            r#"{"type": "urn:problem:x", "status": 429, "code": "rate_limited"}"#,
            r#"{"status": "rejected", "reason": {"code": "AM04"}, "code": "x"}"#,
        ] {
            assert_eq!(shown(text), text);
        }
        for text in [
            r#"{"grant_type": "authorization_code", "code": "tok-1"}"#,
            r#"{"code": "tok-1", "state": "s", "iss": "https://bank.example"}"#,
            r#"{"location": "https://app/cb?state=s&code=tok-1"}"#,
            r#"{"verification_uri_complete": "https://bank/device?user_code=tok-1"}"#,
            r#"<a href="https://app/cb?state=s&amp;code=tok-1">back</a>"#,
            r#"<input type="hidden" name="csrf" value="tok-1"><input type="hidden" name="state" value="s">"#,
            r#"<input type="hidden" name="state" value="s"><input type="hidden" name="code" value="tok-1">"#,
            r#"<input value="tok-1" id="user_code" name="user_code"><input name="scope" value="accounts">"#,
        ] {
            let shown = shown(text);
            assert_eq!(shown, text.replace("tok-1", &replaced(b"tok-1")), "{text}");
        }
    }

    #[test]
    fn broken_bodies_hide_their_secrets_all_the_same() {
        for text in [r#"{"access_token":"tok-1"#, r#"{{{"refresh_token" : "tok-1", "#, r#"{"token":"to\"k-1"}"#] {
            let shown = body("application/json", text.as_bytes(), 1_000);
            assert!(!shown.contains("tok-1") && !shown.contains("k-1"), "{shown}");
            assert!(shown.contains(MARK));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic_and_no_secret_survives(before in ".{0,40}", secret in "[a-z0-9]{12,40}", after in ".{0,40}") {
            let text = format!("{before}\n{{\"x\":1,\"client_secret\":\"{secret}\"}}{after}");
            // A quote left open in front may swallow the name; then it is no member and nothing can be known of it.
            if before.bytes().filter(|byte| *byte == b'"' || *byte == b'\\').count() == 0 {
                proptest::prop_assert!(!body("application/json", text.as_bytes(), 10_000).contains(&secret));
            }
            body("application/json", before.as_bytes(), 10);
            target(&before);
        }
    }
}
