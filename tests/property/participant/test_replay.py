"""A ledger that starts again, after a stop or a kill, is the ledger that it was."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cantata.testing.server import Sandbox, Snapshot, State, dar_of, running
from tests.property.participant.book import BOARD, Book, create, exercise, fresh
from tests.property.participant.depth import depth

NOTE = f"{BOARD}Note"
CONTRACTS = Path(__file__).with_name("board.py")

number = st.integers(0, 999)


class Replay(RuleBasedStateMachine):
    """Changes everything that a ledger keeps, and starts it again on the same file."""

    @initialize()
    def start(self) -> None:
        self.stack = ExitStack()
        folder = self.stack.enter_context(TemporaryDirectory())
        self.store = str(Path(folder) / "ledger.db")
        self.process = ExitStack()
        self.snapshots: list[tuple[Snapshot, dict[str, Any]]] = []
        self.open()
        self.sandbox.upload(dar_of(CONTRACTS))
        self.parties = [self.sandbox.party(name) for name in ("ann", "ben")]

    @rule(by=st.booleans(), to=st.booleans(), times=st.integers(1, 5))
    def write(self, *, by: bool, to: bool, times: int) -> None:
        author, reader = self.parties[by], self.parties[to]
        for _ in range(times):
            note = create(NOTE, author=author, reader=reader, text=fresh("text"))
            assert self.book.submit([author], note).status == 200

    @rule(which=number, choice=st.sampled_from(("Forward", "Archive")))
    def use(self, which: int, choice: str) -> None:
        notes = self.book.active(self.parties[0])
        if notes:
            event = notes[which % len(notes)]
            actor = event["createArgument"]["reader" if choice == "Forward" else "author"]
            argument = {"reader": actor, "text": fresh("text")} if choice == "Forward" else {}
            self.book.submit([actor], exercise(NOTE, event["contractId"], choice, argument))

    @rule()
    def be_refused(self) -> None:
        """A duplicate leaves a completion and nothing else."""
        party, command = self.parties[0], fresh("command")
        note = create(NOTE, author=party, reader=party, text="once")
        said = [self.book.submit([party], note, commandId=command) for _ in range(2)]
        assert [each.code for each in said] == ["", "DUPLICATE_COMMAND"]

    @rule(is_admin=st.booleans())
    def administrate(self, *, is_admin: bool) -> None:
        self.parties.append(self.sandbox.party("cat"))
        kind = "ParticipantAdmin" if is_admin else "CanActAs"
        value = {} if is_admin else {"party": self.parties[-1]}
        user = {
            "id": fresh("user"),
            "primaryParty": "",
            "isDeactivated": False,
            "identityProviderId": "",
            "metadata": {"resourceVersion": "", "annotations": {"why": "because"}},
        }
        body = {"user": user, "rights": [{"kind": {kind: {"value": value}}}]}
        assert self.book.say("POST", "/v2/users", body).status == 200

    @rule()
    def remember(self) -> None:
        self.snapshots.append((self.sandbox.snapshot(), self.everything()))

    @precondition(lambda self: self.snapshots)
    @rule(which=number)
    def go_back(self, which: int) -> None:
        place = which % len(self.snapshots)
        snapshot, before = self.snapshots[place]
        snapshot.rollback()
        del self.snapshots[place + 1 :]
        assert self.everything() == before
        self.parties = before["mine"]

    @rule(how=st.sampled_from((signal.SIGTERM, signal.SIGKILL)))
    def start_again(self, how: signal.Signals) -> None:
        before, state = self.everything(), self.sandbox.state()
        self.book.close()
        os.kill(self.sandbox.pid, how)
        self.process.close()
        self.snapshots.clear()
        self.open()
        assert self.sandbox.state() == state
        assert self.everything() == before

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            try:
                self.start_again(signal.SIGKILL)
            finally:
                self.book.close()
                self.process.close()
                self.stack.close()

    def open(self) -> None:
        self.process = ExitStack()
        self.sandbox: Sandbox = self.process.enter_context(running("--store", self.store))
        self.book = Book(self.sandbox)

    def everything(self) -> dict[str, Any]:
        """Give all that the API tells about the ledger, and the hash of what it stores."""
        state: State = self.sandbox.state()
        users = self.book.say("GET", "/v2/users?pageSize=1000").json["users"]
        found: dict[str, Any] = {
            "mine": [*self.parties],
            "offset": state.offset,
            "hash": state.hash,
            "parties": self.book.say("GET", "/v2/parties?pageSize=1000").json,
            "users": users,
            "packages": self.book.say("GET", "/v2/packages").json,
        }
        for user in users:
            found[user["id"]] = self.book.say("GET", f"/v2/users/{user['id']}/rights").json
        path = "/v2/commands/command-completions?limit=200&stream_idle_timeout_ms=0"
        for party in self.parties:
            found[party] = self.book.active(party, blobs=True), self.book.updates(party, 0)
            body = {"parties": [party], "beginExclusive": 0}
            completions = self.book.say("POST", path, body)
            assert completions.status == 200, completions
            found[f"{party} completions"] = completions.json
        return found


def test_a_ledger_that_starts_again_is_what_it_was() -> None:
    run_state_machine_as_test(Replay, settings=depth(2, 10))
