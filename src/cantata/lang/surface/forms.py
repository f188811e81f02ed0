"""Contract classes and choices in the form in which clients of ledgers take them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from cantata.lang import naming
from cantata.lang.surface.signatures import signature_of, view_hint
from cantata.lang.surface.values import ContractId
from cantata.lang.surface.wire import codec, identifier
from cantata.lf.codegen.support.forms import ChoiceForm, ContractForm

T = TypeVar("T")


def template_form(template: type[T]) -> ContractForm[T, ContractId[T]]:
    """Give the form of a template; raise `NotAContract`."""
    return ContractForm(identifier(template), codec(template), ContractId)


def interface_form(interface: type[T]) -> ContractForm[Any, ContractId[T]]:
    """Give the form of an interface, whose codec is that of its view; raise `NotAContract`."""
    return ContractForm(identifier(interface), codec(view_hint(interface)), ContractId)


def choice_form(
    body: Callable[..., Any], name: str, args: tuple[object, ...], arguments: dict[str, object]
) -> ChoiceForm[Any]:
    """Give the form of a choice with arguments; raise as `Signature.bind` does."""
    signature = signature_of(body, name)
    values = zip(signature.parameters, signature.bind(args, arguments), strict=True)
    parts = {naming.camel(part): codec(hint).to_json(value) for (part, hint), value in values}
    argument = parts["arg"] if signature.is_whole else parts
    return ChoiceForm(
        identifier(signature.owner), signature.name, argument, codec(signature.result)
    )
