//! Pages of `docs/` that are made from the tables of the checks: what a client is judged by, and which wrong clients prove
//! it. `UPDATE_DOCS=1` writes them.

use std::fmt::Write;
use std::fs;

use bank_conformance::check::client::{Coverage, RULES, STIMULI};
use bank_conformance::check::{self, Check, Run};
use bank_conformance::reference_client::DEFECTS;
use bank_conformance::suite::Severity;
use bank_fixtures::expectation::Head;
use bank_fixtures::library::{self, LibraryFile};
use bank_tests::workspace;

#[test]
fn the_page_of_client_checks_is_up_to_date() {
    is_up_to_date("docs/client-checks.md", &client_checks());
}

#[test]
fn the_page_of_wrong_clients_is_up_to_date() {
    is_up_to_date("docs/wrong-clients.md", &wrong_clients());
}

fn is_up_to_date(page: &str, made: &str) {
    let path = workspace().join(page);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, made).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(made, found, "run this test with UPDATE_DOCS=1 and read what changed in {page}");
}

fn of_clients() -> impl Iterator<Item = &'static Check> {
    check::all().filter(|check| matches!(check.run, Run::Client(_)))
}

fn client_checks() -> String {
    let mut page = "# What a client is judged by\n\nThis page is made from the tables of `bank-conformance`; `bank-conformance explain CHECK` says more of one. \
                    A failure of a *must* fails the run, a failure of a *should* warns. [judge-your-client.md](judge-your-client.md) says how to run them, \
                    [wrong-clients.md](wrong-clients.md) which wrong client proves each.\n\n## Checks\n\n\
                    | check | level | a good client … | parameters | scenarios made for it | rules |\n|---|---|---|---|---|---|\n"
        .to_owned();
    for check in of_clients() {
        let params: Vec<String> =
            check.params.iter().map(|param| format!("`{}` {}: {}", param.name, param.default, param.about)).collect();
        let made_for = STIMULI.iter().find(|row| row.0 == check.slug);
        let scenarios = made_for.map_or_else(|| judging(check.slug), |row| row.1.to_vec());
        let scenarios: Vec<String> = scenarios.into_iter().map(link).collect();
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} |",
            check.slug,
            Severity::of(check).name(),
            check.title,
            params.join("; "),
            scenarios.join(", "),
            check.ids.join(", ")
        );
    }
    page.push_str(
        "\n## Rules\n\nThe 87 rules of a robust integration, and what judges each.\n\n| rule | the integration … | judged by |\n|---|---|---|\n",
    );
    for rule in RULES {
        let by: Vec<String> = of_clients()
            .filter(|check| check.ids.contains(&rule.id))
            .map(|check| format!("`{}`", check.slug))
            .collect();
        let by = match rule.coverage {
            Coverage::Judged => by.join(", "),
            Coverage::But(what) => format!("{}, but for {what}", by.join(", ")),
            Coverage::Not(reason) => format!("not yet: {reason}"),
        };
        let _ = writeln!(page, "| {} | {} | {by} |", rule.id, rule.what);
    }
    page
}

fn wrong_clients() -> String {
    let mut page = "# Wrong clients\n\nThe bundled client can be told to have one bad habit at a time, to see what a finding looks like, or to see that a scenario of yours \
                    catches what it should: `bank-conformance reference-client sync --defect no-jitter`. Each of them is put through the scenarios made for its checks, and \
                    through a sample of others, and is caught by exactly the checks named here; the client without a defect is caught by none. This page is made from the \
                    table a test holds them to.\n\n| `--defect` | what it does wrong | caught by |\n|---|---|---|\n"
        .to_owned();
    for defect in DEFECTS {
        let checks: Vec<String> = defect.caught_by.iter().map(|slug| format!("`{slug}`")).collect();
        let _ = writeln!(page, "| `{}` | {} | {} |", defect.slug, defect.what, checks.join(", "));
    }
    page
}

/// The scenarios that name a check.
fn judging(slug: &str) -> Vec<&'static str> {
    let files = ["faults", "journeys"].into_iter().flat_map(library::files);
    let names = |file: &LibraryFile| {
        let head = Head::parse(file.path, file.text).unwrap_or_else(|wrong| panic!("{wrong}"));
        head.expect.client.iter().any(|expected| expected.slug == slug)
    };
    files.filter(names).map(|file| file.name()).collect()
}

fn link(name: &str) -> String {
    let folder = ["faults", "journeys"].into_iter().find(|folder| library::find(folder, name).is_some());
    format!("[{name}](../scenarios/{}/{name}.yaml)", folder.unwrap_or("faults"))
}
