"""Executing: a prepared transaction is checked, run again as it was signed, and recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cantata.kernel.errors import CantataError
from cantata.lf.interactive.errors import InteractiveError
from cantata.lf.interactive.hashing import HashingScheme, prepared_hash
from cantata.lf.interactive.model import Metadata, PreparedTransaction
from cantata.lf.interactive.prepared_wire import decode_prepared
from cantata.lf.runtime.errors import InterpretationError
from cantata.sandbox.engine import Submission, Update
from cantata.sandbox.engine.errors import LedgerError
from cantata.sandbox.participant.api import Request
from cantata.sandbox.participant.commands import Submitter
from cantata.sandbox.participant.commands.bodies import Period
from cantata.sandbox.participant.commands.parse import checked_period, string_fault, user_of
from cantata.sandbox.participant.errors import Origin, Refusal
from cantata.sandbox.participant.events.refusals import (
    invalid_argument,
    invalid_field,
    missing_field,
    require_parties,
)
from cantata.sandbox.participant.interactive.bodies import ExecuteSubmission
from cantata.sandbox.participant.interactive.executed import Executed
from cantata.sandbox.participant.interactive.signatures import not_executed, require_signatures
from cantata.sandbox.participant.interactive.times import require_in_time
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.prepared import Rerun, Runner


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """A prepared transaction that may be executed as far as its request says; not yet run."""

    prepared: PreparedTransaction
    digest: bytes
    user_id: str
    submission_id: str
    period: Period
    trace_id: str
    ledger_time: int

    @property
    def metadata(self) -> Metadata:
        """Give the terms that were signed."""
        return self.prepared.metadata


class Executor:
    """Executes prepared transactions with the signatures of their parties."""

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._submitter = node.part(Submitter)
        self._executed = node.part(Executed)
        self._runner = Runner(node.engine)

    async def execute(self, request: Request) -> Update:
        """Execute the transaction of a request; give the update when it is safe."""
        body: ExecuteSubmission = request.body
        prepared = _decoded(body)
        execution = self._checked(prepared, request)
        parties = prepared.metadata.submitter.act_as
        require_signatures(self._node, parties, body.party_signatures.signatures, execution.digest)
        submission = self._handed_over(execution)
        rerun = self._run(execution)
        submission = replace(
            rerun.submission,
            user_id=submission.user_id,
            submission_id=submission.submission_id,
            trace_id=submission.trace_id,
            external_hash=submission.external_hash,
        )
        return await self._submitter.commit(submission, rerun.transaction, execution.period)

    def _checked(self, prepared: PreparedTransaction, request: Request) -> Execution:
        """Check what a request says beside the transaction and its signatures."""
        body: ExecuteSubmission = request.body
        act_as = prepared.metadata.submitter.act_as
        if not act_as:
            raise missing_field("act_as/actAs")
        require_parties(act_as, "Invalid party in actAs/act_as: ")
        request.claims.require_execute_as(act_as)
        user_id = user_of(request.claims, body.user_id or "")
        submission_id = body.submission_id or self._node.fresh_uuid()
        try:
            _require_text("user_id", user_id)
            _require_text("submission_id", submission_id)
            _require_text("command_id", prepared.metadata.submitter.command_id)
            scheme = body.hashing_scheme_version.scheme
            if scheme is None:
                raise invalid_field("hashing_scheme_version", "Unspecified version", Origin.REQUEST)
            period = checked_period(body.deduplication_period)
        except Refusal as refusal:
            raise refusal.about(correlation_id=submission_id) from None
        return Execution(
            prepared=prepared,
            digest=_hash(prepared, scheme),
            user_id=user_id,
            submission_id=submission_id,
            period=period,
            trace_id=request.trace_id,
            ledger_time=self._ledger_time(body, prepared.metadata),
        )

    def _ledger_time(self, body: ExecuteSubmission, metadata: Metadata) -> int:
        """Give the wanted ledger time, not before the creation of any input."""
        now = self._node.now()
        wanted = now if body.min_ledger_time is None else body.min_ledger_time.at(now)
        return max(wanted, *(each.created_at for each in metadata.input_contracts), now)

    def _handed_over(self, execution: Execution) -> Submission:
        """Check what only the ledger knows: whether it was done, and whether it is in time.

        Give the submission without its commands; what is refused from here on is completed.
        """
        metadata = execution.metadata
        self._require_here(metadata)
        submission = Submission(
            act_as=frozenset(metadata.submitter.act_as),
            commands=(),
            ledger_time=execution.ledger_time,
            seed=b"",
            command_id=metadata.submitter.command_id,
            user_id=execution.user_id,
            submission_id=execution.submission_id,
            trace_id=execution.trace_id,
            external_hash=execution.digest.hex(),
        )
        self._submitter.require_new(submission, execution.period)
        try:
            self._require_unused(execution)
            require_in_time(metadata, _bounded(metadata, execution.ledger_time), self._node.now())
        except Refusal as refusal:
            self._submitter.reject(submission, refusal, 0)
            raise
        return submission

    def _require_here(self, metadata: Metadata) -> None:
        here = self._node.identity.synchronizer.physical_id
        if metadata.synchronizer_id != here or metadata.mediator_group != 0:
            raise not_executed(
                f"it was prepared for {metadata.synchronizer_id[:255]}, mediator group "
                f"{metadata.mediator_group}; this participant is connected to {here}, group 0"
            )

    def _require_unused(self, execution: Execution) -> None:
        done = self._executed.offset(execution.digest)
        if done is not None:
            raise Refusal(
                "DUPLICATE_COMMAND",
                "Command submission already exists.",
                context={"accepted": "true", "completion_offset": str(done)},
            )

    def _run(self, execution: Execution) -> Rerun:
        """Interpret the transaction again; what was signed is what will be recorded."""
        try:
            lookup = self._node.store.lookup
            return self._runner.run(execution.prepared, lookup, execution.ledger_time)
        except InteractiveError as error:
            if error.code == "FAILED_TO_EXECUTE_TRANSACTION":
                raise
            raise not_executed(error.message) from error
        except (InterpretationError, LedgerError):
            raise
        except CantataError as error:
            raise not_executed(error.message) from error


def _decoded(body: ExecuteSubmission) -> PreparedTransaction:
    try:
        return decode_prepared(body.prepared_transaction)
    except InteractiveError:
        raise invalid_argument("Cannot parse prepared_transaction", Origin.JSON) from None


def _hash(prepared: PreparedTransaction, scheme: HashingScheme) -> bytes:
    try:
        return prepared_hash(prepared, scheme)
    except InteractiveError as error:
        raise not_executed(error.message) from error


def _bounded(metadata: Metadata, time: int) -> int:
    """Move a ledger time into the bounds that were signed."""
    earliest, latest = metadata.min_ledger_effective_time, metadata.max_ledger_effective_time
    time = time if earliest is None else max(time, earliest)
    return time if latest is None else min(time, latest)


def _require_text(field: str, text: str) -> None:
    if field == "command_id" and not text:
        raise missing_field(field, Origin.REQUEST)
    fault = string_fault(text)
    if fault:
        raise invalid_field(field, fault, Origin.REQUEST)
