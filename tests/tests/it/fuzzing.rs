//! The fuzz targets on the files that are shipped, damaged in every way: what a fuzzer would begin with.

use std::fs;

use bank_fixtures::seed::{Draws, Seed};
use bank_tests::fuzz::TARGETS;
use bank_tests::workspace;

/// Damaged files for each target.
const CASES: u64 = 1_500;

#[test]
fn damaged_files_break_no_reader() {
    for (name, target) in TARGETS {
        let corpus = corpus(name);
        std::thread::scope(|scope| {
            for part in 0..2 {
                let corpus = &corpus;
                scope.spawn(move || {
                    for case in (part..CASES).step_by(2) {
                        let mut draws = Seed::new(1).of(name).at(case).draws();
                        let mut bytes = draws.pick(corpus).unwrap().clone();
                        // A piece of a long file is read as well as the whole, and sooner.
                        bytes.truncate(200 + draws.below(1_200) as usize);
                        for _ in 0..=draws.below(4) {
                            damage(&mut bytes, &mut draws);
                        }
                        target(&bytes);
                    }
                });
            }
        });
    }
}

#[test]
fn every_target_can_be_fuzzed() {
    let folder = workspace().join("tests/fuzz");
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let names: Vec<&str> = TARGETS.iter().map(|row| row.0).collect();
    let listed: Vec<&str> =
        manifest.split("[[bin]]\nname = \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(listed, names);
    for name in names {
        let text = fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(text.contains(&format!("bank_tests::fuzz::{name}(bytes)")), "{name}");
    }
}

/// Right files for a target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folders: &[&str] = match target {
        "scenario" => &["scenarios/faults", "scenarios/journeys"],
        "bank" => &["scenarios/banks"],
        "dataset" => &["fixtures/data"],
        _ => return vec![canonical().into_bytes()],
    };
    let mut paths: Vec<_> = folders
        .iter()
        .flat_map(|folder| fs::read_dir(workspace().join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

/// A document of the contract with some of everything.
fn canonical() -> String {
    r#"{"canonical":"v1","accounts":[{"account_id":"a","identifiers":[{"scheme":"iban","value":"GB33BUKB20201555555555"}],"currency":"GBP"}],
 "balances":[{"account_id":"a","type":"booked_current","amount":{"amount":"12.30","currency":"GBP","minor":1230,"exponent":2}}],
 "transactions":[{"account_id":"a","status":"booked","amount":{"amount":"-1000.50","currency":"JPY"},"booking_date":"2026-03-01",
  "fx":{"source":"KWD","target":"JPY","rate":"250.1875"},"links":[{"relation":"refunds","provider_id":"p0"}],"bank_tx_code":"PMNT-CCRD-POSD"}],
 "payments":[{"status":"rejected","amount":{"amount":"5.00","currency":"EUR"},"reason":{"code":"AM04"}}],"errors":[{"class":"rate_limited"}]}"#
        .to_owned()
}

fn damage(bytes: &mut Vec<u8>, draws: &mut Draws) {
    let length = bytes.len() as u64;
    let at = draws.below(length + 1) as usize;
    let end = (at + draws.below(24) as usize).min(bytes.len());
    match draws.below(6) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let copy = bytes[at..end].to_vec();
            let to = draws.below(length + 1) as usize;
            bytes.splice(to..to, copy);
        }
        3 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << draws.below(7);
            }
        }
        4 => bytes.insert(at, *draws.pick(b"{}[]:,-&*!|>'\"%@`#~\n\t \0\x7f").unwrap()),
        _ => {
            let piece =
                draws.pick(&["99999999999999999999", "é", "\u{feff}", "null", "\n---\n", "- ", "&a ", "*a", "1e999"]);
            bytes.splice(at..at, piece.unwrap().bytes());
        }
    }
}
