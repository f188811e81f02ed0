"""The generated classes of templates, interfaces and choices."""

from __future__ import annotations

from collections.abc import Iterator

from cantata.lf.codegen.classes import write_fields
from cantata.lf.codegen.definition import (
    BODY,
    FROZEN,
    FROZEN_BY_NAME,
    Definition,
    codec_giver,
    constants,
    head,
)
from cantata.lf.codegen.spelling import Spelling
from cantata.lf.codegen.writing import Node, lay_out, quote, subscript
from cantata.lf.model import Builtin, Choice, DefInterface, Record, Ref, TBuiltin, TCon


def write_template(definition: Definition, record: Record) -> Iterator[str]:
    """Write the class of a template."""
    yield FROZEN_BY_NAME
    yield from head(definition.own, (Node("lf.Template"),), f"Template `{definition.name}`.")
    package_id = definition.plan.package.id
    yield from constants(TEMPLATE_ID=definition.ledger_id, PACKAGE_ID=package_id)
    yield ""
    yield from write_fields(definition, record.fields)


def write_interface(definition: Definition, interface: DefInterface) -> Iterator[str]:
    """Write the class of an interface."""
    view = definition.spell.spell(interface.view)
    bases = (subscript("lf.Interface", _quoted(view.annotation)),)
    yield from head(definition.own, bases, f"Interface `{definition.name}`.")
    yield f"{BODY}__slots__ = ()"
    package_id = definition.plan.package.id
    yield from constants(INTERFACE_ID=definition.ledger_id, PACKAGE_ID=package_id)
    yield ""
    yield from codec_giver("_view", view)


def write_own_choice(
    definition: Definition, owner: Definition, choice: Choice, record: Record
) -> Iterator[str]:
    """Write the class of a record that is the argument of one choice."""
    result = definition.spell.spell(choice.result)
    yield FROZEN_BY_NAME
    yield from _choice_head("lf.Choice", definition.own, owner, choice, result)
    yield from write_fields(definition, record.fields)
    yield ""
    yield from codec_giver("_result", result)


def write_choice(owner: Definition, own: str, choice: Choice) -> Iterator[str]:
    """Write the class of a choice whose argument is no record of its own."""
    result = owner.spell.spell(choice.result)
    argument = owner.spell.spell(choice.arg_type)
    yield FROZEN
    yield from _choice_head("lf.ChoiceOf", own, owner, choice, result)
    yield from lay_out(argument.annotation, f"{BODY}argument: ", _default(owner, choice, argument))
    yield ""
    yield from codec_giver("_argument", argument)
    yield ""
    yield from codec_giver("_result", result)


def _default(owner: Definition, choice: Choice, argument: Spelling) -> str:
    """Give the default of an argument that can have one value only, if it is defined by then."""
    name = str(argument.annotation)
    match choice.arg_type:
        case TBuiltin(Builtin.UNIT):
            return " = ()"
        case TCon(Ref(package, module) as ref) if (package, module) != (
            owner.plan.package.id,
            owner.plan.module.name,
        ):
            cons = owner.spell.normalizer.packages.data_type(ref).cons
            return f" = {name}()" if cons == Record(()) else ""
        case _:
            return ""


def _choice_head(
    base: str, own: str, owner: Definition, choice: Choice, result: Spelling
) -> Iterator[str]:
    bases = (subscript(base, Node(quote(owner.own)), _quoted(result.annotation)),)
    yield from head(own, bases, f"Choice `{choice.name}` of `{owner.name}`.")
    yield from constants(CHOICE=choice.name, TARGET_ID=owner.ledger_id)
    yield ""


def _quoted(annotation: Node) -> Node:
    """Put an annotation in quotes: its classes may stand further down in the module."""
    return Node(quote(str(annotation)))
