"""The rules of automation that need no database: states, command ids, retries."""

from __future__ import annotations

import itertools
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.automation.model import (
    ATTEMPTS_MAX,
    FINAL,
    WAIT_MAX,
    Intent,
    State,
    Wish,
    command_id,
    intent_of_command,
    may_become,
)
from cantata.automation.policy import (
    LONGEST_WAIT_MS,
    gives_up_at,
    look_again_at,
    retry_at,
    retry_later,
    tries_again,
)
from cantata.kernel.errors import CantataError
from cantata.kernel.time import RelTime, Timestamp
from cantata.ledger.errors import Answer, DamlFailure, NotFound, Refusal, Retryable, Unreachable

START = Timestamp.parse("2026-01-01T00:00:00Z")
CONTENTION = NotFound("gone", answer=Answer(category=11))


def intent(attempts: int = 0, deadline: Timestamp | None = None) -> Intent:
    wish = Wish(
        kind="k",
        requester="r",
        key="k",
        subject="s",
        act_as=("p",),
        request={},
        deadline=deadline,
    )
    return Intent(
        id=uuid.UUID(int=1),
        wish=wish,
        state=State.SUBMITTED,
        attempts=attempts,
        plan=None,
        command_id="",
        dead_after=None,
        update_id="",
        offset=None,
        result=None,
        failure=None,
        trace="",
        created_at=START,
        updated_at=START,
    )


def test_final_states_give_way_to_the_ledger_alone() -> None:
    assert {State.COMPLETED, State.FAILED, State.CANCELLED} == FINAL
    for before, after in itertools.product(FINAL, State):
        allowed = after is State.COMPLETED and before is not State.COMPLETED
        assert may_become(before, after) is allowed


def test_what_was_sent_is_never_cancelled() -> None:
    for before in (State.SUBMITTED, State.UNKNOWN):
        assert not may_become(before, State.CANCELLED)
        assert not may_become(before, State.PREPARED)


@given(st.uuids(), st.integers(1, 10_000))
def test_a_command_id_names_its_intent(identity: uuid.UUID, attempt: int) -> None:
    assert intent_of_command(command_id(identity, attempt)) == identity


@given(st.text(max_size=60) | st.from_regex(r"cantata:.*", fullmatch=True))
def test_other_command_ids_name_none(text: str) -> None:
    found = intent_of_command(text)
    assert found is None or str(found) in text.lower()


@pytest.mark.parametrize(
    "error,passes",
    [
        (Retryable("busy"), True),
        (CONTENTION, True),
        (Refusal("no", answer=Answer(category=8)), False),
        (DamlFailure("rule", answer=Answer(category=9)), False),
        (CantataError("other"), False),
    ],
)
def test_which_refusals_pass(error: CantataError, *, passes: bool) -> None:
    assert retry_later(error) is passes


def test_tries_are_bounded() -> None:
    assert tries_again(intent(ATTEMPTS_MAX - 1), CONTENTION, START)
    assert not tries_again(intent(ATTEMPTS_MAX), CONTENTION, START)
    assert tries_again(intent(ATTEMPTS_MAX), Unreachable("down"), START)
    assert not tries_again(intent(), Unreachable("down"), START + WAIT_MAX)
    early = START + RelTime.of(seconds=5)
    assert not tries_again(intent(deadline=early), CONTENTION, early)


@given(st.integers(0, 10_000), st.integers(0, 40))
def test_waits_are_bounded(seconds: int, attempts: int) -> None:
    now = START + RelTime.of(seconds=seconds)
    longest = now + RelTime(microseconds=1_000 * LONGEST_WAIT_MS)
    assert now < retry_at(now, attempts) <= longest
    assert look_again_at(intent(), now) <= max(longest, gives_up_at(intent()))
