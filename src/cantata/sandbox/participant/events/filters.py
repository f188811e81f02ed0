"""From the format of a request to the format that the engine projects by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cantata.lf.codec.errors import excerpt
from cantata.sandbox.commands import PackageNamesNotFound, type_ref
from cantata.sandbox.engine import EventFormat, Filters, NamedRef, PackageSet, Shape
from cantata.sandbox.engine.errors import InvalidSubmission
from cantata.sandbox.engine.projection import InterfaceFilter, TemplateFilter
from cantata.sandbox.participant.claims import Claims
from cantata.sandbox.participant.errors import Origin, Refusal
from cantata.sandbox.participant.events import formats
from cantata.sandbox.participant.events.refusals import (
    invalid_argument,
    invalid_field,
    missing_field,
    require_parties,
)


def require_readers(claims: Claims, asked: formats.EventFormat | None) -> None:
    """Refuse who may not read as the parties of a format, and texts that are no parties."""
    if asked is None:
        return
    require_parties(asked.filters_by_party)
    claims.require_read_as(asked.filters_by_party)
    if asked.filters_for_any_party is not None:
        claims.require_read_as_any()


def engine_format(asked: formats.EventFormat, origin: Origin = Origin.NODE) -> EventFormat:
    """Give a format of the engine; refuse one for nobody, and names that are not by package name.

    Whether templates and interfaces exist is for `require_definitions` to say.
    """
    if not asked.filters_by_party and asked.filters_for_any_party is None:
        raise invalid_argument(
            "filtersByParty and filtersForAnyParty cannot be empty simultaneously", origin
        )
    wide = asked.filters_for_any_party
    return EventFormat(
        {party: _filters(found, origin) for party, found in asked.filters_by_party.items()},
        None if wide is None else _filters(wide, origin),
    )


def engine_shape(asked: formats.TransactionShape, origin: Origin = Origin.REQUEST) -> Shape:
    """Give a shape of the engine; refuse none at all."""
    if asked is formats.TransactionShape.UNSPECIFIED:
        raise missing_field("transaction_shape", origin)
    return Shape(asked.value)


def transaction_format(
    asked: formats.TransactionFormat, packages: PackageSet
) -> tuple[EventFormat, Shape]:
    """Give format and shape of transactions, or raise what is wrong with them."""
    if asked.event_format is None:
        raise missing_field("event_format", Origin.REQUEST)
    wanted = engine_format(asked.event_format, Origin.REQUEST)
    shape = engine_shape(asked.transaction_shape)
    require_definitions(packages, wanted)
    return wanted, shape


def require_definitions(
    packages: PackageSet, wanted: EventFormat, origin: Origin = Origin.REQUEST
) -> None:
    """Refuse names of packages, templates and interfaces that no package here defines."""
    templates = {one.template for each in _all(wanted) for one in each.templates}
    interfaces = {one.interface for each in _all(wanted) for one in each.interfaces}
    if not templates and not interfaces:
        return
    named = [ref for ref in (*templates, *interfaces) if isinstance(ref, NamedRef)]
    known = {package.name for package in packages.packages.values()}
    unknown = sorted({ref.package_name for ref in named} - known)
    if unknown:
        error = PackageNamesNotFound(", ".join(map(excerpt, unknown)))
        raise Refusal(error.code, error.message, origin=origin)
    for kind, refs in (("template", templates), ("interface", interfaces)):
        missing = [
            ref for ref in refs if isinstance(ref, NamedRef) and not _defines(packages, kind, ref)
        ]
        if missing:
            raise _undefined(kind, missing, origin)


def shown(wanted: EventFormat) -> str:
    """Write a format as the context of a refusal repeats it."""
    parts = [f"{party}: {_shown(found)}" for party, found in wanted.by_party.items()]
    if wanted.any_party is not None:
        parts.append(f"all-parties: {_shown(wanted.any_party)}")
    return f"{{{excerpt(', '.join(parts))}}}"


def _filters(asked: formats.Filters, origin: Origin) -> Filters:
    wildcard = not asked.cumulative
    blob = False
    templates: list[TemplateFilter] = []
    interfaces: list[InterfaceFilter] = []
    for each in asked.cumulative:
        match each.identifier_filter:
            case formats.WildcardFilter(value=value):
                wildcard, blob = True, blob or value.include_created_event_blob
            case formats.TemplateFilter(value=value):
                ref = _named(value.template_id, "templateId", origin)
                templates.append(TemplateFilter(ref, value.include_created_event_blob))
            case formats.InterfaceFilter(value=value):
                ref = _named(value.interface_id, "interfaceId", origin)
                interfaces.append(
                    InterfaceFilter(
                        ref, value.include_interface_view, value.include_created_event_blob
                    )
                )
            case _:
                wildcard = True
    return Filters(wildcard, blob, tuple(templates), tuple(interfaces))


def _named(text: str | None, field: str, origin: Origin) -> NamedRef:
    if text is None:
        raise missing_field(field, origin)
    try:
        ref = type_ref(text)
    except InvalidSubmission as error:
        raise Refusal(error.code, error.message, origin=origin) from None
    if isinstance(ref, NamedRef):
        return ref
    raise invalid_field(
        "packageId",
        f"Received an identifier with package ID {excerpt(ref.package)}, but expected a package "
        "name.",
        origin,
    )


def _all(wanted: EventFormat) -> Iterator[Filters]:
    yield from wanted.by_party.values()
    if wanted.any_party is not None:
        yield wanted.any_party


def _defines(packages: PackageSet, kind: str, ref: NamedRef) -> bool:
    for package in packages.packages.values():
        module = package.modules.get(ref.module) if package.name == ref.package_name else None
        if module and ref.name in (module.templates if kind == "template" else module.interfaces):
            return True
    return False


def _undefined(kind: str, missing: Iterable[NamedRef], origin: Origin) -> Refusal:
    pairs = ", ".join(sorted(f"({ref.package_name},{ref.module}:{ref.name})" for ref in missing))
    code = "TEMPLATES" if kind == "template" else "INTERFACE"
    return Refusal(
        f"NO_{code}_FOR_PACKAGE_NAME_AND_QUALIFIED_NAME",
        f"The following package-name/{kind} qualified-name pairs do not reference any {kind}-id "
        f"uploaded on this participant: [{excerpt(pairs)}].",
        origin=origin,
    )


def _shown(found: Filters) -> str:
    templates = ", ".join(f"'{one.template}'" for one in found.templates)
    interfaces = ", ".join(f"'{one.interface}'" for one in found.interfaces)
    wildcard = ""
    if found.wildcard:
        blob = str(found.wildcard_blob).lower()
        wildcard = f", all-templates, created_event_blob: {blob}"
    return f"{{templates: [{templates}], interfaces: [{interfaces}]{wildcard}}}"
