"""The pytest plugin: a ledger for each test, with its contracts, undone after it."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONTRACTS = Path(__file__).with_name("counter.py").read_text(encoding="utf-8")

TESTS = """
import pytest
from cantata.testing import Ledger
import counted
from counted import Counter

@pytest.mark.contracts("counted")
@pytest.mark.parametrize("count", [1, 2])
def test_starts_empty(ledger: Ledger, count: int) -> None:
    ann = ledger.party("Ann")
    assert ledger.contracts(Counter, ann) == []
    ledger.acting(ann).create(Counter(owner=ann, count=count))
    assert len(ledger.contracts(Counter, ann)) == 1

@pytest.mark.contracts(counted)
class TestOfAClass:
    def test_has_it_too(self, ledger: Ledger) -> None:
        ledger.catalog.ref(Counter)

def test_without_contracts(ledger: Ledger) -> None:
    assert ledger.updates == []

@pytest.mark.contracts("counted")
def test_fails(ledger: Ledger) -> None:
    ann = ledger.party("Ann")
    ledger.acting(ann).create(Counter(owner=ann, count=-1))
"""


def test_ledgers_of_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(counted=CONTRACTS, test_counted=TESTS)
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", "--strict-markers")
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(["*TemplatePreconditionViolated*"])


def test_the_marker_is_known(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.contracts*"])
