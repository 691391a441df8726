//! The file that says where a bank is and who we are there.
//!
//! Owns its keys and what each may hold; every mistake in it is reported at once. Secrets may be named instead of
//! written: `env:NAME` takes the value of an environment variable.

use std::path::Path;
use std::sync::Arc;

use bank_fixtures::document::{self, Diagnostics, Map, Value};
use jsonwebtoken::{Algorithm, EncodingKey};

use super::bank::{
    BankTarget, ClientAuth, ConsentRoute, Control, HISTORY_DAYS, Permission, Registration, Sender, SigningKey,
};
use crate::dialect::{self, DIALECTS};
use crate::http::{ClientCertificate, TrustAnchors};

const KEYS: &[&str] = &[
    "kind",
    "name",
    "base_url",
    "issuer",
    "dialect",
    "client",
    "other_client",
    "ca_file",
    "login",
    "token",
    "sandbox",
    "payments",
    "bursts",
    "history_days",
];
const CLIENT_KEYS: &[&str] = &[
    "id",
    "auth",
    "secret",
    "key_file",
    "key_id",
    "algorithm",
    "sender",
    "redirect_uri",
    "certificate_file",
    "certificate_key_file",
    "message_issuer",
];
const PERMISSIONS: &[(&str, Permission)] = &[("allowed", Permission::Granted), ("forbidden", Permission::Withheld)];
const ALGORITHMS: &[(&str, Algorithm)] =
    &[("ES256", Algorithm::ES256), ("PS256", Algorithm::PS256), ("EdDSA", Algorithm::EdDSA)];

/// What `read` needs besides the file: where files are, what the environment says, and the seed of the run.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Folder of the file; paths in it are relative to that.
    pub folder: &'a Path,
    /// Looks an environment variable up.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// Seed of the run.
    pub seed: u64,
}

#[derive(Clone, Copy)]
enum Method {
    Basic,
    Post,
    Key,
    None,
}

impl BankTarget {
    /// Reads a bank's target file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(file: &str, text: &str, around: Surroundings<'_>) -> Result<BankTarget, Diagnostics> {
        document::read(file, text, |root| read(root, around))
    }
}

fn read(root: Value<'_>, around: Surroundings<'_>) -> Option<BankTarget> {
    let map = root.map(KEYS)?;
    map.required("kind").map(|kind| kind.one_of(&[("bank", ())]));
    let name = map.required("name").and_then(Value::word);
    let base_url = map.required("base_url").and_then(address);
    let issuer = map.optional("issuer").map(address);
    let dialect = map.optional("dialect").map_or(Some(dialect::usual()), |value| {
        let slugs: Vec<&str> = DIALECTS.iter().map(|dialect| dialect.slug()).collect();
        value.word_of(&slugs).and_then(dialect::of)
    });
    let client = map.optional("client").map(|value| registration(value, around));
    let other_client = map.optional("other_client").map(|value| registration(value, around));
    let anchors = map.optional("ca_file").map(|value| {
        value.parse("a PEM file with certificates", |path| {
            let pem = std::fs::read(around.folder.join(path)).map_err(|error| format!("`{path}`: {error}"))?;
            TrustAnchors::of_pem(&pem).map_err(|error| format!("`{path}`: {error}"))
        })
    });
    let consent = consent(map, around);
    let control = map.optional("sandbox").map(sandbox);
    let permission =
        |key| map.optional(key).map(|value| value.one_of(PERMISSIONS)).unwrap_or(Some(Permission::Withheld));
    let (payments, bursts) = (permission("payments"), permission("bursts"));
    let history_days = map.optional("history_days").map_or(Some(HISTORY_DAYS), |value| value.integer(1..=u16::MAX));
    if client.is_none() && map.has("login") {
        map.value()
            .refuse("`login` without `client`", "a client (`client: {id, secret, redirect_uri}`) to log in through");
    }
    let base_url = base_url?;
    Some(BankTarget {
        name: name?.to_owned(),
        issuer: issuer.unwrap_or_else(|| Some(base_url.clone()))?,
        base_url,
        dialect: dialect?,
        client: transposed(client)?,
        anchors: transposed(anchors)?,
        other_client: transposed(other_client)?,
        consent: consent?,
        control: transposed(control)?,
        payments: payments?,
        bursts: bursts?,
        history_days: history_days?,
        seed: around.seed,
    })
}

/// A value that was there and could not be read spoils the whole; one that was not there does not.
fn transposed<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    value.map_or(Some(None), |read| read.map(Some))
}

fn address(value: Value<'_>) -> Option<String> {
    value.parse("an absolute http or https address without query or fragment", |text| {
        let url = url::Url::parse(text).map_err(|error| format!("`{text}` is no address: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
            return Err(format!("`{text}` cannot be a base address"));
        }
        Ok(text.trim_end_matches('/').to_owned())
    })
}

fn consent(map: Map<'_>, around: Surroundings<'_>) -> Option<ConsentRoute> {
    let login = map.optional("login").map(|value| {
        let login = value.map(&["username", "password"])?;
        let username = login.required("username").and_then(Value::word).map(str::to_owned);
        let password = login.required("password").and_then(|value| secret(value, around));
        Some(ConsentRoute::Login { username: username?, password: password? })
    });
    let token = map.optional("token").map(|value| Some((value, secret(value, around)?)));
    match (login, token) {
        (Some(login), None) => login,
        (None, Some(token)) => token.map(|(_, access_token)| ConsentRoute::Ready { access_token }),
        (None, None) => {
            map.value().refuse("no way to get a consent", "`login: {username, password}` or `token:`");
            None
        }
        (Some(_), Some(token)) => {
            if let Some((value, _)) = token {
                value.refuse("both `login` and `token`", "one of the two");
            }
            None
        }
    }
}

fn registration(value: Value<'_>, around: Surroundings<'_>) -> Option<Registration> {
    let map = value.map(CLIENT_KEYS)?;
    let id = map.required("id").and_then(Value::word);
    let redirect_uri = map
        .required("redirect_uri")
        .and_then(|value| value.parse("an absolute address", |text| url::Url::parse(text).map(|_| text.to_owned())));
    let methods = [
        ("client_secret_basic", Method::Basic),
        ("client_secret_post", Method::Post),
        ("private_key_jwt", Method::Key),
        ("none", Method::None),
    ];
    let method = map.optional("auth").map(|value| value.one_of(&methods)).unwrap_or(Some(Method::Basic));
    let secret = || map.required("secret").and_then(|value| secret(value, around));
    let auth = match method? {
        Method::Basic => secret().map(ClientAuth::SecretBasic),
        Method::Post => secret().map(ClientAuth::SecretPost),
        Method::Key => signing_key(map, around).map(|key| ClientAuth::PrivateKeyJwt(Arc::new(key))),
        Method::None => Some(ClientAuth::None),
    };
    let senders = [("bearer", Sender::Bearer), ("dpop", Sender::Dpop)];
    let sender = map.optional("sender").map(|value| value.one_of(&senders)).unwrap_or(Some(Sender::Bearer));
    let certificate = certificate(map, around);
    let message_issuer = map.optional("message_issuer").map(Value::word);
    let auth = auth?;
    if map.has("message_issuer")
        && !matches!(&auth, ClientAuth::PrivateKeyJwt(key) if key.algorithm == Algorithm::PS256)
    {
        let legal = "`auth: private_key_jwt` with `algorithm: PS256`: messages are signed with that key";
        map.value().refuse("`message_issuer` without a key that signs messages", legal);
        return None;
    }
    Some(Registration {
        client_id: id?.to_owned(),
        auth,
        sender: sender?,
        redirect_uri: redirect_uri?,
        certificate: certificate?,
        message_issuer: transposed(message_issuer)?.map(str::to_owned),
    })
}

/// What the client shows in TLS handshakes: a certificate and its key, in two files.
fn certificate(map: Map<'_>, around: Surroundings<'_>) -> Option<Option<ClientCertificate>> {
    if map.has("certificate_file") != map.has("certificate_key_file") {
        map.value()
            .refuse("a certificate and its key belong together", "`certificate_file` and `certificate_key_file`");
        return None;
    }
    let Some(value) = map.optional("certificate_file") else { return Some(None) };
    let key = map.required("certificate_key_file").and_then(Value::word)?;
    let read = value.parse("a PEM file with a certificate, whose key is in `certificate_key_file`", |path| {
        let file = |path: &str| std::fs::read(around.folder.join(path)).map_err(|error| format!("`{path}`: {error}"));
        let pem = [file(path)?, b"\n".to_vec(), file(key)?].concat();
        ClientCertificate::of_pem(&pem).map_err(|error| format!("`{path}`: {error}"))
    });
    read.map(Some)
}

fn signing_key(map: Map<'_>, around: Surroundings<'_>) -> Option<SigningKey> {
    let algorithm = map.optional("algorithm").map(|value| value.one_of(ALGORITHMS)).unwrap_or(Some(Algorithm::ES256));
    let key_id = map.optional("key_id").map(Value::word);
    let algorithm = algorithm?;
    let key = map.required("key_file").and_then(|value| {
        value.parse("a PEM file (PKCS#8) with a private key of the algorithm", |path| {
            let pem = std::fs::read(around.folder.join(path)).map_err(|error| format!("`{path}`: {error}"))?;
            let key = match algorithm {
                Algorithm::PS256 => EncodingKey::from_rsa_pem(&pem),
                Algorithm::EdDSA => EncodingKey::from_ed_pem(&pem),
                _ => EncodingKey::from_ec_pem(&pem),
            };
            key.map_err(|error| format!("`{path}`: {error}"))
        })
    });
    Some(SigningKey { key: key?, algorithm, key_id: transposed(key_id)?.map(str::to_owned) })
}

fn secret(value: Value<'_>, around: Surroundings<'_>) -> Option<String> {
    value.parse("text, or `env:NAME` for the value of an environment variable", |text| {
        match text.strip_prefix("env:") {
            None => Ok(text.to_owned()),
            Some(name) => (around.env)(name).ok_or_else(|| format!("the environment variable `{name}` is not set")),
        }
    })
}

fn sandbox(value: Value<'_>) -> Option<Control> {
    let map = value.map(&["control_url", "world"])?;
    let url = map.required("control_url").and_then(address);
    let world = map.optional("world").map(Value::word).unwrap_or(Some("default"));
    Some(Control { url: url?, world: world?.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<BankTarget, Diagnostics> {
        let env = |name: &str| (name == "BANK_SECRET").then(|| "from-env".to_owned());
        BankTarget::parse("bank.yaml", text, Surroundings { folder: Path::new("."), env: &env, seed: 1 })
    }

    #[test]
    fn a_bank_is_described_in_a_few_lines() {
        let target = parse(
            "kind: bank\nname: mine\nbase_url: http://127.0.0.1:8080/plain/\n\
             client: {id: demo, secret: env:BANK_SECRET, redirect_uri: http://127.0.0.1/callback}\n\
             login: {username: alice, password: alice}\npayments: allowed\n",
        )
        .unwrap();
        assert_eq!(
            (target.base_url.as_str(), target.issuer.as_str()),
            ("http://127.0.0.1:8080/plain", "http://127.0.0.1:8080/plain")
        );
        assert!(matches!(&target.client.unwrap().auth, ClientAuth::SecretBasic(secret) if secret == "from-env"));
        assert_eq!((target.payments, target.bursts), (Permission::Granted, Permission::Withheld));
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let problems = parse(
            "kind: bank\nbase_url: bank.example\nclient: {id: demo, auth: basic, redirect_url: x}\n\
             login: {username: alice, password: env:NOT_SET}\ntoken: abc\npayments: yes\nbusts: allowed\n",
        )
        .unwrap_err();
        insta::assert_snapshot!(problems);
    }

    #[test]
    fn a_certificate_has_a_key_and_messages_are_signed_with_one() {
        let problems = parse(
            "kind: bank\nname: mine\nbase_url: https://bank.example\ntoken: abc\nca_file: no-such.pem\n\
             client: {id: demo, secret: s, certificate_file: a.pem, message_issuer: org/app, redirect_uri: 'http://127.0.0.1/cb'}\n",
        )
        .unwrap_err();
        insta::assert_snapshot!(problems);
    }

    #[test]
    fn a_key_that_cannot_be_read_is_named() {
        let problems = parse(
            "kind: bank\nname: mine\nbase_url: https://bank.example\ntoken: abc\n\
             client: {id: demo, auth: private_key_jwt, key_file: no-such.pem, redirect_uri: 'http://127.0.0.1/cb'}\n",
        )
        .unwrap_err();
        assert!(problems.to_string().contains("no-such.pem"), "{problems}");
    }
}
