"""Refusals: what the participant answers when it does not do what it was asked."""

from cantata.sandbox.participant.errors.mapping import refusal_of
from cantata.sandbox.participant.errors.refusal import (
    MalformedRequest,
    Origin,
    Refusal,
    list_too_long,
    permission_denied,
    plain_status,
    unauthenticated,
    unsupported,
)

__all__ = [
    "MalformedRequest",
    "Origin",
    "Refusal",
    "list_too_long",
    "permission_denied",
    "plain_status",
    "refusal_of",
    "unauthenticated",
    "unsupported",
]
