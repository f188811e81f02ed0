"""Lowered expressions: steps that run in order, then a value; and how they become Daml-LF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cantata.lang.lower.names import UNUSED, Names
from cantata.lf import model as lf


@dataclass(frozen=True, slots=True)
class Step:
    """A local definition. With `effect`, `bound` is an Update and the name gets its result.

    `fallible` says that evaluating `bound` can abort; of an effect, that building it can.
    """

    name: str
    type: lf.Type
    bound: lf.Expr
    effect: bool = False
    fallible: bool = True


@dataclass(frozen=True, slots=True)
class Code:
    """Steps, then a value; `fallible` says that evaluating the value after the steps can abort."""

    value: lf.Expr
    fallible: bool = False
    steps: tuple[Step, ...] = ()

    @property
    def effectful(self) -> bool:
        """Whether a step has effects."""
        return any(step.effect for step in self.steps)

    @property
    def total(self) -> bool:
        """Whether nothing in it can abort and nothing has effects."""
        return not (self.fallible or any(step.effect or step.fallible for step in self.steps))

    def after(self, steps: Sequence[Step]) -> Code:
        """Give the same code with other steps before it."""
        return replace(self, steps=(*steps, *self.steps)) if steps else self


@dataclass(frozen=True, slots=True)
class Operand:
    """Code in operand position, and the type of its value."""

    code: Code
    type: lf.Type


@dataclass(frozen=True, slots=True)
class Operands:
    """Operands in one row: steps of all of them, then expressions that may stand side by side.

    At most one of the expressions can abort, so Daml-LF's own order (from the last to the first)
    cannot be told from Python's.
    """

    steps: tuple[Step, ...]
    values: tuple[lf.Expr, ...]
    fallible: bool


def in_order(names: Names, operands: Sequence[Operand]) -> Operands:
    """Arrange operands so that they are evaluated from left to right."""
    steps: list[tuple[Step, ...]] = []
    values: list[lf.Expr] = []
    active = False
    fallible = False
    for operand in reversed(operands):
        code = operand.code
        if code.fallible and active:
            code = bind(names, code, operand.type)
        steps.append(code.steps)
        values.append(code.value)
        fallible = fallible or code.fallible
        active = active or not code.total
    flat = tuple(step for part in reversed(steps) for step in part)
    return Operands(flat, tuple(reversed(values)), fallible)


def bind(names: Names, code: Code, type_: lf.Type, wanted: str = "") -> Code:
    """Make the value a variable, so that it is evaluated here and may be used more than once."""
    if is_atom(code.value):
        return code
    name = names.fresh(wanted)
    step = Step(name, type_, code.value, fallible=code.fallible)
    return Code(lf.EVar(name), steps=(*code.steps, step))


def is_atom(value: lf.Expr) -> bool:
    """Whether an expression costs nothing to repeat: a variable or a small constant."""
    return isinstance(value, _ATOMS)


_ATOMS = (
    lf.EVar,
    lf.EUnit,
    lf.EBool,
    lf.EInt64,
    lf.ENumeric,
    lf.EText,
    lf.EDate,
    lf.ETimestamp,
    lf.ENil,
    lf.ENone,
    lf.EEnumCon,
)


def pure(code: Code) -> lf.Expr:
    """Write code without effects as one expression."""
    assert not code.effectful, "effects in a pure position"
    steps, value = code.steps, code.value
    if steps and value == lf.EVar(steps[-1].name):
        steps, value = steps[:-1], steps[-1].bound
    if not steps:
        return value
    bindings = tuple(lf.Binding(step.name, step.type, step.bound) for step in steps)
    if isinstance(value, lf.ELet):
        return lf.ELet(bindings + value.bindings, value.body)
    return lf.ELet(bindings, value)


def update(code: Code, type_: lf.Type, *, run_at_once: bool = False) -> lf.Expr:
    """Write code as one Update that gives the value.

    Building it never aborts, only running it; unless it is run as soon as it is built, where
    nobody can tell.
    """
    steps = code.steps
    last: lf.Expr = lf.UPure(type_, code.value)
    last_fallible = code.fallible
    if steps and code.value == lf.EVar(steps[-1].name):
        final, steps = steps[-1], steps[:-1]
        last, last_fallible = _binding(final).bound, final.fallible
    bindings = [_binding(step) for step in steps]
    if not run_at_once and (steps[0].fallible if steps else last_fallible):
        bindings.insert(0, lf.Binding(UNUSED, lf.UNIT, lf.UPure(lf.UNIT, lf.EUnit())))
    if not bindings:
        return last
    if isinstance(last, lf.UBlock):
        return lf.UBlock((*bindings, *last.bindings), last.body)
    return lf.UBlock(tuple(bindings), last)


def _binding(step: Step) -> lf.Binding:
    bound = step.bound if step.effect else lf.UPure(step.type, step.bound)
    return lf.Binding(step.name, step.type, bound)
