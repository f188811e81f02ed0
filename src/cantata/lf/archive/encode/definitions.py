"""Definitions and modules to the wire."""

from __future__ import annotations

from cantata.lf.archive.encode.dynamic import DynamicEncoder
from cantata.lf.archive.encode.fields import alternative, message
from cantata.lf.model import (
    Choice,
    DataCons,
    DefDataType,
    DefException,
    DefInterface,
    DefTemplate,
    DefTypeSyn,
    DefValue,
    EnumType,
    Implements,
    Key,
    Method,
    Module,
    Record,
    Type,
    Variant,
)


class DefinitionEncoder(DynamicEncoder):
    """Writes definitions; source locations are left out."""

    def module(self, module: Module) -> bytes:
        """Write a module, its definitions in the order of the model."""
        return message(
            "Module",
            self.dotted(module.name),
            message("FeatureFlags", 1, 1, 1),
            [self._synonym_definition(synonym) for synonym in module.synonyms.values()],
            [self._data_type(data_type) for data_type in module.data_types.values()],
            [self._value(value) for value in module.values.values()],
            [self._template(template) for template in module.templates.values()],
            [self._exception(exception) for exception in module.exceptions.values()],
            [self._interface(interface) for interface in module.interfaces.values()],
        )

    def _synonym_definition(self, synonym: DefTypeSyn) -> bytes:
        name, params = self.dotted(synonym.name), self.type_params(synonym.params)
        return message("DefTypeSyn", None, name, params, self.type_ref(synonym.type))

    def _data_type(self, data_type: DefDataType) -> bytes:
        name, params = self.dotted(data_type.name), self.type_params(data_type.params)
        cons = self._data_cons(data_type.cons)
        return message("DefDataType", None, name, params, int(data_type.serializable), cons)

    def _data_cons(self, cons: DataCons) -> bytes:
        match cons:
            case Record(fields):
                return self._fields_of("DefDataType.Fields@record", fields)
            case Variant(constructors):
                return self._fields_of("DefDataType.Fields@variant", constructors)
            case EnumType(names):
                form = "DefDataType.EnumConstructors"
                content = message(form, [self.string(name) for name in names])
                return alternative("DefDataType", form, content)
            case _:
                return alternative("DefDataType", "Unit@interface")

    def _fields_of(self, form: str, fields: tuple[tuple[str, Type], ...]) -> bytes:
        written = [self.typed("FieldWithType", name, type_) for name, type_ in fields]
        return alternative("DefDataType", form, message(form, written))

    def _value(self, value: DefValue) -> bytes:
        typed = message("DefValue.NameWithType", self.dotted(value.name), self.type_ref(value.type))
        return message("DefValue", None, typed, self.expr(value.expr))

    def _exception(self, exception: DefException) -> bytes:
        name = self.dotted(exception.name)
        return message("DefException", name, None, self.expr(exception.message))

    def _template(self, template: DefTemplate) -> bytes:
        name, param = self.dotted(template.name), self.string(template.param)
        return message(
            "DefTemplate",
            name,
            param,
            self.expr(template.precondition),
            self.expr(template.signatories),
            [self._choice(choice) for choice in template.choices],
            self.expr(template.observers),
            None,
            None if template.key is None else self._key(template.key),
            [self._implements(instance) for instance in template.implements],
        )

    def _choice(self, choice: Choice) -> bytes:
        name = self.string(choice.name)
        return message(
            "TemplateChoice",
            None,
            name,
            int(choice.consuming),
            self.expr(choice.controllers),
            self.expr(choice.observers),
            self.typed("VarWithType", choice.arg_binder, choice.arg_type),
            self.type_ref(choice.result),
            self.expr(choice.update),
            self.string(choice.self_binder),
        )

    def _key(self, key: Key) -> bytes:
        type_, body = self.type_ref(key.type), self.expr(key.key)
        return message("DefTemplate.DefKey", type_, body, self.expr(key.maintainers))

    def _implements(self, instance: Implements) -> bytes:
        interface = self.reference("TypeConId", instance.interface)
        form = "InterfaceInstanceBody.InterfaceInstanceMethod"
        methods = []
        for name, value in instance.methods:
            index = self.string(name)
            methods.append(message(form, index, self.expr(value)))
        body = message("InterfaceInstanceBody", methods, self.expr(instance.view))
        return message("DefTemplate.Implements", interface, body, None)

    def _interface(self, interface: DefInterface) -> bytes:
        name = self.dotted(interface.name)
        return message(
            "DefInterface",
            None,
            name,
            [self._method(method) for method in interface.methods],
            self.string(interface.param),
            [self._choice(choice) for choice in interface.choices],
            self.type_ref(interface.view),
            [self.reference("TypeConId", required) for required in interface.requires],
        )

    def _method(self, method: Method) -> bytes:
        name = self.string(method.name)
        return message("InterfaceMethod", None, name, self.type_ref(method.type))
