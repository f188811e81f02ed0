"""The generated classes of records, variants and enums."""

from __future__ import annotations

from collections.abc import Iterator

from cantata.lf.codegen.definition import (
    BODY,
    FROZEN,
    FROZEN_BY_NAME,
    Definition,
    head,
    row,
)
from cantata.lf.codegen.names import Scope, identifier, snake
from cantata.lf.codegen.writing import Node, assign, lay_out, quote
from cantata.lf.model import EnumType, Record, Type, Variant

MEMBER_NAMES = (
    "CHOICE",
    "INTERFACE_ID",
    "PACKAGE_ID",
    "TARGET_ID",
    "TEMPLATE_ID",
    "_argument",
    "_constructors",
    "_parts",
    "_result",
    "_view",
    "argument_to_json",
    "cls",
    "codec",
    "create_and_exercise_command",
    "create_command",
    "exercise_command",
    "from_json",
    "mro",
    "result_from_json",
    "self",
    "to_json",
    "view_from_json",
)
"""Names that fields and members may not have, because the base classes do."""

Fields = tuple[tuple[str, Type], ...]


def write_record(definition: Definition, record: Record) -> Iterator[str]:
    """Write the class of a plain record."""
    bases = definition.bases("lf.Record", "lf.GenericRecord")
    yield FROZEN_BY_NAME
    yield from head(definition.own, bases, f"Record `{definition.name}`.")
    yield from write_fields(definition, record.fields)


def write_fields(definition: Definition, fields: Fields) -> Iterator[str]:
    """Write annotated fields and the method that gives their codecs."""
    spelled = [(name, definition.spell.spell(type_)) for name, type_ in fields]
    scope = Scope((*MEMBER_NAMES, *definition.plan.scope.names()))
    rows = []
    for name, spelling in spelled:
        attribute = scope.allocate(snake(name))
        tail = " = None" if spelling.optional else ""
        yield from lay_out(spelling.annotation, f"{BODY}{attribute}: ", tail)
        rows.append(row(Node(quote(name)), Node(quote(attribute)), spelling.codec))
    if rows:
        yield ""
    yield from definition.codec_method()
    yield from definition.rows_method("_parts", "lf.Parts", rows)


def write_variant(definition: Definition, variant: Variant) -> Iterator[str]:
    """Write the class of a variant, then one for each constructor."""
    bases = definition.bases("lf.Variant", "lf.GenericVariant")
    yield from head(definition.own, bases, f"Variant `{definition.name}`.")
    yield from (f"{BODY}__slots__ = ()", "")
    yield from definition.codec_method()
    names = definition.plan.constructors
    spelled = [
        (tag, names[definition.name, tag], definition.spell.spell(type_))
        for tag, type_ in variant.constructors
    ]
    rows = [row(Node(quote(tag)), Node(own), spelling.codec) for tag, own, spelling in spelled]
    yield from definition.rows_method("_constructors", "lf.Constructors", rows)
    for tag, own, spelling in spelled:
        yield from ("", "", FROZEN)
        yield from head(own, (definition.type,), f"Constructor `{tag}` of `{definition.name}`.")
        default = " = ()" if str(spelling.annotation) == "lf.Unit" else ""
        yield from lay_out(spelling.annotation, f"{BODY}value: ", default)


def write_enum(definition: Definition, enum: EnumType) -> Iterator[str]:
    """Write the class of an enum."""
    yield from head(definition.own, (Node("lf.Enum"),), f"Enum `{definition.name}`.")
    scope = Scope((*MEMBER_NAMES, "name", "value", *dir(str)))
    for constructor in enum.constructors:
        member = scope.allocate(_member(constructor))
        yield from assign(member, constructor, BODY)


def _member(constructor: str) -> str:
    """Name a member of an enum; names between underscores mean something to Python."""
    plain = identifier(constructor).strip("_")
    return plain if plain[:1].isalpha() else f"x{plain}"
