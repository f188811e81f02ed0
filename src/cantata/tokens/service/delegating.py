"""Delegation: owners let spenders spend, spenders spend, owners take it back."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.accounts.model import Action
from cantata.accounts.service.auditing import note
from cantata.http.caller import Caller
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.errors import DeadlineTooEarly, TransferToSelf
from cantata.tokens.interventions import AllowOrder, SpendOrder
from cantata.tokens.model import InstrumentId
from cantata.tokens.objections import AllowanceUnknown, SameParty
from cantata.tokens.orders import TransferOrder
from cantata.tokens.projection.contracts import ALLOWANCE
from cantata.tokens.refusals import FundsMissing, owner_lacks
from cantata.tokens.repository import supervised
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.service.checking import Checking
from cantata.tokens.service.common import Desk, Recorded
from cantata.tokens.standing import between, usable
from cantata.tokens.wishes import spend_wish, wish_about


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceView:
    """An allowance that stands; `remaining` is None without limit."""

    contract_id: ContractId
    token: InstrumentId
    owner: PartyId
    spender: PartyId
    remaining: Decimal | None
    expires_at: Timestamp | None
    created_offset: int


class Delegating:
    """The use cases of allowances."""

    def __init__(self, desk: Desk, checking: Checking) -> None:
        self._desk = desk
        self._checking = checking

    async def allow(
        self, session: WriteSession, caller: Caller, order: AllowOrder, key: str
    ) -> Recorded:
        """Ask for a spender to be let spend; it replaces what the two had before."""
        limit, expires = order.limit, order.expires_at
        request = {
            "owner": order.owner,
            "spender": order.spender,
            "limit": None if limit is None else str(limit),
            "expires_at": None if expires is None else str(expires),
        }
        kind = "tokens.allow"
        wish = wish_about(caller.requester, kind, order.token, key, (order.owner,), request)

        async def check() -> None:
            await self._require(session, caller, "allow", order.owner, order.token, limit)
            if order.owner == order.spender:
                raise SameParty(order.owner)
            await self._desk.token(session, order.token)
            if limit is not None:
                await self._desk.require_amount(session, order.token, limit)
            now = self._desk.clock.now()
            if expires is not None and expires <= now:
                raise DeadlineTooEarly(expires)
            await self._desk.require_party(session, order.spender)
            told = {"owner": order.owner, "spender": order.spender, "limit": str(limit)}
            await note(session, caller, kind, wish.subject, now, **told)

        return await self._desk.ask(session, wish, check)

    async def revoke(
        self,
        session: WriteSession,
        caller: Caller,
        token: InstrumentId,
        between_whom: tuple[PartyId, PartyId],
        key: str,
    ) -> Recorded:
        """Ask for the allowance of owner and spender to end; AllowanceUnknown if none stands."""
        owner, spender = between_whom
        kind, request = "tokens.revoke", {"owner": owner, "spender": spender}
        wish = wish_about(caller.requester, kind, token, key, (owner,), request)

        async def check() -> None:
            await self._require(session, caller, "allow", owner, token, None)
            if not await between(session, token, wish.request):
                raise AllowanceUnknown(owner, spender)
            now = self._desk.clock.now()
            await note(session, caller, kind, wish.subject, now, owner=owner, spender=spender)

        return await self._desk.ask(session, wish, check)

    async def spend(
        self, session: WriteSession, caller: Caller, order: SpendOrder, key: str
    ) -> Recorded:
        """Ask for a transfer of an owner's funds, as who was let spend them."""
        reader = await self._reader(session, order)
        wish = spend_wish(caller.requester, order, key, reader=reader)

        async def check() -> None:
            await self._require(
                session, caller, "transfer", order.spender, order.token, order.amount
            )
            if order.owner == order.receiver:
                raise TransferToSelf(order.owner)
            await self._desk.require_amount(session, order.token, order.amount)
            # Before anything is said of the owner: who was let spend nothing hears nothing.
            now = self._desk.clock.now()
            standing = await between(session, order.token, wish.request)
            usable(standing, wish.request, order.amount, now)
            transfer = TransferOrder(
                token=order.token,
                sender=order.owner,
                receiver=order.receiver,
                amount=order.amount,
            )
            try:
                await self._checking.require_movement(session, transfer)
            except FundsMissing:
                raise owner_lacks() from None

        return await self._desk.ask(session, wish, check)

    async def allowances(
        self,
        session: ReadSession,
        parties: tuple[PartyId, ...],
        before: tuple[int, str] | None,
        limit: int,
    ) -> tuple[AllowanceView, ...]:
        """Give what parties gave or were given, newest first."""
        found = await supervised.allowances_page(session, ALLOWANCE, parties, before, limit)
        return tuple(map(_view, found))

    async def _reader(self, session: ReadSession, order: SpendOrder) -> PartyId:
        """Give who sees the owner's holdings on our participant: the owner, or else the issuer."""
        is_ours = await self._desk.accounts.parties.party(session, order.owner) is not None
        return order.owner if is_ours else order.token.admin

    async def _require(
        self,
        session: ReadSession,
        caller: Caller,
        operation: str,
        party: PartyId,
        token: InstrumentId,
        amount: Decimal | None,
    ) -> None:
        action = Action(operation=operation, party=party, token=str(token), amount=amount)
        await self._desk.accounts.authority.require(session, caller, action)


def _view(found: Disclosable) -> AllowanceView:
    remaining = found.content.get("remaining")
    return AllowanceView(
        contract_id=found.contract_id,
        token=found.instrument,
        owner=PartyId(found.party),
        spender=PartyId(found.content["spender"]),
        remaining=None if remaining is None else Decimal(remaining),
        expires_at=found.expires_at,
        created_offset=found.created_offset,
    )
