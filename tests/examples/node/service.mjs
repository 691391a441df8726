// A careful client of the generic bank as a service: fetch, node:http, no packages.
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const env = process.env, base = env.BANK_BASE_URL;
const MAY_PASS = new Set([408, 425, 429, 500, 502, 503, 504, 529, 599]);
const CLASSES = { 400: "invalid_request", 401: "auth_token", 403: "consent_scope", 404: "resource_gone", 410: "resource_gone", 429: "rate_limited" };
const FINAL = new Set(["debited", "credited", "rejected", "cancelled", "returned"]);

class Trouble extends Error {
  constructor(kind, unknown = false) { super(kind); Object.assign(this, { kind, unknown }); }
}
const file = (name) => join(env.WORK_DIR, name);
const kept = (name) => (existsSync(file(name)) ? JSON.parse(readFileSync(file(name))) : undefined);
function keep(name, value) { // on disk before it is used, whole or not at all
  writeFileSync(file(`${name}.next`), JSON.stringify(value), { mode: 0o600, flush: true });
  renameSync(file(`${name}.next`), file(name));
  return value;
}
function askedWait(answer) { // milliseconds: a number of seconds, or a date by the bank's own clock
  const value = answer?.headers.get("retry-after") ?? "";
  if (/^\d+$/.test(value)) return value * 1000;
  const wait = Date.parse(value) - Date.parse(answer?.headers.get("date"));
  return wait > 0 ? wait : 0;
}

let tokens = kept("tokens.json") ?? { access: env.BANK_ACCESS_TOKEN, refresh: env.BANK_REFRESH_TOKEN };
let renewing; // one renewal for all calls that need one; a fresh token that is refused too needs the account holder
async function renew() {
  const form = new URLSearchParams({ grant_type: "refresh_token", refresh_token: tokens.refresh });
  const basic = Buffer.from(`${encodeURIComponent(env.BANK_CLIENT_ID)}:${encodeURIComponent(env.BANK_CLIENT_SECRET)}`).toString("base64");
  const options = { method: "POST", body: form, headers: { authorization: `Basic ${basic}` }, redirect: "manual" };
  const answer = await fetch(env.BANK_TOKEN_URL, { ...options, signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) return false;
  const issued = await answer.json();
  tokens = keep("tokens.json", { access: issued.access_token, refresh: issued.refresh_token ?? tokens.refresh });
  return true;
}

// The same request, bytes and key alike, until it succeeds or nothing suggests that it will.
async function call(method, url, more = {}) {
  for (let attempt = 1, broken = 0; ; attempt++) {
    let answer, trouble;
    try {
      const headers = { ...more.headers, authorization: `Bearer ${tokens.access}` };
      answer = await fetch(url, { method, body: more.body, headers, redirect: "manual", signal: AbortSignal.timeout(10_000) });
      const body = await answer.text();
      console.log(method, new URL(url).pathname, answer.status);
      if (answer.ok) return JSON.parse(body);
      trouble = new Trouble(CLASSES[answer.status] ?? (answer.status >= 500 ? "provider_unavailable" : "invalid_request"), answer.status >= 500);
      if (answer.status === 401 && !renewing && (await (renewing = renew().catch(() => false)))) continue;
    } catch {
      // A body that is cut or no JSON; or no answer at all.
      if (answer) broken++;
      trouble = new Trouble(answer ? "protocol_violation" : "provider_unavailable", true);
    }
    const passes = answer === undefined || answer.ok || MAY_PASS.has(answer.status);
    if (!passes || attempt === 5 || broken > 2) throw trouble;
    const full = 100 * 2 ** attempt;
    await sleep(askedWait(answer) + full / 2 + (Math.random() * full) / 2);
  }
}

// Every row once; a link that leads away from the bank, or nowhere new, is an error and not the end.
async function list(path) {
  let url = new URL(`${base}${path}?limit=100`);
  const rows = new Map(), seen = new Set();
  for (;;) {
    const page = await call("GET", url), before = rows.size;
    if (!Array.isArray(page.data)) throw new Trouble("protocol_violation");
    for (const row of page.data) rows.set(row.id ?? JSON.stringify(row), row);
    seen.add(url.href);
    if (!page.links?.next) return [...rows.values()];
    url = new URL(page.links.next, url);
    if (url.origin !== new URL(base).origin || seen.has(url.href) || rows.size === before) throw new Trouble("protocol_violation");
  }
}
const money = (own) => own && { amount: own.value, currency: own.currency };
const problem = (trouble, account) => ({ class: trouble.kind ?? "protocol_violation", scope: account ? "account" : "request", account_id: account });

async function sync() {
  const result = { canonical: "v1", accounts: [], balances: [], transactions: [], errors: [] };
  const kinds = { booked: "booked_current", opening: "booked_opening", closing: "booked_closing" };
  try {
    for (const { id, identifiers, currency, type, status, name, owners } of await list("/accounts")) {
      result.accounts.push({ account_id: id, identifiers, currency, type, status, name, owners });
      try {
        for (const row of await list(`/accounts/${id}/balances`))
          result.balances.push({ account_id: id, type: kinds[row.type] ?? row.type, amount: money(row.amount), as_of: row.as_of, reference_date: row.reference_date });
        const entries = await list(`/accounts/${id}/transactions`);
        result.transactions.push(...entries.map((row) => ({
          account_id: id, transaction_id: `${id}/${row.id}`, provider_id: row.id, status: row.status, nature: row.nature, kind: row.type,
          amount: money(row.amount), booking_date: row.booked_on, booking_at: row.booked_at, value_date: row.value_on, transaction_date: row.occurred_on,
          original_amount: money(row.original_amount), balance_after: money(row.balance_after), counterparty: row.counterparty, remittance: row.description })));
      } catch (trouble) { result.errors.push(problem(trouble, id)); } // the accounts next to it stay complete
    }
  } catch (trouble) { result.errors.push(problem(trouble)); }
  return result;
}
async function pay({ id, ...order }) {
  const { key } = kept(`order-${id}`) ?? keep(`order-${id}`, { key: randomUUID() });
  try {
    const headers = { "idempotency-key": key, "content-type": "application/json" };
    return keep(`payment-${id}`, await call("POST", `${base}/payments`, { headers, body: JSON.stringify(order) }));
  } catch (trouble) {
    if (!trouble.unknown) throw trouble;
    return (await look(id)) ?? Promise.reject(trouble); // nobody knows whether the bank took it: its own list does
  }
}
async function look(id) {
  const found = (await call("GET", `${base}/payments?idempotency_key=${kept(`order-${id}`).key}`)).data[0];
  return found && keep(`payment-${id}`, found);
}
async function payment(id) {
  if (!kept(`order-${id}`)) return { canonical: "v1", errors: [{ class: "resource_gone", scope: "request" }] };
  try {
    const known = kept(`payment-${id}`), own = known && FINAL.has(known.status) ? known : await look(id);
    if (!own) throw new Trouble("unknown_outcome");
    const status = { accepted: "accepted_checks" }[own.status] ?? own.status;
    return { canonical: "v1", payments: [{ payment_id: id, provider_id: own.id, idempotency_key: kept(`order-${id}`).key, status, amount: money(own.amount) }] };
  } catch (trouble) { return { canonical: "v1", errors: [problem(trouble)] }; }
}

function isTheBanks(header = "", body) { // signed in the last five minutes, by whichever of its secrets
  const parts = header.split(",").map((part) => part.split("=")), at = parts.find(([name]) => name === "t")?.[1];
  if (!/^\d+$/.test(at ?? "") || Math.abs(Date.now() / 1000 - at) > 300) return false;
  const right = createHmac("sha256", env.BANK_WEBHOOK_SECRET).update(`${at}.`).update(body).digest();
  const isRight = (given) => given.length === right.length && timingSafeEqual(given, right);
  return parts.some(([name, hex]) => name === "v1" && isRight(Buffer.from(hex ?? "", "hex")));
}

function hook(request, body) { // what it says is asked of the bank when somebody wants to know; nothing is believed
  if (request.method !== "POST") return 405;
  if (request.headers["content-type"] !== "application/json") return 415;
  return isTheBanks(request.headers["webhook-signature"], body) ? 204 : 401;
}

createServer(async (request, response) => {
  const chunks = [], answer = (status, value) => response.writeHead(status, { "content-type": "application/json" }).end(value && JSON.stringify(value));
  for await (const chunk of request) if (chunks.push(chunk) && chunks.reduce((sum, { length }) => sum + length, 0) > 65_536) return answer(413);
  const body = Buffer.concat(chunks), [, what, id] = request.url.split("/");
  if (what === "hooks") return answer(hook(request, body));
  if (what === "sync") return answer(200, await sync());
  if (request.method === "POST") return pay(JSON.parse(body)).then(() => answer(202), (trouble) => answer(200, { canonical: "v1", errors: [problem(trouble)] }));
  answer(200, await payment(decodeURIComponent(id)));
}).listen(env.SERVICE_PORT, "127.0.0.1", () => console.log("listening"));
