//! What a client hands over, wherever it leaves it.
//!
//! Owns the places a result can be in, and the rule what a result that is missing or cannot be read means: a client that
//! failed and said nothing handed over nothing; one that succeeded must have something to show, or nothing could be judged.

use std::path::PathBuf;

use bank_fixtures::canonical::Canonical;

use crate::client_target::aside;
use crate::client_target::evidence::End;
use crate::client_target::mapping::{Csv, Mapping, Sql};
use crate::client_target::target_file::ClientTarget;
use crate::client_target::template::{Template, Values};

/// Where a client leaves its result.
#[derive(Debug, Clone)]
pub enum OutputPlace {
    /// On standard output; of a service, in its answer.
    Stdout,
    /// In a file; a relative path is below `WORK_DIR`.
    File(Template),
    /// In CSV files.
    Csv(Csv),
    /// In a database.
    Sql(Sql),
}

/// Takes the result from where the client left it.
///
/// # Errors
/// In words: it should be there and is not, or cannot be read.
pub(super) async fn collect(
    place: &OutputPlace,
    target: &ClientTarget,
    values: &Values,
    end: End,
) -> Result<Option<Canonical>, String> {
    match place {
        OutputPlace::Stdout => Ok(None),
        OutputPlace::File(template) => {
            let path = below_work_dir(template, values);
            let text = std::fs::read_to_string(&path).ok();
            // The next step must not be taken for one that wrote what this one did.
            let _ = std::fs::remove_file(&path);
            read(&target.mapping, &path.display().to_string(), text, end).await
        }
        OutputPlace::Csv(csv) => {
            let files = csv.files.iter().map(|(name, file)| (name.clone(), below_work_dir(file, values)));
            let rows = csv.read(files);
            tables(&target.mapping, rows, end).await
        }
        OutputPlace::Sql(sql) => {
            let rows = sql.read(values, |template| below_work_dir(template, values)).await;
            tables(&target.mapping, rows, end).await
        }
    }
}

/// Rows that could not be had say something about the place, and nothing about a client that failed anyway.
async fn tables(
    mapping: &Option<Mapping>,
    rows: Result<String, String>,
    end: End,
) -> Result<Option<Canonical>, String> {
    match rows {
        Ok(text) => read(mapping, "the result set", Some(text), end).await,
        Err(_) if !end.is_success() => Ok(None),
        Err(reason) => Err(reason),
    }
}

/// Reads a result.
///
/// # Errors
/// In words: a client that reports success has none, or one that is not what was agreed.
pub(super) async fn read(
    mapping: &Option<Mapping>,
    place: &str,
    text: Option<String>,
    end: End,
) -> Result<Option<Canonical>, String> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return match end.is_success() {
            true => Err(format!("no result on {place}, although the client reports success ({end})")),
            false => Ok(None),
        };
    };
    let (mapping, place) = (mapping.clone(), place.to_owned());
    let parsed = aside(move || match mapping {
        None => Canonical::parse(&place, &text).map_err(|wrong| format!("the result is not canonical v1:\n{wrong}")),
        Some(mapping) => mapping.apply(&place, &text),
    });
    match parsed.await {
        Ok(document) => Ok(Some(document)),
        // A document that is cut off because the client was ended, or crashed, is no document.
        Err(_) if !end.is_success() => Ok(None),
        Err(wrong) => Err(wrong),
    }
}

fn below_work_dir(template: &Template, values: &Values) -> PathBuf {
    PathBuf::from(values.value("WORK_DIR")).join(template.fill(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn handed(text: &str, exit: i32) -> Result<Option<Canonical>, String> {
        read(&None, "standard output", Some(text.to_owned()), End::Exited(exit)).await
    }

    #[tokio::test]
    async fn success_needs_a_result() {
        assert!(handed(r#"{"canonical": "v1"}"#, 0).await.unwrap().is_some());
        let nothing = handed(" \n", 0).await.unwrap_err();
        insta::assert_snapshot!(nothing, @"no result on standard output, although the client reports success (exit code 0)");
        let other = handed(r#"{"canonical": "v1", "accounts": [{"id": 1}]}"#, 0).await.unwrap_err();
        assert!(other.starts_with("the result is not canonical v1:\n"), "{other}");
    }

    #[tokio::test]
    async fn a_client_that_fails_may_say_why_or_nothing() {
        assert!(handed(r#"{"canonical": "v1", "errors": [{"class": "timeout"}]}"#, 1).await.unwrap().is_some());
        assert_eq!(handed("", 1).await, Ok(None));
        assert_eq!(handed("Traceback (most recent call last):", 1).await, Ok(None));
        let cut = r#"{"canonical": "v1", "acc"#.to_owned();
        assert_eq!(read(&None, "file", Some(cut), End::TimedOut).await, Ok(None));
    }
}
