"""Secrets: made at random, shown once, kept as hashes."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SECRET_BYTES = 32
_SECRET_LENGTH = 43
_ID_LENGTH = 12
_KEY = re.compile(r"ck_([a-z]{1,12})_([0-9A-Za-z]{12})_([0-9A-Za-z]{43})", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret to show once, its name, and the hash to keep."""

    id: str
    text: str
    digest: bytes


def new_key(environment: str) -> NewSecret:
    """Make an API key: `ck_<environment>_<id>_<32 random bytes in base 62>`."""
    identity = "".join(secrets.choice(ALPHABET) for _ in range(_ID_LENGTH))
    text = f"ck_{environment}_{identity}_{_base62(secrets.token_bytes(SECRET_BYTES))}"
    return NewSecret(identity, text, digest_of(text))


def key_id(text: str) -> str | None:
    """Give the id of a text that has the form of an API key; None for others."""
    match = _KEY.fullmatch(text)
    return match[2] if match else None


def new_refresh(session: str) -> NewSecret:
    """Make the refresh token of a session."""
    text = f"rt_{session}_{_base62(secrets.token_bytes(SECRET_BYTES))}"
    return NewSecret(session, text, digest_of(text))


def new_code() -> str:
    """Make a code to mail: eight digits."""
    return f"{secrets.randbelow(10**8):08d}"


def digest_of(text: str) -> bytes:
    """Give the hash of a secret with 256 random bits, which needs no salt and no slowness."""
    return hashlib.sha256(text.encode()).digest()


def same(digest: bytes, text: str) -> bool:
    """Compare a secret with a hash in constant time."""
    return hmac.compare_digest(digest, digest_of(text))


def keyed(pepper: bytes, text: str) -> bytes:
    """Give the keyed hash by which a guessable text, such as an address, is looked up."""
    return hmac.new(pepper, text.encode(), hashlib.sha256).digest()


def _base62(content: bytes) -> str:
    number = int.from_bytes(content, "big")
    digits = []
    for _ in range(_SECRET_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(digits)
