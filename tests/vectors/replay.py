"""Replays frozen vectors: finds the areas, runs their checks, counts and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_DATA = ROOT.parent / "shared" / "data"
AREAS = ("builtins", "evaluation", "packages", "ledger", "prepared")
TEXT_MAX = 600


@dataclass(frozen=True, slots=True)
class Check:
    """One frozen answer: its name, and what compares our answer with it."""

    id: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that disagreed, and how."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many checks were run, and those that disagreed."""

    total: int
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> int:
        """The number of checks that agreed."""
        return self.total - len(self.failures)

    def __str__(self) -> str:
        lines = [f"{failure.id}: {failure.reason}" for failure in self.failures]
        return "\n".join([*lines, f"{self.passed} of {self.total} agree"])


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
    failures = []
    total = 0
    for check in checks:
        total += 1
        try:
            check.run()
        except Exception as error:  # noqa: BLE001 - any error at all is a disagreement
            failures.append(Failure(check.id, _shorten(f"{type(error).__name__}: {error}")))
    return Outcome(total, tuple(failures))


def _shorten(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= TEXT_MAX else f"{flat[:TEXT_MAX]}…"
