"""Keys of external parties: our own in place of recorded ones, and what they sign."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Json = Any

ED25519 = "SIGNING_KEY_SPEC_EC_CURVE25519"


class KeyRing:
    """Signs live hashes wherever a recorded signature is a true one of a recorded hash."""

    def __init__(self) -> None:
        self._ours: dict[str, Ed25519PrivateKey] = {}

    def public(self, recorded: str) -> str:
        """Give our public key, base64, for a recorded one or any other name of a key."""
        return b64encode(self._key(recorded).public_key().public_bytes_raw()).decode()

    def request(self, body: Json) -> Json:
        """Put our public keys into a request."""
        if isinstance(body, dict) and body.get("keySpec") == ED25519:
            return {**body, "keyData": self.public(body["keyData"])}
        if isinstance(body, dict):
            return {name: self.request(each) for name, each in body.items()}
        return body

    def sign(self, name: str, message: str) -> str:
        """Sign a live message, base64, with one of our keys."""
        return b64encode(self._key(name).sign(b64decode(message))).decode()

    def resigned(self, signature: str, hashes: Mapping[str, str]) -> str:
        """Sign the live hash in place of the recorded one; a forged signature stays forged."""
        for public in self._ours:
            for recorded, live in hashes.items():
                if _signs(signature, recorded, public):
                    return self.sign(public, live)
        return signature

    def _key(self, name: str) -> Ed25519PrivateKey:
        seed = sha256(name.encode()).digest()
        return self._ours.setdefault(name, Ed25519PrivateKey.from_private_bytes(seed))


def _signs(signature: str, message: str, public: str) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(public, validate=True))
        key.verify(b64decode(signature), b64decode(message))
    except (InvalidSignature, ValueError):
        return False
    return True
