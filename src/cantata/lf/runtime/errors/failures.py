"""Refusals that contract code asks for or runs into by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cantata.lf.model import Ref
from cantata.lf.runtime.errors.base import InterpretationError, Resource, short

INVALID_ARGUMENT = 8
FAILED_PRECONDITION = 9
ABORTED_RESOURCE = 2

ARITHMETIC_ERROR_ID = "UNHANDLED_EXCEPTION/DA.Exception.ArithmeticError:ArithmeticError"


class UserError(InterpretationError):
    """The builtin ERROR was called; `message` is its text."""

    kind: ClassVar[str] = "UserError"
    code: ClassVar[str] = "INTERPRETATION_USER_ERROR"
    category: int = FAILED_PRECONDITION

    @property
    def pretty(self) -> str:
        """Give the engine's long text."""
        return f"User abort: {self.message}"

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Give the text."""
        return (("EXCEPTION_TEXT", self.message),)


class FailureStatus(InterpretationError):
    """A failure with an id and a category: FAIL_WITH_STATUS, or an exception nobody caught.

    `error_id` of an uncaught exception is ``UNHANDLED_EXCEPTION/Module:Type``. `metadata` are the
    fields given by the contract; a participant's own keys (``error_id``, ``category``, …) win
    over equal names in it.
    """

    kind: ClassVar[str] = "FailureStatus"
    code: ClassVar[str] = "DAML_FAILURE"

    def __init__(
        self,
        error_id: str,
        category: int,
        message: str,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, metadata=metadata)
        self.context["error_id"] = error_id
        self.error_id = error_id
        self.category = category

    @property
    def pretty(self) -> str:
        """Give the engine's long text."""
        return f"User failure: {self.error_id} (error category {self.category}): {self.message}"


class TemplatePreconditionViolated(InterpretationError):
    """The precondition of a template is false for a payload, given as `payload_text`."""

    kind: ClassVar[str] = "TemplatePreconditionViolated"
    code: ClassVar[str] = "TEMPLATE_PRECONDITION_VIOLATED"
    category: int = INVALID_ARGUMENT

    def __init__(self, template: Ref, payload_text: str) -> None:
        super().__init__(
            "Update failed due to precondition violation when creating "
            f"{short(template)} with {payload_text}"
        )
        self.template = template


class NonComparableValues(InterpretationError):
    """Functions or updates were compared, alone or inside other values."""

    kind: ClassVar[str] = "NonComparableValues"
    code: ClassVar[str] = "NON_COMPARABLE_VALUES"
    category: int = INVALID_ARGUMENT

    def __init__(self) -> None:
        super().__init__("functions are not comparable")


class ContractIdComparability(InterpretationError):
    """A contract id was compared with the unsuffixed form of the same id."""

    kind: ClassVar[str] = "ContractIdComparability"
    code: ClassVar[str] = "CONTRACT_ID_COMPARABILITY"
    category: int = INVALID_ARGUMENT

    def __init__(self, contract_id: str) -> None:
        super().__init__(f"The global contract ID {contract_id} conflicts with a local contract ID")
        self.contract_id = contract_id

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Give the contract."""
        return (("CONTRACT_ID", self.contract_id),)


class CryptoError(InterpretationError):
    """A cryptographic builtin was given malformed input."""

    kind: ClassVar[str] = "Crypto"
    category: int = INVALID_ARGUMENT

    def __init__(self, subject: str, value: str, cause: str) -> None:
        super().__init__(f"{subject} for {value} :\n{cause}")
        self.value = value
        self.cause = cause


class MalformedByteEncoding(CryptoError):
    """A text is not lower-case hexadecimal."""

    kind: ClassVar[str] = "Crypto.MalformedByteEncoding"
    code: ClassVar[str] = "INTERPRETATION_CRYPTO_ERROR_MALFORMED_BYTE_ENCODING"

    def __init__(self, value: str, cause: str) -> None:
        super().__init__("Invalid byte encoding format", value, cause)


class MalformedKey(CryptoError):
    """A public key is not one of the curve secp256k1 in DER encoding."""

    kind: ClassVar[str] = "Crypto.MalformedKey"
    code: ClassVar[str] = "INTERPRETATION_CRYPTO_ERROR_MALFORMED_KEY"

    def __init__(self, value: str, cause: str) -> None:
        super().__init__("Malformed public key", value, cause)


class MalformedSignature(CryptoError):
    """A signature is not in DER encoding."""

    kind: ClassVar[str] = "Crypto.MalformedSignature"
    code: ClassVar[str] = "INTERPRETATION_CRYPTO_ERROR_MALFORMED_SIGNATURE"

    def __init__(self, value: str, cause: str) -> None:
        super().__init__("Malformed signature", value, cause)


class ValueNesting(InterpretationError):
    """A value to be stored is nested deeper than 100 levels."""

    kind: ClassVar[str] = "ValueNesting"
    code: ClassVar[str] = "VALUE_NESTING"
    category: int = INVALID_ARGUMENT

    def __init__(self) -> None:
        super().__init__("Value exceeds maximum nesting value of 100")


class MalformedText(InterpretationError):
    """A text to be stored holds U+0000 or half of a surrogate pair; `reason` says which."""

    kind: ClassVar[str] = "MalformedText"
    code: ClassVar[str] = "MALFORMED_TEXT"
    category: int = INVALID_ARGUMENT

    def __init__(self, reason: str) -> None:
        super().__init__(f"Text is malformed: {reason}")
        self.reason = reason


class InterpretationTimeExceeded(InterpretationError):
    """The interpretation needs more calls, more time or a deeper stack than it is allowed."""

    kind: ClassVar[str] = "InterpretationTimeExceeded"
    code: ClassVar[str] = "INTERPRETATION_TIME_EXCEEDED"
    category: int = ABORTED_RESOURCE

    def __init__(self, bound: str) -> None:
        super().__init__(
            f"Interpretation was stopped at its bound: {bound}",
            hint="look for endless recursion, or do the work in several transactions",
        )
        self.bound = bound


class InternalError(InterpretationError):
    """Contract code did something that a checked package never does; the engine crashes here."""

    kind: ClassVar[str] = "InternalError"
    code: ClassVar[str] = "LEDGER_API_INTERNAL_ERROR"
    category: int = 4
