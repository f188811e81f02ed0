"""The whole story of a token by the command line, on everything that `cantata up` starts."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.platform.processes import Platform, platform
from tests.integration.world import CANTATA, ROOT

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform(tmp_path_factory.mktemp("platform")) as started:
        yield started


def ended(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CANTATA, *arguments],
        check=False,
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=90,
    )


class User:
    """Somebody who uses the command line with a key of her own."""

    def __init__(self, running: Platform, email: str) -> None:
        self._url = running.api_url
        found = self.said("users", "onboard", email)
        self.party = str(found["party"])
        self._key = found["session"]["access_token"]

    _key = ""

    def run(self, noun: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        given = {"CANTATA_API_URL": self._url, "CANTATA_API_KEY": self._key}
        return ended(noun, *arguments, **given)

    def said(self, noun: str, *arguments: str) -> Any:
        done = self.run(noun, *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def change(self, *arguments: str) -> Any:
        operation = self.said("tokens", *arguments, "--output", "json")
        assert operation["state"] == "completed", operation
        return operation["result"]


@pytest.mark.slow
def test_the_story(running: Platform, tmp_path: Path) -> None:
    issuer, bob = User(running, "issuer@example.com"), User(running, "bob@example.com")
    named = ("--name", "Gold", "--symbol", "GLD", "--currency", "USD", "--cap", "1000")
    issuer.change("create", "--issuer", issuer.party, *named)
    token = f"{issuer.party}/GLD"
    issuer.change("mint", token, issuer.party, "100", "--memo", "first")
    issuer.said("tokens", "precheck", token, issuer.party, bob.party, "30.5", "--output", "json")
    offer = issuer.change("transfer", token, issuer.party, bob.party, "30.5")["offer"]
    bob.change("accept", offer)
    bob.change("burn", token, bob.party, "0.5")
    (balance,) = bob.said("tokens", "balances", "--output", "json")
    assert balance["total"] == "30.0"
    holders = issuer.said("tokens", "holders", token, "--output", "json")
    assert sorted(each["total"] for each in holders) == ["30.0", "69.5"]
    kinds = [each["kind"] for each in bob.said("tokens", "transactions", "--output", "json")]
    assert kinds == ["burn", "transfer_in"]
    _statement(bob, tmp_path / "statement.pdf")
    _refusals(bob, token)
    _reconciled(running)


def _statement(bob: User, paper: Path) -> None:
    period = (bob.party, "--begin", "2020-01-01T00:00:00Z", "--end", "2099-01-01T00:00:00Z")
    found = bob.said("tokens", "statement", *period)
    assert [each["closing"] for each in found["instruments"]] == ["30.0"]
    assert bob.run("tokens", "statement", *period, "--form", "csv").stdout.count("\n") == 5
    done = bob.run("tokens", "statement", *period, "--form", "pdf", "--out", str(paper))
    assert done.returncode == 0, done.stderr
    assert paper.read_bytes().startswith(b"%PDF-")


def _refusals(bob: User, token: str) -> None:
    """Refused is 1, wrong usage is 2; a key may be used again for the same thing only."""
    refused = bob.run("tokens", "mint", token, bob.party, "1", "--output", "json")
    assert refused.returncode == 1
    assert json.loads(refused.stderr)["context"]["status"] == "403"
    much = bob.run("tokens", "burn", token, bob.party, "9999", "--output", "json")
    assert (much.returncode, json.loads(much.stderr)["code"]) == (1, "INSUFFICIENT_FUNDS")
    assert bob.run("tokens", "burn", "GLD", bob.party, "1").returncode == 2
    again = ("tokens", "merge", token, bob.party, "--idempotency-key", "once")
    assert bob.run(*again).returncode == bob.run(*again).returncode


def _reconciled(running: Platform) -> None:
    given = {"CANTATA_DATABASE_URL": running.database_url, "CANTATA_LEDGER_URL": running.ledger_url}
    done = ended("tokens", "reconcile", "--output", "json", **given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["differing"] == 0
    for command in (("db", "check"), ("ingest", "status"), ("audit", "verify"), ("doctor",)):
        done = ended(*command, **given)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


def test_an_api_that_is_not_there_ends_with_three() -> None:
    done = ended("tokens", "list", "--output", "json", CANTATA_API_URL=NOWHERE)
    assert done.returncode == 3
    assert json.loads(done.stderr)["code"] == "API_UNREACHABLE"


def test_a_database_that_is_not_there_ends_with_three(tmp_path: Path) -> None:
    url = f"postgresql://postgres@/cantata?host={tmp_path}"
    done = ended("db", "current", "--output", "json", CANTATA_DATABASE_URL=url)
    assert done.returncode == 3
    assert json.loads(done.stderr)["code"] == "DATABASE_UNAVAILABLE"
