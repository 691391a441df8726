//! Rules at work, and what is said of those that cannot.

use bank_fixtures::document::{self, Diagnostics};
use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<Mapping, Diagnostics> {
    document::read("client.yaml", text, |root| mapping(root.member("mapping")?))
}

fn mapped(rules: &str, document: &str) -> Result<Canonical, String> {
    read(rules).unwrap_or_else(|wrong| panic!("{wrong}")).apply("result.json", document)
}

const RULES: &str = r#"
mapping:
  accounts:
    rows: $.konten[*]
    account_id: $.nr
    currency: $.waehrung
    type: { from: $.art, words: { GIRO: current, SPAR: savings } }
    status: { value: open }
    owners: { texts: "$.inhaber[*].name" }
    identifiers: { each: "$.iban", members: { scheme: { value: iban }, value: $ } }
  transactions:
    rows: ["$.konten[*]", "$.umsaetze[?@.art != 'INFO']"]
    account_id: { from: $.nr, up: 1 }
    provider_id: $.ref
    status: { from: $.gebucht, words: { "true": booked, "false": pending } }
    amount: { amount: $.betrag, currency: { from: $.waehrung, up: 1 }, decimal: ",", group: ".", sign: { from: $.sh, negative: [S] } }
    booking_date: { date: $.tag, format: "%d.%m.%Y" }
    booking_at: { instant: $.ms, format: unix_ms, zone: Europe/Berlin }
    counterparty: { members: { name: $.wer } }
    remittance: { texts: "$.zweck[*]" }
"#;

const DOCUMENT: &str = r#"{"konten": [
  {"nr": "k1", "waehrung": "EUR", "art": "GIRO", "inhaber": [{"name": "Ada"}, {"name": "Bob"}], "iban": "DE89370400440532013000", "umsaetze": [
    {"ref": "t1", "art": "X", "gebucht": true, "betrag": "1.234,50", "sh": "S", "tag": "29.02.2024", "ms": 1709161200000, "wer": "Zed", "zweck": ["a", "b"]},
    {"ref": "t2", "art": "X", "gebucht": false, "betrag": "0,07", "sh": "H", "wer": null},
    {"ref": "t3", "art": "INFO"}]},
  {"nr": "k2", "waehrung": "EUR", "art": "SPAR", "umsaetze": []}]}"#;

#[test]
fn a_foreign_model_becomes_canonical() {
    let canonical = mapped(RULES, DOCUMENT).unwrap();
    let amounts: Vec<String> = canonical.transactions.iter().map(|entry| entry.record.amount.text()).collect();
    assert_eq!(amounts, ["-1234.50", "0.07"]);
    let first = &canonical.transactions[0].record;
    assert_eq!((first.account_id.as_str(), first.id.as_deref()), ("k1", Some("t1")));
    assert_eq!(first.booking_date.map(|day| day.to_string()).as_deref(), Some("2024-02-29"));
    let json: serde_json::Value = serde_json::from_str(&canonical.to_json()).unwrap();
    assert_eq!(json["transactions"][0]["booking_at"], "2024-02-29T00:00:00+01:00");
    assert_eq!(json["transactions"][0]["remittance"], serde_json::json!(["a", "b"]));
    assert_eq!(json["transactions"][0]["counterparty"]["name"], "Zed");
    assert_eq!(json["accounts"][0]["owners"], serde_json::json!(["Ada", "Bob"]));
    assert_eq!(json["accounts"][0]["identifiers"][0]["value"], "DE89370400440532013000");
    assert_eq!(canonical.accounts.len(), 2);
}

#[test]
fn what_cannot_be_converted_is_named_all_at_once() {
    let wrong = DOCUMENT
        .replace("GIRO", "DEPOT")
        .replace("1.234,50", "1.234.50")
        .replace("29.02.2024", "30.02.2024")
        .replace("\"betrag\": \"0,07\", ", "");
    insta::assert_snapshot!(mapped(RULES, &wrong).unwrap_err());
    insta::assert_snapshot!(mapped(RULES, r#"{"accounts": []}"#).unwrap_err(), @r"
    result.json cannot be mapped:
      mapping.accounts at /konten: no row here
      mapping.transactions at /konten: no row here
    ");
    insta::assert_snapshot!(mapped(RULES, "oops").unwrap_err(), @"result.json: not JSON at line 1, column 1: no JSON value begins here");
}

#[test]
fn mistakes_in_rules_are_found_when_the_file_is_read() {
    let wrong = r#"
mapping:
  acounts: { rows: $.a }
  accounts:
    rows: ["$.a[*]"]
    acount_id: $.id
    account_id: id
    type: { from: $.t, words: { A: curent } }
    status: { value: opened }
    currency: { form: $.c }
  transactions:
    rows: "$.t["
    account_id: { from: $.a, up: 0 }
    status: { value: booked }
    amount: { amount: $.x, credit: $.y, currency: $.c, exponent: two, decimal: ",", group: ",", sign: minus }
    booking_date: { date: $.d, format: yyyy-mm-dd, zone: Mars/Phobos }
    value_date: { date: $.d, format: "%Q" }
"#;
    insta::assert_snapshot!(read(wrong).unwrap_err());
}

fn amount(rule: &str, row: &str) -> String {
    let rules = format!(
        "mapping:\n  balances:\n    rows: $.b[*]\n    account_id: {{ value: a }}\n    type: {{ value: available }}\n    amount: {rule}\n"
    );
    match mapped(&rules, &format!(r#"{{"b": [{row}]}}"#)) {
        Ok(canonical) => {
            let amount = &canonical.balances[0].balance.amount;
            format!("{} {}", amount.text(), amount.unit())
        }
        Err(reason) => reason.lines().last().unwrap_or_default().trim().to_owned(),
    }
}

#[test]
fn amounts_are_exact_whatever_their_form() {
    let minor = "{ amount: $.n, currency: $.c, exponent: currency }";
    assert_eq!(amount(minor, r#"{"n": 1230, "c": "EUR"}"#), "12.30 EUR");
    assert_eq!(amount(minor, r#"{"n": -1230, "c": "JPY"}"#), "-1230 JPY");
    assert_eq!(amount(minor, r#"{"n": 1230, "c": "KWD"}"#), "1.230 KWD");
    let plain = "{ amount: $.n, currency: { value: EUR } }";
    // Not representable in binary floating point, and kept as written.
    assert_eq!(amount(plain, r#"{"n": 9007199254740993.01}"#), "9007199254740993.01 EUR");
    assert_eq!(amount(plain, r#"{"n": 1.230e2}"#), "123.00 EUR");
    assert_eq!(amount("{ amount: $.n, currency: { value: EUR }, sign: inverted }", r#"{"n": "5.00"}"#), "-5.00 EUR");
    let two = "{ credit: $.in, debit: $.out, currency: { value: EUR } }";
    assert_eq!(amount(two, r#"{"in": "", "out": "5.00"}"#), "-5.00 EUR");
    assert_eq!(amount(two, r#"{"in": "5.00", "out": null}"#), "5.00 EUR");
    assert_eq!(
        amount(two, r#"{"in": "5.00", "out": "1.00"}"#),
        "mapping.balances.amount.amount at /b/0/out: both a credit (`5.00`) and a debit (`1.00`)"
    );
    assert_eq!(
        amount(plain, r#"{"n": "12,30"}"#),
        "mapping.balances.amount.amount at /b/0/n: `12,30` is no decimal number with `.` as its point"
    );
    assert_eq!(
        amount(minor, r#"{"n": 1, "c": null}"#),
        "mapping.balances.amount.currency at /b/0/n: the amount `1` has no currency ($.c)"
    );
}

#[test]
fn rows_of_csv_files_are_mapped_like_any_other() {
    let folder = std::env::temp_dir().join(format!("bank-conformance-csv-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("t.csv");
    let csv = Csv { files: Vec::new(), delimiter: b';' };
    let read = |text: &str| {
        std::fs::write(&file, text).unwrap();
        csv.read([("transactions".to_owned(), file.clone())].into_iter())
    };
    assert_eq!(
        read("\u{feff}Id;Amount;Note\n1;\"-1,50\";\n2;2,00;\"a;b\"\n").unwrap(),
        r#"{"transactions":[{"Id":"1","Amount":"-1,50"},{"Id":"2","Amount":"2,00","Note":"a;b"}]}"#
    );
    assert!(read("Id;Id\n1;2\n").unwrap_err().ends_with("the column `Id` is there twice"));
    assert!(read("Id;Note\n1\n").unwrap_err().contains("found record with 1 fields"), "rows of unequal length");
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(csv.read([("t".to_owned(), file.clone())].into_iter()).unwrap_err().starts_with("no result in "));
}

proptest! {
    #[test]
    fn minor_units_keep_every_digit(minor in -1_000_000_000_000i64..1_000_000_000_000) {
        let text = amount("{ amount: $.n, currency: { value: EUR }, exponent: 2 }", &format!(r#"{{"n": {minor}}}"#));
        let sign = if minor < 0 { "-" } else { "" };
        let expected = format!("{sign}{}.{:02} EUR", minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
        prop_assert_eq!(text, expected);
    }

    #[test]
    fn no_document_makes_a_mapping_panic(text in r#"\{"konten": \[(\{"nr": ("[a-z]{0,3}"|-?[0-9]{0,4}(\.[0-9]{1,3})?|null|\[\]|true)\}|[0-9]|\{\})\]\}"#) {
        let _ = mapped(RULES, &text);
    }
}
