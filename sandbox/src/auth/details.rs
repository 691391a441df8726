//! `authorization_details` (RFC 9396): what exactly a client asks for, in the two types this bank knows.

use serde_json::{Map, Value};

/// The types, as the metadata lists them.
pub(crate) const TYPES: &[&str] = &[ACCOUNTS, PAYMENT];

const ACCOUNTS: &str = "account_information";
const PAYMENT: &str = "payment_initiation";

/// What `actions` of [`ACCOUNTS`] may hold, and the scope each stands for.
const ACTIONS: &[(&str, &str)] =
    &[("list_accounts", "accounts"), ("read_balances", "balances"), ("read_transactions", "transactions")];

/// Details that were understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Details {
    /// As they were sent: tokens and introspection say them again.
    pub(crate) value: Option<Value>,
    /// The scopes they stand for.
    pub(crate) scopes: Vec<&'static str>,
    /// The consent they are about.
    pub(crate) consent_id: Option<String>,
}

/// Why details are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadDetails {
    #[error("authorization_details must be a JSON list of at least one object")]
    NoList,
    #[error("a type of authorization_details must be one of {}", TYPES.join(", "))]
    UnknownType,
    #[error("{member} of {kind} must be {legal}")]
    Member { kind: &'static str, member: &'static str, legal: &'static str },
    #[error("a member of {0} is not known: legal are {1}")]
    UnknownMember(&'static str, String),
}

impl Details {
    /// Reads the parameter.
    pub(crate) fn read(text: &str) -> Result<Details, BadDetails> {
        let value: Value = serde_json::from_str(text).map_err(|_| BadDetails::NoList)?;
        let list = value.as_array().filter(|list| !list.is_empty()).ok_or(BadDetails::NoList)?;
        let mut details = Details::default();
        for detail in list {
            let detail = detail.as_object().ok_or(BadDetails::NoList)?;
            match detail.get("type").and_then(Value::as_str) {
                Some(ACCOUNTS) => details.accounts(detail)?,
                Some(PAYMENT) => details.payment(detail)?,
                _ => return Err(BadDetails::UnknownType),
            }
            details.consent_id = details.consent_id.take().or(text_of(detail, "identifier"));
        }
        details.value = Some(value);
        Ok(details)
    }

    fn accounts(&mut self, detail: &Map<String, Value>) -> Result<(), BadDetails> {
        known(ACCOUNTS, detail, &["type", "actions", "locations", "identifier"])?;
        let legal = "a list of list_accounts, read_balances and read_transactions";
        let bad = || BadDetails::Member { kind: ACCOUNTS, member: "actions", legal };
        let actions = detail.get("actions").and_then(Value::as_array).filter(|actions| !actions.is_empty());
        for action in actions.ok_or_else(bad)? {
            let row = ACTIONS.iter().find(|row| action == row.0);
            self.scopes.push(row.ok_or_else(bad)?.1);
        }
        Ok(())
    }

    fn payment(&mut self, detail: &Map<String, Value>) -> Result<(), BadDetails> {
        let legal =
            ["type", "instructedAmount", "creditorName", "creditorAccount", "remittanceInformationUnstructured"];
        known(PAYMENT, detail, &[&legal[..], &["actions", "locations", "identifier"]].concat())?;
        let member = |member, legal| BadDetails::Member { kind: PAYMENT, member, legal };
        let amount = detail.get("instructedAmount").and_then(Value::as_object);
        let amount = amount.and_then(|amount| text_of(amount, "currency").zip(text_of(amount, "amount")));
        let good = |(currency, amount): &(String, String)| {
            currency.len() == 3
                && currency.bytes().all(|byte| byte.is_ascii_uppercase())
                && amount
                    .parse::<rust_decimal::Decimal>()
                    .is_ok_and(|amount| amount.is_sign_positive() && !amount.is_zero())
        };
        if !amount.as_ref().is_some_and(good) {
            return Err(member(
                "instructedAmount",
                "an object with currency (GBP) and a positive amount (12.50), both texts",
            ));
        }
        let account = detail.get("creditorAccount").and_then(Value::as_object);
        if !account.is_some_and(|account| account.values().any(Value::is_string)) {
            return Err(member("creditorAccount", "an object that names an account, for example by iban"));
        }
        self.scopes.push("payments");
        Ok(())
    }
}

fn known(kind: &'static str, detail: &Map<String, Value>, legal: &[&str]) -> Result<(), BadDetails> {
    match detail.keys().all(|name| legal.contains(&name.as_str())) {
        true => Ok(()),
        false => Err(BadDetails::UnknownMember(kind, legal.join(", "))),
    }
}

fn text_of(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn details_are_held_to_their_type() {
        let good = r#"[{"type":"account_information","actions":["list_accounts","read_balances"]},
            {"type":"payment_initiation","instructedAmount":{"currency":"GBP","amount":"12.50"},
             "creditorAccount":{"iban":"GB33BUKB20201555555555"},"identifier":"con_1"}]"#;
        let read = Details::read(good).expect("legal");
        assert_eq!(read.scopes, ["accounts", "balances", "payments"]);
        assert_eq!(read.consent_id.as_deref(), Some("con_1"));
        for bad in [
            "",
            "{}",
            "[]",
            "[5]",
            r#"[{"type":"everything"}]"#,
            r#"[{"type":"account_information"}]"#,
            r#"[{"type":"account_information","actions":["own"]}]"#,
            r#"[{"type":"account_information","actions":["list_accounts"],"colour":"red"}]"#,
            r#"[{"type":"payment_initiation"}]"#,
            r#"[{"type":"payment_initiation","instructedAmount":{"currency":"GBP","amount":"-1"},"creditorAccount":{"iban":"x"}}]"#,
        ] {
            assert!(Details::read(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_details_or_not(text in "\\PC{0,80}") {
            let _ = Details::read(&text);
        }
    }
}
