"""What can go wrong between us and a registry."""

from __future__ import annotations

from cantata.exchange.errors import ExchangeError


class RegistryError(ExchangeError):
    """The root of what registries and the way to them refuse; field `url`."""

    code = "REGISTRY_ERROR"

    def __init__(self, url: str, message: str, hint: str = "") -> None:
        self.url = url
        super().__init__(f"{url}: {message}", hint=hint, context={"url": url})


class RegistryUnavailable(RegistryError):
    """No answer, or one that says that the registry cannot answer now; it may pass."""

    code = "REGISTRY_UNAVAILABLE"

    def __init__(self, url: str, what: str) -> None:
        super().__init__(url, f"the registry cannot be asked ({what})", "it is asked again later")


class RegistryBusy(RegistryError):
    """A contract is just being moved, or we asked too often; it passes."""

    code = "REGISTRY_BUSY"

    def __init__(self, url: str, what: str) -> None:
        super().__init__(url, f"the registry wants us to wait ({what})", "it is asked again later")


class RegistryRefused(RegistryError):
    """The registry says no to this request, and would again; field `reason`."""

    code = "REGISTRY_REFUSED"

    def __init__(self, url: str, reason: str) -> None:
        self.reason = reason
        super().__init__(url, f"the registry refuses: {reason}", "ask the admin of the instrument")


class NotInRegistry(RegistryError):
    """The registry does not know it: an offer that it does not know is used up; field `reason`."""

    code = "NOT_IN_REGISTRY"

    def __init__(self, url: str, reason: str) -> None:
        self.reason = reason
        super().__init__(url, f"the registry does not know it: {reason}")


class MalformedRegistryAnswer(RegistryError):
    """The answer is not what the standard says; nothing of it is used."""

    code = "MALFORMED_REGISTRY_ANSWER"

    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            url, f"the registry's answer is malformed: {what}", "check the registry's address"
        )


class WrongAdmin(RegistryError):
    """The registry is another admin's; fields `wanted` and `found`."""

    code = "WRONG_ADMIN"

    def __init__(self, url: str, wanted: str, found: str) -> None:
        self.wanted = wanted
        self.found = found
        super().__init__(
            url,
            f"this is the registry of {found}, not of {wanted}",
            "get the address from the admin by a way that you trust",
        )
