"""Sources of fresh bytes."""

from __future__ import annotations

import os

from cantata.kernel.generators import POOL_BYTES, RandomIds


def test_bytes_are_fresh_and_as_many_as_asked_for() -> None:
    ids = RandomIds()
    sizes = [16, 32, POOL_BYTES - 1, POOL_BYTES + 1, 7] * 50
    given = [ids.fresh_bytes(size) for size in sizes]
    assert [len(each) for each in given] == sizes
    assert len(set(given)) == len(given)


def test_a_forked_process_has_bytes_of_its_own() -> None:
    ids = RandomIds()
    ids.fresh_bytes(16)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, ids.fresh_bytes(16))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 16) != ids.fresh_bytes(16)
    os.close(reading)
    os.close(writing)
