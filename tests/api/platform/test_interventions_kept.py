"""Interventions leave a trace that cannot be changed, and keys do no more than they are for."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from cantata.storage import audit
from cantata.storage.database import Database
from tests.api.platform.interventions import DOCUMENT, Market, done, refused
from tests.api.platform.running import Client, Platform


@pytest.fixture(scope="module")
def market(platform: Platform) -> Market:
    found = Market.open(platform, "KEPT", approver=True, accounts_required=True)
    done(found.enrol(found.alice))
    found.mint(found.alice, "10")
    return found


def entries(platform: Platform, token: str) -> list[tuple[str, dict[str, str]]]:
    """Give what the audit trail, whose chain must hold, says of a token."""

    async def read() -> list[tuple[str, dict[str, str]]]:
        async with Database(platform.stored) as database, database.read() as session:
            await audit.verify(session)
            rows = await session.all(
                text("SELECT action, details FROM audit WHERE subject = :subject ORDER BY entry"),
                {"subject": token},
            )
            return [(row.action, row.details) for row in rows]

    return asyncio.run(read())


def test_every_intervention_is_kept_with_its_reason(market: Market) -> None:
    done(market.post(market.issuer, ":pause", {"operations": ["mint"], "reason": "why 1"}))
    done(market.post(market.issuer, ":unpause", {"reason": "why 2"}))
    assert market.post(market.issuer, "/limits", {"reason": "why 3"}).status_code == 200
    done(market.enrol(market.bob, reason="why 4"))
    done(market.change(market.alice, "freeze", reason="why 5"))
    done(market.freeze(market.alice, "freeze", "1"))
    body = {
        "owner": market.alice.party,
        "receiver": market.bob.party,
        "amount": "2",
        "reason_code": "WHY-7",
        "document_hash": DOCUMENT,
    }
    asked = market.post(market.issuer, "/forced-transfers", body).json()["id"]
    done(market.auditor.post(f"/v1/approvals/{asked}:approve"))
    refused(market.post(market.alice, ":pause", {"reason": "not mine"}), 403, "NOT_ALLOWED")
    kept = entries(market.platform, f"{market.token['admin']}/{market.token['id']}")
    reasons = {action: details.get("reason") or details.get("because") for action, details in kept}
    assert (
        reasons.items()
        >= {
            "tokens.pause": "why 1",
            "tokens.unpause": "why 2",
            "tokens.limits": "why 3",
            "tokens.enrol": "why 4",
            "tokens.freeze_account": "why 5",
            "tokens.freeze_amount": "court",
            "tokens.force:request": "WHY-7",
            "tokens.force:approved": "WHY-7",
        }.items()
    )
    approved = next(details for action, details in kept if action == "tokens.force:approved")
    assert (approved["document"], approved["approval"]) == (DOCUMENT, asked)
    assert "not mine" not in str(kept)


def test_a_key_for_pauses_does_nothing_else(market: Market) -> None:
    token = f"{market.token['admin']}/{market.token['id']}"
    scopes = [{"operation": "pause", "token": token}]
    made = market.issuer.post("/v1/keys", {"name": "alarm", "scopes": scopes})
    assert made.status_code == 201, made.text
    alarm = Client(http=market.platform.http, token=made.json()["secret"])
    done(market.post(alarm, ":pause", {"operations": ["settle"], "reason": "alarm"}))
    account = f"/accounts/{market.bob.party}:unfreeze"
    refused(market.post(alarm, account, {"reason": "x"}), 403, "NOT_ALLOWED")
    refused(market.post(alarm, "/limits", {"reason": "x"}), 403, "NOT_ALLOWED")
    done(market.post(alarm, ":unpause", {"operations": ["settle"], "reason": "over"}))
