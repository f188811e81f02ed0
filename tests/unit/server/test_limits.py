"""Limits are read strictly; what nobody takes is not kept."""

from __future__ import annotations

import pytest

from cantata.sandbox.server.limits import VARIABLE, Limits, UnknownLimit
from cantata.sandbox.server.unread import Unread


class Connection:
    """A connection with so much that its client has not taken."""

    def __init__(self, *sizes: int) -> None:
        self.sizes = list(sizes)
        self.transport = self
        self.is_cut = False

    def get_write_buffer_size(self) -> int:
        return self.sizes.pop(0) if len(self.sizes) > 1 else self.sizes[0]

    def get_extra_info(self, name: str) -> None:
        """It has no socket that options could be set on."""

    def abort(self) -> None:
        self.is_cut = True


def test_limits_of_the_environment() -> None:
    assert Limits.of({}) == Limits()
    given = {VARIABLE: "idle_seconds=5, streams=1"}
    assert Limits.of(given) == Limits(idle_seconds=5, streams=1)


@pytest.mark.parametrize(
    "text", ["x", "x=1", "streams", "streams=", "streams=0", "streams=-1", "streams=1e3", "of=1"]
)
def test_what_is_no_limit(text: str) -> None:
    with pytest.raises(UnknownLimit):
        Limits.of({VARIABLE: text})


@pytest.mark.parametrize(
    "sizes,is_cut",
    [
        ((0,), False),
        ((9,), True),
        ((9, 10, 11, 12), True),
        ((9, 8, 7, 6, 5, 4, 3, 2, 1), False),
        ((9, 9, 9, 8, 8, 8, 7), False),
        ((9, 0, 9, 0, 9, 0), False),
    ],
)
def test_those_who_read_nothing_are_cut(sizes: tuple[int, ...], is_cut: bool) -> None:
    connection, unread = Connection(*sizes), Unread(3)
    for now in range(6):
        unread.look([connection], now)
    assert connection.is_cut is is_cut
