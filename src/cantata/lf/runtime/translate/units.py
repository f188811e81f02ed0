"""Units of translation: one function of Python for one definition or part of a template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cantata.lf.model import (
    Choice,
    DefInterface,
    DefTemplate,
    EApp,
    ECase,
    ELet,
    EVal,
    EVar,
    Expr,
    Packages,
    Ref,
    TCon,
    Type,
    UBlock,
)
from cantata.lf.runtime.translate import calls, cases, data, dynamic, updates
from cantata.lf.runtime.translate.code import Env, Var, atom
from cantata.lf.runtime.translate.context import (
    RETURN,
    Context,
    Handlers,
    Line,
    Lines,
    Loop,
    Place,
)
from cantata.lf.runtime.translate.links import CHECK, Link, link_name, type_key
from cantata.lf.runtime.translate.shapes import Shapes, lambdas, strip
from cantata.lf.runtime.translate.typing import Typing

Param = tuple[str | None, Type | None]


@dataclass(frozen=True, slots=True)
class Unit:
    """The source of one unit, what it refers to, and where its lines come from."""

    name: str
    source: str
    links: dict[str, Link]
    places: dict[int, Place]


class Translator:
    """Translates definitions of a set of packages."""

    def __init__(self, packages: Packages) -> None:
        self.packages = packages
        self.shapes = Shapes(packages)
        self.typing = Typing(packages)
        self.handlers = _merged()

    def value(self, link: Link, ref: Ref, *, run: bool) -> Unit:
        """Translate a top-level value: its function, or its computation if it is a constant."""
        shape = self.shapes.shape(ref)
        loop = ref if shape.params and _calls_itself(ref, shape.body, run=run) else None
        params: list[Param] = list(shape.params)
        return self._unit(link, params, shape.body, run=run, loop=loop)

    def function(self, link: Link, argument: Type, expr: Expr) -> Unit:
        """Translate a function of one parameter; any expression of function type may stand there.

        An exception's message and the maintainers of a key are such.
        """
        params, body = lambdas(expr)
        if not params:
            params, body = (("argument", argument),), EApp(expr, (EVar("argument"),))
        return self._unit(link, list(params), body, run=False)

    def of_payload(self, link: Link, template: DefTemplate, ref: Ref, expr: Expr) -> Unit:
        """Translate a function of a contract's payload."""
        return self._unit(link, [(template.param, TCon(ref))], expr, run=False)

    def view(self, link: Link, template: DefTemplate, ref: Ref, expr: Expr, type_: Type) -> Unit:
        """Translate a view, whose value is checked."""
        ctx = self._context(link)
        env, pythons = _parameters(ctx, [(template.param, TCon(ref))])
        with ctx.unit_function(ctx.unit, pythons):
            result = ctx.spill(ctx.value(expr, env))
            ctx.emit(f"{ctx.link(CHECK, type_key(type_))}({result.text})")
            ctx.emit(f"return {result.text}")
        return _finish(ctx)

    def method(self, link: Link, template: DefTemplate, ref: Ref, expr: Expr, *, run: bool) -> Unit:
        """Translate a method together with the parameters of the function that it gives."""
        own, body = lambdas(expr)
        params: list[Param] = [(template.param, TCon(ref)), *own]
        return self._unit(link, params, body, run=run)

    def parties(self, link: Link, owner: Owner, choice: Choice, expr: Expr) -> Unit:
        """Translate controllers or observers of a choice; exceptions in them are fatal."""
        ctx = self._context(link)
        params: list[Param] = [owner.param, (choice.arg_binder, choice.arg_type)]
        env, pythons = _parameters(ctx, params)
        with ctx.unit_function(ctx.unit, pythons):
            with ctx.block("try:"):
                ctx.into(expr, env, RETURN, run=False)
            with ctx.block("except LFThrow as thrown:"):
                ctx.emit("FATAL(thrown)")
        return _finish(ctx)

    def body(self, link: Link, owner: Owner, choice: Choice) -> Unit:
        """Translate what a choice does: effects, contract id, payload and argument in."""
        ctx = self._context(link)
        params: list[Param] = [
            (choice.self_binder, None),
            owner.param,
            (choice.arg_binder, choice.arg_type),
        ]
        env, pythons = _parameters(ctx, params)
        with ctx.unit_function(ctx.unit, ["fx", *pythons]):
            ctx.into(choice.update, env, RETURN, run=True)
        return _finish(ctx)

    def _context(self, link: Link) -> Context:
        ctx = Context(self.shapes, self.typing, self.handlers)
        ctx.unit = link_name(link)
        return ctx

    def _unit(
        self, link: Link, params: list[Param], body: Expr, *, run: bool, loop: Ref | None = None
    ) -> Unit:
        ctx = self._context(link)
        env, pythons = _parameters(ctx, params)
        if loop is not None and not _loop(ctx, Loop(loop, tuple(pythons), run), body, env):
            loop = None
            ctx = self._context(link)
        if loop is None:
            with ctx.unit_function(ctx.unit, [*pythons, "fx"] if run else pythons):
                ctx.into(body, env, RETURN, run=run)
        return _finish(ctx)


@dataclass(frozen=True, slots=True)
class Owner:
    """A template or an interface as the owner of choices."""

    param: Param

    @classmethod
    def of(cls, ref: Ref, definition: DefTemplate | DefInterface) -> Owner:
        """Give the owner that a definition is."""
        return cls((definition.param, TCon(ref)))


def _merged() -> Handlers:
    merged = Handlers()
    for module in (data, calls, cases, dynamic, updates):
        merged.value.update(module.HANDLERS.value)
        merged.run.update(module.HANDLERS.run)
        merged.into.update(module.HANDLERS.into)
        merged.into_run.update(module.HANDLERS.into_run)
        merged.tail.update(module.HANDLERS.tail)
    return merged


def _parameters(ctx: Context, params: list[Param]) -> tuple[Env, list[str]]:
    env: Env = {}
    pythons = []
    for name, type_ in params:
        python = ctx.fresh("x")
        pythons.append(python)
        if name is not None:
            env[name] = Var(atom(python), type_)
    return env, pythons


def _loop(ctx: Context, loop: Loop, body: Expr, env: Env) -> bool:
    """Write a function whose tail calls of itself jump; False if closures forbid it.

    A closure would see the parameters change in the next round.
    """
    params = [*loop.params, "fx"] if loop.run else list(loop.params)
    with ctx.unit_function(ctx.unit, params):
        ctx.scope.loop = loop
        with ctx.block("while True:"):
            ctx.emit("for _ in T: break")
            ctx.into(body, env, RETURN, run=loop.run)
        closures = ctx.scope.closures
        ctx.scope.calls = False
    return closures == 0


def _calls_itself(ref: Ref, body: Expr, *, run: bool) -> bool:
    """Tell whether a body calls its own definition in tail position."""
    return any(
        isinstance(head, EVal) and head.ref == ref
        for expr in _tails(body, run=run)
        if isinstance(expr, EApp)
        for head in [calls.flatten(expr)[0]]
    )


def _tails(body: Expr, *, run: bool) -> Iterator[Expr]:
    pending = [body]
    while pending:
        expr = strip(pending.pop())
        if isinstance(expr, ELet) or (run and isinstance(expr, UBlock)):
            pending.append(expr.body)
        elif isinstance(expr, ECase):
            pending.extend(alternative.body for alternative in expr.alternatives)
        else:
            yield expr


def _finish(ctx: Context) -> Unit:
    texts: list[str] = []
    places: dict[int, Place] = {}
    for line in _flat(list(ctx.finished)):
        texts.append(" " * line.indent + line.text)
        if line.place is not None:
            places[len(texts)] = line.place
    return Unit(ctx.unit, "\n".join(texts) + "\n", ctx.links, places)


def _flat(lines: Lines) -> Iterator[Line]:
    pending: list[Line | Lines] = list(reversed(lines))
    while pending:
        item = pending.pop()
        if isinstance(item, Line):
            yield item
        else:
            pending.extend(reversed(item))
