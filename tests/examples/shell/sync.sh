#!/usr/bin/env bash
# A careful client of the generic bank in shell, curl and jq: reads everything a consent allows, page by page, and hands over
# canonical v1. What it is told is in its environment: BANK_BASE_URL, BANK_ACCESS_TOKEN, ...; WORK_DIR stays between runs.
set -uo pipefail
cd "$WORK_DIR"
umask 077
errors='[]' token=$(cat token 2>/dev/null || echo "$BANK_ACCESS_TOKEN") refresh=$(cat refresh 2>/dev/null || echo "${BANK_REFRESH_TOKEN:-}")
origin=$(sed -E 's#^([a-z]+://[^/]+).*#\1#' <<<"$BANK_BASE_URL")

# A wait that doubles from attempt to attempt, with jitter over its upper half, on top of what the bank asked for.
pause() { # attempt, asked seconds
    sleep "$(awk -v n="$1" -v asked="$2" -v draw="$RANDOM" 'BEGIN { full = 0.1 * 2 ^ n; print asked + full / 2 + full / 2 * draw / 32768 }')"
}

# The seconds a Retry-After asks for: a number, or a date by the bank's own clock.
asked() {
    local value date at now
    value=$(sed -n 's/^[Rr]etry-[Aa]fter: *//p' head | tr -d '\r' | tail -1)
    date=$(sed -n 's/^[Dd]ate: *//p' head | tr -d '\r' | tail -1)
    if [[ $value =~ ^[0-9]+$ ]]; then echo "$value"; return; fi
    [[ $value == *GMT ]] && at=$(date -d "$value" +%s 2>/dev/null) && now=$(date -d "${date:-now}" +%s) && [ "$at" -gt "$now" ] && echo $((at - now)) && return
    echo 0
}

# A new token, once: if that one is refused too, nothing helps but the account holder. Secrets go through files, where no
# list of processes shows them.
renew() {
    [ -n "$refresh" ] && [ ! -e renewed ] || return 1
    touch renewed
    printf 'user = "%s:%s"\ndata-urlencode = "refresh_token=%s"\n' "$BANK_CLIENT_ID" "$BANK_CLIENT_SECRET" "$refresh" >secrets
    curl -sS -m 10 -K secrets -d grant_type=refresh_token -o tokens "$BANK_TOKEN_URL" 2>/dev/null || return 1
    token=$(jq -er .access_token tokens) || return 1
    refresh=$(jq -r '.refresh_token // empty' tokens)
    echo "$token" >token && echo "$refresh" >refresh
}

# A GET that survives the bank's bad days: the body is in `body` afterwards; if not, `class` and `status` say why.
get() { # address
    local attempt broken=0 code
    for attempt in 1 2 3 4 5; do
        printf 'header = "Authorization: Bearer %s"\n' "$token" >secrets
        : >head
        status=$(curl -sS -m 10 --max-filesize 8388608 -K secrets -H 'Accept: application/json' -D head -o body -w '%{http_code}' "$1" 2>/dev/null)
        code=$?
        echo "GET $1 $status ($code)" >&2
        if [ $code -eq 0 ] && [[ $status == 2* ]]; then
            jq -e '.data | type == "array"' body >/dev/null 2>&1 && return 0
            class=protocol_violation
            [ $((broken += 1)) -gt 2 ] && return 1
        elif [ $code -ne 0 ] && [[ $status == 2* ]]; then # cut inside the body
            class=protocol_violation
            [ $((broken += 1)) -gt 2 ] && return 1
        elif [ $code -ne 0 ]; then
            class=provider_unavailable
        else
            case $status in
                401) class=auth_token; renew && continue; return 1 ;;
                429) class=rate_limited ;;
                408 | 425 | 500 | 502 | 503 | 504 | 529 | 599) class=provider_unavailable ;;
                403) class=consent_scope; return 1 ;;
                404 | 410) class=resource_gone; return 1 ;;
                *) class=invalid_request; return 1 ;;
            esac
        fi
        [ "$attempt" -lt 5 ] && pause "$attempt" "$(asked)"
    done
    return 1
}

# Every page of a list as one array in `rows`; a link that leads away, or back to where we were, ends it with an error.
list() { # path
    local url="$BANK_BASE_URL$1?limit=100" seen=$'\n' next before
    rows='[]'
    echo "$rows" >rows
    while :; do
        get "$url" || return 1
        seen+="$url"$'\n'
        before=$(jq length rows)
        jq -c --slurpfile page body '. + $page[0].data | unique_by(.id // tojson)' rows >more && mv more rows
        next=$(jq -r '.links.next // empty' body)
        [ -z "$next" ] && return 0
        [[ $next == /* ]] && next="$origin$next"
        class=protocol_violation status=200
        [[ $next == "$origin"/* ]] && [[ $seen != *$'\n'"$next"$'\n'* ]] && [ "$(jq length rows)" -gt "$before" ] || return 1
        url=$next
    done
}

failed() { # account or nothing
    errors=$(jq -c --arg class "$class" --arg account "${1:-}" --argjson status "$((10#${status:-0}))" '. + [{class: $class,
        scope: (if $account == "" then "request" else "account" end)} + (if $account == "" then {} else {account_id: $account} end)
        + (if $status >= 100 then {http_status: $status} else {} end)]' <<<"$errors")
}

rm -f renewed
: >accounts && : >balances && : >transactions
if list /accounts; then jq -c '.[]' rows >accounts; else failed; fi
for account in $(jq -r .id accounts); do
    if list "/accounts/$account/balances"; then jq -c --arg id "$account" '.[] + {account: $id}' rows >>balances; else failed "$account"; fi
    if list "/accounts/$account/transactions"; then jq -c --arg id "$account" '.[] + {account: $id}' rows >>transactions; else failed "$account"; fi
done

jq -nc --slurpfile accounts accounts --slurpfile balances balances --slurpfile transactions transactions --argjson errors "$errors" '
def money: if . then {amount: .value, currency} else null end;
def kind: {booked: "booked_current", opening: "booked_opening", closing: "booked_closing", available: "available", expected: "expected",
    owed: "owed", blocked: "blocked"}[.] // .;
{canonical: "v1",
 accounts: [$accounts[] | {account_id: .id, identifiers: (.identifiers // []), currency, type, status, name, owners: (.owners // [])}],
 balances: [$balances[] | {account_id: .account, type: (.type | kind), amount: (.amount | money), as_of, reference_date}],
 transactions: [$transactions[] | {account_id: .account, transaction_id: "\(.account)/\(.id)", provider_id: .id, status, nature, kind: .type,
    amount: (.amount | money), booking_date: .booked_on, booking_at: .booked_at, value_date: .value_on, transaction_date: .occurred_on,
    original_amount: (.original_amount | money), balance_after: (.balance_after | money), counterparty,
    merchant: (if .merchant then (.merchant | {name, mcc}) else null end), remittance: (.description // []), end_to_end_id, mandate_id,
    links: [(.related // [])[] | {relation, provider_id: .transaction_id}]}],
 errors: $errors}'
[ "$errors" = '[]' ]
