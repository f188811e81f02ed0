"""The keys of a trusted issuer, kept for a while and read again when one is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey, import_key

from cantata.accounts.errors import IssuerUnavailable
from cantata.kernel.time import Clock

KEYS_SECONDS = 300
"""How long keys are used before they are read again."""

STALE_SECONDS = 3_600
"""How long keys are used when they cannot be read again."""

REFETCH_SECONDS = 10
"""How long after reading keys they are not read again, whatever tokens name."""

KEYS_MAX = 50
KID_MAX = 200
MODULUS_TEXT_MIN = 342
"""Characters of base64 that a modulus of 2,048 bits has."""

NS = 1_000_000_000
_CURVES = ("P-256", "Ed25519")


class KeySource(Protocol):
    """Where the keys of an issuer come from."""

    async def fetch(self) -> Mapping[str, Any]:
        """Give the JSON Web Key Set, unchecked; raise IssuerUnavailable."""


class IssuerKeys:
    """Keeps the keys of one issuer; however many tokens ask, they are read once at a time."""

    def __init__(self, source: KeySource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._found: KeySet | None = None
        self._names: frozenset[str] = frozenset()
        self._read_at = 0
        self._tried_at: int | None = None
        self._reading = asyncio.Lock()

    async def named(self, name: object) -> KeySet:
        """Give the keys, if possible with one of this name; raise IssuerUnavailable."""
        if self._is_fresh(name):
            assert self._found is not None, "fresh keys are there"
            return self._found
        async with self._reading:
            if not self._is_fresh(name) and self._may_try():
                await self._read()
        if self._found is None or self._age(self._read_at) > STALE_SECONDS:
            raise IssuerUnavailable("its keys could not be read")
        return self._found

    def _is_fresh(self, name: object) -> bool:
        is_old = self._found is None or self._age(self._read_at) > KEYS_SECONDS
        return not is_old and name in self._names

    def _may_try(self) -> bool:
        return self._tried_at is None or self._age(self._tried_at) > REFETCH_SECONDS

    def _age(self, at: int) -> int:
        return (self._clock.monotonic_ns() - at) // NS

    async def _read(self) -> None:
        self._tried_at = self._clock.monotonic_ns()
        try:
            found = usable(await self._source.fetch())
        except IssuerUnavailable:
            return
        self._found = KeySet(list(found.values()))
        self._names = frozenset(found)
        self._read_at = self._clock.monotonic_ns()


def usable(content: Mapping[str, Any]) -> dict[str, RSAKey | ECKey | OKPKey]:
    """Give those keys of a set, by name, that can sign tokens: public, strong, of known kinds."""
    given = content.get("keys")
    if not isinstance(given, list):
        raise IssuerUnavailable("it published no key set")
    found: dict[str, RSAKey | ECKey | OKPKey] = {}
    for each in given[:KEYS_MAX]:
        key = _key(each)
        if key is not None:
            found.setdefault(str(each["kid"]), key)
    return found


def _key(given: Any) -> RSAKey | ECKey | OKPKey | None:
    if not isinstance(given, dict) or given.get("use", "sig") != "sig":
        return None
    name = given.get("kid")
    if not isinstance(name, str) or not 0 < len(name) <= KID_MAX or not _is_strong(given):
        return None
    try:
        key = import_key(given)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None


def _is_strong(given: dict[str, Any]) -> bool:
    """Tell whether a key is of a kind, and of a size, that signs tokens."""
    if given.get("kty") == "RSA":
        return isinstance(given.get("n"), str) and len(given["n"]) >= MODULUS_TEXT_MIN
    return given.get("kty") in ("EC", "OKP") and given.get("crv") in _CURVES
