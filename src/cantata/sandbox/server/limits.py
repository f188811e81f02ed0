"""How much a client may take of the server before it is cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import ClassVar

from cantata.kernel.errors import CantataError

VARIABLE = "CANTATA_LIMITS"
"""Where limits may be set in the environment: ``idle_seconds=10,streams=50``."""

NUMBER_MAX = 1_000_000


class UnknownLimit(CantataError):
    """A limit that does not exist, or a value that it cannot have."""

    code: ClassVar[str] = "UNKNOWN_LIMIT"

    def __init__(self, given: str) -> None:
        names = ", ".join(each.name for each in fields(Limits))
        super().__init__(
            f"{given!r} sets no limit",
            hint=f"--limits and {VARIABLE} are NAME=NUMBER,…, from 1 to {NUMBER_MAX};"
            f" names are {names}",
        )
        self.given = given


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits and their defaults; none can be lifted, each can be moved.

    `head_seconds` and `body_seconds` is the time for sending a request, `idle_seconds` the time
    between two, `request_seconds` the time for answering, `frame_seconds` the time until a
    WebSocket has sent its request, `unread_seconds` the time for which a client may take nothing of
    what was sent to it. `connections` and `streams` are open at most at a time.
    """

    head_seconds: int = 10
    body_seconds: int = 30
    idle_seconds: int = 60
    request_seconds: int = 20
    frame_seconds: int = 20
    unread_seconds: int = 30
    connections: int = 12_288
    streams: int = 1_000

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Limits:
        """Give the defaults, changed by what the environment says, or raise `UnknownLimit`."""
        names = {each.name for each in fields(cls)}
        changes: dict[str, int] = {}
        for part in filter(None, environment.get(VARIABLE, "").split(",")):
            name, _, text = part.strip().partition("=")
            is_number = text.isascii() and text.isdigit() and len(text) <= len(str(NUMBER_MAX))
            if name not in names or not is_number or not 1 <= int(text) <= NUMBER_MAX:
                raise UnknownLimit(part)
            changes[name] = int(text)
        return replace(cls(), **changes)
