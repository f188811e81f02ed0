"""What a client knows of a ledger: what was acknowledged, what is unknown, how far it has read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.faults.server.life import Client, Refused

PING = "#canton-builtin-admin-workflow-ping:Canton.Internal.Ping:Ping"
USER = "tester"
IDLE_MS = 40
PAGE = 200


@dataclass
class Command:
    """A command with an id of its own: it creates a contract, or takes one that is active."""

    id: str
    takes: str = ""

    def body(self, party: str) -> dict[str, Any]:
        """Give the submission."""
        if self.takes:
            what = {
                "ExerciseCommand": {
                    "templateId": PING,
                    "contractId": self.takes,
                    "choice": "Archive",
                    "choiceArgument": {},
                }
            }
        else:
            arguments = {"id": self.id, "initiator": party, "responder": party}
            what = {"CreateCommand": {"templateId": PING, "createArguments": arguments}}
        return {"commands": [what], "commandId": self.id, "actAs": [party], "userId": USER}


@dataclass
class Knowledge:
    """All that the clients of a ledger were told, over all its lives."""

    party: str = ""
    acknowledged: dict[str, tuple[str, int]] = field(default_factory=dict)
    unknown: dict[str, Command] = field(default_factory=dict)
    read: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Update id and command id by offset, as the stream of updates gave them."""
    position: int = 0
    settled: int = 0
    """Up to where nothing is unknown."""
    free: list[str] = field(default_factory=list)
    """Contracts that nobody tried to take yet."""

    def ask_for_party(self, client: Client) -> None:
        """Allocate the party, or find it again."""
        if self.party:
            found = client.get(f"/v2/parties/{self.party}")["partyDetails"]
            assert [each["party"] for each in found] == [self.party], "an acknowledged party"
        else:
            try:
                answer = client.post("/v2/parties", {"partyIdHint": "alice"})
                self.party = answer["partyDetails"]["party"]
            except Refused:
                hosted = client.get("/v2/parties")["partyDetails"]
                (self.party,) = [p["party"] for p in hosted if p["party"].startswith("alice::")]

    def resolve(self, client: Client) -> None:
        """Ask again for what nobody knows: it is done just once, whatever happened before."""
        accepted = self._completed(client)
        for command in list(self.unknown.values()):
            try:
                answer = client.post("/v2/commands/submit-and-wait", command.body(self.party))
            except Refused as refused:
                self._resolve_refused(command, refused, accepted)
            else:
                assert command.id not in accepted, f"{command.id} was done twice"
                self.acknowledged[command.id] = answer["updateId"], answer["completionOffset"]
            del self.unknown[command.id]
        self.settled = client.get("/v2/state/ledger-end")["offset"]

    def _resolve_refused(
        self, command: Command, refused: Refused, accepted: dict[str, tuple[str, int]]
    ) -> None:
        """Take the word of the completions; a contract that was taken is looked for first."""
        expected = {"DUPLICATE_COMMAND", *(["CONTRACT_NOT_FOUND"] if command.takes else [])}
        assert refused.code in expected, refused
        self.acknowledged[command.id] = _, offset = accepted[command.id]
        if refused.code == "DUPLICATE_COMMAND":
            assert int(refused.body["context"]["completion_offset"]) == offset

    def _completed(self, client: Client) -> dict[str, tuple[str, int]]:
        """Give what the completions say of accepted commands since nothing was unknown."""
        found: dict[str, tuple[str, int]] = {}
        begin = self.settled
        while page := self._completions(client, begin):
            for each in page:
                begin = each["offset"]
                if not each["status"]["code"]:
                    assert each["commandId"] not in found, "completed twice"
                    found[each["commandId"]] = each["updateId"], begin
        return found

    def _completions(self, client: Client, begin: int) -> list[dict[str, Any]]:
        body = {"userId": USER, "parties": [self.party], "beginExclusive": begin}
        end = client.get("/v2/state/ledger-end")["offset"]
        if begin >= end:
            return []
        path = f"/v2/commands/completions?limit={PAGE}&stream_idle_timeout_ms={IDLE_MS}"
        answers = [each["completionResponse"] for each in client.post(path, body)]
        return [each["Completion"]["value"] for each in answers if "Completion" in each]

    def follow(self, client: Client) -> None:
        """Read the updates from where reading ended, page by page, to the present end."""
        end = client.get("/v2/state/ledger-end")["offset"]
        assert end >= self.position, f"the log ends at {end}, {self.position} was read"
        while self.position < end:
            page = self._updates(client, end)
            for update in page:
                assert update["offset"] > self.position
                self.position = update["offset"]
                self.read[update["offset"]] = update["updateId"], update["commandId"]
            if len(page) < PAGE:
                self.position = end

    def _updates(self, client: Client, end: int) -> list[dict[str, Any]]:
        events = {"filtersByParty": {self.party: {}}, "verbose": False}
        shape = {"eventFormat": events, "transactionShape": "TRANSACTION_SHAPE_ACS_DELTA"}
        body = {
            "beginExclusive": self.position,
            "endInclusive": end,
            "updateFormat": {"includeTransactions": shape},
        }
        answers = client.post(f"/v2/updates?limit={PAGE}", body)
        return [each["update"]["Transaction"]["value"] for each in answers]

    def check(self) -> None:
        """Compare what was read with what was acknowledged: everything, and each of it once."""
        by_command: dict[str, tuple[str, int]] = {}
        for offset, (update_id, command_id) in self.read.items():
            assert command_id not in by_command, f"{command_id} was done twice"
            by_command[command_id] = update_id, offset
        for command_id, told in self.acknowledged.items():
            assert by_command.get(command_id) == told, f"{command_id}: {told} was acknowledged"
        assert by_command.keys() <= self.acknowledged.keys() | self.unknown.keys()
