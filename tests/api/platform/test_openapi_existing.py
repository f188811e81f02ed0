"""Answers about what exists are described, too: generated requests that name real things.

What is generated alone names tokens, parties and operations that nobody made, and is mostly
refused. Here the names of real ones are put in, so that most operations succeed now and then.
"""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from cantata.api.app import described
from tests.api.platform.interventions import DOCUMENT, LATER, Market, done
from tests.api.platform.running import Platform
from tests.api.platform.test_openapi import CHECKED, ENDS_THE_SESSION, EXAMPLES, Asker

LAST = (":close", ":pause", ":remove", ":renounce", ":revoke", ":set-admin", ":take", ":settings")
"""What takes away what others need comes after them."""

PARTIES = ("party", "owner", "sender", "receiver", "spender", "holder", "lost")
SUCCEEDING_MIN = 60
DROPPED = 0.7
"""How often a field that may be missing and has no known value is left out."""


class Known:
    """Values that mean something on this platform, by the name of the field or parameter."""

    def __init__(self, market: Market, document: Any, chance: random.Random) -> None:
        self._document = document
        self._chance = chance
        self._market = market
        parties = [each.party for each in (market.alice, market.bob, market.issuer)]
        market.mint(market.alice, "500")
        offers = [done(market.transfer(market.alice, market.bob, "2")) for _ in range(12)]
        batch = market.issuer.post(
            "/v1/batches",
            {
                "operation": "mint",
                "mode": "per_row",
                "token": market.token,
                "rows": [{"receiver": market.alice.party, "amount": "1"}],
            },
        ).json()
        key = market.issuer.post("/v1/keys", {"name": "robot"}).json()
        organisation = market.issuer.post("/v1/organisations", {"name": "House"}).json()
        approvals = [self._approval() for _ in range(8)]
        done(market.enrol(market.alice))
        role = f"PAUSER@{market.token['admin']}/{market.token['id']}"
        self._values: dict[str, list[Any]] = {
            **dict.fromkeys(PARTIES, parties),
            "replacement": [market.bob.party],
            "admin": [market.token["admin"]],
            "issuer": [market.issuer.party],
            "symbol": [market.token["id"]],
            "instrument": [market.token["id"]],
            "token": [market.token],
            "offer": [each["result"]["offer"] for each in offers],
            "operation_id": [each["id"] for each in offers],
            "batch": [batch["id"]],
            "key_id": [key["id"]],
            "organisation": [organisation["id"]],
            "approval_id": approvals,
            "user": [market.alice.user, market.bob.user],
            "role": [role],
            "amount": ["1", "2.50"],
            "amounts": [[], ["1", "1"]],
            "confirm": [market.token["id"]],
            "currency": ["USD"],
            "country": ["DE"],
            "document_hash": [DOCUMENT],
            "reason_code": ["COURT-7"],
            "reason": ["review"],
            **{each: [LATER] for each in ("expires_at", "verified_until", "locked_until")},
            "limit": ["50"],
        }

    def _approval(self) -> str:
        market = self._market
        grounds = {"reason_code": "COURT-7", "document_hash": DOCUMENT, "amount": "1"}
        parties = {"owner": market.alice.party, "receiver": market.bob.party}
        asked = market.post(market.issuer, "/forced-transfers", {**grounds, **parties})
        assert asked.status_code == 201, asked.text
        return str(asked.json()["id"])

    def put_into(self, case: Any) -> None:
        """Name real things in a generated request."""
        for where in (case.path_parameters, case.query):
            for name in set(where or ()) & self._values.keys():
                value = self._chance.choice(self._values[name])
                where[name] = value if isinstance(value, str) else str(value["id"])
        if case.query:
            case.query = {name: value for name, value in case.query.items() if name in self._values}
        if isinstance(case.body, dict):
            case.body = self._filled(case.body, self._required(case.operation))

    def _filled(self, body: dict[str, Any], required: frozenset[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in body.items():
            if name in self._values:
                found[name] = self._chance.choice(self._values[name])
            elif name in required or self._chance.random() > DROPPED:
                found[name] = value
        return found

    def _required(self, operation: Any) -> frozenset[str]:
        """Give the fields that the body of an operation must have."""
        asked = self._document["paths"][operation.path][operation.method.lower()]["requestBody"]
        schema = asked["content"]["application/json"]["schema"]
        name = schema.get("$ref", "").rpartition("/")[2]
        return frozenset(
            self._document["components"]["schemas"].get(name, schema).get("required", ())
        )


def _order(operation: Any) -> tuple[bool, str]:
    return operation.path.endswith(LAST), operation.path


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
def test_answers_about_what_exists_are_described(platform: Platform) -> None:
    load_all_checks()
    checks = [CHECKS.get_one(name) for name in CHECKED]
    market = Market.open(platform, "REAL", approver=True)
    document = described()
    known = Known(market, document, random.Random(3))
    askers = [
        Asker(platform, each, checks)
        for each in (market.issuer, market.alice, market.bob, market.auditor)
    ]
    schema: Any = schemathesis.openapi.from_dict(document)
    operations = [result.ok() for result in schema.get_all_operations()]
    succeeded: set[str] = set()
    for operation in sorted(operations, key=_order):
        if operation.path == ENDS_THE_SESSION:
            continue

        @settings(
            max_examples=2 * EXAMPLES,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            deadline=None,
            database=None,
            derandomize=True,
        )
        @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        def ask(case: Any) -> None:
            for asker in askers:
                known.put_into(case)
                if asker.ask(case) < 300:
                    succeeded.add(f"{case.method} {case.operation.path}")

        with suppress(Unsatisfiable):
            ask()
    assert [fault for asker in askers for fault in asker.faults] == []
    assert len(succeeded) >= SUCCEEDING_MIN, sorted(succeeded)
