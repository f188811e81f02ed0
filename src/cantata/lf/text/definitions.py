"""Definitions as text."""

from __future__ import annotations

from collections.abc import Iterator

from cantata.lf.model import (
    Choice,
    DefDataType,
    DefException,
    DefInterface,
    DefTemplate,
    DefTypeSyn,
    DefValue,
    EnumType,
    Expr,
    Implements,
    Module,
    Record,
    Variant,
)
from cantata.lf.text.expressions import Printer
from cantata.lf.text.layout import OPEN, Block, below, indented, listed, stacked, text
from cantata.lf.text.types import Label, short_label, show_params, show_ref


def show_definitions(module: Module, name: str, label: Label = short_label) -> tuple[str, ...]:
    """Give every definition of a module that has the name: data type, template, value and so on."""
    return tuple("\n".join(block.lines) for block in _Definitions(label).named(module, name))


class _Definitions:
    """Prints definitions; `label` says how other packages are called."""

    def __init__(self, label: Label) -> None:
        self._label = label
        self._printer = Printer(label)

    def named(self, module: Module, name: str) -> Iterator[Block]:
        """Give the blocks of all definitions of a name."""
        if name in module.synonyms:
            yield self._synonym(module.synonyms[name])
        if name in module.data_types:
            yield self._data_type(module.data_types[name])
        if name in module.values:
            yield self._value(module.values[name])
        if name in module.templates:
            yield self._template(module.templates[name])
        if name in module.exceptions:
            yield self._exception(module.exceptions[name])
        if name in module.interfaces:
            yield self._interface(module.interfaces[name])

    def _synonym(self, synonym: DefTypeSyn) -> Block:
        head = " ".join(filter(None, ("synonym", synonym.name, show_params(synonym.params))))
        return below(f"{head} =", text(self._printer.type(synonym.type)))

    def _data_type(self, data_type: DefDataType) -> Block:
        match data_type.cons:
            case Record(fields):
                kind, items = "record", [f"{n}: {self._printer.type(t)}" for n, t in fields]
            case Variant(constructors):
                kind = "variant"
                items = [f"{n}: {self._printer.type(t)}" for n, t in constructors]
            case EnumType(names):
                kind, items = "enum", list(names)
            case _:
                return text(f"interface type {data_type.name}")
        mark = "@serializable" if data_type.serializable else ""
        parts = (kind, mark, data_type.name, show_params(data_type.params), "= {")
        return listed(" ".join(filter(None, parts)), [text(item) for item in items], "}")

    def _value(self, value: DefValue) -> Block:
        head = f"val {value.name} : {self._printer.type(value.type)} ="
        return below(head, self._printer.block(value.expr))

    def _exception(self, exception: DefException) -> Block:
        message = self._part("message", exception.message)
        return self._group(f"exception {exception.name}", [message])

    def _template(self, template: DefTemplate) -> Block:
        parts = [
            self._part("precondition", template.precondition),
            self._part("signatories", template.signatories),
            self._part("observers", template.observers),
            *map(self._choice, template.choices),
            *map(self._implements, template.implements),
        ]
        if template.key is not None:
            head = f"key {self._printer.type(template.key.type)}"
            parts.append(self._part(head, template.key.key))
            parts.append(self._part("maintainers", template.key.maintainers))
        return self._group(f"template {template.name} ({template.param})", parts)

    def _choice(self, choice: Choice) -> Block:
        kind = "choice" if choice.consuming else "nonconsuming choice"
        arg = f"({choice.arg_binder} : {self._printer.type(choice.arg_type)})"
        result = self._printer.type(choice.result)
        head = f"{kind} {choice.name} ({choice.self_binder}) {arg} : {result}"
        parts = [
            self._part("controllers", choice.controllers),
            self._part("observers", choice.observers),
            self._part("to", choice.update),
        ]
        return self._group(head, parts)

    def _implements(self, instance: Implements) -> Block:
        parts = [self._part("view =", instance.view)]
        parts += [self._part(f"method {name} =", value) for name, value in instance.methods]
        return self._group(f"implements {show_ref(instance.interface, self._label)}", parts)

    def _interface(self, interface: DefInterface) -> Block:
        requires = [text(f"requires {show_ref(r, self._label)}") for r in interface.requires]
        methods = [
            text(f"method {method.name} : {self._printer.type(method.type)}")
            for method in interface.methods
        ]
        view = text(f"view {self._printer.type(interface.view)}")
        parts = [*requires, view, *methods, *map(self._choice, interface.choices)]
        return self._group(f"interface {interface.name} ({interface.param})", parts)

    def _part(self, head: str, expr: Expr) -> Block:
        return below(head, self._printer.block(expr))

    def _group(self, head: str, parts: list[Block]) -> Block:
        return Block((head, *indented([stacked(parts)])), OPEN)
