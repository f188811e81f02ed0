"""Cursors of pages: opaque to callers, signed, and good for one list only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence

from cantata.http.errors import CursorRefused

PAGE_DEFAULT = 50
PAGE_MAX = 200
CURSOR_MAX = 2_000
_SEAL_BYTES = 16


class Cursors:
    """Writes and reads cursors with a key of the service."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.sha256(b"cursors" + secret).digest()

    def write(self, listing: str, place: Sequence[str | int]) -> str:
        """Give the cursor of a place in a list; `listing` names the list and its filters."""
        content = json.dumps(list(place), separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._seal(listing, content) + content).decode().rstrip("=")

    def read(self, listing: str, cursor: str) -> list[str | int]:
        """Give the place that a cursor stands for; raise CursorRefused."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (ValueError, UnicodeError):
            raise CursorRefused from None
        seal, content = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(listing, content)):
            raise CursorRefused
        place: list[str | int] = json.loads(content)
        return place

    def _seal(self, listing: str, content: bytes) -> bytes:
        message = listing.encode() + b"\0" + content
        return hmac.new(self._key, message, hashlib.sha256).digest()[:_SEAL_BYTES]
