"""No party is ever shown a contract id or a text that it has nothing to do with.

Every contract holds a text of its own. The model keeps who may know each text and each contract id:
its informees, those who see it being made, those to whom it is disclosed. Then everything that the
API tells a party, refusals included, is searched for all others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.property.participant.book import (
    BOARD,
    Book,
    Said,
    create,
    created,
    event_format,
    exercise,
    fresh,
)
from tests.property.participant.depth import depth

NAMES = ("ann", "ben", "cat", "dan")
NOTE, WINDOW = f"{BOARD}Note", f"{BOARD}Window"

person = st.integers(0, len(NAMES) - 1)
number = st.integers(0, 999)


@dataclass
class Contract:
    """A contract as the model knows it."""

    contract_id: str
    template: str
    owner: str
    other: str
    blob: str
    text: str
    is_active: bool = True

    @property
    def stakeholders(self) -> set[str]:
        return {self.owner, self.other}

    @property
    def shown(self) -> dict[str, str]:
        """The contract as it is disclosed."""
        return {"createdEventBlob": self.blob, "contractId": self.contract_id}


class Privacy(RuleBasedStateMachine):
    """Makes, forwards, shows and guesses; what parties are told is searched for secrets."""

    book: Book

    @initialize()
    def start(self) -> None:
        self.parties = [self.book.sandbox.party(name) for name in NAMES]
        self.begin = self.book.end()
        self.contracts: list[Contract] = []
        self.knows: dict[str, set[str]] = {}

    @rule(owner=person, other=person, template=st.sampled_from((NOTE, WINDOW)))
    def make(self, owner: int, other: int, template: str) -> None:
        text, own, reader = fresh("secret"), self.parties[owner], self.parties[other]
        roles = ("author", "reader") if template == NOTE else ("host", "guest")
        fields = dict(zip(roles, (own, reader), strict=True))
        said = self.book.submit([own], create(template, **fields, text=text))
        self.take(said, template, own, reader, {own, reader})

    @precondition(lambda self: self.of(NOTE))
    @rule(which=number, reader=person)
    def forward(self, which: int, reader: int) -> None:
        note, to, text = self.pick(NOTE, which), self.parties[reader], fresh("secret")
        argument = {"reader": to, "text": text}
        said = self.book.submit([note.other], exercise(NOTE, note.contract_id, "Forward", argument))
        note.is_active = False
        self.take(said, NOTE, note.owner, to, {*note.stakeholders, to})

    @precondition(lambda self: self.of(WINDOW))
    @rule(which=number, reader=person)
    def write(self, which: int, reader: int) -> None:
        """The guest sees a contract being made in which it has no stake."""
        window, to, text = self.pick(WINDOW, which), self.parties[reader], fresh("secret")
        argument = {"reader": to, "text": text}
        said = self.book.submit(
            [window.other], exercise(WINDOW, window.contract_id, "Write", argument)
        )
        self.take(said, NOTE, window.owner, to, {*window.stakeholders, to})

    @precondition(lambda self: self.of(NOTE))
    @rule(which=number, who=person)
    def disclose(self, which: int, who: int) -> None:
        """Somebody uses a contract whose blob was handed over."""
        note, reader = self.pick(NOTE, which), self.parties[who]
        command = exercise(NOTE, note.contract_id, "Look", {"who": reader})
        said = self.book.submit([reader], command, disclosedContracts=[note.shown])
        assert said.status == 200, said
        self.tell(note, reader)

    @precondition(lambda self: self.of(NOTE) and self.of(WINDOW))
    @rule(which=number, where=number)
    def divulge(self, which: int, where: int) -> None:
        """A guest reads a note by the authority of its host."""
        note, window = self.pick(NOTE, which), self.pick(WINDOW, where)
        command = exercise(WINDOW, window.contract_id, "Read", {"note": note.contract_id})
        said = self.book.submit([window.other], command, disclosedContracts=[note.shown])
        if window.owner in note.stakeholders or window.other in note.stakeholders:
            assert said.status == 200, said
            self.tell(note, window.owner)
            self.tell(note, window.other)
        else:
            assert said.code == "DAML_AUTHORIZATION_ERROR", said

    @precondition(lambda self: self.of(NOTE))
    @rule(which=number, who=person, choice=st.sampled_from(("Look", "Forward", "Archive")))
    def guess(self, which: int, who: int, choice: str) -> None:
        """Somebody exercises a contract by its id, which nobody told."""
        note, guesser = self.pick(NOTE, which), self.parties[who]
        if guesser in note.stakeholders:
            return
        arguments: dict[str, Any] = {
            "Look": {"who": guesser},
            "Forward": {"reader": guesser, "text": "mine"},
            "Archive": {},
        }
        command = exercise(NOTE, note.contract_id, choice, arguments[choice])
        end = self.book.end()
        said = self.book.submit([guesser], command)
        assert said.code == "CONTRACT_NOT_FOUND", said
        assert self.book.end() == end
        self.search(guesser, said.text, but=note.contract_id)

    @precondition(lambda self: self.contracts)
    @rule(which=number, who=person)
    def ask(self, which: int, who: int) -> None:
        """Somebody asks for the events of a contract by its id."""
        contract, party = self.contracts[which % len(self.contracts)], self.parties[who]
        for path in ("events/events-by-contract-id", "contracts/contract-by-id"):
            body = {
                "contractId": contract.contract_id,
                "eventFormat": event_format(party),
                "queryingParties": [party],
            }
            said = self.book.say("POST", f"/v2/{path}", body)
            assert (said.status == 200) <= (party in contract.stakeholders), said
            self.search(party, said.text, but=contract.contract_id)

    def teardown(self) -> None:
        if hasattr(self, "parties"):
            for party in self.parties:
                self.read_everything(party)

    def read_everything(self, party: str) -> None:
        active = self.book.active(party, blobs=True)
        held = {each.contract_id for each in self.contracts if self.is_held(each, party)}
        assert {each["contractId"] for each in active} == held
        self.search(party, json.dumps(active))
        for shape in ("LEDGER_EFFECTS", "ACS_DELTA"):
            updates = self.book.updates(party, self.begin, shape)
            self.search(party, json.dumps(updates))
        body = {"parties": [party], "beginExclusive": self.begin}
        path = "/v2/commands/command-completions?limit=200&stream_idle_timeout_ms=0"
        self.search(party, self.book.say("POST", path, body).text)

    def tell(self, note: Contract, party: str) -> None:
        self.knows[note.contract_id].add(party)
        self.knows[note.text].add(party)

    def search(self, party: str, text: str, but: str = "") -> None:
        """Find no secret in a text that the party is not entitled to."""
        found = [
            secret
            for secret, entitled in self.knows.items()
            if party not in entitled and secret != but and secret in text
        ]
        assert not found, (party, found)

    def take(self, said: Said, template: str, owner: str, other: str, informed: set[str]) -> None:
        """Keep the one contract that a submission made."""
        assert said.status == 200, said
        (event,) = created(said)
        contract_id = event["contractId"]
        (blob,) = (
            each["createdEventBlob"]
            for each in self.book.active(owner, blobs=True)
            if each["contractId"] == contract_id
        )
        text = event["createArgument"]["text"]
        self.contracts.append(Contract(contract_id, template, owner, other, blob, text))
        self.knows[contract_id] = set(informed)
        self.knows[text] = set(informed)

    def of(self, template: str) -> list[Contract]:
        return [each for each in self.contracts if each.template == template and each.is_active]

    def pick(self, template: str, which: int) -> Contract:
        active = self.of(template)
        return active[which % len(active)]

    @staticmethod
    def is_held(contract: Contract, party: str) -> bool:
        return contract.is_active and party in contract.stakeholders


def test_nobody_is_told_what_is_not_theirs(book: Book) -> None:
    Privacy.book = book
    run_state_machine_as_test(Privacy, settings=depth(25, 20))
