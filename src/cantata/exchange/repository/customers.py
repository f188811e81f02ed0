"""Customers' accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Text, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert

from cantata.exchange.model.customers import AccountState, CustomerAccount
from cantata.exchange.model.journal import ZERO, BookKind
from cantata.exchange.repository.tables import ACCOUNTS, BALANCES, WITHDRAWALS
from cantata.kernel.ids import PartyId
from cantata.kernel.totals import Total
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import summed
from cantata.tokens.model import InstrumentId

PAGE_MAX = 500


async def add(session: WriteSession, account: CustomerAccount) -> bool:
    """Add an account; tell whether its reference and memo were free."""
    row = {
        "id": account.id,
        "reference": account.reference,
        "memo": account.memo,
        "treasury": account.treasury,
        "state": account.state.value,
        "created_at": account.created_at,
    }
    fresh = insert(ACCOUNTS).values(row).on_conflict_do_nothing()
    return await session.first(fresh.returning(ACCOUNTS.c.id)) is not None


async def find(
    session: ReadSession, identity: UUID, *, lock: bool = False
) -> CustomerAccount | None:
    """Give an account, or None."""
    statement = select(ACCOUNTS).where(ACCOUNTS.c.id == identity)
    row = await session.first(statement.with_for_update() if lock else statement)
    return None if row is None else account_of(row)


async def by_reference(session: ReadSession, reference: str) -> CustomerAccount | None:
    """Give the account that the exchange calls so, or None."""
    row = await session.first(select(ACCOUNTS).where(ACCOUNTS.c.reference == reference))
    return None if row is None else account_of(row)


async def by_memos(session: ReadSession, memos: Iterable[str]) -> dict[str, CustomerAccount]:
    """Give the accounts that memos, in their normal form, name."""
    wanted = sorted(set(memos))
    if not wanted:
        return {}
    rows = await session.all(select(ACCOUNTS).where(ACCOUNTS.c.memo == func.any(wanted)))
    return {row.memo: account_of(row) for row in rows}


async def page(
    session: ReadSession, after: str = "", limit: int = PAGE_MAX
) -> tuple[CustomerAccount, ...]:
    """Give accounts in the order of their references, after one of them."""
    rows = await session.all(
        select(ACCOUNTS)
        .where(ACCOUNTS.c.reference > after)
        .order_by(ACCOUNTS.c.reference)
        .limit(min(limit, PAGE_MAX))
    )
    return tuple(map(account_of, rows))


async def held(session: ReadSession, identity: UUID) -> dict[InstrumentId, Total]:
    """Give what withdrawals under way hold of an account's balance."""
    of = (BALANCES.c.admin, BALANCES.c.instrument)
    mine = select(cast(WITHDRAWALS.c.id, Text)).where(WITHDRAWALS.c.account == identity)
    rows = await session.all(
        select(*of, summed(-BALANCES.c.amount).label("amount"))
        .where(
            BALANCES.c.kind == BookKind.HELD.value,
            BALANCES.c.name.in_(mine),
            BALANCES.c.amount != ZERO,
        )
        .group_by(*of)
    )
    return {InstrumentId(PartyId(row.admin), row.instrument): row.amount for row in rows}


async def set_state(session: WriteSession, identity: UUID, state: AccountState) -> None:
    """Open, block or close an account."""
    changed = update(ACCOUNTS).where(ACCOUNTS.c.id == identity).values(state=state.value)
    await session.run(changed)


def account_of(row: Row[Any]) -> CustomerAccount:
    """Read an account."""
    return CustomerAccount(
        id=row.id,
        reference=row.reference,
        memo=row.memo,
        treasury=PartyId(row.treasury),
        state=AccountState(row.state),
        created_at=row.created_at,
    )
