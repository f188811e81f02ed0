"""What an upgrade may change in a data type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cantata.lf.check.upgrade.origin import Origin
from cantata.lf.check.upgrade.types import Comparison, Positions
from cantata.lf.check.violation import Report
from cantata.lf.model import (
    Builtin,
    DefDataType,
    EnumType,
    InterfaceType,
    Record,
    TApp,
    TBuiltin,
    Type,
    Variant,
)

Members = tuple[tuple[str, Type], ...]

_VARIETIES = {Record: "record", Variant: "variant", EnumType: "enum", InterfaceType: "interface"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTypePair:
    """A data type before and after, with its role in both."""

    past: DefDataType
    present: DefDataType
    past_origin: Origin
    present_origin: Origin

    @property
    def past_params(self) -> Positions:
        """Give the parameters before, by position."""
        return {name: place for place, (name, _) in enumerate(self.past.params)}

    @property
    def present_params(self) -> Positions:
        """Give the parameters after, by position."""
        return {name: place for place, (name, _) in enumerate(self.present.params)}


def check_data_type(pair: DataTypePair, comparison: Comparison, report: Report) -> None:
    """Report what may not change in a data type; only serializable ones are bound."""
    past, present, origin = pair.past, pair.present, pair.present_origin
    if not past.serializable:
        return
    if not present.serializable:
        text = f"the upgraded {origin} was serializable and is now unserializable"
        report.add("DatatypeBecameUnserializable", text)
        return
    if origin != pair.past_origin:
        text = f"the record {past.name} has changed origin from {pair.past_origin} to {origin}"
        report.add("RecordChangedOrigin", text)
        return
    if len(past.params) != len(present.params):
        text = f"the upgraded {origin} has changed the number of type variables it has"
        report.add("DifferentParamsCount", text)
    elif not all(
        comparison.same_kind(one, other)
        for (_, one), (_, other) in zip(past.params, present.params, strict=True)
    ):
        text = f"the upgraded {origin} has changed the kind of one of its type variables"
        report.add("DifferentParamsKinds", text)
    else:
        _check_cons(pair, comparison, report)


def _check_cons(pair: DataTypePair, comparison: Comparison, report: Report) -> None:
    match (pair.past.cons, pair.present.cons):
        case (Record(past), Record(present)):
            _check_record(pair, (past, present), comparison, report)
        case (Variant(past), Variant(present)):
            _check_variant(pair, (past, present), comparison, report)
        case (EnumType(before), EnumType(after)):
            _check_order(pair, "Enum", "enum", (before, after), report)
        case (InterfaceType(), InterfaceType()):
            pass
        case (one, other):
            varieties = f"from a {_VARIETIES[type(one)]} to a {_VARIETIES[type(other)]}"
            text = f"the upgraded data type {pair.past.name} has changed {varieties}"
            report.add("MismatchDataConsVariety", text)


def _check_record(
    pair: DataTypePair, fields: tuple[Members, Members], comparison: Comparison, report: Report
) -> None:
    past, present = fields
    origin = pair.present_origin
    names = [name for name, _ in present]
    known = set(names)
    missing = [name for name, _ in past if name not in known]
    if missing:
        text = f"the upgraded {origin} is missing some of its original fields: {_list(missing)}"
        report.add("RecordFieldsMissing", text)
        return
    changed = _changed(pair, fields, comparison)
    if changed:
        text = f"the upgraded {origin} has changed the types of original fields: {_list(changed)}"
        report.add("RecordFieldsExistingChanged", text)
    _check_added(origin, fields, report)
    kept = [name for name, _ in past]
    if kept != names[: len(kept)]:
        text = f"the upgraded {origin} has changed the order of its fields"
        report.add("RecordFieldsOrderChanged", text)


def _check_added(origin: Origin, fields: tuple[Members, Members], report: Report) -> None:
    before = {name for name, _ in fields[0]}
    added = [n for n, type_ in fields[1] if n not in before and not _is_optional(type_)]
    if added and origin.role == "variant":
        report.add("VariantAddedVariantField", f"the upgraded {origin} has added {_list(added)}")
    elif added:
        text = f"the upgraded {origin} has added fields that are not Optional: {_list(added)}"
        report.add("RecordFieldsNewNonOptional", text)


def _is_optional(type_: Type) -> bool:
    return isinstance(type_, TApp) and type_.fun == TBuiltin(Builtin.OPTIONAL)


def _check_variant(
    pair: DataTypePair, members: tuple[Members, Members], comparison: Comparison, report: Report
) -> None:
    changed = _changed(pair, members, comparison)
    before, after = ([name for name, _ in side] for side in members)
    removed = _check_removed(pair, "Variant", (before, after), report)
    if changed:
        text = f"the upgraded {pair.present_origin} has changed the type of {_list(changed)}"
        report.add("VariantChangedVariantType", text)
    if not removed:
        _check_places(pair, "Variant", "variant", (before, after), report)


def _check_order(
    pair: DataTypePair,
    rule: str,
    what: str,
    names: tuple[Sequence[str], Sequence[str]],
    report: Report,
) -> None:
    if not _check_removed(pair, rule, names, report):
        _check_places(pair, rule, what, names, report)


def _check_removed(
    pair: DataTypePair, rule: str, names: tuple[Sequence[str], Sequence[str]], report: Report
) -> bool:
    kept = set(names[1])
    removed = [name for name in names[0] if name not in kept]
    if removed:
        text = f"the upgraded {pair.present_origin} has removed {_list(removed)}"
        report.add(f"{rule}RemovedVariant", text)
    return bool(removed)


def _check_places(
    pair: DataTypePair,
    rule: str,
    what: str,
    names: tuple[Sequence[str], Sequence[str]],
    report: Report,
) -> None:
    if any(one != other for one, other in zip(*names, strict=False)):
        text = f"has changed the order of its variants: new ones come at the end of the {what}"
        report.add(f"{rule}VariantsOrderChanged", f"the upgraded {pair.present_origin} {text}")


def _changed(
    pair: DataTypePair, members: tuple[Members, Members], comparison: Comparison
) -> list[str]:
    after = dict(members[1])
    params = pair.past_params, pair.present_params
    return [
        name
        for name, type_ in members[0]
        if name in after and not comparison.same(type_, after[name], *params)
    ]


def _list(names: list[str]) -> str:
    return ", ".join(names[:20])
