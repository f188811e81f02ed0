"""All packages of the network that this project declares."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from cantata.lang.build import compile_declared
from cantata.lang.build.sources import contract_files
from cantata.lf.model import Package


@cache
def declared_packages() -> Mapping[str, Package]:
    """Give the token standard's packages and Canton's ping by their real ids.

    They have code but no bytes: enough to compile against and for the embedded ledger.
    """
    packages: dict[str, Package] = {}
    for file in contract_files([Path(__file__).parent]):
        packages.update(compile_declared([file]))
    return MappingProxyType(packages)
