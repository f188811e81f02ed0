"""Submitting: three outcomes, and tries that can be repeated because the change id stays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from cantata.ledger.decoding import Fields
from cantata.ledger.errors import (
    DuplicateCommand,
    LedgerError,
    NotFound,
    OutcomeUnknown,
    Refusal,
)
from cantata.ledger.formats import Shape, Wanted
from cantata.ledger.model.updates import Transaction, transaction
from cantata.ledger.outcome import Done, Outcome, Refused, Unknown, value_of
from cantata.ledger.services.updates import Updates
from cantata.ledger.submission import ChangeId, Submission
from cantata.ledger.transport import Call, Transport, retried

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A change is recorded: the id of its update and the offset of its completion."""

    update_id: str
    offset: int


class Submitter:
    """Sends a change until its outcome is clear, or the bounds of trying are reached."""

    def __init__(self, transport: Transport, updates: Updates) -> None:
        self._transport = transport
        self._updates = updates
        self._seen: int | None = None

    async def receipt(
        self, change: ChangeId, send: Callable[[], Awaitable[Any]]
    ) -> Outcome[Receipt]:
        """Send what is answered by an update id and an offset."""

        async def done() -> Receipt:
            return _receipt(Fields(await send()))

        async def recalled(offset: int) -> Receipt:
            try:
                found = await self._recorded(change, offset, Wanted(tuple(change.act_as)))
            except NotFound:
                return Receipt("", offset)
            return Receipt(found.update_id, offset)

        outcome = await self._run(change, done, recalled)
        if isinstance(outcome, Done):
            self._saw(outcome.value.offset)
        return outcome

    async def transaction(
        self,
        change: ChangeId,
        send: Callable[[], Awaitable[Any]],
        wanted: Wanted,
        shape: Shape,
    ) -> Outcome[Transaction]:
        """Send what is answered by a transaction."""

        async def done() -> Transaction:
            return transaction(Fields(await send()).object("transaction"))

        async def recalled(offset: int) -> Transaction:
            return await self._recorded(change, offset, wanted, shape)

        outcome = await self._run(change, done, recalled)
        if isinstance(outcome, Done):
            self._saw(outcome.value.offset)
        return outcome

    async def _run(
        self,
        change: ChangeId,
        send: Callable[[], Awaitable[T]],
        recall: Callable[[int], Awaitable[T]],
    ) -> Outcome[T]:
        """Try until done or refused.

        A refusal for what is recorded proves nothing after a try of unknown outcome, since that
        try may be what is recorded: then its completion decides.
        """
        doubts: list[OutcomeUnknown] = []

        async def attempt() -> T:
            try:
                return await send()
            except OutcomeUnknown as error:
                doubts.append(error)
                raise

        try:
            since = await self._begin()
        except LedgerError as error:
            return Refused(error)
        try:
            return Done(await retried(self._transport.settings.retries, attempt))
        except DuplicateCommand as error:
            return await self._recalled(change, since, error, recall)
        except LedgerError as error:
            settles = isinstance(error, Refusal) and not error.depends_on_state
            if settles or not doubts:
                return Refused(error)
        return await self._looked_up(change, since, doubts[-1], recall)

    async def _recalled(
        self,
        change: ChangeId,
        since: int,
        error: DuplicateCommand,
        recall: Callable[[int], Awaitable[T]],
    ) -> Outcome[T]:
        """Give what an earlier try recorded."""
        doubt = OutcomeUnknown(f"recorded by an earlier try ({error.message}), but not to be seen")
        offset = error.completion_offset
        if offset is None:
            return await self._looked_up(change, since, doubt, recall)
        try:
            return Done(await recall(offset), earlier=True)
        except LedgerError:
            return Unknown(doubt, min(since, offset - 1))

    async def _looked_up(
        self,
        change: ChangeId,
        since: int,
        doubt: OutcomeUnknown,
        recall: Callable[[int], Awaitable[T]],
    ) -> Outcome[T]:
        """Let the completion decide, if there is one."""
        try:
            found = await self._updates.completion_of(change, since)
            if found is not None and found.is_success:
                return Done(await recall(found.offset), earlier=True)
        except LedgerError:
            pass
        return Unknown(doubt, since)

    async def _begin(self) -> int:
        """Give an offset before which the change cannot complete."""
        if self._seen is None:
            answer = await self._transport.read(Call(method="GET", path="/v2/state/ledger-end"))
            self._saw(Fields(answer).integer("offset"))
        return self._seen if self._seen is not None else 0

    def _saw(self, offset: int) -> None:
        self._seen = max(offset, self._seen or 0)

    async def _recorded(
        self, change: ChangeId, offset: int, wanted: Wanted, shape: Shape = Shape.LEDGER_EFFECTS
    ) -> Transaction:
        found = await self._updates.at(offset, wanted, shape)
        if not isinstance(found, Transaction):
            raise NotFound(f"the update at {offset} is no transaction")
        return found


class Commands:
    """Submits commands of parties that the participant hosts."""

    def __init__(self, transport: Transport, submitter: Submitter) -> None:
        self._transport = transport
        self._submitter = submitter

    async def outcome(self, submission: Submission) -> Outcome[Receipt]:
        """Submit and wait; give what became of it."""
        return await self._submitter.receipt(
            self._change(submission),
            lambda: self._send("submit-and-wait", self._body(submission)),
        )

    async def submit(self, submission: Submission) -> Receipt:
        """Submit and wait; raise what refused it or `OutcomeUnknown`."""
        return value_of(await self.outcome(submission))

    async def transaction_outcome(
        self,
        submission: Submission,
        *,
        shape: Shape = Shape.LEDGER_EFFECTS,
        wanted: Wanted | None = None,
    ) -> Outcome[Transaction]:
        """Submit and wait for the transaction, as the submitting parties or `wanted` see it."""
        seen = wanted if wanted is not None else Wanted(submission.act_as)
        form = seen.transaction_format(shape)
        return await self._submitter.transaction(
            self._change(submission),
            lambda: self._send(
                "submit-and-wait-for-transaction",
                {"commands": self._body(submission), "transactionFormat": form},
            ),
            seen,
            shape,
        )

    async def transaction(
        self,
        submission: Submission,
        *,
        shape: Shape = Shape.LEDGER_EFFECTS,
        wanted: Wanted | None = None,
    ) -> Transaction:
        """Submit and wait for the transaction; raise as `submit` does."""
        return value_of(await self.transaction_outcome(submission, shape=shape, wanted=wanted))

    async def send(self, submission: Submission) -> None:
        """Hand over once without waiting; what becomes of it comes as a completion."""
        await self._send("async/submit", self._body(submission))

    def _change(self, submission: Submission) -> ChangeId:
        return submission.change_id(self._transport.settings.user_id)

    def _body(self, submission: Submission) -> dict[str, Any]:
        return submission.to_json(self._transport.settings.user_id)

    async def _send(self, name: str, body: Any) -> Any:
        path = f"/v2/commands/{name}"
        return await self._transport.send(
            Call(method="POST", path=path, body=body, is_command=True)
        )


def _receipt(fields: Fields) -> Receipt:
    return Receipt(fields.text("updateId"), fields.integer("completionOffset"))
