//! What the client is told from outside.
//!
//! Owns the names of the environment variables a driver sets. Reads them all before complaining, so that one run names
//! everything that is missing.

use std::path::PathBuf;

use url::Url;

/// Where the bank is and who we are.
#[derive(Clone)]
pub(crate) struct Settings {
    /// Base address of the bank, without a trailing slash.
    pub(crate) base_url: Url,
    /// Access token of the consent.
    pub(crate) access_token: String,
    /// Refresh token, if there is one.
    pub(crate) refresh_token: Option<String>,
    /// Client id and secret, needed to refresh.
    pub(crate) client: Option<(String, String)>,
    /// Folder in which tokens and orders outlive the process.
    pub(crate) work_dir: PathBuf,
}

/// A payment to be made.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// Our own id of the order: the same order has the same id, however often the program is started.
    pub(crate) id: String,
    /// The bank's id of the account to debit.
    pub(crate) debtor_account: String,
    /// Who is paid.
    pub(crate) creditor_name: String,
    /// Scheme of the creditor's account: `iban`.
    pub(crate) creditor_scheme: String,
    /// The creditor's account.
    pub(crate) creditor_account: String,
    /// Decimal amount.
    pub(crate) amount: String,
    /// Currency code.
    pub(crate) currency: String,
    /// Text for the creditor.
    pub(crate) reference: Option<String>,
}

/// Settings that are missing or wrong, all of them.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub(crate) struct SettingsError(Vec<String>);

/// Looks a variable up; `None` if it is not set.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

struct Reader<'a> {
    lookup: Lookup<'a>,
    missing: Vec<String>,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// Everything that is missing or wrong.
    pub(crate) fn read(lookup: Lookup<'_>) -> Result<Settings, SettingsError> {
        let mut reader = Reader { lookup, missing: Vec::new() };
        let base_url = reader.required("BANK_BASE_URL", "the address of the bank, such as http://127.0.0.1:8080/plain");
        let access_token = reader.required("BANK_ACCESS_TOKEN", "an access token for the account holder's data");
        let base_url = base_url.and_then(|text| match Url::parse(text.trim_end_matches('/')) {
            Ok(url) if url.has_host() => Some(url),
            _ => {
                reader.missing.push(format!("BANK_BASE_URL is `{text}`, which is not an http or https address"));
                None
            }
        });
        let client = reader.optional("BANK_CLIENT_ID").zip(reader.optional("BANK_CLIENT_SECRET"));
        let refresh_token = reader.optional("BANK_REFRESH_TOKEN");
        let work_dir = reader.optional("WORK_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
        match (base_url, access_token) {
            (Some(base_url), Some(access_token)) => {
                Ok(Settings { base_url, access_token, refresh_token, client, work_dir })
            }
            _ => Err(SettingsError(reader.missing)),
        }
    }
}

impl Order {
    /// Reads the order.
    ///
    /// # Errors
    /// Everything that is missing.
    pub(crate) fn read(lookup: Lookup<'_>) -> Result<Order, SettingsError> {
        let mut reader = Reader { lookup, missing: Vec::new() };
        let id = reader.required("ORDER_ID", "our own id of the order");
        let debtor_account = reader.required("ORDER_DEBTOR_ACCOUNT", "the bank's id of the account to debit");
        let creditor_name = reader.required("ORDER_CREDITOR_NAME", "who is paid");
        let creditor_account = reader.required("ORDER_CREDITOR_ACCOUNT", "the creditor's account number");
        let amount = reader.required("ORDER_AMOUNT", "a decimal amount such as 12.30");
        let currency = reader.required("ORDER_CURRENCY", "a currency code such as EUR");
        let creditor_scheme = reader.optional("ORDER_CREDITOR_SCHEME").unwrap_or_else(|| "iban".to_owned());
        let reference = reader.optional("ORDER_REFERENCE");
        let all = (|| {
            Some(Order {
                id: id?,
                debtor_account: debtor_account?,
                creditor_name: creditor_name?,
                creditor_scheme,
                creditor_account: creditor_account?,
                amount: amount?,
                currency: currency?,
                reference,
            })
        })();
        all.ok_or(SettingsError(reader.missing))
    }
}

impl Reader<'_> {
    fn required(&mut self, name: &str, about: &str) -> Option<String> {
        let value = self.optional(name);
        if value.is_none() {
            self.missing.push(format!("{name} is not set: {about}"));
        }
        value
    }

    fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_missing_is_named_at_once() {
        insta::assert_snapshot!(Settings::read(&|_| None).err().unwrap(), @r"
        BANK_BASE_URL is not set: the address of the bank, such as http://127.0.0.1:8080/plain
        BANK_ACCESS_TOKEN is not set: an access token for the account holder's data
        ");
        let wrong = |name: &str| (name == "BANK_BASE_URL").then(|| "localhost".to_owned());
        insta::assert_snapshot!(Settings::read(&wrong).err().unwrap(), @r"
        BANK_ACCESS_TOKEN is not set: an access token for the account holder's data
        BANK_BASE_URL is `localhost`, which is not an http or https address
        ");
        assert_eq!(Order::read(&|_| None).unwrap_err().0.len(), 6);
    }
}
