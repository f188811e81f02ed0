"""`cantata exchange` against the running platform: the same nouns and verbs as the API."""

from __future__ import annotations

import io
import json
import os
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest

from cantata.cli.app import app
from cantata.cli.exits import exit_code
from cantata.cli.output import print_error
from cantata.kernel.errors import CantataError
from tests.api.platform.exchange import V1, House, opened, until
from tests.api.platform.running import Client, Platform
from tests.integration.world import CANTATA, ROOT


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


class Shell:
    """A command line with somebody's key; it runs in this process, which is much faster."""

    def __init__(self, platform: Platform, caller: Client) -> None:
        given = {"CANTATA_API_URL": platform.url, "CANTATA_API_KEY": caller.token}
        self.environment = {**os.environ, "NO_COLOR": "1", **given}

    def run(self, *arguments: str) -> Done:
        code = 0
        with (
            patch.dict(os.environ, self.environment),
            redirect_stdout(io.StringIO()) as out,
            redirect_stderr(io.StringIO()) as err,
        ):
            try:
                app(args=["exchange", *arguments], prog_name="cantata")
            except CantataError as error:
                print_error(error)
                code = exit_code(error)
            except SystemExit as ended:
                code = int(ended.code or 0)
        return Done(code, out.getvalue(), err.getvalue())

    def json(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--output", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def house(platform: Platform) -> House:
    return opened(platform, "CLIX")


@pytest.fixture(scope="module")
def shell(platform: Platform, house: House) -> Shell:
    return Shell(platform, house.operator)


@pytest.fixture(scope="module")
def named(house: House) -> str:
    return f"{house.token['admin']}/{house.token['id']}"


def test_treasuries_and_listings(shell: Shell, house: House, named: str) -> None:
    (treasury,) = shell.json("treasuries", "list")
    assert treasury["party"] == house.treasury
    assert house.treasury in shell.run("treasuries", "list").stdout
    off = shell.json("treasuries", "disable", house.treasury, "--reason", "drill")
    assert off["withdrawals_enabled"] is False
    on = shell.json("treasuries", "enable", house.treasury, "--reason", "over")
    assert on["withdrawals_enabled"] is True
    shown = json.loads(shell.run("treasuries", "show", house.treasury).stdout)
    assert shown["positions"] == []
    twice = shell.run("treasuries", "open", house.treasury, "--name", "again")
    assert (twice.returncode, "TREASURY_EXISTS" in twice.stderr) == (1, True)
    assert shell.json("preapprovals", "list") == []
    unwanted = shell.json("preapprovals", "drop", house.treasury, named, "--reason", "none is")
    assert unwanted == {"changed": False}
    rewarded = shell.json("treasuries", "reward", house.treasury, "traffic", "--reason", "voted")
    assert rewarded["mode"] == "traffic"
    shown = json.loads(shell.run("treasuries", "rewards", house.treasury).stdout)
    assert shown == rewarded
    (registry,) = shell.json("registries", "list")
    assert registry["admin"] == house.issuer.party
    again = shell.json("registries", "add", registry["admin"], registry["url"], "--reason", "moved")
    assert again["url"] == registry["url"]
    fee = ("--policy", "withdrawal_fee=0.1", "--policy", "pool_size=3", "--reason", "new fee")
    changed = shell.json("instruments", "change", named, *fee)
    assert changed["policy"]["pool_size"] == 3
    (listed,) = shell.json("instruments", "list", "--instrument", named)
    assert listed == changed
    assert shell.run("instruments", "refresh", named, "--reason", "look").returncode == 0
    refused = shell.run("instruments", "add", named, "--package", "p", "--reason", "x")
    assert "INSTRUMENT_LISTED" in refused.stderr
    wrong = shell.run("instruments", "change", "nothing", "--reason", "x")
    assert wrong.returncode == 2
    assert shell.run("instruments", "change", named, *fee[:1], "x", *fee[4:]).returncode == 2
    zero = ("--policy", "withdrawal_fee=0", "--reason", "back")
    assert shell.run("instruments", "change", named, *zero).returncode == 0


def test_customers_and_their_money(shell: Shell, house: House, named: str) -> None:
    account = shell.json("accounts", "open", "customer of the shell", "--treasury", house.treasury)
    assert shell.json("accounts", "list", "--named", "customer of the shell") == [account]
    identity = account["id"]
    blocked = shell.json("accounts", "block", identity, "--reason", "police")
    assert blocked["state"] == "blocked"
    assert shell.json("accounts", "reopen", identity, "--reason", "ok")["state"] == "open"
    house.pay("20", account["memo"])
    house.pay("5", "nobody's")
    until(
        lambda: (
            len(house.reader.get(f"{V1}/deposits", treasury=house.treasury).json()["items"]) == 2
        )
    )
    assert len(shell.json("deposits", "list", "--instrument", named)) == 2
    (nobodys,) = shell.json("suspense", "--instrument", named)
    proof = json.loads(shell.run("deposits", "proof", nobodys["id"]).stdout)
    assert proof["steps"][0]["memo"] == "nobody's"
    given = ("deposits", "attribute", nobodys["id"], identity, "--reason", "she said so")
    assert shell.json(*given)["state"] == "credited"
    (balance,) = shell.json("accounts", "balances", identity)
    assert balance["available"] == "25.0"
    tried = ("withdrawals", "request", identity, named, "30", house.wallet.party)
    refused = shell.run(*tried)
    assert (refused.returncode, "BALANCE_TOO_LOW" in refused.stderr) == (1, True)
    order = ("withdrawals", "request", identity, named, "7", house.wallet.party)
    assert shell.json(*order, "--dry-run")["dry_run"] is True
    paid = shell.json(*order, "--memo", "thanks", "--idempotency-key", "pay-1")
    again = shell.json(*order, "--memo", "thanks", "--idempotency-key", "pay-1")
    assert again["id"] == paid["id"]
    path = f"{V1}/withdrawals/{paid['id']}"
    until(lambda: house.reader.get(path).json()["state"] == "offered")
    assert json.loads(shell.run("withdrawals", "show", paid["id"]).stdout)["state"] == "offered"
    (listed,) = shell.json("withdrawals", "list", "--state", "offered", "--account", identity)
    assert listed["id"] == paid["id"]
    assert shell.json("withdrawals", "cancel", paid["id"])["cancel_wanted"] is True
    until(lambda: house.reader.get(path).json()["state"] == "withdrawn")
    asked = ("withdrawals", "attribute", paid["id"], identity, "--reason", "it was hers")
    refused = shell.run(*asked, "--bear-shortfall")
    assert (refused.returncode, "NOT_ATTRIBUTABLE" in refused.stderr) == (1, True)
    kinds = [each["occasion"] for each in shell.json("accounts", "statement", identity)]
    assert kinds == ["returned", "hold", "attributed", "received"]
    assert paid["id"] in [each["id"] for each in shell.json("operations")]
    totals = shell.json("journal", "totals")
    assert totals["balanced"] is True
    postings = shell.json("journal", "list", "--kind", "customer", "--name", identity)
    assert [each["amount"] for each in postings] == ["-7.0", "7.0", "-5.0", "-20.0"]
    assert shell.json("stuck") == {"deposits": [], "withdrawals": []}


def test_webhooks(shell: Shell) -> None:
    added = shell.json("webhooks", "add", "https://example.com/hook", "--topic", "exchange.*")
    assert added["secret"].startswith("whsec_")
    assert added["secret"] not in shell.run("webhooks", "list").stdout
    rotated = shell.json("webhooks", "rotate", added["id"], "--overlap", "60")
    assert rotated["secrets"] == 2
    assert shell.json("webhooks", "pause", added["id"])["state"] == "paused"
    assert shell.json("webhooks", "deliveries", added["id"]) == []
    assert shell.json("webhooks", "replay", added["id"]) == {"count": 0}
    assert shell.json("webhooks", "remove", added["id"])["state"] == "removed"
    refused = shell.run("webhooks", "add", "https://127.0.0.1/")
    assert (refused.returncode, "WEBHOOK_URL_REFUSED" in refused.stderr) == (1, True)


def test_who_has_no_role_reads_nothing(platform: Platform, house: House) -> None:
    shell = Shell(platform, house.nobody)
    for command in (("treasuries", "list"), ("suspense",), ("webhooks", "list")):
        refused = shell.run(*command)
        assert (refused.returncode, "NOT_ALLOWED" in refused.stderr) == (1, True)
    real = [CANTATA, "exchange", "stuck"]
    done = subprocess.run(
        real,
        check=False,
        cwd=ROOT,
        env=shell.environment,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert (done.returncode, "NOT_ALLOWED" in done.stderr) == (1, True)
