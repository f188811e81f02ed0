"""Whether a movement would be: the rules, the funds and the limits, asked before the ledger is."""

from __future__ import annotations

from cantata.accounts.model import Action
from cantata.http.caller import Caller
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.totals import NOTHING, Total
from cantata.storage.session import ReadSession
from cantata.tokens.errors import DeadlineTooEarly, TransferToSelf
from cantata.tokens.facts import Wanted, facts_of
from cantata.tokens.model import Instrument, InstrumentId, Offer
from cantata.tokens.orders import BurnOrder, MintOrder, TransferOrder
from cantata.tokens.refusals import refusal, require_allowed
from cantata.tokens.repository import reading
from cantata.tokens.rules_policy import Operation, Verdict, judge, stopped
from cantata.tokens.service.common import Desk


class Checking:
    """The answers to what would happen, each as the ledger and the registry would give it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def precheck(self, session: ReadSession, caller: Caller, order: TransferOrder) -> Verdict:
        """Give the verdict about a transfer now, when what is under way has taken its funds."""
        await self.require_transfer(session, caller, order)
        used = await reading.reserved(session, order.sender, order.token)
        return await self._verdict(session, Operation.TRANSFER, _wanted(order), used)

    async def require_transfer(
        self, session: ReadSession, caller: Caller, order: TransferOrder
    ) -> None:
        """Refuse what is no transfer that the caller may ask for, whatever the rules say."""
        action = Action(
            operation="transfer", party=order.sender, token=str(order.token), amount=order.amount
        )
        await self._desk.accounts.authority.require(session, caller, action)
        if order.sender == order.receiver:
            raise TransferToSelf(order.sender)
        await self._desk.require_amount(session, order.token, order.amount)
        deadline = order.execute_before
        if deadline is not None and deadline <= self._desk.clock.now():
            raise DeadlineTooEarly(deadline)

    async def require_movement(self, session: ReadSession, order: TransferOrder) -> None:
        """Refuse a transfer that the rules, the funds or the limits do not admit now."""
        require_allowed(await self._verdict(session, Operation.TRANSFER, _wanted(order), NOTHING))
        await self._desk.require_party(session, order.receiver)

    async def require_rearrangement(
        self, session: ReadSession, token: InstrumentId, owner: PartyId, total: Decimal
    ) -> None:
        """Refuse a merge or a split, which to the rules is a transfer to oneself."""
        wanted = Wanted(token=token, sender=owner, receiver=owner, amount=total)
        require_allowed(await self._verdict(session, Operation.TRANSFER, wanted, NOTHING))

    async def require_acceptance(self, session: ReadSession, offer: Offer) -> None:
        """Refuse to accept an offer that the rules or the limits admit no more."""
        wanted = Wanted(
            token=offer.instrument,
            sender=offer.sender,
            receiver=offer.receiver,
            amount=offer.amount,
        )
        now = self._desk.clock.now()
        facts = await facts_of(session, wanted, now, None)
        require_allowed(judge(Operation.ACCEPT, offer.amount, facts))

    async def require_burn(self, session: ReadSession, found: Instrument, order: BurnOrder) -> None:
        """Refuse a burn that is paused, or whose owner may not."""
        _require_going(found, Operation.BURN)
        wanted = Wanted(
            token=order.token, sender=order.owner, receiver=order.owner, amount=order.amount
        )
        require_allowed(await self._verdict(session, Operation.BURN, wanted, NOTHING))

    async def require_mint(self, session: ReadSession, found: Instrument, order: MintOrder) -> None:
        """Refuse a mint that is paused, or to whom the token must not come.

        The ledger asks receivers of mints for nothing but their consent; the rest is ours.
        """
        _require_going(found, Operation.MINT)
        wanted = Wanted(
            token=order.token,
            sender=order.token.admin,
            receiver=order.receiver,
            amount=order.amount,
        )
        facts = await facts_of(session, wanted, self._desk.clock.now(), None)
        require_allowed(judge(Operation.MINT, order.amount, facts))

    async def _verdict(
        self, session: ReadSession, operation: Operation, wanted: Wanted, used: Total
    ) -> Verdict:
        now = self._desk.clock.now()
        _, free = await reading.covers(
            session, wanted.sender, wanted.token, wanted.amount + used, now
        )
        facts = await facts_of(session, wanted, now, max(free - used, NOTHING))
        return judge(operation, wanted.amount, facts)


def _wanted(order: TransferOrder) -> Wanted:
    return Wanted(
        token=order.token, sender=order.sender, receiver=order.receiver, amount=order.amount
    )


def _require_going(found: Instrument, operation: Operation) -> None:
    if operation.value in found.paused:
        raise refusal(stopped(operation))
