"""The translation of one definition: lines written so far, names, and dispatch by form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cantata.lf.model import ELocated, ETyAbs, ETyApp, Expr, Location, Ref
from cantata.lf.runtime.translate.code import MAX_NESTING, Code, Env, Var, atom
from cantata.lf.runtime.translate.links import Link, link_name
from cantata.lf.runtime.translate.shapes import Shapes
from cantata.lf.runtime.translate.typing import Typing
from cantata.lf.runtime.translate.walk import names

RETURN = "return "
MAX_INDENT = 24
"""Deepest indentation before a part becomes a function of its own."""

MAX_INLINING = 6
"""How deep functions are written into each other."""
MAX_INLINED = 300
"""How many functions are written in place in one unit."""

Place: TypeAlias = tuple[str, int]
"""A source file and a line, counted from 1."""


@dataclass(slots=True)
class Line:
    """One line of generated code."""

    indent: int
    text: str
    place: Place | None


Lines: TypeAlias = "list[Line | Lines]"


@dataclass(slots=True)
class Loop:
    """The loop that tail calls of the function being translated jump back to."""

    ref: Ref
    params: tuple[str, ...]
    run: bool


@dataclass(slots=True)
class Scope:
    """One Python function being written."""

    calls: bool = False
    loop: Loop | None = None
    tries: int = 0
    closures: int = 0


@dataclass(slots=True)
class Handlers:
    """What writes each form of expression.

    `value` gives code for the value; `run` gives code that runs an update at once; `into` writes
    statements that deliver a value or result, for forms that are statements by nature
    (`into_run`: only when run); `tail` does so where a destination is at hand anyway.
    """

    value: dict[type, Callable[[Context, Any, Env], Code]] = field(default_factory=dict)
    run: dict[type, Callable[[Context, Any, Env], Code]] = field(default_factory=dict)
    into: dict[type, Callable[[Context, Any, Env, bool, str], None]] = field(default_factory=dict)
    into_run: dict[type, Callable[[Context, Any, Env, bool, str], None]] = field(
        default_factory=dict
    )
    tail: dict[type, Callable[[Context, Any, Env, bool, str], None]] = field(default_factory=dict)


class Context:
    """Writes the Python source of one unit."""

    def __init__(self, shapes: Shapes, typing: Typing, handlers: Handlers) -> None:
        self.shapes = shapes
        self.typing = typing
        self.handlers = handlers
        self.links: dict[str, Link] = {}
        self.finished: list[Lines] = []
        self.lines: Lines = []
        self.indent = 0
        self.place: Place | None = None
        self.scope = Scope()
        self.inlining: list[Ref | None] = []
        self.inlined_calls = 0
        self.speculation = 0
        self._names = 0

    # names and lines

    def fresh(self, prefix: str) -> str:
        """Give a new Python name."""
        self._names += 1
        return f"{prefix}{self._names}"

    def link(self, *link: object) -> str:
        """Give the name of something outside."""
        name = link_name(link)
        self.links[name] = link
        return name

    def emit(self, text: str) -> None:
        """Write a line."""
        self.lines.append(Line(self.indent, text, self.place))

    def hole(self) -> Lines:
        """Leave a place for lines that are written later."""
        lines: Lines = []
        self.lines.append(lines)
        return lines

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write a line that ends in a colon, and indent what follows."""
        self.emit(head)
        self.indent += 1
        yield
        self.indent -= 1

    @contextmanager
    def filling(self, hole: Lines, indent: int) -> Iterator[None]:
        """Write into a hole."""
        outer = self.lines, self.indent
        self.lines, self.indent = hole, indent
        yield
        self.lines, self.indent = outer

    @contextmanager
    def function(self, name: str, params: list[str], loop: Loop | None = None) -> Iterator[None]:
        """Write a function at the current place; it counts itself if it calls others."""
        outer = self.scope
        outer.closures += 1
        self.scope = Scope(loop=loop)
        with self.block(f"def {name}({', '.join(params)}):"):
            tick = self.hole()
            indent = self.indent
            yield
            if self.scope.calls:
                tick.append(Line(indent, "for _ in T: break", None))
        self.scope = outer

    @contextmanager
    def unit_function(
        self, name: str, params: list[str], loop: Loop | None = None
    ) -> Iterator[None]:
        """Write a function of the unit, outside of all others."""
        outer = self.lines, self.indent, self.scope
        self.lines, self.indent, self.scope = [], 0, Scope()
        with self.function(name, params, loop):
            yield
        self.finished.append(self.lines)
        self.lines, self.indent, self.scope = outer

    # expressions

    def value(self, expr: Expr, env: Env) -> Code:
        """Give code for the value of an expression; may write lines before."""
        return self.deliver(expr, env, run=False)

    def result(self, expr: Expr, env: Env) -> Code:
        """Give code that evaluates an update and runs it at once."""
        return self.deliver(expr, env, run=True)

    def deliver(self, expr: Expr, env: Env, *, run: bool) -> Code:
        """Give code for a value, or for the result of the update that it is."""
        outer = self.place
        expr = self._enter(expr)
        form = type(expr)
        if form in self.handlers.into or (run and form in self.handlers.into_run):
            name = self.fresh("t")
            self.into(expr, env, f"{name} = ", run=run)
            code = atom(name)
        elif run and form in self.handlers.run:
            code = self.handlers.run[form](self, expr, env)
        else:
            code = self.handlers.value[form](self, expr, env)
            if run:
                update = self.spill(code)
                self.scope.calls = True
                code = Code(f"{update.text}(fx)")
        code = self.flat(code)
        if self.place != outer and not code.pure:
            code = self.spill(code)  # on a line of its own, which bears the place
        self.place = outer
        return code

    def into(self, expr: Expr, env: Env, dest: str, *, run: bool) -> None:
        """Write statements that end in `dest` (``return`` or an assignment)."""
        outer = self.place
        expr = self._enter(expr)
        form = type(expr)
        rule = self.handlers.into.get(form)
        if rule is None and run:
            rule = self.handlers.into_run.get(form)
        rule = rule or self.handlers.tail.get(form)
        if rule is None:
            self.emit(dest + self.deliver(expr, env, run=run).text)
        elif self.indent > MAX_INDENT or self.scope.tries > 4:
            self._lift(expr, env, dest, run=run)
        else:
            rule(self, expr, env, run, dest)
        self.place = outer

    def _enter(self, expr: Expr) -> Expr:
        while True:
            if isinstance(expr, ELocated):
                self.place = place(expr.location)
                expr = expr.body
            elif isinstance(expr, ETyAbs):
                expr = expr.body
            elif isinstance(expr, ETyApp):
                expr = expr.expr
            else:
                return expr

    def _lift(self, expr: Expr, env: Env, dest: str, *, run: bool) -> None:
        """Write an expression as a function of its own, because it lies too deep here."""
        name = self.fresh(f"{self.unit}_")
        params: list[str] = []
        args: list[str] = []
        inner: Env = {}
        for free in sorted(names(expr) & env.keys()):
            var = env[free]
            param = self.fresh("x")
            params.append(param)
            args.append(self.variable(var).text)
            inner[free] = Var(atom(param), var.type)
        if run:
            params.append("fx")
            args.append("fx")
        with self.unit_function(name, params):
            self.into(expr, inner, RETURN, run=run)
        self.scope.calls = True
        self.emit(f"{dest}{name}({', '.join(args)})")

    unit = "u"
    """Prefix of the unit's own global names."""

    # functions written in place

    def may_inline(self) -> bool:
        """Tell whether another function may be written in place."""
        return len(self.inlining) < MAX_INLINING and self.inlined_calls < MAX_INLINED

    @contextmanager
    def inlined(self, ref: Ref | None) -> Iterator[None]:
        """Write the body of a function in place."""
        self.inlined_calls += 1
        self.inlining.append(ref)
        yield
        self.inlining.pop()

    # small helpers

    def variable(self, var: Var) -> Code:
        """Give the value of a variable."""
        if var.fun is None:
            return var.code
        var.fun.used.add("value")
        return Code(f"Fun({var.fun.arity}, {var.fun.python})", pure=True)

    def spill(self, code: Code) -> Code:
        """Put a value into a temporary, unless it is an atom."""
        if code.atom:
            return code
        name = self.fresh("t")
        self.emit(f"{name} = {code.text}")
        return atom(name)

    def flat(self, code: Code) -> Code:
        """Keep generated expressions shallow."""
        return self.spill(code) if code.nesting > MAX_NESTING else code

    def operands(self, exprs: list[Expr] | tuple[Expr, ...], env: Env) -> list[Code]:
        """Evaluate operands from the last to the first; effects keep that order."""
        codes: list[Code] = []
        fallible = sum(not self.simple(expr, 4) for expr in exprs)
        for expr in reversed(exprs):
            is_simple = self.simple(expr, 4)
            fallible -= not is_simple
            code = self.value(expr, env)
            if not code.pure and fallible:
                code = self.spill(code)
            codes.append(code)
        codes.reverse()
        return codes

    def atoms(self, exprs: list[Expr] | tuple[Expr, ...], env: Env) -> list[Code]:
        """Evaluate operands from the last to the first into atoms."""
        codes = [self.spill(self.value(expr, env)) for expr in reversed(exprs)]
        codes.reverse()
        return codes

    def simple(self, expr: Expr, depth: int) -> bool:
        """Tell whether evaluating an expression surely neither fails nor shows nor writes lines."""
        return simple(self.shapes, expr, depth)


def place(location: Location) -> Place:
    """Give file and line, counted from 1, of a place."""
    return location.file, location.start_line + 1


def simple(shapes: Shapes, expr: Expr, depth: int) -> bool:
    """Tell whether an expression is plainly without effect; looks `depth` levels deep."""
    expr = _peel(expr)
    form = type(expr).__name__
    if form in _ATOMIC:
        return True
    if form == "EVal":
        ref = expr.ref  # type: ignore[attr-defined]
        return shapes.is_total(expr) or shapes.constant(ref) is not None
    part = _TRANSPARENT.get(form)
    if part is None or not depth:
        return False
    return simple(shapes, getattr(expr, part), depth - 1)


def _peel(expr: Expr) -> Expr:
    while isinstance(expr, ELocated | ETyAbs | ETyApp):
        expr = expr.expr if isinstance(expr, ETyApp) else expr.body
    return expr


_ATOMIC = frozenset(
    {
        "EVar",
        "EUnit",
        "EBool",
        "EInt64",
        "ENumeric",
        "EText",
        "EDate",
        "ETimestamp",
        "EFailureCategory",
        "EBuiltin",
        "EEnumCon",
        "ENil",
        "ENone",
        "ETypeRep",
    }
)
_TRANSPARENT = {"ERecProj": "record", "ESome": "value", "EVariantCon": "arg"}
