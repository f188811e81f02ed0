"""Contracts read by another version of their package: what is lost is refused, in words of LF."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.lf.runtime.errors import UpgradeTranslationFailed
from cantata.sandbox.engine import Exercise, ExerciseCommand
from tests.ledger.engine.stage import Stage

INNER, VARIANT, ENUM, LAST = 3, 4, 5, 6
"""Fields of vec-up's template that have more in version 2."""

PLAIN = ("alice", "bob", 5, (1, None), (0, 1), 0, None)


def version_2(**changed: Any) -> tuple[Any, ...]:
    """Give a payload of version 2 with some fields that version 1 does not know."""
    names = {"inner": INNER, "variant": VARIANT, "enum": ENUM, "last": LAST}
    payload = list(PLAIN)
    for name, value in changed.items():
        payload[names[name]] = value
    return tuple(payload)


def read_by_version_1(stage: Stage, payload: tuple[Any, ...]) -> Exercise:
    """Create a contract of version 2 and exercise a choice of version 1 on it."""
    contract = stage.create("alice", stage.version("2.0.0"), *payload)
    command = ExerciseCommand(stage.version("1.0.0"), contract.contract_id, "Get", ())
    (node,) = stage.submit("alice", command).tree.nodes
    assert isinstance(node, Exercise)
    return node


def refusal(stage: Stage, payload: tuple[Any, ...]) -> str:
    """Give the reason why version 1 cannot read a contract of version 2, without ids."""
    with pytest.raises(UpgradeTranslationFailed) as refused:
        read_by_version_1(stage, payload)
    lines = refused.value.message.splitlines()
    assert lines[-2].startswith("The contract is purportedly an instance of U:T@")
    assert lines[-1].startswith("Its contract argument is:  { <no-label> = 'alice'")
    package = stage.version("1.0.0").package
    return "\n".join(lines[1:-2]).replace(package, "PACKAGE")


def test_what_both_versions_know_is_read(stage: Stage) -> None:
    assert read_by_version_1(stage, PLAIN).result == ("alice", "bob", 5, (1,), (0, 1), 0)


def test_constructors_are_found_by_name(stage: Stage) -> None:
    assert refusal(stage, version_2(variant=(1, "t"))) == (
        "Reason: unknown constructor B in variant PACKAGE:U:W"
    )
    assert refusal(stage, version_2(enum=2)) == (
        "Reason: unknown constructor Z in enumeration PACKAGE:U:E"
    )


@pytest.mark.parametrize("changed, index, type_", [("last", 6, "U:T"), ("inner", 1, "U:In")])
def test_a_field_with_a_value_is_not_dropped(
    stage: Stage, changed: str, index: int, type_: str
) -> None:
    value = {"last": (3,), "inner": (1, ("j",))}[changed]
    reason, expected, actual = refusal(stage, version_2(**{changed: value})).splitlines()
    assert reason == (
        "Reason: Type-checking fails  Found an optional contract field with a value of Some at"
        f" index {index}, may not be dropped during downgrading."
    )
    assert expected == f"  Expected type: {type_}"
    assert actual.startswith("  Actual value: { <no-label> = ")


def test_fields_are_read_in_order_and_further_ones_last(stage: Stage) -> None:
    everything = version_2(inner=(1, ("j",)), variant=(1, "t"), enum=2, last=(3,))
    assert "at index 1, may not" in refusal(stage, everything)
    assert "constructor B" in refusal(stage, version_2(variant=(1, "t"), enum=2, last=(3,)))
    assert "constructor Z" in refusal(stage, version_2(enum=2, last=(3,)))
