//! A commented scenario to start from.

/// The text of a new scenario file of this name; reading it gives a scenario.
pub fn starter(name: &str) -> String {
    format!(
        r#"# yaml-language-server: $schema=./sandbox-scenario-1.schema.json
# Check it with `bank-sandbox check`, see what each call gets with `bank-sandbox explain`.
sandbox: 1
name: {name}
title: the first two payments are answered late, every 20th read fails
seed: 42                                  # same seed, same file, same calls: same answers

rules:
  - name: two-slow-payments
    match: {{ op: payments.create }}        # `bank-sandbox list operations`; patterns such as accounts.* work
    key: client                           # each client has its own count; left out: one for the world
    phases:
      - calls: 2
        do: {{ delay: 3s }}                 # `bank-sandbox list faults`, `bank-sandbox explain fault delay`
      - forever: pass

  - name: some-reads-fail
    match: {{ op: [accounts.*, balances.*, transactions.*] }}
    when: {{ chance: 5% exact }}            # exactly 1 of every 20 calls, in an order fixed by the seed
    do: {{ error: provider_unavailable, retry_after: 1s }}

expect:
  drive: [sync, pay]                      # what the client under test is asked to do
  client: [retry-after-seconds]           # the checks it is judged by: `bank-conformance list checks`
"#
    )
}
