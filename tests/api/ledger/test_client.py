"""The client drives a ledger: the embedded one, or any other (see `tests.api.ledger.target`)."""

from __future__ import annotations

import dataclasses
from contextlib import aclosing

import pytest

from cantata.ledger import errors
from cantata.ledger.client import LedgerClient
from cantata.ledger.formats import Shape, Wanted
from cantata.ledger.model.administration import Right, RightKind
from cantata.ledger.model.events import ExercisedEvent
from cantata.ledger.model.updates import Completion, Transaction
from cantata.ledger.outcome import Done, Refused
from cantata.ledger.signing import KeySigner
from cantata.ledger.submission import Disclosed
from cantata.lf.interactive.crypto import KeySpec, PrivateKey
from tests.api.ledger.target import USER, archive, create, party, play, unique


def test_participant_says_what_it_is(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        assert (await ledger.state.version()).version
        assert await ledger.state.synchronizers()
        assert await ledger.state.ledger_end() >= 0
        participant = await ledger.parties.participant_id()
        ids = await ledger.packages.ids()
        assert await ledger.packages.is_registered(ids[0])
        assert await ledger.packages.download(ids[0])
        assert participant

    play(url, story)


def test_parties_are_made_and_found(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        made = await ledger.parties.allocate(unique("alice"))
        assert await ledger.parties.find(made.party) is not None
        known = [each.party async for each in ledger.parties.known()]
        assert made.party in known
        with pytest.raises(errors.Refusal):
            await ledger.parties.allocate(made.party.partition("::")[0])

    play(url, story)


def test_users_and_their_rights(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        alice = await party(ledger)
        user_id = unique("user")
        right = Right(RightKind.ACT_AS, alice)
        await ledger.users.create(user_id, [right])
        assert await ledger.users.rights(user_id) == (right,)
        admin = Right(RightKind.PARTICIPANT_ADMIN)
        assert await ledger.users.grant(user_id, [right, admin]) == (admin,)
        assert await ledger.users.revoke(user_id, [right]) == (right,)
        assert user_id in [each.user_id async for each in ledger.users.known()]
        with pytest.raises(errors.AlreadyExists):
            await ledger.users.create(user_id)
        await ledger.users.delete(user_id)
        with pytest.raises(errors.NotFound):
            await ledger.users.get(user_id)

    play(url, story)


def test_a_contract_lives_and_dies(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        alice = await party(ledger)
        wanted = Wanted((alice,), blobs=True)
        made = await ledger.commands.transaction(create(alice))
        (created,) = made.created
        active = [each async for each in ledger.state.active_contracts(wanted)]
        assert [each.event.contract_id for each in active] == [created.contract_id]
        assert Disclosed.of(active[0].event).blob
        again = await ledger.updates.by_id(made.update_id, wanted)
        assert isinstance(again, Transaction)
        assert again.created[0].argument == created.argument
        await ledger.commands.submit(archive(alice, created.contract_id))
        events = await ledger.updates.events_of(created.contract_id, wanted)
        assert events.created is not None
        assert events.archived is not None
        outcome = await ledger.commands.outcome(archive(alice, created.contract_id))
        assert isinstance(outcome, Refused)
        assert isinstance(outcome.error, errors.NotFound)

    play(url, story)


def test_same_command_id_records_once(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        alice = await party(ledger)
        submission = create(alice)
        first = await ledger.commands.submit(submission)
        second = await ledger.commands.outcome(submission)
        assert isinstance(second, Done)
        assert second.earlier
        assert second.value.update_id == first.update_id
        wanted = Wanted((alice,))
        assert len([each async for each in ledger.state.active_contracts(wanted)]) == 1

    play(url, story)


def test_pages_hide_the_limit_of_lists(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        alice = await party(ledger)
        one = create(alice)
        many = dataclasses.replace(one, commands=one.commands * 25)
        await ledger.commands.submit(many)
        contracts = ledger.state.active_contracts(Wanted((alice,)), page=10)
        assert len({each.event.contract_id async for each in contracts}) == 25

    play(url, story)


def test_more_updates_than_a_list_holds_are_followed_with_their_effects(url: str) -> None:
    """Lists end at 200; a stream goes on, and shows what was archived by whose choice."""

    async def story(ledger: LedgerClient) -> None:
        alice = await party(ledger)
        begin = await ledger.state.ledger_end()
        for _ in range(210):
            await ledger.commands.submit(create(alice))
        made = [each async for each in ledger.state.active_contracts(Wanted((alice,)))]
        await ledger.commands.submit(archive(alice, made[0].event.contract_id))
        end = await ledger.state.ledger_end()
        shape = Shape.LEDGER_EFFECTS
        async with aclosing(
            ledger.updates.follow(Wanted((alice,)), begin, end=end, shape=shape)
        ) as updates:
            seen = [each async for each in updates if isinstance(each, Transaction)]
        assert len(seen) == 211
        (last,) = seen[-1].events
        assert isinstance(last, ExercisedEvent)
        assert (last.choice, last.is_consuming) == ("Archive", True)
        assert last.contract_id == made[0].event.contract_id

    play(url, story)


def test_updates_and_completions_are_followed(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        alice = await party(ledger)
        begin = await ledger.state.ledger_end()
        receipts = [await ledger.commands.submit(create(alice)) for _ in range(3)]
        seen: list[str] = []
        async with aclosing(ledger.updates.follow(Wanted((alice,)), begin)) as updates:
            async for each in updates:
                if isinstance(each, Transaction):
                    seen.append(each.update_id)
                if len(seen) == 3:
                    break
        assert seen == [each.update_id for each in receipts]
        done: list[str] = []
        async with aclosing(ledger.updates.completions(USER, (alice,), begin)) as completions:
            async for completion in completions:
                if isinstance(completion, Completion):
                    done.append(completion.update_id)
                if len(done) == 3:
                    break
        assert done == seen

    play(url, story)


@pytest.mark.parametrize(
    "spec", [KeySpec.SIGNING_KEY_SPEC_EC_CURVE25519, KeySpec.SIGNING_KEY_SPEC_EC_P256]
)
def test_external_party_signs_for_itself(url: str, spec: KeySpec) -> None:
    async def story(ledger: LedgerClient) -> None:
        signer = KeySigner(PrivateKey.generate(spec))
        (synchronizer, *_) = await ledger.state.synchronizers()
        party = await ledger.external.allocate(
            unique("ext"), signer, synchronizer_id=synchronizer.synchronizer_id
        )
        submission = create(party)
        made = await ledger.external.transaction(submission, {party: [signer]})
        (created,) = made.created
        assert created.signatories == (party,)
        again = await ledger.external.outcome(submission, {party: [signer]})
        assert isinstance(again, Done)
        assert again.earlier
        stranger = KeySigner(PrivateKey.generate(spec))
        refused = await ledger.external.outcome(create(party), {party: [stranger]})
        assert isinstance(refused, Refused)

    play(url, story)
