"""Receiving bodies within bounds: of one body, and of all that are being received."""

from __future__ import annotations

from typing import Any

from cantata.kernel.errors import CantataError

BODY_BYTES_MAX = 8 * 1024 * 1024
"""Largest body that is accepted."""

DRAINED_BYTES_MAX = 16 * 1024 * 1024
"""Largest body that is read to its end so that its sender gets to see why it was refused."""

BUFFERED_BYTES_MAX = 256 * 1024 * 1024
"""Most bytes of bodies held at any time, all connections together."""


class BodyTooLarge(CantataError):
    """A body beyond the bound; `text` is a participant's whole answer."""

    code = "BODY_TOO_LARGE"

    def __init__(self, size: int) -> None:
        self.size = size
        self.text = (
            f"EntityStreamSizeException: incoming entity size ({size}) exceeded size limit "
            f"({BODY_BYTES_MAX} bytes)! This may have been a parser limit (set via "
            "`pekko.http.[server|client].parsing.max-content-length`), a decoder limit (set via "
            "`pekko.http.routing.decode-max-size`), or a custom limit set with `withSizeLimit`."
        )
        super().__init__(self.text)


class TooMuchAtOnce(CantataError):
    """Bodies of all connections together are beyond the bound."""

    code = "TOO_MUCH_AT_ONCE"


class Disconnected(CantataError):
    """The client has gone."""

    code = "DISCONNECTED"


class Bodies:
    """Receives bodies and keeps count of what is being held."""

    def __init__(self) -> None:
        self._held = 0

    async def receive(self, receive: Any, declared: int | None) -> bytes:
        """Receive one body; `declared` is its Content-Length, if there is one."""
        if declared is not None and declared > BODY_BYTES_MAX:
            await _drain(receive, declared)
            raise BodyTooLarge(declared)
        event = await receive()
        if not event.get("more_body", False):
            return _content(event)
        return await self._receive_parts(receive, event)

    async def _receive_parts(self, receive: Any, event: Any) -> bytes:
        parts: list[bytes] = []
        size = 0
        try:
            while True:
                part = _content(event)
                parts.append(part)
                size += len(part)
                self._hold(len(part))
                is_last = not event.get("more_body", False)
                if size > BODY_BYTES_MAX:
                    parts.clear()
                    raise BodyTooLarge(size if is_last else size + await _drain(receive, size))
                if is_last:
                    return b"".join(parts)
                event = await receive()
        finally:
            self._held -= size

    def _hold(self, size: int) -> None:
        self._held += size
        if self._held > BUFFERED_BYTES_MAX:
            raise TooMuchAtOnce("too many large requests at once", hint="try again")


def _content(event: Any) -> bytes:
    if event["type"] == "http.disconnect":
        raise Disconnected("the client has gone")
    content: bytes = event.get("body", b"")
    return content


async def _drain(receive: Any, start: int) -> int:
    """Read on and forget, up to a bound; give the number of bytes."""
    drained = 0
    while start <= DRAINED_BYTES_MAX and drained <= DRAINED_BYTES_MAX:
        event = await receive()
        drained += len(_content(event))
        if not event.get("more_body", False):
            break
    return drained
