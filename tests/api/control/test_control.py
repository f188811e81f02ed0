"""What tests may do to a sandbox: set its time, let things go wrong, go back."""

from __future__ import annotations

import http.client
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from cantata.kernel.time import RelTime, SystemClock, Timestamp
from cantata.testing.server import (
    Contention,
    CutStream,
    Delay,
    DeliverTwice,
    DropAnswer,
    Fault,
    Sandbox,
    SandboxFailed,
    Unavailable,
    dar_of,
    running,
)
from cantata.testing.server.http import SandboxRefused
from cantata.testing.server.process import COMMAND
from tests.api.process import running as running_plainly
from tests.property.participant.book import BOARD, Book, create, event_format, fresh

CONTRACTS = Path(__file__).parents[2] / "property" / "participant" / "board.py"
NOTE = f"{BOARD}Note"
LATER = Timestamp.parse("2040-01-01T00:00:00Z")
CONTROLS = (
    ("GET", "/sandbox/time"),
    ("POST", "/sandbox/time/set"),
    ("POST", "/sandbox/time/advance"),
    ("GET", "/sandbox/faults"),
    ("POST", "/sandbox/faults"),
    ("DELETE", "/sandbox/faults"),
    ("DELETE", "/sandbox/faults/1"),
    ("GET", "/sandbox/state"),
    ("GET", "/sandbox/snapshots"),
    ("POST", "/sandbox/snapshots"),
    ("DELETE", "/sandbox/snapshots/a"),
    ("POST", "/sandbox/snapshots/a/rollback"),
    ("GET", "/docs/sandbox"),
)


def noting(sandbox: Sandbox, **more: Any) -> Any:
    """Record a note and give its transaction."""
    book, party = Book(sandbox), more.pop("party", "") or sandbox.party("ann")
    note = create(NOTE, author=party, reader=party, text="text")
    said = book.submit([party], note, **more)
    book.close()
    assert said.status == 200, said
    return said.json["transaction"]


@pytest.fixture
def board(sandbox: Sandbox) -> Sandbox:
    """A sandbox with a contract package."""
    sandbox.upload(dar_of(CONTRACTS))
    return sandbox


@contextmanager
def following(sandbox: Sandbox, party: str, begin: int = 0) -> Iterator[ClientConnection]:
    """Open a stream of updates."""
    transactions = {
        "eventFormat": event_format(party),
        "transactionShape": "TRANSACTION_SHAPE_ACS_DELTA",
    }
    update_format = {"includeTransactions": transactions}
    with connect(
        f"ws{sandbox.url.removeprefix('http')}/v2/updates",
        subprotocols=[Subprotocol("daml.ws.auth")],
        proxy=None,
    ) as stream:
        stream.send(json.dumps({"beginExclusive": begin, "updateFormat": update_format}))
        yield stream


def test_nothing_of_it_is_there_unless_switched_on(tmp_path: Path) -> None:
    with running_plainly(tmp_path) as sandbox:
        unknown = sandbox.get("/never/heard/of").json
        for method, path in CONTROLS:
            reply = sandbox.request(method, path, b"{}" if method == "POST" else None)
            assert reply.status == 404, (method, path)
            assert reply.json.keys() == unknown.keys()
        assert "/sandbox" not in sandbox.get("/docs/openapi").text
        static = sandbox.get("/v2/version").json["features"]["experimental"]["staticTime"]
        assert static == {"supported": False}


def test_it_is_refused_beyond_the_loopback() -> None:
    command = [*COMMAND, "--port", "0", "--control", "--host", "0.0.0.0"]
    with_auth = [*command, "--auth", "hs256-unsafe:secret"]
    ended = subprocess.run(with_auth, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode != 0
    assert "loopback" in ended.stderr


def test_a_sandbox_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(SandboxFailed, match="not-a-way"), running("--auth", "not-a-way"):
        pass


def test_it_is_described_apart_from_the_ledger(sandbox: Sandbox) -> None:
    described = sandbox.wire.send("GET", "/docs/sandbox")
    for method, path in CONTROLS[:-1]:
        place = path.replace("/faults/1", "/faults/{id}").replace("/a", "/{name}")
        shown = path if "advance" in path else place
        assert f'"{shown}":' in described, (method, path)
    assert "/sandbox/" not in sandbox.wire.send("GET", "/docs/openapi")


def test_time_stands_still_and_runs_forward_only(board: Sandbox) -> None:
    assert board.time.now() != board.time.now()
    assert board.time.set(LATER) == LATER
    assert board.time.now() == LATER
    later = board.time.advance(RelTime.of(hours=1))
    assert later.since(LATER) == RelTime.of(hours=1)
    with pytest.raises(SandboxRefused, match="forward only"):
        board.time.set(LATER)
    with pytest.raises(SandboxRefused, match="forward only"):
        board.time.advance(RelTime(-1))
    transaction = noting(board)
    assert transaction["effectiveAt"] == str(later)
    recorded = Timestamp.parse(transaction["recordTime"]).since(later)
    assert RelTime(0) <= recorded < RelTime(1_000)


def test_time_beyond_the_calendar_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxRefused) as refused:
        sandbox.time.advance(RelTime(2**62))
    assert refused.value.error_code == "INVALID_FIELD"


def test_going_back_undoes_everything(board: Sandbox) -> None:
    before, snapshot = board.state(), board.snapshot("start")
    packages = board.wire.get("/v2/packages")
    for _ in range(2):
        party = board.party("ann")
        board.time.set(LATER)
        board.upload(dar_of("cantata.tokens.contract"))
        noting(board, party=party)
        assert board.state() != before
        snapshot.rollback()
        assert board.state() == before
        assert board.time.now() < LATER
        assert board.wire.get("/v2/packages") == packages
        assert board.wire.get(f"/v2/parties/{party}")["partyDetails"] == []
    noting(board)


def test_packages_that_are_gone_cannot_be_used(sandbox: Sandbox) -> None:
    snapshot, book = sandbox.snapshot(), Book(sandbox)
    sandbox.upload(dar_of(CONTRACTS))
    snapshot.rollback()
    party = sandbox.party("ann")
    note = create(NOTE, author=party, reader=party, text="text")
    assert book.submit([party], note).code == "PACKAGE_NAMES_NOT_FOUND"
    sandbox.upload(dar_of(CONTRACTS))
    assert book.submit([party], note).status == 200
    book.close()


def test_command_ids_are_free_again(board: Sandbox) -> None:
    party = board.party("ann")
    snapshot = board.snapshot()
    noting(board, party=party, commandId="same")
    with pytest.raises(AssertionError, match="DUPLICATE_COMMAND"):
        noting(board, party=party, commandId="same")
    snapshot.rollback()
    noting(board, party=party, commandId="same")


def test_streams_end_when_the_ledger_goes_back(board: Sandbox) -> None:
    snapshot, party = board.snapshot(), board.party("ann")
    noting(board, party=party)
    with following(board, party) as stream:
        assert "update" in json.loads(stream.recv(10))
        threading.Timer(0.2, snapshot.rollback).start()
        frames = [json.loads(frame) for frame in stream]
    assert frames[-1]["code"] == "SANDBOX_ROLLED_BACK"
    assert stream.close_code == 1000


def test_lists_that_wait_end_when_the_ledger_goes_back(board: Sandbox) -> None:
    snapshot, party = board.snapshot(), board.party("ann")
    noting(board, party=party)
    body = {"parties": [party], "beginExclusive": 0}
    path = "/v2/commands/command-completions?stream_idle_timeout_ms=15000"
    threading.Timer(0.3, snapshot.rollback).start()
    with pytest.raises(SandboxRefused) as refused:
        board.wire.post(path, body)
    assert refused.value.error_code == "SANDBOX_ROLLED_BACK"


def test_later_snapshots_are_forgotten(sandbox: Sandbox) -> None:
    first = sandbox.snapshot("first")
    sandbox.party("ann")
    second = sandbox.snapshot("second")
    with pytest.raises(SandboxRefused, match="already"):
        sandbox.snapshot("second")
    first.rollback()
    with pytest.raises(SandboxRefused) as refused:
        second.rollback()
    assert (refused.value.status, refused.value.error_code) == (404, "SANDBOX_NOT_FOUND")
    first.discard()
    with pytest.raises(SandboxRefused, match="no snapshot 'first'"):
        first.rollback()


@pytest.mark.parametrize("name", ["", "a/b", "x" * 201])
def test_names_of_snapshots_are_bounded(sandbox: Sandbox, name: str) -> None:
    with pytest.raises(SandboxRefused) as refused:
        sandbox.wire.post("/sandbox/snapshots", {"name": name})
    assert refused.value.error_code == "INVALID_FIELD"


def test_answers_come_late(sandbox: Sandbox) -> None:
    clock = SystemClock()
    sandbox.faults.add(Delay(300), path="/v2/version")
    began = clock.monotonic_ns()
    sandbox.wire.get("/v2/version")
    assert clock.monotonic_ns() - began >= 300_000_000


def test_answers_are_dropped_after_the_commit(board: Sandbox) -> None:
    party = board.party("ann")
    end = board.state().offset
    board.faults.add(DropAnswer(), method="post", command_id="lost")
    with pytest.raises((OSError, http.client.HTTPException)):
        noting(board, party=party, commandId="lost")
    assert board.state().offset > end
    with pytest.raises(AssertionError, match="DUPLICATE_COMMAND"):
        noting(board, party=party, commandId="lost")


def test_the_ledger_is_unavailable(board: Sandbox) -> None:
    party = board.party("ann")
    end = board.state().offset
    board.faults.add(Unavailable(), path="/v2/commands", count=2)
    for _ in range(2):
        with pytest.raises(AssertionError, match="SERVICE_NOT_RUNNING"):
            noting(board, party=party)
    assert board.state().offset == end
    noting(board, party=party)


def test_contention_is_told_as_by_a_participant(board: Sandbox) -> None:
    book, party, command = Book(board), board.party("ann"), fresh("command")
    contract = noting(board, party=party)["events"][0]["CreatedEvent"]["contractId"]
    board.faults.add(Contention(), command_id=command)
    exercise = {
        "ExerciseCommand": {
            "templateId": NOTE,
            "contractId": contract,
            "choice": "Archive",
            "choiceArgument": {},
        }
    }
    said = book.submit([party], exercise, commandId=command)
    refused = said.json
    assert (said.status, refused["code"]) == (409, "LOCAL_VERDICT_LOCKED_CONTRACTS")
    assert refused["retryInfo"] == "1 second"
    assert refused["resources"] == [["ErrorResource(CONTRACT_ID)", contract]]
    assert {"CONTRACT_ID", "psid", "confirming_parties"} <= refused["context"].keys()
    assert book.submit([party], exercise, commandId=command).status == 200
    book.close()


def test_streams_are_cut_without_a_close(board: Sandbox) -> None:
    party = board.party("ann")
    for _ in range(3):
        noting(board, party=party)
    board.faults.add(CutStream(after=2), path="/v2/updates")
    frames: list[Any] = []
    with pytest.raises(ConnectionClosedError), following(board, party) as stream:
        frames.extend(stream)
    assert len(frames) == 2
    with following(board, party) as stream:
        assert [stream.recv(10) for _ in range(3)]


def test_elements_come_twice(board: Sandbox) -> None:
    party = board.party("ann")
    noting(board, party=party)
    board.faults.add(DeliverTwice(), path="/v2/updates")
    with following(board, party) as stream:
        assert stream.recv(10) == stream.recv(10)


def test_faults_are_shown_used_up_and_taken_back(sandbox: Sandbox) -> None:
    unused = sandbox.faults.add(Unavailable(), path="/v2/nothing", count=3)
    over = sandbox.faults.add(Delay(5), ttl=RelTime(1_000))
    threading.Event().wait(0.01)
    (shown,) = sandbox.faults.active()
    assert shown["id"] == unused.id
    assert shown["fault"] == {"Unavailable": {}}
    assert shown["match"] == {"pathPrefix": "/v2/nothing"}
    assert shown["count"] == 3
    unused.remove()
    for gone in (unused, over):
        with pytest.raises(SandboxRefused, match="there is no fault"):
            gone.remove()


@pytest.mark.parametrize(
    "fault, more",
    [
        (Delay(60_001), {}),
        (Delay(-1), {}),
        (CutStream(-1), {}),
        (Unavailable(), {"count": 0}),
        (Unavailable(), {"ttl": RelTime.of(hours=2)}),
        (Unavailable(), {"command_id": "x" * 1_001}),
    ],
)
def test_faults_are_bounded(sandbox: Sandbox, fault: Fault, more: dict[str, Any]) -> None:
    with pytest.raises(SandboxRefused) as refused:
        sandbox.faults.add(fault, **more)
    assert (refused.value.status, refused.value.error_code) == (400, "INVALID_FIELD")
    assert sandbox.faults.active() == []


def test_so_many_faults_and_no_more(sandbox: Sandbox) -> None:
    for _ in range(100):
        sandbox.faults.add(Unavailable(), path="/nowhere")
    with pytest.raises(SandboxRefused) as refused:
        sandbox.faults.add(Unavailable())
    assert refused.value.error_code == "SANDBOX_TOO_MANY"
