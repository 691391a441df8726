"""A careful client of the generic bank, with httpx. It writes its own model into result.json; target.yaml maps it."""

import email.utils, json, os, pathlib, random, sys, time, uuid

import httpx

BASE, WORK = os.environ["BANK_BASE_URL"], pathlib.Path(os.environ["WORK_DIR"])
MAY_PASS = {408, 425, 429, 500, 502, 503, 504, 529, 599}
CLASSES = {400: "invalid_request", 401: "auth_token", 403: "consent_scope", 404: "resource_gone", 410: "resource_gone", 429: "rate_limited"}

class Trouble(Exception):
    """A call that was given up: what it means, and whether the bank may have acted all the same."""
    def __init__(self, kind, unknown=False):
        super().__init__(kind)
        self.kind, self.unknown = kind, unknown

def keep(name, value):
    """On disk before it is used, whole or not at all: neither a crash nor a lost answer may make us forget it."""
    path = (WORK / name).with_suffix(".next")
    path.write_text(json.dumps(value))
    path.rename(WORK / name)
    return value

def kept(name):
    return json.loads((WORK / name).read_text()) if (WORK / name).exists() else None

def asked_wait(answer):
    """Seconds a Retry-After asks for: a number, or a date by the bank's own clock."""
    value = answer.headers.get("retry-after", "") if answer is not None else ""
    if value.isascii() and value.isdigit():
        return int(value)
    try:
        until = email.utils.parsedate_to_datetime(value)
        now = email.utils.parsedate_to_datetime(answer.headers["date"])
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError, KeyError, AttributeError):
        return 0

class Bank:
    def __init__(self):
        self.http = httpx.Client(timeout=10, follow_redirects=False, trust_env=False)
        given = {name: os.environ.get(f"BANK_{name.upper()}") for name in ("access_token", "refresh_token")}
        self.tokens, self.renewed = kept("tokens.json") or given, False

    def call(self, method, url, **more):
        """The same request, bytes and key alike, until it succeeds or nothing suggests that it will."""
        broken = 0
        for attempt in range(1, 6):
            answer, headers = None, {"Authorization": f"Bearer {self.tokens['access_token']}", **more.get("headers", {})}
            try:
                with self.http.stream(method, url, headers=headers, content=more.get("content")) as answer:
                    body = answer.read()
                print(method, httpx.URL(url).path, answer.status_code, file=sys.stderr)
                if answer.is_success:
                    return json.loads(body)
                down = answer.status_code >= 500
                trouble = Trouble("provider_unavailable" if down else CLASSES.get(answer.status_code, "invalid_request"), down)
                if answer.status_code == 401 and self.renew():
                    continue
                if answer.status_code not in MAY_PASS:
                    raise trouble
            except ValueError:
                broken, trouble = broken + 1, Trouble("protocol_violation", True)
            except httpx.TransportError:
                broken += answer is not None
                trouble = Trouble("protocol_violation" if answer is not None else "provider_unavailable", True)
            if attempt == 5 or broken > 2:
                raise trouble
            full = 0.1 * 2**attempt
            time.sleep(asked_wait(answer) + full / 2 + random.uniform(0, full / 2))

    def renew(self):
        """Once: a fresh token that is refused too needs the account holder."""
        if self.renewed or not self.tokens.get("refresh_token"):
            return False
        self.renewed = True
        form = {"grant_type": "refresh_token", "refresh_token": self.tokens["refresh_token"]}
        try:
            client = (os.environ["BANK_CLIENT_ID"], os.environ["BANK_CLIENT_SECRET"])
            issued = self.http.post(os.environ["BANK_TOKEN_URL"], data=form, auth=client).raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            return False
        self.tokens = keep("tokens.json", {name: issued.get(name) or self.tokens[name] for name in self.tokens})
        return True

    def rows(self, path):
        """Every row once; a link that leads away from the bank, or nowhere new, is an error and not the end."""
        url, rows, seen = httpx.URL(f"{BASE}{path}", params={"limit": 100}), {}, set()
        while True:
            page, before = self.call("GET", url), len(rows)
            if not isinstance(page, dict) or not isinstance(page.get("data"), list):
                raise Trouble("protocol_violation")
            rows.update((row.get("id") or json.dumps(row), row) for row in page["data"])
            seen.add(str(url))
            if not (following := page.get("links", {}).get("next")):
                return list(rows.values())
            url = url.join(following)
            leaves = str(url.copy_with(raw_path=b"/")) != str(httpx.URL(BASE).copy_with(raw_path=b"/"))
            if leaves or str(url) in seen or len(rows) == before:
                raise Trouble("protocol_violation")

def entry(row):
    mine = {"id": row["id"], "booked": row["status"] == "booked", "nature": row.get("nature"), "kind": row.get("type")}
    mine |= {"amount": row["amount"]["value"], "currency": row["amount"]["currency"], "text": row.get("description", [])}
    mine["day"] = ".".join(reversed(row["booked_on"].split("-"))) if "booked_on" in row else None
    return mine | {name: row.get(name) for name in ("value_on", "occurred_on")}

def sync(bank, result):
    for row in bank.rows("/accounts"):
        account = {name: row.get(name) for name in ("id", "currency", "type", "status", "name", "owners", "identifiers")}
        result["accounts"].append(account)
        for path in ("balances", "transactions"):
            try:
                rows = bank.rows(f"/accounts/{account['id']}/{path}")
                account[path] = rows if path == "balances" else [entry(row) for row in rows]
            except Trouble as trouble:  # the accounts next to it stay complete
                result["problems"].append({"class": trouble.kind, "scope": "account", "account": account["id"]})

def pay(bank, result, ask_only):
    order = os.environ["ORDER_ID"]
    key = (kept(f"order-{order}.json") or keep(f"order-{order}.json", {"key": str(uuid.uuid4())}))["key"]
    account = {"scheme": os.environ["ORDER_CREDITOR_SCHEME"], "value": os.environ["ORDER_CREDITOR_ACCOUNT"]}
    body = {"debtor_account_id": os.environ["ORDER_DEBTOR_ACCOUNT"], "reference": os.environ["ORDER_REFERENCE"],
            "creditor": {"name": os.environ["ORDER_CREDITOR_NAME"], "account": account},
            "amount": {"value": os.environ["ORDER_AMOUNT"], "currency": os.environ["ORDER_CURRENCY"]}}
    headers, found = {"Idempotency-Key": key, "Content-Type": "application/json"}, None
    try:
        if not ask_only:
            found = bank.call("POST", f"{BASE}/payments", headers=headers, content=json.dumps(body).encode())
    except Trouble as trouble:
        if not trouble.unknown:
            raise
    # Nobody knows whether the bank took it: its own list does.
    found = found or next(iter(bank.call("GET", f"{BASE}/payments?idempotency_key={key}")["data"]), None)
    if found is None:
        raise Trouble("unknown_outcome")
    result["payments"].append({"order": order, "id": found["id"], "key": key, "status": found["status"], "amount": found["amount"]})

job, result = sys.argv[1], {"accounts": [], "payments": [], "problems": []}
try:
    sync(Bank(), result) if job == "sync" else pay(Bank(), result, job == "status")
except Trouble as trouble:
    result["problems"].append({"class": trouble.kind, "scope": "request"})
keep("result.json", result)
sys.exit(1 if result["problems"] else 0)
