"""Customers' accounts: opened once for each reference, found, blocked, and what they have."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from cantata.exchange.model.customers import (
    REFERENCE_LENGTH_MAX,
    AccountState,
    Balance,
    CustomerAccount,
)
from cantata.exchange.model.decisions import By
from cantata.exchange.model.journal import Book
from cantata.exchange.objections import (
    CustomerRefused,
    CustomerUnknown,
    ReferenceTaken,
    TreasuryUnknown,
)
from cantata.exchange.policy.memos import deposit_address, new_memo, normal
from cantata.exchange.repository import customers, deposits, journal, treasuries
from cantata.exchange.service.auditing import note
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Clock
from cantata.kernel.totals import NOTHING
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.model import InstrumentId

MEMOS_MAX = 3
"""How often a memo is made again because it was taken, which hardly ever happens once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to open; `memo` is only given for one that was known by it before."""

    reference: str
    treasury: PartyId
    memo: str | None = None


class Customers:
    """The use cases of customers' accounts."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def open(self, session: WriteSession, wanted: NewAccount) -> tuple[CustomerAccount, bool]:
        """Open an account; give it and whether it is new, the same again for the same reference.

        Raise CustomerRefused, TreasuryUnknown, or ReferenceTaken if the reference or the memo is
        that of an account that differs.
        """
        memo = _checked(wanted)
        if await treasuries.find(session, wanted.treasury) is None:
            raise TreasuryUnknown(wanted.treasury)
        for _ in range(MEMOS_MAX):
            account = CustomerAccount(
                id=uuid4(),
                reference=wanted.reference,
                memo=memo or new_memo(),
                treasury=wanted.treasury,
                state=AccountState.OPEN,
                created_at=self._clock.now(),
            )
            if await customers.add(session, account):
                if memo is not None:
                    await deposits.look_again(session, self._clock.now())
                return account, True
            earlier = await customers.by_reference(session, wanted.reference)
            if earlier is not None:
                return _same(earlier, wanted, memo), False
        raise ReferenceTaken(wanted.reference, "reference and this memo")

    async def find(self, session: ReadSession, identity: UUID) -> CustomerAccount:
        """Give an account; raise CustomerUnknown."""
        found = await customers.find(session, identity)
        if found is None:
            raise CustomerUnknown(str(identity))
        return found

    async def by_reference(self, session: ReadSession, reference: str) -> CustomerAccount:
        """Give the account that the exchange calls so; raise CustomerUnknown."""
        found = None if "\0" in reference else await customers.by_reference(session, reference)
        if found is None:
            raise CustomerUnknown(reference)
        return found

    async def page(
        self, session: ReadSession, after: str, limit: int
    ) -> tuple[CustomerAccount, ...]:
        """Give accounts in the order of their references, after one of them."""
        return await customers.page(session, after, limit)

    async def balances(
        self, session: ReadSession, account: CustomerAccount
    ) -> dict[InstrumentId, Balance]:
        """Give what a customer may withdraw, and what withdrawals under way hold."""
        owed = await journal.balances(session, Book.customer(account.id))
        held = await customers.held(session, account.id)
        return {
            instrument: Balance(
                available=-owed.get(instrument, NOTHING), held=held.get(instrument, NOTHING)
            )
            for instrument in sorted({*owed, *held})
        }

    async def set_state(
        self, session: WriteSession, identity: UUID, state: AccountState, by: By
    ) -> CustomerAccount:
        """Open, block or close an account; raise CustomerUnknown.

        Raise CustomerRefused for closing one that still has something.
        """
        account = await customers.find(session, identity, lock=True)
        if account is None:
            raise CustomerUnknown(str(identity))
        if state is AccountState.CLOSED and await self.balances(session, account):
            raise CustomerRefused(
                f"the account {account.reference!r} still has a balance",
                hint="have it withdrawn first, or block the account",
            )
        await customers.set_state(session, identity, state)
        now = self._clock.now()
        change = {"before": account.state.value, "after": state.value}
        await note(session, by, "account.changed", str(identity), now, **change)
        await deposits.look_again(session, now, account=identity)
        return await self.find(session, identity)


def address_of(account: CustomerAccount) -> str:
    """Give where a customer deposits, in one text: party and memo."""
    return deposit_address(account.treasury, account.memo)


def _checked(wanted: NewAccount) -> str | None:
    """Give the memo in its normal form, None to make one; raise CustomerRefused."""
    reference = wanted.reference
    is_text = bool(reference.strip()) and reference.isprintable()
    if not is_text or reference != reference.strip() or len(reference) > REFERENCE_LENGTH_MAX:
        raise CustomerRefused(
            f"{reference[:80]!r} is no reference",
            hint=f"give 1 to {REFERENCE_LENGTH_MAX} printable characters, no space around them",
        )
    if wanted.memo is None:
        return None
    memo = normal(wanted.memo)
    if memo is None:
        raise CustomerRefused(
            f"{wanted.memo[:80]!r} is no memo", hint="leave it out, and one is made"
        )
    return memo


def _same(earlier: CustomerAccount, wanted: NewAccount, memo: str | None) -> CustomerAccount:
    """Give the account of the same request before; raise ReferenceTaken for another one."""
    if earlier.treasury != wanted.treasury:
        raise ReferenceTaken(wanted.reference, "treasury")
    if memo is not None and memo != earlier.memo:
        raise ReferenceTaken(wanted.reference, "memo")
    return earlier
