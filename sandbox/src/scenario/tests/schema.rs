//! The JSON Schema: what the reader takes it takes, and what the reader refuses it refuses as far as a schema can.

use bank_fixtures::document::Document;

use super::*;

fn validator() -> jsonschema::Validator {
    let schema: serde_json::Value = serde_json::from_str(&cli::schema()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn mistakes(validator: &jsonschema::Validator, file: &str, text: &str) -> Vec<String> {
    let document = Document::parse(file, text).unwrap();
    let json = crate::fault::json::of(document.root());
    validator.iter_errors(&json).map(|error| format!("{file}: {error} at {}", error.instance_path())).collect()
}

#[test]
fn it_accepts_what_the_reader_accepts() {
    let validator = validator();
    for file in [library::files("faults"), library::files("journeys"), library::files("packs")].concat() {
        assert_eq!(mistakes(&validator, file.path, file.text), Vec::<String>::new());
    }
    for block in docs::blocks() {
        assert_eq!(mistakes(&validator, "docs/scenarios.md", block), Vec::<String>::new());
    }
    assert_eq!(mistakes(&validator, "starter", &cli::starter("a")), Vec::<String>::new());
    for right in RIGHT {
        let text = format!("{{sandbox: 1, name: a, seed: 1, rules: [{right}]}}");
        if let Err(wrong) = Scenario::compile("right", &text) {
            panic!("{wrong}");
        }
        assert_eq!(mistakes(&validator, right, &text), Vec::<String>::new());
    }
}

const RIGHT: &[&str] = &[
    "{name: r, match: {page: [1, 3..], attempt: '>= 2', method: [GET, POST], body: {$.a: ~, /b: [1, true, x]}}, do: pass}",
    "{name: r, when: {count: every 3, chance: 0.05}, do: {delay: 1s}}",
    "{name: r, when: {count: [1, 4..6], chance: 1 of 20 exact}, do: [{delay: 1s}, {set: {a: 1}}]}",
    "{name: r, when: {chance: 12.5%, clock: {from: 2026-03-01T08:00:00Z}}, do: {delay: 1s}}",
    "{name: r, when: {clock: 'Mon-Fri 09:00-17:30 Europe/Berlin'}, do: {delay: 1s}}",
    "{name: r, match: {op: payments.create}, when: {bank: {payment.amount: [1, '< 5'], payment.currency: [EUR, G*]}}, do: {delay: 1s}}",
    "{name: r, key: [client, 'header:X-A', 'body:$.a', 'body:/a'], phases: [{for: 1h30m}, {until: token.refresh}, {forever: pass}]}",
    "{name: r, limit: {quota: bucket 10 refill 2 per 1s, headers: {limit: X-A, reset_at: X-B}, count: success}}",
    "{name: r, limit: {quota: 4 at once, key: psu, suspend: {after: 1 failure, for: 10m}, over: [{status: 429}]}}",
    "{name: r, limit: {quota: 4 per day Europe/Berlin, headers: ietf-draft-6}}",
    "{name: r, event: [payment.*, consent.revoked], when: {count: every 3, chance: 5%, client: a*, bank: {payment.amount: '> 5'}}, do: {set: {a: 1}}}",
    "{name: r, event: payment.accepted, key: [client, payment], max: 1, tags: [t], do: [{after: 3s, bank: {payment.status: RJCT, reason: AM04}}, {webhook: x.y}]}",
    "{name: r, event: consent.created, phases: [{calls: 2}, {until: payment.accepted}, {forever: true, do: {advance: 1h}}]}",
    "{name: r, event: account.changed, do: {transaction: {user: alice, amount: '-1.50', currency: EUR}}}",
    "{name: r, event: webhook.queued, when: {type: payment.*}, tags: [t], deliver: {copies: 2, order: shuffle, window: 5s, drop: 1 of 3, retry: {max: 0}}}",
];

/// Wrong files that a schema can refuse: each of them alone.
const WRONG: &[&str] = &[
    "{sandbox: 2, name: a}",
    "{sandbox: 1}",
    "{sandbox: 1, name: A}",
    "{sandbox: 1, name: a, seed: -1}",
    "{sandbox: 1, name: a, sed: 1}",
    "{sandbox: 1, name: a, banks: [nobank]}",
    "{sandbox: 1, name: a, banks: {nobank: {}}}",
    "{sandbox: 1, name: a, banks: []}",
    "{sandbox: 1, name: a, dataset: nodata}",
    "{sandbox: 1, name: a, covers: [x]}",
    "{sandbox: 1, name: a, include: ''}",
    "{sandbox: 1, name: a, clients: [{client_secret: a}]}",
    "{sandbox: 1, name: a, clients: [{client_id: a, auth_method: none_at_all}]}",
    "{sandbox: 1, name: a, consents: [{client: a}]}",
    "{sandbox: 1, name: a, consents: [{client: a, user: b, valid_for: long}]}",
    "{sandbox: 1, name: a, consents: [{client: a, user: b, scope: c}]}",
    "{sandbox: 1, name: a, profiles: [a]}",
    "{sandbox: 1, name: a, profiles: {Big: []}}",
    "{sandbox: 1, name: a, profiles: {p: {active: maybe}}}",
    "{sandbox: 1, name: a, profiles: {p: [{name: r}]}}",
    "{sandbox: 1, name: a, expect: {drive: dance}}",
    "{sandbox: 1, name: a, clients: [{client_id: a, webhook: {secret: s}}]}",
    "{sandbox: 1, name: a, timeline: [{do: {advance: 1h}}]}",
    "{sandbox: 1, name: a, timeline: [{at: +1d}]}",
    "{sandbox: 1, name: a, timeline: [{at: +1d, times: 3, do: {advance: 1h}}]}",
    "{sandbox: 1, name: a, timeline: [{every: often, do: {advance: 1h}}]}",
    "{sandbox: 1, name: a, timeline: [{at: +1d, do: {after: 1h}}]}",
    "{sandbox: 1, name: a, timeline: [{at: +1d, do: {transaction: {user: alice}}}]}",
];

/// Wrong rules that a schema can refuse.
const WRONG_RULES: &[&str] = &[
    "{do: pass}",
    "{name: r}",
    "{name: Big Name, do: pass}",
    "{name: r, do: pass, phases: [{calls: 1}]}",
    "{name: r, do: {delay: 1s}, limit: {quota: 4 at once}}",
    "{name: r, do: {stauts: 503}}",
    "{name: r, do: []}",
    "{name: r, do: {}}",
    "{name: r, do: {stage: head}}",
    "{name: r, do: {stage: sned, status: 503}}",
    "{name: r, do: {error: nothing}}",
    "{name: r, do: {set: {a: [1]}}}",
    "{name: r, max: 0, do: pass}",
    "{name: r, disabled: maybe, do: pass}",
    "{name: r, tags: [Big], do: pass}",
    "{name: r, key: tokn, do: pass}",
    "{name: r, key: 'header:x y', do: pass}",
    "{name: r, key: 'body:x', do: pass}",
    "{name: r, match: {op: payment.create}, do: pass}",
    "{name: r, match: {op: []}, do: pass}",
    "{name: r, match: {acount: a}, do: pass}",
    "{name: r, match: {method: FETCH}, do: pass}",
    "{name: r, match: {page: many}, do: pass}",
    "{name: r, match: {attempt: first}, do: pass}",
    "{name: r, match: {header: [a]}, do: pass}",
    "{name: r, match: {client: ~}, do: pass}",
    "{name: r, when: {cuont: 1}, do: pass}",
    "{name: r, when: {count: some}, do: pass}",
    "{name: r, when: {chance: often}, do: pass}",
    "{name: r, when: {chance: 5}, do: pass}",
    "{name: r, when: {clock: Sunday}, do: pass}",
    "{name: r, when: {clock: {}}, do: pass}",
    "{name: r, when: {clock: {since: x}}, do: pass}",
    "{name: r, when: {state: closed}, do: pass}",
    "{name: r, when: {bank: {payment.amont: 1}}, do: pass}",
    "{name: r, when: {bank: {payment.amount: lots}}, do: pass}",
    "{name: r, when: {bank: {consent.status: gone}}, do: pass}",
    "{name: r, when: {bank: {account.type: secret}}, do: pass}",
    "{name: r, when: {unless: {opp: x}}, do: pass}",
    "{name: r, phases: []}",
    "{name: r, phases: [{do: {status: 503}}]}",
    "{name: r, phases: [{calls: 0}]}",
    "{name: r, phases: [{calls: 1, for: 2s}]}",
    "{name: r, phases: [{for: 2}]}",
    "{name: r, phases: [{for: soon}]}",
    "{name: r, phases: [{until: token.refreshed}]}",
    "{name: r, phases: [{forever: maybe}]}",
    "{name: r, phases: [{forever: pass, do: {status: 503}}]}",
    "{name: r, limit: {over: pass}}",
    "{name: r, limit: {quota: 4 a day}}",
    "{name: r, limit: {quota: 4 at a time}}",
    "{name: r, limit: {quota: 4 at once, headers: vendor}}",
    "{name: r, limit: {quota: 4 at once, headers: {}}}",
    "{name: r, limit: {quota: 4 at once, headers: {left: X}}}",
    "{name: r, limit: {quota: 4 per 1s, count: some}}",
    "{name: r, limit: {quota: 4 per 1s, suspend: {after: 3}}}",
    "{name: r, limit: {quota: 4 per 1s, suspend: {after: often, for: 1s}}}",
    "{name: r, limit: {quota: 4 per 1s, key: consnt}}",
    "{name: r, event: payment.acepted, do: {set: {a: b}}}",
    "{name: r, event: payment.accepted}",
    "{name: r, event: payment.accepted, do: {stauts: 503}}",
    "{name: r, event: payment.accepted, key: token, do: {set: {a: b}}}",
    "{name: r, event: payment.accepted, when: {unless: {op: jwks.get}}, do: {set: {a: b}}}",
    "{name: r, event: payment.accepted, when: {bank: {payment.status: rejected}}, do: {set: {a: b}}}",
    "{name: r, event: payment.accepted, match: {op: jwks.get}, do: {set: {a: b}}}",
    "{name: r, event: payment.accepted, phases: [{do: {set: {a: b}}}]}",
    "{name: r, event: payment.accepted, do: {emit: Big Name}}",
    "{name: r, event: payment.accepted, do: {bank: {payment.sttaus: RJCT}}}",
    "{name: r, event: webhook.sent, deliver: {copies: 2}}",
    "{name: r, event: webhook.queued, deliver: {copies: 0}}",
    "{name: r, event: webhook.queued, deliver: {order: reverse}}",
    "{name: r, event: webhook.queued, deliver: {order: backwards, window: 1s}}",
    "{name: r, event: webhook.queued, deliver: {retry: {after: [6xx]}}}",
    "{name: r, event: webhook.queued, when: {op: jwks.get}, deliver: {copies: 2}}",
    "{name: r, do: {emit: Big Name}}",
];

#[test]
fn it_refuses_what_the_reader_refuses() {
    let validator = validator();
    let rules = WRONG_RULES.iter().map(|rule| format!("{{sandbox: 1, name: a, seed: 1, rules: [{rule}]}}"));
    for wrong in WRONG.iter().map(|text| (*text).to_owned()).chain(rules) {
        assert!(Scenario::compile("wrong", &wrong).is_err(), "the reader takes {wrong}");
        assert!(!mistakes(&validator, "wrong", &wrong).is_empty(), "the schema takes {wrong}");
    }
}
