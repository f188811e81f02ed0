"""Refusals of requests that control the sandbox."""

from __future__ import annotations

from cantata.sandbox.participant.errors import Origin, Refusal

NOT_FOUND = 11
EXISTS = 10
STATE = 9


def invalid(field: str, reason: str) -> Refusal:
    """Refuse what a field says."""
    return Refusal("INVALID_FIELD", f"Invalid field {field}: {reason}", origin=Origin.JSON)


def unknown(what: str, name: str) -> Refusal:
    """Refuse to use something that is not there."""
    return Refusal(
        "SANDBOX_NOT_FOUND",
        f"there is no {what} {name!r}",
        origin=Origin.JSON,
        category=NOT_FOUND,
    )


def taken(what: str, name: str) -> Refusal:
    """Refuse to make something whose name is taken."""
    return Refusal(
        "SANDBOX_ALREADY_EXISTS",
        f"there is a {what} {name!r} already",
        origin=Origin.JSON,
        category=EXISTS,
    )


def too_many(what: str, most: int) -> Refusal:
    """Refuse to keep more than a bound."""
    return Refusal(
        "SANDBOX_TOO_MANY",
        f"there are {most} {what} already, which is the most",
        origin=Origin.JSON,
        category=STATE,
    )


def impossible(reason: str) -> Refusal:
    """Refuse what cannot be done with the ledger as it is."""
    return Refusal("SANDBOX_IMPOSSIBLE", reason, origin=Origin.JSON, category=STATE)


def rolled_back(name: str) -> Refusal:
    """Say why a stream ends: what it has given is no longer so."""
    return Refusal(
        "SANDBOX_ROLLED_BACK",
        f"the ledger went back to the snapshot {name!r}; read it again from the beginning",
        origin=Origin.JSON,
        category=STATE,
    )
