"""Event filters: which templates and interfaces a reader asks for, party by party."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cantata.lf.model import Ref
from cantata.sandbox.engine.commands import NamedRef, TypeRef


@dataclass(frozen=True, slots=True)
class TemplateFilter:
    """Contracts of one template; a `NamedRef` means all versions of its package."""

    template: TypeRef
    blob: bool = False


@dataclass(frozen=True, slots=True)
class InterfaceFilter:
    """Contracts whose template implements an interface, with its view when asked for."""

    interface: TypeRef
    view: bool = True
    blob: bool = False


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters that are OR-ed; with `wildcard` all contracts match."""

    wildcard: bool = True
    wildcard_blob: bool = False
    templates: tuple[TemplateFilter, ...] = ()
    interfaces: tuple[InterfaceFilter, ...] = ()


@dataclass(frozen=True, slots=True)
class EventFormat:
    """What to show to whom; `any_party` applies to every party of the ledger."""

    by_party: Mapping[str, Filters] = field(default_factory=dict)
    any_party: Filters | None = None

    @property
    def parties(self) -> frozenset[str] | None:
        """Give the parties that read, None for all of them."""
        return None if self.any_party is not None else frozenset(self.by_party)


class Match(NamedTuple):
    """What the filters say about a template: views to attach, blob wanted."""

    views: tuple[Ref, ...]
    interfaces: tuple[Ref, ...]
    blob: bool


class Interfaces(NamedTuple):
    """What a matcher must know of packages."""

    implemented: Callable[[Ref], tuple[Ref, ...]]
    """The interfaces that a template implements, in any vetted version of its package name."""

    package_name: Callable[[str], str]
    """The name of a package."""


class Matcher:
    """Answers which events a format asks for; remembers its answer for each template."""

    def __init__(self, event_format: EventFormat, interfaces: Interfaces) -> None:
        self._format = event_format
        self._interfaces = interfaces
        self._known: dict[tuple[Ref, str], Match | None] = {}
        self._any: dict[Ref, Match | None] = {}
        self.parties = event_format.parties

    def match(self, template: Ref, told: Iterable[str]) -> Match | None:
        """Give what is asked for about a template on behalf of the parties told, if anything."""
        matches = [
            found for party in told if (found := self._of_party(template, party)) is not None
        ]
        if (wide := self._of_any(template)) is not None:
            matches.append(wide)
        return _merged(matches) if matches else None

    def matches(self, template: Ref) -> bool:
        """Tell whether any party asks for contracts of a template."""
        return self._of_any(template) is not None or any(
            self._of_party(template, party) is not None for party in self._format.by_party
        )

    def _of_party(self, template: Ref, party: str) -> Match | None:
        key = (template, party)
        if key not in self._known:
            filters = self._format.by_party.get(party)
            self._known[key] = None if filters is None else self._apply(filters, template)
        return self._known[key]

    def _of_any(self, template: Ref) -> Match | None:
        filters = self._format.any_party
        if filters is None:
            return None
        if template not in self._any:
            self._any[template] = self._apply(filters, template)
        return self._any[template]

    def _apply(self, filters: Filters, template: Ref) -> Match | None:
        matched = filters.wildcard
        blob = filters.wildcard and filters.wildcard_blob
        views: list[Ref] = []
        seen: list[Ref] = []
        for wanted in filters.templates:
            if self._names(wanted.template, template):
                matched, blob = True, blob or wanted.blob
        for asked in filters.interfaces:
            for interface in self._interfaces.implemented(template):
                if self._names(asked.interface, interface):
                    matched, blob = True, blob or asked.blob
                    seen.append(interface)
                    if asked.view:
                        views.append(interface)
        return Match(tuple(views), tuple(seen), blob) if matched else None

    def _names(self, wanted: TypeRef, ref: Ref) -> bool:
        if isinstance(wanted, NamedRef):
            return (
                wanted.name == ref.name
                and wanted.module == ref.module
                and wanted.package_name == self._interfaces.package_name(ref.package)
            )
        return wanted == ref


def _merged(matches: list[Match]) -> Match:
    if len(matches) == 1:
        return matches[0]
    return Match(
        tuple(dict.fromkeys(view for match in matches for view in match.views)),
        tuple(dict.fromkeys(seen for match in matches for seen in match.interfaces)),
        any(match.blob for match in matches),
    )
