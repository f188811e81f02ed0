"""A fixed sample of mutated commands: typed refusals in bounded time, and nothing changed."""

from __future__ import annotations

import pytest

from bench.command_desk import Desk, text_of
from bench.fuzz_commands import SHARED, desks, fuzz

SAMPLE = 1_000


@pytest.fixture(scope="module")
def over() -> list[Desk]:
    """The desks of the fuzzer; without the shared material, the one of the token package."""
    return desks(SHARED)


def test_samples_are_good(over: list[Desk]) -> None:
    desk = over[0]
    for sample in desk.samples:
        before = desk.state()
        with desk.ledger.anchor():
            desk.submit_text(text_of(sample))
            assert desk.state() != before
        assert desk.state() == before


def test_fixed_sample_of_mutations(over: list[Desk]) -> None:
    report = fuzz(7, range(SAMPLE), over)
    assert report.failures == []
    assert report.outcomes.total() == SAMPLE
    assert len(report.outcomes) > 8, "mutations reach many different refusals"
    assert report.outcomes["accepted"] > 20, "and some are harmless"
