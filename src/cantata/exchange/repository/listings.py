"""What is listed: registries, instruments, and the packages that count for them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert

from cantata.exchange.model.treasury import ListedInstrument, Listing, Policy, Registry
from cantata.exchange.repository.tables import INSTRUMENTS, REGISTRIES
from cantata.kernel.ids import PartyId
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.model import InstrumentId

LISTED_MAX = 10_000
REGISTRIES_MAX = 1_000


async def save_registry(session: WriteSession, registry: Registry) -> None:
    """Write down where an admin's registry answers and what it said."""
    row = {
        "admin": registry.admin,
        "url": registry.url,
        "checked_at": registry.checked_at,
        "info": dict(registry.info),
    }
    changed = {name: value for name, value in row.items() if name != "admin"}
    statement = insert(REGISTRIES).values(row)
    await session.run(statement.on_conflict_do_update(index_elements=["admin"], set_=changed))


async def registry(session: ReadSession, admin: PartyId) -> Registry | None:
    """Give where an admin's registry answers, or None."""
    row = await session.first(select(REGISTRIES).where(REGISTRIES.c.admin == admin))
    return None if row is None else _registry(row)


async def registries(session: ReadSession) -> tuple[Registry, ...]:
    """Give where all registries answer, by admin."""
    ordered = select(REGISTRIES).order_by(REGISTRIES.c.admin).limit(REGISTRIES_MAX)
    return tuple(map(_registry, await session.all(ordered)))


async def count_registries(session: ReadSession) -> int:
    """Count the registries."""
    return int(await session.scalar(select(func.count()).select_from(REGISTRIES)))


async def add(session: WriteSession, listed: ListedInstrument) -> bool:
    """List an instrument; tell whether it was not listed before."""
    fresh = insert(INSTRUMENTS).values(_row(listed)).on_conflict_do_nothing()
    return await session.first(fresh.returning(INSTRUMENTS.c.admin)) is not None


async def count(session: ReadSession) -> int:
    """Count the listed instruments."""
    return int(await session.scalar(select(func.count()).select_from(INSTRUMENTS)))


async def save(session: WriteSession, listed: ListedInstrument) -> None:
    """List an instrument, or change how it is treated."""
    row = _row(listed)
    key = ["admin", "instrument"]
    changed = {name: value for name, value in row.items() if name not in {*key, "listed_at"}}
    statement = insert(INSTRUMENTS).values(row)
    await session.run(statement.on_conflict_do_update(index_elements=key, set_=changed))


async def find(
    session: ReadSession, identity: InstrumentId, *, lock: bool = False
) -> ListedInstrument | None:
    """Give a listed instrument, or None."""
    statement = select(INSTRUMENTS).where(
        INSTRUMENTS.c.admin == identity.admin, INSTRUMENTS.c.instrument == identity.id
    )
    row = await session.first(statement.with_for_update() if lock else statement)
    return None if row is None else _listed(row)


async def every(session: ReadSession) -> dict[InstrumentId, ListedInstrument]:
    """Give everything that is listed."""
    ordered = select(INSTRUMENTS).order_by(INSTRUMENTS.c.admin, INSTRUMENTS.c.instrument)
    rows = await session.all(ordered.limit(LISTED_MAX))
    return {listed.id: listed for listed in map(_listed, rows)}


async def page(
    session: ReadSession, only: InstrumentId | None, after: InstrumentId | None, limit: int
) -> tuple[ListedInstrument, ...]:
    """Give what is listed, by admin and id, after an instrument; or one instrument alone."""
    key = (INSTRUMENTS.c.admin, INSTRUMENTS.c.instrument)
    statement = select(INSTRUMENTS)
    if only is not None:
        statement = statement.where(func.row(*key) == func.row(only.admin, only.id))
    if after is not None:
        statement = statement.where(func.row(*key) > func.row(after.admin, after.id))
    rows = await session.all(statement.order_by(*key).limit(min(limit, LISTED_MAX)))
    return tuple(map(_listed, rows))


def _registry(row: Row[Any]) -> Registry:
    return Registry(admin=PartyId(row.admin), url=row.url, checked_at=row.checked_at, info=row.info)


def _listed(row: Row[Any]) -> ListedInstrument:
    return ListedInstrument(
        id=InstrumentId(PartyId(row.admin), row.instrument),
        name=row.name,
        symbol=row.symbol,
        decimals=row.decimals,
        packages=tuple(row.packages),
        listing=Listing(row.listing),
        policy=Policy.from_json(row.policy),
        listed_at=row.listed_at,
    )


def _row(listed: ListedInstrument) -> dict[str, Any]:
    return {
        "admin": listed.id.admin,
        "instrument": listed.id.id,
        "name": listed.name,
        "symbol": listed.symbol,
        "decimals": listed.decimals,
        "packages": list(listed.packages),
        "listing": listed.listing.value,
        "policy": listed.policy.to_json(),
        "listed_at": listed.listed_at,
    }
