"""The index of the log, while a snapshot seals a part of it."""

from __future__ import annotations

import threading

from cantata.sandbox.store.history import Segment

IDS = 50_000


def test_ids_are_found_while_a_segment_is_sealed() -> None:
    segment = Segment()
    for number in range(IDS):
        segment.add_key(f"{number:016x}", number)
    sealing = threading.Thread(target=segment.seal)
    sealing.start()
    looks = 0
    while sealing.is_alive() or looks < IDS:
        wanted = looks * 7 % IDS
        assert set(segment.find(wanted)) == {wanted}
        looks += 1
    sealing.join()
    assert list(segment.find(IDS)) == []
