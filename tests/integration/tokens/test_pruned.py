"""A ledger that has forgotten its beginning: the books begin with what is active, and go on."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import text

from cantata.bootstrap import ingesting
from cantata.storage.settings import DatabaseSettings
from tests.api.process import SANDBOX, running
from tests.integration.tokens.loop import Loop, looping
from tests.integration.world import CANTATA, empty_database, token_ledger

HELD = "SELECT sum(amount) FROM holdings WHERE archived_offset IS NULL"
MOVED = "SELECT sum(delta) FROM movements"
PENDING = "SELECT count(*) FROM transfer_offers WHERE state = 'pending'"


async def only(loop: Loop, query: str) -> Any:
    async with loop.database.read() as session:
        return await session.scalar(text(query))


async def begun(settings: DatabaseSettings, url: str) -> dict[str, Any]:
    """Leave a token, holdings, a pending offer, and contracts that are gone already."""
    async with looping(settings, url) as loop:
        admin, alice, bob = [await loop.party(name) for name in ("admin", "alice", "bob")]
        of = await loop.token(admin, "GOLD")
        await loop.mint(of, alice, "60")
        await loop.mint(of, alice, "40")
        first = await loop.offer(of, alice, bob, "10")
        await loop.do("tokens.accept", (bob,), offer=first["offer"])
        second = await loop.offer(of, alice, bob, "5")
        end = await loop.ledger.state.ledger_end()
        await loop.ingested(end)
        return {"of": of, "alice": alice, "bob": bob, "offer": second["offer"], "end": end}


async def gone_on(settings: DatabaseSettings, url: str, left: Mapping[str, Any]) -> None:
    """Begin with an empty database, and do what needs what was there before."""
    async with looping(settings, url) as loop:
        assert 0 < await loop.ledger.state.pruned() < left["end"]
        await loop.ingested(left["end"])
        assert [float(await only(loop, query)) for query in (HELD, MOVED)] == [100, 100]
        assert await only(loop, PENDING) == 1
        reconciler = ingesting.reconciler(loop.database, loop.ledger)
        report = await reconciler.run()
        assert report.is_clean, report.differences
        of, alice, bob = left["of"], left["alice"], left["bob"]
        await loop.do("tokens.accept", (bob,), offer=left["offer"])
        await loop.offer(of, alice, bob, "20")
        await loop.do("tokens.burn", (alice,), owner=alice, amount="1", memo="", **of)
        await loop.mint(of, bob, "7")
        report = await reconciler.run()
        assert report.is_clean, report.differences
        work = ingesting.catch_up(loop.database, loop.ledger)
        for projection in ingesting.ingester(loop.database).projections:
            await work.rebuild(projection.name)
        report = await reconciler.run()
        assert report.is_clean, report.differences
        assert [float(await only(loop, query)) for query in (HELD, MOVED)] == [106, 106]


def test_books_begin_on_a_pruned_ledger(
    tmp_path: Path,
    token_dar: Path,
    database_server: str,
    template_database: str,
    database_settings: DatabaseSettings,
) -> None:
    with token_ledger(tmp_path, token_dar) as sandbox:
        left = asyncio.run(begun(database_settings, sandbox.url))
    store = str(tmp_path / "ledger.db")
    pruned = subprocess.run(
        [CANTATA, "sandbox", "prune", "--store", store, "--up-to", str(left["end"] - 1)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert pruned.returncode == 0, pruned.stderr
    with (
        running(tmp_path, "--store", store, command=SANDBOX) as again,
        empty_database(database_server, template_database) as empty,
    ):
        asyncio.run(gone_on(empty, again.url, left))
