"""Addresses are proven by codes: good once, for a while, and for few tries; then come users."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cantata.accounts.couriers.chosen import OUTBOX
from cantata.accounts.model import CODE_LIFETIME, CODE_TRIES_MAX
from cantata.kernel.time import ManualClock, RelTime, SystemClock
from cantata.storage.settings import DatabaseSettings
from tests.api.platform.running import Client, Platform, running_platform
from tests.api.process import Sandbox

MICRO = RelTime(1)


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock(SystemClock().now())


@pytest.fixture(scope="module")
def verified(
    tmp_path_factory: pytest.TempPathFactory,
    module_settings: DatabaseSettings,
    shared_sandbox: Sandbox,
    clock: ManualClock,
) -> Iterator[Platform]:
    folder: Path = tmp_path_factory.mktemp("verified")
    with running_platform(
        folder, module_settings, shared_sandbox.url, clock=clock, onboarding="verified"
    ) as started:
        yield started


def asked(platform: Platform, email: str) -> str:
    """Ask for a code; give it as the operator reads it."""
    answer = platform.anonymous().post("/v1/onboarding", {"email": email})
    assert (answer.status_code, answer.json()) == (202, {"verification": "code_sent"})
    last = (platform.settings.folder / OUTBOX).read_text().splitlines()[-1]
    message: dict[str, str] = json.loads(last)
    assert message["to"] == email
    return message["code"]


def tried(platform: Platform, email: str, code: str, **more: str) -> tuple[int, dict[str, Any]]:
    body = {"email": email, "code": code, **more}
    answer = platform.anonymous().post("/v1/onboarding:verify", body)
    return answer.status_code, answer.json()


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


def test_a_code_lets_in_once(verified: Platform) -> None:
    email = "once@example.com"
    code = asked(verified, email)
    status, found = tried(verified, email, code)
    assert status == 200
    client = Client(http=verified.http, token=found["session"]["access_token"])
    assert client.get("/v1/me").json()["parties"][0]["party"] == found["party"]
    assert tried(verified, email, code)[1]["code"] == "CODE_WRONG"
    again = tried(verified, email, asked(verified, email))[1]
    assert (again["user"], again["party"]) == (found["user"], found["party"])


def test_a_code_is_for_its_address_alone(verified: Platform) -> None:
    code = asked(verified, "mine@example.com")
    asked(verified, "yours@example.com")
    assert tried(verified, "yours@example.com", code)[0] == 422
    assert tried(verified, "mine@example.com", code)[0] == 200


def test_a_later_code_replaces_an_earlier_one(verified: Platform) -> None:
    first, second = asked(verified, "two@example.com"), asked(verified, "two@example.com")
    assert first == second or tried(verified, "two@example.com", first)[0] == 422
    assert tried(verified, "two@example.com", second)[0] == 200


def test_tries_are_counted(verified: Platform) -> None:
    code = asked(verified, "tries@example.com")
    for _ in range(CODE_TRIES_MAX):
        assert tried(verified, "tries@example.com", other(code))[0] == 422
    assert tried(verified, "tries@example.com", code)[0] == 422, "too late for the right one"
    code = asked(verified, "tries@example.com")
    for _ in range(CODE_TRIES_MAX - 1):
        assert tried(verified, "tries@example.com", other(code))[0] == 422
    assert tried(verified, "tries@example.com", code)[0] == 200


def test_codes_expire(verified: Platform, clock: ManualClock) -> None:
    code = asked(verified, "late@example.com")
    clock.advance(CODE_LIFETIME - MICRO)
    assert tried(verified, "late@example.com", code)[0] == 200
    code = asked(verified, "late@example.com")
    clock.advance(CODE_LIFETIME)
    assert tried(verified, "late@example.com", code)[0] == 422


def test_without_a_code_no_party_is_made(verified: Platform) -> None:
    administrator = verified.administrator()
    before = len(administrator.get("/v1/operations").json()["items"])
    asked(verified, "nobody@example.com")
    short = verified.http.post("/api/onboard", json={"email": "nobody@example.com"})
    assert (short.status_code, short.json()["data"]) == (202, {"verification": "code_sent"})
    assert len(administrator.get("/v1/operations").json()["items"]) == before


def test_the_short_route_takes_the_code(verified: Platform) -> None:
    code = asked(verified, "short@example.com")
    wrong = {"email": "short@example.com", "code": other(code)}
    assert verified.http.post("/api/onboard", json=wrong).status_code == 422
    done = verified.http.post("/api/onboard", json={**wrong, "code": code})
    assert done.status_code == 200, done.text
    assert "::1220" in done.json()["data"]["partyId"]


def test_who_brings_a_key_gets_no_party(verified: Platform) -> None:
    code = asked(verified, "own@example.com")
    status, found = tried(verified, "own@example.com", code, custody="own")
    assert (status, found["party"], found["operation"]) == (200, None, None)
    client = Client(http=verified.http, token=found["session"]["access_token"])
    assert client.get("/v1/parties").json() == []


def test_the_outbox_is_for_its_owner(verified: Platform) -> None:
    asked(verified, "box@example.com")
    mode = stat.S_IMODE((verified.settings.folder / OUTBOX).stat().st_mode)
    assert mode == 0o600


def test_proof_takes_an_address_back(
    verified: Platform,
    tmp_path: Path,
    module_settings: DatabaseSettings,
    shared_sandbox: Sandbox,
) -> None:
    """What somebody opened under an unproven address is closed when its owner proves it."""
    email = "victim@example.com"
    with running_platform(tmp_path, module_settings, shared_sandbox.url) as unverified:
        attacker = unverified.onboard(email)
        made = attacker.post("/v1/keys", {"name": "kept"})
        assert made.status_code == 201
        key, token = made.json()["secret"], attacker.token
    status, found = tried(verified, email, asked(verified, email))
    assert (status, found["user"]) == (200, attacker.user)
    for credentials in (key, token):
        assert Client(http=verified.http, token=credentials).get("/v1/me").status_code == 401
    owner = Client(http=verified.http, token=found["session"]["access_token"])
    assert owner.get("/v1/me").status_code == 200
