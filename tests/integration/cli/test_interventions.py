"""What issuers, approvers and spenders do by the command line, and that all of it adds up after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.platform.processes import Platform, platform
from tests.integration.cli.test_tokens import User, ended

LATER = "2099-01-01T00:00:00Z"
REASON = ("--reason", "charter")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform(tmp_path_factory.mktemp("platform")) as started:
        yield started


def refused(user: User, *arguments: str) -> str:
    """Run what must end with 1; give the code."""
    done = user.run("tokens", *arguments, "--output", "json")
    assert done.returncode == 1, done.stdout + done.stderr
    return str(json.loads(done.stderr)["code"])


def balance(user: User) -> tuple[str, str]:
    (found,) = user.said("tokens", "balances", "--output", "json")
    return found["free"], found["locked"]


@pytest.mark.slow
def test_the_interventions(running: Platform, tmp_path: Path) -> None:
    names = ("issuer", "alice", "bob", "auditor")
    issuer, alice, bob, auditor = (User(running, f"{name}@example.com") for name in names)
    named = ("--name", "Gate", "--symbol", "GATE", "--currency", "USD")
    terms = ("--accounts-required", "--country", "DE", "--country", "CH")
    issuer.change("create", "--issuer", issuer.party, *named, *terms, "--approver", auditor.party)
    token = f"{issuer.party}/GATE"
    _accounts(issuer, alice, bob, token)
    issuer.change("mint", token, alice.party, "100")
    _pauses(issuer, alice, bob, token)
    issuer.change("freeze", token, alice.party, "60", *REASON)
    assert balance(alice) == ("40.0", "60.0")
    issuer.change("unfreeze", token, alice.party, "10", *REASON)
    _consents(bob, token)
    _forced(issuer, alice, bob, auditor, token, tmp_path / "order.txt")
    _allowances(alice, bob, token)
    _arranged(bob, token)
    _looked_up(issuer)
    _adds_up(running)


def _accounts(issuer: User, alice: User, bob: User, token: str) -> None:
    for user in (alice, bob):
        given = ("--country", "DE", "--verified-until", LATER, *REASON, "--output", "json")
        found = issuer.said("tokens", "accounts", "enrol", token, user.party, *given)
        assert found["state"] == "completed"
    assert refused(issuer, "accounts", "enrol", token, bob.party, "--country", "DE", *REASON) == (
        "ACCOUNT_EXISTS"
    )
    for verb in ("freeze", "unfreeze", "lock-up"):
        issuer.said("tokens", "accounts", verb, token, bob.party, *REASON, "--output", "json")
    shown = bob.said("tokens", "accounts", "show", token, bob.party)
    assert (shown["frozen"], shown["country"]) == (False, "DE")
    listed = issuer.said("tokens", "accounts", "list", token, "--output", "json")
    assert {each["holder"] for each in listed} == {alice.party, bob.party}


def _pauses(issuer: User, alice: User, bob: User, token: str) -> None:
    issuer.change("pause", token, "--operation", "transfer", *REASON)
    assert issuer.said("tokens", "rules", token)["paused"] == ["transfer"]
    assert refused(alice, "transfer", token, alice.party, bob.party, "1") == "OPERATION_PAUSED"
    assert refused(alice, "pause", token, *REASON) == "NOT_ALLOWED"
    issuer.change("unpause", token, *REASON)
    limits = issuer.said("tokens", "limit", token, "--balance", "200", *REASON)["limits"]
    assert limits["balance"] == "200.0"


def _consents(bob: User, token: str) -> None:
    given = ("preapprove", token, bob.party, "--expires-at", LATER, "--renew-seconds", "86400")
    bob.change(*given)
    bob.change("cancel-preapproval", token, bob.party)
    assert refused(bob, "cancel-preapproval", token, bob.party) == "NO_PREAPPROVAL"
    assert bob.run("tokens", *given[:3], "--renew-seconds", "86400").returncode == 1
    bob.change(*given)


def _forced(
    issuer: User, alice: User, bob: User, auditor: User, token: str, document: Path
) -> None:
    document.write_text("by order of the court")
    asked = ("force", token, alice.party, bob.party, "60", "--reason-code", "COURT-1")
    found: Any = issuer.said("tokens", *asked, "--document", str(document), "--output", "json")
    assert refused(issuer, "approvals", "approve", found["id"]) == "NOT_FOUND"
    waiting = auditor.said("tokens", "approvals", "list", "--state", "pending", "--output", "json")
    assert [each["id"] for each in waiting] == [found["id"]]
    auditor.said("tokens", "approvals", "approve", found["id"], "--output", "json")
    assert balance(alice) == ("0.0", "40.0")
    assert balance(bob) == ("60.0", "0.0")
    changed = issuer.said("tokens", "set-rules", token, "--request", *REASON, "--output", "json")
    auditor.said("tokens", "approvals", "refuse", changed["id"], "--output", "json")
    assert issuer.said("tokens", "approvals", "show", changed["id"])["state"] == "refused"
    assert refused(issuer, "set-rules", token, *REASON) == "APPROVAL_NEEDED"


def _allowances(alice: User, bob: User, token: str) -> None:
    bob.change("allow", token, bob.party, alice.party, "--limit", "5")
    spent = ("spend", token, bob.party, alice.party, alice.party)
    alice.change(*spent, "2")
    assert refused(alice, *spent, "4") == "ALLOWANCE_EXCEEDED"
    (standing,) = alice.said("tokens", "allowances", "--output", "json")
    assert standing["remaining"] == "3.0"
    bob.change("revoke", token, bob.party, alice.party)
    assert alice.said("tokens", "allowances", "--output", "json") == []


def _arranged(bob: User, token: str) -> None:
    bob.change("split", token, bob.party, "1", "2", "3")
    bob.change("merge", token, bob.party)


def _looked_up(issuer: User) -> None:
    found = issuer.said("operations", "list", "--limit", "3", "--output", "json")
    assert len(found) == 3
    shown = issuer.said("operations", "show", found[0]["id"])
    assert shown["phases"][0]["state"] == "requested"


def _adds_up(running: Platform) -> None:
    given = {"CANTATA_DATABASE_URL": running.database_url, "CANTATA_LEDGER_URL": running.ledger_url}
    done = ended("tokens", "reconcile", "--output", "json", **given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["differing"] == 0
    assert ended("audit", "verify", **given).returncode == 0
