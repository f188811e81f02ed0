"""Random well-typed expressions over a few types, small enough for a plain interpreter."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st

from cantata.lf.model import (
    BOOL,
    INT64,
    TEXT,
    Alternative,
    Binding,
    DefDataType,
    DefException,
    EAbs,
    EApp,
    EBool,
    EBuiltin,
    ECase,
    ECons,
    EInt64,
    ELet,
    ELocated,
    ENil,
    ENone,
    ERecCon,
    ERecProj,
    ERecUpd,
    ESome,
    EText,
    EThrow,
    ETyApp,
    EVal,
    EVar,
    Expr,
    Location,
    PBool,
    PCons,
    PNil,
    PNone,
    PSome,
    Record,
    TCon,
    Type,
    UBlock,
    UEmbed,
    UPure,
    UTryCatch,
    arrow,
    list_of,
    optional,
    update,
)
from tests.unit.lf.runtime.build import ref

R = TCon(ref("R"))
UNARY = arrow(INT64, INT64)
BINARY = arrow(INT64, INT64, INT64)
INTS = list_of(INT64)
MAYBE = optional(INT64)
ACTION = update(INT64)
TYPES: tuple[Type, ...] = (INT64, BOOL, UNARY, BINARY, INTS, MAYBE, R, ACTION)

RECORD = DefDataType(
    name="R", serializable=True, cons=Record((("a", INT64), ("o", MAYBE), ("l", INTS)))
)
OOPS = DefDataType(name="Oops", serializable=True, cons=Record((("m", TEXT),)))
OOPS_EXCEPTION = DefException(
    name="Oops",
    message=EAbs((("x", TCon(ref("Oops"))),), ERecProj(TCon(ref("Oops")), "m", EVar("x"))),
)

Scope = tuple[tuple[str, Type], ...]
Draw = Callable[[st.SearchStrategy[Expr]], Expr]
PLACE = Location("contract.py", 3, 0, 3, 9)


class Expressions:
    """Draws expressions; `tops` are the top-level values that may be used, with their types."""

    def __init__(self, draw: Callable[..., object], tops: Scope) -> None:
        self.draw = draw
        self.tops = tops
        self.count = 0

    def pick(self, options: list[Callable[[], Expr]]) -> Expr:
        return options[self.number(len(options))]()

    def number(self, below: int) -> int:
        drawn = self.draw(st.integers(0, below - 1))
        assert isinstance(drawn, int)
        return drawn

    def name(self) -> str:
        self.count += 1
        return f"n{self.number(4)}" if self.number(3) == 0 else f"v{self.count}"

    def expr(self, type_: Type, scope: Scope, depth: int) -> Expr:
        """Draw an expression of a type."""
        known = [name for name, found in dict(scope).items() if found == type_]
        tops = [name for name, found in self.tops if found == type_]
        options: list[Callable[[], Expr]] = [lambda: self.leaf(type_, scope)]
        options += [partial(EVar, name) for name in known]
        options += [partial(EVal, ref(name)) for name in tops]
        if depth > 0:
            options += self.general(type_, scope, depth - 1) + self.special(type_, scope, depth - 1)
        return self.pick(options)

    def leaf(self, type_: Type, scope: Scope) -> Expr:
        """Give a smallest expression of a type."""
        leaves: dict[Type, Callable[[], Expr]] = {
            INT64: lambda: EInt64((0, 1, 2, 5, -3, 7, 9, 4, 2**63 - 1, -(2**63))[self.number(10)]),
            BOOL: lambda: EBool(self.number(2) == 0),
            UNARY: lambda: EAbs(((f"p{self.number(2)}", INT64),), EInt64(self.number(9))),
            BINARY: lambda: EBuiltin(("ADD_INT64", "SUB_INT64")[self.number(2)]),
            INTS: lambda: ENil(INT64),
            MAYBE: lambda: ENone(INT64),
            R: lambda: ERecCon(R, (("a", EInt64(1)), ("o", ENone(INT64)), ("l", ENil(INT64)))),
            ACTION: lambda: UPure(INT64, EInt64(self.number(9))),
        }
        return leaves[type_]()

    def general(self, type_: Type, scope: Scope, depth: int) -> list[Callable[[], Expr]]:
        """Give the forms that every type has."""
        failing: list[Callable[[], Expr]] = [
            lambda: EApp(ETyApp(EBuiltin("ERROR"), (type_,)), (EText(f"e{self.number(99)}"),)),
            lambda: EThrow(type_, TCon(ref("Oops")), self.oops()),
        ]
        return [
            *(failing if self.number(8) == 0 else ()),
            lambda: self.traced(type_, scope, depth),
            lambda: self.traced(type_, scope, depth),
            lambda: self.let(type_, scope, depth),
            lambda: self.let(type_, scope, depth),
            lambda: self.choice(type_, scope, depth),
            lambda: self.applied(type_, scope, depth),
            lambda: ELocated(PLACE, self.expr(type_, scope, depth)),
        ]

    def oops(self) -> Expr:
        return ERecCon(TCon(ref("Oops")), (("m", EText(f"x{self.number(99)}")),))

    def traced(self, type_: Type, scope: Scope, depth: int) -> Expr:
        message = EText(f"t{self.number(999)}")
        return EApp(ETyApp(EBuiltin("TRACE"), (type_,)), (message, self.expr(type_, scope, depth)))

    def let(self, type_: Type, scope: Scope, depth: int) -> Expr:
        bindings = []
        for _ in range(1 + self.number(2)):
            name, bound = self.name(), TYPES[self.number(len(TYPES))]
            bindings.append(Binding(name, bound, self.expr(bound, scope, depth)))
            scope = (*scope, (name, bound))
        return ELet(tuple(bindings), self.expr(type_, scope, depth))

    def choice(self, type_: Type, scope: Scope, depth: int) -> Expr:
        kind = self.number(3)
        if kind == 0:
            alternatives = (
                Alternative(PBool(value=True), self.expr(type_, scope, depth)),
                Alternative(PBool(value=False), self.expr(type_, scope, depth)),
            )
            return ECase(self.expr(BOOL, scope, depth), alternatives)
        head, tail = self.name(), self.name() + "t"
        if kind == 1:
            inner = (*scope, (head, INT64), (tail, INTS))
            alternatives = (
                Alternative(PCons(head, tail), self.expr(type_, inner, depth)),
                Alternative(PNil(), self.expr(type_, scope, depth)),
            )
            return ECase(self.expr(INTS, scope, depth), alternatives)
        alternatives = (
            Alternative(PNone(), self.expr(type_, scope, depth)),
            Alternative(PSome(head), self.expr(type_, (*scope, (head, INT64)), depth)),
        )
        return ECase(self.expr(MAYBE, scope, depth), alternatives)

    def applied(self, type_: Type, scope: Scope, depth: int) -> Expr:
        """Apply a function written at the spot."""
        size = 1 + self.number(3)
        params = tuple((self.name(), TYPES[self.number(len(TYPES))]) for _ in range(size))
        args = tuple(self.expr(param, scope, depth) for _, param in params)
        body = self.expr(type_, (*scope, *params), depth)
        if size > 1 and self.number(2):
            nested = EAbs(params[:1], EAbs(params[1:], body))
            return EApp(EApp(nested, args[:1]), args[1:])
        return EApp(EAbs(params, body), args)

    def special(self, type_: Type, scope: Scope, depth: int) -> list[Callable[[], Expr]]:
        """Give the forms that only one type has."""
        if type_ == INT64:
            return self.integers(scope, depth)
        if type_ == BOOL:
            return [lambda: self.compared(scope, depth)]
        if type_ == UNARY:
            return [
                lambda: self.function(1, scope, depth),
                lambda: EApp(self.expr(BINARY, scope, depth), (self.expr(INT64, scope, depth),)),
            ]
        if type_ == BINARY:
            return [lambda: self.function(2, scope, depth)]
        if type_ == INTS:
            return self.lists(scope, depth)
        if type_ == MAYBE:
            return [
                lambda: ESome(INT64, self.expr(INT64, scope, depth)),
                lambda: ERecProj(R, "o", self.expr(R, scope, depth)),
            ]
        return self.records(scope, depth) if type_ == R else self.updates(scope, depth)

    def integers(self, scope: Scope, depth: int) -> list[Callable[[], Expr]]:
        def binary(name: str) -> Expr:
            return EApp(EBuiltin(name), self.both(scope, depth))

        return [
            lambda: binary("ADD_INT64"),
            lambda: binary("SUB_INT64"),
            lambda: binary("MUL_INT64"),
            lambda: EApp(self.expr(BINARY, scope, depth), self.both(scope, depth)),
            lambda: EApp(self.expr(UNARY, scope, depth), (self.expr(INT64, scope, depth),)),
            lambda: ERecProj(R, "a", self.expr(R, scope, depth)),
            lambda: self.fold("FOLDL", scope, depth),
            lambda: self.fold("FOLDR", scope, depth),
        ]

    def both(self, scope: Scope, depth: int) -> tuple[Expr, Expr]:
        return self.expr(INT64, scope, depth), self.expr(INT64, scope, depth)

    def fold(self, name: str, scope: Scope, depth: int) -> Expr:
        args = (
            self.expr(BINARY, scope, depth),
            self.expr(INT64, scope, depth),
            self.expr(INTS, scope, depth),
        )
        return EApp(ETyApp(EBuiltin(name), (INT64, INT64)), args)

    def compared(self, scope: Scope, depth: int) -> Expr:
        name = ("EQUAL", "LESS")[self.number(2)]
        return EApp(ETyApp(EBuiltin(name), (INT64,)), self.both(scope, depth))

    def function(self, arity: int, scope: Scope, depth: int) -> Expr:
        params = tuple((f"{self.name()}_{at}", INT64) for at in range(arity))
        return EAbs(params, self.expr(INT64, (*scope, *params), depth))

    def lists(self, scope: Scope, depth: int) -> list[Callable[[], Expr]]:
        def cons() -> Expr:
            front = tuple(self.expr(INT64, scope, depth) for _ in range(1 + self.number(6)))
            return ECons(INT64, front, self.expr(INTS, scope, depth))

        return [cons, cons, lambda: ERecProj(R, "l", self.expr(R, scope, depth))]

    def records(self, scope: Scope, depth: int) -> list[Callable[[], Expr]]:
        def build() -> Expr:
            fields = (("a", INT64), ("o", MAYBE), ("l", INTS))
            return ERecCon(R, tuple((name, self.expr(t, scope, depth)) for name, t in fields))

        def change() -> Expr:
            name, t = (("a", INT64), ("o", MAYBE), ("l", INTS))[self.number(3)]
            return ERecUpd(R, name, self.expr(R, scope, depth), self.expr(t, scope, depth))

        return [build, change]

    def updates(self, scope: Scope, depth: int) -> list[Callable[[], Expr]]:
        def block() -> Expr:
            inner, bindings = scope, []
            for _ in range(1 + self.number(3)):
                name = self.name()
                bindings.append(Binding(name, INT64, self.expr(ACTION, inner, depth)))
                inner = (*inner, (name, INT64))
            return UBlock(tuple(bindings), self.expr(ACTION, inner, depth))

        def chain() -> Expr:
            """Fold a list into a chain of updates."""
            step = EAbs(
                (("acc", ACTION), ("el", INT64)),
                UBlock(
                    (Binding("st", INT64, EVar("acc")),),
                    self.expr(ACTION, (*scope, ("el", INT64), ("st", INT64)), depth),
                ),
            )
            args = (step, self.expr(ACTION, scope, depth), self.expr(INTS, scope, depth))
            return EApp(ETyApp(EBuiltin("FOLDL"), (INT64, ACTION)), args)

        def attempt() -> Expr:
            handler = self.pick(
                [
                    lambda: ENone(ACTION),
                    lambda: ESome(ACTION, self.expr(ACTION, scope, depth)),
                    lambda: ECase(
                        self.expr(BOOL, scope, depth),
                        (
                            Alternative(PBool(value=True), ENone(ACTION)),
                            Alternative(
                                PBool(value=False), ESome(ACTION, self.expr(ACTION, scope, depth))
                            ),
                        ),
                    ),
                ]
            )
            return UTryCatch(INT64, self.expr(ACTION, scope, depth), "caught", handler)

        return [
            lambda: UPure(INT64, self.expr(INT64, scope, depth)),
            block,
            block,
            chain,
            attempt,
            lambda: UEmbed(INT64, self.expr(ACTION, scope, depth)),
        ]


@st.composite
def programs(draw: Callable[..., object]) -> dict[str, tuple[Type, Expr]]:
    """Draw top-level values, each of which may use those before it; the last is ``m``."""
    values: dict[str, tuple[Type, Expr]] = {}
    tops: Scope = ()
    for at in range(4):
        made = Expressions(draw, tops)
        type_ = TYPES[made.number(len(TYPES))]
        values[f"top{at}"] = (type_, made.expr(type_, (), 2))
        tops = (*tops, (f"top{at}", type_))
    last = Expressions(draw, tops)
    main = (INT64, ACTION)[last.number(2)]
    values["m"] = (main, last.expr(main, (), 4))
    return values
