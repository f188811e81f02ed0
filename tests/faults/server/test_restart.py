"""What a sandbox shows over its interface is the same after a restart, however it ended."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.faults.server.ledger import PING, USER
from tests.faults.server.life import Client, Life, Refused

STEPS = 60
NAMES = ("alice", "bob", "carol")
EVENTS = {"filtersForAnyParty": {}, "verbose": True}


class Play:
    """Random steps over HTTP, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.parties: list[str] = []
        self.users: list[str] = []
        self.contracts: list[str] = []
        self.updates: list[tuple[str, int]] = []
        self._number = 0

    def step(self, client: Client) -> None:
        """Do something."""
        what = [self._create, self._create, self._archive, self._refused, self._user, self._grant]
        if not self.parties:
            self._allocate(client)
        elif self._chance.randrange(20) == 0:
            self._vetting(client)
        else:
            self._chance.choice(what)(client)

    def _allocate(self, client: Client) -> None:
        for name in NAMES:
            answer = client.post("/v2/parties", {"partyIdHint": name})
            self.parties.append(answer["partyDetails"]["party"])

    def _create(self, client: Client) -> None:
        party, other = self._chance.sample(self.parties, 2)
        arguments = {"id": f"ping {self._number} é\u2028", "initiator": party, "responder": other}
        self._submit(client, party, "CreateCommand", createArguments=arguments)

    def _archive(self, client: Client) -> None:
        if self.contracts:
            contract = self._chance.choice(self.contracts)
            party = self._chance.choice(self.parties)
            with suppress(Refused):
                self._submit(
                    client,
                    party,
                    "ExerciseCommand",
                    contractId=contract,
                    choice="Archive",
                    choiceArgument={},
                )

    def _refused(self, client: Client) -> None:
        """Hand over a command that was done already, which leaves a completion."""
        arguments = {"id": "again", "initiator": self.parties[0], "responder": self.parties[1]}
        with suppress(Refused):
            self._submit(
                client, self.parties[0], "CreateCommand", "same", createArguments=arguments
            )

    def _submit(
        self, client: Client, party: str, kind: str, command_id: str = "", **what: Any
    ) -> None:
        self._number += 1
        commands = {
            "commands": [{kind: {"templateId": PING, **what}}],
            "commandId": command_id or f"command-{self._number}",
            "actAs": [party],
            "userId": USER,
            "workflowId": self._chance.choice(["", f"work-{self._number}"]),
            "submissionId": f"submission-{self._number}",
        }
        path = "/v2/commands/submit-and-wait-for-transaction"
        transaction = client.post(path, {"commands": commands})["transaction"]
        self.updates.append((transaction["updateId"], transaction["offset"]))
        for event in transaction["events"]:
            if "CreatedEvent" in event:
                self.contracts.append(event["CreatedEvent"]["contractId"])

    def _user(self, client: Client) -> None:
        name = f"user-{self._number}-{len(self.users)}"
        user = {
            "id": name,
            "primaryParty": self._chance.choice(self.parties),
            "isDeactivated": False,
            "identityProviderId": "",
            "metadata": {"resourceVersion": "", "annotations": {"colour": name}},
        }
        client.post("/v2/users", {"user": user, "rights": []})
        self.users.append(name)

    def _grant(self, client: Client) -> None:
        if self.users:
            user = self._chance.choice(self.users)
            right = {"kind": {"CanActAs": {"value": {"party": self._chance.choice(self.parties)}}}}
            body = {"userId": user, "identityProviderId": "", "rights": [right]}
            client.post(f"/v2/users/{user}/rights", body)

    def _vetting(self, client: Client) -> None:
        packages = client.get("/v2/packages")["packageIds"]
        change = self._chance.choice(["Unvet", "Vet"])
        packages = [{"packageId": packages[-1], "packageName": "", "packageVersion": ""}]
        more = {"newValidFromInclusive": None, "newValidUntilExclusive": None}
        value = {"packages": packages, **(more if change == "Vet" else {})}
        body = {"changes": [{"operation": {change: {"value": value}}}]}
        with suppress(Refused):
            client.post("/v2/package-vetting", body)


def answers(client: Client, play: Play) -> Iterator[tuple[str, Any]]:
    """Give all that can be read, each with what was asked."""
    end = client.get("/v2/state/ledger-end")["offset"]
    yield "end", end
    gets = ["/v2/parties", "/v2/users", "/v2/packages", "/v2/idps", "/v2/parties/participant-id"]
    gets += ["/v2/state/latest-pruned-offsets", "/v2/state/connected-synchronizers"]
    gets += [f"/v2/users/{user}/rights" for user in play.users]
    for path in gets:
        yield path, client.get(path)
    bodies: list[tuple[str, Any]] = [("/v2/package-vetting/list", {})]
    shapes = ["TRANSACTION_SHAPE_ACS_DELTA", "TRANSACTION_SHAPE_LEDGER_EFFECTS"]
    for shape in shapes:
        seen = {
            "includeTransactions": {"eventFormat": EVENTS, "transactionShape": shape},
            "includeTopologyEvents": {"includeParticipantAuthorizationEvents": {"parties": []}},
        }
        for begin in (0, end // 2):
            body = {"beginExclusive": begin, "endInclusive": end, "updateFormat": seen}
            bodies.append(("/v2/updates", body))
        for update_id, offset in play.updates:
            bodies.append(
                ("/v2/updates/update-by-id", {"updateId": update_id, "updateFormat": seen})
            )
            bodies.append(
                ("/v2/updates/update-by-offset", {"offset": offset, "updateFormat": seen})
            )
    for at in (end // 3, end):
        body = {"activeAtOffset": at, "eventFormat": EVENTS}
        bodies.append(("/v2/state/active-contracts", body))
    for contract in play.contracts:
        body = {"contractId": contract, "eventFormat": EVENTS}
        bodies.append(("/v2/events/events-by-contract-id", body))
        bodies.append(("/v2/contracts/contract-by-id", {"contractId": contract}))
    completions = "/v2/commands/completions?stream_idle_timeout_ms=50"
    asked = {"userId": USER, "beginExclusive": 0}
    bodies += [(completions, {**asked, "parties": [party]}) for party in play.parties]
    for path, body in bodies:
        yield f"{path} {json.dumps(body)}", _answer(client, path, body)


def _answer(client: Client, path: str, body: Any) -> Any:
    try:
        return client.post(path, body)
    except Refused as refused:
        return refused.status, refused.code


def everything(life: Life, play: Play) -> dict[str, Any]:
    with closing(Client(life)) as client:
        return dict(answers(client, play))


def started(path: Path, *arguments: str) -> Life:
    life = Life(path, *arguments)
    life.wait_until_ready()
    return life


@pytest.mark.parametrize("seed", range(3))
def test_all_answers_are_the_same_after_a_restart(tmp_path: Path, seed: int) -> None:
    path, play = tmp_path / "ledger.db", Play(seed)
    life = started(path)
    with closing(Client(life)) as client:
        for _ in range(STEPS):
            play.step(client)
    before = everything(life, play)
    refused = [answer for answer in before.values() if isinstance(answer, tuple)]
    assert len(before) > max(100, 4 * len(refused))
    life.kill()
    life = started(path)
    _assert_same(everything(life, play), before)
    assert life.stop() == 0
    life = started(path)
    _assert_same(everything(life, play), before)
    life.kill()


def _assert_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert found.keys() == expected.keys()
    for asked, answer in expected.items():
        assert found[asked] == answer, asked
