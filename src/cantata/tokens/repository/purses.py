"""The free holdings of many payers at a time, found by index and reserved without a wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import BigInteger, Text, text

from cantata.kernel.ids import ContractId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.storage.query import Query
from cantata.storage.session import WriteSession
from cantata.storage.types import Amount, stored_time
from cantata.tokens.payments import CHOICE_MAX, PLENTY, Coin, Payment, Purse
from cantata.tokens.policy import SMALL_ONES

_FREE = (
    "owner = wanted.owner AND admin = wanted.admin AND instrument = wanted.instrument"
    " AND archived_offset IS NULL AND (lock_holders IS NULL OR lock_expires_at <= :now)"
    " AND NOT EXISTS (SELECT 1 FROM reservations"
    " WHERE reservations.contract_id = holdings.contract_id)"
)
_WANTED = (
    "FROM unnest(CAST(:owners AS text[]), CAST(:admins AS text[]), CAST(:instruments AS text[]),"
    " CAST(:amounts AS numeric[])) WITH ORDINALITY AS wanted(owner, admin, instrument, least, n)"
)
_FITTING = Query(
    text(
        f"SELECT wanted.n, fitting.contract_id, fitting.amount {_WANTED}"  # noqa: S608 - our own text
        f" CROSS JOIN LATERAL (SELECT contract_id, amount FROM holdings WHERE {_FREE}"
        " AND amount >= wanted.least ORDER BY amount LIMIT :most) AS fitting"
        " ORDER BY wanted.n, fitting.amount"
    ).columns(n=BigInteger, contract_id=Text, amount=Amount)
)
_SMALLEST = Query(
    text(
        f"SELECT wanted.n, small.contract_id, small.amount {_WANTED}"  # noqa: S608 - our own text
        f" CROSS JOIN LATERAL (SELECT contract_id, amount FROM holdings WHERE {_FREE}"
        " ORDER BY amount LIMIT :most) AS small ORDER BY wanted.n, small.amount"
    ).columns(n=BigInteger, contract_id=Text, amount=Amount)
)
_RESERVE = Query(
    text(
        "INSERT INTO reservations (contract_id, intent_id)"
        " SELECT * FROM unnest(CAST(:contracts AS text[]), CAST(:intents AS uuid[]))"
        " ON CONFLICT DO NOTHING RETURNING contract_id"
    ).columns(contract_id=Text)
)
_RELEASE = Query(text("DELETE FROM reservations WHERE intent_id = ANY(CAST(:intents AS uuid[]))"))


async def fitting(
    session: WriteSession, payments: Sequence[Payment], now: Timestamp
) -> list[list[Coin]]:
    """Give for each payment free holdings that cover it alone, the smallest of them first.

    As many as its purse has payments, so that each of them could have another one.
    """
    most = max(Counter(each.purse for each in payments).values())
    found: list[list[Coin]] = [[] for _ in payments]
    least = [each.amount for each in payments]
    purses = [each.purse for each in payments]
    given = {**_given(purses, least, now), "most": min(most, CHOICE_MAX)}
    for row in await session.rows(_FITTING, **given):
        found[row.n - 1].append(Coin(ContractId(row.contract_id), row.amount))
    return found


async def smallest(
    session: WriteSession, purses: Sequence[Purse], now: Timestamp
) -> dict[Purse, list[Coin]]:
    """Give the smallest free holdings of each purse, those that there are plenty of."""
    found: dict[Purse, list[Coin]] = {each: [] for each in purses}
    least = [Decimal("0")] * len(purses)
    given = {**_given(purses, least, now), "most": PLENTY + SMALL_ONES + 1}
    for row in await session.rows(_SMALLEST, **given):
        found[purses[row.n - 1]].append(Coin(ContractId(row.contract_id), row.amount))
    return found


async def reserve(
    session: WriteSession, wanted: Mapping[UUID, Sequence[ContractId]]
) -> frozenset[UUID]:
    """Reserve contracts for intents; give the intents that got all that they wanted.

    What the others got of theirs is given back. The order is always the same, so that nobody waits
    in a circle.
    """
    pairs = sorted((str(cid), intent) for intent, cids in wanted.items() for cid in cids)
    if not pairs:
        return frozenset(wanted)
    contracts, intents = map(list, zip(*pairs, strict=True))
    rows = await session.rows(_RESERVE, contracts=contracts, intents=intents)
    got = {row.contract_id for row in rows}
    lost = {intent for cid, intent in pairs if cid not in got}
    await release(session, sorted(lost))
    return frozenset(wanted) - lost


async def release(session: WriteSession, intents: Sequence[UUID]) -> None:
    """Give back everything that is reserved for any of some intents."""
    if intents:
        await session.change(_RELEASE, intents=list(intents))


def _given(purses: Sequence[Purse], least: Sequence[Decimal], now: Timestamp) -> dict[str, object]:
    return {
        "owners": [str(each.owner) for each in purses],
        "admins": [str(each.token.admin) for each in purses],
        "instruments": [each.token.id for each in purses],
        "amounts": [str(each) for each in least],
        "now": stored_time(now),
    }
