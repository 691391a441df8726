//! Rules as clients meet them: exact counts over many connections, limits that lend, journals that come out again.

use std::io::Write;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use bank_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::bench::{Bench, Raw};

/// Connections that ask at a time.
const CONNECTIONS: usize = 64;

fn bench(scenario: &str) -> Bench {
    Bench::with(Sandbox::builder().scenario(scenario).unwrap_or_else(|errors| panic!("{errors}")))
}

/// One call on a connection of its own.
fn call(bench: &Bench, token: &str, path: &str, more: &str) -> Raw {
    let head = format!("GET /plain/{path} HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {token}\r\n{more}");
    bench.raw(format!("{head}Connection: close\r\n\r\n").as_bytes())
}

#[test]
fn a_phase_of_a_hundred_calls_is_given_to_exactly_a_hundred_over_64_connections() {
    let rules = "rules:\n  - {name: r, match: {op: accounts.list}, phases: [{calls: 100, do: {status: 503}}]}\n  \
                 - {name: k, match: {op: discovery.get}, key: 'header:x-key', phases: [{calls: 30, do: {status: 503}}]}\n";
    let bench = bench(&format!("sandbox: 1\nname: exact\n{rules}"));
    let token = bench.token("default");
    let (world, keyed) = (AtomicUsize::new(0), [AtomicUsize::new(0), AtomicUsize::new(0)]);
    std::thread::scope(|scope| {
        for connection in 0..CONNECTIONS {
            let (bench, token, world, keyed) = (&bench, &token, &world, &keyed);
            scope.spawn(move || {
                for _ in 0..4 {
                    let refused = call(bench, token, "accounts", "").status == 503;
                    world.fetch_add(usize::from(refused), Ordering::Relaxed);
                    let key = connection % 2;
                    let refused = call(bench, token, ".well-known/openid-configuration", &format!("X-Key: k{key}\r\n"))
                        .status
                        == 503;
                    keyed[key].fetch_add(usize::from(refused), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!((world.into_inner(), keyed.map(AtomicUsize::into_inner)), (100, [30, 30]));
}

/// Who orders payments, and with what.
struct Caller {
    token: String,
    account: String,
    idempotency_key: &'static str,
    header: &'static str,
}

impl Caller {
    fn new(
        bench: &Bench,
        (client, username): (&str, &str),
        idempotency_key: &'static str,
        header: &'static str,
    ) -> Caller {
        let token = bench.token_of("default", client, username);
        let accounts: Value = serde_json::from_str(&call(bench, &token, "accounts", "").body).unwrap();
        let account = accounts["data"][0]["id"].as_str().unwrap().to_owned();
        Caller { token, account, idempotency_key, header }
    }

    /// Orders a payment on a connection of its own.
    fn pay(&self, bench: &Bench) -> Raw {
        bench.pay_with("/plain", &self.account, self.idempotency_key, &self.token, &[("X-Key", self.header)])
    }
}

/// Two consents of one person with one client, and those of another person with another.
#[test]
fn every_kind_of_key_has_exactly_its_calls_over_64_connections() {
    const N: usize = 20;
    // Which of the three callers count together.
    let (one, by_person, by_call) = ([0, 0, 0], [0, 0, 1], [0, 1, 2]);
    let kinds = [
        ("world", one),
        ("op", one),
        ("client", by_person),
        ("psu", by_person),
        ("account", by_person),
        ("'header:x-key'", by_person),
        ("[client, 'header:x-key']", by_person),
        ("'body:$.debtor_account_id'", by_person),
        ("consent", by_call),
        ("token", by_call),
        ("idempotency-key", by_call),
    ];
    for (kind, groups) in kinds {
        let rule =
            format!("match: {{op: payments.create}}, key: {kind}, phases: [{{calls: {N}, do: {{status: 503}}}}]");
        let bench = bench(&format!("sandbox: 1\nname: exact\nrules:\n  - {{name: r, {rule}}}\n"));
        let mine = json!({"bank": "plain", "client_id": "mine", "redirect_uris": ["https://app.test/cb"]});
        assert_eq!(bench.control("POST", "/v1/worlds/default/clients", &mine.to_string()).0, 201);
        let callers = [
            Caller::new(&bench, ("demo", "alice"), "first", "a"),
            Caller::new(&bench, ("demo", "alice"), "second", "a"),
            Caller::new(&bench, ("mine", "ben"), "third", "b"),
        ];
        let refused = [AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0)];
        std::thread::scope(|scope| {
            for connection in 0..CONNECTIONS {
                let (bench, callers, refused) = (&bench, &callers, &refused);
                scope.spawn(move || {
                    for turn in 0..3 {
                        let caller = (connection + turn) % 3;
                        let answer = callers[caller].pay(bench);
                        assert!(answer.status < 500 || answer.status == 503, "{answer:?}");
                        let hit = usize::from(answer.status == 503);
                        refused[groups[caller]].fetch_add(hit, Ordering::Relaxed);
                    }
                });
            }
        });
        let counted = refused.map(AtomicUsize::into_inner);
        let expected = [0, 1, 2].map(|group| if groups.contains(&group) { N } else { 0 });
        assert_eq!(counted, expected, "{kind}");
    }
}

/// Delays and draws, phases and a limit, all by what the client chooses.
const KEYED: &str = "sandbox: 1
name: keyed
seed: 42
clock: {start: 2026-03-01T08:00:00Z, mode: manual}
rules:
  - name: flaky
    match: {op: accounts.list}
    key: 'header:x-shopper'
    when: {chance: 25%}
    do: {status: 503, retry_after: 1s}
  - name: exactly
    match: {op: accounts.list}
    key: 'header:x-shopper'
    when: {chance: 20% exact}
    phases: [{calls: 1, do: {delay: 1ms}}, {calls: 2, do: {stage: send, headers: {x-odd: a}}}]
  - name: quota
    match: {op: accounts.list}
    limit: {quota: 12 per 1h, key: 'header:x-shopper'}
";

/// Every entry without what is of this run only.
fn lines(bench: &Bench) -> Vec<Value> {
    let mut lines = bench.journal("default");
    for line in &mut lines {
        let line = line.as_object_mut().unwrap();
        for real in ["started_at", "started_ns", "decided_ns", "ended_ns", "connection"] {
            line.remove(real).unwrap();
        }
        // Ports are free ones.
        let headers = line["request"]["headers"].as_array_mut().unwrap();
        headers.retain(|header| header[0] != "host");
    }
    lines
}

#[test]
fn the_same_seed_and_calls_leave_the_same_journal() {
    let run = || {
        let bench = bench(KEYED);
        let token = bench.token("default");
        for n in 0..40 {
            call(&bench, &token, "accounts", &format!("X-Shopper: s{}\r\n", n % 3));
        }
        lines(&bench)
    };
    let (first, second) = (run(), run());
    assert_eq!(first.len(), 40);
    assert!(first.iter().any(|line| line["decisions"][0]["draw"].is_number()), "{first:?}");
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(first, second);
    }
}

/// What happened to each client is its own, however the calls of others come in between.
#[test]
fn a_client_s_story_does_not_depend_on_the_others() {
    let stories = |interleaved: bool| {
        let bench = bench(KEYED);
        let token = bench.token("default");
        let story = |shopper: usize| {
            for _ in 0..20 {
                call(&bench, &token, "accounts", &format!("X-Shopper: s{shopper}\r\n"));
            }
        };
        if interleaved {
            std::thread::scope(|scope| (0..4).for_each(|shopper| drop(scope.spawn(move || story(shopper)))));
        } else {
            (0..4).for_each(story);
        }
        let lines = bench.journal("default");
        (0..4)
            .map(|shopper| {
                let own = |line: &&Value| {
                    let headers = line["request"]["headers"].as_array().unwrap();
                    headers.iter().any(|header| header[0] == "x-shopper" && header[1] == format!("s{shopper}"))
                };
                let told = |line: &Value| format!("{} {}", line["response"]["status"], line["decisions"]);
                lines.iter().filter(own).map(told).collect::<Vec<_>>()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(stories(false), stories(true));
}

fn sandbox(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bank-sandbox")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_journal_is_derived_again_on_the_command_line() {
    let folder = std::env::temp_dir().join(format!("bank-sandbox-replay-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let bench = bench(KEYED);
    let token = bench.token("default");
    for n in 0..40 {
        call(&bench, &token, "accounts", &format!("X-Shopper: s{}\r\n", n % 2));
    }
    let (_, journal) = bench.control_text("GET", "/v1/worlds/default/journal", "");
    let (good, scenario) = (file("good.jsonl", &journal), file("keyed.yaml", KEYED));
    for arguments in [&["replay", &good][..], &["replay", &good, "--scenario", &scenario]] {
        let replay = sandbox(arguments);
        assert_eq!(replay.status.code(), Some(0), "{}{}", text(&replay.stdout), text(&replay.stderr));
        assert!(text(&replay.stdout).contains("40 entries: derived again, all agree"), "{}", text(&replay.stdout));
    }
    let drawn = |line: &&str| line.contains("\"rule\":\"flaky\"");
    let line: Value = serde_json::from_str(journal.lines().find(drawn).unwrap()).unwrap();
    let draw = line["decisions"][0]["draw"].to_string();
    let bad = file("bad.jsonl", &journal.replacen(&format!("\"draw\":{draw}"), "\"draw\":0.5", 1));
    let replay = sandbox(&["replay", &bad]);
    assert_eq!(replay.status.code(), Some(1));
    let (out, seq) = (text(&replay.stdout), &line["seq"]);
    let told = format!("DIFFERS  draw: the journal says 0.5, derived is {draw}");
    assert!(out.contains(&format!("entry {seq}, rule flaky")) && out.contains(&told), "{out}");
    let one = sandbox(&["replay", &good, "--entry", &seq.to_string(), "--scenario", &scenario]);
    assert!(text(&one.stdout).contains("agrees"), "{}", text(&one.stdout));
    for (arguments, code, says) in [
        (&["replay", &scenario][..], 3, "line 1 of the journal"),
        (&["replay", &good, "--entry", "999"], 3, "no entry 999"),
        (&["replay", "/nowhere.jsonl"], 5, "cannot read"),
        (&["replay", &good, "--scenario", "nothing"], 2, "`nothing`"),
        (&["replay", &good, "--scenario", "flap"], 1, "the journal says keyed"),
    ] {
        let replay = sandbox(arguments);
        let told = text(&replay.stdout) + &text(&replay.stderr);
        assert_eq!(replay.status.code(), Some(code), "{arguments:?}: {told}");
        assert!(told.contains(says), "{arguments:?}: {told}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn files_that_include_others_are_checked_with_them() {
    let folder = std::env::temp_dir().join(format!("bank-sandbox-check-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).unwrap();
        folder.join(name).display().to_string()
    };
    file("part.yaml", "sandbox: 1\nname: part\nrules: [{name: p, do: {stauts: 503}}]\n");
    let first = file("first.yaml", "sandbox: 1\nname: first\ninclude: part.yaml\n");
    let second = file("second.yaml", "sandbox: 1\nname: second\ninclude: [three-timeouts, gone.yaml]\n");
    let right = file("right.yaml", "sandbox: 1\nname: right\ninclude: three-timeouts\n");
    let check = sandbox(&["check", &first, &second, &right]);
    let (told, wrong) = (text(&check.stdout), text(&check.stderr));
    assert_eq!(check.status.code(), Some(3), "{wrong}");
    assert!(wrong.contains("part.yaml:3") && wrong.contains("did you mean `status`?"), "{wrong}");
    assert!(wrong.contains("cannot read") && wrong.contains("gone.yaml"), "{wrong}");
    assert!(told.contains("right.yaml: ok, scenario `right` with") && told.contains("from 2 files"), "{told}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn calls_at_once_are_given_back_before_the_client_can_ask_again() {
    let limit = "rules: [{name: one, match: {op: accounts.list}, limit: {quota: 1 at once, key: client}}]";
    let bench = bench(&format!("sandbox: 1\nname: one-at-once\n{limit}\n"));
    let token = bench.token("default");
    // Fewer than the bank's own limit.
    for n in 0..90 {
        let answer = call(&bench, &token, "accounts", "");
        assert_eq!(answer.status, 200, "call {n}: {answer:?}");
    }
}

/// Asks again until it is so.
fn until(what: &str, so: impl FnMut() -> bool) {
    let asked = std::iter::repeat_with(so).take(20_000).any(|so| so);
    assert!(asked, "it never came about that {what}");
}

#[test]
fn a_call_that_hangs_holds_its_place_until_its_connection_ends() {
    let rules = "rules:\n  - {name: one, match: {op: accounts.list}, limit: {quota: 1 at once}}\n  \
                 - {name: holds, match: {op: accounts.list, header: {x-hold: a}},\n     \
                 do: {stage: bank, set: {place: taken}, hang: forever}}\n";
    let bench = bench(&format!("sandbox: 1\nname: holds\n{rules}"));
    let token = bench.token("default");
    let mut held = bench.connect();
    write!(held, "GET /plain/accounts HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {token}\r\nX-Hold: a\r\n\r\n")
        .unwrap();
    let open = |bench: &Bench| bench.control("GET", "/v1/worlds/default/journal/counters", "").1["open"] == 1;
    // Nobody else asks before that: whoever came first would have the place.
    let variables = || bench.control("GET", "/v1/worlds/default/variables", "").1;
    until("the first call holds the only place", || variables()["place"] == "taken");
    assert_eq!(call(&bench, &token, "accounts", "").status, 429);
    drop(held);
    until("the first call has ended", || !open(&bench));
    assert_eq!(call(&bench, &token, "accounts", "").status, 200);
}

#[test]
fn only_answers_that_succeed_use_up_a_quota_of_successes() {
    let rules = "rules:\n  - {name: good, match: {op: accounts.get}, limit: {quota: 2 per 1h, count: success}}\n";
    let bench = bench(&format!("sandbox: 1\nname: successes\n{rules}"));
    let token = bench.token("default");
    let accounts: Value = serde_json::from_str(&call(&bench, &token, "accounts", "").body).unwrap();
    let account = format!("accounts/{}", accounts["data"][0]["id"].as_str().unwrap());
    let ask = |path: &str| call(&bench, &token, path, "").status;
    let statuses: Vec<u16> = (0..5).map(|_| ask("accounts/none")).collect();
    assert_eq!(statuses, [404; 5]);
    assert_eq!([ask(&account), ask("accounts/none"), ask(&account), ask(&account)], [200, 404, 200, 429]);
}
