"""What is asked of a participant: interfaces that it does not have do not stop the reading."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from cantata.ingestion.source import LedgerSource, chunked
from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import NotFound
from cantata.ledger.formats import Wanted
from cantata.ledger.settings import Settings
from tests.api.process import SANDBOX, running
from tests.integration.world import CANTATA, USER

KNOWN_LATER = "#badges:Badges:Badge"
MISSING = "#canton-builtin-admin-workflow-ping:No:Such"
BADGE = '''"""An interface."""

from cantata.lang import Interface, Party, Record, package, view

PACKAGE = package("badges", "1.0.0", module="Badges")


class BadgeView(Record):
    """Who wears it."""

    wearer: Party


class Badge(Interface):
    """What somebody wears."""

    @view
    def badge_view(self) -> BadgeView:
        """Show who wears it."""
'''


async def read(source: LedgerSource) -> int:
    """Read all there is, by the stream and by the snapshot."""
    end = await source.end()
    total = 0
    async for chunk in chunked(source, 0, end):
        total += len(chunk)
    async for _ in source.snapshot(end):
        total += 1
    return total


def built(folder: Path) -> bytes:
    """Build a package of one interface, which no participant has."""
    source, dar = folder / "badge.py", folder / "badge.dar"
    source.write_text(BADGE, encoding="utf-8")
    command = (CANTATA, "contract", "build", str(source), "--out", str(dar))
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return dar.read_bytes()


def test_interfaces_are_asked_for_when_the_participant_has_them(tmp_path: Path) -> None:
    dar = built(tmp_path)

    async def story(url: str) -> None:
        async with LedgerClient(Settings(url=url, user_id=USER)) as ledger:
            await ledger.parties.allocate("Alice")
            everything = Wanted(everything=True)
            for name in (KNOWN_LATER, MISSING):
                stubborn = LedgerSource(ledger, Wanted(everything=True, interfaces=(name,)))
                with pytest.raises(NotFound):
                    await read(stubborn)
            source = LedgerSource(ledger, everything, (KNOWN_LATER, MISSING))
            assert (await source.known()).interfaces == ()
            await read(source)
            await ledger.packages.upload(dar)
            assert (await source.known()).interfaces == (KNOWN_LATER,)
            await read(source)

    with running(tmp_path, command=SANDBOX) as sandbox:
        asyncio.run(story(sandbox.url))
