"""Refusals that concern contracts on the ledger: activeness, types, authority, upgrades."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from cantata.lf.model import Ref
from cantata.lf.runtime.errors.base import InterpretationError, Resource, Typed, short
from cantata.lf.runtime.errors.failures import FAILED_PRECONDITION, INVALID_ARGUMENT

NOT_FOUND = 11

NOTHING = "NULL"
"""Stands for what an error could be about and is not."""


class FailedAuthorization(InterpretationError):
    """A node lacks the authority of parties that must authorize it."""

    kind: ClassVar[str] = "FailedAuthorization"
    code: ClassVar[str] = "DAML_AUTHORIZATION_ERROR"
    category: int = INVALID_ARGUMENT

    @classmethod
    def missing(
        cls, node: int, template: Ref, required: Iterable[str], given: Iterable[str]
    ) -> FailedAuthorization:
        """Give the error of a create or an exercise; both sets are printed in order."""
        return cls(
            f"node NodeId({node}) ({template}) requires authorizers {_comma(required)}, "
            f"but only {_comma(given)} were given"
        )

    @classmethod
    def maintainers_not_signatories(
        cls, node: int, template: Ref, maintainers: Iterable[str], signatories: Iterable[str]
    ) -> FailedAuthorization:
        """Give the error of a contract whose key is maintained by others than its signatories."""
        return cls(
            f"node NodeId({node}) ({template}) has maintainers {_comma(maintainers)} which are "
            f"not a subset of the signatories TreeSet({', '.join(sorted(signatories))})"
        )

    @classmethod
    def missing_for_key(
        cls, node: int, template: Ref, maintainers: Iterable[str], given: Iterable[str]
    ) -> FailedAuthorization:
        """Give the error of a look-up by key."""
        return cls(
            f"node NodeId({node}) ({template}) requires authorizers {_comma(maintainers)} for "
            f"lookup by key, but it only has {_comma(given)}"
        )

    @classmethod
    def no_signatories(cls, node: int, template: Ref) -> FailedAuthorization:
        """Give the error of a contract without signatories."""
        return cls(f"node NodeId({node}) ({template}) has no signatories")

    @classmethod
    def no_controllers(cls, node: int, template: Ref) -> FailedAuthorization:
        """Give the error of a choice without controllers."""
        return cls(f"node NodeId({node}) ({template}) has no controllers")

    @classmethod
    def not_stakeholder(
        cls, node: int, stakeholders: Iterable[str], given: Iterable[str]
    ) -> FailedAuthorization:
        """Give the error of a fetch by parties who are not stakeholders."""
        return cls(
            f"node NodeId({node}) requires one of the stakeholders "
            f"TreeSet({', '.join(sorted(stakeholders))}) of the fetched contract to be an "
            f"authorizer, but authorizers were TreeSet({', '.join(sorted(given))})"
        )


class ContractNotFound(InterpretationError):
    """No active contract of this id is visible to the submitters."""

    kind: ClassVar[str] = "ContractNotFound"
    code: ClassVar[str] = "CONTRACT_NOT_FOUND"
    category: int = NOT_FOUND

    def __init__(self, contract_id: str) -> None:
        super().__init__(f"Update failed due to a unknown contract {contract_id}")
        self.contract_id = contract_id

    @property
    def full_message(self) -> str:
        """Give the text that a participant shows."""
        return f"Contract could not be found with id {self.contract_id}"

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Give the contract."""
        return (("CONTRACT_ID", self.contract_id),)


class ContractNotActive(InterpretationError):
    """The contract was consumed earlier in the same transaction, by node `node`."""

    kind: ClassVar[str] = "ContractNotActive"
    code: ClassVar[str] = "CONTRACT_NOT_ACTIVE"
    category: int = NOT_FOUND

    def __init__(self, contract_id: str, template: Ref, node: int) -> None:
        super().__init__(
            f"Update failed due to fetch of an inactive contract {contract_id} "
            f"({short(template)}).\n"
            f"The contract had been consumed in sub-transaction #NodeId({node}):"
        )
        self.contract_id = contract_id
        self.template = template
        self.node = node

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Give template and contract."""
        return ("TEMPLATE_ID", str(self.template)), ("CONTRACT_ID", self.contract_id)


class WronglyTypedContract(InterpretationError):
    """The contract is of another template than the one asked for."""

    kind: ClassVar[str] = "WronglyTypedContract"
    code: ClassVar[str] = "WRONGLY_TYPED_CONTRACT"
    category: int = FAILED_PRECONDITION

    def __init__(self, contract_id: str, expected: Ref, actual: Ref) -> None:
        super().__init__(
            f"Update failed due to wrongly typed contract id {contract_id}\n"
            f"Expected contract of type {short(expected)} but got {short(actual)}"
        )
        self.contract_id = contract_id
        self.expected = expected
        self.actual = actual

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Give the contract and both templates."""
        return (
            ("CONTRACT_ID", self.contract_id),
            ("TEMPLATE_ID", str(self.expected)),
            ("TEMPLATE_ID", str(self.actual)),
        )


class ContractDoesNotImplementInterface(InterpretationError):
    """The contract's template has no instance of the interface asked for."""

    kind: ClassVar[str] = "ContractDoesNotImplementInterface"
    code: ClassVar[str] = "CONTRACT_DOES_NOT_IMPLEMENT_INTERFACE"
    category: int = INVALID_ARGUMENT

    def __init__(self, contract_id: str, interface: Ref, template: Ref) -> None:
        super().__init__(
            f"Update failed due to contract {contract_id} not implementing an interface\n"
            f"Expected contract to implement interface {short(interface)} "
            f"but contract has type {short(template)}"
        )
        self.contract_id = contract_id
        self.interface = interface
        self.template = template

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Give contract, template and interface."""
        return (
            ("CONTRACT_ID", self.contract_id),
            ("TEMPLATE_ID", str(self.template)),
            ("INTERFACE_ID", str(self.interface)),
        )


class ContractDoesNotImplementRequiringInterface(InterpretationError):
    """The contract implements an interface, but not the one that requires it and was asked for."""

    kind: ClassVar[str] = "ContractDoesNotImplementRequiringInterface"
    code: ClassVar[str] = "CONTRACT_DOES_NOT_IMPLEMENT_REQUIRING_INTERFACE"
    category: int = INVALID_ARGUMENT

    def __init__(self, contract_id: str, requiring: Ref, required: Ref, template: Ref) -> None:
        super().__init__(
            f"Update failed due to contract {contract_id} not implementing the requiring "
            "interface\n"
            f"Expected contract to implement interface {short(requiring)} requirring the "
            f"interface {short(required)} but contract has type {short(template)}"
        )
        self.contract_id = contract_id
        self.requiring = requiring
        self.required = required
        self.template = template

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Give contract, template, and the interfaces that is required and that requires it."""
        return (
            ("CONTRACT_ID", self.contract_id),
            ("TEMPLATE_ID", str(self.template)),
            ("INTERFACE_ID", str(self.required)),
            ("INTERFACE_ID", str(self.requiring)),
        )


class UnresolvedPackageName(InterpretationError):
    """No package was chosen for a package name."""

    kind: ClassVar[str] = "UnresolvedPackageName"
    code: ClassVar[str] = "UNRESOLVED_PACKAGE_NAME"
    category: int = NOT_FOUND

    def __init__(self, name: str) -> None:
        super().__init__(f"Update failed due to a failed package name resolution: {name}")
        self.name = name

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Give the package name."""
        return (("PACKAGE_NAME", self.name),)


class EffectfulRollback(InterpretationError):
    """A body with effects would have to be rolled back, which protocol 35 refuses."""

    kind: ClassVar[str] = "EffectfulRollback"
    code: ClassVar[str] = "DAML_EFFECTFUL_ROLLBACK_ERROR"
    category: int = INVALID_ARGUMENT

    def __init__(self, effects: Iterable[str]) -> None:
        listed = ", \n".join(effects)
        super().__init__(f"Tried to rollback side-effectful node(s): {listed}")


class UpgradeTranslationFailed(InterpretationError):
    """A stored contract cannot be read as the type of another package version.

    `contract_id` is None for a value that is no contract's payload.
    """

    kind: ClassVar[str] = "Upgrade.TranslationFailed"
    code: ClassVar[str] = "INTERPRETATION_UPGRADE_ERROR_TRANSLATION_FAILED"
    category: int = INVALID_ARGUMENT

    def __init__(
        self, message: str, contract_id: str | None, source: Ref, target: Ref, payload: Typed
    ) -> None:
        super().__init__(message)
        self.contract_id = contract_id
        self.source = source
        self.target = target
        self.payload = payload

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Give the contract, its template, the template it should be of, and its argument."""
        return (
            ("NULLABLE_CONTRACT_ID", self.contract_id or NOTHING),
            ("TEMPLATE_ID", str(self.source)),
            ("TEMPLATE_ID", str(self.target)),
            ("CONTRACT_ARG", self.payload),
        )


class UpgradeValidationFailed(InterpretationError):
    """Another package version computes other metadata for a stored contract.

    `about` are the resources: the contract, and both versions' view of it.
    """

    kind: ClassVar[str] = "Upgrade.ValidationFailed"
    code: ClassVar[str] = "INTERPRETATION_UPGRADE_ERROR_VALIDATION_FAILED"
    category: int = INVALID_ARGUMENT

    def __init__(self, message: str, about: Iterable[Resource]) -> None:
        super().__init__(message)
        self.about = tuple(about)

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Give the contract, templates, package names, parties and keys."""
        return self.about


def _comma(parties: Iterable[str]) -> str:
    return ",".join(sorted(parties))
