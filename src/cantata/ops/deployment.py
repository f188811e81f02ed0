"""Our contract packages: built from their source, deployed on the participant."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from cantata.lang.build import BuiltDar, CompiledPackage, build_dar, compile_package
from cantata.lang.build.sources import contract_files
from cantata.ledger.client import LedgerClient
from cantata.ledger.services.packages import Deployed
from cantata.settlement import contract as settlement
from cantata.tokens import contract as tokens

TOKENS = "cantata-tokens"
SETTLEMENT = "cantata-settlement"

_SOURCES = {TOKENS: tokens, SETTLEMENT: settlement}
"""Our packages in the order in which they are deployed."""


@cache
def compiled() -> tuple[CompiledPackage, ...]:
    """Give our packages, compiled."""
    folders = (Path(module.__path__[0]) for module in _SOURCES.values())
    return tuple(compile_package(contract_files([folder])) for folder in folders)


def build(package: CompiledPackage) -> BuiltDar:
    """Build the DAR of a package; those of the network are left to the participant."""
    return build_dar(package, (), without_declared=True)


async def deploy(ledger: LedgerClient, dars: Sequence[BuiltDar]) -> tuple[Deployed, ...]:
    """Upload packages, each completed with the participant's own copies of what it needs."""
    return tuple([await ledger.packages.deploy(dar.content) for dar in dars])
