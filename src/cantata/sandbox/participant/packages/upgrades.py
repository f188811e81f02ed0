"""Whether packages may be vetted together: each version of a name must upgrade the one before."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from cantata.lf.check import check_lineage, check_upgrade
from cantata.lf.check.upgrade.lineage import has_upgrades
from cantata.lf.check.upgrade.types import version_key
from cantata.lf.model import Package, Packages
from cantata.sandbox.participant.packages.refusals import ill_formed, no_upgrade, same_version


def require_upgrades(new: Iterable[Package], vetted: Iterable[Package], known: Packages) -> None:
    """Refuse new packages that break the lineage of their name."""
    arriving = {package.id: package for package in new}
    together = {**{package.id: package for package in vetted}, **arriving}
    for name in sorted({package.name for package in arriving.values()}):
        lineage = [package for package in together.values() if package.name == name]
        violations = check_lineage(lineage, known)
        if violations:
            _require_pairs(lineage, known)
            raise ill_formed(violations[0])


def _require_pairs(lineage: Iterable[Package], known: Packages) -> None:
    bound = sorted(filter(has_upgrades, lineage), key=lambda each: version_key(each.version))
    for old, new in pairwise(bound):
        if version_key(old.version) == version_key(new.version):
            raise same_version(old, new)
        violations = check_upgrade(old, new, known)
        if violations:
            raise no_upgrade(old, new, violations[0])
