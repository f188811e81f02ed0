"""What issuers do to holders: accounts opened and changed, amounts frozen and let go."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.accounts.model import Action, Right
from cantata.accounts.service.auditing import note
from cantata.http.caller import Caller
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.errors import DeadlineTooEarly
from cantata.tokens.interventions import AccountChange, AccountOrder, EnrolOrder, FreezeOrder
from cantata.tokens.model import InstrumentId
from cantata.tokens.objections import (
    AccountAlreadyFrozen,
    AccountFrozen,
    AccountNotFrozen,
    AccountUnknown,
    FreezeWithoutEffect,
    FrozenTooLittle,
)
from cantata.tokens.projection.contracts import ACCOUNT
from cantata.tokens.repository import contracts, limits, supervised
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.rules_policy import Account
from cantata.tokens.service.common import Desk, Recorded
from cantata.tokens.service.ruling import COMPLIANCE
from cantata.tokens.standing import known_account, require_none
from cantata.tokens.terms import rules_of
from cantata.tokens.wishes import wish_about

FREEZER = "FREEZER"
_FREEZES = (AccountChange.FREEZE, AccountChange.UNFREEZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """A holder's account, whether it is for all tokens of the issuer, and what it has of one."""

    token: InstrumentId
    holder: PartyId
    account: Account
    everywhere: bool
    balance: Total
    frozen_amount: Total


class Supervising:
    """The use cases of issuers about holders."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def enrol(
        self, session: WriteSession, caller: Caller, order: EnrolOrder, key: str
    ) -> Recorded:
        """Ask for an account of a holder; raise AccountExists if it has one that counts."""
        kind = "tokens.enrol"
        request = {
            "holder": order.holder,
            "country": order.country,
            "verified_until": _text(order.verified_until),
            "locked_until": _text(order.locked_until),
            "everywhere": order.everywhere,
            "reason": order.reason,
        }
        admin = order.token.admin
        wish = wish_about(caller.requester, kind, order.token, key, (admin,), request)

        async def check() -> None:
            await self._require(
                session, caller, order.token, COMPLIANCE, everywhere=order.everywhere
            )
            await self._desk.token(session, order.token)
            self._require_future(order.verified_until)
            await require_none(session, order.token, order.holder, everywhere=order.everywhere)
            await self._desk.require_party(session, order.holder)
            await self._note(session, caller, kind, order.token, order.holder, order.reason)

        return await self._desk.ask(session, wish, check)

    async def change(
        self, session: WriteSession, caller: Caller, order: AccountOrder, key: str
    ) -> Recorded:
        """Ask for a change of a holder's account."""
        kind = f"tokens.{order.change.value}"
        request = {
            "holder": order.holder,
            "until": _text(order.until),
            "country": order.country,
            "reason": order.reason,
        }
        admin = order.token.admin
        wish = wish_about(caller.requester, kind, order.token, key, (admin,), request)

        async def check() -> None:
            role = FREEZER if order.change in _FREEZES else COMPLIANCE
            await self._desk.require_role(session, caller, order.token, role)
            account = await known_account(session, order.token, order.holder)
            if not account.instrument.id:
                await self._require(session, caller, order.token, role, everywhere=True)
            self._require_future(order.until)
            _require_change(account, order.change)
            if order.change is AccountChange.FREEZE:
                await _require_effect(session, order)
            await self._note(session, caller, kind, order.token, order.holder, order.reason)

        return await self._desk.ask(session, wish, check)

    async def freeze(
        self, session: WriteSession, caller: Caller, order: FreezeOrder, key: str
    ) -> Recorded:
        """Ask for an amount of a holder's to be frozen, or to be let go."""
        kind = "tokens.freeze_amount" if order.frozen else "tokens.unfreeze_amount"
        request = {"owner": order.owner, "amount": str(order.amount), "reason": order.reason}
        admin = order.token.admin
        wish = wish_about(caller.requester, kind, order.token, key, (admin,), request)

        async def check() -> None:
            await self._desk.require_role(session, caller, order.token, FREEZER, order.amount)
            await self._desk.require_amount(session, order.token, order.amount)
            if order.frozen:
                await self._desk.require_funds(session, order.owner, order.token, order.amount)
            else:
                frozen = await supervised.frozen(session, order.owner, order.token)
                if frozen < order.amount:
                    raise FrozenTooLittle(order.amount, frozen)
            await self._note(
                session,
                caller,
                kind,
                order.token,
                order.owner,
                order.reason,
                amount=str(order.amount),
            )

        return await self._desk.ask(session, wish, check)

    async def accounts(
        self, session: ReadSession, caller: Caller, token: InstrumentId, after: str, limit: int
    ) -> tuple[AccountView, ...]:
        """Give the accounts that count for a token, by holder, to who reads for its issuer."""
        await self._require_reader(session, caller, token.admin)
        await self._desk.token(session, token)
        found = await supervised.accounts(session, ACCOUNT, token, after, limit)
        return tuple([await self._view(session, token, each) for each in found])

    async def account(
        self, session: ReadSession, caller: Caller, token: InstrumentId, holder: PartyId
    ) -> AccountView:
        """Give a holder's account to its issuer and to the holder; nobody else learns of it."""
        readable = await self._desk.accounts.authority.readable(session, caller)
        found = await contracts.disclosable(session, ACCOUNT, token, party=holder)
        if found is None or not {token.admin, holder} & set(readable):
            raise AccountUnknown(holder)
        return await self._view(session, token, found)

    async def _view(
        self, session: ReadSession, token: InstrumentId, found: Disclosable
    ) -> AccountView:
        holder = PartyId(found.party)
        return AccountView(
            token=token,
            holder=holder,
            account=Account.of(found.content),
            everywhere=not found.instrument.id,
            balance=await limits.held(session, holder, token),
            frozen_amount=await supervised.frozen(session, holder, token),
        )

    async def _require(
        self,
        session: ReadSession,
        caller: Caller,
        token: InstrumentId,
        role: str,
        *,
        everywhere: bool,
    ) -> None:
        if everywhere:
            await self._desk.require_role_everywhere(session, caller, token, role)
        else:
            await self._desk.require_role(session, caller, token, role)

    async def _require_reader(self, session: ReadSession, caller: Caller, party: PartyId) -> None:
        action = Action(operation="read", party=party, right=Right.READ_AS)
        await self._desk.accounts.authority.require(session, caller, action)

    def _require_future(self, moment: Timestamp | None) -> None:
        if moment is not None and moment <= self._desk.clock.now():
            raise DeadlineTooEarly(moment)

    async def _note(
        self,
        session: WriteSession,
        caller: Caller,
        kind: str,
        token: InstrumentId,
        holder: PartyId,
        reason: str,
        **more: str,
    ) -> None:
        now = self._desk.clock.now()
        await note(session, caller, kind, str(token), now, holder=holder, reason=reason, **more)


def _require_change(account: Disclosable, change: AccountChange) -> None:
    """Refuse to freeze or to remove what is frozen, and to unfreeze what is not."""
    is_frozen = account.content["frozen"]
    if change is AccountChange.FREEZE and is_frozen:
        raise AccountAlreadyFrozen(account.party)
    if change is AccountChange.UNFREEZE and not is_frozen:
        raise AccountNotFrozen(account.party)
    if change is AccountChange.REMOVE and is_frozen:
        raise AccountFrozen(account.party)


async def _require_effect(session: ReadSession, order: AccountOrder) -> None:
    """Refuse a freeze that the token's rules would not ask about."""
    rules = await rules_of(session, order.token)
    if not rules.content["accountsRequired"]:
        raise FreezeWithoutEffect(order.holder)


def _text(moment: Timestamp | None) -> str | None:
    return None if moment is None else str(moment)
