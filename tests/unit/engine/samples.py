"""A small package, declared, for tests that need types but run nothing."""

from __future__ import annotations

from cantata.lf.model import (
    INT64,
    PARTY,
    TEXT,
    UNIT,
    Builtin,
    DefDataType,
    EnumType,
    KStar,
    Module,
    Package,
    Packages,
    Record,
    Ref,
    TBuiltin,
    TCon,
    TVar,
    Type,
    Variant,
    apply,
    genmap,
    list_of,
    numeric,
    optional,
    textmap,
)

PACKAGE_ID = "ab" * 32
BOOL = TBuiltin(Builtin.BOOL)
CONTRACT_ID = apply(TBuiltin(Builtin.CONTRACT_ID), UNIT)


def ref(name: str) -> Ref:
    return Ref(PACKAGE_ID, "M", name)


def con(name: str, *args: Type) -> Type:
    return apply(TCon(ref(name)), *args)


FIELDS: tuple[tuple[str, Type], ...] = (
    ("owner", PARTY),
    ("amount", numeric(2)),
    ("memo", optional(TEXT)),
    ("note", optional(TEXT)),
)

TYPES = (
    DefDataType(name="Coin", serializable=True, cons=Record(FIELDS)),
    DefDataType(name="Nest", serializable=True, cons=Record((("next", optional(con("Nest"))),))),
    DefDataType(
        name="Pair",
        params=(("a", KStar()), ("b", KStar())),
        serializable=True,
        cons=Record((("fst", TVar("a")), ("snd", TVar("b")))),
    ),
    DefDataType(
        name="Either",
        serializable=True,
        cons=Variant((("Left", INT64), ("Right", con("Pair", TEXT, list_of(INT64))))),
    ),
    DefDataType(name="Color", serializable=True, cons=EnumType(("Red", "Green"))),
    DefDataType(
        name="Maps",
        serializable=True,
        cons=Record((("texts", textmap(INT64)), ("keys", genmap(optional(INT64), con("Color"))))),
    ),
)


def sample_packages() -> Packages:
    module = Module(name="M", data_types={type_.name: type_ for type_ in TYPES})
    package = Package(
        id=PACKAGE_ID,
        name="sample",
        version="1.0.0",
        lf_minor="1",
        modules={"M": module},
        imports=frozenset(),
    )
    return Packages([package])
