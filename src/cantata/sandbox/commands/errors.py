"""Why a command names something that the ledger does not have, in a participant's words."""

from __future__ import annotations

from typing import ClassVar

from cantata.lf.codec.errors import excerpt
from cantata.lf.model import Ref
from cantata.sandbox.engine import LedgerError
from cantata.sandbox.engine.errors import FAILED_PRECONDITION, NOT_FOUND, InvalidSubmission

SHOWN_DIGITS = 12
"""Digits of a package id that texts show."""


class PackageNamesNotFound(LedgerError):
    """No package in use has the name of a ``#name:Module:Entity``."""

    code: ClassVar[str] = "PACKAGE_NAMES_NOT_FOUND"
    category: ClassVar[int] = NOT_FOUND

    def __init__(self, name: str) -> None:
        super().__init__(
            "The following package names do not match upgradable packages uploaded on this "
            f"participant: [{name}].",
            hint="upload and vet a package of that name",
        )
        self.name = name


class TemplatesNotFound(LedgerError):
    """A command names a template or interface that no package defines."""

    code: ClassVar[str] = "TEMPLATES_OR_INTERFACES_NOT_FOUND"
    category: ClassVar[int] = NOT_FOUND

    def __init__(self, ref: Ref) -> None:
        super().__init__(
            f"Templates do not exist: [{excerpt(str(ref))}].",
            hint="upload the DAR that holds it, or write #package-name:Module:Entity",
            resources=(("TEMPLATE_ID", str(ref)),),
        )
        self.ref = ref


class UnknownChoice(InvalidSubmission):
    """A command names a choice that its template or interface does not have."""

    def __init__(self, ref: Ref, choice: str) -> None:
        super().__init__(f"Invalid template:{ref} or choice:{choice}")
        self.ref = ref
        self.choice = choice


class NoContractKey(InvalidSubmission):
    """A command gives a key for a template whose contracts have none, or for an interface."""

    def __init__(self, ref: Ref) -> None:
        super().__init__(f"No contract key defined for template {excerpt(str(ref))}")
        self.ref = ref


class PackageSelectionFailed(LedgerError):
    """A package preference names a package that is not in use."""

    code: ClassVar[str] = "JSON_API_PACKAGE_SELECTION_FAILED"
    category: ClassVar[int] = FAILED_PRECONDITION

    def __init__(self, package_id: str) -> None:
        super().__init__(
            f"Package-id {_shortened(package_id)} not known", hint="upload and vet the package"
        )
        self.package_id = package_id


class PackageNameNotVetted(LedgerError):
    """Packages have the name of a ``#name:Module:Entity``, and none of them is in use."""

    code: ClassVar[str] = "JSON_API_PACKAGE_SELECTION_FAILED"
    category: ClassVar[int] = FAILED_PRECONDITION

    def __init__(self, name: str) -> None:
        super().__init__(
            "No synchronizer satisfies the vetting requirements: no package with package-name "
            f"'{excerpt(name)}' is vetted",
            hint="vet a package of that name",
        )
        self.name = name


def _shortened(package_id: str) -> str:
    """Give a package id as participants print it in texts."""
    return f"{package_id[:SHOWN_DIGITS]}..." if len(package_id) > SHOWN_DIGITS else package_id
