"""Whatever is changed in a right package, the check ends and says what it found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cantata.lf.check import Violation, check_dar, check_lineages, check_package, check_upgrade
from cantata.lf.check.rules import HINTS
from cantata.lf.model import Builtin as TypeBuiltin
from cantata.lf.model import (
    ECase,
    EInt64,
    ENil,
    EnumType,
    EText,
    EUnit,
    EVal,
    EVar,
    Expr,
    InterfaceType,
    KArrow,
    KNat,
    KStar,
    Package,
    Packages,
    PBool,
    PCons,
    PDefault,
    PEnum,
    PNil,
    PSome,
    PVariant,
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
    UBlock,
    UPure,
    Variant,
)
from tests.unit.lf.check.everything import everything
from tests.unit.lf.check.packages import PACKAGE, package

VALID = everything()
NAMES = st.sampled_from(("M", "T", "I", "J", "R", "V", "E", "a", "b", "x", "this", "Go", "Nope"))
REFS = st.builds(Ref, st.sampled_from((PACKAGE, "f" * 64)), st.just("M"), NAMES)
KINDS = st.recursive(
    st.builds(KStar) | st.builds(KNat), lambda kind: st.builds(KArrow, kind, kind), max_leaves=4
)
TYPES: st.SearchStrategy[Any] = st.recursive(
    st.builds(TVar, NAMES)
    | st.builds(TCon, REFS)
    | st.builds(TBuiltin, st.sampled_from(TypeBuiltin))
    | st.builds(TNat, st.integers(0, 37)),
    lambda type_: (
        st.builds(TApp, type_, type_)
        | st.builds(TForall, NAMES, KINDS, type_)
        | st.builds(TStruct, st.lists(st.tuples(NAMES, type_), max_size=3).map(tuple))
        | st.builds(TSyn, REFS, st.lists(type_, max_size=2).map(tuple))
    ),
    max_leaves=6,
)
PATTERNS = st.one_of(
    st.builds(PDefault),
    st.builds(PNil),
    st.builds(PCons, NAMES, NAMES),
    st.builds(PSome, NAMES),
    st.builds(PBool, st.booleans()),
    st.builds(PEnum, REFS, NAMES),
    st.builds(PVariant, REFS, NAMES, NAMES),
)
EXPRESSIONS: st.SearchStrategy[Any] = st.one_of(
    st.builds(EVar, NAMES),
    st.builds(EVal, REFS),
    st.builds(EUnit),
    st.builds(EInt64, st.integers(-5, 5)),
    st.builds(EText, NAMES),
    st.builds(ENil, TYPES),
    st.builds(UPure, TYPES, st.builds(EVar, NAMES)),
    st.builds(UBlock, st.just(()), st.builds(EVar, NAMES)),
    st.builds(ECase, st.builds(EVar, NAMES), st.just(())),
)
CONS = st.one_of(
    st.builds(InterfaceType),
    st.builds(EnumType, st.lists(NAMES, max_size=3).map(tuple)),
    st.builds(Record, st.lists(st.tuples(NAMES, TYPES), max_size=3).map(tuple)),
    st.builds(Variant, st.lists(st.tuples(NAMES, TYPES), max_size=3).map(tuple)),
)

Path = tuple[str | int, ...]


def _paths(node: Any, path: Path = ()) -> Iterator[Path]:
    """Give the paths to all parts that can be changed; keys of tables stay."""
    if isinstance(node, dict):
        for key, part in node.items():
            yield from _paths(part, (*path, key))
        return
    if path and not isinstance(node, bool | int | None):
        yield path
    if isinstance(node, tuple):
        for place, part in enumerate(node):
            yield from _paths(part, (*path, place))
    elif is_dataclass(node):
        for field in fields(node):
            yield from _paths(getattr(node, field.name), (*path, field.name))


def _get(node: Any, path: Path) -> Any:
    for step in path:
        node = getattr(node, step) if isinstance(step, str) and is_dataclass(node) else node[step]
    return node


def _put(node: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(node, dict):
        return {**node, step: _put(node[step], rest, new)}
    if isinstance(node, tuple):
        place = int(step)
        parts = (*node[:place], _put(node[place], rest, new), *node[place + 1 :])
        return Ref(*parts) if isinstance(node, Ref) else parts
    return replace(node, **{str(step): _put(getattr(node, str(step)), rest, new)})


def _another(draw: st.DrawFn, present: Any) -> Any:
    match present:
        case str():
            return draw(NAMES)
        case Ref():
            return draw(REFS)
        case tuple():
            return _rearranged(draw, present)
        case Expr():
            return draw(EXPRESSIONS)
        case TVar() | TCon() | TSyn() | TBuiltin() | TApp() | TForall() | TStruct() | TNat():
            return draw(TYPES)
        case KStar() | KNat() | KArrow():
            return draw(KINDS)
        case Record() | Variant() | EnumType() | InterfaceType():
            return draw(CONS)
        case _:
            return draw(PATTERNS) if type(present).__name__.startswith("P") else present


def _rearranged(draw: st.DrawFn, present: tuple[Any, ...]) -> tuple[Any, ...]:
    if not present or isinstance(present[0], str):
        return present
    kept = draw(st.lists(st.sampled_from(range(len(present))), max_size=len(present) + 1))
    return tuple(present[place] for place in kept)


PATHS = [path for path in _paths(VALID.modules, ()) if len(path) > 1]


@st.composite
def mutated(draw: st.DrawFn) -> Package:
    """Change a few parts of the right package."""
    modules = VALID.modules
    for path in draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=3)):
        try:
            present = _get(modules, path)
        except (IndexError, KeyError, AttributeError, TypeError):
            continue
        modules = _put(modules, path, _another(draw, present))
    return replace(VALID, modules=modules, lf_minor=draw(st.sampled_from(("1", "2", "3", "dev"))))


def _sound(found: tuple[Violation, ...]) -> None:
    assert {violation.rule for violation in found} <= HINTS.keys()
    assert all(len(str(violation)) < 10_000 for violation in found)


@given(mutated())
@settings(max_examples=300)
def test_check_of_a_changed_package_ends(changed: Package) -> None:
    _sound(check_package(changed, Packages()))
    _sound(check_dar(changed, (package(id_="b" * 64),)))


@given(mutated(), mutated())
@settings(max_examples=60)
def test_check_of_a_changed_upgrade_ends(old: Package, new: Package) -> None:
    later = replace(new, id="b" * 64, version="2.0.0")
    _sound(check_upgrade(old, later, Packages()))
    _sound(check_lineages(Packages((old, later))))


@given(TYPES)
def test_check_of_any_type_ends(type_: Any) -> None:
    value = next(iter(VALID.modules["M"].values.values()))
    module = replace(VALID.modules["M"], values={"v": replace(value, type=type_)})
    _sound(check_package(replace(VALID, modules={"M": module}), Packages()))


def test_unchanged_package_is_right() -> None:
    assert check_package(VALID, Packages()) == ()
