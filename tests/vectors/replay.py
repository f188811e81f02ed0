"""Replays frozen vectors: finds the areas, runs their checks, counts and reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_DATA = ROOT.parent / "shared" / "data"
AREAS = ("builtins", "evaluation", "packages", "ledger", "prepared", "participant")
TEXT_MAX = 600


@dataclass(frozen=True, slots=True)
class Check:
    """One frozen answer: its name, and what compares our answer with it."""

    id: str
    run: Callable[[], None]
    group: str = ""
    """What it is counted under besides its area, a file for instance."""
    known: str = ""
    """Why it disagrees, where that is listed; then it is a failure if it agrees."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that disagreed, and how."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many checks were run, those that disagreed, and those that did so as listed.

    `groups` gives (agreed, total) for each group of checks.
    """

    total: int
    failures: tuple[Failure, ...]
    known: tuple[Failure, ...] = ()
    groups: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def passed(self) -> int:
        """The number of checks that agreed."""
        return self.total - len(self.failures) - len(self.known)

    @property
    def summary(self) -> str:
        """How many of how many agreed."""
        listed = f", {len(self.known)} differ as listed" if self.known else ""
        return f"{self.passed} of {self.total} agree{listed}"

    def __str__(self) -> str:
        lines = [f"{failure.id}: {failure.reason}" for failure in self.failures]
        return "\n".join([*lines, self.summary])


def present_areas() -> tuple[str, ...]:
    """Name the areas that have a module here."""
    return tuple(area for area in AREAS if find_spec(f"tests.vectors.{area}"))


def area_place(area: str) -> str:
    """Name what an area reads below the folder of vectors."""
    place: str = import_module(f"tests.vectors.{area}").PLACE
    return place


def area_checks(area: str, data: Path) -> Iterator[Check]:
    """Give the checks of an area for the vectors below `data`."""
    checks: Iterator[Check] = import_module(f"tests.vectors.{area}").checks(data)
    return checks


def replay(checks: Iterable[Check]) -> Outcome:
    """Run all checks; one that raises, whatever it raises, is a failure and ends only itself."""
    failures, known = [], []
    agreed: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for check in checks:
        reason = _disagreement(check)
        counted[check.group] += 1
        agreed[check.group] += not reason
        if reason and check.known:
            known.append(Failure(check.id, reason))
        elif reason:
            failures.append(Failure(check.id, reason))
        elif check.known:
            agreed[check.group] -= 1
            failures.append(Failure(check.id, f"agrees, but is listed: {check.known}"))
    groups = {name: (agreed[name], count) for name, count in counted.items() if name}
    return Outcome(counted.total(), tuple(failures), tuple(known), groups)


def _disagreement(check: Check) -> str:
    try:
        check.run()
    except Exception as error:  # noqa: BLE001 - any error at all is a disagreement
        return _shorten(f"{type(error).__name__}: {error}")
    return ""


def _shorten(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= TEXT_MAX else f"{flat[:TEXT_MAX]}…"
