"""Questions to others that come up in a transaction: they are asked when none is open.

A use case finds out inside its transaction what it has to ask, such as whether the participant
knows a party. Whoever is asked may take long, or never answer, and must hold no connection
meanwhile. So the transaction is given up, the question is asked, and the use case begins anew with
the answer at hand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

from cantata.kernel.errors import CantataError
from cantata.kernel.time import RelTime

ANSWER_MAX = RelTime.of(seconds=5)
"""How long a use case waits for the answers to questions that it has at one time."""

ROUNDS_MAX = 8
"""Times that a use case may come up with new questions."""

AT_ONCE_MAX = 8
"""Questions that are asked at the same time."""

T = TypeVar("T")
Ask = Callable[[], Awaitable[Any]]

_ANSWERS: ContextVar[Mapping[Hashable, Any]] = ContextVar("answers")


class AnswerTimedOut(CantataError):
    """Others did not answer in time what a use case has to know; field `waited`."""

    code = "ANSWER_TIMED_OUT"

    def __init__(self, waited: RelTime) -> None:
        self.waited = waited
        super().__init__(
            f"what has to be known was not answered within {waited.microseconds // 1_000} ms",
            hint="nothing was done; look whether the participant answers, and try again",
        )


class Unanswered(Exception):
    """Gives up a transaction for questions, which `asking` asks; field `questions`."""

    def __init__(self, questions: Mapping[Hashable, Ask]) -> None:
        self.questions = questions
        super().__init__(f"{len(questions)} questions have to be asked outside of a transaction")


def answers(questions: Mapping[Hashable, Ask]) -> dict[Hashable, Any]:
    """Give the answers to questions; raise Unanswered for those that were not asked yet."""
    known = _ANSWERS.get({})
    missing = {key: ask for key, ask in questions.items() if key not in known}
    if missing:
        raise Unanswered(missing)
    return {key: known[key] for key in questions}


async def asking(work: Callable[[], Awaitable[T]], most: RelTime = ANSWER_MAX) -> T:
    """Do work that opens a transaction; ask what it comes up with between two of them.

    Raise AnswerTimedOut, what a question raises, and what the work does.
    """
    found: dict[Hashable, Any] = {}
    token = _ANSWERS.set(found)
    try:
        for _ in range(ROUNDS_MAX):
            try:
                return await work()
            except Unanswered as error:
                questions = error.questions
            found.update(await _asked(questions, most))
        return await work()
    finally:
        _ANSWERS.reset(token)


async def _asked(questions: Mapping[Hashable, Ask], most: RelTime) -> dict[Hashable, Any]:
    turns = asyncio.Semaphore(AT_ONCE_MAX)

    async def one(ask: Ask) -> Any:
        async with turns:
            return await ask()

    limit = asyncio.timeout(most.microseconds / 1_000_000)
    try:
        async with limit, asyncio.TaskGroup() as group:
            tasks = {key: group.create_task(one(ask)) for key, ask in questions.items()}
    except TimeoutError:
        if limit.expired():
            raise AnswerTimedOut(most) from None
        raise
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return {key: task.result() for key, task in tasks.items()}
