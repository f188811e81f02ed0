"""Sign-on by a trusted issuer: tokens for us alone, each once; addresses only if it proved them."""

from __future__ import annotations

import base64
import hmac
import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from cantata.kernel.time import SystemClock
from cantata.storage.settings import DatabaseSettings
from tests.api.platform.running import Client, Platform, running_platform
from tests.api.process import Sandbox

KEYS: dict[str, Any] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec"}),
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "ed, by its new name"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
}
CLIENT = "console"

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")


@dataclass
class Issuer:
    """An issuer that publishes its keys over HTTP, and makes any token."""

    url: str
    reads: list[str] = field(default_factory=list)

    def token(self, algorithm: str = "RS256", **changed: Any) -> str:
        now = SystemClock().now().microseconds // 1_000_000
        found = {
            "iss": self.url,
            "aud": "cantata",
            "azp": CLIENT,
            "sub": f"user {uuid.uuid4()}",
            "iat": now,
            "exp": now + 300,
            "jti": str(uuid.uuid4()),
        }
        claims = {n: v for n, v in {**found, **changed}.items() if v is not None}
        key = KEYS[algorithm]
        header = {"alg": algorithm, "kid": key.kid}
        return jwt.encode(header, claims, key, algorithms=[algorithm])


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.reads.append(self.path)
            content: Any = KeySet(list(KEYS.values())).as_dict(private=False)
            if self.path.endswith("openid-configuration"):
                content = {"issuer": made.url, "jwks_uri": f"{made.url}/keys"}
            body = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Issuer(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield made
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def trusting(
    tmp_path_factory: pytest.TempPathFactory,
    module_settings: DatabaseSettings,
    shared_sandbox: Sandbox,
    issuer: Issuer,
) -> Iterator[Platform]:
    folder: Path = tmp_path_factory.mktemp("trusting")
    chosen: dict[str, Any] = {"auth_issuer": issuer.url, "auth_clients": f"{CLIENT}, other"}
    with running_platform(folder, module_settings, shared_sandbox.url, **chosen) as started:
        yield started


def begun(platform: Platform) -> str:
    answer = platform.anonymous().post("/v1/sso:begin")
    assert answer.status_code == 200, answer.text
    nonce: str = answer.json()["nonce"]
    return nonce


def finished(platform: Platform, token: str, **more: str) -> httpx2.Response:
    return platform.anonymous().post("/v1/sso:finish", {"token": token, **more})


@pytest.mark.parametrize("algorithm", list(KEYS))
def test_a_token_signs_up_and_then_signs_on(
    trusting: Platform, issuer: Issuer, algorithm: str
) -> None:
    subject = f"sub-{algorithm}"
    token = issuer.token(algorithm, sub=subject, nonce=begun(trusting))
    first = finished(trusting, token)
    assert first.status_code == 200, first.text
    assert "::1220" in first.json()["party"]
    again = finished(trusting, issuer.token(algorithm, sub=subject, nonce=begun(trusting)))
    assert (again.json()["user"], again.json()["party"]) == (
        first.json()["user"],
        first.json()["party"],
    )
    own = Client(http=trusting.http, token=again.json()["session"]["access_token"])
    assert own.get("/v1/me").json()["user"] == first.json()["user"]
    bearer = Client(http=trusting.http, token=issuer.token(algorithm, sub=subject))
    assert bearer.get("/v1/me").json()["user"] == first.json()["user"]
    unknown = Client(http=trusting.http, token=issuer.token(algorithm))
    assert unknown.get("/v1/me").status_code == 401


def test_a_token_is_good_once(trusting: Platform, issuer: Issuer) -> None:
    token = issuer.token(nonce=begun(trusting))
    assert finished(trusting, token).status_code == 200
    assert finished(trusting, token).status_code == 401
    same = token.split(".")[1] + "=="
    nonce = json.loads(base64.urlsafe_b64decode(same))["nonce"]
    assert finished(trusting, issuer.token(nonce=nonce)).status_code == 401


def test_the_nonce_must_be_ours(trusting: Platform, issuer: Issuer) -> None:
    good = begun(trusting)
    expiry, random, seal = good.split(".")
    later = f"{int(expiry) + 1}.{random}.{seal}"
    for nonce in (None, "", "x", later, f"{expiry}.{random}.{'0' * 64}", 7):
        assert finished(trusting, issuer.token(nonce=nonce)).status_code == 401
    assert finished(trusting, issuer.token(nonce=good)).status_code == 200


def test_only_proven_addresses_link(trusting: Platform, issuer: Issuer) -> None:
    email = "linked@example.com"
    local = trusting.onboard(email)
    for unproven in ("true", 1, None, False):
        claims: dict[str, Any] = {
            "email": email,
            "email_verified": unproven,
            "nonce": begun(trusting),
        }
        found = finished(trusting, issuer.token(**claims)).json()
        assert found["user"] != local.user
    claims = {"email": email.upper(), "email_verified": True, "nonce": begun(trusting)}
    linked = finished(trusting, issuer.token(**claims))
    assert linked.json()["user"] == local.user
    assert local.get("/v1/me").status_code == 401, "what was opened without proof is closed"
    malformed: dict[str, Any] = {
        "email": "no address",
        "email_verified": True,
        "nonce": begun(trusting),
    }
    assert finished(trusting, issuer.token(**malformed)).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "somebody else"},
        {"aud": ["cantata", "other"], "azp": None},
        {"aud": ["cantata", "other"], "azp": "unknown"},
        {"azp": "unknown"},
        {"azp": None},
        {"iss": "https://issuer.example"},
        {"exp": 1},
        {"exp": None},
        {"nbf": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": "nul\u0000"},
        {"sub": 7},
    ],
)
def test_tokens_that_are_not_for_us_are_refused(
    trusting: Platform, issuer: Issuer, changed: dict[str, Any]
) -> None:
    token = issuer.token(**changed, nonce=begun(trusting))
    assert finished(trusting, token).status_code == 401
    answer = Client(http=trusting.http, token=token).get("/v1/me")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="cantata"'


def test_several_audiences_need_a_client_that_is_ours(trusting: Platform, issuer: Issuer) -> None:
    claims: dict[str, Any] = {"aud": ["cantata", "other"], "nonce": begun(trusting)}
    assert finished(trusting, issuer.token(**claims)).status_code == 200


def test_keys_and_algorithms_are_pinned(trusting: Platform, issuer: Issuer) -> None:
    nonce = begun(trusting)
    good = issuer.token(nonce=nonce)
    head, body, seal = good.split(".")
    none = f"{encoded({'alg': 'none', 'kid': 'rsa'})}.{body}."
    confused = f"{encoded({'alg': 'HS256', 'kid': 'rsa'})}.{body}"
    rsa = KEYS["RS256"]
    assert isinstance(rsa, RSAKey)
    mac = hmac.digest(rsa.as_pem(private=False), confused.encode(), "sha256")
    foreign = RSAKey.generate_key(2048, {"kid": "rsa"})
    stolen = jwt.encode({"alg": "RS256", "kid": "rsa"}, {"iss": issuer.url}, foreign)
    unnamed = jwt.encode({"alg": "RS256"}, json.loads(decoded(body)), rsa)
    unknown = RSAKey.generate_key(2048, {"kid": "unknown"})
    missing = jwt.encode({"alg": "RS256", "kid": "unknown"}, json.loads(decoded(body)), unknown)
    bad = [
        none,
        f"{confused}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}",
        stolen,
        unnamed,
        missing,
        f"{head}.{body}.{seal[:-4]}AAAA",
        "x",
    ]
    for token in bad:
        assert finished(trusting, token).status_code == 401, token[:60]
        assert Client(http=trusting.http, token=token).get("/v1/me").status_code == 401
    assert finished(trusting, good).status_code == 200


def test_forged_names_of_keys_do_not_reach_the_issuer(trusting: Platform, issuer: Issuer) -> None:
    finished(trusting, issuer.token(nonce=begun(trusting)))
    before = len(issuer.reads)
    forged = RSAKey.generate_key(2048, {"kid": "forged"})
    for number in range(10):
        token = jwt.encode({"alg": "RS256", "kid": f"forged {number}"}, {"sub": "x"}, forged)
        assert finished(trusting, token).status_code == 401
    assert len(issuer.reads) - before <= 2


def test_revoked_keys_end_within_a_second(trusting: Platform) -> None:
    caller = trusting.onboard()
    made = caller.post("/v1/keys", {"name": "short-lived"}).json()
    robot = Client(http=trusting.http, token=made["secret"])
    assert robot.get("/v1/me").status_code == 200
    assert caller.post(f"/v1/keys/{made['id']}:revoke").status_code == 200
    assert robot.get("/v1/me").status_code == 401, "the very next request"


def test_nothing_is_offered_where_nobody_is_trusted(platform: Platform) -> None:
    refused = platform.anonymous().post("/v1/sso:begin")
    assert (refused.status_code, refused.json()["code"]) == (404, "SSO_NOT_OFFERED")
    assert finished(platform, "x").status_code == 404


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
