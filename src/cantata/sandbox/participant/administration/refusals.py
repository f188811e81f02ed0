"""Refusals of requests of administration, in the words of a participant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from cantata.sandbox.participant.errors import Origin, Refusal


def invalid_argument(text: str, origin: Origin = Origin.REQUEST) -> Refusal:
    """Refuse a request for a reason that no code of its own stands for."""
    cause = f"The submitted request has invalid arguments: {text}"
    return Refusal("INVALID_ARGUMENT", cause, origin=origin)


def invalid_field(field: str, text: str, origin: Origin = Origin.REQUEST) -> Refusal:
    """Refuse the value of a field, named as in the protocol."""
    cause = f"The submitted command has a field with invalid value: Invalid field {field}: {text}"
    return Refusal("INVALID_FIELD", cause, origin=origin)


def missing_field(field: str, origin: Origin = Origin.REQUEST) -> Refusal:
    """Refuse a request without a field, named as in the protocol."""
    return Refusal(
        "MISSING_FIELD",
        f"The submitted command is missing a mandatory field: {field}",
        origin=origin,
        context={"field_name": field},
    )


@contextmanager
def explained(context: Mapping[str, str]) -> Iterator[None]:
    """Add what is known about the request to refusals that repeat parts of it."""
    try:
        yield
    except Refusal as refusal:
        if refusal.origin is Origin.REQUEST:
            refusal.about(context)
        raise
