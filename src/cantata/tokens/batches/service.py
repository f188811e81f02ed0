"""Batches: judged row by row, recorded at once, and looked up with what became of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from cantata.accounts.model import Action, PartyKind, token_role
from cantata.accounts.service.auditing import note
from cantata.automation import repository as intents
from cantata.automation.model import Intent, State
from cantata.http.caller import Caller
from cantata.http.errors import ResourceUnknown, RowFault
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.totals import NOTHING, Total
from cantata.observability.tracing import current as trace
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.batches.errors import BatchRefused, BatchTooLarge
from cantata.tokens.batches.model import (
    CONSENT_LIFETIME,
    TOGETHER_MAX,
    BatchOrder,
    Mode,
    Operation,
    Row,
)
from cantata.tokens.batches.policy import Facts, judge, one_burn
from cantata.tokens.batches.tasks import consent_keys
from cantata.tokens.batches.wishes import about, batch_wish, row_wish
from cantata.tokens.facts import Wanted, facts_of, limits_left
from cantata.tokens.model import Instrument
from cantata.tokens.orders import ConsentOrder
from cantata.tokens.projection.contracts import PREAPPROVAL
from cantata.tokens.refusals import refusal
from cantata.tokens.repository import batches, limits, reading
from cantata.tokens.repository.batches import BatchRow, RowOutcome
from cantata.tokens.repository.limits import UnderWay
from cantata.tokens.rules_policy import Facts as MovementFacts
from cantata.tokens.rules_policy import Limits, stopped
from cantata.tokens.rules_policy import Operation as Moved
from cantata.tokens.rules_policy import judge as judge_movement
from cantata.tokens.service.common import Desk, existing
from cantata.tokens.wishes import consent_wish

ZERO = Decimal("0")
KEY_MAX = 400
RECORDED = "tokens.batch"
_MOVED = {
    Operation.MINT: Moved.MINT,
    Operation.TRANSFER: Moved.TRANSFER,
    Operation.BURN: Moved.BURN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A batch that is recorded, whether it is new, and what was refused of it."""

    intent: Intent
    is_new: bool
    faults: tuple[RowFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A batch and how many of its rows are how far."""

    intent: Intent
    counts: Mapping[str, int]

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen to any row."""
        return not self.counts.get("under_way", 0)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a batch's receivers: those of ours that take freely, those who agreed."""

    freely: frozenset[PartyId]
    agreed: frozenset[PartyId]


class Batches:
    """The use cases of batches."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def submit(
        self,
        session: WriteSession,
        caller: Caller,
        order: BatchOrder,
        key: str,
    ) -> Submitted:
        """Ask for a batch.

        All or nothing: raise BatchRefused for any fault, BatchTooLarge beyond one transaction.
        Row by row: each row without a fault is asked for, the others are recorded as refused.
        """
        _require_size(order)
        if not order.rows:
            raise BatchRefused(order.faults, order.count)
        is_one_burn = order.operation is Operation.BURN and order.mode is Mode.ALL_OR_NOTHING
        if is_one_burn and (beyond := tuple(one_burn(order))):
            raise BatchRefused((*order.faults, *beyond), order.count)
        wish = batch_wish(caller.requester, order, key)
        earlier = await intents.find(session, wish)
        if earlier is not None:
            return Submitted(intent=earlier, is_new=False)
        await self._require_rights(session, caller, order)
        found = await self._desk.token(session, order.token)
        known = await self._known(session, order)
        faults = [*order.faults, *await self._judged(session, order, found, known)]
        if order.mode is Mode.ALL_OR_NOTHING and faults:
            raise BatchRefused(sorted(faults, key=lambda fault: fault.line), order.count)
        now = self._desk.clock.now()
        intent, is_new = await intents.record(session, wish, uuid4(), now, trace.get())
        details = {"operation": order.operation.value, "mode": order.mode.value}
        details |= {"rows": str(order.count), "refused": str(len(faults)), "sha256": order.sha256}
        await note(session, caller, RECORDED, str(order.token), now, **details)
        if order.mode is Mode.PER_ROW:
            intent = await self._each(session, order, intent, faults, known)
        else:
            await self._together(session, order, intent, known)
        return Submitted(intent=intent, is_new=is_new, faults=tuple(faults))

    async def progress(self, session: ReadSession, caller: Caller, batch: UUID) -> Progress:
        """Give a batch of the caller's, or of parties that she may read for."""
        intent = await intents.load(session, batch)
        if intent is None or about(intent.wish.request) is None:
            raise ResourceUnknown("batch", str(batch))
        if intent.wish.requester != caller.requester:
            readable = await self._desk.accounts.authority.readable(session, caller)
            if not set(intent.wish.act_as) & set(readable):
                raise ResourceUnknown("batch", str(batch))
        return Progress(intent=intent, counts=await batches.counts(session, batch))

    async def rows(
        self, session: ReadSession, batch: UUID, state: str | None, after: int, limit: int
    ) -> tuple[RowOutcome, ...]:
        """Give rows of a batch after a line."""
        return await batches.page(session, batch, state, after, limit)

    async def _require_rights(
        self, session: ReadSession, caller: Caller, order: BatchOrder
    ) -> None:
        """Refuse a caller who may not do the largest row of each party that acts."""
        largest: dict[PartyId, Decimal] = {}
        for row in order.rows:
            party = order.token.admin if row.source is None else row.source
            largest[party] = max(largest.get(party, ZERO), row.amount)
        for party, amount in largest.items():
            role = {Operation.MINT: "MINTER"}.get(order.operation)
            if order.operation is Operation.BURN and party == order.token.admin:
                role = "BURNER"
            action = Action(
                operation=order.operation.value,
                party=party,
                role=None if role is None else token_role(role, str(order.token)),
                token=str(order.token),
                amount=amount,
            )
            await self._desk.accounts.authority.require(session, caller, action)

    async def _known(self, session: ReadSession, order: BatchOrder) -> _Known:
        """Look up who of the receivers of mints takes freely, and who has agreed."""
        if order.operation is not Operation.MINT:
            return _Known(frozenset(), frozenset())
        receivers = list({row.receiver for row in order.rows if row.receiver is not None})
        now = self._desk.clock.now()
        agreed = await batches.consents(session, PREAPPROVAL, order.token, receivers, now)
        ours = await self._desk.accounts.parties.parties(session, receivers)
        freely = {p.party for p in ours if p.kind is PartyKind.INTERNAL and p.receives_freely}
        return _Known(frozenset({*freely, order.token.admin}), frozenset(agreed))

    async def _judged(
        self, session: ReadSession, order: BatchOrder, found: Instrument, known: _Known
    ) -> list[RowFault]:
        """Give what is wrong with rows by what is known, one fault for each."""
        facts = Facts(
            now=self._desk.clock.now(),
            decimals=found.decimals,
            cap=found.cap,
            supply=NOTHING + found.supply,
            known=await self._existing(session, order),
            willing=known.freely | known.agreed,
            free=await self._free(session, order),
        )
        faults = list(judge(order, facts))
        wrong = {fault.line for fault in faults}
        sound = [row for row in order.rows if row.line not in wrong]
        return faults + await self._ruled(session, order, found, sound)

    async def _existing(self, session: ReadSession, order: BatchOrder) -> frozenset[PartyId]:
        receivers = {row.receiver for row in order.rows if row.receiver is not None}
        ours = await self._desk.accounts.parties.parties(session, list(receivers))
        sure = {party.party for party in ours}
        return existing(self._desk.directory, receivers - sure) | sure

    async def _free(self, session: ReadSession, order: BatchOrder) -> dict[PartyId, Total]:
        """Give what each source may use, or as much as it needs if it has that."""
        needed: dict[PartyId, Total] = {}
        for row in order.rows:
            if row.source is not None:
                needed[row.source] = needed.get(row.source, NOTHING) + row.amount
        now, found = self._desk.clock.now(), {}
        for party, amount in needed.items():
            _, found[party] = await reading.covers(session, party, order.token, amount, now)
        return found

    async def _ruled(
        self, session: ReadSession, order: BatchOrder, found: Instrument, rows: Sequence[Row]
    ) -> list[RowFault]:
        """Ask the rules and the limits of the token about each row, those above it done."""
        moved, now = _MOVED[order.operation], self._desk.clock.now()
        if moved.value in found.paused:
            error = refusal(stopped(moved))
            return [RowFault(row.line, "", error.code, error.message) for row in rows]
        is_limited = await limits.limits(session, order.token) is not None
        pairs: dict[tuple[PartyId, PartyId], MovementFacts] = {}
        above: list[UnderWay] = []
        faults = []
        for row in rows:
            each = _wanted(order, row)
            pair = (each.sender, each.receiver)
            facts = pairs.get(pair) or await facts_of(session, each, now, None)
            pairs[pair] = facts
            left = await limits_left(session, each, now, above) if is_limited else Limits()
            verdict = judge_movement(moved, row.amount, replace(facts, limits=left))
            if verdict.is_allowed:
                above.append(UnderWay(sender=pair[0], receiver=pair[1], amount=row.amount))
            else:
                error = refusal(verdict)
                faults.append(RowFault(row.line, "", error.code, error.message))
        return faults

    async def _each(
        self,
        session: WriteSession,
        order: BatchOrder,
        intent: Intent,
        faults: Sequence[RowFault],
        known: _Known,
    ) -> Intent:
        """Record an intent for each row that is not refused; the batch has done its work then."""
        now, requester = self._desk.clock.now(), intent.wish.requester
        refused = _by_line(faults)
        recorded = []
        for row in order.rows:
            if row.line in refused:
                continue
            key = f"batch:{intent.id}:{row.line}"
            wish = row_wish(requester, order, row, key, row.receiver in known.freely)
            carrier, _ = await intents.record(session, wish, uuid4(), now, intent.trace)
            recorded.append(_recorded(row, carrier.id))
        rows = {row.line: row for row in order.rows}
        for line, wrong in refused.items():
            bare = _recorded(rows[line], None) if line in rows else BatchRow(line=line)
            recorded.append(replace(bare, faults=tuple(map(_stored, wrong))))
        await batches.add(session, intent.id, sorted(recorded, key=lambda row: row.line))
        result = {"asked_for": len(recorded) - len(refused), "refused": len(refused)}
        return await intents.move(session, intent, State.COMPLETED, now, result=result)

    async def _together(
        self, session: WriteSession, order: BatchOrder, intent: Intent, known: _Known
    ) -> None:
        """Record the rows under the one intent, and ask for the consents that are missing."""
        recorded = [_recorded(row, intent.id) for row in order.rows]
        await batches.add(session, intent.id, recorded)
        if order.operation is not Operation.MINT:
            return
        now = self._desk.clock.now()
        receivers = {row.receiver for row in order.rows if row.receiver is not None}
        for receiver in sorted(receivers - known.agreed):
            consent = ConsentOrder(
                token=order.token, receiver=receiver, expires_at=now + CONSENT_LIFETIME
            )
            key = f"{consent_keys(intent)}{receiver}"[:KEY_MAX]
            wish = consent_wish(intent.wish.requester, consent, key)
            await intents.record(session, wish, uuid4(), now, intent.trace)


def _require_size(order: BatchOrder) -> None:
    most = TOGETHER_MAX[order.operation]
    if order.mode is Mode.ALL_OR_NOTHING and order.count > most:
        raise BatchTooLarge(order.count, most, f"one transaction of {order.operation.value}s")


def _wanted(order: BatchOrder, row: Row) -> Wanted:
    sender = order.token.admin if row.source is None else row.source
    receiver = sender if row.receiver is None else row.receiver
    return Wanted(token=order.token, sender=sender, receiver=receiver, amount=row.amount)


def _recorded(row: Row, intent: UUID | None) -> BatchRow:
    return BatchRow(
        line=row.line,
        key=row.key,
        sender=row.source,
        receiver=row.receiver,
        amount=row.amount,
        memo=row.memo,
        execute_before=row.execute_before,
        intent=intent,
    )


def _by_line(faults: Sequence[RowFault]) -> dict[int, list[RowFault]]:
    found: dict[int, list[RowFault]] = {}
    for fault in faults:
        found.setdefault(fault.line, []).append(fault)
    return found


def _stored(fault: RowFault) -> dict[str, str]:
    return {"column": fault.column, "code": fault.code, "message": fault.message}
