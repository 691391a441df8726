// Walks the bank's pages in headless Chromium as an account holder does, and has axe look at each.
//
// node pages.mjs BANK_URL CHROMIUM [FOLDER]: prints one line per page and ends with 0 if everything is as it should be.
// With a folder, each page is also kept there as a picture.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [bank, executablePath, folder] = process.argv.slice(2);
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const callback = "http://127.0.0.1:4000/callback";
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const challenge = createHash("sha256").update(verifier).digest("base64url");

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const context = await browser.newContext({ viewport: { width: 720, height: 640 }, locale: "en-GB" });
const page = await context.newPage();
page.setDefaultTimeout(10_000);

// Nothing but the bank is asked for anything; the client's callback is answered here.
const asked = [];
await context.route("**/*", (route) => {
  const url = route.request().url();
  if (url.startsWith(callback)) {
    return route.fulfill({ status: 200, contentType: "text/html", body: "<!doctype html><title>Back</title>" });
  }
  asked.push(url);
  return route.continue();
});
const complaints = [];
page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));

function authorizeUrl(changes = {}) {
  const parameters = {
    response_type: "code", client_id: "demo", redirect_uri: callback, scope: "openid accounts balances",
    state: "s", code_challenge: challenge, code_challenge_method: "S256", ...changes,
  };
  return `${bank}/oauth/authorize?${new URLSearchParams(parameters)}`;
}

/** Has axe look at the page, and keeps a picture of it. */
async function look(name) {
  await page.evaluate(axeSource);
  const result = await page.evaluate(() => globalThis.axe.run());
  const found = result.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" ")}`);
  assert.deepEqual(found, [], `${name}: axe finds violations`);
  const scripts = await page.evaluate(() => document.scripts.length);
  assert.equal(scripts, 0, `${name}: there is no script on the page`);
  if (folder) {
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }
  console.log(`${name}: ${result.passes.length} rules passed`);
}

const parameters = () => new URL(page.url()).searchParams;

// Login, with a mistake on the way.
await page.goto(authorizeUrl());
await look("login");
await page.fill("#username", "alice");
await page.fill("#password", "wrong");
await page.click("#login");
assert.match(await page.textContent("#alert"), /do not match/);
await look("login-again");
await page.fill("#username", "alice");
await page.fill("#password", "alice");
await page.click("#login");

// The one-time code, wrong and right.
await look("code");
await page.fill("#code", "not a code");
await page.click("#verify");
assert.match(await page.textContent("#alert"), /not the code/);
await page.fill("#code", await page.textContent("#phone-code"));
await page.click("#verify");

// Accounts by keyboard alone: the last one is not given.
await look("accounts");
const boxes = page.locator("input[type=checkbox]");
assert.ok((await boxes.count()) > 1);
await boxes.last().focus();
await page.keyboard.press("Space");
assert.equal(await boxes.last().isChecked(), false);
await page.click("#continue");
await look("confirm");
assert.equal(await page.locator("#accounts li").count(), (await page.locator("#permissions li").count()) - 1);
await page.click("#approve");
await page.waitForURL(`${callback}**`);
assert.ok(parameters().get("code") && parameters().get("state") === "s");

// Denied, and cancelled before anybody logged in.
await page.goto(authorizeUrl());
assert.equal(await page.locator("#password").count(), 0, "still logged in");
await page.fill("#code", await page.textContent("#phone-code"));
await page.click("#verify");
await page.click("#continue");
await page.click("#deny");
await page.waitForURL(`${callback}**`);
assert.equal(parameters().get("error"), "access_denied");
await page.goto(authorizeUrl({ prompt: "login" }));
await page.click("#cancel");
await page.waitForURL(`${callback}**`);
assert.equal(parameters().get("error"), "access_denied");

// The account holder's own page: who has access, withdrawn.
await page.goto(`${bank}/oauth/home`);
await look("home");
await page.locator("#open button").first().click();
assert.match(await page.textContent("#alert"), /withdrawn/);
await look("home-withdrawn");
await page.click("#logout");
await look("home-login");

// Somebody slow, and somebody who leaves.
for (const [name, outcome] of [["wait", "slow"], ["left", "abandon"]]) {
  await page.goto(authorizeUrl({ login_hint: `alice:${outcome}` }));
  await look(name);
}

// What nobody can be sent back for.
await page.goto(authorizeUrl({ client_id: "nobody" }));
assert.equal(await page.textContent("#error-code"), "invalid_request");
await look("error");

assert.deepEqual(asked.filter((url) => !url.startsWith(bank) && !url.endsWith("/favicon.ico")), [], "other addresses were asked");
const ours = complaints.filter((text) => !/favicon|status of (400|404)/.test(text));
assert.deepEqual(ours, [], "the browser complained");
await browser.close();
