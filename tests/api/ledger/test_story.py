"""The token story as `make run` plays it: over HTTP, on a sandbox that stays until it is told."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.api.process import SANDBOX, STOP_SECONDS_MAX, Sandbox

DEMO = (SANDBOX[0], "demo", "token")
SECONDS_MAX = 90
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def told(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*DEMO, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)


def events_of(story: Any) -> Iterator[Any]:
    for step in story["steps"]:
        for transaction in step["transactions"]:
            yield from transaction["events"]


def test_everything_shown_is_on_the_ledger(sandbox: Sandbox) -> None:
    done = told("--url", sandbox.url, "--output", "json")
    assert done.returncode == 0, done.stderr
    story = json.loads(done.stdout)
    assert story["conserved"]
    everyone: Any = {party: {"cumulative": []} for party in story["balances"]}
    form = {"filtersByParty": everyone, "verbose": True}
    for event in events_of(story):
        body = {"contractId": event["contract_id"], "eventFormat": form}
        assert sandbox.post("/v2/events/events-by-contract-id", body).status == 200
    shape = {"eventFormat": form, "transactionShape": "TRANSACTION_SHAPE_LEDGER_EFFECTS"}
    for step in story["steps"]:
        for transaction in step["transactions"]:
            asked = {
                "updateId": transaction["update_id"],
                "updateFormat": {"includeTransactions": shape},
            }
            found = sandbox.post("/v2/updates/update-by-id", asked).json
            recorded = found["update"]["Transaction"]["value"]
            assert recorded["offset"] == transaction["offset"]
            assert len(recorded["events"]) == len(transaction["events"])
    (deployed,) = re.findall("[0-9a-f]{64}", story["steps"][0]["facts"]["package"])
    assert deployed in sandbox.get("/v2/packages").json["packageIds"]


def test_the_external_party_signs_what_it_wants(sandbox: Sandbox) -> None:
    story = json.loads(told("--url", sandbox.url, "--output", "json").stdout)
    signed = [each for step in story["steps"] for each in step["signed"]]
    topology, *transactions = signed
    assert re.fullmatch("1220[0-9a-f]{64}", topology)
    assert len(transactions) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", each) for each in transactions)
    (dora,) = (party for party in story["balances"] if party.startswith("Dora"))
    namespaces = {party.partition("::")[2] for party in story["balances"] if party != dora}
    assert dora.partition("::")[2] not in namespaces
    assert any(dora in event.get("acting_parties", ()) for event in events_of(story))


def test_it_ends_with_what_can_be_done_next() -> None:
    with staying() as (process, lines):
        shown = "".join(lines)
        assert "The holdings add up to the supply." in shown
        commands = re.findall("^  (.*)$", shown.rpartition("Try,")[2], re.MULTILINE)
        assert len(commands) >= 4
        for command in commands:
            done = subprocess.run(
                ["bash", "-c", command],
                capture_output=True,
                text=True,
                timeout=60,
                env=ENVIRONMENT,
                check=False,
            )
            assert done.returncode == 0, (command, done.stderr)
            assert done.stdout
        assert process.poll() is None


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly(how: signal.Signals) -> None:
    with staying() as (process, lines):
        (url,) = set(re.findall(r"http://127\.0\.0\.1:[0-9]+", lines[0]))
        port = int(url.rpartition(":")[2])
        process.send_signal(how)
        _, said = process.communicate(timeout=STOP_SECONDS_MAX)
        assert (process.returncode, said) == (0, "")
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            pass


def test_a_port_in_use_is_told_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = told("--port", str(port))
    assert done.returncode == 1
    assert f"PORT_IN_USE: port {port} is in use" in done.stderr
    assert "--port N" in done.stderr
    assert f"--url http://127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr


@contextmanager
def staying() -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The story on a sandbox of its own, told to its end; what it printed line by line."""
    with subprocess.Popen(
        [*DEMO, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        try:
            yield process, list(_until_end(process))
        finally:
            if process.poll() is None:
                process.terminate()
                process.communicate(timeout=STOP_SECONDS_MAX)


def _until_end(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    end = time.monotonic() + SECONDS_MAX
    for line in process.stdout:
        yield line
        assert time.monotonic() < end, "the story did not end"
        if line.startswith("  curl"):
            return
