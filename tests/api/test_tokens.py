"""Tokens over HTTP: signed with a secret, by an issuer's keys, by those of identity providers."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from tests.api.issuer import Issuer, serving
from tests.api.process import Reply, Sandbox, running
from tests.api.scene import ADMIN, Scene, provider
from tests.api.tokens import payload, signed

KEYS: dict[str, Key] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
}
FORGED: dict[str, Key] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with serving(Issuer(*KEYS.values())) as made:
        yield made


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory, issuer: Issuer) -> Iterator[Sandbox]:
    """A sandbox that takes the tokens of the issuer."""
    with running(tmp_path_factory.mktemp("jwks"), "--auth", f"jwks:{issuer.url}") as started:
        yield started


def ask(sandbox: Sandbox, token: str) -> Reply:
    return sandbox.get("/v2/users", {"Authorization": f"Bearer {token}"})


def by(algorithm: str, key: Key | None = None, **more: Any) -> str:
    key = key or KEYS[algorithm]
    return signed(payload(ADMIN, **more), key, algorithm, kid=str(key.kid))


def confused(secret: bytes, key_id: str) -> str:
    """Sign with a public key as if it were a secret."""
    parts = ({"alg": "HS256", "kid": key_id}, payload(ADMIN))
    text = b".".join(encoded(json.dumps(part).encode()) for part in parts)
    return (text + b"." + encoded(hmac.digest(secret, text, "sha256"))).decode()


def encoded(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def require_refused(reply: Reply, status: int = 401) -> None:
    assert reply.status == status
    assert (reply.json["code"], reply.json["errorCategory"]) == ("NA", -1)


@pytest.mark.parametrize("algorithm", KEYS)
def test_keys_of_an_issuer(trusting: Sandbox, algorithm: str) -> None:
    assert ask(trusting, by(algorithm)).status == 200
    require_refused(ask(trusting, by(algorithm, FORGED[algorithm])))
    require_refused(ask(trusting, by(algorithm)[:-8] + "AAAAAAAA"))


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": None},
        {"exp": 1},
        {"exp": 2**40},
        {"exp": "soon"},
        {"scope": None},
        {"scope": "other"},
        {"scope": None, "aud": "https://daml.com/jwt/aud/participant/other"},
        {"sub": None},
        {"nbf": 2**40},
    ],
)
def test_claims_that_do_not_hold(trusting: Sandbox, claims: dict[str, Any]) -> None:
    require_refused(ask(trusting, by("ES256", **claims)))


def test_audience_of_the_participant(trusting: Sandbox) -> None:
    audience = f"https://daml.com/jwt/aud/participant/{trusting.participant_id}"
    assert ask(trusting, by("ES256", scope=None, aud=audience)).status == 200


def test_confusion_of_algorithms(trusting: Sandbox) -> None:
    for key in KEYS.values():
        secrets = [key.as_pem(private=False)] if isinstance(key, RSAKey | ECKey) else []
        for secret in (*secrets, str(key.as_dict(private=False)).encode()):
            require_refused(ask(trusting, confused(secret, str(key.kid))))
    body = by("ES256").split(".")[1]
    for head in ("eyJhbGciOiJub25lIn0", "eyJhbGciOiJOb05lIiwidHlwIjoiSldUIn0"):
        require_refused(ask(trusting, f"{head}.{body}."))


def test_user_that_does_not_exist(trusting: Sandbox) -> None:
    token = signed(payload("nobody-here"), KEYS["ES256"], "ES256", kid="ec")
    require_refused(ask(trusting, token), 403)


def test_a_key_that_nobody_knows_is_not_asked_for_each_time(
    trusting: Sandbox, issuer: Issuer
) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "stranger"})
    before = issuer.fetched
    for _ in range(20):
        require_refused(ask(trusting, by("ES256", stranger)))
    assert issuer.fetched - before <= 2


@pytest.mark.slow
def test_rotated_keys(tmp_path: Path) -> None:
    new = ECKey.generate_key("P-256", {"kid": "new"})
    with (
        serving(Issuer(KEYS["ES256"])) as issuer,
        running(tmp_path, "--auth", f"jwks:{issuer.url}") as sandbox,
    ):
        assert ask(sandbox, by("ES256")).status == 200
        issuer.keys[:] = [new]
        time.sleep(10.5)
        assert ask(sandbox, by("ES256", new)).status == 200
        require_refused(ask(sandbox, by("ES256")))


@pytest.mark.parametrize("mode", ["drip", "huge", "garbage", "error", "down"])
def test_issuers_in_trouble(tmp_path: Path, mode: str) -> None:
    with serving(Issuer(*KEYS.values())) as issuer:
        url = issuer.url if mode != "down" else "http://127.0.0.1:9/keys"
        issuer.mode = mode
        with running(tmp_path, "--auth", f"jwks:{url}") as sandbox:
            started = time.monotonic()
            require_refused(ask(sandbox, by("ES256")))
            assert time.monotonic() - started < 10
            assert sandbox.get("/livez").status == 200


def test_tokens_of_an_identity_provider(scene: Scene, issuer: Issuer) -> None:
    name = scene.fresh("idp")
    config = {**provider(name), "jwksUrl": issuer.url, "audience": "app"}
    scene.done("POST", "/v2/idps", {"identityProviderConfig": config})
    user = scene.user("theirs", provider=name)

    def status(subject: str, key: Key = KEYS["ES256"], **more: Any) -> int:
        claims = payload(subject, **{"iss": config["issuer"], "aud": "app", "scope": None, **more})
        token = signed(claims, key, "ES256", kid="ec")
        headers = {"Authorization": f"Bearer {token}"}
        return scene.sandbox.get("/v2/authenticated-user", headers).status

    assert status(user) == 200
    assert status(user, FORGED["ES256"]) == 401
    assert status(user, aud="another") == 401
    assert status(user, exp=1) == 401
    assert status(user, iss="somebody") == 401
    assert status(ADMIN) == 403
    assert scene.call("GET", "/v2/authenticated-user", user=user).status == 403
    off = {
        "identityProviderConfig": {**config, "isDeactivated": True},
        "updateMask": {"paths": ["is_deactivated"]},
    }
    scene.done("PATCH", f"/v2/idps/{name}", off)
    assert status(user) in (401, 403)
