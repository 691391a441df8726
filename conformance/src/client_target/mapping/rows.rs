//! Rows that are not in the client's answer: CSV files, and result sets of SQL.
//!
//! Owns making one JSON document of them, a list of rows for each name, so that a mapping sees no difference. Databases are
//! asked through the programs that come with them: every way of connecting works that works for them.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::client_target::template::{Template, Values};
use crate::json::quoted;

/// CSV files, one for each name of rows.
#[derive(Debug, Clone)]
pub struct Csv {
    /// Name of the rows, and the file; a relative path is below `WORK_DIR`.
    pub files: Vec<(String, Template)>,
    /// What separates values.
    pub delimiter: u8,
}

/// Result sets of a database, one for each name of rows.
#[derive(Debug, Clone)]
pub struct Sql {
    /// Which database.
    pub source: SqlSource,
    /// Name of the rows, and the query.
    pub queries: Vec<(String, Template)>,
}

/// A database.
#[derive(Debug, Clone)]
pub enum SqlSource {
    /// A file; a relative path is below `WORK_DIR`. Read through `sqlite3`.
    Sqlite(Template),
    /// An address, `postgres://…`. Read through `psql`.
    Postgres(Template),
}

/// How long a query may take.
const QUERY_WITHIN: Duration = Duration::from_secs(30);

impl Csv {
    /// `{"transactions": [{"Amount": "12.30"}]}`: every value a text, an empty one none.
    ///
    /// # Errors
    /// In words: which file and line cannot be read, and why.
    pub(crate) fn read(&self, files: impl Iterator<Item = (String, PathBuf)>) -> Result<String, String> {
        let tables = files.map(|(name, path)| {
            let rows = self.file(&path)?;
            // As with a result in a file: the next step must not be taken for this one.
            let _ = std::fs::remove_file(&path);
            Ok(format!("{}:[{}]", quoted(&name), rows.join(",")))
        });
        Ok(format!("{{{}}}", tables.collect::<Result<Vec<_>, String>>()?.join(",")))
    }

    fn file(&self, path: &Path) -> Result<Vec<String>, String> {
        let shown = path.display();
        let text = std::fs::read(path).map_err(|error| format!("no result in {shown}: {error}"))?;
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        let mut reader = csv::ReaderBuilder::new().delimiter(self.delimiter).from_reader(text);
        let headers = reader.headers().map_err(|error| format!("{shown}: {error}"))?.clone();
        let names: Vec<&str> = headers.iter().map(str::trim).collect();
        if let Some(twice) = names.iter().enumerate().find(|(index, name)| names[..*index].contains(name)) {
            return Err(format!("{shown}: the column `{}` is there twice", twice.1));
        }
        let row = |row: Result<csv::StringRecord, csv::Error>| {
            let row = row.map_err(|error| format!("{shown}: {error}"))?;
            let filled = names.iter().zip(row.iter()).filter(|(_, value)| !value.is_empty());
            let members: Vec<String> =
                filled.map(|(name, value)| format!("{}:{}", quoted(name), quoted(value))).collect();
            Ok(format!("{{{}}}", members.join(",")))
        };
        reader.records().map(row).collect()
    }
}

impl Sql {
    /// `{"transactions": [{"amount": 12.30}]}`
    ///
    /// # Errors
    /// In words: which query failed and what the database said, or that its program is not installed.
    pub(crate) async fn read(&self, values: &Values, place: impl Fn(&Template) -> PathBuf) -> Result<String, String> {
        let mut tables = Vec::new();
        for (name, query) in &self.queries {
            let query = query.fill(values);
            let rows = self.query(query.trim().trim_end_matches(';'), values, &place).await;
            let rows = rows.map_err(|reason| format!("the query `{name}`: {reason}"))?;
            tables.push(format!("{}:{rows}", quoted(name)));
        }
        Ok(format!("{{{}}}", tables.join(",")))
    }

    async fn query(
        &self,
        query: &str,
        values: &Values,
        place: &impl Fn(&Template) -> PathBuf,
    ) -> Result<String, String> {
        let printed = match &self.source {
            SqlSource::Sqlite(file) => {
                let file = place(file);
                // Asked for a file that is not there, the program would make one.
                if !file.exists() {
                    return Err(format!("there is no database {}", file.display()));
                }
                let file = file.display().to_string();
                run("sqlite3", &["-batch", "-bail", "-readonly", "-json", &file, query]).await?
            }
            SqlSource::Postgres(url) => {
                let whole = format!("SELECT coalesce(json_agg(r), '[]'::json) FROM ({query}) AS r");
                let url = url.fill(values);
                let options = ["--no-psqlrc", "--no-align", "--tuples-only", "--quiet", "--no-password"];
                let more = ["--set=ON_ERROR_STOP=1", "--command", &whole, "--dbname", &url];
                run("psql", &options.into_iter().chain(more).collect::<Vec<_>>()).await?
            }
        };
        // No rows, no text.
        Ok(if printed.trim().is_empty() { "[]".to_owned() } else { printed.trim().to_owned() })
    }
}

async fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = match tokio::time::timeout(QUERY_WITHIN, command.output()).await {
        Err(_) => return Err(format!("`{program}` did not answer within {QUERY_WITHIN:?}")),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(format!("`{program}` is not installed: it is what the database is read with"));
        }
        Ok(Err(error)) => return Err(format!("`{program}` could not be started: {error}")),
        Ok(Ok(output)) => output,
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || (output.stdout.is_empty() && !said.trim().is_empty()) {
        return Err(format!("`{program}` says: {}", said.trim()));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{program}` printed bytes that are not UTF-8"))
}
