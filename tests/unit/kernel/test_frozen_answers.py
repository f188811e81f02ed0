"""The kernel's arithmetic, texts and bounds equal the real engine's frozen answers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cantata.kernel import int64, numeric
from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.kernel.rounding import Rounding
from cantata.kernel.time import Date, Timestamp

Units = tuple[int, int]


def _units(value: dict[str, Any]) -> Units:
    return int(value["numeric"].replace(".", "")), value["scale"]


def _argument(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if "numeric" in value:
        return _units(value)
    if "date" in value:
        return Date.parse(value["date"])
    return int(value["int64"] if "int64" in value else value["timestamp"])


def _same_scale(operation: Callable[[int, int, int], int]) -> Callable[[Units, Units], Units]:
    return lambda left, right: (operation(left[0], right[0], left[1]), left[1])


def _mixed_scales(
    operation: Callable[[Units, Units, int], int],
) -> Callable[[Units, Units, Units], Units]:
    return lambda witness, left, right: (operation(left, right, witness[1]), witness[1])


def _round(digits: int, number: Units) -> Units:
    return numeric.round_to(digits, *number, Rounding.HALF_EVEN), number[1]


def _cast(witness: Units, number: Units) -> Units:
    return numeric.cast(number[0], number[1], witness[1]), witness[1]


def _from_integer(witness: Units, number: int) -> Units:
    return numeric.from_integer(number, witness[1]), witness[1]


def _optional(units: int | None, scale: int) -> Units | None:
    return None if units is None else (units, scale)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "ADD_INT64": int64.add,
    "SUB_INT64": int64.subtract,
    "MUL_INT64": int64.multiply,
    "DIV_INT64": int64.divide,
    "MOD_INT64": int64.remainder,
    "EXP_INT64": int64.power,
    "TEXT_TO_INT64": int64.parse,
    "ADD_NUMERIC": _same_scale(numeric.add),
    "SUB_NUMERIC": _same_scale(numeric.subtract),
    "MUL_NUMERIC": _mixed_scales(numeric.multiply),
    "DIV_NUMERIC": _mixed_scales(numeric.divide),
    "ROUND_NUMERIC": _round,
    "CAST_NUMERIC": _cast,
    "INT64_TO_NUMERIC": _from_integer,
    "NUMERIC_TO_INT64": lambda number: numeric.to_integer(*number),
    "NUMERIC_TO_TEXT": lambda number: numeric.to_text(*number),
    "TEXT_TO_NUMERIC": lambda witness, text: _optional(numeric.parse(text, witness[1]), witness[1]),
    "TIMESTAMP_TO_TEXT": lambda micros: str(Timestamp(micros)),
    "UNIX_MICROSECONDS_TO_TIMESTAMP": lambda micros: Timestamp(micros).microseconds,
    "DATE_TO_TEXT": str,
    "DATE_TO_UNIX_DAYS": lambda date: date.days,
    "UNIX_DAYS_TO_DATE": Date,
}


def _expected(case: dict[str, Any]) -> Any:
    result = case["result"]
    if isinstance(result, str):
        return result
    if "none" in result:
        return None
    return _argument(result.get("some", result))


def _agrees(case: dict[str, Any]) -> bool:
    arguments = [_argument(argument) for argument in case["args"]]
    try:
        answer = OPERATIONS[case["builtin"]](*arguments)
    except DamlArithmeticError as error:
        return "error" in case and error.message == case["error"]["message"]
    return "result" in case and bool(answer == _expected(case))


def test_all_frozen_answers_agree(shared_data: Path) -> None:
    seen: Counter[str] = Counter()
    wrong = []
    with (shared_data / "lf" / "builtins.jsonl").open(encoding="utf-8") as lines:
        for case in map(json.loads, lines):
            if case["builtin"] in OPERATIONS:
                seen[case["builtin"]] += 1
                if not _agrees(case):
                    wrong.append((case["id"], case["expr"], case.get("result", case.get("error"))))
    assert wrong == []
    assert set(seen) == set(OPERATIONS)
