//! The command as people and scripts meet it.

use std::net::TcpListener;
use std::process::{Command, Output};

use crate::process::Process;

fn sandbox(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bank-sandbox")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn help_says_what_there_is() {
    let help = sandbox(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    insta::assert_snapshot!("help", text(&help.stdout));
    insta::assert_snapshot!("help_serve", text(&sandbox(&["serve", "--help"]).stdout));
}

#[test]
fn mistakes_on_the_command_line_are_told_apart_by_exit_code() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let cases: &[(&[&str], i32, &str)] = &[
        (&["--prot", "0"], 2, "--port"),
        (&["--port", "99999"], 2, "99999"),
        (&["--port", "0", "--control-port", "0", "--bank", "nobank"], 2, "plain"),
        (&["--port", "0", "--control-port", "0", "--bank", "./missing.yaml"], 5, "missing.yaml"),
        (&["--port", "0", "--control-port", "0", "--world", "A B"], 2, "A B"),
        (&["--port", "0", "--control-port", "0", "--world", "a", "--world", "a"], 2, "`a`"),
        (&["--port", "0", "--control-port", "0", "--public-base", "bank"], 2, "--public-base"),
        (&["--port", "0", "--control-port", "0", "--watch"], 2, "--scenario FILE"),
        (&["--port", "0", "--control-port", "0", "--watch", "--scenario", "lost-reply"], 2, "--scenario FILE"),
        (&["--tls-port", "0"], 2, "--tls"),
        (&["--mtls-port", "0"], 2, "--tls"),
        (&["--world-port", "red"], 2, "NAME=PORT"),
        (&["--world-port", "red=many"], 2, "`many` is no port"),
        (&["--world-port", "A B=0"], 2, "A B"),
        (&["--bind", "0.0.0.0", "--port", "0", "--control-port", "0"], 2, "token"),
        (&["--port", &port, "--control-port", "0"], 5, "--port 0"),
        (&["--port", "0", "--control-port", &port], 5, "control"),
        (&["--port", "0", "--control-port", "0", "--ready-file", "/nowhere/at/all"], 5, "ready-file"),
    ];
    for (arguments, code, named) in cases {
        let output = sandbox(arguments);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(*code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(named), "{arguments:?}: {stderr}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn it_says_what_to_do_next_and_stops_when_told() {
    for signal in ["INT", "TERM"] {
        let mut process = Process::start(&format!("greeting-{signal}"), &["--world-port", "red=0"], None);
        let (greeting, told) = (&process.greeting, &process.told);
        assert!(greeting.contains(told["worlds"][0]["banks"][0]["base_url"].as_str().unwrap()), "{greeting}");
        assert!(greeting.contains("alice / alice"), "{greeting}");
        let port = told["worlds"][1]["ports"][0]["base_url"].as_str().unwrap();
        assert!(greeting.contains(&format!("  port     {port}/plain  in world red")), "{greeting}");

        // The line it proposes works as it stands.
        let curl = greeting.lines().find(|line| line.trim_start().starts_with("curl ")).unwrap();
        let token = curl.split("Bearer ").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
        let url = curl.split_whitespace().last().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let status = runtime.block_on(async {
            reqwest::Client::new().get(url).bearer_auth(token).send().await.unwrap().status().as_u16()
        });
        assert_eq!(status, 200);

        let killed =
            Command::new("kill").args([format!("-{signal}"), process.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        assert_eq!(process.child.wait().unwrap().code(), Some(0));
        assert!(!process.folder.join("ready.json").exists(), "a ready file that outlives the process lies");
    }
}

#[test]
fn scenario_files_are_checked_explained_and_started_from() {
    let folder = std::env::temp_dir().join(format!("bank-sandbox-tools-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (good, wrong) = (folder.join("good.yaml"), folder.join("wrong.yaml"));
    let starter = sandbox(&["new", "mine"]);
    assert_eq!(starter.status.code(), Some(0));
    std::fs::write(&good, &starter.stdout).unwrap();
    std::fs::write(
        &wrong,
        "sandbox: 1\nname: wrong\nrules:\n  - {name: a, match: {op: acounts.list}, do: {hang: x}}\n",
    )
    .unwrap();
    let beside = |name: &str, wait: &str, rest: &str| {
        let path = folder.join(name);
        let rules = format!("rules:\n  - {{name: {}, do: {{delay: {wait}}}}}\n{rest}", name.trim_end_matches(".yaml"));
        std::fs::write(&path, format!("sandbox: 1\nname: measured\nseed: 1\n{rules}")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    std::fs::write(folder.join("latencies.csv"), "# measured\n20ms\n1.5s\n").unwrap();
    let measured = beside("measured.yaml", "file(latencies.csv)", "");
    let including = beside("including.yaml", "1s", "include: measured.yaml\n");
    let outside = beside("outside.yaml", "file(../latencies.csv)", "");
    let folder_named = beside("folder.yaml", "file(.)", "");
    let accepting = beside("accepting.yaml", "1s", "  - {name: a, do: {accept_delay: 1s}}\n");
    let (good, wrong) = (good.to_str().unwrap(), wrong.to_str().unwrap());
    let cases: &[(&[&str], i32, &str, &str)] = &[
        (&["check", good], 0, "ok, scenario `mine`", ""),
        (&["check", good, wrong], 3, "ok, scenario `mine`", "accounts.list"),
        (&["check", wrong], 3, "", "forever"),
        (&["check", &measured], 0, "ok, scenario `measured` with 1 rule", ""),
        (&["check", &including], 0, "with 2 rules from 2 files", ""),
        (&["check", &outside], 3, "", "is not the name of a file beside the scenario"),
        (&["check", &folder_named], 3, "", "is not the name of a file beside the scenario"),
        (&["check", &accepting], 0, "--world-port", ""),
        (&["check", "missing.yaml"], 5, "", "missing.yaml"),
        (&["explain", good], 0, "mine", ""),
        (&["explain", wrong], 3, "", "accounts.list"),
        (&["explain", "fault", "hang"], 0, "hang", ""),
        (&["explain", "fault", "hagn"], 2, "", "did you mean `hang`?"),
        (&["explain", "fault"], 2, "", "list faults"),
        (&["explain", "no-such-scenario"], 2, "", "list scenarios"),
        (&["list", "faults"], 0, "truncate", ""),
        (&["list", "operations"], 0, "payments.create", ""),
        (&["list", "fault"], 2, "", "did you mean `faults`?"),
        (&["schema"], 0, "$schema", ""),
        (&["--port", "0", "--control-port", "0", "--scenario", "no-such"], 2, "", "list scenarios"),
        (&["--port", "0", "--control-port", "0", "--scenario", wrong], 3, "", "accounts.list"),
        (&["--port", "0", "--control-port", "0", "--fault", "payments.create: hagn 35s"], 3, "", "hang"),
    ];
    for (arguments, code, on_stdout, on_stderr) in cases {
        let output = sandbox(arguments);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(*code), "{arguments:?}: {stdout}{stderr}");
        assert!(stdout.contains(on_stdout) && stderr.contains(on_stderr), "{arguments:?}: {stdout}{stderr}");
        assert_eq!(stdout.is_empty(), on_stdout.is_empty(), "{arguments:?}: {stdout}");
        assert_eq!(stderr.is_empty(), on_stderr.is_empty(), "{arguments:?}: {stderr}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
