"""A fixed sample of mutated archives and DARs: only typed errors, in bounded time and memory."""

from __future__ import annotations

import random
import tracemalloc
from contextlib import suppress
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.archive_mutations import corpus_of, mutate_archive, mutate_bytes, mutate_dar
from bench.fuzz_archives import fuzz
from cantata.lf.archive import ArchiveError, read_archive, read_dar, write_dar, write_package
from cantata.lf.archive.encode.fields import message
from cantata.lf.archive.wire import bytes_field
from cantata.lf.stable import stable_packages
from tests.unit.lf.archive.raw import RAW, UNIT_TYPE
from tests.unit.lf.archive.samples import ping

SAMPLE = 1_000
PING = write_package(ping())
ARCHIVES = [PING.archive, *(stored.archive for stored in stable_packages().values())]
CORPUS = corpus_of([archive for archive in ARCHIVES if len(archive) < 4_000])


def test_fixed_sample_of_mutations() -> None:
    report = fuzz(seed=7, numbers=iter(range(SAMPLE)))
    assert report.failures == []
    assert report.outcomes.total() == SAMPLE
    assert len(report.outcomes) > 6, "mutations reach many different refusals"
    assert report.outcomes["accepted archive"] > 0, "and some are harmless"


@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    for read in (read_archive, read_dar):
        with pytest.raises(ArchiveError):
            read(data)


@given(st.integers(min_value=0))
def test_mutated_dar(seed: int) -> None:
    rng = random.Random(seed)
    dar = mutate_bytes(write_dar(PING, stable_packages()), CORPUS, rng)
    for data in (dar, mutate_dar(CORPUS, ARCHIVES[:3], rng)):
        with suppress(ArchiveError):
            read_dar(data)


@given(st.integers(min_value=0))
def test_mutated_archive(seed: int) -> None:
    with suppress(ArchiveError):
        package = read_archive(mutate_archive(CORPUS, random.Random(seed)))
        assert write_package(package).package.name == package.name


SECONDS_MAX = 20
MEMORY_FACTOR_MAX = 150
"""Bytes of memory for each byte of input, plus a constant for small inputs."""


def _many(count: int) -> dict[str, bytes]:
    """Give packages with a great many of one thing, each in few bytes."""
    strings = RAW.strings
    module = message("Module", 0, message("FeatureFlags", 1, 1, 1), [], [], [], [], [], [])
    return {
        "strings": bytes_field(2, b"") * count,
        "names": bytes_field(3, message("InternedDottedName", [0])) * count,
        "types": bytes_field(5, UNIT_TYPE) * count,
        "wide types": bytes_field(5, _wide_type(count)),
        "unknown": bytes_field(99, b"") * count,
        "modules": bytes_field(1, module) * count,
        "metadata": bytes_field(4, b"") * count,
        "segments": bytes_field(3, bytes_field(1, b"\x00" * count)),
        "long string": bytes_field(2, b"a" * count * 4),
        "long number": b"\xff" * count,
        "first strings": b"".join(bytes_field(2, text) for text in strings) * (count // 7),
    }


def _wide_type(count: int) -> bytes:
    arg = bytes_field(2, message("Type@ref", b"\x40\x00"))
    return bytes_field(3, b"\x08\x0a" + arg * count)


@pytest.mark.parametrize("kind", list(_many(1)))
def test_time_and_memory_grow_with_the_input_only(kind: str) -> None:
    extra = _many(30_000)[kind]
    archive = RAW.__class__(extra=extra).archive()
    tracemalloc.start()
    start = process_time()
    try:
        with pytest.raises(ArchiveError):
            read_archive(archive + b"\x00")
        with suppress(ArchiveError):
            read_archive(archive)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert process_time() - start < SECONDS_MAX
    assert peak < 2_000_000 + MEMORY_FACTOR_MAX * len(archive)
