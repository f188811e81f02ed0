"""How authentication is asked for on the command line."""

from __future__ import annotations

from typing import ClassVar

from cantata.kernel.errors import CantataError
from cantata.sandbox.auth.authenticator import TokenAuthenticator
from cantata.sandbox.auth.keys import JwksKeys, SecretKeys
from cantata.sandbox.auth.policy import Policy
from cantata.sandbox.participant.claims import Authenticator, NoAuthentication
from cantata.sandbox.participant.node import Participant

NONE = "none"
SECRET = "hs256-unsafe"
JWKS = "jwks"

_OPTIONS = frozenset({"audience", "scope", "lifetime"})


class UnknownAuthentication(CantataError):
    """A way of authentication that does not exist."""

    code: ClassVar[str] = "UNKNOWN_AUTHENTICATION"

    def __init__(self, given: str, reason: str) -> None:
        super().__init__(
            f"authentication {given.partition(':')[0]!r} cannot be had: {reason}",
            hint="none, hs256-unsafe:SECRET or jwks:URL, with options behind commas: "
            "audience=TEXT, scope=TEXT, lifetime=SECONDS",
        )


def authenticator(given: str, node: Participant) -> Authenticator:
    """Give the authenticator of a text such as ``hs256-unsafe:SECRET,audience=TEXT``."""
    if given == NONE:
        return NoAuthentication()
    kind, _, rest = given.partition(":")
    value, options = _options(given, rest)
    policy = _policy(given, options)
    if not value:
        raise UnknownAuthentication(given, "the secret or the address is missing")
    if kind == SECRET:
        return TokenAuthenticator(node, SecretKeys(value.encode()), policy)
    if kind == JWKS:
        if not value.startswith(("https://", "http://")):
            raise UnknownAuthentication(given, "the address is none of http or https")
        return TokenAuthenticator(node, JwksKeys(value, node.clock), policy)
    raise UnknownAuthentication(given, "there is no such way")


def _options(given: str, rest: str) -> tuple[str, dict[str, str]]:
    value, *parts = rest.split(",")
    options: dict[str, str] = {}
    for part in parts:
        name, equals, content = part.partition("=")
        if not equals or name not in _OPTIONS:
            raise UnknownAuthentication(given, f"there is no option {name!r}")
        options[name] = content
    return value, options


def _policy(given: str, options: dict[str, str]) -> Policy:
    lifetime = options.get("lifetime", "300")
    if not (lifetime.isascii() and lifetime.isdigit() and len(lifetime) < 10):
        raise UnknownAuthentication(given, "the lifetime is no number of seconds")
    return Policy(
        audience=options.get("audience", ""),
        scope=options.get("scope", ""),
        lifetime_max=int(lifetime),
    )
