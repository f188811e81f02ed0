"""Running submissions: interpreted, checked for duplicates, committed, and safe on disk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from cantata.kernel.errors import CantataError
from cantata.kernel.generators import fresh_seed
from cantata.lf.codec.errors import UnfitValue, ValueRefused
from cantata.lf.runtime.errors import InterpretationError
from cantata.sandbox.engine import Command, Submission, Transaction, Update
from cantata.sandbox.engine.errors import (
    InactiveInputs,
    LedgerTimeOutOfBounds,
    MissingField,
    PreprocessingError,
)
from cantata.sandbox.participant.claims import Claims
from cantata.sandbox.participant.commands.authority import require_own_parties
from cantata.sandbox.participant.commands.bodies import (
    DeduplicationDuration,
    DeduplicationOffset,
    JsCommands,
    Period,
)
from cantata.sandbox.participant.commands.disclosure import Disclosure
from cantata.sandbox.participant.commands.index import (
    REJECTION,
    Accepted,
    ChangeId,
    CommandIndex,
    change_id_of,
)
from cantata.sandbox.participant.commands.parse import (
    DEDUPLICATION_MICROS,
    Header,
    authorize,
    header_of,
    ledger_time,
    read_commands,
    require_synchronizer,
    shortened,
    shortened_physical,
)
from cantata.sandbox.participant.commands.status import status_of
from cantata.sandbox.participant.commands.verdicts import inactive, locked
from cantata.sandbox.participant.errors import Origin, Refusal, refusal_of
from cantata.sandbox.participant.events.reading import Reading
from cantata.sandbox.participant.node import Participant

UNDER_WAY_MS = 50
"""How long an asynchronous command counts as under way after its answer."""


class Submitter:
    """Runs submissions; there is one of a node, which `node.part(Submitter)` gives.

    Between two waits nobody else changes the ledger.
    """

    name: ClassVar[str] = "submitter"

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._index = node.part(CommandIndex)
        self._disclosure = Disclosure(node)
        self._in_flight: dict[ChangeId, str] = {}
        self._last_recorded = Reading(node).recorded_at(node.store.end()) or 0

    def apply(self, change: object) -> None:
        """Take nothing: what is in flight ends with the process."""

    async def submit(self, body: JsCommands, claims: Claims, trace_id: str) -> Update:
        """Run the commands of a request; give the update when it is safe."""
        header, submission = self.read(body, claims, trace_id)
        try:
            with self.explained(header):
                submission, transaction = self._node.ledger.prepare(submission)
        except Refusal:
            await self._settled()
            raise
        require_own_parties(self._node, submission.act_as)
        return await self.commit(submission, transaction, header.period)

    def read(self, body: JsCommands, claims: Claims, trace_id: str) -> tuple[Header, Submission]:
        """Give the submission of a request, or raise why it is none."""
        node = self._node
        commands, late = self._commands(body)
        user_id = authorize(claims, body)
        require_synchronizer(node, body.synchronizer_id or "")
        header = header_of(node, body, user_id)
        shown = body.disclosed_contracts or ()
        with self.explained(header):
            if late is not None:
                raise late
            time = ledger_time(body, header.submitted_at)
            disclosed = self._disclosure.read(shown)
        self._disclosure.require_synchronizer(shown)
        return header, Submission(
            act_as=header.act_as,
            commands=commands,
            ledger_time=time,
            seed=fresh_seed(node.ids),
            read_as=header.read_as,
            preparation_time=header.submitted_at,
            disclosed=disclosed,
            package_preference=body.package_id_selection_preference or (),
            command_id=header.command_id,
            user_id=user_id,
            workflow_id=header.workflow_id,
            submission_id=header.submission_id,
            trace_id=trace_id,
        )

    async def commit(
        self, submission: Submission, transaction: Transaction, period: Period
    ) -> Update:
        """Record a transaction unless its command was done already; wait until it is safe.

        Raise what a participant says of a command that was done, is being done, or came too late.
        """
        node = self._node
        change_id = change_id_of(submission)
        self.require_new(submission, period)
        if node.is_locked(submission):
            held = locked(transaction, node.identity)
            self.reject(submission, held, 0)
            raise held
        try:
            update = node.ledger.commit(submission, transaction, record_time=self._record_time())
        except InactiveInputs as error:
            late = inactive(error.contract_ids, transaction, node.identity)
            self.reject(submission, late, 0)
            await self._settled()
            raise late from None
        except LedgerTimeOutOfBounds as error:
            refusal = refusal_of(error)
            if isinstance(refusal, Refusal):
                self.reject(submission, refusal, 0)
            await self._settled()
            raise
        self._in_flight[change_id] = submission.submission_id
        try:
            await node.durability.wait()
        finally:
            self._in_flight.pop(change_id, None)
        return update

    async def _settled(self) -> None:
        """Wait until all is safe that a refusal may be about: it must not tell what gets lost."""
        if self._node.store.end() > self._node.store.durable_end():
            await self._node.durability.wait()

    def keep_under_way(self, update: Update) -> None:
        """Count an asynchronous command as under way for a while.

        On a network its outcome is out only some time after the answer; who repeats the command
        before that learns that it is in flight.
        """
        change_id = change_id_of(update)
        self._in_flight[change_id] = update.submission_id
        loop = asyncio.get_running_loop()
        loop.call_later(UNDER_WAY_MS / 1_000, self._in_flight.pop, change_id, None)

    def _commands(self, body: JsCommands) -> tuple[tuple[Command, ...], ValueRefused | None]:
        """Read the commands; what is to be said later of their values is given, not raised."""
        if not body.commands:
            return (), None
        try:
            return read_commands(self._node, body), None
        except ValueRefused as error:
            return (), error

    @contextmanager
    def explained(self, header: Header) -> Iterator[None]:
        """Add to refusals what they say about the submission."""
        try:
            yield
        except CantataError as error:
            refusal = refusal_of(error)
            if not isinstance(refusal, Refusal):
                raise
            if isinstance(error, MissingField):
                refusal.about(origin=Origin.REQUEST)
            if refusal.origin is not Origin.REQUEST:
                raise refusal from error
            runs = isinstance(error, InterpretationError | PreprocessingError | UnfitValue)
            context = header.context() if runs else {}
            raise refusal.about(context, correlation_id=header.submission_id) from error

    def require_new(self, submission: Submission, period: Period) -> None:
        """Refuse a command that was done already or is being done."""
        change_id = change_id_of(submission)
        synchronizer = self._node.identity.synchronizer
        running, done = self._in_flight.get(change_id), self._index.accepted(change_id)
        if done is not None and done.offset > self._node.ledger.durable_end():
            running = done.submission_id
        if running is not None:
            raise Refusal(
                "SUBMISSION_ALREADY_IN_FLIGHT",
                "The submission is already in-flight",
                context={
                    "changeId": str(change_id),
                    "existingSubmissionId": f"Some({running})",
                    "existingSubmissionSynchronizerId": shortened(synchronizer.id),
                    "physicalSynchronizerId": shortened_physical(synchronizer.physical_id),
                },
            )
        if isinstance(period, DeduplicationOffset) and period.value < self._node.store.pruned():
            raise _unknown_period(period.value, self._node.store.pruned())
        if done is None or not self._is_within(done, period):
            return
        refusal = Refusal(
            "DUPLICATE_COMMAND",
            "Command submission already exists.",
            context={
                "accepted": "true",
                "changeId": str(change_id),
                "completion_offset": str(done.offset),
                "existingSubmissionId": f"Some({done.submission_id})",
                "psid": shortened_physical(synchronizer.physical_id),
            },
        )
        self.reject(submission, refusal, done.offset - 1)
        raise refusal

    def _is_within(self, done: Accepted, period: Period) -> bool:
        if isinstance(period, DeduplicationOffset):
            return done.offset > period.value
        span = DEDUPLICATION_MICROS
        if isinstance(period, DeduplicationDuration):
            span = period.microseconds
        return done.record_time >= self._node.now() - span

    def reject(self, submission: Submission, refusal: Refusal, deduplicated_from: int) -> None:
        """Keep the completion of a command that was refused after it was handed over."""
        completion = {
            "commandId": submission.command_id,
            "status": status_of(refusal, submission.trace_id),
            "userId": submission.user_id,
            "actAs": sorted(submission.act_as),
            "submissionId": submission.submission_id,
            "deduplicationOffset": deduplicated_from,
            "traceId": submission.trace_id,
            "recordTime": self._record_time(),
        }
        self._node.ledger.note(REJECTION, json.dumps(completion))
        self._node.durability.pending()

    def _record_time(self) -> int:
        """Give a time of recording after all that came before."""
        self._last_recorded = max(self._node.now(), self._last_recorded + 1)
        return self._last_recorded


def _unknown_period(begin: int, earliest: int) -> Refusal:
    return Refusal(
        "INVALID_DEDUPLICATION_PERIOD",
        "The submitted command had an invalid deduplication period: Cannot deduplicate commands "
        f"with a period beginning at offset {begin}, the earliest offset is {earliest}",
        context={"earliest_offset": str(earliest)},
    )
