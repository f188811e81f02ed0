"""What can be wrong with prepared transactions, blobs, keys and signatures."""

from __future__ import annotations

from typing import ClassVar

from cantata.kernel.errors import CantataError

CATEGORY_INVALID_INDEPENDENT_OF_SYSTEM_STATE = 8
"""Canton's error category of what is wrong with an input, whatever the ledger holds."""


class InteractiveError(CantataError):
    """The root of everything that is refused here; `category` is Canton's."""

    code: ClassVar[str] = "INVALID_ARGUMENT"
    category: ClassVar[int] = CATEGORY_INVALID_INDEPENDENT_OF_SYSTEM_STATE


class MalformedMessage(InteractiveError):
    """Bytes that are no message of the expected kind; field `message_name`."""

    def __init__(self, message_name: str, reason: str) -> None:
        super().__init__(
            f"a {message_name} cannot be read: {reason}",
            hint="it was cut, changed or made for another format",
        )
        self.message_name = message_name


class UnknownField(InteractiveError):
    """A field that the format does not have; what it means would not be honoured."""

    def __init__(self, message_name: str, number: int) -> None:
        super().__init__(
            f"a {message_name} contains the unknown field {number}",
            hint="it was made for a later format or has been changed",
        )
        self.message_name = message_name
        self.number = number


class LimitExceeded(InteractiveError):
    """An input beyond a stated bound on size, number or nesting."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"{what} exceeds the limit of {limit}")
        self.limit = limit


class BrokenTree(InteractiveError):
    """Nodes that form no tree: missing, doubled, unreachable or inside themselves."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the nodes of the transaction form no tree: {reason}")


class NotHashable(InteractiveError):
    """A transaction that has no hash in the wanted scheme."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the prepared transaction cannot be hashed: {reason}")


class UnfitValue(InteractiveError):
    """A value that is none of the type that is wanted."""

    def __init__(self, wanted: str, given: str) -> None:
        super().__init__(f"expected a value of type {wanted}, found {given}")
        self.wanted = wanted


class InvalidKey(InteractiveError):
    """Bytes that are no public key of the stated kind and format."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the public key cannot be used: {reason}")


class InvalidSignature(InteractiveError):
    """A signature that does not verify, or whose form does not fit its key."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Received 0 valid signatures: {reason}")
        self.reason = reason
