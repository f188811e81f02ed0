"""Event formats of the JSON API as the engine's filters."""

from __future__ import annotations

from cantata.lf.model import Ref
from cantata.sandbox.engine import EventFormat, Filters, NamedRef, TypeRef
from cantata.sandbox.engine.projection import InterfaceFilter, TemplateFilter
from tests.ledger.amulet.recording import Json


def event_format(wanted: Json) -> EventFormat:
    """Read an event format."""
    return EventFormat(
        {party: _filters(filters) for party, filters in wanted["filtersByParty"].items()}
    )


def type_ref(text: str) -> TypeRef:
    """Read ``package:Module:Name`` or ``#name:Module:Name``."""
    package, module, name = text.split(":")
    if package.startswith("#"):
        return NamedRef(package[1:], module, name)
    return Ref(package, module, name)


def _filters(filters: Json) -> Filters:
    templates: list[TemplateFilter] = []
    interfaces: list[InterfaceFilter] = []
    wildcard, wildcard_blob = not filters["cumulative"], False
    for entry in filters["cumulative"]:
        ((kind, body),) = entry["identifierFilter"].items()
        value = body["value"]
        blob = value["includeCreatedEventBlob"]
        if kind == "WildcardFilter":
            wildcard, wildcard_blob = True, wildcard_blob or blob
        elif kind == "TemplateFilter":
            templates.append(TemplateFilter(type_ref(value["templateId"]), blob))
        else:
            view = value["includeInterfaceView"]
            interfaces.append(InterfaceFilter(type_ref(value["interfaceId"]), view, blob))
    return Filters(wildcard, wildcard_blob, tuple(templates), tuple(interfaces))
