"""The body under check: its names, its flow, what it may do."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from cantata.lang.diagnostics.expressions import EFFECT
from cantata.lang.diagnostics.rule import Rule
from cantata.lang.frontend.annotations import lookup
from cantata.lang.frontend.body.flow import Flow
from cantata.lang.frontend.symbols import ModuleInfo, Symbol, span_of
from cantata.lang.frontend.world import World
from cantata.lang.ir.expressions import Expr, Field, Read
from cantata.lang.ir.patterns import Variable
from cantata.lang.ir.types import Type

Infer: TypeAlias = "Callable[[Body, ast.expr, Type | None], Expr | None]"


@dataclass(slots=True, eq=False)
class Local:
    """A local name; of unknown type (None) after a finding, or an alias of a field."""

    type: Type | None
    variable: Variable | None = None
    argument: Variable | None = None
    daml: str = ""

    def read(self, node: ast.AST) -> Expr | None:
        """Give the expression that reads it; None if its type is unknown."""
        span = span_of(node)
        if self.type is None:
            return None
        if self.argument is not None:
            record = Read(type=self.argument.type, span=span, variable=self.argument)
            return Field(type=self.type, span=span, record=record, name=self.daml)
        if self.variable is None:
            return None
        return Read(type=self.type, span=span, variable=self.variable)


@dataclass(slots=True, eq=False, kw_only=True)
class Body:
    """A function, method, choice or lambda whose body is being checked.

    `place` says what it is, for messages; `key` stands for it in the graph of calls;
    `stored` are the names that it assigns anywhere: those are its own, as in Python.
    """

    world: World
    module: ModuleInfo
    name: str
    place: str
    key: object
    effects: bool
    result: Type | None
    dispatch: Infer
    stored: frozenset[str] = frozenset()
    locals: dict[str, Local] = field(default_factory=dict)
    flow: Flow = field(default_factory=Flow)
    contract_id: Variable | None = None

    def add(self, node: ast.AST, rule: Rule, /, **values: object) -> None:
        """Report a violation in this body."""
        self.world.add(self.module, node, rule, **values)

    def infer(self, node: ast.expr, expected: Type | None = None) -> Expr | None:
        """Type an expression; `expected` is a hint, the result may differ; None after a finding."""
        return self.dispatch(self, node, expected)

    def is_local(self, name: str) -> bool:
        """Say whether a name is the body's own, as Python decides it."""
        return name in self.locals or name in self.stored

    def symbol(self, node: ast.expr) -> Symbol | None:
        """Give what a name or ``module.name`` stands for outside of the body."""
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and self.is_local(root.id):
            return None
        return lookup(self.module, node)

    def declare(self, name: str, type_: Type | None) -> Local:
        """Enter a new local name that has a value from here on."""
        local = Local(type_, Variable(name, type_) if type_ is not None else None)
        self.locals[name] = local
        self.flow.assign(name)
        return local

    def may_act(self, node: ast.AST, name: str) -> bool:
        """Report an effect in a pure place."""
        if self.effects:
            return True
        instead = "move it into a choice, or mark the function @update"
        self.add(node, EFFECT, name=name, place=self.place, instead=instead)
        return False

    def calls(self, node: ast.AST, key: object) -> None:
        """Note a call in the graph of calls."""
        self.world.calls.setdefault(self.key, {}).setdefault(key, node)

    @contextmanager
    def pure(self, place: str) -> Iterator[None]:
        """Allow no effects inside, and say why."""
        effects, old_place = self.effects, self.place
        self.effects, self.place = False, place
        try:
            yield
        finally:
            self.effects, self.place = effects, old_place

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Keep names that are declared inside, and what becomes known, to the inside."""
        names, flow = dict(self.locals), self.flow.copy()
        try:
            yield
        finally:
            self.locals, self.flow = names, flow
