"""From the body of a request to a submission that can be run."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cantata.kernel.errors import CantataError
from cantata.lf.codec.errors import MalformedValue, UnfitValue, ValueRefused, excerpt
from cantata.sandbox.commands import PackageNameNotVetted, PackageSelectionFailed, UnknownChoice
from cantata.sandbox.engine import Command
from cantata.sandbox.engine.errors import InvalidSubmission
from cantata.sandbox.participant.claims import Claims
from cantata.sandbox.participant.commands.bodies import (
    DeduplicationDuration,
    DeduplicationOffset,
    JsCommands,
    Period,
)
from cantata.sandbox.participant.errors import (
    Origin,
    Refusal,
    permission_denied,
    refusal_of,
)
from cantata.sandbox.participant.events.refusals import (
    invalid_argument,
    invalid_field,
    missing_field,
    missing_user,
    party_fault,
    require_parties,
)
from cantata.sandbox.participant.events.render import instant
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.shapes import Empty

LEDGER_STRING_LENGTH_MAX = 255
DEDUPLICATION_MICROS = 7 * 86_400 * 1_000_000
"""The time over which duplicates are looked for when none is asked for."""

TOLERANCE_MICROS = 60 * 1_000_000
"""How far the ledger time may be from the time of recording."""

_NOT_IN_LEDGER_STRING = re.compile(r"[^A-Za-z0-9#:\-_/ .]")
_LATE_TEXTS = (
    "Could not read Numeric string",
    "Daml-LF Party",
    "cannot convert long",
    "cannot parse ContractId",
    "non expected character",
    "out of bound Date",
)
"""What the JSON layer of a participant lets pass, so that the node itself refuses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Who submits under which ids; valid. Times are in microseconds."""

    user_id: str
    command_id: str
    submission_id: str
    workflow_id: str
    act_as: frozenset[str]
    read_as: frozenset[str]
    period: Period
    submitted_at: int

    def context(self) -> dict[str, str]:
        """Give the submission as refusals repeat it."""
        workflow = f"'{self.workflow_id}'" if self.workflow_id else ""
        submission = f"'{self.submission_id}'" if self.submission_id else ""
        return {
            "commands": f"{{readAs: {_listed(self.read_as)}, deduplicationPeriod: "
            f"{{{_period(self.period)}}}, submittedAt: '{instant(self.submitted_at)}', "
            f"submissionId: {submission}, actAs: {_listed(self.act_as)}, "
            f"commandId: '{self.command_id}', userId: '{self.user_id}', workflowId: {workflow}}}"
        }


def authorize(claims: Claims, body: JsCommands) -> str:
    """Refuse who may not submit this; give the id of the user that submits."""
    if not body.act_as:
        raise missing_field("act_as/actAs")
    require_parties(body.act_as, "Invalid party in actAs/act_as: ")
    require_parties(body.read_as or (), "Invalid party in readAs/read_as: ")
    claims.require_act_as(body.act_as)
    claims.require_read_as(body.read_as or ())
    return user_of(claims, body.user_id or "")


def user_of(claims: Claims, user_id: str) -> str:
    """Give the user of a request: that of the token, which the request may repeat."""
    if claims.user_id and user_id and user_id != claims.user_id:
        raise permission_denied("the request names another user than the token")
    found = user_id or claims.user_id
    if not found:
        raise missing_user()
    return found


def read_commands(node: Participant, body: JsCommands) -> tuple[Command, ...]:
    """Read the commands against the packages in use, or raise the refusal of the JSON layer.

    Raise a `ValueRefused` as it is if that layer lets the value pass, for the node to refuse it.
    """
    preference = body.package_id_selection_preference or ()
    try:
        commands = node.commands.read(body.commands, preference=preference)
        for wanted in body.prefetch_contract_keys or ():
            node.commands.require_key(wanted.template_id, wanted.contract_key, preference)
    except CantataError as error:
        if isinstance(error, ValueRefused) and not _is_early(error):
            raise
        raise reading_refusal(error) from error
    return commands


def reading_refusal(error: CantataError) -> CantataError:
    """Give the refusal of commands that cannot be read."""
    refusal = refusal_of(error)
    if not isinstance(refusal, Refusal):
        return error if refusal is None else refusal
    if isinstance(error, UnknownChoice | PackageSelectionFailed | PackageNameNotVetted):
        return refusal.about(origin=Origin.NODE)
    if isinstance(error, InvalidSubmission):
        by_package = "package-name formats" in error.message
        return refusal.about(origin=Origin.NODE if by_package else Origin.JSON)
    if isinstance(error, ValueRefused):
        return refusal.about(origin=Origin.JSON)
    return refusal


def require_synchronizer(node: Participant, synchronizer_id: str) -> None:
    """Refuse a synchronizer that the participant is not connected to; "" leaves the choice."""
    synchronizer = node.identity.synchronizer
    if synchronizer_id in ("", synchronizer.id, synchronizer.physical_id):
        return
    fault = synchronizer_fault(synchronizer_id)
    if fault:
        raise invalid_field("synchronizer_id", fault)
    short = shortened(synchronizer_id)
    reason = f"cannot resolve to physical synchronizer; ensure the node is connected to {short}"
    raise Refusal(
        "INVALID_PRESCRIBED_SYNCHRONIZER_ID",
        f"Cannot submit transaction to prescribed synchronizer `{short}` because: {reason}",
        context={"reason": reason, "synchronizerId": short},
    )


def synchronizer_fault(text: str) -> str:
    """Say why a text is no unique identifier, "" if it is one."""
    if "::" not in text:
        return f"Invalid unique identifier `{excerpt(text)}` with missing namespace."
    if party_fault(text):
        return f"Invalid unique identifier `{excerpt(text)}`: {party_fault(text)}"
    return ""


def shortened(identifier: str) -> str:
    """Shorten the namespace of a unique identifier as texts do."""
    name, _, namespace = identifier.partition("::")
    return f"{name}::{namespace[:12]}..."


def shortened_physical(identifier: str) -> str:
    """Shorten the namespace of a physical synchronizer id as texts do."""
    logical, _, version = identifier.rpartition("::")
    return f"{shortened(logical)}::{version}"


def header_of(node: Participant, body: JsCommands, user_id: str) -> Header:
    """Check the ids of a submission, in the order in which a participant does."""
    submission_id = body.submission_id or node.fresh_uuid()
    try:
        _require(body.workflow_id or "", None)
        _require(user_id, "user_id")
        if not body.command_id:
            raise missing_field("command_id", Origin.REQUEST)
        _require(body.command_id, "command_id")
        _require(submission_id, "submission_id")
        if not body.commands:
            raise missing_field("commands", Origin.REQUEST)
        return Header(
            user_id=user_id,
            command_id=body.command_id,
            submission_id=submission_id,
            workflow_id=body.workflow_id or "",
            act_as=frozenset(body.act_as),
            read_as=frozenset(body.read_as or ()),
            period=checked_period(body.deduplication_period),
            submitted_at=node.now(),
        )
    except Refusal as refusal:
        raise refusal.about(correlation_id=submission_id) from None


def ledger_time(body: JsCommands, now: int) -> int:
    """Give the ledger time of a submission: now, or the least that it asks for."""
    wanted = now
    if body.min_ledger_time_abs is not None:
        wanted = max(wanted, body.min_ledger_time_abs)
    if body.min_ledger_time_rel is not None:
        wanted = max(wanted, now + body.min_ledger_time_rel.microseconds)
    if wanted - now > TOLERANCE_MICROS:
        raise Refusal(
            "LOCAL_VERDICT_LEDGER_TIME_OUT_OF_BOUND",
            "The ledger time is too far ahead of the time of the synchronizer "
            f"({(wanted - now) // 1_000_000} s); submit again later",
        )
    return wanted


def string_fault(text: str) -> str:
    """Say why a text is no id of a command, workflow, submission or user, "" if it is one."""
    if not text:
        return "Daml-LF Ledger String is empty"
    if len(text) > LEDGER_STRING_LENGTH_MAX:
        return f"Daml-LF Ledger String is too long (max: {LEDGER_STRING_LENGTH_MAX})"
    found = _NOT_IN_LEDGER_STRING.search(text)
    if found is None:
        return ""
    return f'non expected character 0x{ord(found[0]):x} in Daml-LF Ledger String "{excerpt(text)}"'


def _require(text: str, field: str | None) -> None:
    fault = string_fault(text) if text or field else ""
    if fault and field is None:
        raise invalid_argument(fault, Origin.REQUEST)
    if fault and field is not None:
        raise invalid_field(field, fault, Origin.REQUEST)


def checked_period(period: Period | None) -> Period:
    """Refuse a period that begins in the future; none at all is the longest one."""
    if isinstance(period, DeduplicationDuration) and period.microseconds < 0:
        raise invalid_field("deduplication_period", "Duration must be positive", Origin.REQUEST)
    if isinstance(period, DeduplicationOffset) and period.value < 0:
        raise Refusal(
            "NEGATIVE_OFFSET",
            f"Offset {period.value} in deduplication_period is a negative integer: the offset in "
            "deduplication_period field has to be a non-negative integer (>=0)",
            origin=Origin.REQUEST,
        )
    return Empty() if period is None else period


def _is_early(error: ValueRefused) -> bool:
    if isinstance(error, MalformedValue):
        cause = error.cause.removeprefix(error.prefix)
        return not cause.startswith(_LATE_TEXTS)
    return not isinstance(error, UnfitValue)


def _listed(parties: frozenset[str]) -> str:
    return f"[{', '.join(repr(party) for party in sorted(parties))}]"


def _period(period: Period) -> str:
    if isinstance(period, DeduplicationOffset):
        return f"offset: {period.value}"
    micros = DEDUPLICATION_MICROS
    if isinstance(period, DeduplicationDuration):
        micros = period.microseconds
    return f"duration: '{duration_text(micros)}'"


def duration_text(micros: int) -> str:
    """Write a span as ISO 8601 does: ``PT168H``, ``PT1M30.5S``."""
    seconds, fraction = divmod(micros, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}H" if hours else ""
    text += f"{minutes}M" if minutes else ""
    if seconds or fraction or not text:
        rest = f".{fraction:06}".rstrip("0") if fraction else ""
        text += f"{seconds}{rest}S"
    return f"PT{text}"
