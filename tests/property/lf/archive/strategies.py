"""Strategies for packages that are well-formed on the wire, though not well-typed."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from cantata.lf import model
from cantata.lf.archive.builtins import BUILTIN_NUMBERS, SINCE
from cantata.lf.model import (
    SELF_PACKAGE,
    Alternative,
    Binding,
    Builtin,
    DefDataType,
    DefTypeSyn,
    DefValue,
    EnumType,
    Expr,
    KArrow,
    Kind,
    KNat,
    KStar,
    Module,
    Package,
    Pattern,
    Record,
    Ref,
    TApp,
    TBuiltin,
    TCon,
    TForall,
    TNat,
    TStruct,
    TSyn,
    TVar,
    Type,
    Update,
    Variant,
    apply,
)

names = st.from_regex(r"[A-Za-z$_][A-Za-z0-9$_]{0,6}", fullmatch=True)
dotted = st.lists(names, min_size=1, max_size=3).map(".".join)
package_ids = st.sampled_from([SELF_PACKAGE, "a" * 64, "b" * 64])
refs = st.builds(Ref, package_ids, dotted, dotted)
kinds: st.SearchStrategy[Kind] = st.recursive(
    st.sampled_from([KStar(), KNat()]),
    lambda inner: st.builds(KArrow, inner, inner),
    max_leaves=4,
)
params = st.lists(st.tuples(names, kinds), max_size=3).map(tuple)
scales = st.integers(0, 37)
heads: st.SearchStrategy[Type] = st.one_of(
    st.builds(TVar, names),
    st.builds(TCon, refs),
    st.sampled_from([TBuiltin(builtin) for builtin in Builtin]),
)


def _distinct(items: list[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    return tuple(dict(items).items())


def _types(inner: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
    return st.one_of(
        st.builds(apply, heads, inner, inner),
        st.builds(TApp, heads, inner),
        st.builds(TForall, names, kinds, inner),
        st.lists(st.tuples(names, inner), min_size=1, max_size=3).map(
            lambda items: TStruct(_distinct(items))
        ),
        st.builds(TSyn, refs, st.lists(inner, max_size=2).map(tuple)),
    )


types: st.SearchStrategy[Type] = st.recursive(
    st.one_of(heads, st.builds(TNat, scales)), _types, max_leaves=6
)
applied = st.builds(lambda ref, args: apply(TCon(ref), *args), refs, st.lists(types, max_size=2))
numerics = st.builds(
    lambda digits, scale: Decimal(digits).scaleb(-scale),
    st.integers(-(10**30), 10**30),
    st.integers(0, 8),
)
patterns: st.SearchStrategy[Pattern] = st.one_of(
    st.builds(model.PVariant, refs, names, names),
    st.builds(model.PEnum, refs, names),
    st.builds(model.PCons, names, names),
    st.builds(model.PSome, names),
    st.builds(model.PBool, st.booleans()),
    st.sampled_from([model.PDefault(), model.PUnit(), model.PNil(), model.PNone()]),
)
builtins = st.sampled_from([name for name in BUILTIN_NUMBERS if name not in SINCE])
atoms: st.SearchStrategy[Expr] = st.one_of(
    st.builds(model.EVar, names),
    st.builds(model.EVal, refs),
    st.builds(model.EBuiltin, builtins),
    st.just(model.EUnit()),
    st.builds(model.EBool, st.booleans()),
    st.builds(model.EInt64, st.integers(-(2**63), 2**63 - 1)),
    st.builds(model.ENumeric, numerics),
    st.builds(model.EText, st.text(st.characters(codec="utf-8"), max_size=8)),
    st.builds(model.EDate, st.integers(-719162, 2932896)),
    st.builds(model.ETimestamp, st.integers(-62135596800_000_000, 253402300799_999_999)),
    st.builds(model.EFailureCategory, st.sampled_from([8, 9])),
    st.builds(model.EEnumCon, refs, names),
    st.builds(model.ENil, types),
    st.builds(model.ENone, types),
    st.builds(model.ETypeRep, types),
    st.just(model.UGetTime()),
)
_ONLY_2_1 = frozenset({model.EUnsafeFromInterface})
_ONLY_2_3 = frozenset({model.UExerciseByKey, model.UFetchByKey, model.UQueryNByKey})
_APPLIED = frozenset({model.ERecCon, model.ERecProj, model.ERecUpd, model.EVariantCon})
_MERGED = frozenset({model.EAbs, model.ETyAbs, model.ETyApp})


def _forms(minor: str) -> list[type[Expr]]:
    """Give all forms that hold expressions and that the language version has."""
    forms = []
    for name in model.__all__:
        form = getattr(model, name)
        if not isinstance(form, type) or not issubclass(form, Expr):
            continue
        if form in {Expr, Update, model.ELocated} or (form in _ONLY_2_1 and minor != "1"):
            continue
        if (form in _ONLY_2_3 and minor != "3") or not fields(form):  # type: ignore[arg-type]
            continue
        forms.append(form)
    return forms


def _field(form: type[Expr], type_: str, inner: st.SearchStrategy[Expr]) -> Any:
    """Give the strategy for a field by its declared type."""
    pairs = st.tuples(names, inner)
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "Expr": inner,
        "Type": applied if form in _APPLIED else types,
        "Ref": refs,
        "str": builtins if form is model.EBuiltin else names,
        "tuple[Expr, ...]": st.lists(inner, min_size=1, max_size=3).map(tuple),
        "tuple[Type, ...]": st.lists(types, min_size=1, max_size=2).map(tuple),
        "tuple[tuple[str, Expr], ...]": st.lists(pairs, max_size=3).map(tuple),
        "tuple[tuple[str, Type], ...]": st.lists(
            st.tuples(names, types), min_size=1, max_size=2
        ).map(tuple),
        "tuple[tuple[str, Kind], ...]": st.lists(
            st.tuples(names, kinds), min_size=1, max_size=2
        ).map(tuple),
        "tuple[Binding, ...]": st.lists(
            st.builds(Binding, names, types, inner), min_size=1, max_size=2
        ).map(tuple),
        "tuple[Alternative, ...]": st.lists(
            st.builds(Alternative, patterns, inner), max_size=3
        ).map(tuple),
    }
    return strategies[type_]


@cache
def expressions(minor: str) -> st.SearchStrategy[Expr]:
    """Give expressions of every form of a language version."""

    def extend(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        options = []
        for form in _forms(minor):
            slots = {f.name: str(f.type) for f in fields(form)}  # type: ignore[arg-type]
            if not any("Expr" in type_ or "Binding" in type_ for type_ in slots.values()):
                continue
            # What 2.2 writes as nested forms of one parameter is read back merged.
            content = inner.filter(lambda e: type(e) not in _MERGED) if form in _MERGED else inner
            options.append(
                st.builds(form, **{n: _field(form, t, content) for n, t in slots.items()})
            )
        return st.one_of(options)

    return st.recursive(atoms, extend, max_leaves=8)


data_types = st.builds(
    lambda name, params, serializable, cons: DefDataType(
        name=name,
        params=() if isinstance(cons, EnumType) else params,
        serializable=serializable,
        cons=cons,
    ),
    dotted.map(lambda name: f"D{name}"),
    params,
    st.booleans(),
    st.one_of(
        st.builds(Record, st.lists(st.tuples(names, types), max_size=3).map(tuple)),
        st.builds(Variant, st.lists(st.tuples(names, types), max_size=3).map(tuple)),
        st.builds(EnumType, st.lists(names, max_size=3).map(tuple)),
        st.just(model.InterfaceType()),
    ),
)
synonyms = st.builds(
    lambda name, params, type_: DefTypeSyn(name=f"S{name}", params=params, type=type_),
    dotted,
    params,
    types,
)


@cache
def packages(minor: str) -> st.SearchStrategy[Package]:
    """Give packages of one module."""
    values = st.builds(
        lambda name, type_, expr: DefValue(name=f"v{name}", type=type_, expr=expr),
        dotted,
        types,
        expressions(minor),
    )
    return st.builds(
        _package,
        st.just(minor),
        st.lists(synonyms, max_size=2),
        st.lists(data_types, max_size=2),
        st.lists(values, min_size=1, max_size=3),
    )


def _package(
    minor: str, synonyms: list[DefTypeSyn], data: list[DefDataType], values: list[DefValue]
) -> Package:
    module = Module(
        name="M",
        synonyms={item.name: item for item in synonyms},
        data_types={item.name: item for item in data},
        values={item.name: item for item in values},
    )
    return Package(
        id=SELF_PACKAGE,
        name="p",
        version="1.0.0",
        lf_minor=minor,
        modules={"M": module},
        imports=frozenset({"a" * 64, "b" * 64}),
    )
