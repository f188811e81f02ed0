"""A holding is reserved once, whoever chose it at the same moment."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select

from cantata.automation import repository
from cantata.automation.errors import NotNow
from cantata.automation.model import Wish
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from cantata.tokens.repository import selection
from cantata.tokens.repository.tables import HOLDINGS, RESERVATIONS
from cantata.tokens.tasks.common import take_inputs

OWNER = PartyId(f"owner::1220{'ab' * 32}")
GOLD = InstrumentId(OWNER, "GOLD")
NOW = Timestamp.parse("2026-01-01T00:00:00Z")
A, B = f"00{'aa' * 32}", f"00{'bb' * 32}"


def test_who_comes_second_waits_and_keeps_nothing(database_settings: DatabaseSettings) -> None:
    async def work() -> int:
        async with Database(database_settings) as database:
            async with database.write() as session:
                await selection.reserve(session, uuid4(), ["a", "b"])
            with pytest.raises(NotNow):
                async with database.write() as session:
                    await selection.reserve(session, uuid4(), ["c", "b"])
            async with database.read() as session:
                return int(await session.scalar(select(func.count()).select_from(RESERVATIONS)))

    assert asyncio.run(work()) == 2


def test_what_others_look_at_is_waited_for_and_not_merged(
    database_settings: DatabaseSettings,
) -> None:
    """Two payments at one moment: the second waits, and asks for no merge of what is not small."""

    async def work() -> NotNow:
        async with Database(database_settings) as database:
            async with database.write() as session:
                for cid, amount in ((A, "6"), (B, "5")):
                    await session.run(insert(HOLDINGS).values(row(cid, amount)))
                wish = Wish(
                    kind="tokens.transfer",
                    requester="test",
                    key="1",
                    subject="test",
                    act_as=(OWNER,),
                    request={},
                )
                intent, _ = await repository.record(session, wish, uuid4(), NOW, "")
            async with database.write() as first:
                await selection.candidates(first, OWNER, GOLD, Decimal("6"), NOW)
                with pytest.raises(NotNow) as refused:
                    async with database.write() as second:
                        await take_inputs(second, intent, OWNER, GOLD, Decimal("10"), NOW)
            async with database.write() as third:
                taken = await take_inputs(third, intent, OWNER, GOLD, Decimal("10"), NOW)
                assert [each.contract_id for each in taken] == [A, B]
            return refused.value

    assert asyncio.run(work()).first == ()


def row(contract_id: str, amount: str) -> dict[str, Any]:
    return {
        "contract_id": contract_id,
        "admin": GOLD.admin,
        "instrument": GOLD.id,
        "owner": OWNER,
        "amount": Decimal(amount),
        "lock_context": "",
        "package_name": "cantata-tokens",
        "created_offset": 1,
    }
