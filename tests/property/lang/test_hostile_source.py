"""Whatever text a contract module is made of: findings or a program, never a traceback."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cantata.lang.build import OnlyDeclared, compile_package
from cantata.lang.frontend import diagnose
from tests.property.lang.mutations import mutate_text, mutate_tree

ROOT = Path(__file__).parents[3]
SOURCES = [
    *sorted((ROOT / "tests/unit/lang/contracts").glob("*.py")),
    *sorted((ROOT / "src/cantata/tokens/contract").glob("[a-z]*.py")),
]
PROFILE = settings(
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def check_text(folder: Path, text: bytes) -> None:
    """Check a text; if nothing is wrong with it, it compiles."""
    path = folder / "hostile.py"
    path.write_bytes(text)
    if not diagnose([path]):
        try:
            compile_package([path])
        except OnlyDeclared:
            return


@settings(PROFILE, max_examples=150)
@given(seed=st.integers(0, 2**32))
def test_changed_expressions(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    source = rng.choice(SOURCES).read_text(encoding="utf-8")
    check_text(tmp_path, mutate_tree(source, rng).encode("utf-8", "surrogatepass"))


@settings(PROFILE, max_examples=100)
@given(seed=st.integers(0, 2**32))
def test_changed_lines(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    source = rng.choice(SOURCES).read_text(encoding="utf-8")
    check_text(tmp_path, mutate_text(source, rng).encode("utf-8", "surrogatepass"))


@settings(PROFILE, max_examples=100)
@given(text=st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_any_text(tmp_path: Path, text: str) -> None:
    check_text(tmp_path, text.encode("utf-8", "surrogatepass"))


DEEP = 55
NESTED = {
    "lists": f"def f() -> int:\n    return len({'[' * DEEP}1{']' * DEEP})",
    "signs": f"def f(n: int) -> int:\n    return {'-' * 5000}n",
    "sum": f"def f(n: int) -> int:\n    return {' + '.join(['n'] * DEEP)}",
    "long sum": f"def f(n: int) -> int:\n    return {' + '.join(['n'] * 9000)}",
    "calls": f"def f(n: int) -> int:\n    return {'f(' * 190}n{')' * 190}",
    "and": f"def f(b: bool) -> bool:\n    return {' and '.join(['b'] * 3000)}",
    "compare": f"def f(n: int) -> bool:\n    return {' < '.join(['n'] * 3000)}",
    "elif": "def f(n: int) -> int:\n    if n == 0:\n        return 0\n"
    + "".join(f"    elif n == {k}:\n        return {k}\n" for k in range(500))
    + "    return 1",
    "short elif": "def f(n: int) -> int:\n    if n == 0:\n        return 0\n"
    + "".join(f"    elif n == {k}:\n        return {k}\n" for k in range(45))
    + "    return 1",
    "blocks": "def f(n: int) -> int:\n"
    + "".join(f"{'    ' * k}if n > {k}:\n" for k in range(1, DEEP))
    + f"{'    ' * DEEP}n = 1\n    return n",
    "f-strings": f"def f(t: Text) -> Text:\n    return {chr(39)}{chr(39)}" + "f'{t}'" * 2000,
    "types": f"def f(x: {'list[' * DEEP}int{']' * DEEP}) -> int:\n    return 1",
    "quoted types": f'def f(x: "{"list[" * 190}int{"]" * 190}") -> int:\n    return 1',
    "union": f"def f(x: {' | '.join(['int'] * 3000)}) -> int:\n    return 1",
    "huge int": f"def f() -> int:\n    return 0x{'f' * 20_000}",
    "huge text": f"def f() -> Text:\n    return '{'x' * 200_000}'",
    "many names": "def f(n: int) -> int:\n" + "    n = n + 1\n" * 4000 + "    return n",
    "many returns": "def f() -> int:\n" + "    return 1\n" * 5000,
    "many functions": "".join(
        f"def f{k}() -> int:\n    return f{k + 1}()\n@function\n" for k in range(1500)
    )
    + "def g() -> int:\n    return 1",
    "many branches": "def f(n: int) -> int:\n"
    + "    if n > 0:\n        n = n + 1\n" * 1000
    + "    return n",
    "long match": "def f(t: Text) -> int:\n    match t:\n"
    + "".join(f"        case '{k}':\n            return {k}\n" for k in range(99))
    + "        case _:\n            return 0",
    "long and": f"def f(b: bool) -> bool:\n    return {' and '.join(['b'] * 100)}",
    "long compare": f"def f(n: int) -> bool:\n    return {' < '.join(['n'] * 100)}",
    "long f-string": f"def f(t: Text) -> Text:\n    return f'{'{t}' * 100}'",
    "nested and": "def f(b: bool) -> bool:\n    return "
    + f"({' and '.join(['b'] * 50)} and " * 50
    + f"b{')' * 50}",
    "match": "def f(t: Text) -> int:\n    match t:\n"
    + "".join(f"        case '{k}':\n            return {k}\n" for k in range(400))
    + "        case _:\n            return 0",
}


@pytest.mark.parametrize("name", NESTED)
def test_deep_and_long_source(tmp_path: Path, name: str) -> None:
    head = "from cantata.lang import Text, function, package\n"
    head += 'PACKAGE = package("deep", "1.0.0", module="Deep")\n@function\n'
    check_text(tmp_path, (head + NESTED[name] + "\n").encode())
