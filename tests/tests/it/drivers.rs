//! Every way of driving a client, from outside: what is judged, and that trouble with the driving is never the client's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use bank_tests::bank_conformance;
use serde_json::Value;

/// A folder for one test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("bank-drivers-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn save(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The program, with itself in the path.
fn program() -> Command {
    let mut command = Command::new(bank_conformance());
    let own = bank_conformance().parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{own}:{path}")).stdin(Stdio::null());
    command
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs a target file under scenarios: exit code, and `case / check` with word and what was said.
fn judged(folder: &Folder, target: &str, scenarios: &str) -> (i32, Vec<(String, String, String)>) {
    let target = folder.save("target.yaml", target);
    let run = program().args(["run", "--report", "json", "--scenario", scenarios, "--target"]).arg(target).output();
    let run = run.unwrap();
    let report: Value = serde_json::from_slice(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&run)));
    let mut outcomes = Vec::new();
    for case in report["cases"].as_array().unwrap() {
        for check in case["checks"].as_array().unwrap() {
            let said = check.to_string();
            let slug = check["check"].as_str().or(check["slug"].as_str()).unwrap().to_owned();
            outcomes.push((slug, check["verdict"].as_str().unwrap().to_owned(), said));
        }
    }
    (run.status.code().unwrap(), outcomes)
}

fn has(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    if !there {
        skipped(program);
    }
    there
}

#[expect(clippy::print_stderr, reason = "who reads the output of a test run should see what it did not do")]
fn skipped(program: &str) {
    eprintln!("not tested: this machine has no {program}");
}

#[test]
fn trouble_with_the_driving_is_broken_and_never_failed() {
    let folder = Folder::new("broken");
    let command =
        |sync: &str| format!("kind: client\nname: c\ndriver: command\ntimeout: 1s\ncommands: {{ sync: {sync} }}\n");
    let service = |command: &str, ready: &str| {
        format!(
            "kind: client\nname: c\ndriver: http\ntimeout: 2s\nservice: {{ command: {command}, ready: {ready}, within: 1s }}\n\
             calls: {{ sync: \"GET ${{SERVICE_URL}}/\" }}\n"
        )
    };
    let at = |url: &str| {
        format!("kind: client\nname: c\ndriver: http\nurl: {url}\ncalls: {{ sync: \"GET ${{SERVICE_URL}}/\" }}\n")
    };
    // A port that is held and not listened at: nobody else can be given it meanwhile.
    let held = tokio::net::TcpSocket::new_v4().unwrap();
    held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed = held.local_addr().unwrap();
    let mapped = "kind: client\nname: c\ndriver: command\ncommands: { sync: [echo, '{\"a\": [{\"id\": \"x\", \"n\": \"1,5\"}]}'] }\n\
                  mapping: { balances: { rows: '$.a[*]', account_id: $.id, type: { value: available }, amount: { amount: $.n, currency: { value: EUR } } } }\n";
    let troubles = [
        (command("[sh, -c, 'kill -KILL $$']"), "ended from outside"),
        (command("[./no-such-program]"), "could not be started"),
        (command("[echo, 'Hello!']"), "is not canonical v1"),
        (command("[\"true\"]"), "no result on standard output"),
        (command("[sleep, '30']"), "still running"),
        (service("[sleep, '30']", "{ log: ready }"), "was not ready after 1s"),
        (service("[sh, -c, 'echo oops; exit 3']", "{ log: ready }"), "ended by itself (exit code 3)"),
        (service("[sh, -c, 'echo ready; sleep 30']", "{ log: ready }"), "GET http://127.0.0.1:"),
        (at(&format!("http://{closed}")), "Connection refused"),
        (mapped.to_owned(), "mapping.balances.amount.amount at /a/0/n: `1,5` is no decimal number"),
    ];
    for (target, reason) in troubles {
        let (code, outcomes) = judged(&folder, &target, "retry-after-seconds");
        assert_eq!(code, 5, "{target}\n{outcomes:?}");
        for (check, verdict, said) in outcomes {
            assert_eq!(verdict, "broken", "{target}\n{check}: {said}");
            assert!(said.contains(reason), "{target}\n{said}\nlacks `{reason}`");
        }
    }
}

#[test]
fn a_client_that_logs_in_itself_is_judged_by_the_consent_it_got() {
    if !has("curl") || !has("jq") {
        return;
    }
    let folder = Folder::new("login");
    // RFC 7636, appendix B.
    let script = r#"
set -eu
[ -z "${BANK_ACCESS_TOKEN:-}" ]
back=$(curl -s -o /dev/null -w '%{redirect_url}' -G "$BANK_AUTHORIZE_URL" -d response_type=code -d state=s -d code_challenge_method=S256 \
  -d code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM --data-urlencode "client_id=$BANK_CLIENT_ID" \
  --data-urlencode "redirect_uri=$BANK_REDIRECT_URI" --data-urlencode "login_hint=$BANK_USERNAME" \
  --data-urlencode "scope=openid accounts balances transactions")
code=$(printf %s "$back" | sed -E 's/.*[?&]code=([^&]*).*/\1/')
BANK_ACCESS_TOKEN=$(curl -s -u "$BANK_CLIENT_ID:$BANK_CLIENT_SECRET" -d grant_type=authorization_code --data-urlencode "code=$code" \
  --data-urlencode "redirect_uri=$BANK_REDIRECT_URI" -d code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk "$BANK_TOKEN_URL" | jq -er .access_token)
export BANK_ACCESS_TOKEN
exec bank-conformance reference-client sync
"#;
    folder.save("sync.sh", script);
    let target = "kind: client\nname: c\ndriver: command\ncredentials: login\ncommands: { sync: [sh, sync.sh] }\n";
    let (code, outcomes) = judged(&folder, target, "quiet");
    assert_eq!(code, 0, "{outcomes:?}");
    assert!(
        outcomes.iter().any(|(check, verdict, _)| check == "understands-transactions" && verdict == "passed"),
        "{outcomes:?}"
    );
}

#[test]
fn a_client_speaks_tls_with_certificates_it_is_given() {
    if !has("curl") {
        return;
    }
    let folder = Folder::new("tls");
    let curl = r#"curl -s -f -m 10 --cacert "$BANK_CA_FILE" --cert "$BANK_CERTIFICATE_FILE" --key "$BANK_KEY_FILE" -H "Authorization: Bearer $BANK_ACCESS_TOKEN" "$BANK_BASE_URL/accounts?limit=1""#;
    for connection in ["tls", "mutual_tls"] {
        let script = format!("case $BANK_BASE_URL in https://*) {curl} > answer.json;; *) exit 9;; esac");
        folder.save("sync.sh", &script);
        let target =
            format!("kind: client\nname: c\ndriver: observe\nconnection: {connection}\ncommand: [sh, sync.sh]\n");
        let (code, outcomes) = judged(&folder, &target, "quiet");
        assert_eq!(code, 0, "{connection}: {outcomes:?}");
        let answer = fs::read_to_string(folder.0.join("answer.json")).unwrap();
        assert!(answer.contains("\"identifiers\"") && answer.contains("https://"), "{connection}: {answer}");
    }
}

#[test]
fn a_wrapped_command_is_run_once_under_each_scenario_and_the_wire_decides() {
    if !has("curl") {
        return;
    }
    let folder = Folder::new("observe");
    let observe = |arguments: &[&str], command: &[&str]| {
        let mut run = program();
        run.current_dir(&folder.0).args(["observe", "--scenario"]).args(arguments).arg("--").args(command);
        let ran = run.output().unwrap();
        (ran.status.code().unwrap(), text(&ran))
    };
    let ask = r#"curl -s -m 10 -H "Authorization: Bearer $BANK_ACCESS_TOKEN" "$API/accounts" > /dev/null"#;
    let hasty = format!("{ask}; {ask}; echo said; echo $BANK_BASE_URL >> runs");
    let (code, report) =
        observe(&["retry-after-seconds,rate-limit", "--env", "API=${BANK_BASE_URL}"], &["sh", "-c", &hasty]);
    assert_eq!(code, 1, "{report}");
    assert!(report.contains("failed       retry-after-seconds") && report.contains("said\n"), "{report}");
    let runs = fs::read_to_string(folder.0.join("runs")).unwrap();
    assert_eq!(runs.lines().count(), 2, "one run under each scenario: {runs}");
    let (code, report) = observe(&["quiet", "--env", "API=${BANK_BASE_URL}"], &["sh", "-c", ask]);
    assert_eq!(code, 0, "{report}");
    let (code, report) = observe(&["quiet", "--env", "API=${BANK_BASE_URL}"], &["sh", "-c", &format!("{ask}; exit 7")]);
    assert_eq!(code, 1, "{report}");
    assert!(report.contains("under `quiet` the command itself failed (exit code 7)"), "{report}");
    let (code, report) =
        observe(&["quiet", "--ignore-exit", "--env", "API=${BANK_BASE_URL}"], &["sh", "-c", &format!("{ask}; exit 7")]);
    assert_eq!(code, 0, "{report}");
    let (code, report) = observe(&["quiet"], &["./no-such-program"]);
    assert_eq!(code, 5, "{report}");
    let own = folder.save("mine.yaml", "sandbox: 1\nname: mine\nrules: [{ name: r, match: { op: accounts.list }, do: { status: 503, retry_after: 2s }, max: 1 }]\n");
    let (code, report) =
        observe(&[own.to_str().unwrap(), "--env", "API=${BANK_BASE_URL}"], &["sh", "-c", &format!("{ask}; {ask}")]);
    assert_eq!(code, 1, "a scenario that names no check is judged by all of the wire: {report}");
    let (code, report) = observe(&["quite"], &["true"]);
    assert_eq!(code, 3, "{report}");
    assert!(report.contains("did you mean `quiet`?"), "{report}");
}

/// A client that writes what it read into tables, as `sh -c` of a shell with jq.
const ROWS: &str = r#"bank-conformance reference-client sync > "$WORK_DIR/c.json"; cd "$WORK_DIR";
  (echo account,id,state,amount,currency,day; jq -r '.transactions[] | [.account_id, .provider_id, .status, .amount.amount, .amount.currency, .booking_date // ""] | @csv' c.json) > entries.csv;
  (echo id,currency,kind; jq -r '.accounts[] | [.account_id, .currency, .type] | @csv' c.json) > accounts.csv"#;

const MAPPING: &str = "
mapping:
  accounts: { rows: '$.accounts[*]', account_id: $.id, currency: $.currency, type: $.kind, status: { value: open } }
  transactions:
    rows: $.entries[*]
    account_id: $.account
    transaction_id: $.id
    provider_id: $.id
    status: $.state
    amount: { amount: $.amount, currency: $.currency }
    booking_date: $.day
";

fn understands(folder: &Folder, more: &str, output: &str) {
    let script = format!("{ROWS};{more}");
    folder.save("sync.sh", &script);
    let target = format!(
        "kind: client\nname: c\ndriver: command\ncommands: {{ sync: [sh, sync.sh] }}\noutput: {output}\n{MAPPING}"
    );
    let (_, outcomes) = judged(folder, &target, "quiet");
    let of = outcomes.iter().find(|(check, ..)| check == "understands-transactions");
    assert!(of.is_some_and(|(_, verdict, _)| verdict == "passed"), "{output}: {of:?}");
}

#[test]
fn results_are_read_from_csv_files_and_databases() {
    if !has("jq") {
        return;
    }
    let folder = Folder::new("tables");
    understands(&folder, "", "{ csv: { entries: entries.csv, accounts: accounts.csv } }");
    if has("sqlite3") {
        let import =
            "rm -f app.db; sqlite3 app.db '.mode csv' '.import entries.csv entries' '.import accounts.csv accounts'";
        let queries = "{ entries: \"SELECT account, id, state, amount, currency, nullif(day, '') AS day FROM entries\", accounts: SELECT * FROM accounts; }";
        understands(&folder, import, &format!("{{ sqlite: app.db, queries: {queries} }}"));
    }
    if let Some(postgres) = Postgres::start(&folder.0) {
        let url = &postgres.url;
        let import = format!(
            "psql -qX -v ON_ERROR_STOP=1 '{url}' -c 'DROP TABLE IF EXISTS entries, accounts' -c 'CREATE TABLE entries (account text, id text, state text, amount numeric(20, 2), currency text, day date)' \
             -c 'CREATE TABLE accounts (id text, currency text, kind text)' -c '\\copy entries FROM entries.csv (FORMAT csv, HEADER, FORCE_NULL (day))' -c '\\copy accounts FROM accounts.csv CSV HEADER'"
        );
        let queries = "{ entries: SELECT * FROM entries, accounts: SELECT * FROM accounts }";
        understands(&folder, &import, &format!("{{ postgres: \"{url}\", queries: {queries} }}"));
    }
}

/// A database server of this test's own, at a socket in its folder.
struct Postgres {
    server: Child,
    url: String,
}

impl Postgres {
    fn start(folder: &Path) -> Option<Postgres> {
        if !has("initdb") || !has("postgres") || !has("psql") || !has("setpriv") {
            return None;
        }
        let data = folder.join("postgres");
        fs::create_dir_all(&data).unwrap();
        // It refuses to run as root.
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
        let run = |program: &str| {
            let mut command = Command::new(if is_root { "setpriv" } else { "env" });
            if is_root {
                command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]);
            }
            command.arg(program).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        if is_root {
            let owned = Command::new("chown").arg("nobody:nogroup").arg(&data).status();
            let open = Command::new("chmod").arg("755").arg(folder).status();
            assert!(owned.unwrap().success() && open.unwrap().success());
        }
        let cluster = data.join("data");
        let mut init = run("initdb");
        init.args(["--no-sync", "--auth=trust", "--username=app", "--encoding=UTF8", "--locale=C", "-D"]).arg(&cluster);
        assert!(init.status().unwrap().success(), "no cluster in {}", cluster.display());
        let mut server = run("postgres");
        server.arg("-D").arg(&cluster).args(["-c", "listen_addresses=", "-c", "fsync=off", "-k"]).arg(&data);
        let server = server.spawn().unwrap();
        let url = format!("postgres:///postgres?host={}&user=app", data.display());
        let mut postgres = Postgres { server, url };
        let ready =
            || Command::new("psql").args(["-qX", "-c", "SELECT 1", &postgres.url]).output().unwrap().status.success();
        assert!((0..600).any(|_| ready()), "the database server does not answer");
        assert!(postgres.server.try_wait().unwrap().is_none());
        Some(postgres)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn a_busy_machine_turns_no_pass_into_a_fail() {
    let folder = Folder::new("busy");
    // More than the machine has, and for no longer than the test.
    let busy: Vec<Child> =
        (0..4).map(|_| Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap()).collect();
    let target = "kind: client\nname: c\ndriver: command\ncommands:\n  sync: [bank-conformance, reference-client, sync]\n  pay: [bank-conformance, reference-client, pay]\n";
    let scenarios = "retry-after-seconds,lost-reply,token-expired";
    let judged = std::panic::catch_unwind(|| judged(&folder, target, scenarios));
    for mut child in busy {
        let _ = child.kill();
        let _ = child.wait();
    }
    let (_, outcomes) = judged.unwrap();
    // A machine that is too slow for the harness may break a case; it must not accuse the client.
    assert!(outcomes.iter().all(|(_, verdict, _)| ["passed", "broken"].contains(&verdict.as_str())), "{outcomes:?}");
}
