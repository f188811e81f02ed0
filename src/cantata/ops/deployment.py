"""Our contract packages: built from their source, deployed on the participant."""

from __future__ import annotations

from pathlib import Path

from cantata.lang.build import BuiltDar, build_dar, compile_package
from cantata.lang.build.sources import contract_files
from cantata.ledger.client import LedgerClient
from cantata.ledger.services.packages import Deployed
from cantata.tokens import contract

TOKENS = "cantata-tokens"


def build_tokens() -> BuiltDar:
    """Compile the token package; the standard's packages are left to the participant."""
    folder = Path(contract.__path__[0])
    return build_dar(compile_package(contract_files([folder])), (), without_declared=True)


async def deploy(ledger: LedgerClient, dar: BuiltDar) -> Deployed:
    """Upload a package, completed with the participant's own copies of what it needs."""
    return await ledger.packages.deploy(dar.content)
