//! The bundled reference client, and its deliberately wrong variants, as targets.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;

use crate::client_target::{
    Body, Call, ClientTarget, Drive, Driver, HttpDriver, Operation, OutputPlace, Ready, Service, Template,
    TemplateError, When,
};
use crate::reference_client::{Defect, LoginDefect, ServiceDefect};

/// The subcommand of `program` (this program's own path) that is the client.
pub const SUBCOMMAND: &str = "reference-client";

/// The reference client, or one of the wrong ones.
///
/// # Errors
/// If the program's path cannot be an argument (it contains `${`).
pub fn reference_client(program: &Path, defect: Option<&Defect>) -> Result<ClientTarget, TemplateError> {
    let argv = |job: &str| -> Result<Vec<Template>, TemplateError> {
        let program = program.display().to_string();
        let defect = defect.map(|defect| ["--defect", defect.slug]);
        let words = [program.as_str(), SUBCOMMAND, job].into_iter().chain(defect.into_iter().flatten());
        words.map(|word| Template::parse(word, When::Always)).collect()
    };
    let jobs = [(Drive::Sync, "sync"), (Drive::Pay, "pay"), (Drive::Status, "status"), (Drive::Cancel, "cancel")];
    let commands =
        jobs.into_iter().map(|(drive, job)| Ok((drive, argv(job)?))).collect::<Result<_, TemplateError>>()?;
    let name = defect.map_or("reference client", |defect| defect.slug);
    Ok(ClientTarget::of(name, Driver::Command { commands, output: OutputPlace::Stdout }))
}

/// The subcommand of `program` that is the client as far as it logs account holders in.
pub const LOGIN_SUBCOMMAND: &str = "reference-login";

/// The login of the reference client, or one of the wrong ones.
///
/// # Errors
/// If the program's path cannot be an argument (it contains `${`).
pub fn reference_login(program: &Path, defect: Option<&LoginDefect>) -> Result<ClientTarget, TemplateError> {
    let program = program.display().to_string();
    let defect_words = defect.map(|defect| ["--defect", defect.slug]);
    let words = [program.as_str(), LOGIN_SUBCOMMAND].into_iter().chain(defect_words.into_iter().flatten());
    let argv = words.map(|word| Template::parse(word, When::Always)).collect::<Result<_, TemplateError>>()?;
    let name = defect.map_or("reference login", |defect| defect.slug);
    let driver = Driver::Command { commands: vec![(Drive::Login, argv)], output: OutputPlace::Stdout };
    Ok(ClientTarget::of(name, driver))
}

/// The subcommand of `program` that is the client as a service.
pub const SERVICE_SUBCOMMAND: &str = "reference-service";

/// The reference client as a service that takes webhooks, or one of the wrong ones.
///
/// # Errors
/// If the program's path cannot be an argument (it contains `${`).
pub fn reference_service(program: &Path, defect: Option<&ServiceDefect>) -> Result<ClientTarget, TemplateError> {
    let text = |text: &str| Template::parse(text, When::ServicePayment);
    let call = |method: Method, path: &str, body: Option<Body>| -> Result<Operation, TemplateError> {
        let url = text(&format!("${{SERVICE_URL}}{path}"))?;
        Ok(Operation { call: Call { method, url, headers: Vec::new(), body }, result: None })
    };
    let member = |(name, value): &(&str, &str)| Ok(((*name).to_owned(), Body::Text(text(value)?)));
    let order = ORDER.iter().map(member).collect::<Result<Vec<_>, TemplateError>>()?;
    let program = program.display().to_string();
    let words = [program.as_str(), SERVICE_SUBCOMMAND].into_iter();
    let words = words.chain(defect.into_iter().flat_map(|defect| ["--defect", defect.slug]));
    let service = Service {
        command: words.map(text).collect::<Result<_, _>>()?,
        ready: Ready::Url(text("${SERVICE_URL}/health")?),
        within: READY_WITHIN,
    };
    let driver = HttpDriver {
        service: Some(service),
        url: None,
        setup: None,
        calls: vec![
            (Drive::Sync, call(Method::POST, "/sync", None)?),
            (Drive::Pay, call(Method::POST, "/payments", Some(Body::Object(order)))?),
            (Drive::Status, call(Method::GET, "/payments/${ORDER_ID}", None)?),
        ],
        output: OutputPlace::Stdout,
        turn: Arc::default(),
    };
    let name = defect.map_or("reference service", |defect| defect.slug);
    let webhooks = Some(text("${SERVICE_URL}/hooks")?);
    Ok(ClientTarget { webhooks, ..ClientTarget::of(name, Driver::Http(Arc::new(driver))) })
}

/// A service that is not ready by then never will be, however busy the machine.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// An order as the service wants it.
const ORDER: &[(&str, &str)] = &[
    ("id", "${ORDER_ID}"),
    ("debtor_account", "${ORDER_DEBTOR_ACCOUNT}"),
    ("creditor_name", "${ORDER_CREDITOR_NAME}"),
    ("creditor_scheme", "${ORDER_CREDITOR_SCHEME}"),
    ("creditor_account", "${ORDER_CREDITOR_ACCOUNT}"),
    ("amount", "${ORDER_AMOUNT}"),
    ("currency", "${ORDER_CURRENCY}"),
    ("reference", "${ORDER_REFERENCE}"),
];
