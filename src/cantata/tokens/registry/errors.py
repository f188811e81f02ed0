"""What the registry refuses; its answers say no more than the text."""

from __future__ import annotations

from cantata.kernel.errors import CantataError


class RegistryError(CantataError):
    """The root of what the registry refuses."""

    code = "REGISTRY_REFUSED"


class RequestMalformed(RegistryError):
    """A request is not what the standard's documents describe."""

    code = "REQUEST_MALFORMED"


class NotHere(RegistryError):
    """The registry does not know what it is asked about; fields `kind` and `name`."""

    code = "NOT_HERE"

    def __init__(self, kind: str, name: str) -> None:
        self.kind = kind
        self.name = name[:200]
        super().__init__(f"there is no {kind} {self.name!r} in this registry")


class SeveralAdmins(RegistryError):
    """The path does not say whose registry is meant."""

    code = "SEVERAL_ADMINS"

    def __init__(self) -> None:
        super().__init__(
            "there is not one registry here: name its admin,"
            " /registrars/{admin}/registry/metadata/v1/info"
        )


class InputsUnknown(RegistryError):
    """Who asks about holders does not show that it is about funds of its own."""

    code = "INPUTS_UNKNOWN"

    def __init__(self) -> None:
        super().__init__(
            "this instrument's holders are nobody else's business: name as inputHoldingCids active"
            " holdings of the sender that cover the amount"
        )


class Scattered(RegistryError):
    """Contracts that one choice needs are on different synchronizers."""

    code = "SCATTERED"

    def __init__(self) -> None:
        super().__init__("the contracts are being moved to another synchronizer: ask again")
