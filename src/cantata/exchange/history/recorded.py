"""Reads recorded answers of the JSON Ledger API: updates, active contracts, events of contracts.

Every form is taken in which a participant, a client of it or a test may have kept them; what is
none of these is refused with the place where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from cantata.exchange.history.errors import MalformedHistory
from cantata.ledger.decoding import Fields
from cantata.ledger.errors import MalformedAnswer
from cantata.ledger.model.events import CreatedEvent, active_contract, created
from cantata.ledger.model.updates import Update, transaction, update

T = TypeVar("T")

ITEMS_MAX = 1_000_000
"""Updates, contracts or answers in one file."""

_UPDATES = "updates"
_CONTRACTS = "activeContracts"


def updates_in(content: Any, source: str) -> tuple[Update, ...]:
    """Read updates: a list of updates or transactions, an object with `updates`, or one alone.

    Raise MalformedHistory, which names `source` and the place in it.
    """
    return _each(content, _UPDATES, source, _update)


def contracts_in(content: Any, source: str) -> tuple[CreatedEvent, ...]:
    """Read active contracts: a list as the API gives it, or an object with `activeContracts`.

    Raise MalformedHistory.
    """
    found = _each(content, _CONTRACTS, source, _contract)
    return tuple(event for event in found if event is not None)


def made_in(content: Any, source: str) -> tuple[CreatedEvent, ...]:
    """Read the creations out of answers of events-by-contract-id, one or a list.

    Raise MalformedHistory.
    """
    found = _each(content, "", source, _creation)
    return tuple(event for event in found if event is not None)


def _each(content: Any, name: str, source: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
    """Read the items of a file, with their places for errors."""
    items, within = _items(content, name)
    if len(items) > ITEMS_MAX:
        reason = f"has {len(items)} items, more than {ITEMS_MAX}"
        raise MalformedHistory(source, within or "the list", reason)
    found: list[T] = []
    for index, item in enumerate(items):
        place = f"{within}[{index}]" if isinstance(content, list) or within else "the object"
        try:
            found.append(read(Fields(item, place)))
        except MalformedAnswer as error:
            raise MalformedHistory(source, place, error.message) from None
    return tuple(found)


def _items(content: Any, name: str) -> tuple[list[Any], str]:
    """Give the items and the name of the list that they are in."""
    if isinstance(content, list):
        return content, ""
    if name and isinstance(content, Mapping) and isinstance(content.get(name), list):
        return content[name], name
    return [content], ""


def _update(fields: Fields) -> Update:
    """Read an update, a transaction, or the answer of a look-up by id, which wraps either."""
    if fields.optional("update") is not None:
        return update(fields)
    inner = fields.optional("transaction") or fields
    if not isinstance(inner.value("events"), list) or not inner.text("updateId"):
        raise MalformedAnswer(
            f"{inner.place} is neither an update nor a transaction: one has a member `update`, "
            "the other has `updateId` and `events`"
        )
    return transaction(inner)


def _contract(fields: Fields) -> CreatedEvent | None:
    if fields.optional("contractEntry") is None:
        raise MalformedAnswer(f"{fields.place} is no active contract: it has no `contractEntry`")
    found = active_contract(fields)
    return None if found is None else found.event


def _creation(fields: Fields) -> CreatedEvent | None:
    if fields.optional("created") is None:
        if fields.optional("archived") is None:
            raise MalformedAnswer(
                f"{fields.place} is no answer about a contract: it has neither `created` nor"
                " `archived`"
            )
        return None
    return created(fields.object("created").object("createdEvent"))
