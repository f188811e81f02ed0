"""Language versions: a package may build only on packages of its own LF version or earlier."""

from __future__ import annotations

from cantata.lf.check.references import References
from cantata.lf.check.violation import Report
from cantata.lf.check.world import minor_number
from cantata.lf.model import Package, Packages


def check_dependencies(
    package: Package, references: References, packages: Packages, report: Report
) -> None:
    """Report dependencies that are unknown or of a later LF version."""
    report.at("")
    for package_id in sorted(references.packages):
        dependency = packages.get(package_id)
        if dependency is None:
            report.add("EUnknownDefinition", f"unknown package {package_id}")
        elif minor_number(dependency.lf_minor) > minor_number(package.lf_minor):
            report.add(
                "EModuleVersionDependencies",
                f"package {package.id} using version 2.{package.lf_minor} depends on package "
                f"{package_id} using newer version 2.{dependency.lf_minor}",
            )
