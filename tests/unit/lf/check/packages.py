"""Short names to build packages with, and to check them."""

from __future__ import annotations

from cantata.lf.check import Violation, check_package
from cantata.lf.model import (
    PARTY,
    Choice,
    DataCons,
    DefDataType,
    DefException,
    DefInterface,
    DefTemplate,
    DefTypeSyn,
    DefValue,
    ENil,
    Expr,
    Kind,
    KStar,
    Module,
    Package,
    Packages,
    Ref,
    TCon,
    Type,
    list_of,
)

PACKAGE = "a" * 64
PARTIES = list_of(PARTY)
STAR: Kind = KStar()


def ref(name: str, module: str = "M", package: str = PACKAGE) -> Ref:
    """Refer to a definition of the package under test."""
    return Ref(package, module, name)


def con(name: str) -> Type:
    """Give a data type of the package under test."""
    return TCon(ref(name))


def data(name: str, cons: DataCons, *params: str, serializable: bool = True) -> DefDataType:
    """Define a data type with parameters of kind star."""
    kinds = tuple((param, STAR) for param in params)
    return DefDataType(name=name, params=kinds, serializable=serializable, cons=cons)


def value(name: str, type_: Type, expr: Expr) -> DefValue:
    """Define a value."""
    return DefValue(name=name, type=type_, expr=expr)


def choice(name: str, arg: Type, result: Type, body: Expr, controllers: Expr) -> Choice:
    """Define a consuming choice without observers."""
    return Choice(
        name=name,
        consuming=True,
        controllers=controllers,
        observers=ENil(PARTY),
        self_binder="self",
        arg_binder="arg",
        arg_type=arg,
        result=result,
        update=body,
    )


Definition = DefDataType | DefTypeSyn | DefValue | DefTemplate | DefException | DefInterface


def module(*definitions: Definition, name: str = "M") -> Module:
    """Put definitions into a module."""
    made = Module(name=name)
    places = {
        DefDataType: made.data_types,
        DefTypeSyn: made.synonyms,
        DefValue: made.values,
        DefTemplate: made.templates,
        DefException: made.exceptions,
        DefInterface: made.interfaces,
    }
    for definition in definitions:
        table: dict[str, Definition] = places[type(definition)]  # type: ignore[assignment]
        table[definition.name] = definition
    return made


def package(
    *modules: Module, minor: str = "1", version: str = "1.0.0", id_: str = PACKAGE
) -> Package:
    """Put modules into a package."""
    return Package(
        id=id_,
        name="test",
        version=version,
        lf_minor=minor,
        modules={each.name: each for each in modules},
        imports=frozenset(),
    )


def check(*definitions: Definition, minor: str = "1") -> tuple[Violation, ...]:
    """Check a package of one module."""
    return check_package(package(module(*definitions), minor=minor), Packages())


def rules(*definitions: Definition, minor: str = "1") -> list[str]:
    """Give the rules that a package of one module does not keep."""
    return [violation.rule for violation in check(*definitions, minor=minor)]


def value_rules(type_: Type, expr: Expr, *others: Definition) -> list[str]:
    """Give the rules that one value does not keep."""
    return rules(*others, value("v", type_, expr))
