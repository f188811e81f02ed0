"""Refusals that concern contract keys."""

from __future__ import annotations

from typing import ClassVar

from cantata.lf.model import Ref
from cantata.lf.runtime.errors.base import InterpretationError, Resource, Typed, short
from cantata.lf.runtime.errors.failures import INVALID_ARGUMENT
from cantata.lf.runtime.errors.ledger import NOT_FOUND


class LookupFailed(InterpretationError):
    """Contracts cannot be found by a key."""

    def __init__(self, message: str, template: Ref, package_name: str, key: Typed) -> None:
        super().__init__(message)
        self.template = template
        self.package_name = package_name
        self.key = key

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Give template, key and package name."""
        return (
            ("TEMPLATE_ID", str(self.template)),
            ("CONTRACT_KEY", self.key),
            ("PACKAGE_NAME", self.package_name),
        )


class ContractKeyNotFound(LookupFailed):
    """No active contract with a key is visible to the submitters; `text` prints the key."""

    kind: ClassVar[str] = "ContractKeyNotFound"
    code: ClassVar[str] = "CONTRACT_KEY_NOT_FOUND"
    category: int = NOT_FOUND

    def __init__(self, template: Ref, package_name: str, key: Typed, text: str) -> None:
        message = (
            "Update failed due to fetch-by-key or exercise-by-key which did not find a contract "
            f"with key {text} ({short(template)})"
        )
        super().__init__(message, template, package_name, key)


class FetchEmptyContractKeyMaintainers(LookupFailed):
    """A key by which contracts are looked for has no maintainers; `text` prints the key."""

    kind: ClassVar[str] = "FetchEmptyContractKeyMaintainers"
    code: ClassVar[str] = "FETCH_EMPTY_CONTRACT_KEY_MAINTAINERS"
    category: int = INVALID_ARGUMENT

    def __init__(self, template: Ref, package_name: str, key: Typed, text: str) -> None:
        message = (
            "Update failed due to a contract key with an empty set of maintainers "  # noqa: S608
            f"when fetching or looking up by key {package_name} / {short(template)}\n"
            f"The provided shared key is {text}"
        )
        super().__init__(message, template, package_name, key)


class CreateEmptyContractKeyMaintainers(InterpretationError):
    """The key of a contract to be created has no maintainers."""

    kind: ClassVar[str] = "CreateEmptyContractKeyMaintainers"
    code: ClassVar[str] = "CREATE_EMPTY_CONTRACT_KEY_MAINTAINERS"
    category: int = INVALID_ARGUMENT

    def __init__(self, template: Ref, payload: Typed, payload_text: str, key_text: str) -> None:
        super().__init__(
            "Update failed due to a contract key with an empty set of maintainers "  # noqa: S608
            f"when creating {short(template)} with {payload_text}\n"
            f"The computed key is {key_text}"
        )
        self.template = template
        self.payload = payload

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Give template and argument."""
        return ("TEMPLATE_ID", str(self.template)), ("CONTRACT_ARG", self.payload)


class ContractIdInContractKey(InterpretationError):
    """A contract key holds a contract id."""

    kind: ClassVar[str] = "ContractIdInContractKey"
    code: ClassVar[str] = "CONTRACT_ID_IN_CONTRACT_KEY"
    category: int = INVALID_ARGUMENT

    def __init__(self, contract_id: str) -> None:
        super().__init__(f"Contract IDs are not supported in contract keys: {contract_id}")
        self.contract_id = contract_id
