"""What names of contract modules stand for, from their declaration to their full meaning."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from cantata.lang.ir.definitions import Consuming, Origin
from cantata.lang.ir.expressions import Expr
from cantata.lang.ir.types import NamedKind, PackageKey, Ref, Span, TNamed, Type


@dataclass(slots=True, eq=False)
class ModuleInfo:
    """A contract module: its source, its package, and what its names mean."""

    path: Path
    tree: ast.Module
    key: PackageKey
    declared_id: str | None
    name: str
    lf_minor: str
    names: dict[str, Symbol] = field(default_factory=dict)
    definitions: list[Definition] = field(default_factory=list)
    imports: list[ModuleInfo] = field(default_factory=list)
    pending: list[tuple[str, ModuleInfo, str, ast.AST]] = field(default_factory=list)
    """Imported names not looked up yet: local name, module, its name there, place."""

    def ref(self, name: str) -> Ref:
        """Name a definition of this module."""
        return Ref(self.key, self.name, name)


@dataclass(frozen=True, slots=True)
class LangName:
    """A name of `cantata.lang`."""

    name: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A name whose definition or module has findings: what uses it is not reported again."""

    name: str


@dataclass(slots=True, eq=False, kw_only=True)
class Definition:
    """What all definitions have: module, Python name, place, reference."""

    module: ModuleInfo
    name: str
    node: ast.AST
    ref: Ref


@dataclass(slots=True, eq=False, kw_only=True)
class FieldInfo:
    """A field or parameter; `default` is a constant, or `default_node` not looked at yet."""

    name: str
    daml: str
    type: Type | None
    node: ast.AST
    default_node: ast.expr | None = None
    default: Expr | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class FunctionInfo(Definition):
    """A function, or a method of a record or template (`owner`); `called` by contract code."""

    node: ast.FunctionDef
    parameters: list[FieldInfo] = field(default_factory=list)
    result: Type | None = None
    effects: bool = False
    owner: TNamed | None = None
    called: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class RecordInfo(Definition):
    """A record; also what templates, choices and constructors have as fields."""

    origin: Origin = Origin.PLAIN
    fields: dict[str, FieldInfo] = field(default_factory=dict)
    methods: dict[str, FunctionInfo] = field(default_factory=dict)
    constructor: ConstructorInfo | None = None

    @property
    def type(self) -> TNamed:
        """The type of its values."""
        is_template = self.origin is Origin.TEMPLATE
        return TNamed(self.ref, NamedKind.TEMPLATE if is_template else NamedKind.RECORD)


@dataclass(slots=True, eq=False, kw_only=True)
class ConstructorInfo(Definition):
    """A constructor of a variant.

    `record` has its fields; `payload` is the payload type: UNIT, the record made of the fields,
    or with ``Payload[T]`` (`direct`) the type of the only field.
    """

    record: RecordInfo
    variant: VariantInfo | None = None
    payload: Type | None = None
    direct: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class VariantInfo(Definition):
    """A variant and its constructors in declared order."""

    constructors: list[ConstructorInfo] = field(default_factory=list)

    @property
    def type(self) -> TNamed:
        """The type of its values."""
        return TNamed(self.ref, NamedKind.VARIANT)


@dataclass(slots=True, eq=False, kw_only=True)
class EnumInfo(Definition):
    """An enum: Daml constructor by Python name, in declared order."""

    members: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> TNamed:
        """The type of its values."""
        return TNamed(self.ref, NamedKind.ENUM)


@dataclass(slots=True, eq=False, kw_only=True)
class ConstantInfo(Definition):
    """A module-level constant; type and value are known once it was evaluated."""

    node: ast.Assign | ast.AnnAssign
    type: Type | None = None
    value: Expr | None = None
    evaluated: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class ChoiceInfo:
    """A choice of a template or interface."""

    name: str
    python_name: str
    node: ast.FunctionDef
    consuming: Consuming
    controllers: ast.Lambda | None
    observers: ast.Lambda | None
    parameters: list[FieldInfo]
    argument: RecordInfo
    generated: bool
    result: Type | None


@dataclass(slots=True, eq=False, kw_only=True)
class MethodInfo:
    """A method of an interface; `view` marks the one that gives the view."""

    name: str
    python_name: str
    node: ast.FunctionDef
    parameters: list[FieldInfo]
    result: Type | None
    effects: bool
    view: bool


@dataclass(slots=True, eq=False, kw_only=True)
class InterfaceInfo(Definition):
    """An interface; `requires` is transitively closed."""

    node: ast.ClassDef
    requires: list[InterfaceInfo] = field(default_factory=list)
    members: dict[str, MethodInfo] = field(default_factory=dict)
    choices: dict[str, ChoiceInfo] = field(default_factory=dict)

    @property
    def type(self) -> TNamed:
        """The type of its values."""
        return TNamed(self.ref, NamedKind.INTERFACE)

    @property
    def view(self) -> MethodInfo | None:
        """The member that gives the view."""
        return next((member for member in self.members.values() if member.view), None)


@dataclass(slots=True, eq=False, kw_only=True)
class TemplateInfo(Definition):
    """A template; `record` has fields and helper methods, `rules` its own reserved methods.

    `interfaces` are all it implements, required ones included; `members` are its methods that
    implement one of theirs.
    """

    node: ast.ClassDef
    record: RecordInfo
    interfaces: list[InterfaceInfo] = field(default_factory=list)
    rules: dict[str, FunctionInfo] = field(default_factory=dict)
    members: dict[str, FunctionInfo] = field(default_factory=dict)
    choices: dict[str, ChoiceInfo] = field(default_factory=dict)

    @property
    def type(self) -> TNamed:
        """The type of its payloads."""
        return TNamed(self.ref, NamedKind.TEMPLATE)


Symbol: TypeAlias = ModuleInfo | LangName | Broken | Definition


def span_of(node: ast.AST) -> Span:
    """Give the place of a node."""
    line = getattr(node, "lineno", 1)
    column = getattr(node, "col_offset", 0)
    return Span(
        line,
        column,
        getattr(node, "end_lineno", None) or line,
        getattr(node, "end_col_offset", None) or column,
    )


def source_of(node: ast.AST) -> str:
    """Give the source text of a node; an ellipsis where Python cannot print it."""
    try:
        return ast.unparse(node)
    except (ValueError, RecursionError):
        return "…"
