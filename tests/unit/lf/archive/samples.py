"""Packages that the tests of archives share, and their structural equality."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from cantata.lf.archive.stable_ids import MODULE_IDS
from cantata.lf.model import (
    PARTY,
    SELF_PACKAGE,
    TEXT,
    UNIT,
    Choice,
    DefDataType,
    DefTemplate,
    EBool,
    ECons,
    ENil,
    ERecProj,
    EUnit,
    EVar,
    Expr,
    Module,
    Package,
    Record,
    Ref,
    TCon,
    Type,
    UPure,
)

PING = "Cantata.Ping"
ARCHIVE = TCon(Ref(MODULE_IDS["DA.Internal.Template"], "DA.Internal.Template", "Archive"))


def ping() -> Package:
    """Give the smallest package with a template: two parties, two choices."""
    record = Record((("id", TEXT), ("initiator", PARTY), ("responder", PARTY)))
    template = DefTemplate(
        name="Ping",
        param="this",
        precondition=EBool(True),
        signatories=_one_party("initiator"),
        observers=_one_party("responder"),
        choices=(
            _choice("Archive", ARCHIVE, "initiator"),
            _choice("Respond", _own("Respond"), "responder"),
        ),
    )
    module = Module(
        name=PING,
        data_types={
            "Ping": DefDataType(name="Ping", serializable=True, cons=record),
            "Respond": DefDataType(name="Respond", serializable=True, cons=Record(())),
        },
        templates={"Ping": template},
    )
    return package(module, imports=frozenset({MODULE_IDS["DA.Internal.Template"]}))


def package(*modules: Module, imports: frozenset[str] = frozenset()) -> Package:
    """Give a package of these modules, which refer to the packages given."""
    return Package(
        id=SELF_PACKAGE,
        name="cantata-ping",
        version="0.1.0",
        lf_minor="1",
        modules={module.name: module for module in modules},
        imports=imports,
    )


def _own(name: str) -> Type:
    return TCon(Ref(SELF_PACKAGE, PING, name))


def _one_party(field: str) -> Expr:
    party = ERecProj(_own("Ping"), field, EVar("this"))
    return ECons(PARTY, (party,), ENil(PARTY))


def _choice(name: str, arg_type: Type, controller: str) -> Choice:
    return Choice(
        name=name,
        consuming=True,
        controllers=_one_party(controller),
        observers=ENil(PARTY),
        self_binder="self",
        arg_binder="arg",
        arg_type=arg_type,
        result=UNIT,
        update=UPure(UNIT, EUnit()),
    )


def difference(ours: Any, theirs: Any) -> str:
    """Say where two values differ first, or nothing; works on a stack, as values may be deep."""
    pending = [(ours, theirs, "")]
    seen = set()
    while pending:
        left, right, path = pending.pop()
        if left is right or (id(left), id(right)) in seen:
            continue
        seen.add((id(left), id(right)))
        if type(left) is not type(right):
            return f"{path}: {left!r} and {right!r}"
        parts = _parts(left), _parts(right)
        if parts[0] is None or parts[1] is None:
            if str(left) != str(right):
                return f"{path}: {left!r} and {right!r}"
            continue
        if list(parts[0]) != list(parts[1]):
            return f"{path}: {list(parts[0])} and {list(parts[1])}"
        pending += [(parts[0][key], parts[1][key], f"{path}.{key}") for key in parts[0]]
    return ""


def _parts(value: Any) -> dict[Any, Any] | None:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, tuple):
        return dict(enumerate(value))
    if isinstance(value, dict):
        return value
    if isinstance(value, frozenset):
        return dict(enumerate(sorted(value)))
    return None
