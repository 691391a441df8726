//! What `list` and `explain` say.

use std::fmt::Write;

use bank_fixtures::error_class::{ERROR_CLASSES, Retry};
use bank_fixtures::expectation::Head;
use bank_fixtures::library::{self, LibraryFile};

use crate::check::{self, Check, Run};
use crate::client_target::SCENARIO_FOLDERS;
use crate::suite::{SUITES, Severity};

/// Every shipped scenario with what it says about itself.
pub(crate) fn shipped_scenarios() -> impl Iterator<Item = (LibraryFile, Head)> {
    SCENARIO_FOLDERS
        .iter()
        .flat_map(|folder| library::files(folder))
        .filter_map(|file| Head::parse(file.path, file.text).ok().map(|head| (file, head)))
}

pub(crate) fn checks() -> String {
    let width = check::all().map(|check| check.slug.len()).max().unwrap_or(0);
    let ids_width = check::all().map(|check| check.ids.join(" ").len()).max().unwrap_or(0);
    table(check::all().map(|check| {
        let ids = check.ids.join(" ");
        let severity = Severity::of(check).name();
        format!("{:<width$}  {:<20}  {severity:<6}  {ids:<ids_width$}  {}", check.slug, check.area.name(), check.title)
    }))
}

pub(crate) fn suites() -> String {
    let width = SUITES.iter().map(|suite| suite.slug.len()).max().unwrap_or(0);
    table(
        SUITES
            .iter()
            .map(|suite| format!("{:<width$}  {:>3} checks  {}", suite.slug, suite.checks().count(), suite.title)),
    )
}

pub(crate) fn scenarios() -> String {
    let found: Vec<(LibraryFile, Head)> = shipped_scenarios().collect();
    let width = found.iter().map(|(_, head)| head.name.len()).max().unwrap_or(0);
    table(found.iter().map(|(_, head)| format!("{:<width$}  {}", head.name, head.title.as_deref().unwrap_or_default())))
}

pub(crate) fn error_classes() -> String {
    let width = ERROR_CLASSES.iter().map(|(_, name, _)| name.len()).max().unwrap_or(0);
    table(ERROR_CLASSES.iter().map(|(_, name, retry)| {
        let retry = match retry {
            Retry::Never => "never repeat",
            Retry::Now => "repeat at once, once",
            Retry::After => "repeat after a wait",
            Retry::AfterUser => "repeat after the account holder acted",
        };
        format!("{name:<width$}  {retry}")
    }))
}

pub(crate) fn check(check: &Check) -> String {
    let mut text = String::new();
    let mut line = |label: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{label:<12}{value}");
    };
    line("check", check.slug);
    line("demands", check.title);
    line("source", check.source);
    line("covers", &check.ids.join(", "));
    line("judges", if matches!(check.run, Run::Bank(_)) { "a bank" } else { "a client" });
    line("area", check.area.name());
    line("severity", Severity::of(check).name());
    for param in check.params {
        line("parameter", &format!("{} (default {}): {}", param.name, param.default, param.about));
    }
    line("what to do", check.advice);
    let judged_by = |head: &Head| head.expect.client.iter().any(|expected| expected.slug == check.slug);
    let fails = |head: &Head| head.expect.bank.iter().any(|expected| expected.slug == check.slug);
    for (_, head) in shipped_scenarios() {
        if judged_by(&head) {
            line("scenario", &format!("{} judges a client by it", head.name));
        }
        if fails(&head) {
            line("scenario", &format!("{} makes a bank fail it", head.name));
        }
    }
    text
}

fn table(rows: impl Iterator<Item = String>) -> String {
    rows.map(|row| format!("{}\n", row.trim_end())).collect()
}
