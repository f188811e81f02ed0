"""A package from the bytes of its message: tables first, then modules."""

from __future__ import annotations

from dataclasses import dataclass, field

from cantata.lf.archive.decode.definitions import DefinitionBuilder, by_name
from cantata.lf.archive.decode.measure import measure_expressions, measure_kinds, measure_types
from cantata.lf.archive.decode.tables import check_package_id
from cantata.lf.archive.decode.walk import Spec, bind, walk
from cantata.lf.archive.errors import (
    FeatureNotSupported,
    InvalidPackage,
    MalformedMessage,
    UnknownField,
)
from cantata.lf.archive.limits import LIMITS, MESSAGE_DEPTH, Limits
from cantata.lf.archive.wire import BYTES, scan_fields
from cantata.lf.model import Package

_MODULES, _STRINGS, _DOTTED, _METADATA, _TYPES, _KINDS, _EXPRS = range(1, 8)
_NO_IMPORTS_REASON, _IMPORTS = 8, 9
_LAST_FIELD = _IMPORTS


@dataclass(frozen=True, slots=True)
class _Parts:
    """The fields of the package message, each still as bytes."""

    fields: dict[int, list[bytes]] = field(default_factory=dict)

    def many(self, number: int) -> list[bytes]:
        return self.fields.get(number, [])

    def one(self, number: int) -> bytes | None:
        found = self.many(number)
        if len(found) > 1:
            raise MalformedMessage("daml_lf_2.Package holds two values where one is allowed")
        return found[0] if found else None


def decode_package(
    message: bytes,
    *,
    package_id: str,
    minor: str,
    stable_ids: frozenset[str] = frozenset(),
    limits: Limits = LIMITS,
) -> Package:
    """Decode the message `Package` of LF 2.`minor`; raise `ArchiveError` if it is refused.

    `stable_ids` are the packages that LF 2.2 and later may name without declaring an import.
    """
    parts = _split(message)
    builder = DefinitionBuilder(package_id, minor, stable_ids, limits)
    specs = bind(builder)
    depth = MESSAGE_DEPTH[minor] - 1
    builder.strings = [_utf8(text) for text in parts.many(_STRINGS)]
    for entry in parts.many(_DOTTED):
        builder.dotted_names.append(walk(specs["InternedDottedName"], entry, depth))
    metadata = parts.one(_METADATA)
    if metadata is None:
        raise InvalidPackage(f"Package.metadata is required in Daml-LF 2.{minor}")
    name, version, upgraded = walk(specs["PackageMetadata"], metadata, depth)
    builder.declared_imports = _imports(parts, minor)
    _decode_tables(parts, builder, specs, depth)
    modules = [walk(specs["Module"], module, depth) for module in parts.many(_MODULES)]
    if builder.flat:
        measure_expressions(builder.exprs, modules, limits)
    return Package(
        id=package_id,
        name=name,
        version=version,
        lf_minor=minor,
        modules=by_name(modules, "module"),
        imports=_all_imports(builder),
        upgraded_package_id=upgraded,
    )


def _split(message: bytes) -> _Parts:
    parts = _Parts()
    for number, form, value in scan_fields(message, "daml_lf_2.Package"):
        if form != BYTES or number > _LAST_FIELD or not isinstance(value, bytes):
            raise UnknownField("daml_lf_2.Package", number)
        parts.fields.setdefault(number, []).append(value)
    return parts


def _utf8(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise MalformedMessage(f"a string is not UTF-8: {error.reason}") from None


def _imports(parts: _Parts, minor: str) -> tuple[str, ...] | None:
    """Read the declared imports (from LF 2.2 on); None if there are none."""
    imports, reason = parts.one(_IMPORTS), parts.one(_NO_IMPORTS_REASON)
    if imports is None and reason is None:
        return None
    if minor == "1":
        raise FeatureNotSupported("explicit package imports", minor)
    if imports is None:
        _utf8(reason or b"")
        return None
    if reason is not None:
        raise MalformedMessage("daml_lf_2.Package holds both imports and a reason for none")
    ids = []
    for number, form, value in scan_fields(imports, "daml_lf_2.PackageImports"):
        if number != 1 or form != BYTES or not isinstance(value, bytes):
            raise UnknownField("daml_lf_2.PackageImports", number)
        ids.append(check_package_id(_utf8(value)))
    return tuple(ids)


def _decode_tables(
    parts: _Parts,
    builder: DefinitionBuilder,
    specs: dict[str, Spec],
    depth: int,
) -> None:
    """Decode kinds, types and expressions; an entry sees only the entries before it."""
    if parts.many(_KINDS) and not builder.flat:
        raise FeatureNotSupported("Flat Archive", builder.minor)
    if parts.many(_EXPRS) and not builder.flat:
        raise FeatureNotSupported("Flat Archive", builder.minor)
    for entry in parts.many(_KINDS):
        builder.kinds.append(walk(specs["Kind@entry"], entry, depth))
    measure_kinds(builder.kinds, builder.limits)
    for entry in parts.many(_TYPES):
        builder.types.append(walk(specs["Type@entry"], entry, depth))
    measure_types(builder.types, builder.limits)
    for entry in parts.many(_EXPRS):
        builder.exprs.append(walk(specs["Expr@entry"], entry, depth))


def _all_imports(builder: DefinitionBuilder) -> frozenset[str]:
    declared = builder.declared_imports or ()
    return frozenset(builder.references.union(declared) - {builder.package_id})
