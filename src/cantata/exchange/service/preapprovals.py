"""Keeps the pre-approvals of treasuries: made when missing, renewed early, watched until they end.

The contracts are looked up where they are: those of our own tokens in the projection, those that
a provider answers for on the participant, outside of any transaction.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, replace
from uuid import uuid4

from cantata.automation import repository as intents
from cantata.automation.schedules.runner import Job
from cantata.exchange.model.decisions import By
from cantata.exchange.model.preapprovals import (
    TERM,
    TERM_MAX,
    TERM_MIN,
    Consent,
    Form,
    Preapproval,
    Standing,
)
from cantata.exchange.objections import NotListed, PreapprovalRefused, TreasuryUnknown
from cantata.exchange.policy.preapprovals import is_made_anew, latest, standing_of
from cantata.exchange.repository import listings, preapprovals, treasuries
from cantata.exchange.service.auditing import note
from cantata.exchange.wishes import preapproval_wish
from cantata.kernel.errors import CantataError
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import NotFound
from cantata.ledger.formats import Wanted
from cantata.ledger.model.events import CreatedEvent
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.database import Database
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.model import InstrumentId
from cantata.tokens.projection.contracts import PREAPPROVAL
from cantata.tokens.repository import contracts

WATCH_PREAPPROVALS = "exchange.watch_preapprovals"
COIN_PREAPPROVAL = "#splice-amulet:Splice.AmuletRules:TransferPreapproval"
COIN_PROPOSAL = "#splice-wallet:Splice.Wallet.TransferPreapproval:TransferPreapprovalProposal"
COIN_PACKAGE = "splice-amulet"
CONTRACTS_MAX = 1_000
"""Pre-approvals of one treasury that are looked at."""

_log = events("exchange")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPreapproval:
    """What is asked for; `provider` is needed where a provider answers for the pre-approval."""

    treasury: PartyId
    instrument: InstrumentId
    provider: PartyId | None = None
    term: RelTime = TERM


class Preapprovals:
    """The use cases of pre-approvals."""

    def __init__(self, database: Database, ledger: LedgerClient, clock: Clock) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock

    async def want(self, wanted: WantedPreapproval, by: By) -> Preapproval:
        """Have a treasury's transfers of an instrument complete at once, from now on.

        Raise TreasuryUnknown, NotListed, or PreapprovalRefused for an instrument whose
        pre-approvals have no form that is known.
        """
        async with self._database.read() as session:
            form = await _form(session, wanted)
        now = self._clock.now()
        made = Preapproval(
            treasury=wanted.treasury,
            instrument=wanted.instrument,
            form=form,
            provider="" if form is Form.OWN else wanted.provider or "",
            term=wanted.term,
            contract_id=None,
            expires_at=None,
            checked_at=None,
            intent=None,
            failure=None,
            wanted_at=now,
        )
        async with self._database.write() as session:
            before = await preapprovals.find(session, wanted.treasury, wanted.instrument, lock=True)
            if before is not None:
                made = replace(before, form=form, provider=made.provider, term=made.term)
            await preapprovals.save(session, made)
            facts = {"treasury": wanted.treasury, "provider": made.provider, "form": form.value}
            await note(session, by, "preapproval.wanted", str(wanted.instrument), now, **facts)
        return await self.check(made)

    async def drop(self, treasury: PartyId, instrument: InstrumentId, by: By) -> bool:
        """Care for a pre-approval no longer; what stands of it runs out. Tell if there was one."""
        async with self._database.write() as session:
            is_gone = await preapprovals.remove(session, treasury, instrument)
            if is_gone:
                now = self._clock.now()
                facts = {"treasury": treasury}
                await note(session, by, "preapproval.dropped", str(instrument), now, **facts)
        return is_gone

    async def every(self, session: ReadSession) -> tuple[tuple[Preapproval, Standing], ...]:
        """Give all that treasuries are to have, and how each stands."""
        found = await preapprovals.every(session)
        return tuple((each, self.standing(each)) for each in found)

    def standing(self, known: Preapproval) -> Standing:
        """Tell how one stands now, by what was seen of it last."""
        return standing_of(_consent(known), known.term, self._clock.now())

    async def watch(self) -> None:
        """Look at all of them; make what is missing, and sound the alarm for what expires."""
        async with self._database.read() as session:
            found = await preapprovals.every(session)
        for each in found:
            try:
                await self.check(each)
            except CantataError as error:
                metrics.FAILURES.labels("preapprovals", error.code).inc()
                _log.error("preapproval.unchecked", treasury=each.treasury, code=error.code)

    async def check(self, wanted: Preapproval) -> Preapproval:
        """Look at one; have its contract made if it is to be, and give what is known then."""
        async with self._database.read() as session:
            is_idle = await _is_idle(session, wanted)
        consent = latest(await self._consents(wanted))
        now = self._clock.now()
        standing = standing_of(consent, wanted.term, now)
        is_wanting = is_idle and is_made_anew(standing, wanted.form)
        if is_wanting and await self._is_proposed(wanted):
            is_wanting = False
        async with self._database.write() as session:
            found = await preapprovals.find(session, wanted.treasury, wanted.instrument, lock=True)
            if found is None:
                return wanted
            seen = replace(
                found,
                contract_id=None if consent is None else consent.contract_id,
                expires_at=None if consent is None else consent.expires_at,
                checked_at=now,
            )
            if is_wanting and found.intent == wanted.intent:
                seen = await _asked(session, seen, now)
            await preapprovals.save(session, seen)
        if standing is not Standing.ACTIVE:
            _log.warning(
                "preapproval.not_active",
                treasury=found.treasury,
                instrument=str(found.instrument),
                standing=standing.value,
            )
        if standing in {Standing.EXPIRING, Standing.EXPIRED}:
            metrics.ALARMS.labels("preapproval_expires").inc()
        return seen

    async def _consents(self, wanted: Preapproval) -> list[Consent]:
        """Give the contracts that stand for a pre-approval, expired ones included."""
        if wanted.form is Form.OWN:
            async with self._database.read() as session:
                found = await contracts.disclosable(
                    session, PREAPPROVAL, wanted.instrument, party=wanted.treasury
                )
            return [] if found is None else [Consent(found.contract_id, found.expires_at)]
        return await self._accepted(wanted)

    async def _accepted(self, wanted: Preapproval) -> list[Consent]:
        """Ask the participant for those that the treasury has with its provider."""
        parties = (wanted.instrument.admin, wanted.treasury, wanted.provider)
        return [
            Consent(each.contract_id, Timestamp.parse(each.argument["expiresAt"]))
            for each in await self.active(wanted.treasury, COIN_PREAPPROVAL)
            if tuple(map(each.argument.get, ("dso", "receiver", "provider"))) == parties
        ]

    async def _is_proposed(self, wanted: Preapproval) -> bool:
        """Tell whether a proposal waits for the provider: one at a time is enough."""
        if wanted.form is Form.OWN:
            return False
        parties = (wanted.instrument.admin, wanted.treasury, wanted.provider)
        return any(
            tuple(map(each.argument.get, ("expectedDso", "receiver", "provider"))) == parties
            for each in await self.active(wanted.treasury, COIN_PROPOSAL)
        )

    async def active(self, treasury: PartyId, template: str) -> list[CreatedEvent]:
        """Ask the participant for contracts that a treasury sees.

        A participant without their package has none.
        """
        asked = Wanted(parties=(treasury,), templates=(template,))
        found: list[CreatedEvent] = []
        try:
            async with aclosing(self._ledger.state.active_contracts(asked)) as active:
                async for contract in active:
                    found.append(contract.event)
                    if len(found) >= CONTRACTS_MAX:
                        break
        except NotFound:
            return []
        return found


def watching(service: Preapprovals) -> Job:
    """Give the job that looks at all pre-approvals."""
    return Job(WATCH_PREAPPROVALS, RelTime.of(minutes=5), service.watch)


def _consent(known: Preapproval) -> Consent | None:
    if known.contract_id is None:
        return None
    return Consent(known.contract_id, known.expires_at)


async def _form(session: ReadSession, wanted: WantedPreapproval) -> Form:
    """Tell how an instrument's pre-approvals are made; raise what speaks against having one."""
    if await treasuries.find(session, wanted.treasury) is None:
        raise TreasuryUnknown(wanted.treasury)
    listed = await listings.find(session, wanted.instrument)
    if listed is None:
        raise NotListed(wanted.instrument)
    if not TERM_MIN <= wanted.term <= TERM_MAX:
        raise PreapprovalRefused(wanted.instrument, "its term is too short or too long")
    if await contracts.instrument(session, wanted.instrument) is not None:
        return Form.OWN
    if COIN_PACKAGE not in listed.packages:
        raise PreapprovalRefused(wanted.instrument, "no form of pre-approval is known for it")
    if wanted.provider is None:
        raise PreapprovalRefused(wanted.instrument, "it needs a provider, who answers for it")
    return Form.PROPOSED


async def _is_idle(session: ReadSession, wanted: Preapproval) -> bool:
    """Tell whether nothing is under way: to be known before the contracts are looked up."""
    if wanted.intent is None:
        return True
    last = await intents.load(session, wanted.intent)
    return last is None or last.is_final


async def _asked(session: WriteSession, wanted: Preapproval, now: Timestamp) -> Preapproval:
    """Record what makes a new contract."""
    wish = preapproval_wish(wanted, now + wanted.term)
    intent, _ = await intents.record(session, wish, uuid4(), now, "")
    return replace(wanted, intent=intent.id)
