"""Each reason against a movement: its code, its words, and the id of the ledger's refusal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.tokens.rules_policy import (
    Account,
    Code,
    Facts,
    Kind,
    Limits,
    Operation,
    Rules,
    Side,
    judge,
)

NOW = Timestamp.parse("2026-01-01T00:00:00Z")
SOON = NOW + RelTime(1)
GOOD = Account(verified_until=SOON, country="DE")
MEMBERS = Rules(accounts_required=True, countries=frozenset({"DE"}))
FACTS = Facts(
    rules=MEMBERS,
    sender=Side(party="alice", account=GOOD),
    receiver=Side(party="bob", account=GOOD),
    now=NOW,
    free=Decimal("10"),
)


def sender(**changes: Any) -> Facts:
    return replace(FACTS, sender=Side(party="alice", account=replace(GOOD, **changes)))


def receiver(**changes: Any) -> Facts:
    return replace(FACTS, receiver=Side(party="bob", account=replace(GOOD, **changes)))


def limited(**limits: Any) -> Facts:
    return replace(FACTS, limits=Limits(**limits))


CASES = (
    (FACTS, Code.ALLOWED, ""),
    (
        replace(FACTS, rules=replace(MEMBERS, paused=frozenset({Operation.TRANSFER}))),
        Code.PAUSED,
        "tokens/paused",
    ),
    (sender(frozen=True), Code.SENDER_FROZEN, "tokens/sender-frozen"),
    (receiver(frozen=True), Code.RECEIVER_FROZEN, "tokens/receiver-frozen"),
    (
        replace(FACTS, free=Decimal("4.99")),
        Code.INSUFFICIENT_BALANCE,
        "tokens/insufficient-funds",
    ),
    (replace(FACTS, free=Decimal("0")), Code.INSUFFICIENT_BALANCE, "tokens/no-inputs"),
    (receiver(verified_until=None), Code.NOT_VERIFIED, "tokens/not-verified"),
    (sender(verified_until=NOW), Code.VERIFICATION_EXPIRED, "tokens/verification-expired"),
    (receiver(country="US"), Code.COUNTRY_REFUSED, "tokens/country-refused"),
    (sender(locked_until=SOON), Code.LOCKED_UP, "tokens/locked-up"),
    (sender(locked_until=NOW), Code.ALLOWED, ""),
    (receiver(locked_until=SOON), Code.ALLOWED, ""),
    (replace(FACTS, rules=None), Code.TOKEN_CLOSED, "CONTRACT_NOT_FOUND"),
    (
        replace(FACTS, receiver=Side(party="bob")),
        Code.NOT_ONBOARDED,
        "tokens/account-missing",
    ),
    (replace(FACTS, receiver=Side(party="admin", is_admin=True)), Code.ALLOWED, ""),
    (limited(holders_left=0, is_new_holder=True), Code.HOLDER_LIMIT, ""),
    (limited(holders_left=0), Code.ALLOWED, ""),
    (limited(balance_left=Decimal("4.99")), Code.BALANCE_LIMIT, ""),
    (limited(balance_left=Decimal("5")), Code.ALLOWED, ""),
    (limited(volume_left=Decimal("4.99")), Code.VOLUME_LIMIT, ""),
)


@pytest.mark.parametrize("facts, code, refusal", CASES)
def test_reasons(facts: Facts, code: Code, refusal: str) -> None:
    verdict = judge(Operation.TRANSFER, Decimal("5"), facts)
    assert (verdict.code, verdict.refusal) == (code, refusal)
    assert verdict.is_allowed == (code == 0)
    assert verdict.message
    assert bool(verdict.remedy) == (code != 0)


def test_every_code_has_a_case() -> None:
    assert {code for _, code, _ in CASES} == set(Code)


def test_the_kind_is_what_the_registry_says() -> None:
    def kind(facts: Facts) -> Kind:
        return judge(Operation.TRANSFER, Decimal("5"), facts).kind

    assert kind(FACTS) is Kind.OFFER
    assert kind(replace(FACTS, consent=True)) is Kind.DIRECT
    assert kind(replace(FACTS, receiver=FACTS.sender, consent=True)) is Kind.SELF


def test_contents_are_read_as_the_ledger_gives_them() -> None:
    rules = {"paused": ["Accept"], "accountsRequired": True, "countries": ["DE"]}
    assert Rules.of(rules) == replace(MEMBERS, paused=frozenset({Operation.ACCEPT}))
    account = {
        "frozen": False,
        "verifiedUntil": "2026-01-01T00:00:00.000001Z",
        "country": "DE",
        "lockedUntil": None,
    }
    assert Account.of(account) == GOOD
