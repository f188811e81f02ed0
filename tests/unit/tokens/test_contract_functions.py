"""The pure parts of the token contracts, run as the plain Python that they are."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.kernel.time import RelTime, Timestamp
from cantata.lang import Decimal, Party, RequirementFailed
from cantata.tokens.contract.account import later
from cantata.tokens.contract.allowance import spend
from cantata.tokens.contract.rules import Operation, TokenRules, with_pauses
from cantata.tokens.contract.token import Token, frozen_by, is_frozen

NOW = Timestamp.parse("2026-01-01T00:00:00Z")
ADMIN, OWNER, APPROVER = (Party(f"{name}::1220{'ab' * 32}") for name in ("adm", "own", "app"))
OF = holding.InstrumentId(admin=ADMIN, id="USD")


def refused(call: Any) -> str:
    with pytest.raises(RequirementFailed) as caught:
        call()
    return str(caught.value.error_id)


def test_pauses_are_added_and_taken_off_in_order() -> None:
    one = with_pauses([], [Operation.BURN, Operation.TRANSFER], True)
    assert one == [Operation.BURN, Operation.TRANSFER]
    assert with_pauses(one, [Operation.BURN], False) == [Operation.TRANSFER]
    assert refused(lambda: with_pauses(one, [Operation.BURN], True)) == "tokens/already-paused"
    assert refused(lambda: with_pauses(one, [Operation.ACCEPT], False)) == "tokens/not-paused"
    assert refused(lambda: with_pauses(one, [], True)) == "tokens/no-operations"


def test_what_is_spent_leaves_an_allowance() -> None:
    assert spend(None, Decimal("5")) is None
    assert spend(Decimal("5"), Decimal("5")) == Decimal("0")
    assert spend(Decimal("5"), Decimal("1.5")) == Decimal("3.5")
    over = refused(lambda: spend(Decimal("5"), Decimal("5.0000000001")))
    assert over == "tokens/allowance-exceeded"


def test_the_later_lock_up_counts() -> None:
    soon = NOW + RelTime(1)
    assert later(None, None) is None
    assert later(NOW, None) == later(None, NOW) == NOW
    assert later(NOW, soon) == later(soon, NOW) == soon


@pytest.mark.parametrize(
    "lock, frozen",
    [
        (None, False),
        (frozen_by(ADMIN, "court"), True),
        (
            holding.Lock(holders=[ADMIN], expires_at=NOW, expires_after=None, context=None),
            False,
        ),
        (
            holding.Lock(holders=[OWNER], expires_at=None, expires_after=None, context=None),
            False,
        ),
    ],
)
def test_frozen_is_what_the_admin_locks_without_expiry(
    lock: holding.Lock | None, frozen: bool
) -> None:
    token = Token(instrument_id=OF, owner=OWNER, amount=Decimal("1"), lock=lock)
    assert is_frozen(token) is frozen


def test_rules_know_their_guardians() -> None:
    alone = TokenRules(instrument_id=OF, decimals=2)
    assert alone.guardians() == [ADMIN]
    watched = TokenRules(instrument_id=OF, decimals=2, approver=APPROVER)
    assert watched.guardians() == [ADMIN, APPROVER]
    assert watched.observers() == [APPROVER]
    assert watched.ensure()
    assert not TokenRules(instrument_id=OF, decimals=2, approver=ADMIN).ensure()
    assert not TokenRules(instrument_id=OF, decimals=11).ensure()
