"""Client libraries of Python against a running sandbox, flow by flow.

    python3 drive.py READY_FILE [FLOW ...]

READY_FILE is what `bank-sandbox --tls --ready-file` wrote. Each flow makes a world of its own and ends with one line:
`ok NAME` or `not ok NAME: REASON`. idpy-oidc, of the makers of the certified pyoidc, has the flows of OpenID Connect;
it knows no FAPI, so those are driven by Authlib with the keys and tokens of joserfc. Nothing in them is replaced.
"""

import hashlib
import json
import logging
import sys
import tempfile
import time
import traceback
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from idpyoidc.client.oauth2.stand_alone_client import StandAloneClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

READY = json.load(open(sys.argv[1]))
port = lambda address: address.rsplit(":", 1)[1]
TLS = f"https://localhost:{port(READY['tls']['address'])}"
REDIRECT = "https://app.example/cb"
SCOPE = "openid accounts transactions"
CALLBACK = "http://127.0.0.1:4000/callback"
numbers = count(1)
# What idpy-oidc logs on its way is its business.
logging.disable(logging.CRITICAL)


def control(method, path, body=None):
    answer = requests.request(method, READY["control_url"] + path, json=body, timeout=30)
    assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.text if path.endswith(".pem") else answer.json()


FOLDER = tempfile.TemporaryDirectory()
CA = f"{FOLDER.name}/ca.pem"
open(CA, "w").write(control("GET", "/v1/ca.pem"))


def bank(security):
    """A world whose bank has these security settings: its name, and the issuer in it."""
    world = f"python-{next(numbers)}"
    scenario = f"sandbox: 1\nname: {world}\nbanks:\n  plain: {{ security: {{ {security} }} }}\n"
    control("POST", "/v1/worlds", {"name": world, "scenario": scenario})
    return world, f"{TLS}/w/{world}/plain"


def software(world):
    """Certificates as files, the keys that go with them, and the directory's word."""
    bundle = control("POST", "/v1/certificates", {"name": "python-client"})
    path = f"{FOLDER.name}/{world}.pem"
    open(path, "w").write(bundle["transport"]["certificate_pem"] + bundle["transport"]["private_key_pem"])
    asked = {"redirect_uris": [REDIRECT], "jwks": bundle["jwks"], "software_id": "python-client"}
    statement = control("POST", f"/v1/worlds/{world}/software-statements", asked)["software_statement"]
    return bundle, path, statement


def fetched(url, token=None):
    """What anybody gets there, with a bearer token if there is one."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return requests.get(url, headers=headers, verify=CA, allow_redirects=False, timeout=30)


def browse(url):
    """What a browser would do: the bank decides by itself for the account holder the hint names."""
    answer = fetched(url)
    assert answer.status_code == 303, f"the browser was answered {answer.status_code}: {answer.text}"
    return answer.headers["location"]


def returned(url):
    parts = urlsplit(url)
    return {name: values[0] for name, values in parse_qs(parts.query or parts.fragment).items()}


# --- idpy-oidc ---------------------------------------------------------------------------------------------------


def relying_party(issuer, method, known=None, **add_ons):
    """A client of idpy-oidc that has discovered the bank, and registered itself unless the bank knows it already."""
    config = {
        "base_url": "https://app.example",
        "client_type": "oidc",
        "issuer": issuer,
        "redirect_uris": [CALLBACK if known else REDIRECT],
        "response_types_supported": ["code"],
        "scopes_supported": SCOPE.split(),
        "token_endpoint_auth_methods_supported": [method],
        **(known or {}),
        "client_authn_methods": [method],
        "token_endpoint_auth_signing_alg": "ES256",
        "key_conf": {"key_defs": [{"type": "RSA", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}]},
        "jwks_uri": "",
        "add_ons": {
            "pkce": {
                "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
                "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
            },
            **add_ons,
        },
    }
    services = {
        name: {"class": f"idpyoidc.client.{path}"}
        for name, path in {
            "discovery": "oidc.provider_info_discovery.ProviderInfoDiscovery",
            "registration": "oidc.registration.Registration",
            "authorization": "oidc.authorization.Authorization",
            "accesstoken": "oidc.access_token.AccessToken",
            "refresh_token": "oidc.refresh_access_token.RefreshAccessToken",
            "userinfo": "oidc.userinfo.UserInfo",
            "introspection": "oauth2.introspection.Introspection",
            "token_revocation": "oauth2.token_revocation.TokenRevocation",
        }.items()
    }
    client = StandAloneClient(config=config, services=services, httpc_params={"verify": CA}, client_type="oidc")
    client.keyjar.httpc_params = {"verify": CA}
    client.do_provider_info()
    client.do_client_registration(request_args={"jwks": client.keyjar.export_jwks()})
    return client


def logged_in(client):
    url = client.init_authorization(req_args={"scope": SCOPE.split(), "login_hint": "alice"})
    done = client.finalize(returned(browse(url)))
    assert "error" not in done, done
    assert done["id_token"]["sub"] and done["token"], done
    return done


def oidc_code_pkce():
    _, issuer = bank("profile: plain, sender: none, signing: RS256")
    client = relying_party(issuer, "client_secret_basic")
    done = logged_in(client)
    assert done["userinfo"]["sub"] == done["id_token"]["sub"], done
    answer = fetched(f"{issuer}/accounts", done["token"])
    assert answer.status_code == 200 and answer.json()["data"], answer.text


def oidc_refresh_introspection_revocation():
    # It registers for no grant but those its response types stand for, so refreshing takes a client made otherwise.
    world, issuer = bank("profile: plain, sender: none, signing: RS256, access_tokens: jwt")
    asked = {"bank": "plain", "auth_method": "client_secret_basic", "redirect_uris": [CALLBACK]}
    made = control("POST", f"/v1/worlds/{world}/clients", asked)
    known = {name: made[name] for name in ["client_id", "client_secret"]}
    client = relying_party(issuer, "client_secret_basic", known)
    done = logged_in(client)
    fresh = client.refresh_access_token(done["state"], scope="accounts")
    assert fresh["access_token"] != done["token"] and fresh["scope"] == ["accounts"], fresh
    basic = {"authn_method": "client_secret_basic", "state": done["state"]}
    asked = {"token": fresh["access_token"]}
    says = client.do_request("introspection", request_args=asked, **basic)
    assert says["active"] is True and "error" not in says, says
    gone = {"token": fresh["refresh_token"]}
    # The answer has no body, which the library takes for a fault unless it expects a page.
    client.do_request("token_revocation", request_args=gone, response_body_type="html", **basic)
    says = client.do_request("introspection", request_args=asked, **basic)
    assert says["active"] is False, says


def oidc_private_key_jwt():
    # The library signs with the id it was configured with, never with one it registered: the bank is told of it instead.
    # It expects RS256, which every provider has (OpenID Connect Discovery 3), whatever the bank signs with by itself.
    world, issuer = bank("profile: plain, sender: none, signing: ES256")
    client = relying_party(issuer, "private_key_jwt", {"client_id": "python-key"})
    asked = {"bank": "plain", "client_id": "python-key", "auth_method": "private_key_jwt", "redirect_uris": [CALLBACK]}
    control("POST", f"/v1/worlds/{world}/clients", {**asked, "jwks": client.keyjar.export_jwks()})
    logged_in(client)


def oidc_jar():
    _, issuer = bank("profile: plain, sender: none, signing: PS256")
    signing = {"request_object_signing_alg": "ES256", "with_jti": True}
    jar = {"function": "idpyoidc.client.oauth2.add_on.jar.add_support", "kwargs": signing}
    logged_in(relying_party(issuer, "client_secret_basic", jar=jar))


# --- Authlib ----------------------------------------------------------------------------------------------------


class Client:
    """Authlib's client with what a profile of FAPI wants besides: keys, certificate, proofs."""

    def __init__(self, security, method="private_key_jwt", **metadata):
        self.world, self.issuer = bank(security)
        self.metadata = fetched(f"{self.issuer}/.well-known/openid-configuration").json()
        assert self.metadata["issuer"] == self.issuer, self.metadata["issuer"]
        # Authlib knows no aliases (RFC 8705 5): a client with a certificate uses them throughout.
        self.endpoints = {**self.metadata, **self.metadata["mtls_endpoint_aliases"]}
        bundle, path, statement = software(self.world)
        self.key = ECKey.import_key(bundle["private_jwks"]["keys"][0])
        self.proof_key = ECKey.generate_key("P-256")
        self.nonces = {}
        asked = {
            "software_statement": statement,
            "redirect_uris": [REDIRECT],
            "token_endpoint_auth_method": method,
            "grant_types": ["authorization_code", "refresh_token"],
            **metadata,
        }
        if method == "tls_client_auth":
            asked["tls_client_auth_subject_dn"] = bundle["transport"]["subject"]
        answer = requests.post(
            self.endpoints["registration_endpoint"], json=asked, verify=CA, cert=path, timeout=30
        )
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["client_id"]
        self.authlib = OAuth2Session(
            client_id=self.id,
            # Where this is a key, Authlib signs with it.
            client_secret=self.key,
            token_endpoint_auth_method=method if method == "private_key_jwt" else "none",
            redirect_uri=REDIRECT,
            scope=SCOPE,
        )
        self.authlib.verify, self.authlib.cert = CA, path
        # The machine's own bundle of authorities would go before ours.
        self.authlib.trust_env = False
        if method == "private_key_jwt":
            headers = {"kid": self.key.kid or bundle["private_jwks"]["keys"][0]["kid"]}
            signing = PrivateKeyJWT(token_endpoint=self.issuer, alg="ES256", headers=headers)
            self.authlib.register_client_auth_method(signing)
        self.kid = bundle["private_jwks"]["keys"][0]["kid"]
        self.bank = KeySet.import_key_set(fetched(self.metadata["jwks_uri"]).json())

    def authentication(self):
        return self.authlib.client_auth(self.authlib.token_endpoint_auth_method)

    def proof(self, method, url, token=None):
        """A DPoP proof (RFC 9449 4.2) by joserfc, with the nonce the server gave last."""
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.proof_key.as_dict(private=False)}
        claims = {"jti": token_urlsafe(16), "htm": method, "htu": url, "iat": int(time.time())}
        if token:
            claims["ath"] = urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        place = "resource" if token else "server"
        if place in self.nonces:
            claims["nonce"] = self.nonces[place]
        return jwt.encode(header, claims, self.proof_key, algorithms=["ES256"])

    def proven(self, place, send):
        """Sends with a proof, and once more if the server wants its nonce in it."""
        answer = send()
        if "dpop-nonce" in answer.headers:
            first = place not in self.nonces
            self.nonces[place] = answer.headers["dpop-nonce"]
            if first or "use_dpop_nonce" in answer.text + answer.headers.get("www-authenticate", ""):
                answer = send() if not answer.ok else answer
        return answer

    def request(self, **more):
        self.verifier, self.state = token_urlsafe(48), token_urlsafe(24)
        return {
            "client_id": self.id,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": SCOPE,
            "state": self.state,
            "nonce": token_urlsafe(24),
            "code_challenge": create_s256_code_challenge(self.verifier),
            "code_challenge_method": "S256",
            "login_hint": "alice",
            **more,
        }

    def signed(self, claims, **header):
        """A request object (RFC 9101) by joserfc."""
        now = int(time.time())
        claims = {**claims, "iss": self.id, "aud": self.issuer, "iat": now, "nbf": now, "exp": now + 300}
        header = {"alg": "ES256", "kid": self.kid, **header}
        return jwt.encode(header, {**claims, "jti": token_urlsafe(16)}, self.key, algorithms=["ES256"])

    def pushed(self, parameters, dpop=False):
        url = self.endpoints["pushed_authorization_request_endpoint"]

        def send():
            headers = {"dpop": self.proof("POST", url)} if dpop else {}
            auth = self.authentication()
            return self.authlib.post(url, data=parameters, headers=headers, auth=auth, withhold_token=True)

        answer = self.proven("server", send)
        assert answer.status_code == 201, answer.text
        uri, _ = self.authlib.create_authorization_url(
            self.metadata["authorization_endpoint"], self.state, request_uri=answer.json()["request_uri"]
        )
        return uri

    def redeem(self, code, dpop=False):
        url = self.endpoints["token_endpoint"]
        return self.token(dpop, grant_type="authorization_code", code=code, code_verifier=self.verifier, redirect_uri=REDIRECT)

    def token(self, dpop=False, **form):
        url = self.endpoints["token_endpoint"]
        for _ in range(2):
            headers = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded"}
            if dpop:
                headers["dpop"] = self.proof("POST", url)
            try:
                return self.authlib.fetch_token(url, headers=headers, **form)
            except Exception as error:
                if getattr(error, "error", "") != "use_dpop_nonce":
                    raise
                # Authlib does not show the headers of a refusal: the nonce comes with any other answer.
                answer = self.authlib.post(url, data=form, headers=headers, auth=self.authentication(), withhold_token=True)
                self.nonces["server"] = answer.headers["dpop-nonce"]
        raise AssertionError("the server asks for a nonce again and again")

    def read(self, token, scheme="Bearer"):
        url = self.endpoints["token_endpoint"].replace("/oauth/token", "/accounts")

        def send():
            headers = {"authorization": f"{scheme} {token}"}
            if scheme == "DPoP":
                headers["dpop"] = self.proof("GET", url, token)
            return self.authlib.get(url, headers=headers, withhold_token=True)

        answer = self.proven("resource", send)
        assert answer.status_code == 200 and answer.json()["data"], answer.text

    def finished(self, location):
        back = returned(location)
        assert back["state"] == self.state and back["iss"] == self.issuer, back
        return back["code"]


def par_dpop_nonces_private_key_jwt():
    client = Client("profile: fapi2-security, sender: dpop, nonces: both")
    code = client.finished(browse(client.pushed(client.request(), dpop=True)))
    tokens = client.redeem(code, dpop=True)
    assert tokens["token_type"] == "DPoP", tokens
    client.read(tokens["access_token"], "DPoP")
    fresh = client.token(dpop=True, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    client.read(fresh["access_token"], "DPoP")


def jar_jarm_mtls():
    wants = {"authorization_signed_response_alg": "ES256"}
    client = Client("profile: fapi2-message-signing, sender: mtls, signing: ES256", "tls_client_auth", **wants)
    request = client.signed(client.request(response_mode="jwt"), typ="oauth-authz-req+jwt")
    back = returned(browse(client.pushed({"request": request})))
    answer = jwt.decode(back["response"], client.bank, algorithms=["ES256"]).claims
    assert answer["aud"] == client.id and answer["iss"] == client.issuer and answer["state"] == client.state, answer
    tokens = client.redeem(answer["code"])
    client.read(tokens["access_token"])
    bare = fetched(f"{client.issuer}/accounts", tokens["access_token"])
    assert bare.status_code == 401, f"a stolen token was answered {bare.status_code}"
    says = client.authlib.introspect_token(
        client.endpoints["introspection_endpoint"], tokens["access_token"], auth=client.authentication()
    )
    claims = jwt.decode(says.text, client.bank, algorithms=["ES256"]).claims["token_introspection"]
    assert claims["active"] and claims["cnf"]["x5t#S256"], claims
    gone = client.authlib.revoke_token(
        client.endpoints["revocation_endpoint"], tokens["refresh_token"], auth=client.authentication()
    )
    assert gone.status_code == 200, gone.text


def ciba_poll():
    grant = {
        "grant_types": ["urn:openid:params:grant-type:ciba"],
        "response_types": [],
        "backchannel_token_delivery_mode": "poll",
    }
    client = Client("profile: fapi-ciba", **grant)
    url = client.endpoints["backchannel_authentication_endpoint"]
    request = client.signed({"scope": "openid accounts", "login_hint": "alice", "binding_message": "W4-SCT"})
    asked = client.authlib.post(url, data={"request": request}, auth=client.authentication(), withhold_token=True)
    assert asked.status_code == 200, asked.text
    time.sleep(asked.json()["interval"])
    tokens = client.token(grant_type="urn:openid:params:grant-type:ciba", auth_req_id=asked.json()["auth_req_id"])
    client.read(tokens["access_token"])


FLOWS = [
    oidc_code_pkce,
    oidc_refresh_introspection_revocation,
    oidc_private_key_jwt,
    oidc_jar,
    par_dpop_nonces_private_key_jwt,
    jar_jarm_mtls,
    ciba_poll,
]


def run(flow):
    name = flow.__name__.replace("_", "-")
    try:
        flow()
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)
        at = next((frame for frame in reversed(where) if frame.filename == __file__), where[-1])
        return f"not ok {name}: line {at.lineno}: {type(error).__name__}: {error}"
    return f"ok {name}"


if __name__ == "__main__":
    chosen = [flow for flow in FLOWS if not sys.argv[2:] or flow.__name__.replace("_", "-") in sys.argv[2:]]
    with ThreadPoolExecutor(len(chosen)) as threads:
        lines = [line for line in threads.map(run, chosen)]
    print("\n".join(lines))
    sys.exit(any(line.startswith("not ok") for line in lines))
