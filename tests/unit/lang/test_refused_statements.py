"""Statements that contract code refuses, each on its line."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.unit.lang.marked import check_marked

DATA = """
class Side(Enum):
    BUY = "Buy"
    SELL = "Sell"

class Filled(Constructor):
    amount: Decimal

class Text_(Constructor):
    value: Payload[Text]

class Empty(Constructor):
    pass

Outcome = Filled | Text_ | Empty

class Fee(Record):
    amount: Decimal
    note: Text | None = None

@function
def f(n: int, xs: list[int], o: Outcome, s: Side, t: Text, x: int | None, fee: Fee) -> int:
"""

ELSE = "\n    case _:\n        pass"

CASES = {
    "while": "while n > 0:  # CL301\n    return 1",
    "try": "try:  # CL302\n    pass\nfinally:\n    pass",
    "raise": "raise ValueError(t)  # CL303",
    "assert": "assert n > 0  # CL304",
    "break": "for y in xs:\n    break  # CL305",
    "continue": "for y in xs:\n    continue  # CL305",
    "del": "del n  # CL306",
    "with": "with open(t):  # CL306\n    pass",
    "global": "global n2  # CL306\nn2 = 1",
    "nonlocal": "nonlocal n2  # CL306",
    "inner import": "import os  # CL306",
    "inner function": "def g() -> int:  # CL306\n    return 1",
    "inner class": "class G(Record):  # CL306\n    pass",
    "for else": "for y in xs:\n    pass\nelse:\n    pass\nreturn 2",
    "attribute": "fee.amount = Decimal('1')  # CL307",
    "element": "xs[0] = 1  # CL307",
    "append": "xs.append(1)  # CL307",
    "list +=": "xs += [1]  # CL307",
    "two targets": "a = b = 1  # CL308",
    "tuple target": "a, b = 1, 2  # CL308 CL424",
    "tuple loop": "for a, b in xs:  # CL308\n    pass",
    "dead expression": "n + 1  # CL309",
    "unreachable": "return 1\nn = 2  # CL310",
    "unreachable after if": "if n > 0:\n    return 1\nelse:\n    return 2\nn = 2  # CL310",
    "retyped by loop": "y = t\nfor y in xs:  # CL312\n    pass",
    "declared": "a: int  # CL313",
    "branch": "if n > 0:\n    a = 1\nn = a  # CL314",
    "loop body": "for y in xs:\n    a = y\nn = a  # CL314",
    "loop variable": "for y in xs:\n    pass\nn = y  # CL314",
    "before assignment": "n = a  # CL314\na = 1",
    "annotated twice": "a: int = 1\na: int = 2  # CL315",
    "guard": "match s:\n    case Side.BUY if n > 0:  # CL316\n        pass" + ELSE,
    "literal on variant": "match o:\n    case 1:  # CL316\n        pass\n    case _:\n        pass",
    "sequence": "match o:\n    case [a]:  # CL316\n        n = 1\n    case _:\n        pass",
    "deep": "match o:\n    case Filled(amount=Decimal()):  # CL316\n        pass" + ELSE,
    "field of constructor": "match o:\n    case Filled(price=a):  # CL316\n        pass" + ELSE,
    "payload by name": "match o:\n    case Text_() as a:  # CL316\n        pass" + ELSE,
    "missing constructor": "match o:  # CL317\n    case Filled():\n        pass",
    "missing member": "match s:  # CL317\n    case Side.BUY:\n        pass",
    "missing none": "match x:  # CL317\n    case None:\n        pass",
    "missing text": "match t:  # CL317\n    case 'a':\n        pass",
    "case twice": (
        "match s:\n    case Side.BUY:\n        pass"
        "\n    case Side.BUY:  # CL318\n        pass" + ELSE
    ),
    "case after all": "match x:\n    case None:\n        pass\n    case a:\n        pass"
    + ELSE.replace("_:", "_:  # CL318"),
    "subject": "match xs:  # CL319\n    case _:\n        pass",
    "self": "self = 1  # CL321",
    "text of loop": "for y in t:  # CL439\n    pass",
    "condition": "if n:  # CL413\n    pass",
    "retype": "n = t  # CL422",
    "aug mixed": "n += Decimal('1')  # CL412",
    "no value": "a = require(n > 0, 'a', 'b')  # CL434",
}


@pytest.mark.parametrize("name", CASES)
def test_refused(tmp_path: Path, name: str) -> None:
    body = CASES[name]
    end = "" if name in ("raise", "unreachable", "unreachable after if", "for else") else "return 1"
    if name == "for else":
        body = body.replace("    pass\nreturn", "    pass  # CL306\nreturn")
    check_marked(tmp_path, DATA + textwrap.indent(f"{body}\n{end}\n", "    "))


def test_missing_result(tmp_path: Path) -> None:
    source = """
    @function
    def f(n: int) -> int:  # CL311
        if n > 0:
            return 1

    @function
    def g(xs: list[int]) -> int:  # CL311
        for x in xs:
            return x
    """
    check_marked(tmp_path, source)


def test_nothing_has_no_value(tmp_path: Path) -> None:
    source = """
    @function
    def nothing() -> None:
        pass

    @function
    def f() -> int:
        a = nothing()  # CL320
        nothing()
        return None  # CL422
    """
    check_marked(tmp_path, source)


def test_all_violations_of_a_module_come_at_once(tmp_path: Path) -> None:
    source = """
    import random  # CL011

    class Fee(Record):
        amount: float  # CL111

    @function
    def f(xs: list[int]) -> int:
        while xs:  # CL301
            pass
        y = xs[-1]  # CL417
        print(y)  # CL420
        return y // 2  # CL410

    def g(x):  # CL106 CL108
        return x
    """
    check_marked(tmp_path, source)
