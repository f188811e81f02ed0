"""Holders' accounts: each reason for which a party may not send or receive, on both steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cantata.kernel.time import RelTime
from cantata.lang import ContractId, Party
from cantata.testing import Active, Ledger, archive, create, exercise
from cantata.tokens.contract.account import HolderAccount
from cantata.tokens.contract.context import RECEIVER_ACCOUNT, SENDER_ACCOUNT
from tests.ledger.tokens.stage import HOUR, Context, Stage, cid_in, reject, withdraw

UNAUTHORIZED = "DAML_AUTHORIZATION_ERROR"
DAY = RelTime.of(days=1)


def account(stage: Stage, holder: Party, **changes: Any) -> HolderAccount:
    """Give an account in good standing for a day, with changes."""
    fields: dict[str, Any] = {
        "admin": stage.issuer,
        "instrument": None,
        "holder": holder,
        "frozen": False,
        "verified_until": stage.ledger.now + DAY,
        "country": "DE",
        "locked_until": None,
    }
    return HolderAccount(**{**fields, **changes})


def open_account(stage: Stage, holder: Party, **changes: Any) -> ContractId[HolderAccount]:
    """Give a holder an account in place of what it has."""
    old = stage.account(holder)
    if old is not None:
        stage.acting(stage.issuer).submit(archive(old.contract_id, HolderAccount))
    return stage.acting(stage.issuer).create(account(stage, holder, **changes))


@pytest.fixture
def members(token_ledger: Ledger) -> Iterator[Stage]:
    """An instrument for holders with accounts in Germany or France: Alice with 150, and Bob."""
    with token_ledger.anchor():
        stage = Stage.on(token_ledger, accounts_required=True, countries=["DE", "FR"])
        stage.mint(stage.alice, "100")
        stage.mint(stage.alice, "50")
        open_account(stage, stage.alice)
        open_account(stage, stage.bob, country="FR")
        yield stage


def refused(stage: Stage, refusal: str, to: Party | None = None, context: Any = None) -> Any:
    """Hold that a transfer from Alice is refused, and give the error."""
    transfer = stage.transfer(stage.alice, to or stage.bob, "10")
    return stage.instructing(transfer).submit_must_fail(
        refusal, stage.transferring(transfer, context=context)
    )


def test_members_transfer_in_both_ways(members: Stage) -> None:
    offer = members.offer(members.alice, members.bob, "10")
    members.answer(members.bob, offer).submit(members.accepting(offer))
    members.send(
        members.transfer(members.alice, members.bob, "20"), members.preapprove(members.bob)
    )
    members.send(members.transfer(members.alice, members.alice, "120"))
    members.as_holder(members.bob).submit(members.burning(members.bob, "5"))
    assert members.amounts(members.bob) == ["25"]


BAD: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"frozen": True}, "tokens/sender-frozen", "tokens/receiver-frozen"),
    ({"verified_until": None}, "tokens/not-verified", "tokens/not-verified"),
    ({"country": "US"}, "tokens/country-refused", "tokens/country-refused"),
    ({"country": ""}, "tokens/country-refused", "tokens/country-refused"),
)


@pytest.mark.parametrize("changes, as_sender, as_receiver", BAD)
def test_bad_standing_is_refused(
    members: Stage, changes: dict[str, Any], as_sender: str, as_receiver: str
) -> None:
    offer = members.offer(members.alice, members.bob, "10")
    with members.ledger.anchor():
        open_account(members, members.alice, **changes)
        error = refused(members, as_sender)
        assert error.context["party"] == members.alice
        refused(members, as_sender, members.alice)
        members.as_holder(members.alice).submit_must_fail(
            as_sender, members.burning(members.alice, "1")
        )
        bob = members.answer(members.bob, offer)
        bob.submit_must_fail(as_sender, members.accepting(offer))
    open_account(members, members.bob, **changes)
    assert refused(members, as_receiver).context["party"] == members.bob
    bob = members.answer(members.bob, offer)
    bob.submit_must_fail(as_receiver, members.accepting(offer))
    bob.submit(reject(offer))


def test_a_frozen_sender_withdraws(members: Stage) -> None:
    offer = members.offer(members.alice, members.bob, "10")
    open_account(members, members.alice, frozen=True)
    members.answer(members.alice, offer).submit(withdraw(offer))
    assert sum(int(amount) for amount in members.amounts(members.alice)) == 150


def test_verification_expires_to_the_microsecond(members: Stage) -> None:
    open_account(members, members.bob, verified_until=members.ledger.now + HOUR)
    members.ledger.advance(RelTime(HOUR.microseconds - 1))
    members.offer(members.alice, members.bob, "1")
    members.ledger.advance(RelTime(1))
    error = refused(members, "tokens/verification-expired")
    assert error.context["expired"] == str(members.ledger.now)
    open_account(members, members.alice, verified_until=members.ledger.now)
    assert refused(members, "tokens/verification-expired").context["party"] == members.alice


def test_lock_up_keeps_from_sending_alone(members: Stage) -> None:
    until = members.ledger.now + HOUR
    open_account(members, members.alice, locked_until=until)
    assert refused(members, "tokens/locked-up").context["until"] == str(until)
    open_account(members, members.bob, locked_until=until)
    members.ledger.advance(RelTime(HOUR.microseconds - 1))
    refused(members, "tokens/locked-up")
    members.ledger.advance(RelTime(1))
    members.offer(members.alice, members.bob, "1")


def test_a_locked_up_holder_receives(members: Stage) -> None:
    open_account(members, members.bob, locked_until=members.ledger.now + DAY)
    members.send(members.transfer(members.alice, members.bob, "1"), members.preapprove(members.bob))
    assert members.amounts(members.bob) == ["1"]


def test_both_accounts_are_needed(members: Stage) -> None:
    error = refused(members, "tokens/account-missing", members.carol)
    assert (error.context["key"], error.context["party"]) == (RECEIVER_ACCOUNT, members.carol)
    transfer = members.transfer(members.carol, members.bob, "1")
    command = members.transferring(transfer)
    error = members.instructing(transfer).submit_must_fail("tokens/account-missing", command)
    assert (error.context["key"], error.context["party"]) == (SENDER_ACCOUNT, members.carol)


def test_the_admin_needs_no_account(members: Stage) -> None:
    members.mint(members.issuer, "10")
    members.offer(members.issuer, members.bob, "4")
    offer = members.offer(members.alice, members.issuer, "4")
    members.answer(members.issuer, offer).submit(members.accepting(offer))


@pytest.mark.parametrize("changes", [{"holder": "carol"}, {"instrument": "EUR"}])
def test_accounts_of_others_do_not_help(members: Stage, changes: dict[str, Any]) -> None:
    if "holder" in changes:
        changes = {"holder": members.carol}
    wrong = members.acting(members.issuer).create(
        HolderAccount(**{**_fields(account(members, members.bob)), **changes})
    )
    named: Context = {RECEIVER_ACCOUNT: cid_in(wrong)}
    transfer = members.transfer(members.alice, members.bob, "1")
    command = members.transferring(transfer, context=named)
    members.instructing(transfer, wrong).submit_must_fail("tokens/other-account", command)


def _fields(payload: HolderAccount) -> dict[str, Any]:
    return {name: getattr(payload, name) for name in payload.__dataclass_fields__}


def test_a_holder_cannot_attest_itself(members: Stage) -> None:
    members.acting(members.alice).submit_must_fail(
        UNAUTHORIZED, create(account(members, members.alice))
    )
    own = members.acting(members.bob).create(account(members, members.bob, admin=members.bob))
    named: Context = {RECEIVER_ACCOUNT: cid_in(own)}
    transfer = members.transfer(members.alice, members.bob, "1")
    command = members.transferring(transfer, context=named)
    members.instructing(transfer, own).submit_must_fail(UNAUTHORIZED, command)


def test_an_account_of_one_instrument_is_enough(members: Stage) -> None:
    open_account(members, members.bob, instrument="USD")
    members.offer(members.alice, members.bob, "1")


def test_accounts_are_no_matter_where_none_are_required(stage: Stage) -> None:
    open_account(stage, stage.alice, frozen=True)
    stage.send(stage.transfer(stage.alice, stage.bob, "10"))


def changing(stage: Stage, choice: Any, holder: Party, **arguments: Any) -> Any:
    """Give the command that changes a holder's account."""
    found: Active[HolderAccount] | None = stage.account(holder)
    assert found is not None
    return exercise(ContractId[HolderAccount](found.contract_id), choice, **arguments)


def test_freezing_twice_is_an_error(members: Stage) -> None:
    issuer = members.acting(members.issuer)
    issuer.submit(changing(members, HolderAccount.freeze, members.bob, reason="court"))
    refused(members, "tokens/receiver-frozen")
    again = changing(members, HolderAccount.freeze, members.bob, reason="court")
    issuer.submit_must_fail("tokens/account-already-frozen", again)
    issuer.submit(changing(members, HolderAccount.unfreeze, members.bob, reason="lifted"))
    again = changing(members, HolderAccount.unfreeze, members.bob, reason="lifted")
    issuer.submit_must_fail("tokens/account-not-frozen", again)
    for choice in (HolderAccount.freeze, HolderAccount.unfreeze):
        silent = changing(members, choice, members.bob, reason="")
        issuer.submit_must_fail("tokens/reason-missing", silent)
    members.offer(members.alice, members.bob, "1")


def test_the_admin_verifies_and_locks_up(members: Stage) -> None:
    issuer = members.acting(members.issuer)
    issuer.submit(
        changing(members, HolderAccount.verify, members.bob, verified_until=None, country="US")
    )
    refused(members, "tokens/not-verified")
    until = members.ledger.now + HOUR
    issuer.submit(changing(members, HolderAccount.lock_up, members.alice, locked_until=until))
    refused(members, "tokens/locked-up")


def test_the_admin_alone_changes_accounts(members: Stage) -> None:
    bob = members.acting(members.bob)
    for choice, arguments in (
        (HolderAccount.freeze, {"reason": "x"}),
        (HolderAccount.unfreeze, {"reason": "x"}),
        (HolderAccount.verify, {"verified_until": None, "country": ""}),
        (HolderAccount.lock_up, {"locked_until": None}),
    ):
        bob.submit_must_fail(UNAUTHORIZED, changing(members, choice, members.bob, **arguments))


def test_a_holder_sees_its_own_account_only(members: Stage) -> None:
    seen = members.ledger.contracts(HolderAccount, members.bob)
    assert [active.payload.holder for active in seen] == [members.bob]
    assert members.ledger.contracts(HolderAccount, members.carol) == []
    members.offer(members.alice, members.bob, "1")
    for update in members.ledger.seen_by(members.carol):
        assert update.offset != members.last.offset


def test_recovery_hands_the_flags_on(members: Stage) -> None:
    until = members.ledger.now + HOUR
    open_account(members, members.alice, frozen=True, locked_until=until)
    replacement = open_account(members, members.carol)
    done = members.acting(members.issuer).submit(
        changing(
            members,
            HolderAccount.recover,
            members.alice,
            replacement_cid=replacement,
            reason="lost key",
        )
    )
    lost, found = members.account(members.alice), members.account(members.carol)
    assert lost is not None
    assert found is not None
    assert done.results[0].lost_cid == lost.contract_id
    assert lost.payload.verified_until is None
    assert (found.payload.frozen, found.payload.locked_until) == (True, until)
    assert found.payload.verified_until is not None


def test_recovery_needs_another_party_and_the_same_scope(members: Stage) -> None:
    issuer = members.acting(members.issuer)
    narrower = issuer.create(account(members, members.carol, instrument="USD"))
    twin = issuer.create(account(members, members.bob))
    for cid, refusal in ((narrower, "tokens/other-account"), (twin, "tokens/same-party")):
        command = changing(
            members, HolderAccount.recover, members.bob, replacement_cid=cid, reason="lost"
        )
        issuer.submit_must_fail(refusal, command)


def test_the_result_says_what_wallets_read(members: Stage) -> None:
    offer = members.offer(members.alice, members.bob, "10")
    members.answer(members.bob, offer).submit(members.accepting(offer))
    said = members.result_of("TransferInstruction_Accept")
    assert said["output"]["tag"] == "TransferInstructionResult_Completed"
    assert said["meta"]["values"]["splice.lfdecentralizedtrust.org/tx-kind"] == "transfer"
