"""Small packages written by hand, and runtimes for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from cantata.lf.model import (
    INT64,
    TEXT,
    Alternative,
    Binding,
    DefDataType,
    DefException,
    DefInterface,
    DefTemplate,
    DefValue,
    EAbs,
    EApp,
    EBuiltin,
    ECase,
    ECons,
    EInt64,
    ELet,
    ENil,
    ERecCon,
    EText,
    ETyApp,
    EVal,
    EVar,
    Expr,
    Module,
    Package,
    Packages,
    PBool,
    Ref,
    TCon,
    Type,
)
from cantata.lf.runtime.budget import Limits
from cantata.lf.runtime.runtime import Runtime
from cantata.lf.runtime.values import Value
from cantata.lf.stable import stable_packages

PACKAGE = "ab" * 32

Values = Mapping[str, tuple[Type, Expr]]


def ref(name: str, package: str = PACKAGE) -> Ref:
    """Give a definition of module M."""
    return Ref(package, "M", name)


def package(
    values: Values | None = None,
    *,
    package_id: str = PACKAGE,
    version: str = "1.0.0",
    data: tuple[DefDataType, ...] = (),
    exceptions: tuple[DefException, ...] = (),
    templates: tuple[DefTemplate, ...] = (),
    interfaces: tuple[DefInterface, ...] = (),
) -> Package:
    """Give a package of one module M."""
    module = Module(
        name="M",
        values={
            name: DefValue(name=name, type=type_, expr=expr)
            for name, (type_, expr) in (values or {}).items()
        },
        data_types={item.name: item for item in data},
        exceptions={item.name: item for item in exceptions},
        templates={item.name: item for item in templates},
        interfaces={item.name: item for item in interfaces},
    )
    return Package(
        id=package_id,
        name="p",
        version=version,
        lf_minor="1",
        modules={"M": module},
        imports=frozenset(),
    )


def runtime(
    *packages: Package,
    limits: Limits | None = None,
    trace: Callable[[str], None] | None = None,
    cache: Path | None = None,
) -> Runtime:
    """Give a runtime of packages and the stable ones."""
    stable = (stored.package for stored in stable_packages().values())
    return Runtime(Packages([*stable, *packages]), limits=limits, trace=trace, cache=cache)


def evaluate(values: Values, name: str = "m", *, limits: Limits | None = None) -> Value:
    """Give a value of a package of its own."""
    return runtime(package(values), limits=limits).evaluate(ref(name))


# expressions


def call(builtin: str, *args: Expr, types: tuple[Type, ...] = ()) -> Expr:
    """Apply a built-in function."""
    fun: Expr = EBuiltin(builtin)
    if types:
        fun = ETyApp(fun, types)
    return EApp(fun, args) if args else fun


def add(a: Expr, b: Expr) -> Expr:
    """Add integers."""
    return call("ADD_INT64", a, b)


def sub(a: Expr, b: Expr) -> Expr:
    """Subtract integers."""
    return call("SUB_INT64", a, b)


def i(value: int) -> Expr:
    """Give an integer."""
    return EInt64(value)


def var(name: str) -> Expr:
    """Give a variable."""
    return EVar(name)


def val(name: str, *args: Expr) -> Expr:
    """Give a top-level value, applied."""
    return EApp(EVal(ref(name)), args) if args else EVal(ref(name))


def lam(body: Expr, *names: str) -> EAbs:
    """Give a function of integers."""
    return EAbs(tuple((name, INT64) for name in names), body)


def error(text: str, type_: Type = INT64) -> Expr:
    """Fail."""
    return call("ERROR", EText(text), types=(type_,))


def trace(text: str, body: Expr, type_: Type = INT64) -> Expr:
    """Show a message, give the value."""
    return call("TRACE", EText(text), body, types=(type_,))


def let(name: str, bound: Expr, body: Expr, type_: Type = INT64) -> Expr:
    """Bind a name."""
    return ELet((Binding(name, type_, bound),), body)


def if_(test: Expr, yes: Expr, no: Expr) -> Expr:
    """Choose."""
    return ECase(test, (Alternative(PBool(value=True), yes), Alternative(PBool(value=False), no)))


def equal(a: Expr, b: Expr, type_: Type = INT64) -> Expr:
    """Compare."""
    return call("EQUAL", a, b, types=(type_,))


def ints(*items: int) -> Expr:
    """Give a list of integers."""
    return (
        ECons(INT64, tuple(EInt64(item) for item in items), ENil(INT64)) if items else ENil(INT64)
    )


def record(name: str, **fields: Expr) -> Expr:
    """Give a record."""
    return ERecCon(TCon(ref(name)), tuple(fields.items()))


def text(value: str) -> Expr:
    """Give a text."""
    return EText(value)


__all__ = [
    "TEXT",
    "add",
    "call",
    "equal",
    "error",
    "evaluate",
    "i",
    "if_",
    "ints",
    "lam",
    "let",
    "package",
    "record",
    "ref",
    "runtime",
    "sub",
    "text",
    "trace",
    "val",
    "var",
]
