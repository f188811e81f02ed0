"""The whole story by each way in, on the embedded database and on a server of its own."""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tests.api.platform.running import Client
from tests.api.platform.test_short_routes import life_of_a_token
from tests.faults.platform.processes import Platform, platform
from tests.integration.cli.test_tokens import User, ended
from tests.integration.postgres import binaries, real_server

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Ran:
    """What runs, and the address of its database."""

    platform: Platform
    database_url: str


@pytest.fixture
def running(ran: Ran) -> Platform:
    return ran.platform


@pytest.fixture(scope="module", params=["embedded", "server"])
def ran(request: pytest.FixtureRequest) -> Iterator[Ran]:
    """Everything that `cantata up` starts, on a database of one kind or the other."""
    with tempfile.TemporaryDirectory(prefix="cantata-story-", ignore_cleanup_errors=True) as name:
        if request.param == "embedded":
            with platform(Path(name)) as started:
                yield Ran(started, started.database_url)
            return
        with (
            real_server(binaries()) as url,
            platform(Path(name), CANTATA_DATABASE_URL=url) as started,
        ):
            assert not (started.folder / "postgres").exists()
            yield Ran(started, url)


def test_through_rest(running: Platform, tmp_path: Path) -> None:
    """Onboard, create, mint, offer, accept, transfer, refusal, holdings, burn, statement."""
    for play in range(2):
        given = {"CANTATA_API_URL": running.api_url, "CANTATA_DATA_DIR": str(tmp_path)}
        done = ended("demo", "--output", "json", **given)
        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads(done.stdout)
        assert told["conserved"]
        assert len(told["steps"]) == (12, 10)[play]
        refused = [each["refusal"]["said"] for each in told["steps"] if each["refusal"]]
        assert [each.partition(":")[0] for each in refused] == ["INSUFFICIENT_FUNDS"]
        statement = told["steps"][-2]["rows"]
        assert [each["movement"] for each in statement[1:-1]] == [
            "transfer_in",
            "transfer_in",
            "burn",
        ]
        assert statement[-1]["balance"] == "350.0"
    _ids_exist(running, told["steps"], tmp_path)


def _ids_exist(running: Platform, steps: list[dict[str, object]], folder: Path) -> None:
    """What the story shows is found: operations by the API, updates on the ledger."""
    kept = json.loads((folder / "demo.json").read_text(encoding="utf-8"))["people"]
    with httpx2.Client(base_url=running.api_url, timeout=60, trust_env=False) as http:
        people = [Client(http=http, token=each["key"]) for each in kept.values()]
        for step in steps:
            facts = step["facts"]
            assert isinstance(facts, dict)
            if "operation" in facts:
                name = facts["operation"].split()[0]
                answers = [each.get(f"/v1/operations/{name}") for each in people]
                (found,) = {each.json()["update_id"] for each in answers if each.status_code == 200}
                assert found == facts["update"]


def test_through_the_command_line(running: Platform) -> None:
    issuer = User(running, f"{uuid.uuid4().hex}@example.com")
    bob = User(running, f"{uuid.uuid4().hex}@example.com")
    named = ("--name", "Gold", "--symbol", "GLD", "--currency", "USD", "--cap", "1000")
    issuer.change("create", "--issuer", issuer.party, *named)
    token = f"{issuer.party}/GLD"
    issuer.change("mint", token, issuer.party, "100")
    bob.change("accept", issuer.change("transfer", token, issuer.party, bob.party, "30.5")["offer"])
    bob.change("burn", token, bob.party, "0.5")
    (balance,) = bob.said("tokens", "balances", "--output", "json")
    assert balance["total"] == "30.0"


def test_through_the_short_routes(running: Platform) -> None:
    with httpx2.Client(base_url=running.api_url, timeout=60, trust_env=False) as http:
        life_of_a_token(http)


def test_everything_is_well_afterwards(ran: Ran) -> None:
    running = ran.platform
    folder = {"CANTATA_DATA_DIR": str(running.folder), "CANTATA_LEDGER_URL": running.ledger_url}
    given = {**folder, "CANTATA_DATABASE_URL": ran.database_url}
    for command in (("doctor",), ("tokens", "reconcile"), ("audit", "verify"), ("db", "check")):
        done = ended(*command, **given)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
