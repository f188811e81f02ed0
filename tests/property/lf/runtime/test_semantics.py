"""Translated code means what a plain interpreter of the specification computes."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from cantata.lf.runtime.errors import InterpretationError
from tests.property.lf.runtime.expressions import ACTION, OOPS, OOPS_EXCEPTION, RECORD, programs
from tests.property.lf.runtime.reference import Failed, Reference, Thrown
from tests.unit.lf.runtime.build import Values, package, ref, runtime


class NoEffects:
    """A ledger that only notes how try blocks end."""

    def __init__(self) -> None:
        self.open = 0

    def begin_try(self) -> None:
        self.open += 1

    def commit_try(self) -> None:
        self.open -= 1

    rollback_try = abort_try = commit_try


def ours(values: Values) -> tuple[str, Any, list[str]]:
    messages: list[str] = []
    run = runtime(
        package(values, data=(RECORD, OOPS), exceptions=(OOPS_EXCEPTION,)), trace=messages.append
    )
    effects = NoEffects()
    is_action = values["m"][0] == ACTION
    try:
        value = run.guarded(
            lambda: run.evaluate(ref("m"))(effects) if is_action else run.evaluate(ref("m"))
        )
    except InterpretationError as error:
        return type(error).__name__, error.message, messages
    assert effects.open == 0
    return "value", value, messages


def theirs(values: Values) -> tuple[str, Any, list[str]]:
    reference = Reference({name: expr for name, (_, expr) in values.items()})
    try:
        value = reference.top("m")
        if values["m"][0] == ACTION:
            value = value()
    except Failed as failed:
        return "UserError", str(failed), reference.messages
    except Thrown as thrown:
        return "FailureStatus", str(thrown), reference.messages
    return "value", value, reference.messages


@settings(max_examples=400)
@given(programs())
def test_translated_code_agrees_with_the_specification(values: Values) -> None:
    assert ours(values) == theirs(values)
