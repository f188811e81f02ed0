"""Reading a stored payload as the type of another version of its package."""

from __future__ import annotations

from collections.abc import Callable

from cantata.lf.model import Builtin, Ref, TCon, Type, spine
from cantata.lf.runtime.errors import Typed, UpgradeTranslationFailed, short
from cantata.lf.runtime.typed.plans import Choices, Container, Fields, Plan, Plans
from cantata.lf.runtime.typed.stored import same
from cantata.lf.runtime.typed.texts import Texts
from cantata.lf.runtime.values import GenMap, Value, to_cons

Convert = Callable[[Value], Value]


class _Mismatch(Exception):
    """A value does not fit; carries the engine's reason."""


class Conversion:
    """Conversions between types of two package versions, made on first use.

    Values have all fields of the source's type. Fields that only the target has must be optional
    and become None; fields that only the source has must be None.
    """

    def __init__(self, plans: Plans) -> None:
        self.plans = plans
        self._converts: dict[tuple[Type, Type], Convert] = {}

    def convert(self, payload: Value, source: Ref, target: Ref, cid: str | None) -> Value:
        """Convert a payload of template `source`, or raise `UpgradeTranslationFailed`."""
        if source == target:
            return payload
        try:
            return self._convert(TCon(source), TCon(target))(payload)
        except _Mismatch as mismatch:
            which = "a contract" if cid is None else f"contract {cid}"
            shown = Texts(self.plans, labelled=False).text(payload, TCon(source))
            message = (
                f"Translation of {which} to a value of type {short(target)} fails.\n"
                f"Reason: {mismatch}\n"
                f"The contract is purportedly an instance of {short(source)}\n"
                f"Its contract argument is:  {shown}"
            )
            given = Typed(payload, TCon(source))
            raise UpgradeTranslationFailed(message, cid, source, target, given) from None

    def _convert(self, source: Type, target: Type) -> Convert:
        key = (source, target)
        found = self._converts.get(key)
        if found is None:
            later: list[Convert] = []
            self._converts[key] = lambda value: later[0](value)  # noqa: PLW0108 - not there yet
            later.append(same if source == target else self._make(source, target))
            found = self._converts[key] = later[0]
        return found

    def _make(self, source: Type, target: Type) -> Convert:
        old, new = self.plans.plan(source), self.plans.plan(target)
        match old, new:
            case Container(builtin, parts), Container(other, others) if builtin is other:
                converts = [self._convert(a, b) for a, b in zip(parts, others, strict=True)]
                return _container(builtin, converts)
            case Fields(), Fields():
                return self._record(source, target, old, new)
            case Choices(), Choices():
                return self._choice(source, target, old, new)
        return same if old == new else self._refuse(source, target, old)

    def _refuse(self, source: Type, target: Type, plan: Plan) -> Convert:
        def refuse(value: Value) -> Value:
            raise self._mismatch("mismatching type", value, source, target)

        return refuse

    def _mismatch(self, reason: str, value: Value, source: Type, target: Type) -> _Mismatch:
        head, _ = spine(target)
        name = head.ref.qualified if isinstance(head, TCon) else str(target)
        shown = Texts(self.plans, labelled=False).text(value, source)
        return _Mismatch(
            f"Type-checking fails  {reason}\n  Expected type: {name}\n  Actual value: {shown}"
        )

    def _record(self, source: Type, target: Type, old: Fields, new: Fields) -> Convert:
        shared = min(len(old.fields), len(new.fields))
        converts = [
            self._convert(a, b)
            for (_, a), (_, b) in zip(old.fields[:shared], new.fields[:shared], strict=True)
        ]
        added = not all(self._is_optional(item) for _, item in new.fields[shared:])
        required = [not self._is_optional(item) for _, item in old.fields[shared:]]
        filling = (None,) * (len(new.fields) - shared)

        def convert(record: Value) -> Value:
            kept = [part(field) for part, field in zip(converts, record, strict=False)]
            for at, (extra, needed) in enumerate(
                zip(record[shared:], required, strict=True), shared
            ):
                if needed or extra is not None:
                    raise self._mismatch(_extra(at, needed), record, source, target)
            if added:
                raise self._mismatch(_ADDED, record, source, target)
            return (*kept, *filling)

        return convert

    def _is_optional(self, type_: Type) -> bool:
        plan = self.plans.plan(type_)
        return isinstance(plan, Container) and plan.builtin is Builtin.OPTIONAL

    def _choice(self, source: Type, target: Type, old: Choices, new: Choices) -> Convert:
        ranks = {name: rank for rank, (name, _) in enumerate(new.constructors)}
        by_rank: list[tuple[int, Convert] | None] = []
        for name, item in old.constructors:
            rank = ranks.get(name)
            other = None if rank is None else new.constructors[rank][1]
            if rank is None or (item is None) != (other is None):
                by_rank.append(None)
            elif item is None or other is None:
                by_rank.append((rank, same))
            else:
                by_rank.append((rank, self._convert(item, other)))

        def convert(value: Value) -> Value:
            found = by_rank[value if isinstance(value, int) else value[0]]
            if found is None:
                at = value if isinstance(value, int) else value[0]
                name = old.constructors[at][0]
                raise _Mismatch(f"unknown constructor {name} in {_named(target, value)}")
            rank, part = found
            return rank if isinstance(value, int) else (rank, part(value[1]))

        return convert


_ADDED = "Unexpected non-optional extra template field type encountered during upgrading."


def _extra(at: int, needed: bool) -> str:
    if needed:
        return f"Found non-optional extra field at index {at}, cannot remove for downgrading."
    return (
        f"Found an optional contract field with a value of Some at index {at}, "
        "may not be dropped during downgrading."
    )


def _named(target: Type, value: Value) -> str:
    head, _ = spine(target)
    kind = "enumeration" if isinstance(value, int) else "variant"
    return f"{kind} {head.ref if isinstance(head, TCon) else target}"


def _container(builtin: Builtin, converts: list[Convert]) -> Convert:
    item = converts[-1]
    match builtin:
        case Builtin.OPTIONAL:
            return lambda value: None if value is None else (item(value[0]),)
        case Builtin.LIST:
            return lambda cells: _mapped(item, cells)
        case Builtin.TEXTMAP:
            return lambda value: {key: item(part) for key, part in value.items()}
    first = converts[0]
    return lambda value: GenMap(
        tuple(first(key) for key in value.keys), tuple(item(part) for part in value.values)
    )


def _mapped(item: Convert, cells: Value) -> Value:
    items = []
    while cells:
        head, cells = cells
        items.append(item(head))
    return to_cons(items)
