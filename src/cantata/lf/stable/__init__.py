"""The network's stable packages: types that every package may rely on, whatever the release."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from cantata.lf.archive import StoredPackage
from cantata.lf.archive.stable_ids import MODULE_IDS, STABLE_IDS
from cantata.lf.stable.catalog import declarations

__all__ = ["MODULE_IDS", "STABLE_IDS", "stable_packages"]


@cache
def stable_packages() -> Mapping[str, StoredPackage]:
    """Give all stable packages by id, built on first use from their declarations.

    Their bytes are the network's own: each declaration is checked against the published id.
    """
    packages = {}
    for declaration, imports in declarations():
        stored = declaration.write(imports)
        assert stored.id == MODULE_IDS[declaration.module], declaration.module
        packages[stored.id] = stored
    assert packages.keys() == STABLE_IDS
    return MappingProxyType(packages)
