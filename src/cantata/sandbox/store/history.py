"""Where in the log things are: offsets, who witnessed them, and which ids they have.

The history is cut into segments. The youngest grows; the others never change, so that each is
written to disk once, with a snapshot. A segment has 8 bytes for each thing that it knows.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

UPDATES = ""
"""The kind of the updates among what has an offset; others are named by the participant."""

_FOREVER = 2**63

Number = Callable[[str], int]
Text = Callable[[int], str]


def key(identifier: str) -> int:
    """Give 64 bits of the id of a contract or an update, which ends in a hash."""
    try:
        return int(identifier[-16:], 16)
    except ValueError:
        return int.from_bytes(identifier.encode()[-8:], "big")


class Segment:
    """A stretch of the log: offsets by kind, witness and submitter, ids, and the batches of it.

    `seq` is the last of those batches, 0 while the segment grows.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.is_saved = False
        self.offsets: dict[str, array[int]] = {UPDATES: array("Q")}
        self.witnessed: dict[str, array[int]] = {}
        self.submitted: dict[str, array[int]] = {}
        self.batch_firsts, self.batch_seqs = array("Q"), array("Q")
        self._keys: dict[int, tuple[int, ...]] = {}
        self._index = array("Q"), array("Q")

    def __len__(self) -> int:
        return len(self.offsets[UPDATES])

    def add(self, kind: str, offset: int) -> None:
        """Note that something of a kind is at an offset."""
        offsets = self.offsets.get(kind)
        if offsets is None:
            offsets = self.offsets[kind] = array("Q")
        offsets.append(offset)

    def add_witness(self, party: str, offset: int) -> None:
        """Note that a party witnesses the update at an offset."""
        seen = self.witnessed.get(party)
        if seen is None:
            seen = self.witnessed[party] = array("Q")
        seen.append(offset)

    def add_submitter(self, party: str, offset: int) -> None:
        """Note that a party submitted the update at an offset."""
        seen = self.submitted.get(party)
        if seen is None:
            seen = self.submitted[party] = array("Q")
        seen.append(offset)

    def add_key(self, identifier: str, offset: int) -> None:
        """Note that an update has to do with an id."""
        short, keys = key(identifier), self._keys
        known = keys.get(short)
        keys[short] = (offset,) if known is None else (*known, offset)

    def add_batch(self, first: int, seq: int) -> None:
        """Note the batch that holds the offsets from `first` on."""
        self.batch_firsts.append(first)
        self.batch_seqs.append(seq)

    def find(self, short: int) -> Sequence[int]:
        """Give the offsets noted for an id, and perhaps for others with the same 64 bits."""
        found = self._keys.get(short, ())
        shorts, offsets = self._index
        place = bisect_left(shorts, short)
        while place < len(shorts) and shorts[place] == short:
            found += (offsets[place],)
            place += 1
        return found

    def seal(self) -> None:
        """Sort the ids, now that no more will come; others may be looking for some meanwhile."""
        pairs = sorted(
            (short, offset) for short, offsets in self._keys.items() for offset in offsets
        )
        shorts = array("Q", [short for short, _ in pairs])
        self._index = shorts, array("Q", [offset for _, offset in pairs])
        self._keys = {}

    def pack(self, number: Number) -> bytes:
        """Write a sealed segment; texts are given by their numbers."""
        flat = array("Q")
        for table in (self.offsets, self.witnessed, self.submitted):
            flat.append(len(table))
            for name, offsets in table.items():
                _extend(flat, offsets, number(name))
        for numbers in (self.batch_firsts, self.batch_seqs, *self._index):
            _extend(flat, numbers)
        if sys.byteorder == "big":
            flat.byteswap()
        return flat.tobytes()

    @classmethod
    def unpack(cls, packed: bytes, text: Text) -> Segment:
        """Read what `pack` wrote."""
        flat = array("Q", packed)
        if sys.byteorder == "big":
            flat.byteswap()
        reader, segment = _Reader(flat), cls()
        segment.offsets = {text(reader.one()): reader.many() for _ in range(reader.one())}
        segment.witnessed = {text(reader.one()): reader.many() for _ in range(reader.one())}
        segment.submitted = {text(reader.one()): reader.many() for _ in range(reader.one())}
        segment.batch_firsts, segment.batch_seqs = reader.many(), reader.many()
        segment._index = reader.many(), reader.many()
        segment.is_saved = True
        return segment


class History:
    """The segments in order; the last one grows."""

    def __init__(self, segments: Iterable[Segment] = ()) -> None:
        self.segments: list[Segment] = [*segments, Segment()]

    @property
    def tail(self) -> Segment:
        """Give the segment that grows."""
        return self.segments[-1]

    def cut(self, seq: int) -> None:
        """Let a new segment begin after a batch; the one before is still to be sealed."""
        if self.tail.batch_firsts:
            self.tail.seq = seq
            self.segments.append(Segment())

    def offsets(
        self, kind: str, parties: Collection[str] | None, after: int, until: int
    ) -> Iterator[int]:
        """Give the offsets in (after, until] of a kind, or of updates that parties witness."""
        for segment in list(self.segments):
            if parties is None:
                arrays = [segment.offsets.get(kind)]
            else:
                arrays = [segment.witnessed.get(party) for party in parties]
            yield from _merged(arrays, after, until)

    def submitted(self, parties: Collection[str], after: int, until: int) -> Iterator[int]:
        """Give the offsets in (after, until] of updates that parties submitted."""
        for segment in list(self.segments):
            arrays = [segment.submitted.get(party) for party in parties]
            yield from _merged(arrays, after, until)

    def find(self, identifier: str) -> list[int]:
        """Give the offsets of updates that may have to do with an id, in order."""
        short, found = key(identifier), set[int]()
        for segment in self.segments:
            found.update(segment.find(short))
        return sorted(found)

    def batch(self, offset: int) -> int | None:
        """Give the number of the batch that holds an offset, if there is one."""
        for segment in reversed(self.segments):
            place = bisect_right(segment.batch_firsts, offset) - 1
            if place >= 0:
                return segment.batch_seqs[place]
        return None

    def everything(self, after: int) -> Iterator[tuple[str, list[int]]]:
        """Give all offsets after one by kind, by witness and by submitter, in order of names."""
        for kind in sorted({kind for segment in self.segments for kind in segment.offsets}):
            if found := list(self.offsets(kind, None, after, _FOREVER)):
                yield f"kind {kind}", found
        for party in sorted({party for segment in self.segments for party in segment.witnessed}):
            if found := list(self.offsets(UPDATES, (party,), after, _FOREVER)):
                yield f"party {party}", found
        for party in sorted({party for segment in self.segments for party in segment.submitted}):
            if found := list(self.submitted((party,), after, _FOREVER)):
                yield f"submitter {party}", found

    def drop(self, up_to: int) -> None:
        """Forget segments that end at or before an offset."""
        self.segments = [
            segment
            for segment in self.segments
            if segment is self.tail
            or any(offsets and offsets[-1] > up_to for offsets in segment.offsets.values())
        ]


class _Reader:
    """Takes numbers from the front of a flat array."""

    def __init__(self, flat: array[int]) -> None:
        self._flat, self._place = flat, 0

    def one(self) -> int:
        self._place += 1
        return self._flat[self._place - 1]

    def many(self) -> array[int]:
        count = self.one()
        self._place += count
        return self._flat[self._place - count : self._place]


def _extend(flat: array[int], numbers: array[int], *before: int) -> None:
    flat.extend((*before, len(numbers)))
    flat.extend(numbers)


def _merged(arrays: Iterable[array[int] | None], after: int, until: int) -> Iterable[int]:
    """Give the numbers in (after, until] of any of the arrays, each once and in order."""
    found = [_between(numbers, after, until) for numbers in arrays if numbers]
    if len(found) == 1:
        return found[0]
    return sorted({offset for numbers in found for offset in numbers})


def _between(numbers: array[int], after: int, until: int) -> array[int]:
    return numbers[bisect_right(numbers, after) : bisect_right(numbers, until)]
