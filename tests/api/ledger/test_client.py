"""The client drives a ledger: the embedded one, or any other by CANTATA_TEST_LEDGER_URL.

Another participant needs to run without authentication and let its users upload packages.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from cantata.ledger import errors
from cantata.ledger.client import LedgerClient
from cantata.ledger.formats import Wanted
from cantata.ledger.model.administration import Right, RightKind
from cantata.ledger.model.updates import Completion, Transaction
from cantata.ledger.outcome import Done, Refused
from cantata.ledger.settings import Settings
from cantata.ledger.signing import KeySigner
from cantata.ledger.submission import Disclosed, Submission
from cantata.lf.interactive.crypto import KeySpec, PrivateKey
from tests.api.process import running

PACKAGES = Path(__file__).resolve().parents[4] / "shared" / "data" / "participant" / "packages"
ASSET = "#oracle-types:Oracle:Asset"
USER = "client-tests"

Story = Callable[[LedgerClient], Awaitable[None]]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a ledger with the package oracle-types."""
    found = sorted(PACKAGES.rglob("oracle1*.dar")) or sorted(PACKAGES.rglob("oracle-types*.dar"))
    if not found:
        pytest.skip(f"the test packages are not at {PACKAGES}")

    async def deploy(ledger: LedgerClient) -> None:
        await ledger.packages.upload(found[0].read_bytes())

    given = os.environ.get("CANTATA_TEST_LEDGER_URL")
    if given:
        play(given, deploy)
        yield given
        return
    with running(tmp_path_factory.mktemp("sandbox")) as sandbox:
        play(sandbox.url, deploy)
        yield sandbox.url


def play(url: str, story: Story) -> None:
    async def told() -> None:
        async with LedgerClient(Settings(url, user_id=USER)) as ledger:
            await asyncio.wait_for(story(ledger), 30)

    asyncio.run(told())


def unique(name: str) -> str:
    return f"{name}-{uuid.uuid4().hex[:12]}"


def create(party: str, amount: str = "10.0") -> Submission:
    argument = {"issuer": party, "owner": party, "amount": amount, "memo": "hi"}
    command = {"CreateCommand": {"templateId": ASSET, "createArguments": argument}}
    return Submission(commands=(command,), act_as=(party,), command_id=unique("create"))


def archive(party: str, contract_id: str) -> Submission:
    arguments = {
        "templateId": ASSET,
        "contractId": contract_id,
        "choice": "Archive",
        "choiceArgument": {},
    }
    return Submission(
        commands=({"ExerciseCommand": arguments},), act_as=(party,), command_id=unique("archive")
    )


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
        party = (await ledger.parties.allocate(unique("alice"))).party
        user_id = unique("user")
        right = Right(RightKind.ACT_AS, party)
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
        party = (await ledger.parties.allocate(unique("alice"))).party
        wanted = Wanted((party,), blobs=True)
        made = await ledger.commands.transaction(create(party))
        (created,) = made.created
        active = [each async for each in ledger.state.active_contracts(wanted)]
        assert [each.event.contract_id for each in active] == [created.contract_id]
        assert Disclosed.of(active[0].event).blob
        again = await ledger.updates.by_id(made.update_id, wanted)
        assert isinstance(again, Transaction)
        assert again.created[0].argument == created.argument
        await ledger.commands.submit(archive(party, created.contract_id))
        events = await ledger.updates.events_of(created.contract_id, wanted)
        assert events.created is not None
        assert events.archived is not None
        outcome = await ledger.commands.outcome(archive(party, created.contract_id))
        assert isinstance(outcome, Refused)
        assert isinstance(outcome.error, errors.NotFound)

    play(url, story)


def test_same_command_id_records_once(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        party = (await ledger.parties.allocate(unique("alice"))).party
        submission = create(party)
        first = await ledger.commands.submit(submission)
        second = await ledger.commands.outcome(submission)
        assert isinstance(second, Done)
        assert second.earlier
        assert second.value.update_id == first.update_id
        wanted = Wanted((party,))
        assert len([each async for each in ledger.state.active_contracts(wanted)]) == 1

    play(url, story)


def test_pages_hide_the_limit_of_lists(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        party = (await ledger.parties.allocate(unique("alice"))).party
        one = create(party)
        many = dataclasses.replace(one, commands=one.commands * 25)
        await ledger.commands.submit(many)
        contracts = ledger.state.active_contracts(Wanted((party,)), page=10)
        assert len({each.event.contract_id async for each in contracts}) == 25

    play(url, story)


def test_updates_and_completions_are_followed(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        party = (await ledger.parties.allocate(unique("alice"))).party
        begin = await ledger.state.ledger_end()
        receipts = [await ledger.commands.submit(create(party)) for _ in range(3)]
        seen: list[str] = []
        async with aclosing(ledger.updates.follow(Wanted((party,)), begin)) as updates:
            async for each in updates:
                if isinstance(each, Transaction):
                    seen.append(each.update_id)
                if len(seen) == 3:
                    break
        assert seen == [each.update_id for each in receipts]
        done: list[str] = []
        async with aclosing(ledger.updates.completions(USER, (party,), begin)) as completions:
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
