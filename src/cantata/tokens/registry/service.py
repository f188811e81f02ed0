"""Answers from the projections, each from one state of the database, whose offset it names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from cantata.kernel.errors import CantataError
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.time import Clock, Timestamp
from cantata.storage.database import Database
from cantata.storage.session import ReadSession
from cantata.tokens.contract import context as keys
from cantata.tokens.facts import Wanted
from cantata.tokens.model import Instrument, InstrumentId, Offer, OfferState
from cantata.tokens.projection.contracts import ALLOCATION, PACKAGE
from cantata.tokens.registry.arguments import allocation_arguments, transfer_arguments
from cantata.tokens.registry.disclosure import require_known
from cantata.tokens.registry.errors import NotHere, RequestMalformed, Scattered, SeveralAdmins
from cantata.tokens.registry.model import (
    AsOf,
    Ending,
    Factory,
    InstrumentPage,
    RegistrySettings,
    TransferKind,
)
from cantata.tokens.registry.soundness import require_ahead, require_payable
from cantata.tokens.repository import contracts
from cantata.tokens.repository import registry as repository
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.statements.moments import reach
from cantata.tokens.terms import (
    Terms,
    acceptance_terms,
    factory_of,
    limited_terms,
    refund_terms,
    return_terms,
    settlement_terms,
    transfer_terms,
)

T = TypeVar("T")

_OF_OFFERS: Mapping[Ending, Callable[[ReadSession, Offer, Timestamp], Awaitable[Terms]]] = {
    Ending.ACCEPT: acceptance_terms,
    Ending.REJECT: return_terms,
    Ending.WITHDRAW: return_terms,
}
_OF_ALLOCATIONS: Mapping[
    Ending, Callable[[ReadSession, Disclosable, Timestamp], Awaitable[Terms]]
] = {
    Ending.EXECUTE_TRANSFER: settlement_terms,
    Ending.WITHDRAW: refund_terms,
    Ending.CANCEL: refund_terms,
}


@dataclass(frozen=True, slots=True)
class _Look:
    """One state of the database: what it is true of, and whose registry is asked."""

    session: ReadSession
    admin: PartyId
    offset: int
    record_time: Timestamp | None

    def __call__(self, value: T) -> AsOf[T]:
        """Date an answer."""
        return AsOf(value=value, offset=self.offset, record_time=self.record_time)


class Registry:
    """The registries of all admins whose instruments are projected here.

    `admin` is the party that a path names, None for the registry of the base path. What is
    paused, frozen or expired is answered like anything else: the ledger refuses it, and says why.
    """

    def __init__(
        self, database: Database, clock: Clock, settings: RegistrySettings | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings or RegistrySettings()

    async def admin(self, admin: str | None) -> AsOf[PartyId]:
        """Give the party whose registry it is."""
        async with self._look(admin) as look:
            return look(look.admin)

    async def instruments(
        self, admin: str | None, after: str | None, limit: int
    ) -> AsOf[InstrumentPage]:
        """Give a page of instruments."""
        if "\0" in (after or ""):
            raise RequestMalformed("pageToken: no page was given this token")
        async with self._look(admin) as look:
            found = await repository.instruments_after(look.session, look.admin, after, limit + 1)
            page = found[:limit]
            more = page[-1].id.id if len(found) > limit else None
            return look(InstrumentPage(instruments=page, next_after=more))

    async def instrument(self, admin: str | None, name: str) -> AsOf[Instrument]:
        """Give an instrument; raise NotHere."""
        _require_storable(name)
        async with self._look(admin) as look:
            found = await contracts.instrument(look.session, InstrumentId(look.admin, name))
            if found is None:
                raise NotHere("instrument", name)
            return look(found)

    async def transfer_factory(self, admin: str | None, arguments: Any) -> AsOf[Factory]:
        """Give what a transfer needs; raise RequestMalformed, InstrumentUnknown, InputsUnknown.

        Raise MovementRefused for what the token's limits do not admit.
        """
        asked = transfer_arguments(arguments)
        transfer = asked.transfer
        sender, receiver = _party(transfer.sender), _party(transfer.receiver)
        async with self._look(admin) as look:
            identity = _own(look, asked.expected_admin, transfer.instrument_id)
            factory = await factory_of(look.session, identity)
            wanted = Wanted(
                token=identity, sender=sender, receiver=receiver, amount=transfer.amount
            )
            now = self._clock.now()
            require_ahead("executeBefore", transfer.execute_before, now)
            await require_known(look.session, wanted, transfer.input_holding_cids)
            await require_payable(look.session, wanted, transfer.input_holding_cids, now)
            terms = await transfer_terms(look.session, wanted, now)
            return look(_factory(factory, terms, _kind(sender, receiver, terms)))

    async def allocation_factory(self, admin: str | None, arguments: Any) -> AsOf[Factory]:
        """Give what an allocation needs; raise RequestMalformed, InstrumentUnknown, InputsUnknown.

        Raise MovementRefused for what the token's limits do not admit.
        """
        asked = allocation_arguments(arguments)
        leg = asked.allocation.transfer_leg
        sender, receiver = _party(leg.sender), _party(leg.receiver)
        async with self._look(admin) as look:
            identity = _own(look, asked.expected_admin, leg.instrument_id)
            factory = await factory_of(look.session, identity)
            wanted = Wanted(token=identity, sender=sender, receiver=receiver, amount=leg.amount)
            now = self._clock.now()
            settlement = asked.allocation.settlement
            require_ahead("allocateBefore", settlement.allocate_before, now)
            require_ahead("settleBefore", settlement.settle_before, now)
            await require_known(look.session, wanted, asked.input_holding_cids)
            await require_payable(look.session, wanted, asked.input_holding_cids, now)
            terms = await limited_terms(look.session, wanted, now)
            return look(_factory(factory, terms))

    async def offer_terms(self, admin: str | None, contract: str, ending: Ending) -> AsOf[Terms]:
        """Give what an ending of a pending offer needs; raise NotHere."""
        cid = _contract("transfer instruction", contract)
        async with self._look(admin) as look:
            found = await contracts.offer(look.session, cid)
            is_ours = found is not None and found.package_name == PACKAGE
            if found is None or not is_ours or found.instrument.admin != look.admin:
                raise NotHere("transfer instruction", contract)
            if found.state is not OfferState.PENDING:
                raise NotHere("pending transfer instruction", contract)
            terms = await _OF_OFFERS[ending](look.session, found, self._clock.now())
            return look(_together(terms))

    async def allocation_terms(
        self, admin: str | None, contract: str, ending: Ending
    ) -> AsOf[Terms]:
        """Give what an ending of an active allocation needs; raise NotHere."""
        cid = _contract("allocation", contract)
        async with self._look(admin) as look:
            found = await contracts.disclosable_by_id(look.session, cid)
            is_allocation = found is not None and found.kind == ALLOCATION
            if found is None or not is_allocation or found.instrument.admin != look.admin:
                raise NotHere("allocation", contract)
            terms = await _OF_ALLOCATIONS[ending](look.session, found, self._clock.now())
            return look(_together(terms))

    @asynccontextmanager
    async def _look(self, admin: str | None) -> AsyncIterator[_Look]:
        """Look at one state of the database; raise NotHere if the admin has nothing in it."""
        async with self._database.read() as session:
            reached = await reach(session)
            whose = await self._whose(session, admin)
            yield _Look(session, whose, reached.offset, reached.record_time)

    async def _whose(self, session: ReadSession, admin: str | None) -> PartyId:
        if admin is not None:
            try:
                party = PartyId(admin)
            except CantataError:
                raise NotHere("admin", admin) from None
            if party != self._settings.admin and not await repository.is_admin(session, party):
                raise NotHere("admin", admin)
            return party
        if self._settings.admin is not None:
            return self._settings.admin
        found = await repository.admins(session, 2)
        if len(found) != 1:
            raise SeveralAdmins
        return found[0]


def _own(look: _Look, expected: str, identity: Any) -> InstrumentId:
    """Give the instrument that arguments are about, if it is this registry's."""
    if expected != look.admin:
        raise RequestMalformed(
            f"choiceArguments.expectedAdmin: this is the registry of {look.admin}"
        )
    if identity.admin != look.admin:
        raise NotHere("instrument", f"{identity.admin}/{identity.id}")
    _require_storable(identity.id)
    return InstrumentId(look.admin, str(identity.id))


def _kind(sender: PartyId, receiver: PartyId, terms: Terms) -> TransferKind:
    if sender == receiver:
        return TransferKind.SELF
    return TransferKind.DIRECT if keys.PREAPPROVAL in terms.context else TransferKind.OFFER


def _factory(factory: Disclosable, terms: Terms, kind: TransferKind | None = None) -> Factory:
    shown = _together(terms.with_shown([factory]))
    return Factory(contract_id=factory.contract_id, terms=shown, kind=kind)


def _together(terms: Terms) -> Terms:
    """Refuse to answer while contracts are on different synchronizers."""
    if len({each.synchronizer_id for each in terms.shown}) > 1:
        raise Scattered
    return terms


def _party(text: str) -> PartyId:
    try:
        return PartyId(text)
    except CantataError as error:
        raise RequestMalformed(f"choiceArguments: {error.message}") from error


def _contract(kind: str, text: str) -> ContractId:
    """Read a contract id; what is none is nobody's."""
    try:
        return ContractId(text)
    except CantataError:
        raise NotHere(kind, text) from None


def _require_storable(instrument: str) -> None:
    """Refuse an id that no database can hold, so that no instrument here has it."""
    if "\0" in instrument:
        raise NotHere("instrument", instrument)
