"""Signatures and tokens made again: of live hashes, and with times that are valid now."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SECRET = "test-secret"
JWT = re.compile(r"eyJ[\w\-]+\.[\w\-]+\.[\w\-]*")
TIMES = ("exp", "iat", "nbf")

_KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"oracle").digest())


def resigned(signature: str, hashes: dict[str, str]) -> str:
    """Sign the live hash in place of the recorded one; a signature of neither stays as it is."""
    for recorded, live in hashes.items():
        if _signs(signature, recorded):
            return b64encode(_KEY.sign(b64decode(live))).decode()
    return signature


def reissued(text: str, seconds: int) -> str:
    """Issue the tokens in a text again, with all times later; forged ones stay forged."""
    return JWT.sub(lambda match: _token(match[0], seconds), text)


def _signs(signature: str, message: str) -> bool:
    try:
        _KEY.public_key().verify(b64decode(signature), b64decode(message))
    except (InvalidSignature, ValueError):
        return False
    return True


def _token(token: str, seconds: int) -> str:
    header, payload, signature = token.split(".")
    claims = _decoded(payload)
    moved = {key: claims[key] + seconds for key in TIMES if isinstance(claims.get(key), int)}
    content = f"{header}.{_encoded(json.dumps(claims | moved).encode())}"
    if signature and hmac.compare_digest(signature, _signature(f"{header}.{payload}", SECRET)):
        return f"{content}.{_signature(content, SECRET)}"
    return f"{content}.{signature}"


def _signature(content: str, secret: str) -> str:
    return _encoded(hmac.digest(secret.encode(), content.encode(), "sha256"))


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> Any:
    return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
