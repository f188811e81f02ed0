"""The garbage collector of our own processes looks at everything less often."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from cantata.kernel.collector import THRESHOLDS, relax_collector


@pytest.fixture(autouse=True)
def usual_thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_thresholds_are_raised_and_collection_stays_on() -> None:
    relax_collector()
    assert gc.get_threshold() == THRESHOLDS
    assert gc.isenabled()
