"""The keys that tokens are verified with: a shared secret, or a set fetched from its issuer."""

from __future__ import annotations

import asyncio
import json
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Protocol

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet, OctKey

from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock

FETCH_SECONDS_MAX = 5
JWKS_BYTES_MAX = 1 << 20
KEYS_MAX = 100
KEPT_NS = 300 * 10**9
RETRY_NS = 10 * 10**9


@contextmanager
def silence() -> Iterator[None]:
    """Keep quiet about short secrets and about EdDSA by its old name, which issuers still use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        yield


class KeysNotAvailable(CantataError):
    """The keys of an issuer cannot be had."""

    code: ClassVar[str] = "UNAUTHENTICATED"

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"the keys of {url} cannot be had: {reason}")
        self.url = url


class Keys(Protocol):
    """Where keys come from, and the algorithms that they may be used with."""

    algorithms: list[str]

    async def get(self, key_id: str | None) -> OctKey | KeySet:
        """Give the keys, among them that of an id if there is one; or `KeysNotAvailable`."""
        ...


class SecretKeys:
    """One secret that issuer and participant share; for tests only."""

    algorithms: list[str]

    def __init__(self, secret: bytes) -> None:
        self.algorithms = ["HS256"]
        with silence():
            self._key = OctKey.import_key(secret)

    async def get(self, key_id: str | None) -> OctKey:
        """Give the secret."""
        return self._key


class JwksKeys:
    """A set of public keys under an address, kept for five minutes.

    A token by a key that is not in the set makes it be fetched again, at most every ten seconds.
    """

    algorithms: list[str]

    def __init__(self, url: str, clock: Clock, fetch: Callable[[str], bytes] | None = None) -> None:
        self.algorithms = ["RS256", "ES256", "ES512", "EdDSA", "Ed25519"]
        self._url = url
        self._clock = clock
        self._fetch = fetch or fetch_url
        self._keys: KeySet | None = None
        self._tried_at: int | None = None
        self._lock = asyncio.Lock()

    async def get(self, key_id: str | None) -> KeySet:
        """Give the set, fetched if it is old or lacks the key."""
        async with self._lock:
            age = self._age()
            fresh = self._keys is not None and age is not None and age < KEPT_NS
            if not (fresh and self._has(key_id)) and (age is None or age >= RETRY_NS):
                self._tried_at = self._clock.monotonic_ns()
                self._keys = await self._load()
        if self._keys is None:
            raise KeysNotAvailable(self._url, "the last try failed a moment ago")
        return self._keys

    def _age(self) -> int | None:
        return None if self._tried_at is None else self._clock.monotonic_ns() - self._tried_at

    def _has(self, key_id: str | None) -> bool:
        keys = self._keys.keys if self._keys else []
        return key_id is None or any(key.kid == key_id for key in keys)

    async def _load(self) -> KeySet:
        try:
            fetching = asyncio.to_thread(self._fetch, self._url)
            # Each read within it has a time-out of its own, which an issuer that drips never meets.
            data = await asyncio.wait_for(fetching, FETCH_SECONDS_MAX)
            return KeySet.import_key_set(_known(json.loads(data)))
        except (OSError, ValueError, JoseError, RecursionError) as error:
            raise KeysNotAvailable(self._url, str(error)[:200] or "time-out") from None


def fetch_url(url: str) -> bytes:
    """Fetch a document of bounded size in bounded time; OSError or ValueError if that fails."""
    if not url.startswith(("https://", "http://")):
        msg = "the address is none of http or https"
        raise ValueError(msg)
    with urllib.request.urlopen(url, timeout=FETCH_SECONDS_MAX) as answer:  # noqa: S310 # checked
        data: bytes = answer.read(JWKS_BYTES_MAX + 1)
    if len(data) > JWKS_BYTES_MAX:
        msg = f"the key set has more than {JWKS_BYTES_MAX} bytes"
        raise ValueError(msg)
    return data


def _known(document: Any) -> Any:
    """Give a key set with those keys only that verify signatures here."""
    keys = document.get("keys") if isinstance(document, dict) else None
    listed = keys[:KEYS_MAX] if isinstance(keys, list) else []
    public = [key for key in listed if isinstance(key, dict) and _verifies(key)]
    return {"keys": public}


def _verifies(key: dict[str, Any]) -> bool:
    return key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"
