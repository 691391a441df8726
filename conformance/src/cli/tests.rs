//! What people read on the command line.

use clap::{CommandFactory, Parser};

use super::args::Cli;
use super::describe;

fn complaint(arguments: &[&str]) -> String {
    let words = std::iter::once("bank-conformance").chain(arguments.iter().copied());
    let error = Cli::try_parse_from(words).expect_err("these arguments are wrong");
    assert_eq!(error.exit_code(), 2, "a wrong command line is a usage error");
    error.render().to_string()
}

#[test]
fn the_arguments_are_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn help() {
    let mut command = Cli::command().term_width(100);
    insta::assert_snapshot!("help", command.render_help());
    let run = command.find_subcommand_mut("run").unwrap();
    insta::assert_snapshot!("help_run", run.clone().term_width(100).render_long_help());
    let normalise = command.find_subcommand_mut("normalise").unwrap();
    insta::assert_snapshot!("help_normalise", normalise.clone().term_width(100).render_long_help());
}

#[test]
fn wrong_arguments_say_what_is_legal() {
    let wrong: &[&[&str]] = &[
        &["run", "--only", "replay-book-once"],
        &["run", "--suite", "banks"],
        &["run", "--report", "junitt"],
        &["run", "--report", "json="],
        &["run", "--jobs", "0"],
        &["run", "--login", "alice"],
        &["explain", "zzz"],
        &["list", "check"],
        &["schema", "reports"],
        &["normalise", "--standard", "berlin-groop", "-"],
        &["normalise", "--standard", "cdr"],
        &["normalise", "--standard", "cdr", "--resource", "account", "--fetched", "today", "--status", "7", "-"],
    ];
    let text: Vec<String> = wrong.iter().map(|arguments| complaint(arguments)).collect();
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn what_there_is() {
    insta::assert_snapshot!("list_checks", describe::checks());
    insta::assert_snapshot!("list_suites", describe::suites());
    insta::assert_snapshot!("list_error_classes", describe::error_classes());
    insta::assert_snapshot!("list_standards", super::normalise::standards());
    insta::assert_snapshot!("explain", describe::check(crate::check::find("replay-books-once").unwrap()));
}
