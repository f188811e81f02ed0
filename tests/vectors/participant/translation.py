"""From recorded ids to those of the ledger on which the recording is replayed."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from bisect import bisect_right, insort
from collections.abc import Callable
from typing import Any

Json = Any

ID = re.compile(
    r"[\w.\-]*::1220[0-9a-f]{64}(?:::[0-9\-]+)?"
    r"|1220[0-9a-f]{64}"
    r"|\b00[0-9a-f]{60,}\b"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|[A-Za-z0-9+/_\-]{60,}={0,2}"
)
HASH = re.compile("[0-9a-f]{64}")
"""A hash of contents, a package id for instance: it is the same everywhere."""

SEPARATOR = "::"

OFFSETS = frozenset(
    (
        "offset",
        "completionOffset",
        "activeAtOffset",
        "beginExclusive",
        "endInclusive",
        "beginOffsetExclusive",
        "endOffsetInclusive",
        "lowestPageOffsetExclusive",
        "highestPageOffsetInclusive",
    )
)
TOKENS = frozenset(("nextPageToken", "streamContinuationToken"))
SIGNED = frozenset(("multiHash", "preparedTransactionHash"))
BLOBS = frozenset(("createdEventBlob", "preparedTransaction"))
BLOB_LENGTH_MIN = 100
CHANGED_BYTES_MAX = 8
"""A blob that differs from a known one in so few bytes is a damaged copy of it."""

BEYOND_THE_END = 50
"""An offset so far above the last one seen was meant to be beyond the end."""

Sign = Callable[[str, dict[str, str]], str]
"""Gives a signature of the live hash in place of one of a recorded hash (recorded -> live)."""


class Translation:
    """Learns which live id stands where a recorded one did, and puts it into later requests."""

    def __init__(self, sign: Sign) -> None:
        self._sign = sign
        self._ids: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        self._offsets = {0: 0}
        self._known = [0]
        self.hashes: dict[str, str] = {}
        self.end: int | None = None
        """The end of the live log, for a request whose recorded offsets were not beyond the end:
        a real participant's log also grows when nothing happens."""

    def text(self, text: str) -> str:
        """Put live ids into a text."""
        return self._tokens.get(text) or ID.sub(lambda match: self._id(match[0]), text)

    def offset(self, recorded: int) -> int:
        """Give the live offset for a recorded one, by the nearest one known below it."""
        if recorded <= 0 or recorded > self._known[-1] + BEYOND_THE_END:
            return recorded
        below = self._known[bisect_right(self._known, recorded) - 1]
        live = self._offsets[below] + recorded - below
        return live if self.end is None else min(live, self.end)

    def value(self, value: Json) -> Json:
        """Put live ids, offsets and signatures into JSON data."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(each) for each in value]
        if isinstance(value, dict):
            return {self.text(key): self._member(key, each) for key, each in value.items()}
        return value

    def learn(self, recorded: Json, live: Json) -> None:
        """Take note of what stands in the same places of two answers."""
        if isinstance(recorded, str) and isinstance(live, str):
            self._learn_text(recorded, live)
        elif isinstance(recorded, list) and isinstance(live, list):
            if len(recorded) == len(live):
                for each, other in zip(recorded, live, strict=True):
                    self.learn(each, other)
        elif isinstance(recorded, dict) and isinstance(live, dict):
            for key in recorded.keys() & live.keys():
                self._learn_member(key, recorded[key], live[key])
                self.learn(recorded[key], live[key])

    def _id(self, recorded: str) -> str:
        known = self._ids.get(recorded)
        if known is not None:
            return known
        name, separator, rest = recorded.partition(SEPARATOR)
        return name + separator + self._ids.get(rest, rest) if separator else recorded

    def _member(self, key: str, value: Json) -> Json:
        if key in OFFSETS and isinstance(value, int) and not isinstance(value, bool):
            return self.offset(value)
        if key in OFFSETS and isinstance(value, str) and value.isdecimal():
            return str(self.offset(int(value)))
        if key in BLOBS and isinstance(value, str):
            return self._blob(value)
        if key == "signature" and isinstance(value, str):
            return self._sign(value, self.hashes)
        return self.value(value)

    def _blob(self, recorded: str) -> str:
        """Give the live blob; damage it as the recorded one was damaged."""
        if recorded in self._ids:
            return self._ids[recorded]
        for known, live in self._ids.items():
            if len(known) == len(recorded) == len(live) > BLOB_LENGTH_MIN:
                changed = _changes(known, recorded)
                if changed is not None:
                    return _changed(live, changed)
        return self.text(recorded)

    def _learn_text(self, recorded: str, live: str) -> None:
        ids, others = ID.findall(recorded), ID.findall(live)
        if len(ids) != len(others):
            return
        for each, other in zip(ids, others, strict=True):
            if each == other or HASH.fullmatch(each):
                continue
            if (SEPARATOR in each) == (SEPARATOR in other):
                self._ids.setdefault(each, other)
                if SEPARATOR in each:
                    rest, live_rest = (x.partition(SEPARATOR)[2] for x in (each, other))
                    self._ids.setdefault(rest, live_rest)

    def _learn_member(self, key: str, recorded: Json, live: Json) -> None:
        if isinstance(recorded, str) and isinstance(live, str) and recorded and live:
            if key in SIGNED:
                self.hashes[recorded] = live
            if key in TOKENS:
                self._tokens[recorded] = live
        elif key in OFFSETS and isinstance(recorded, int) and isinstance(live, int):
            if recorded not in self._offsets:
                insort(self._known, recorded)
            self._offsets[recorded] = live


def _changes(text: str, other: str) -> dict[int, int] | None:
    """Give the few bytes in which one base64 text differs from another; None if they are many."""
    try:
        one, two = b64decode(text, validate=True), b64decode(other, validate=True)
    except ValueError:
        return None
    if len(one) != len(two):
        return None
    changed = {at: byte for at, byte in enumerate(two) if byte != one[at]}
    return changed if len(changed) <= CHANGED_BYTES_MAX else None


def _changed(text: str, changes: dict[int, int]) -> str:
    content = bytearray(b64decode(text))
    for at, byte in changes.items():
        content[at] = byte
    return b64encode(content).decode()
