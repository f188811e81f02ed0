"""What is said of a movement beforehand is what the ledger does then, reason by reason."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cantata.kernel.errors import CantataError
from cantata.kernel.time import RelTime, Timestamp
from cantata.lang import Decimal, Party
from cantata.testing import Ledger, create, exercise
from cantata.tokens.contract import rules as on_ledger
from cantata.tokens.contract.account import HolderAccount
from cantata.tokens.rules_policy import (
    Account,
    Facts,
    Operation,
    Rules,
    Side,
    Verdict,
    judge,
)
from tests.ledger.tokens.stage import CONTRACTS, Stage

FAR = RelTime.of(days=1)
times = st.sampled_from([RelTime(-1), RelTime(0), RelTime(1), FAR, FAR, FAR])
balances = st.lists(st.sampled_from(["0.01", "5", "10"]), max_size=3)
paused = st.sampled_from([(), (), (), (Operation.TRANSFER,), (Operation.ACCEPT,)])


@st.composite
def accounts(draw: st.DrawFn, now: Timestamp) -> Account | None:
    """Accounts, most of them in good standing."""
    if draw(st.sampled_from([False] * 9 + [True])):
        return None
    rarely = st.sampled_from([False] * 5 + [True])
    return Account(
        frozen=draw(rarely),
        verified_until=None if draw(rarely) else now + draw(times),
        country=draw(st.sampled_from(["DE", "DE", "DE", "US", ""])),
        locked_until=now + draw(times) if draw(rarely) else None,
    )


@cache
def ledger() -> Ledger:
    return Ledger(CONTRACTS)


def opened(rules: Rules) -> Stage:
    """Open an instrument under rules."""
    return Stage.on(
        ledger(),
        accounts_required=rules.accounts_required,
        countries=sorted(rules.countries),
        paused=[on_ledger.Operation(each.value) for each in rules.paused],
    )


def attest(stage: Stage, holder: Party, account: Account | None) -> None:
    """Give a holder its account."""
    if account is None:
        return
    stage.acting(stage.issuer).submit(
        create(
            HolderAccount(
                admin=stage.issuer,
                instrument=None,
                holder=holder,
                frozen=account.frozen,
                verified_until=account.verified_until,
                country=account.country,
                locked_until=account.locked_until,
            )
        )
    )


def said(attempt: Any) -> str:
    """Give the id with which the ledger refuses, or nothing."""
    try:
        attempt()
    except CantataError as error:
        return str(getattr(error, "error_id", error.code))
    return ""


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_transfer_is_allowed_iff_the_ledger_does_it(data: st.DataObject) -> None:
    required = data.draw(st.sampled_from([True, True, True, False]))
    rules = Rules(
        paused=frozenset(data.draw(paused)),
        accounts_required=required,
        countries=frozenset(data.draw(st.sampled_from([(), ("DE", "FR")]))),
    )
    with ledger().anchor():
        stage = opened(rules)
        sender, receiver = data.draw(
            st.sampled_from(
                [
                    (stage.alice, stage.bob),
                    (stage.alice, stage.bob),
                    (stage.alice, stage.alice),
                    (stage.issuer, stage.bob),
                    (stage.alice, stage.issuer),
                ]
            )
        )
        held = data.draw(balances)
        for each in held:
            stage.mint(sender, each)
        known = {party: data.draw(accounts(stage.ledger.now)) for party in (sender, receiver)}
        for party, account in known.items():
            attest(stage, party, account)
        consent = stage.preapprove(receiver) if data.draw(st.booleans()) else None
        amount = Decimal(data.draw(st.sampled_from(["0.01", "5", "5", "10.01"])))
        facts = Facts(
            rules=rules,
            sender=Side(party=sender, account=known[sender], is_admin=sender == stage.issuer),
            receiver=Side(
                party=receiver, account=known[receiver], is_admin=receiver == stage.issuer
            ),
            now=stage.ledger.now,
            free=sum((Decimal(each) for each in held), Decimal("0")),
            consent=consent is not None,
        )
        verdict = judge(Operation.TRANSFER, amount, facts)
        transfer = stage.transfer(sender, receiver, f"{amount}")
        assert said(lambda: stage.send(transfer, consent)) == verdict.refusal
        assert (verdict.code == 0) == (verdict.refusal == "")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_offer_is_accepted_iff_it_is_allowed_then(data: st.DataObject) -> None:
    required = data.draw(st.booleans())
    with ledger().anchor():
        stage = opened(Rules())
        stage.mint(stage.alice, "10")
        offer = stage.offer(stage.alice, stage.bob, "7")
        rules = Rules(
            paused=frozenset(data.draw(paused)),
            accounts_required=required,
            countries=frozenset(data.draw(st.sampled_from([(), ("DE", "FR")]))),
        )
        issuer = stage.acting(stage.issuer)
        issuer.submit(
            exercise(
                stage.rules,
                on_ledger.TokenRules.amend,
                accounts_required=required,
                countries=sorted(rules.countries),
                approver=None,
            )
        )
        if rules.paused:
            operations = [on_ledger.Operation(each.value) for each in rules.paused]
            issuer.submit(
                exercise(
                    stage.rules,
                    on_ledger.TokenRules.set_paused,
                    operations=operations,
                    paused=True,
                    reason="audit",
                )
            )
        known = {p: data.draw(accounts(stage.ledger.now)) for p in (stage.alice, stage.bob)}
        for party, account in known.items():
            attest(stage, party, account)
        facts = Facts(
            rules=rules,
            sender=Side(party=stage.alice, account=known[stage.alice]),
            receiver=Side(party=stage.bob, account=known[stage.bob]),
            now=stage.ledger.now,
        )
        verdict: Verdict = judge(Operation.ACCEPT, Decimal("7"), facts)
        bob = stage.answer(stage.bob, offer)
        assert said(lambda: bob.submit(stage.accepting(offer))) == verdict.refusal
