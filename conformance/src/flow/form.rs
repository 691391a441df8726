//! Login and consent forms, found in HTML and filled as an account holder who agrees would.
//!
//! Owns a reader of forms that is as forgiving as a browser and no more than a login needs: no scripts, no styles.

/// A form of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct HtmlForm {
    /// `action`
    pub(super) action: Option<String>,
    /// `method="post"`
    pub(super) is_post: bool,
    controls: Vec<Control>,
    /// The one-time code a simulated bank shows beside the form, in place of a phone.
    shown_code: Option<String>,
}

/// What an account holder decides about a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
}

impl Answer {
    /// Ids or values of the buttons that say so, or lead on to where it can be said.
    fn words(self) -> &'static [&'static str] {
        match self {
            Answer::Yes => &["approve", "continue", "verify"],
            Answer::No => &["deny", "continue", "verify"],
        }
    }
}

/// An input or button of a form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Control {
    name: Option<String>,
    id: Option<String>,
    kind: String,
    value: String,
    /// `autocomplete="one-time-code"`
    is_code: bool,
}

/// The forms of a page.
pub(super) fn forms(html: &str) -> Vec<HtmlForm> {
    let mut found: Vec<HtmlForm> = Vec::new();
    let mut open = false;
    for tag in tags(html) {
        match tag.name.as_str() {
            "form" => {
                let is_post = tag.attribute("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
                let (action, shown_code) = (tag.attribute("action"), shown_code(html));
                found.push(HtmlForm { action, is_post, controls: Vec::new(), shown_code });
                open = true;
            }
            "/form" => open = false,
            "input" | "button" if open => {
                let kind = tag.attribute("type").unwrap_or_else(|| "text".to_owned()).to_ascii_lowercase();
                let control = Control {
                    name: tag.attribute("name"),
                    id: tag.attribute("id"),
                    kind: if tag.name == "button" { "submit".to_owned() } else { kind },
                    value: tag.attribute("value").unwrap_or_default(),
                    is_code: tag.attribute("autocomplete").is_some_and(|what| what == "one-time-code"),
                };
                if let Some(form) = found.last_mut() {
                    form.controls.push(control);
                }
            }
            _ => {}
        }
    }
    found
}

impl HtmlForm {
    /// `true` for a form that logs in, asks for a code or accounts, or decides about a consent.
    pub(super) fn is_for_the_holder(&self) -> bool {
        let leads_on =
            |control: &Control| control.kind == "password" || control.is_code || control.says(Answer::Yes.words());
        self.controls.iter().any(leads_on)
    }

    /// The pairs an account holder sends: name and password, every account ticked, the button that says what he decides.
    pub(super) fn answering(&self, username: &str, password: &str, answer: Answer) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        let deciding = self.controls.iter().find(|control| control.says(answer.words()));
        let pressed = deciding.or_else(|| self.controls.iter().find(|control| control.kind == "submit"));
        for control in &self.controls {
            let Some(name) = &control.name else { continue };
            let value = match control.kind.as_str() {
                "password" => password.to_owned(),
                _ if control.is_code => self.shown_code.clone().unwrap_or_default(),
                "text" | "email" if control.is_username() => username.to_owned(),
                "submit" | "image" | "button" if pressed != Some(control) => continue,
                "checkbox" if control.value.is_empty() => "on".to_owned(),
                _ => control.value.clone(),
            };
            pairs.push((name.clone(), value));
        }
        pairs
    }
}

/// The text of the element in which a simulated bank shows the code that it would send to a phone.
fn shown_code(html: &str) -> Option<String> {
    let (_, after) = html.split_once("id=\"phone-code\"")?;
    let (text, _) = after.split_once('>')?.1.split_once('<')?;
    Some(text.trim().to_owned())
}

impl Control {
    fn says(&self, decisions: &[&str]) -> bool {
        let words = [self.id.as_deref(), Some(self.value.as_str())];
        let says = |word: &str| decisions.iter().any(|known| word.eq_ignore_ascii_case(known));
        self.kind == "submit" && words.into_iter().flatten().any(says)
    }

    fn is_username(&self) -> bool {
        [&self.id, &self.name]
            .into_iter()
            .flatten()
            .any(|word| matches!(word.to_ascii_lowercase().as_str(), "username" | "user" | "login" | "email"))
    }
}

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }
}

fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let name_end = rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len());
        let name = rest[..name_end].to_ascii_lowercase();
        rest = &rest[name_end..];
        let mut attributes = Vec::new();
        while let Some((attribute, after)) = next_attribute(rest) {
            attributes.push(attribute);
            rest = after;
        }
        found.push(Tag { name, attributes });
    }
    found
}

fn next_attribute(text: &str) -> Option<((String, String), &str)> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
    if text.is_empty() || text.starts_with(['>', '<']) {
        return None;
    }
    let name_end = text.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/')).unwrap_or(text.len());
    let name = text[..name_end.max(1)].to_ascii_lowercase();
    let after = text[name_end.max(1)..].trim_start();
    let Some(value) = after.strip_prefix('=').map(str::trim_start) else {
        return Some(((name, String::new()), after));
    };
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (value, rest) = match quote {
        Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
        None => value.split_at(value.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(value.len())),
    };
    Some(((name, unescaped(value)), rest))
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#x27;", "'")
        .replace("&#39;", "'")
        .replace("&#x2f;", "/")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_login_and_a_consent_form_are_filled() {
        let html = r#"<!doctype html><form action="/search"><input name=q></form>
            <form method="POST" action='/login?x=1&amp;y=2'><input type=hidden name="csrf" value="a&quot;b">
            <input id="username" name="username"><input type="password" id="password" name="password"/>
            <button id="login">Log in</button></form>"#;
        let form = forms(html).into_iter().find(HtmlForm::is_for_the_holder).unwrap();
        assert_eq!((form.action.as_deref(), form.is_post), (Some("/login?x=1&y=2"), true));
        let pairs = form.answering("alice", "secret", Answer::Yes);
        let expected = [("csrf", "a\"b"), ("username", "alice"), ("password", "secret")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));

        let consent = r#"<form method=post><input type=checkbox name=account value=acc_1 checked><input type=checkbox name=account value=acc_2>
            <button id="deny" name="decision" value="deny">No</button><button id="approve" name="decision" value="approve">Yes</button></form>"#;
        let pairs = forms(consent)[0].answering("alice", "secret", Answer::Yes);
        let expected = [("account", "acc_1"), ("account", "acc_2"), ("decision", "approve")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn the_code_on_the_simulated_phone_is_typed() {
        let html = r#"<form method=post action=code><input id=code name=code autocomplete="one-time-code">
            <button id="verify">Continue</button><button name="resend" value="yes">Another</button></form>
            <strong id="phone-code">012345</strong>"#;
        let form = forms(html).into_iter().find(HtmlForm::is_for_the_holder).unwrap();
        assert_eq!(form.answering("alice", "secret", Answer::Yes), [("code".to_owned(), "012345".to_owned())]);
    }

    proptest! {
        #[test]
        fn no_page_makes_the_reader_panic(html in "[<>/=\"' a-z&;é]{0,60}") {
            for form in forms(&html) {
                form.answering("u", "p", Answer::No);
            }
        }
    }
}
