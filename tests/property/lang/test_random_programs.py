"""Random functions give as plain Python what they give as compiled Daml-LF, failures included."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cantata.lang import Decimal
from tests.property.lang.programs import Programs
from tests.unit.lang.lower.running import Twin

RUNS = 12


@settings(
    max_examples=25,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**32))
def test_random_functions_agree(tmp_path: Path, seed: int) -> None:
    check_seed(tmp_path, seed)


def check_seed(folder: Path, seed: int) -> None:
    """Write the program of a seed and run it in both forms."""
    path = folder / f"program_{seed}.py"
    source = Programs(seed).module()
    path.write_text(source, encoding="utf-8")
    twin = Twin(_load(path))
    rng = Random(seed)
    for _ in range(RUNS):
        arguments = _arguments(rng)
        python, compiled = twin.outcomes("f", arguments)
        assert python == compiled, f"{arguments}\n{source}"


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _arguments(rng: Random) -> tuple[Any, ...]:
    def number() -> int:
        return rng.choice((rng.randint(-4, 9), rng.randint(-(2**63), 2**63 - 1), 2, 4))

    def amount() -> Decimal:
        units = rng.choice((rng.randint(-40, 40) * 5 * 10**9, rng.randint(-(10**38), 10**38)))
        return Decimal.from_units(units)

    return (
        number(),
        number(),
        amount(),
        rng.choice(("", "a", "b𝄞")),
        rng.random() < 0.5,
        rng.choice((None, number())),
        [number() for _ in range(rng.randint(0, 3))],
        [amount() for _ in range(rng.randint(0, 3))],
    )
