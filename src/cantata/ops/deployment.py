"""Our contract packages: built from their source, deployed on the participant."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from cantata.kernel.errors import CantataError
from cantata.lang.build import BuiltDar, build_dar, compile_package
from cantata.lang.build.sources import contract_files
from cantata.ledger.client import LedgerClient
from cantata.ledger.services.packages import Deployed
from cantata.tokens import contract


class ContractsNotDeployed(CantataError):
    """The participant lacks one of our contract packages; field `package`."""

    code: ClassVar[str] = "CONTRACTS_NOT_DEPLOYED"

    def __init__(self, package: str) -> None:
        self.package = package
        super().__init__(
            f"the participant has not vetted the package {package}",
            hint="start with `cantata up`, which deploys it, or run `cantata ledger deploy` with"
            " the DAR that `cantata contract build` makes of it",
        )


def build_tokens() -> BuiltDar:
    """Compile the token package; the standard's packages are left to the participant."""
    folder = Path(contract.__path__[0])
    return build_dar(compile_package(contract_files([folder])), (), without_declared=True)


async def deploy(ledger: LedgerClient, dar: BuiltDar) -> Deployed:
    """Upload a package, completed with the participant's own copies of what it needs."""
    return await ledger.packages.deploy(dar.content)
