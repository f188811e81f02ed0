"""The checker: proves that packages, their upgrades and archives keep every rule of Daml-LF."""

from __future__ import annotations

from cantata.lf.check.dar import check_dar
from cantata.lf.check.package import check_package, check_packages
from cantata.lf.check.upgrade.lineage import check_lineage, check_lineages, check_upgrade_of
from cantata.lf.check.upgrade.pair import check_upgrade
from cantata.lf.check.violation import Stage, Violation

__all__ = [
    "Stage",
    "Violation",
    "check_dar",
    "check_lineage",
    "check_lineages",
    "check_package",
    "check_packages",
    "check_upgrade",
    "check_upgrade_of",
]
