"""Refusals of the engine that do not come from running contract code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from cantata.kernel.errors import CantataError

INVALID_ARGUMENT = 8
FAILED_PRECONDITION = 9
NOT_FOUND = 11
CONTENTION = 2


class LedgerError(CantataError):
    """A submission that the ledger refuses.

    `code` and `category` are Canton's, `kind` is the engine's class name where it has one.
    `resources` are (kind, value) pairs for machines.
    """

    kind: ClassVar[str] = ""
    code: ClassVar[str] = "INVALID_ARGUMENT"
    category: ClassVar[int] = INVALID_ARGUMENT

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        context: Mapping[str, str] | None = None,
        resources: Iterable[tuple[str, str]] = (),
    ) -> None:
        super().__init__(message, hint=hint, context=context)
        self.resources = tuple(resources)


class PreprocessingError(LedgerError):
    """A command that does not fit the packages, found before anything runs."""

    code: ClassVar[str] = "COMMAND_PREPROCESSING_FAILED"


class UnresolvedName(PreprocessingError):
    """No package is in use for the package name of a ``#name:Module:Entity``."""

    kind: ClassVar[str] = "UnresolvedPackageName"
    code: ClassVar[str] = "PACKAGE_NAMES_NOT_FOUND"
    category: ClassVar[int] = NOT_FOUND

    def __init__(self, name: str, wanted: str) -> None:
        super().__init__(
            f"unresolved package name {name}  while looking for {wanted}",
            hint="upload and vet a package of that name",
        )
        self.name = name


class UnknownPackage(PreprocessingError):
    """A command names a package that the ledger does not have."""

    kind: ClassVar[str] = "MissingPackage"
    code: ClassVar[str] = "PACKAGE_NOT_FOUND"
    category: ClassVar[int] = NOT_FOUND

    def __init__(self, package_id: str, wanted: str) -> None:
        super().__init__(
            f"Couldn't find package {package_id} while looking for {wanted}",
            hint="upload the DAR that holds it",
            resources=(("PACKAGE", package_id),),
        )
        self.package_id = package_id


class UnknownType(PreprocessingError):
    """A command names a template or interface that its package does not define."""

    kind: ClassVar[str] = "Lookup"
    code: ClassVar[str] = "TEMPLATES_OR_INTERFACES_NOT_FOUND"
    category: ClassVar[int] = NOT_FOUND

    def __init__(self, missing: str, ref: str) -> None:
        super().__init__(f"unknown {missing}", resources=(("TEMPLATE_ID", ref),))
        self.ref = ref


class UnknownDefinitionName(PreprocessingError):
    """A command names a choice, constructor or instance that its type does not have."""

    kind: ClassVar[str] = "Lookup"

    def __init__(self, missing: str) -> None:
        super().__init__(f"unknown {missing}")


class TypeMismatch(PreprocessingError):
    """An argument is not of the type that the command needs."""

    kind: ClassVar[str] = "TypeMismatch"


class ArgumentNesting(PreprocessingError):
    """An argument is nested deeper than 100 levels."""

    kind: ClassVar[str] = "ValueNesting"

    def __init__(self, limit: int = 100) -> None:
        super().__init__(f"Provided value exceeds maximum nesting level of {limit}")


class ArgumentText(PreprocessingError):
    """An argument holds a text with U+0000 or half of a surrogate pair."""

    kind: ClassVar[str] = "MalformedText"


class IllegalContractId(PreprocessingError):
    """An argument holds a contract id that no contract on a ledger can have."""

    kind: ClassVar[str] = "IllegalContractId"

    def __init__(self, contract_id: str, reason: str) -> None:
        super().__init__(
            f'Illegal Contract ID "{contract_id}", {reason}', hint="take the id from an event"
        )
        self.contract_id = contract_id


class DuplicateDisclosed(PreprocessingError):
    """One contract was disclosed twice."""

    kind: ClassVar[str] = "DuplicateDisclosedContractId"

    def __init__(self, contract_id: str) -> None:
        super().__init__(f"Duplicate disclosed contract ID {contract_id}")
        self.contract_id = contract_id


class MissingField(LedgerError):
    """A submission lacks something that it must have."""

    code: ClassVar[str] = "MISSING_FIELD"

    def __init__(self, field: str) -> None:
        super().__init__(
            f"The submitted command is missing a mandatory field: {field}",
            context={"field_name": field},
        )
        self.field = field


class InvalidField(LedgerError):
    """A submission holds a malformed id."""

    code: ClassVar[str] = "INVALID_FIELD"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(
            f"The submitted command has a field with invalid value: Invalid field {field}: {reason}"
        )
        self.field = field


class InvalidSubmission(LedgerError):
    """A submission cannot be accepted as it is."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The submitted request has invalid arguments: {reason}")


class UnknownInformees(LedgerError):
    """A submission concerns parties that the ledger does not know."""

    code: ClassVar[str] = "UNKNOWN_INFORMEES"
    category: ClassVar[int] = NOT_FOUND

    def __init__(self, parties: Iterable[str]) -> None:
        self.parties = tuple(sorted(parties))
        super().__init__(
            "The participant is not connected to any synchronizer where the given informees "
            "are known.",
            hint="allocate the parties first",
            context={"unknownInformees": f"Set({', '.join(self.parties)})"},
        )


class UnknownPreference(LedgerError):
    """A package preference names a package that is not in use."""

    code: ClassVar[str] = "PACKAGE_SELECTION_FAILED"
    category: ClassVar[int] = FAILED_PRECONDITION

    def __init__(self, package_id: str) -> None:
        super().__init__(f"Package-id {package_id} not known", hint="upload and vet the package")
        self.package_id = package_id


class PackagesNotVetted(LedgerError):
    """A transaction uses packages that are not in use, named by their ids."""

    code: ClassVar[str] = "NO_SYNCHRONIZER_FOR_SUBMISSION"
    category: ClassVar[int] = FAILED_PRECONDITION

    def __init__(self, package_ids: Iterable[str]) -> None:
        self.package_ids = tuple(package_ids)
        unvetted = "\n".join(f"The participant has not vetted {each}" for each in self.package_ids)
        super().__init__(
            "No valid synchronizer for submission found. Discarded synchronizers: Some packages "
            f"are not known to all informees\n{unvetted}",
            hint="vet the packages, or name another version",
        )


class PackageNameNotVetted(LedgerError):
    """A transaction uses a package, and none of its name is in use."""

    code: ClassVar[str] = "PACKAGE_SELECTION_FAILED"
    category: ClassVar[int] = FAILED_PRECONDITION

    def __init__(self, name: str) -> None:
        super().__init__(
            "No synchronizer satisfies the vetting requirements: no package with package-name "
            f"'{name}' is vetted",
            hint="vet a package of that name",
        )
        self.name = name


class InactiveInputs(LedgerError):
    """Contracts that a transaction uses were archived since it was interpreted."""

    code: ClassVar[str] = "LOCAL_VERDICT_INACTIVE_CONTRACTS"
    category: ClassVar[int] = NOT_FOUND

    def __init__(self, contract_ids: Iterable[str]) -> None:
        self.contract_ids = tuple(sorted(contract_ids))
        super().__init__(
            "Rejected transaction is referring to inactive contracts ",
            hint="read the contracts anew and submit a new command",
            context={"CONTRACT_ID": f"List({', '.join(self.contract_ids)})"},
            resources=tuple(("CONTRACT_ID", contract_id) for contract_id in self.contract_ids),
        )


class LedgerTimeOutOfBounds(LedgerError):
    """No ledger time fits: inputs are younger than the transaction may be."""

    code: ClassVar[str] = "FAILED_TO_DETERMINE_LEDGER_TIME"
    category: ClassVar[int] = CONTENTION


class OffsetAfterEnd(LedgerError):
    """A reader asks for something after the end of the log."""

    code: ClassVar[str] = "OFFSET_AFTER_LEDGER_END"
    category: ClassVar[int] = 12

    def __init__(self, offset: int, end: int) -> None:
        super().__init__(f"offset {offset} is after the ledger end {end}")
        self.offset = offset
        self.end = end


class UpdateNotFound(LedgerError):
    """No update of that id or offset is visible to the reader."""

    code: ClassVar[str] = "UPDATE_NOT_FOUND"
    category: ClassVar[int] = NOT_FOUND
