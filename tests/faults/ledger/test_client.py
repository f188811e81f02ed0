"""The client when things go wrong: what is unknown stays unknown until the ledger tells."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from cantata.ledger import errors
from cantata.ledger.client import LedgerClient
from cantata.ledger.formats import Wanted
from cantata.ledger.model.updates import Completion, Transaction
from cantata.ledger.outcome import Done, Refused, Unknown
from cantata.ledger.settings import RetrySettings
from cantata.ledger.submission import Submission
from cantata.testing.server import (
    Contention,
    CutStream,
    DeliverTwice,
    DropAnswer,
    Fault,
    Sandbox,
    Unavailable,
    dar_of,
)
from tests.property.participant.book import BOARD, create, fresh

CONTRACTS = Path(__file__).parents[2] / "property" / "participant" / "board.py"
NOTE = f"{BOARD}Note"
USER = "faults"
ONCE = RetrySettings(attempts=1)
SOON = RetrySettings(attempts=4, first_wait_ms=10, longest_wait_ms=50, jitter_ms=5)
SECONDS_MAX = 60

Story = Callable[[LedgerClient], Awaitable[None]]


@pytest.fixture
def board(sandbox: Sandbox) -> Sandbox:
    """A sandbox with a contract package."""
    sandbox.upload(dar_of(CONTRACTS))
    return sandbox


def play(sandbox: Sandbox, story: Story, retries: RetrySettings = SOON) -> None:
    async def told() -> None:
        async with sandbox.client(USER, retries=retries) as ledger:
            await asyncio.wait_for(story(ledger), SECONDS_MAX)

    asyncio.run(told())


def noting(party: str) -> Submission:
    command_id = fresh("note")
    note = create(NOTE, author=party, reader=party, text=command_id)
    return Submission(commands=(note,), act_as=(party,), command_id=command_id)


async def texts(ledger: LedgerClient, party: str) -> list[str]:
    wanted = Wanted((party,))
    return [each.event.argument["text"] async for each in ledger.state.active_contracts(wanted)]


async def recorded(ledger: LedgerClient, party: str, begin: int, count: int) -> list[str]:
    found: list[str] = []
    async with aclosing(ledger.updates.follow(Wanted((party,)), begin)) as updates:
        async for each in updates:
            if isinstance(each, Transaction):
                found += [event.argument["text"] for event in each.created]
            if len(found) >= count:
                break
    return found


async def completed(ledger: LedgerClient, party: str, begin: int, count: int) -> list[str]:
    found: list[str] = []
    async with aclosing(ledger.updates.completions(USER, (party,), begin)) as completions:
        async for each in completions:
            if isinstance(each, Completion):
                found.append(each.command_id)
            if len(found) >= count:
                break
    return found


def test_what_is_unknown_stays_unknown_and_the_stream_tells(board: Sandbox) -> None:
    party = board.party("ann")
    submission = noting(party)

    async def story(ledger: LedgerClient) -> None:
        board.faults.add(DropAnswer(), command_id=submission.command_id)
        board.faults.add(Unavailable(), path="/v2/commands/completions", count=100)
        board.faults.add(Unavailable(), path="/v2/updates", count=100)
        outcome = await ledger.commands.outcome(submission)
        assert isinstance(outcome, Unknown)
        board.faults.clear()
        followed = ledger.updates.completions(USER, (party,), outcome.since)
        async with aclosing(followed) as completions:
            async for each in completions:
                if isinstance(each, Completion):
                    assert each.command_id == submission.command_id
                    assert each.update_id
                    break
        assert await texts(ledger, party) == [submission.command_id]
        again = await ledger.commands.outcome(submission)
        assert isinstance(again, Done)
        assert again.earlier

    play(board, story, ONCE)


def test_a_lost_answer_is_found_by_trying_again(board: Sandbox) -> None:
    party = board.party("ann")
    submission = noting(party)

    async def story(ledger: LedgerClient) -> None:
        board.faults.add(DropAnswer(), command_id=submission.command_id, count=2)
        outcome = await ledger.commands.outcome(submission)
        assert isinstance(outcome, Done)
        assert outcome.earlier
        assert await texts(ledger, party) == [submission.command_id]

    play(board, story)


@pytest.mark.parametrize("fault", [Contention(), Unavailable()])
def test_a_busy_ledger_is_asked_again(board: Sandbox, fault: Fault) -> None:
    party = board.party("ann")
    submission = noting(party)

    async def story(ledger: LedgerClient) -> None:
        board.faults.add(fault, command_id=submission.command_id, count=3)
        outcome = await ledger.commands.outcome(submission)
        assert isinstance(outcome, Done)
        assert not outcome.earlier
        assert await texts(ledger, party) == [submission.command_id]
        assert board.faults.active() == []

    play(board, story)


def test_contention_that_lasts_is_a_refusal(board: Sandbox) -> None:
    party = board.party("ann")
    submission = noting(party)

    async def story(ledger: LedgerClient) -> None:
        board.faults.add(Contention(), command_id=submission.command_id, count=100)
        outcome = await ledger.commands.outcome(submission)
        assert isinstance(outcome, Refused)
        assert isinstance(outcome.error, errors.Retryable)
        assert await texts(ledger, party) == []

    play(board, story)


@pytest.mark.parametrize(
    "faults",
    [
        [CutStream(after) for after in (0, 1, 2, 3, 1, 1)],
        [DeliverTwice()],
        [each for after in (3, 2, 4) for each in (DeliverTwice(), CutStream(after))],
    ],
    ids=["cut", "twice", "cut and twice"],
)
def test_streams_lose_nothing_and_double_nothing(board: Sandbox, faults: list[Fault]) -> None:
    party, count = board.party("ann"), 12

    async def story(ledger: LedgerClient) -> None:
        begin = await ledger.state.ledger_end()
        for fault in faults:
            board.faults.add(fault, path="/v2/updates")
            board.faults.add(fault, path="/v2/commands/completions")
        sent = [noting(party) for _ in range(count)]
        reading = asyncio.gather(
            recorded(ledger, party, begin, count), completed(ledger, party, begin, count)
        )
        for submission in sent:
            await ledger.commands.submit(submission)
        wanted = [each.command_id for each in sent]
        assert [*await reading] == [wanted, wanted]
        assert not board.faults.active()

    play(board, story)


def test_a_stream_over_a_rolled_back_ledger_says_so(board: Sandbox) -> None:
    party, snapshot = board.party("ann"), board.snapshot()

    async def story(ledger: LedgerClient) -> None:
        await ledger.commands.submit(noting(party))
        reading = asyncio.ensure_future(recorded(ledger, party, 0, 2))
        assert await recorded(ledger, party, 0, 1)
        await asyncio.to_thread(snapshot.rollback)
        with pytest.raises(errors.Refusal, match="SANDBOX_ROLLED_BACK"):
            await reading

    play(board, story)
