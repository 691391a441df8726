//! Names a target file may put into arguments and environment: `${BANK_BASE_URL}`.
//!
//! Owns the list of names and the replacement. A name that does not exist is found when the file is read, not when the
//! client runs.

use std::fmt;

/// What a client can be told, by name.
#[derive(Debug, Clone, Copy)]
pub struct Name {
    /// The name.
    pub name: &'static str,
    /// What it stands for.
    pub about: &'static str,
    /// Where it has a value.
    pub when: When,
}

/// Where a name has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In every step.
    Always,
    /// In steps about a payment.
    Payment,
    /// Where the client is a service.
    Service,
    /// In steps about a payment of a client that is a service.
    ServicePayment,
}

/// Every name. All of them are set in the client's environment, whether a target file mentions them or not.
pub const NAMES: &[Name] = &[
    always("BANK_BASE_URL", "address of the bank, without a trailing slash"),
    always("BANK_ACCESS_TOKEN", "access token of a consent that covers every account of the user"),
    always("BANK_REFRESH_TOKEN", "refresh token of the same consent"),
    always("BANK_TOKEN_URL", "address of the bank's token endpoint"),
    always("BANK_CLIENT_ID", "id of the client at the bank"),
    always("BANK_CLIENT_SECRET", "secret of the client (client_secret_basic)"),
    always("BANK_CONSENT_ID", "the bank's id of the consent"),
    always("BANK_ACCOUNT", "the bank's id of the first account of the consent"),
    always("BANK_AUTHORIZE_URL", "address of the bank's authorization endpoint"),
    always("BANK_REDIRECT_URI", "a redirect address registered for the client"),
    always("BANK_USERNAME", "name the account holder logs in with"),
    always("BANK_PASSWORD", "password of the account holder"),
    always("BANK_WEBHOOK_SECRET", "what signs the bank's webhooks; empty if the client gets none"),
    always("BANK_CA_FILE", "certificate of the authority behind the bank's, PEM; of a connection inside TLS"),
    always("BANK_CERTIFICATE_FILE", "the client's certificate, PEM; of a connection inside TLS"),
    always("BANK_KEY_FILE", "key of the client's certificate, PEM; of a connection inside TLS"),
    always("WORK_DIR", "an empty folder that stays the same for all steps of one scenario"),
    service("SERVICE_PORT", "a free port for the service to listen at"),
    service("SERVICE_URL", "address of the service, without a trailing slash"),
    service("EVENTS_URL", "where the service can post what it could not do, as canonical v1"),
    payment("ORDER_ID", "the client's own id of the payment order"),
    payment("ORDER_DEBTOR_ACCOUNT", "the bank's id of the account to debit"),
    payment("ORDER_CREDITOR_NAME", "who is paid"),
    payment("ORDER_CREDITOR_SCHEME", "scheme of the creditor's account: iban"),
    payment("ORDER_CREDITOR_ACCOUNT", "the creditor's account"),
    payment("ORDER_AMOUNT", "decimal amount: 12.30"),
    payment("ORDER_CURRENCY", "currency code: EUR"),
    payment("ORDER_REFERENCE", "text for the creditor"),
];

/// A text with names in it, all of them known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Name(&'static str),
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A name that does not exist, or has no value in this step.
    #[error("`${{{0}}}` has no value here")]
    Unknown(String),
    /// `${` without `}`.
    #[error("`${{` without a closing `}}`")]
    Open,
}

/// The values of the names in one step.
#[derive(Debug, Clone, Default)]
pub struct Values(Vec<(&'static str, String)>);

impl Template {
    /// Reads a text; `payment` says whether it is for a step about a payment.
    ///
    /// # Errors
    /// [`TemplateError`] names what is wrong.
    pub fn parse(text: &str, when: When) -> Result<Template, TemplateError> {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').ok_or(TemplateError::Open)?;
            let known = NAMES.iter().find(|known| known.name == name && known.has_value(when));
            let known = known.ok_or_else(|| TemplateError::Unknown(name.to_owned()))?;
            parts.extend([Part::Text(before.to_owned()), Part::Name(known.name)]);
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Template(parts))
    }

    /// The names that have a value, for messages.
    pub fn legal(when: When) -> String {
        let names: Vec<String> =
            NAMES.iter().filter(|name| name.has_value(when)).map(|name| format!("${{{}}}", name.name)).collect();
        format!("text with any of {}", names.join(", "))
    }

    /// The text with the values in place.
    pub fn fill(&self, values: &Values) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Name(name) => values.value(name).to_owned(),
        };
        self.0.iter().map(part).collect()
    }
}

impl Values {
    /// Sets a name of [`NAMES`].
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        debug_assert!(NAMES.iter().any(|known| known.name == name), "`{name}` is not in the table");
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value.into()));
    }

    /// The same without what is called one of these.
    #[must_use]
    pub(crate) fn without(mut self, names: &[&str]) -> Values {
        self.0.retain(|(name, _)| !names.contains(name));
        self
    }

    /// The value of a name; empty if it has none.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// Every name with its value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

impl Name {
    fn has_value(&self, when: When) -> bool {
        let (of_payment, of_service) = match when {
            When::Always => (false, false),
            When::Payment => (true, false),
            When::Service => (false, true),
            When::ServicePayment => (true, true),
        };
        match self.when {
            When::Always => true,
            When::Payment => of_payment,
            When::Service => of_service,
            When::ServicePayment => of_payment && of_service,
        }
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Name(name) => write!(f, "${{{name}}}"),
        })
    }
}

const fn always(name: &'static str, about: &'static str) -> Name {
    Name { name, about, when: When::Always }
}

const fn payment(name: &'static str, about: &'static str) -> Name {
    Name { name, about, when: When::Payment }
}

const fn service(name: &'static str, about: &'static str) -> Name {
    Name { name, about, when: When::Service }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_wherever_they_stand() {
        let mut values = Values::default();
        values.set("BANK_BASE_URL", "http://127.0.0.1:1/plain");
        let template = Template::parse("--url=${BANK_BASE_URL}/accounts $HOME", When::Always).unwrap();
        assert_eq!(template.fill(&values), "--url=http://127.0.0.1:1/plain/accounts $HOME");
        assert_eq!(template.to_string(), "--url=${BANK_BASE_URL}/accounts $HOME");
    }

    #[test]
    fn the_documentation_names_every_name() {
        let page = include_str!("../../../docs/judge-your-client.md");
        for name in NAMES {
            assert!(page.contains(&format!("`{}`", name.name)), "docs/judge-your-client.md lacks `{}`", name.name);
        }
    }

    #[test]
    fn wrong_names_are_refused() {
        let refused = |text| Template::parse(text, When::Always).unwrap_err().to_string();
        assert_eq!(refused("${BANK_URL}"), "`${BANK_URL}` has no value here");
        assert_eq!(refused("${ORDER_AMOUNT}"), "`${ORDER_AMOUNT}` has no value here");
        assert_eq!(refused("a ${b"), "`${` without a closing `}`");
        assert_eq!(refused("${SERVICE_PORT}"), "`${SERVICE_PORT}` has no value here");
        assert!(Template::parse("${ORDER_AMOUNT}", When::Payment).is_ok());
        assert!(Template::parse("${ORDER_AMOUNT}${SERVICE_URL}", When::ServicePayment).is_ok());
    }
}
