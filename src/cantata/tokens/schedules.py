"""What tokens have done by the clock: expired offers end, pre-approvals are renewed or end.

Each run only records intents; one that failed is asked for again the next day.
"""

from __future__ import annotations

from uuid import uuid4

from cantata.automation import repository as automation
from cantata.automation.model import Wish
from cantata.automation.schedules.runner import Schedule
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.session import WriteSession
from cantata.tokens.projection.contracts import PACKAGE, PREAPPROVAL
from cantata.tokens.repository import expiry
from cantata.tokens.repository.expiry import Asked

END_OFFERS = "tokens.end_expired"
RENEW_CONSENTS = "tokens.renew_preapprovals"
END_CONSENTS = "tokens.end_preapprovals"

MOST = 200
"""Intents of one run; the next one goes on."""

GRACE = RelTime.of(seconds=10)
"""How far the ledger's clock may be behind ours when we say that something expired."""


def schedules() -> tuple[Schedule, ...]:
    """Give what is done by the clock."""
    return (
        Schedule(END_OFFERS, RelTime.of(seconds=30), end_offers),
        Schedule(RENEW_CONSENTS, RelTime.of(seconds=60), renew_consents),
        Schedule(END_CONSENTS, RelTime.of(seconds=300), end_consents),
    )


async def end_offers(session: WriteSession, now: Timestamp) -> None:
    """Have the admin give the funds of expired offers back."""
    asked = _asked(END_OFFERS, now)
    for offer in await expiry.expired_offers(session, asked, PACKAGE, now - GRACE, MOST):
        wish = Wish(
            kind="tokens.end_expired",
            requester=asked.requester,
            key=asked.key(offer.contract_id),
            subject=str(offer.instrument),
            act_as=(offer.instrument.admin,),
            request={"offer": offer.contract_id},
        )
        await _record(session, wish, now)


async def renew_consents(session: WriteSession, now: Timestamp) -> None:
    """Have receivers who want it consent again before their consent ends."""
    asked = _asked(RENEW_CONSENTS, now)
    for consent in await expiry.consents_to_renew(session, asked, PREAPPROVAL, now, MOST):
        seconds = consent.seconds or 0
        request = {
            "admin": consent.instrument.admin,
            "instrument": consent.instrument.id,
            "receiver": consent.party,
            "expires_at": str(now + RelTime.of(seconds=seconds)),
            "renew_seconds": seconds,
            "preapproval": consent.contract_id,
        }
        wish = Wish(
            kind="tokens.preapprove",
            requester=asked.requester,
            key=asked.key(consent.contract_id),
            subject=str(consent.instrument),
            act_as=(consent.party,),
            request=request,
        )
        await _record(session, wish, now)


async def end_consents(session: WriteSession, now: Timestamp) -> None:
    """Have the admin take consents off the ledger that have expired."""
    asked = _asked(END_CONSENTS, now)
    for consent in await expiry.expired_consents(session, asked, PREAPPROVAL, now - GRACE, MOST):
        admin = consent.instrument.admin
        request = {
            "admin": admin,
            "instrument": consent.instrument.id,
            "receiver": consent.party,
            "actor": admin,
            "preapproval": consent.contract_id,
        }
        wish = Wish(
            kind="tokens.cancel_preapproval",
            requester=asked.requester,
            key=asked.key(consent.contract_id),
            subject=str(consent.instrument),
            act_as=(admin,),
            request=request,
        )
        await _record(session, wish, now)


def _asked(schedule: str, now: Timestamp) -> Asked:
    """Name the intents of a schedule: one a day for each contract."""
    return Asked(f"schedule:{schedule}", f":{str(now)[:10]}")


async def _record(session: WriteSession, wish: Wish, now: Timestamp) -> None:
    await automation.record(session, wish, uuid4(), now, "")
