"""The module of helpers that a package gets once, if it uses them: a stable merge sort."""

from __future__ import annotations

from cantata.lang.lower import build
from cantata.lang.lower.names import UNUSED
from cantata.lf import model as lf

MODULE = "Cantata.Prelude"
"""Name of the module; it is there only in packages that sort."""

_KEY, _VALUE = lf.TVar("k"), lf.TVar("v")
_PARAMS = (("k", lf.KStar()), ("v", lf.KStar()))


def keyed(key: lf.Type, value: lf.Type) -> lf.Type:
    """Give the type of an element with the key that it is sorted by."""
    return lf.TStruct((("key", key), ("value", value)))


def sort(package_id: str) -> lf.Ref:
    """Name the function ``∀k v. List {key: k, value: v} → List {key: k, value: v}``."""
    return lf.Ref(package_id, MODULE, "sort")


def module(package_id: str) -> lf.Module:
    """Give the module. Sorting splits in halves, so its recursion is as deep as log₂ n."""
    values = (_merge(package_id), _take(package_id), _sort(package_id))
    return lf.Module(name=MODULE, values={value.name: value for value in values})


_ENTRY = keyed(_KEY, _VALUE)
_ENTRIES = lf.list_of(_ENTRY)
_MERGING = lf.TStruct((("left", _ENTRIES), ("right", _ENTRIES), ("out", _ENTRIES)))
_TAKEN = lf.TStruct((("first", _ENTRIES), ("rest", _ENTRIES)))


def _generic(name: str, type_: lf.Type, expr: lf.Expr) -> lf.DefValue:
    for param, kind in reversed(_PARAMS):
        type_ = lf.TForall(param, kind, type_)
    return lf.DefValue(name=name, type=type_, expr=lf.ETyAbs(_PARAMS, expr))


def _own(package_id: str, name: str, *args: lf.Expr) -> lf.Expr:
    function = lf.ETyApp(lf.EVal(lf.Ref(package_id, MODULE, name)), (_KEY, _VALUE))
    return lf.EApp(function, args)


def _merge(_: str) -> lf.DefValue:
    """Merge two sorted lists; of equal keys the left one comes first.

    Each step moves one entry, and folding over both lists makes just as many steps as there are
    entries: no recursion, however long the lists are.
    """
    left, right = lf.EVar("left"), lf.EVar("right")
    step = lf.EAbs((("s", _MERGING), (UNUSED, _ENTRY)), _move_one())
    start = lf.EStructCon((("left", left), ("right", right), ("out", lf.ENil(_ENTRY))))
    half = build.fold_left(_ENTRY, _MERGING, lf.EVar("step"), start, left)
    whole = build.fold_left(_ENTRY, _MERGING, lf.EVar("step"), lf.EVar("half"), right)
    step_type = lf.arrow(_MERGING, _ENTRY, _MERGING)
    body = lf.ELet(
        (lf.Binding("step", step_type, step), lf.Binding("half", _MERGING, half)),
        build.reverse(_ENTRY, lf.EStructProj("out", whole)),
    )
    function = lf.EAbs((("left", _ENTRIES), ("right", _ENTRIES)), body)
    return _generic("merge", lf.arrow(_ENTRIES, _ENTRIES, _ENTRIES), function)


def _move_one() -> lf.Expr:
    s = lf.EVar("s")
    keys = (lf.EStructProj("key", lf.EVar("x")), lf.EStructProj("key", lf.EVar("y")))
    from_left = _moved(lf.EVar("xs"), lf.EStructProj("right", s), "x")
    from_right = _moved(lf.EStructProj("left", s), lf.EVar("ys"), "y")
    smaller = build.branch(build.call("LESS_EQ", (_KEY,), *keys), from_left, from_right)
    return _uncons(
        lf.EStructProj("left", s),
        ("x", "xs"),
        some=_uncons(lf.EStructProj("right", s), ("y", "ys"), some=smaller, none=from_left),
        none=_uncons(lf.EStructProj("right", s), ("y", "ys"), some=from_right, none=s),
    )


def _moved(left: lf.Expr, right: lf.Expr, entry: str) -> lf.Expr:
    out = lf.ECons(_ENTRY, (lf.EVar(entry),), lf.EStructProj("out", lf.EVar("s")))
    return lf.EStructCon((("left", left), ("right", right), ("out", out)))


def _uncons(source: lf.Expr, binders: tuple[str, str], *, some: lf.Expr, none: lf.Expr) -> lf.Expr:
    return lf.ECase(
        source, (lf.Alternative(lf.PNil(), none), lf.Alternative(lf.PCons(*binders), some))
    )


def _take(package_id: str) -> lf.DefValue:
    """Sort the first n entries of a list and give them with the rest."""
    n, source = lf.EVar("n"), lf.EVar("source")
    one = _uncons(
        source,
        ("x", "xs"),
        some=_taken(build.list_of(_ENTRY, (lf.EVar("x"),)), lf.EVar("xs")),
        none=_taken(source, source),
    )
    half = build.call("DIV_INT64", (), n, lf.EInt64(2))
    others = build.call("SUB_INT64", (), n, lf.EVar("half"))
    low, high = lf.EVar("low"), lf.EVar("high")
    merged = _own(package_id, "merge", lf.EStructProj("first", low), lf.EStructProj("first", high))
    rest_of_low = lf.EStructProj("rest", low)
    split = lf.ELet(
        (
            lf.Binding("half", lf.INT64, half),
            lf.Binding("low", _TAKEN, _own(package_id, "take", lf.EVar("half"), source)),
            lf.Binding("high", _TAKEN, _own(package_id, "take", others, rest_of_low)),
        ),
        _taken(merged, lf.EStructProj("rest", high)),
    )
    body = build.branch(build.call("LESS_EQ", (lf.INT64,), n, lf.EInt64(1)), one, split)
    function = lf.EAbs((("n", lf.INT64), ("source", _ENTRIES)), body)
    return _generic("take", lf.arrow(lf.INT64, _ENTRIES, _TAKEN), function)


def _taken(first: lf.Expr, rest: lf.Expr) -> lf.Expr:
    return lf.EStructCon((("first", first), ("rest", rest)))


def _sort(package_id: str) -> lf.DefValue:
    """Sort a list by its keys; entries with equal keys keep their order."""
    source = lf.EVar("source")
    taken = _own(package_id, "take", build.count(_ENTRY, source), source)
    function = lf.EAbs((("source", _ENTRIES),), lf.EStructProj("first", taken))
    return _generic("sort", lf.arrow(_ENTRIES, _ENTRIES), function)
