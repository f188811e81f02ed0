"""What messages about definitions, modules and the package's metadata become."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from cantata.lf.archive.decode.dynamic import DynamicBuilder
from cantata.lf.archive.decode.expressions import NamedExpr
from cantata.lf.archive.decode.tables import (
    check_dotted_name,
    check_package_id,
    check_package_name,
    check_package_version,
)
from cantata.lf.archive.decode.types import NamedKind, NamedType
from cantata.lf.archive.errors import InvalidPackage
from cantata.lf.model import (
    Choice,
    DataCons,
    DefDataType,
    DefException,
    DefInterface,
    DefTemplate,
    DefTypeSyn,
    DefValue,
    EBool,
    EnumType,
    Expr,
    Implements,
    InterfaceType,
    Key,
    Method,
    Module,
    Record,
    Ref,
    Type,
    Variant,
)


class _Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=_Named)
T = TypeVar("T")

_TRUE = EBool(True)
_INTERFACE = InterfaceType()


class DefinitionBuilder(DynamicBuilder):
    """Builds definitions and modules."""

    def interned_dotted_name(self, segments: list[str]) -> str:
        """Read a dotted name."""
        return check_dotted_name(segments)

    def package_name(self, index: int) -> str:
        """Read the package's name."""
        return check_package_name(self.text(index))

    def package_version(self, index: int) -> str:
        """Read the package's version."""
        return check_package_version(self.text(index))

    def upgraded_package_id(self, package_id: str) -> str:
        """Read the id of the package that this one upgrades."""
        return package_id

    def upgraded_id(self, index: int) -> str:
        """Read a package id that is only information."""
        return check_package_id(self.text(index))

    def package_metadata(
        self, name: str, version: str, upgraded: str | None
    ) -> tuple[str, str, str | None]:
        """Read name, version and upgraded package id."""
        return name, version, upgraded

    def def_type_syn(
        self, location: object, name: str, params: list[NamedKind], type_: Type
    ) -> DefTypeSyn:
        """Read a type synonym."""
        return DefTypeSyn(name=name, params=tuple(params), type=type_)

    def def_data_type(
        self,
        location: object,
        name: str,
        params: list[NamedKind],
        serializable: bool,
        cons: DataCons,
    ) -> DefDataType:
        """Read a data type."""
        if params and isinstance(cons, EnumType):
            raise InvalidPackage("Unexpected non-empty params")
        return DefDataType(name=name, params=tuple(params), serializable=serializable, cons=cons)

    def def_data_type_fields_record(self, fields: list[NamedType]) -> DataCons:
        """Read the fields of a record."""
        return Record(tuple(fields))

    def def_data_type_fields_variant(self, fields: list[NamedType]) -> DataCons:
        """Read the constructors of a variant."""
        return Variant(tuple(fields))

    def def_data_type_enum_constructors(self, constructors: list[str]) -> DataCons:
        """Read the constructors of an enum."""
        return EnumType(tuple(constructors))

    def unit_interface(self) -> DataCons:
        """Read the data type of an interface."""
        return _INTERFACE

    def def_value(self, location: object, name_with_type: NamedType, expr: Expr) -> DefValue:
        """Read a top-level value."""
        name, type_ = name_with_type
        return DefValue(name=name, type=type_, expr=expr)

    def def_value_name_with_type(self, name: str, type_: Type) -> NamedType:
        """Read the name and type of a value."""
        return name, type_

    def def_exception(self, name: str, location: object, message: Expr) -> DefException:
        """Read an exception."""
        return DefException(name=name, message=message)

    def def_template(  # noqa: PLR0913, PLR0917 -- the fields of one message
        self,
        name: str,
        param: str,
        precondition: Expr | None,
        signatories: Expr,
        choices: list[Choice],
        observers: Expr,
        location: object,
        key: Key | None,
        implements: list[Implements],
    ) -> DefTemplate:
        """Read a template."""
        by_name(choices, "choice")
        _distinct((instance.interface for instance in implements), "implements")
        return DefTemplate(
            name=name,
            param=param,
            precondition=precondition or _TRUE,
            signatories=signatories,
            observers=observers,
            choices=tuple(choices),
            implements=tuple(implements),
            key=key,
        )

    def def_template_def_key(self, type_: Type, key: Expr, maintainers: Expr) -> Key:
        """Read a contract key."""
        self.since("3", "Contract keys")
        return Key(type=type_, key=key, maintainers=maintainers)

    def def_template_implements(
        self, interface: Ref, body: tuple[tuple[NamedExpr, ...], Expr], location: object
    ) -> Implements:
        """Read an instance of an interface."""
        methods, view = body
        return Implements(interface=interface, view=view, methods=methods)

    def interface_instance_body(
        self, methods: list[NamedExpr], view: Expr
    ) -> tuple[tuple[NamedExpr, ...], Expr]:
        """Read methods and view of an instance."""
        _distinct((name for name, _ in methods), "method")
        return tuple(methods), view

    def interface_instance_body_interface_instance_method(
        self, name: str, value: Expr
    ) -> NamedExpr:
        """Read a method of an instance."""
        return name, value

    def template_choice(  # noqa: PLR0913, PLR0917 -- the fields of one message
        self,
        location: object,
        name: str,
        consuming: bool,
        controllers: Expr,
        observers: Expr,
        arg_binder: NamedType,
        result: Type,
        update: Expr,
        self_binder: str,
    ) -> Choice:
        """Read a choice."""
        arg_name, arg_type = arg_binder
        return Choice(
            name=name,
            consuming=consuming,
            controllers=controllers,
            observers=observers,
            self_binder=self_binder,
            arg_binder=arg_name,
            arg_type=arg_type,
            result=result,
            update=update,
        )

    def def_interface(  # noqa: PLR0913, PLR0917 -- the fields of one message
        self,
        location: object,
        name: str,
        methods: list[Method],
        param: str,
        choices: list[Choice],
        view: Type,
        requires: list[Ref],
    ) -> DefInterface:
        """Read an interface."""
        by_name(methods, "method")
        by_name(choices, "choice")
        _distinct(requires, "requires")
        return DefInterface(
            name=name,
            param=param,
            requires=tuple(requires),
            methods=tuple(methods),
            choices=tuple(choices),
            view=view,
        )

    def interface_method(self, location: object, name: str, type_: Type) -> Method:
        """Read a method of an interface."""
        return Method(name=name, type=type_)

    def feature_flags(
        self,
        forbid_party_literals: bool,
        dont_divulge_contract_ids: bool,
        dont_disclose_non_consuming: bool,
    ) -> bool:
        """Read a module's flags, all of which must be set."""
        if not (
            forbid_party_literals and dont_divulge_contract_ids and dont_disclose_non_consuming
        ):
            raise InvalidPackage(
                "Deprecated feature flag settings detected, refusing to parse package"
            )
        return True

    def module(  # noqa: PLR0913, PLR0917 -- the fields of one message
        self,
        name: str,
        flags: object,
        synonyms: list[DefTypeSyn],
        data_types: list[DefDataType],
        values: list[DefValue],
        templates: list[DefTemplate],
        exceptions: list[DefException],
        interfaces: list[DefInterface],
    ) -> Module:
        """Read a module; synonyms, data types and values share one space of names."""
        definitions = (synonyms, data_types, values)
        _distinct((item.name for group in definitions for item in group), "definition")
        return Module(
            name=name,
            synonyms=by_name(synonyms, "definition"),
            data_types=by_name(data_types, "definition"),
            values=by_name(values, "definition"),
            templates=by_name(templates, "template"),
            exceptions=by_name(exceptions, "exception"),
            interfaces=by_name(interfaces, "interface"),
        )


def by_name(items: Iterable[N], what: str) -> dict[str, N]:
    """Index definitions by name; refuse a name that is used twice."""
    found: dict[str, N] = {}
    for item in items:
        if item.name in found:
            raise InvalidPackage(f"Collision on {what} name {item.name}")
        found[item.name] = item
    return found


def _distinct(names: Iterable[object], what: str) -> None:
    seen: set[object] = set()
    for name in names:
        if name in seen:
            raise InvalidPackage(f"Collision on {what} name {name}")
        seen.add(name)
