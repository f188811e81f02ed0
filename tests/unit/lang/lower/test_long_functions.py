"""Long functions: what follows a return nests, but never too deep."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from cantata.lang.build import build_dar
from cantata.lf.archive import read_dar
from tests.unit.lang.lower.running import Twin

HEADER = '''"""Long functions."""

from __future__ import annotations

from cantata.lang import div, function, package

PACKAGE = package("cantata-long", "1.0.0", module="Long")


@function
def long(a: int, xs: list[int]) -> int:
    total = 0
'''


def load(folder: Path, body: str) -> ModuleType:
    path = folder / "long.py"
    path.write_text(f"{HEADER}{body}    return total\n")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GUARDS = "".join(
    f"    if a == {number}:\n        return total + {number}\n    total = total + a\n"
    for number in range(150)
)
LOOPS = "".join(
    f"    for x in xs:\n        if x == {number}:\n            return total\n"
    f"        total = total + div(x, a - {number})\n"
    for number in range(40)
)


@pytest.mark.parametrize("body", [GUARDS, LOOPS], ids=["guards", "loops"])
def test_long_functions_give_the_same_in_both_forms(tmp_path: Path, body: str) -> None:
    twin = Twin(load(tmp_path, body))
    for a in (0, 1, 31, 32, 33, 34, 63, 64, 65, 100, 149, 150, -1):
        for xs in ([], [7, 500], [39], [45, 46]):
            python, compiled = twin.outcomes("long", (a, xs))
            assert python == compiled, (a, xs)


@pytest.mark.parametrize("body", [GUARDS, LOOPS], ids=["guards", "loops"])
def test_long_functions_can_be_read_back(tmp_path: Path, body: str) -> None:
    compiled = Twin(load(tmp_path, body)).compiled
    assert read_dar(build_dar(compiled).content).main.id == compiled.id
