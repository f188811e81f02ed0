"""A change is recorded once, whatever happens to its answers and however often it is sent."""

from __future__ import annotations

import http.client
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cantata.kernel.time import RelTime
from cantata.testing.server import Contention, Delay, DropAnswer, Fault, Unavailable
from tests.property.participant.book import BOARD, Book, Said, create, exercise, fresh
from tests.property.participant.depth import depth

NOTE = f"{BOARD}Note"
KNOWN_FOR = RelTime.of(days=1)
PERIOD = {"DeduplicationDuration": {"value": {"seconds": 86_400, "nanos": 0}}}
AT_ONCE = 4
DOUBLE = {"DUPLICATE_COMMAND", "SUBMISSION_ALREADY_IN_FLIGHT"}

number = st.integers(0, 999)


class Deduplication(RuleBasedStateMachine):
    """Each command makes one note with its id as text, so that effects can be counted."""

    book: Book

    @initialize()
    def start(self) -> None:
        self.party = self.book.sandbox.party("ann")
        self.effects: Counter[str] = Counter()
        self.done: dict[str, tuple[int, int]] = {}
        self.now = self.book.sandbox.time.advance(RelTime(0))

    @rule()
    def send(self) -> None:
        self.accepted(command := fresh("id"), self.submit(command))

    @rule(fault=st.sampled_from((Unavailable(), Contention())), times=st.integers(1, 3))
    def send_to_a_busy_ledger(self, fault: Fault, times: int) -> None:
        command = fresh("id")
        self.strike(fault, command, times)
        for _ in range(times):
            said = self.submit(command)
            assert said.code in {"SERVICE_NOT_RUNNING", "LOCAL_VERDICT_LOCKED_CONTRACTS"}
            assert said.json["retryInfo"]
        self.accepted(command, self.submit(command))

    @rule()
    def lose_the_answer(self) -> None:
        command = fresh("id")
        self.strike(DropAnswer(), command)
        with pytest.raises((OSError, http.client.HTTPException)):
            self.submit(command)
        again = self.submit(command)
        assert again.code == "DUPLICATE_COMMAND"
        self.effects[command] += 1
        offset = int(again.json["context"]["completion_offset"])
        self.done[command] = self.now.microseconds, offset

    @rule()
    def be_refused_first(self) -> None:
        command = fresh("id")
        wrong = exercise(NOTE, f"00{'ab' * 32}", "Archive", {})
        refused = self.book.submit([self.party], wrong, commandId=command)
        assert refused.code == "CONTRACT_NOT_FOUND"
        self.accepted(command, self.submit(command))

    @rule(is_slow=st.booleans())
    def send_many_at_once(self, *, is_slow: bool) -> None:
        command = fresh("id")
        if is_slow:
            self.strike(Delay(20), command, AT_ONCE)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            said = [*pool.map(lambda _: self.submit_alone(command), range(AT_ONCE))]
        (first,) = (each for each in said if each.status == 200)
        assert {each.code for each in said if each is not first} <= DOUBLE
        self.accepted(command, first)

    @precondition(lambda self: self.done)
    @rule(which=number)
    def repeat(self, which: int) -> None:
        command = list(self.done)[which % len(self.done)]
        at, offset = self.done[command]
        end, said = self.book.end(), self.submit(command)
        if at + KNOWN_FOR.microseconds < self.now.microseconds:
            self.accepted(command, said)
            return
        assert said.code == "DUPLICATE_COMMAND", said
        assert said.json["context"]["completion_offset"] == str(offset)
        assert self.rejections_since(end) == [command]

    @precondition(lambda self: self.done)
    @rule(which=number)
    def use_the_id_of_another(self, which: int) -> None:
        """Another user and another party have ids of their own."""
        command = list(self.done)[which % len(self.done)]
        other = self.book.sandbox.party("ben")
        for act_as, more in (([other], {}), ([self.party], {"userId": fresh("user")})):
            note = create(NOTE, author=act_as[0], reader=act_as[0], text="other")
            assert self.book.submit(act_as, note, commandId=command, **more).status == 200

    @rule(hours=st.sampled_from((1, 25)))
    def wait(self, hours: int) -> None:
        self.now = self.book.sandbox.time.advance(RelTime.of(hours=hours))

    @invariant()
    def every_change_is_recorded_as_often_as_accepted(self) -> None:
        if hasattr(self, "party"):
            texts = (each["createArgument"]["text"] for each in self.book.active(self.party))
            assert Counter(text for text in texts if text != "other") == self.effects

    def submit(self, command: str) -> Said:
        return self._submit(self.book, command)

    def submit_alone(self, command: str) -> Said:
        """Submit over a connection of its own."""
        book = Book(self.book.sandbox)
        try:
            return self._submit(book, command)
        finally:
            book.close()

    def _submit(self, book: Book, command: str) -> Said:
        note = create(NOTE, author=self.party, reader=self.party, text=command)
        return book.submit([self.party], note, commandId=command, deduplicationPeriod=PERIOD)

    def accepted(self, command: str, said: Said) -> None:
        assert said.status == 200, said
        self.effects[command] += 1
        self.done[command] = self.now.microseconds, said.json["transaction"]["offset"]

    def strike(self, fault: Fault, command: str, times: int = 1) -> None:
        path = "/v2/commands"
        self.book.sandbox.faults.add(fault, path=path, command_id=command, count=times)

    def rejections_since(self, offset: int) -> list[str]:
        """Wait for the next completion after the checkpoint at an offset; it is a rejection."""
        body = {"parties": [self.party], "beginExclusive": offset}
        path = "/v2/commands/command-completions?limit=2&stream_idle_timeout_ms=5000"
        found = [
            each["completionResponse"]["Completion"]["value"]
            for each in self.book.say("POST", path, body).json
            if "Completion" in each["completionResponse"]
        ]
        assert all(each["status"]["code"] for each in found)
        return [each["commandId"] for each in found]


def test_no_change_is_recorded_twice(book: Book) -> None:
    Deduplication.book = book
    run_state_machine_as_test(Deduplication, settings=depth(15, 15))
