"""What an operator configures through REST and the shell: packages of others, who signs."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cantata.lf.archive import read_dar
from tests.api.platform.exchange import V1, House, opened
from tests.api.platform.running import Client, Platform, running_platform
from tests.api.platform.test_exchange_commands import Shell
from tests.api.process import Sandbox

REASON = "reviewed by two"
NAME = "cantata-tokens"


@pytest.fixture(scope="module")
def platform(
    tmp_path_factory: pytest.TempPathFactory, module_settings: Any, shared_sandbox: Sandbox
) -> Iterator[Platform]:
    """A platform with two signers, whose key files the API does not read."""
    folder = tmp_path_factory.mktemp("configuration")
    with running_platform(
        folder, module_settings, shared_sandbox.url, signers="vault=/nowhere, cold=/nowhere"
    ) as started:
        yield started


@pytest.fixture(scope="module")
def house(platform: Platform) -> House:
    return opened(platform, "CONF")


def sent(
    client: Client, content: bytes, *, kind: str = "application/octet-stream", **said: str
) -> httpx2.Response:
    """Send a file; `said` are its parameters, and `key` its idempotency key."""
    headers = {
        "Authorization": f"Bearer {client.token}",
        "Idempotency-Key": said.pop("key", str(uuid.uuid4())),
        "Content-Type": kind,
    }
    query = {"package": NAME, "reason": REASON, **said}
    return client.http.post(f"{V1}/dars", content=content, params=query, headers=headers)


def code(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_dar_is_uploaded_and_listed(house: House, token_dar: Path) -> None:
    dar, admin = token_dar.read_bytes(), house.token["admin"]
    main = read_dar(dar).main.package
    tried = sent(house.operator, dar, admin=admin, dry_run="true")
    assert (tried.status_code, tried.json()["dry_run"]) == (200, True)
    assert house.reader.get(f"{V1}/dars").json()["items"] == []
    added = sent(house.operator, dar, admin=admin, reference="ticket 9", key="dar 1")
    assert added.status_code == 201, added.text
    found = added.json()
    assert (found["package_id"], found["name"], found["version"]) == (main.id, NAME, main.version)
    assert (found["admin"], found["sha256"]) == (admin, hashlib.sha256(dar).hexdigest())
    again = sent(house.operator, dar, admin=admin, reference="ticket 9", key="dar 1")
    assert (again.json(), again.headers["Idempotency-Hit"]) == (found, "true")
    other = sent(house.operator, dar[:-1], admin=admin, reference="ticket 9", key="dar 1")
    assert code(other) == (409, "IDEMPOTENCY_CONFLICT")
    assert house.reader.get(f"{V1}/dars").json()["items"] == [found]


def test_what_is_no_dar_or_another_one_is_refused(house: House, token_dar: Path) -> None:
    dar, admin = token_dar.read_bytes(), house.token["admin"]
    large = b"x" * 1_000_000
    for content in (b"", b"{}", large, dar[: len(dar) // 2]):
        assert code(sent(house.operator, content, admin=admin)) == (422, "DAR_REFUSED")
    wrong = sent(house.operator, dar, admin=admin, package="splice-amulet")
    assert code(wrong) == (422, "WRONG_PACKAGE")
    assert NAME in wrong.json()["detail"]
    unknown = sent(house.operator, dar, admin=house.wallet.party)
    assert code(unknown) == (404, "REGISTRY_UNKNOWN")
    json = sent(house.operator, b'"' + large + b'"', admin=admin, kind="application/json")
    assert code(json) == (413, "BODY_TOO_LARGE")
    for client in (house.support, house.nobody):
        assert code(sent(client, dar, admin=admin)) == (403, "NOT_ALLOWED")
    elsewhere = house.operator.http.post(f"{V1}/accounts", content=large)
    assert code(elsewhere) == (413, "BODY_TOO_LARGE")


def test_the_shell_uploads_it(
    platform: Platform, house: House, token_dar: Path, tmp_path: Path
) -> None:
    shell, admin = Shell(platform, house.operator), house.token["admin"]
    why = ("--package", NAME, "--reason", REASON)
    added = shell.json("dars", "add", admin, str(token_dar), *why)
    assert added["name"] == NAME
    assert added in shell.json("dars", "list")
    assert added["package_id"] in shell.run("dars", "list").stdout
    wrong = tmp_path / "wrong.dar"
    wrong.write_text("no zip")
    refused = shell.run("dars", "add", admin, str(wrong), *why)
    assert (refused.returncode, "DAR_REFUSED" in refused.stderr) == (1, True)
    assert shell.run("dars", "add", admin, str(tmp_path / "none.dar"), *why).returncode == 2


def test_a_treasury_names_a_signer_that_is_there(platform: Platform, house: House) -> None:
    body = {"party": house.treasury, "name": f"second {uuid.uuid4()}"}
    refused = house.operator.post(f"{V1}/treasuries", {**body, "signer": "valut"})
    assert code(refused) == (422, "SIGNER_NOT_CONFIGURED")
    assert "only participant, cold, vault" in refused.json()["detail"]
    shell = Shell(platform, house.operator)
    named = ("treasuries", "open", house.treasury, "--name", body["name"], "--signer", "hsm")
    assert "SIGNER_NOT_CONFIGURED" in shell.run(*named).stderr
    taken = house.operator.post(f"{V1}/treasuries", {**body, "signer": "vault"})
    assert code(taken) == (409, "TREASURY_EXISTS")
