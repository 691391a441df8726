//! The commands of the README and of the guides, run as a newcomer would and held to what the page shows.
//!
//! A ```` ```console ```` block is a session: every line `$ command` is run in order in an empty folder, and the lines
//! below it must appear in its output, in order, `…` standing for anything. A command that ends in `&` keeps running
//! until the page ends. Any other block after a line that ends in "`name.yaml`:" is saved under that name.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use bank_tests::{bank_conformance, bank_sandbox, workspace};

#[test]
fn the_readme_does_what_it_says() {
    run_page("README.md");
}

#[test]
fn the_guide_to_judging_a_bank_does_what_it_says() {
    run_page("docs/judge-a-bank.md");
}

#[test]
fn the_guide_to_judging_a_client_does_what_it_says() {
    run_page("docs/judge-your-client.md");
}

#[test]
fn the_page_on_normalisation_does_what_it_says() {
    run_page("docs/normalisation.md");
}

#[test]
fn the_page_of_the_uk_banks_does_what_it_says() {
    run_page("docs/uk-open-banking.md");
}

#[test]
fn the_page_of_payments_at_the_uk_banks_does_what_it_says() {
    run_page("docs/uk-payments.md");
}

fn run_page(page: &str) {
    let text = fs::read_to_string(workspace().join(page)).unwrap();
    let mut session = Session::new(page);
    let steps = steps(&text);
    assert!(steps.iter().any(|step| matches!(step, Step::Run { .. })), "{page} shows no command");
    for step in steps {
        match step {
            Step::Save { name, text } => fs::write(session.folder.join(name), session.real(&text)).unwrap(),
            Step::Run { line, command, shown } => session.run(page, line, &command, &shown),
        }
    }
}

#[derive(Debug)]
enum Step {
    Save { name: String, text: String },
    Run { line: usize, command: String, shown: Vec<String> },
}

/// The files and commands of a page, in order.
fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut block: Option<(String, Vec<(usize, &str)>)> = None;
    let mut before = "";
    for (index, line) in page.lines().enumerate() {
        match (&mut block, line.strip_prefix("```")) {
            (None, Some(language)) => block = Some((language.to_owned(), Vec::new())),
            (None, None) if line.trim().is_empty() => {}
            (None, None) => before = line,
            (Some((_, lines)), None) => lines.push((index + 1, line)),
            (Some((language, lines)), Some(_)) => {
                match language.as_str() {
                    "console" => steps.extend(commands(lines)),
                    _ => steps.extend(saved(before, lines)),
                }
                block = None;
            }
        }
    }
    steps
}

fn saved(before: &str, lines: &[(usize, &str)]) -> Option<Step> {
    let name = before.strip_suffix("`:")?.rsplit('`').next()?.to_owned();
    let text = lines.iter().map(|(_, line)| format!("{line}\n")).collect();
    Some(Step::Save { name, text })
}

fn commands(lines: &[(usize, &str)]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (number, line) in lines {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => {
                steps.push(Step::Run { line: *number, command: command.to_owned(), shown: Vec::new() });
            }
            (None, Some(Step::Run { shown, .. })) => shown.push((*line).to_owned()),
            (None, _) => panic!("line {number}: a session begins with `$ `"),
        }
    }
    steps
}

/// A shell session in an empty folder.
struct Session {
    folder: PathBuf,
    running: Vec<Child>,
    /// What the page writes, and what it is in this run: the ports of its servers.
    real: BTreeMap<String, String>,
}

impl Session {
    fn new(page: &str) -> Session {
        let folder = std::env::temp_dir().join(format!(
            "bank-documents-{}-{}",
            std::process::id(),
            page.replace(['/', '.'], "-")
        ));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Session { folder, running: Vec::new(), real: BTreeMap::new() }
    }

    /// A text of the page with the addresses of this run.
    fn real(&self, text: &str) -> String {
        self.real.iter().fold(text.to_owned(), |text, (written, real)| text.replace(written, real))
    }

    fn run(&mut self, page: &str, line: usize, command: &str, shown: &[String]) {
        let place = format!("{page}:{line}: {command}");
        let real = self.real(command);
        let output = match real.strip_suffix(" &") {
            Some(server) => self.start(server),
            None => {
                let output = self.shell(&real).output().unwrap_or_else(|error| panic!("{place}: {error}"));
                String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
            }
        };
        let output = self.real.iter().fold(output, |text, (written, real)| text.replace(real, written));
        let mut rest = output.lines();
        for expected in shown.iter().filter(|line| !line.trim().is_empty() && line.trim() != "…") {
            assert!(
                rest.any(|line| is_like(line.trim_end(), expected.trim_end())),
                "{place}\nshows `{expected}`, but the output is\n{output}"
            );
        }
    }

    /// Starts a server on free ports, and remembers them in place of the usual ones.
    fn start(&mut self, command: &str) -> String {
        let ready = self.folder.join(format!("ready-{}.json", self.running.len()));
        let command = format!("exec {command} --port 0 --control-port 0 --ready-file {}", ready.display());
        let mut child = self.shell(&command).stdout(Stdio::piped()).spawn().unwrap();
        let mut greeting = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            greeting += &(line.unwrap() + "\n");
            if greeting.contains("Ctrl-C stops it") {
                break;
            }
        }
        self.running.push(child);
        let text = fs::read_to_string(&ready).unwrap_or_else(|error| panic!("{command}: {error}\n{greeting}"));
        let ready: serde_json::Value = serde_json::from_str(&text).unwrap();
        for (written, key) in [("127.0.0.1:8080", "address"), ("127.0.0.1:8081", "control_address")] {
            self.real.insert(written.to_owned(), ready[key].as_str().unwrap().to_owned());
        }
        greeting
    }

    /// A shell in which both programs are found, built or run through Cargo.
    fn shell(&self, command: &str) -> Command {
        let command = command
            .replace("cargo run --release --bin bank-sandbox --", "bank-sandbox")
            .replace("cargo run --release --bin bank-sandbox", "bank-sandbox")
            .replace("cargo run --release --bin bank-conformance --", "bank-conformance");
        let path = |program: &Path| program.parent().unwrap().display().to_string();
        let paths = [path(bank_sandbox()), path(bank_conformance()), std::env::var("PATH").unwrap_or_default()];
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(command).current_dir(&self.folder).env("PATH", paths.join(":")).stdin(Stdio::null());
        shell
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for child in &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whether a line is what the page shows, `…` standing for anything.
fn is_like(line: &str, shown: &str) -> bool {
    let mut pieces = shown.split('…');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    for (index, piece) in pieces.iter().enumerate() {
        let found = if index + 1 == pieces.len() {
            rest.ends_with(piece).then(|| rest.len() - piece.len())
        } else {
            rest.find(piece)
        };
        let Some(found) = found else { return false };
        rest = &rest[found + piece.len()..];
    }
    rest.is_empty()
}

#[test]
fn a_shown_line_stands_for_itself_but_for_the_gaps() {
    assert!(is_like("abc", "abc"));
    assert!(is_like("a 17 c", "a … c"));
    assert!(is_like("a 17 c 4", "a … c …"));
    assert!(!is_like("a 17 d", "a … c"));
    assert!(!is_like("abcd", "abc"));
}
