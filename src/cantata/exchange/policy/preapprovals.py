"""How a pre-approval stands, which contract of several counts, and when a new one is made."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.exchange.model.preapprovals import WARNING, Consent, Form, Standing
from cantata.kernel.time import RelTime, Timestamp

_PART = 3
"""A term that is short is renewed when this part of it is left: a third."""


def standing_of(consent: Consent | None, term: RelTime, now: Timestamp) -> Standing:
    """Tell how a pre-approval stands."""
    if consent is None:
        return Standing.MISSING
    if consent.expires_at is None:
        return Standing.ACTIVE
    if consent.expires_at <= now:
        return Standing.EXPIRED
    return Standing.EXPIRING if consent.expires_at <= now + early(term) else Standing.ACTIVE


def early(term: RelTime) -> RelTime:
    """Give how long before its end a pre-approval of some term is renewed."""
    return min(WARNING, RelTime(microseconds=term.microseconds // _PART))


def latest(consents: Sequence[Consent]) -> Consent | None:
    """Give the one that holds longest."""
    for consent in consents:
        if consent.expires_at is None:
            return consent
    ending = [(each.expires_at, each) for each in consents if each.expires_at is not None]
    return max(ending, key=lambda each: each[0])[1] if ending else None


def is_made_anew(standing: Standing, form: Form) -> bool:
    """Tell whether a new contract is to be made.

    One that was proposed is renewed by its provider, who pays for it; over one that stands a
    proposal would be refused, and one that has expired cannot be renewed any more.
    """
    if form is Form.OWN:
        return standing is not Standing.ACTIVE
    return standing in {Standing.MISSING, Standing.EXPIRED}
