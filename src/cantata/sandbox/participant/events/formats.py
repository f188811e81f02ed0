"""The shapes in which requests say what they want to see."""

from __future__ import annotations

from enum import Enum

from cantata.sandbox.participant.shapes import Empty, TypeId, message


class TransactionShape(Enum):
    """How transactions are shown."""

    UNSPECIFIED = "TRANSACTION_SHAPE_UNSPECIFIED"
    ACS_DELTA = "TRANSACTION_SHAPE_ACS_DELTA"
    LEDGER_EFFECTS = "TRANSACTION_SHAPE_LEDGER_EFFECTS"


@message
class Wildcard:
    """All templates."""

    include_created_event_blob: bool


@message
class OfTemplate:
    """One template, by the name of its package."""

    template_id: TypeId | None
    include_created_event_blob: bool


@message
class OfInterface:
    """All templates that implement an interface, which is named by the name of its package."""

    interface_id: TypeId | None
    include_interface_view: bool
    include_created_event_blob: bool


@message
class WildcardFilter:
    """The case of a filter that asks for everything."""

    value: Wildcard


@message
class TemplateFilter:
    """The case of a filter that asks for a template."""

    value: OfTemplate


@message
class InterfaceFilter:
    """The case of a filter that asks for an interface."""

    value: OfInterface


@message
class CumulativeFilter:
    """One of several filters."""

    identifier_filter: WildcardFilter | TemplateFilter | InterfaceFilter | Empty


@message
class Filters:
    """Filters that are OR-ed; none means everything."""

    cumulative: tuple[CumulativeFilter, ...]


@message
class EventFormat:
    """Which events are shown to which parties."""

    filters_by_party: dict[str, Filters]
    filters_for_any_party: Filters | None
    verbose: bool


@message
class TransactionFilter:
    """The older form of an event format."""

    filters_by_party: dict[str, Filters]
    filters_for_any_party: Filters | None


@message
class TransactionFormat:
    """Which events of transactions are shown, and in which shape."""

    event_format: EventFormat | None
    transaction_shape: TransactionShape


@message
class AuthorizationFormat:
    """Whose authorizations on participants are shown; nobody named means everybody."""

    parties: tuple[str, ...]


@message
class TopologyFormat:
    """Which changes of the topology are shown."""

    include_participant_authorization_events: AuthorizationFormat | None


@message
class UpdateFormat:
    """Which kinds of updates are shown, and how."""

    include_transactions: TransactionFormat | None
    include_reassignments: EventFormat | None
    include_topology_events: TopologyFormat | None


def wildcard(parties: tuple[str, ...]) -> EventFormat:
    """Give the format that shows everything to some parties."""
    return EventFormat(
        filters_by_party=dict.fromkeys(parties, Filters(cumulative=())),
        filters_for_any_party=None,
        verbose=True,
    )


def of_filter(wanted: TransactionFilter, *, verbose: bool) -> EventFormat:
    """Give the format that an older filter means."""
    return EventFormat(
        filters_by_party=wanted.filters_by_party,
        filters_for_any_party=wanted.filters_for_any_party,
        verbose=verbose,
    )
