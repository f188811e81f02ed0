"""What issuers do: create tokens, and mint them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from cantata.accounts.model import Action, PartyKind, token_role
from cantata.accounts.service.auditing import note
from cantata.automation import repository as intents
from cantata.automation.model import Wish
from cantata.http.caller import Caller
from cantata.kernel.money import Decimal
from cantata.kernel.rounding import Rounding
from cantata.kernel.totals import NOTHING
from cantata.observability.tracing import current as trace
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.errors import (
    AmountNotPositive,
    CapExceeded,
    CapTooPrecise,
    NoConsent,
    SymbolTaken,
)
from cantata.tokens.model import InstrumentId
from cantata.tokens.orders import Document, MintOrder, NewToken, document_key
from cantata.tokens.projection.contracts import PREAPPROVAL
from cantata.tokens.repository import contracts, documents, register
from cantata.tokens.repository.documents import Recorded as Filed
from cantata.tokens.service.checking import Checking
from cantata.tokens.service.common import Desk, Recorded
from cantata.tokens.wishes import MINT, mint_wish

CREATE = "tokens.create"
ZERO = Decimal("0")


class Issuing:
    """The use cases of issuers."""

    def __init__(self, desk: Desk, checking: Checking) -> None:
        self._desk = desk
        self._checking = checking

    async def create(
        self, session: WriteSession, caller: Caller, order: NewToken, key: str
    ) -> Recorded:
        """Ask for a token; its creator gets the token's roles.

        Raise SymbolTaken if the issuer has one of this symbol.
        """
        wish = _creation(caller, order, key)
        earlier = await intents.find(session, wish)
        if earlier is not None:
            return earlier, False
        action = Action(operation="create", party=order.issuer, token=str(order.token))
        await self._desk.accounts.authority.require(session, caller, action)
        _require_cap(order)
        if order.approver is not None:
            await self._desk.require_approver(session, order.token, order.approver)
        identity, now = uuid4(), self._desk.clock.now()
        taken = await contracts.instrument(session, order.token) is not None
        if taken or not await register.register(session, order, identity, now):
            raise SymbolTaken(order.issuer, order.symbol)
        filed = [
            Filed(number=number, document=document, created_at=now)
            for number, document in enumerate(order.documents)
        ]
        if not await documents.add(session, order.token, filed, identity):
            raise SymbolTaken(order.issuer, order.symbol)
        await self._desk.accounts.roles.found_token(session, caller, str(order.token))
        await note(session, caller, CREATE, str(order.token), now, name=order.name)
        return await intents.record(session, wish, identity, now, trace.get())

    async def mint(
        self, session: WriteSession, caller: Caller, order: MintOrder, key: str
    ) -> Recorded:
        """Ask for an amount to come into being."""
        freely = await self.receives_freely(session, caller, order)
        wish = mint_wish(caller.requester, order, key, together=freely)

        async def check() -> None:
            await self.check_mint(session, caller, order)
            if not freely:
                await self._require_consent(session, order)
            now = self._desk.clock.now()
            amount = str(order.amount)
            await note(
                session, caller, MINT, str(order.token), now, receiver=order.receiver, amount=amount
            )

        return await self._desk.ask(session, wish, check)

    async def check_mint(self, session: ReadSession, caller: Caller, order: MintOrder) -> None:
        """Refuse what may not be minted: by role, by amount, by cap."""
        await self.require_minter(session, caller, order.token, order.amount)
        found = await self._desk.require_amount(session, order.token, order.amount)
        if found.cap is not None and NOTHING + found.supply + order.amount > found.cap:
            raise CapExceeded(order.amount, found.supply, found.cap)
        await self._desk.require_party(session, order.receiver)
        await self._checking.require_mint(session, found, order)

    async def require_minter(
        self, session: ReadSession, caller: Caller, token: InstrumentId, amount: Decimal
    ) -> None:
        """Refuse callers who are not minters of a token that they act for."""
        action = Action(
            operation="mint",
            party=token.admin,
            role=token_role("MINTER", str(token)),
            token=str(token),
            amount=amount,
        )
        await self._desk.accounts.authority.require(session, caller, action)

    async def receives_freely(self, session: ReadSession, caller: Caller, order: MintOrder) -> bool:
        """Tell whether we may act for the receiver: it is the issuer, or ours and willing."""
        if order.receiver == order.token.admin:
            return True
        party = await self._desk.accounts.parties.party(session, order.receiver)
        return party is not None and party.kind is PartyKind.INTERNAL and party.receives_freely

    async def _require_consent(self, session: ReadSession, order: MintOrder) -> None:
        now = self._desk.clock.now()
        consent = await contracts.disclosable(
            session, PREAPPROVAL, order.token, party=order.receiver, now=now
        )
        if consent is None:
            raise NoConsent(order.receiver)


def _creation(caller: Caller, order: NewToken, key: str) -> Wish:
    request: dict[str, Any] = {
        "admin": order.issuer,
        "instrument": order.symbol,
        "name": order.name,
        "symbol": order.symbol,
        "currency": order.currency,
        "decimals": order.decimals,
        "price_decimals": order.price_decimals,
        "cap": None if order.cap is None else str(order.cap),
        "meta": {**order.meta, **_described(order.documents)},
        "classes": list(order.classes),
        "documents": [document.to_json() for document in order.documents],
        "accounts_required": order.accounts_required,
        "countries": list(order.countries),
        "approver": order.approver,
    }
    return Wish(
        kind=CREATE,
        requester=caller.requester,
        key=key,
        subject=str(order.token),
        act_as=(order.issuer,),
        request=request,
    )


def _described(wanted: Sequence[Document]) -> dict[str, str]:
    """Name documents by their hashes in the metadata on the ledger."""
    return {document_key(number): document.entry for number, document in enumerate(wanted)}


def _require_cap(order: NewToken) -> None:
    if order.cap is None:
        return
    if order.cap <= ZERO:
        raise AmountNotPositive(order.cap)
    if order.cap.round(order.decimals, Rounding.DOWN) != order.cap:
        raise CapTooPrecise(order.cap, order.decimals)
