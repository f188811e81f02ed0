"""What holders do: transfer, accept, reject, withdraw, pre-approve, merge, split and burn."""

from __future__ import annotations

from cantata.accounts.model import Action, Right, token_role
from cantata.accounts.service.auditing import note
from cantata.http.caller import Caller
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.errors import (
    DeadlineTooEarly,
    NoConsent,
    OfferExpired,
    OfferUnknown,
)
from cantata.tokens.model import InstrumentId, Offer, OfferState
from cantata.tokens.orders import (
    BurnOrder,
    ConsentOrder,
    OfferOrder,
    RearrangeOrder,
    TransferOrder,
)
from cantata.tokens.policy import require_amount
from cantata.tokens.projection.contracts import PREAPPROVAL
from cantata.tokens.repository import contracts
from cantata.tokens.service.checking import Checking
from cantata.tokens.service.common import Desk, Recorded
from cantata.tokens.wishes import burn_wish, consent_wish, transfer_wish, wish_about

ZERO = Decimal("0")


class Moving:
    """The use cases of holders."""

    def __init__(self, desk: Desk, checking: Checking) -> None:
        self._desk = desk
        self._checking = checking

    async def transfer(
        self, session: WriteSession, caller: Caller, order: TransferOrder, key: str
    ) -> Recorded:
        """Ask for a transfer: direct if the receiver agreed beforehand, else an offer."""
        wish = transfer_wish(caller.requester, order, key)
        return await self._desk.ask(
            session, wish, lambda: self.check_transfer(session, caller, order)
        )

    async def check_transfer(
        self, session: ReadSession, caller: Caller, order: TransferOrder
    ) -> None:
        """Refuse a transfer that cannot be, as far as we know."""
        await self._checking.require_transfer(session, caller, order)
        await self._checking.require_movement(session, order)

    async def burn(
        self, session: WriteSession, caller: Caller, order: BurnOrder, key: str
    ) -> Recorded:
        """Ask for an amount to be given up by its owner; the supply shrinks by it."""
        wish = burn_wish(caller.requester, order, key)

        async def check() -> None:
            is_issuer = order.owner == order.token.admin
            action = Action(
                operation="burn",
                party=order.owner,
                role=token_role("BURNER", str(order.token)) if is_issuer else None,
                token=str(order.token),
                amount=order.amount,
            )
            await self._desk.accounts.authority.require(session, caller, action)
            found = await self._desk.require_amount(session, order.token, order.amount)
            await self._checking.require_burn(session, found, order)
            now, amount = self._desk.clock.now(), str(order.amount)
            await note(
                session, caller, wish.kind, str(order.token), now, owner=order.owner, amount=amount
            )

        return await self._desk.ask(session, wish, check)

    async def end_offer(
        self, session: WriteSession, caller: Caller, order: OfferOrder, key: str
    ) -> Recorded:
        """Ask for an offer to be accepted, rejected or withdrawn."""
        offer = await self.offer(session, caller, order.offer)
        actor = offer.sender if order.ending == "withdraw" else offer.receiver
        request = {"offer": order.offer}
        kind = f"tokens.{order.ending}"
        wish = wish_about(caller.requester, kind, offer.instrument, key, (actor,), request)

        async def check() -> None:
            await self._require(
                session, caller, order.ending, actor, offer.instrument, offer.amount
            )
            if offer.state is not OfferState.PENDING:
                raise OfferUnknown(order.offer)
            if order.ending == "accept" and offer.execute_before <= self._desk.clock.now():
                raise OfferExpired(order.offer, offer.execute_before)
            if order.ending == "accept":
                await self._checking.require_acceptance(session, offer)

        return await self._desk.ask(session, wish, check)

    async def offer(self, session: ReadSession, caller: Caller, contract: str) -> Offer:
        """Give an offer to its sender or receiver; raise OfferUnknown to everybody else."""
        found = await contracts.offer(session, contract)
        readable = await self._desk.accounts.authority.readable(session, caller)
        if found is None or not {found.sender, found.receiver} & set(readable):
            raise OfferUnknown(contract)
        return found

    async def preapprove(
        self, session: WriteSession, caller: Caller, order: ConsentOrder, key: str
    ) -> Recorded:
        """Ask for a standing consent to receive an issuer's tokens."""
        expires = order.expires_at
        wish = consent_wish(caller.requester, order, key)

        async def check() -> None:
            await self._require(session, caller, "preapprove", order.receiver, order.token, ZERO)
            await self._desk.token(session, order.token)
            if expires is not None and expires <= self._desk.clock.now():
                raise DeadlineTooEarly(expires)

        return await self._desk.ask(session, wish, check)

    async def cancel_consent(
        self, session: WriteSession, caller: Caller, order: ConsentOrder, key: str
    ) -> Recorded:
        """Ask for a standing consent to end."""
        request = {"receiver": order.receiver, "actor": order.receiver}
        kind = "tokens.cancel_preapproval"
        wish = wish_about(caller.requester, kind, order.token, key, (order.receiver,), request)

        async def check() -> None:
            await self._require(session, caller, "preapprove", order.receiver, order.token, ZERO)
            found = await contracts.disclosable(
                session, PREAPPROVAL, order.token, party=order.receiver
            )
            if found is None:
                raise NoConsent(order.receiver)

        return await self._desk.ask(session, wish, check)

    async def rearrange(
        self, session: WriteSession, caller: Caller, order: RearrangeOrder, key: str
    ) -> Recorded:
        """Ask for holdings to be merged, or split into amounts."""
        amounts = [str(amount) for amount in order.amounts]
        request = {"owner": order.owner, "amounts": amounts}
        wish = wish_about(
            caller.requester, "tokens.rearrange", order.token, key, (order.owner,), request
        )

        async def check() -> None:
            await self._require(session, caller, "rearrange", order.owner, order.token, ZERO)
            found = await self._desk.token(session, order.token)
            for amount in order.amounts:
                require_amount(amount, found.decimals)
            total = sum(order.amounts, ZERO)
            await self._checking.require_rearrangement(session, order.token, order.owner, total)

        return await self._desk.ask(session, wish, check)

    async def _require(
        self,
        session: ReadSession,
        caller: Caller,
        operation: str,
        party: PartyId,
        token: InstrumentId,
        amount: Decimal,
    ) -> None:
        action = Action(
            operation=operation,
            party=party,
            right=Right.ACT_AS,
            token=str(token),
            amount=amount,
        )
        await self._desk.accounts.authority.require(session, caller, action)
