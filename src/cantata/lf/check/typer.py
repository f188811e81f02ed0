"""Types expressions: what is in scope, what fits, and which form is typed how."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cantata.lf.check.infos import DataInfo
from cantata.lf.check.kinds import Kinds, Scope
from cantata.lf.check.nodes import STAR, App, Con, Forall, Kd, Prim, Struct, Ty, spine_of
from cantata.lf.check.printing import show
from cantata.lf.check.trampoline import Step, run
from cantata.lf.check.world import World
from cantata.lf.model import Builtin, ERecProj, Expr, Ref, Type

Atom = Callable[["Typer", Any], Ty]
"""Types an expression without parts."""
Form = Callable[["Typer", Any], Step]
"""Types an expression with parts, whose types it waits for."""

Applied = tuple[DataInfo, tuple[Ty, ...], Ty]
"""A data type, its arguments and the type they make."""


class Typer:
    """Types the expressions of one package; reports what does not fit and goes on."""

    def __init__(
        self,
        world: World,
        kinds: Kinds,
        atoms: Mapping[type[Expr], Atom],
        forms: Mapping[type[Expr], Form],
    ) -> None:
        self.world = world
        self.kinds = kinds
        self.arena = world.arena
        self.hole = world.arena.hole
        self.scope = Scope({})
        self._atoms = atoms
        self._forms = forms
        self._vars: dict[str, Ty] = {}
        self._hidden: list[tuple[str, Ty | None]] = []
        self._applied: dict[Ty, DataInfo] = {}

    def check_top(self, expr: Expr, expected: Ty, binders: Iterable[tuple[str, Ty]] = ()) -> None:
        """Report unless an expression of its own has a type, with these variables in scope."""
        self._vars.clear()
        self._hidden.clear()
        self.scope = Scope({})
        self.enter(binders)
        found: Ty = self.now(expr) or run(self.later(expr))
        if not self.fits(found, expected):
            self.mismatch(found, expected)

    def now(self, expr: Expr) -> Ty | None:
        """Give the type of an expression without parts, None for the others."""
        atom = self._atoms.get(type(expr))
        return atom(self, expr) if atom is not None else None

    def later(self, expr: Expr) -> Step:
        """Give the step that types an expression with parts."""
        self.world.spend()
        return self._forms[type(expr)](self, expr)

    def check(self, expr: Expr, expected: Ty) -> Step:
        """Give the step that reports unless an expression has a type."""
        found = self.now(expr) or (yield self.later(expr))
        self.expect(expr, found, expected)

    def expect(self, expr: Expr, found: Ty, expected: Ty) -> None:
        """Report unless the type found for an expression fits."""
        if found is expected or self.fits(found, expected):
            return
        if isinstance(expr, ERecProj):
            record = show(self.read(expr.type))
            self.report(
                "EFieldTypeMismatch",
                f"tried to use field {expr.field} with type {show(found)} on value of type "
                f"{record}, where {show(expected)} is expected",
            )
        else:
            self.mismatch(found, expected)

    def fits(self, one: Ty, other: Ty) -> bool:
        """Say whether two types are equal up to bound names and synonyms."""
        if one is other or one.hole or other.hole:
            return True
        if not (one.synonyms or other.synonyms):
            return False
        one, other = self.kinds.expand(one), self.kinds.expand(other)
        return one is other or one.hole or other.hole

    def mismatch(self, found: Ty, expected: Ty) -> None:
        """Report a type that is not the expected one."""
        text = f"type mismatch: expected type {show(expected)}, found type {show(found)}"
        self.report(self.world.report.mismatch_rule, text)

    def report(self, rule: str, message: str) -> None:
        """Report a violation at the present place."""
        self.world.report.add(rule, message)

    def enter(self, binders: Iterable[tuple[str | None, Ty]]) -> int:
        """Bring variables into scope; give the mark to `leave` with."""
        mark = len(self._hidden)
        for name, type_ in binders:
            if name is not None:
                self._hidden.append((name, self._vars.get(name)))
                self._vars[name] = type_
        return mark

    def leave(self, mark: int) -> None:
        """Take the variables since the mark out of scope again."""
        while len(self._hidden) > mark:
            name, before = self._hidden.pop()
            if before is None:
                del self._vars[name]
            else:
                self._vars[name] = before

    def variable(self, name: str) -> Ty:
        """Give the type of a variable in scope; an unknown one is reported and a hole."""
        found = self._vars.get(name)
        if found is None:
            self.report("EUnknownExprVar", f"unknown expr variable: {name}")
            return self.hole
        return found

    def read(self, type_: Type) -> Ty:
        """Give a type of the abstract syntax, unchecked."""
        return self.arena.read(type_)

    def star(self, type_: Type) -> Ty:
        """Give a type of the abstract syntax; report unless its kind is star."""
        node = self.arena.read(type_)
        if node.kind is not STAR:
            self.kinds.check(node, STAR, self.scope)
        return node

    def star_closed(self, type_: Type) -> Ty:
        """Give a type outside every expression; report unless its kind is star."""
        self.scope = Scope({})
        return self.star(type_)

    def of_kind(self, type_: Type, kind: Kd) -> Ty:
        """Give a type of the abstract syntax; report unless it has the kind."""
        node = self.arena.read(type_)
        self.kinds.check(node, kind, self.scope)
        return node

    def prim(self, builtin: Builtin, *args: Ty) -> Ty:
        """Give a built-in type applied to arguments."""
        return self.arena.apply(self.arena.prim(builtin), *args)

    def con(self, ref: Ref) -> Ty:
        """Give a data type or interface without arguments."""
        return self.arena.con(ref)

    def applied(self, type_: Type) -> Applied | None:
        """Give a data type with its arguments, checked; None when an error was reported."""
        node = self.arena.read(type_)
        head, args = spine_of(node)
        known = self._applied.get(node)
        if known is not None:
            return known, args, node
        if not isinstance(head, Con):
            self.report("EExpectedRecordType", f"expected record type, found {show(node)}")
            return None
        info = self.world.data(head.ref)
        if info is None:
            return None
        if len(args) != len(info.params):
            self.report("ETypeConAppWrongArity", f"wrong arity in typecon application {show(node)}")
            return None
        for arg, kind in zip(args, info.params, strict=True):
            self.kinds.check(arg, kind, self.scope)
        if all(arg.closed and arg.kind for arg in args):
            self._applied[node] = info
        return info, args, node

    def function(self, node: Ty) -> tuple[Ty, Ty]:
        """Give parameter and result of a function type; another type is reported, and holes."""
        found = _arrow(node) or _arrow(self.kinds.expand(node))
        if found is None:
            if not node.hole:
                text = f"expected function type, but found: {show(node)}"
                self.report("EExpectedFunctionType", text)
            return self.hole, self.hole
        return found

    def struct(self, node: Ty) -> Struct | None:
        """Give a structural record; another type is reported and None."""
        expanded = node if isinstance(node, Struct) else self.kinds.expand(node)
        if isinstance(expanded, Struct):
            return expanded
        if not node.hole:
            self.report("EExpectedStructType", f"expected struct type, but found: {show(node)}")
        return None

    def universal(self, node: Ty) -> Forall | None:
        """Give a quantified type, None for another one."""
        expanded = node if isinstance(node, Forall) else self.kinds.expand(node)
        return expanded if isinstance(expanded, Forall) else None

    def update(self, node: Ty) -> Ty:
        """Give the type back if it is an Update; another one is reported and a hole."""
        for candidate in (node, self.kinds.expand(node)):
            if isinstance(candidate, App) and _is_prim(candidate.fun, Builtin.UPDATE):
                return candidate
        if not node.hole:
            self.report("EExpectedUpdateType", f"expected update type, but found: {show(node)}")
        return self.hole


def _arrow(node: Ty) -> tuple[Ty, Ty] | None:
    inner = node.fun if isinstance(node, App) else None
    if isinstance(node, App) and isinstance(inner, App) and _is_prim(inner.fun, Builtin.ARROW):
        return inner.arg, node.arg
    return None


def _is_prim(node: Ty, builtin: Builtin) -> bool:
    return isinstance(node, Prim) and node.builtin is builtin
