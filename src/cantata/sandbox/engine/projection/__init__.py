"""Projection: what of the ledger a set of parties gets to see, and in which shape."""

from cantata.sandbox.engine.projection.events import (
    ArchivedEvent,
    CreatedEvent,
    Event,
    ExercisedEvent,
    Seen,
    Shape,
    View,
)
from cantata.sandbox.engine.projection.filters import (
    EventFormat,
    Filters,
    InterfaceFilter,
    TemplateFilter,
)

__all__ = [
    "ArchivedEvent",
    "CreatedEvent",
    "Event",
    "EventFormat",
    "ExercisedEvent",
    "Filters",
    "InterfaceFilter",
    "Seen",
    "Shape",
    "TemplateFilter",
    "View",
]
