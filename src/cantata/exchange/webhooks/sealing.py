"""Seals secrets of webhooks, so that a copy of the database does not have them."""

from __future__ import annotations

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cantata.exchange.webhooks.errors import SecretUnreadable

_NONCE_BYTES = 12
_KEY_BYTES = 32


class SecretBox:
    """Seals and opens texts with a key that is derived from the service's own secret."""

    def __init__(self, secret: bytes) -> None:
        derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"webhooks")
        self._cipher = AESGCM(derived.derive(secret))

    def seal(self, text: str, owner: str) -> str:
        """Seal a text; it opens for the same owner only."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), owner.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, owner: str) -> str:
        """Open a text; raise SecretUnreadable if it was sealed for another, or with another key."""
        raw = base64.b64decode(sealed)
        nonce, content = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, content, owner.encode()).decode()
        except InvalidTag:
            raise SecretUnreadable from None
