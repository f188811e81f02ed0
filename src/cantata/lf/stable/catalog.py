"""The 27 stable packages, declared one by one."""

from __future__ import annotations

from collections.abc import Iterator

from cantata.lf.archive.stable_ids import MODULE_IDS
from cantata.lf.model import (
    ANY,
    BOOL,
    FAILURE_CATEGORY,
    INT64,
    TEXT,
    TYPE_REP,
    UNIT,
    KNat,
    Ref,
    TCon,
    TVar,
    Type,
    apply,
    arrow,
    genmap,
    list_of,
    textmap,
)
from cantata.lf.stable.declare import Declaration

_PRIM, _STDLIB, _GHC = "daml-prim", "daml-stdlib", "ghc-stdlib"
_A, _B, _K, _S, _ERRS = map(TVar, ("a", "b", "k", "s", "errs"))
_LARGEST_TUPLE = 20


def _foreign(module: str, name: str, *args: Type) -> Type:
    return apply(TCon(Ref(MODULE_IDS[module], module, name)), *args)


def declarations() -> Iterator[tuple[Declaration, frozenset[str]]]:
    """Give each stable package, and the ids of the packages that it refers to."""
    none: frozenset[str] = frozenset()
    for declaration in (*_internals(), *_exceptions(), *_library()):
        yield declaration, none
    tuple2 = _foreign("DA.Types", "Tuple2", _A, _S)
    state = Declaration(_STDLIB, "DA.Action.State.Type")
    state.record("State s a", {"runState": arrow(_S, tuple2)}, serializable=False)
    yield state.selectors("State").workers("State"), frozenset({MODULE_IDS["DA.Types"]})
    errors = _foreign("DA.NonEmpty.Types", "NonEmpty", _ERRS)
    validation = Declaration(_STDLIB, "DA.Validation.Types")
    validation.variant("Validation errs a", {"Errors": errors, "Success": _A})
    yield validation.workers("Validation"), frozenset({MODULE_IDS["DA.NonEmpty.Types"]})


def _internals() -> Iterator[Declaration]:
    """Give what the Daml compiler's own encodings need."""
    erased = Declaration(_PRIM, "DA.Internal.Erased")
    yield erased.variant("Erased", serializable=False)
    nat = Declaration(_PRIM, "DA.Internal.NatSyn")
    yield nat.variant("NatSyn n", serializable=False, kind=KNat())
    text = Declaration(_PRIM, "DA.Internal.PromotedText")
    yield text.variant("PromotedText t", serializable=False)
    yield Declaration(_GHC, "DA.Internal.Template").record("Archive")
    void = Declaration(_PRIM, "GHC.Prim").enum("Void$u0023", "Void$u0023", serializable=False)
    yield void.enum_value("void$u0023", "Void$u0023", "Void$u0023")
    yield Declaration(_PRIM, "GHC.Tuple").record("Unit a", {"_1": _A}).workers("Unit")
    yield Declaration(_PRIM, "GHC.Types").enum("Ordering", "LT EQ GT")
    yield _any()
    yield _any_view()
    yield _types()


def _any() -> Declaration:
    module = Declaration(_GHC, "DA.Internal.Any")
    template = module.type("TemplateTypeRep")
    types: dict[str, dict[str, Type]] = {
        "AnyTemplate": {"getAnyTemplate": ANY},
        "TemplateTypeRep": {"getTemplateTypeRep": TYPE_REP},
        "AnyChoice": {"getAnyChoice": ANY, "getAnyChoiceTemplateTypeRep": template},
        "AnyContractKey": {"getAnyContractKey": ANY, "getAnyContractKeyTemplateTypeRep": template},
    }
    for name, fields in types.items():
        module.record(name, fields, serializable=False)
    return module


def _any_view() -> Declaration:
    module = Declaration(_STDLIB, "DA.Internal.Interface.AnyView.Types")
    interface = module.type("InterfaceTypeRep")
    module.record(
        "AnyView",
        {"getAnyView": ANY, "getAnyViewInterfaceTypeRep": interface},
        serializable=False,
    )
    module.record("InterfaceTypeRep", {"getInterfaceTypeRep": TYPE_REP}, serializable=False)
    for name in ("AnyView", "InterfaceTypeRep"):
        module.selectors(name).workers(name)
    return module


def _types() -> Declaration:
    """Declare Either and the tuples."""
    module = Declaration(_PRIM, "DA.Types")
    module.variant("Either a b", {"Left": _A, "Right": _B}).workers("Either", arg="")
    for size in range(2, _LARGEST_TUPLE + 1):
        params = [f"t{number}" for number in range(1, size + 1)]
        fields = {f"_{number}": TVar(param) for number, param in enumerate(params, start=1)}
        module.record(f"Tuple{size} {' '.join(params)}", fields)
        module.workers(f"Tuple{size}", args="a")
    return module


def _exceptions() -> Iterator[Declaration]:
    for name in ("ArithmeticError", "AssertionFailed", "GeneralError", "PreconditionFailed"):
        module = Declaration(_PRIM, f"DA.Exception.{name}").record(name, {"message": TEXT})
        yield module.exception(name).workers(name)


def _library() -> Iterator[Declaration]:
    """Give the standard library's data types."""
    date = Declaration(_STDLIB, "DA.Date.Types")
    date.enum("DayOfWeek", "Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
    yield date.enum("Month", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
    time = Declaration(_STDLIB, "DA.Time.Types").record("RelTime", {"microseconds": INT64})
    yield time.selectors("RelTime").workers("RelTime")
    yield _failure_status()
    yield _source_location()
    yield Declaration(_STDLIB, "DA.Internal.Down").record("Down a", {"unpack": _A}).workers("Down")
    non_empty = Declaration(_STDLIB, "DA.NonEmpty.Types")
    non_empty.record("NonEmpty a", {"hd": _A, "tl": list_of(_A)})
    yield non_empty.workers("NonEmpty").selectors("NonEmpty")
    sets = Declaration(_STDLIB, "DA.Set.Types").record("Set k", {"map": genmap(_K, UNIT)})
    yield sets.workers("Set")
    random = Declaration(_STDLIB, "DA.Random.Types").variant("Minstd", {"Minstd": INT64})
    yield random.workers("Minstd")
    yield _logic()
    yield _monoid()
    semigroup = Declaration(_STDLIB, "DA.Semigroup.Types")
    semigroup.record("Min a", {"unpack": _A}).record("Max a", {"unpack": _A})
    yield semigroup.workers("Min", "Max")


def _failure_status() -> Declaration:
    module = Declaration(_STDLIB, "DA.Internal.Fail.Types")
    fields = {
        "errorId": TEXT,
        "category": FAILURE_CATEGORY,
        "message": TEXT,
        "meta": textmap(TEXT),
    }
    module.record("FailureStatus", fields, serializable=False)
    return module.workers("FailureStatus").selectors("FailureStatus")


def _source_location() -> Declaration:
    module = Declaration(_STDLIB, "DA.Stack.Types")
    fields = {
        "srcLocPackage": TEXT,
        "srcLocModule": TEXT,
        "srcLocFile": TEXT,
        "srcLocStartLine": INT64,
        "srcLocStartCol": INT64,
        "srcLocEndLine": INT64,
        "srcLocEndCol": INT64,
    }
    return module.record("SrcLoc", fields).workers("SrcLoc").selectors("SrcLoc")


def _logic() -> Declaration:
    module = Declaration(_STDLIB, "DA.Logic.Types")
    formula = module.type("Formula", _A)
    constructors = {
        "Proposition": _A,
        "Negation": formula,
        "Conjunction": list_of(formula),
        "Disjunction": list_of(formula),
    }
    return module.variant("Formula a", constructors).workers("Formula")


def _monoid() -> Declaration:
    module = Declaration(_STDLIB, "DA.Monoid.Types")
    module.record("All", {"getAll": BOOL}).record("Any", {"getAny": BOOL})
    module.record("Endo a", {"appEndo": arrow(_A, _A)}, serializable=False)
    module.record("Sum a", {"unpack": _A}).record("Product a", {"unpack": _A})
    module.selectors("All", "Any", "Endo")
    return module.workers("All", "Any", "Endo", "Sum", "Product")
