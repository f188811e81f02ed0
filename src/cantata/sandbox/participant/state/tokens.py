"""Opaque tokens that say where to go on, signed so that nobody else can make them."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Hashable
from hashlib import sha256
from typing import Any

from cantata.sandbox.participant.errors import Refusal
from cantata.sandbox.participant.node import Participant

_SUBJECT_BYTES = 8
_SEAL_BYTES = 16
_NUMBER_BYTES = 8
_VERSION = 1


class Tokens:
    """Writes and reads tokens of one kind; `code` is that of the refusal of any other."""

    def __init__(self, node: Participant, code: str) -> None:
        self._key = sha256(b"page token\n" + node.identity.key).digest()
        self._code = code

    def write(self, subject: Hashable, place: tuple[int, ...]) -> str:
        """Give the token of a place in the answer to a request; `subject` is what it asks for."""
        body = bytes((_VERSION,)) + _digest(subject)
        body += b"".join(number.to_bytes(_NUMBER_BYTES, "big") for number in place)
        return base64.b64encode(body + self._seal(body)).decode()

    def read(self, token: str, subject: Hashable, numbers: int) -> tuple[int, ...]:
        """Give the place of a token; refuse a forged one and one of another request."""
        try:
            raw = base64.b64decode(token, validate=True)
        except (binascii.Error, ValueError):
            raise self._refusal("it is malformed") from None
        body, seal = raw[:-_SEAL_BYTES], raw[-_SEAL_BYTES:]
        start = 1 + _SUBJECT_BYTES
        if len(body) != start + numbers * _NUMBER_BYTES or not hmac.compare_digest(
            seal, self._seal(body)
        ):
            raise self._refusal("it was not made by this participant")
        if body[1:start] != _digest(subject):
            raise self._refusal("it belongs to another request")
        return tuple(
            int.from_bytes(body[at : at + _NUMBER_BYTES], "big")
            for at in range(start, len(body), _NUMBER_BYTES)
        )

    def _seal(self, body: bytes) -> bytes:
        return hmac.digest(self._key, self._code.encode() + body, "sha256")[:_SEAL_BYTES]

    def _refusal(self, reason: str) -> Refusal:
        return Refusal(self._code, f"The token is not valid: {reason}")


def _digest(subject: Any) -> bytes:
    return sha256(repr(subject).encode()).digest()[:_SUBJECT_BYTES]
