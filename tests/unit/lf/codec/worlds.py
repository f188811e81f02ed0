"""A small package of data types that codec tests are about."""

from __future__ import annotations

from cantata.lf.model import (
    DECIMAL,
    INT64,
    PARTY,
    TEXT,
    Builtin,
    DefDataType,
    EnumType,
    InterfaceType,
    KStar,
    Module,
    Package,
    Packages,
    Record,
    Ref,
    TApp,
    TBuiltin,
    TCon,
    TVar,
    Type,
    Variant,
    apply,
    arrow,
    genmap,
    list_of,
    optional,
    textmap,
)

PACKAGE = "b" * 64


def ref(name: str) -> Ref:
    return Ref(PACKAGE, "World", name)


def con(name: str, *args: Type) -> Type:
    return apply(TCon(ref(name)), *args)


def _data(
    name: str, cons: Record | Variant | EnumType | InterfaceType, *params: str
) -> DefDataType:
    return DefDataType(
        name=name, params=tuple((p, KStar()) for p in params), serializable=True, cons=cons
    )


def world() -> Packages:
    pair = _data("Pair", Record((("fst", TVar("a")), ("snd", TVar("b")))), "a", "b")
    grows = Record(
        (("here", TVar("a")), ("there", optional(con("Grows", con("Pair", TVar("a"), TVar("a"))))))
    )
    definitions = (
        _data(
            "Transfer", Record((("owner", PARTY), ("amount", DECIMAL), ("memo", optional(TEXT))))
        ),
        _data(
            "Batch",
            Record(
                (
                    ("transfers", list_of(con("Transfer"))),
                    ("by name", textmap(con("Transfer"))),
                    ("limits", genmap(con("Pair", INT64, TEXT), con("Transfer"))),
                )
            ),
        ),
        _data("Chain", Record((("next", optional(con("Chain"))),))),
        _data(
            "Shape", Variant((("Dot", TBuiltin(Builtin.UNIT)), ("Box", con("Pair", INT64, INT64))))
        ),
        _data("Color", EnumType(("Red", "Green"))),
        _data(
            "Trailing",
            Record(
                (
                    ("a", optional(INT64)),
                    ("b", INT64),
                    ("c", optional(INT64)),
                    ("d", optional(INT64)),
                )
            ),
        ),
        _data("Holding", InterfaceType()),
        _data("Function", Record((("f", arrow(INT64, INT64)),))),
        _data("Broken", Record((("p", TApp(TCon(ref("Pair")), INT64)),))),
        pair,
        _data("Grows", grows, "a"),
    )
    module = Module(name="World", data_types={d.name: d for d in definitions})
    package = Package(
        id=PACKAGE,
        name="world",
        version="1.0.0",
        lf_minor="1",
        modules={"World": module},
        imports=frozenset(),
    )
    return Packages([package])
