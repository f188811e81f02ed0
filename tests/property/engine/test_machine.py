"""Random commands by random parties: only the entitled succeed, and failures change nothing.

The model knows the rules of the vectors' templates Asset and Two by heart: who signs, who controls,
who is told. The ledger runs their code.
"""

from __future__ import annotations

from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from cantata.kernel.errors import CantataError
from cantata.sandbox.engine import (
    Command,
    Contract,
    CreateCommand,
    EventFormat,
    ExerciseCommand,
    Filters,
    Shape,
)
from cantata.sandbox.engine.projection import ArchivedEvent, CreatedEvent
from tests.ledger.engine.stage import Stage, numeric

PARTIES = ("alice", "bob", "carol")

people = st.frozensets(st.sampled_from(PARTIES), min_size=1, max_size=2)
person = st.sampled_from(PARTIES)


class Assets(RuleBasedStateMachine):
    """Creates, gives, shows, burns and splits; `alive` is what must be active."""

    folder: Path
    contracts = Bundle("contracts")
    agreements = Bundle("agreements")

    @initialize()
    def start(self) -> None:
        self.stage = Stage(self.folder)
        self.alive: dict[str, Contract] = {}

    def attempt(
        self, actors: frozenset[str], command: Command, *, entitled: bool
    ) -> list[Contract]:
        """Submit; check that just the entitled succeed and that refusals change nothing."""
        end = self.stage.ledger.end()
        try:
            transaction = self.stage.submit(" ".join(sorted(actors)), command)
        except CantataError:
            assert not entitled
            assert self.stage.ledger.end() == end
            return []
        assert entitled
        assert self.stage.ledger.end() == end + 1
        for contract in transaction.archived:
            del self.alive[contract.contract_id]
        created = [node.contract for node in transaction.created]
        self.alive |= {contract.contract_id: contract for contract in created}
        return created

    def exercise(self, contract: Contract, choice: str, argument: object = ()) -> ExerciseCommand:
        return ExerciseCommand(contract.template, contract.contract_id, choice, argument)

    def usable(self, contract: Contract, actors: frozenset[str]) -> bool:
        is_seen = not contract.stakeholders.isdisjoint(actors)
        return contract.contract_id in self.alive and is_seen

    @rule(target=contracts, actors=people, issuer=person, owner=person, amount=st.integers(0, 3))
    def issue(self, actors: frozenset[str], issuer: str, owner: str, amount: int) -> Contract:
        payload = (issuer, owner, numeric(str(amount)), None)
        command = CreateCommand(self.stage.ref("Asset"), payload)
        created = self.attempt(actors, command, entitled=issuer in actors and amount > 0)
        return created[0] if created else Stage(self.folder).asset()

    @rule(target=contracts, actors=people, asset=contracts, receiver=person)
    def give(self, actors: frozenset[str], asset: Contract, receiver: str) -> Contract:
        entitled = self.usable(asset, actors) and asset.payload[1] in actors
        command = self.exercise(asset, "Give_", (receiver,))
        created = self.attempt(actors, command, entitled=entitled)
        return created[0] if created else asset

    @rule(actors=people, asset=contracts, reader=person)
    def peek(self, actors: frozenset[str], asset: Contract, reader: str) -> None:
        entitled = self.usable(asset, actors) and reader in actors
        self.attempt(actors, self.exercise(asset, "Peek", (reader,)), entitled=entitled)

    @rule(actors=people, asset=consumes(contracts))
    def burn(self, actors: frozenset[str], asset: Contract) -> None:
        entitled = self.usable(asset, actors) and {*asset.payload[:2]} <= actors
        self.attempt(actors, self.exercise(asset, "Burn"), entitled=entitled)

    @rule(target=agreements, actors=people, one=person, other=person)
    def agree(self, actors: frozenset[str], one: str, other: str) -> Contract:
        command = CreateCommand(self.stage.ref("Two"), (one, other))
        created = self.attempt(actors, command, entitled={one, other} <= actors)
        if created:
            return created[0]
        return Stage(self.folder).create("alice", "Two", "alice", "alice")

    @rule(actors=people, agreement=agreements)
    def split(self, actors: frozenset[str], agreement: Contract) -> None:
        entitled = self.usable(agreement, actors) and agreement.payload[0] in actors
        created = self.attempt(actors, self.exercise(agreement, "Split"), entitled=entitled)
        assert len(created) == 2 * entitled

    @invariant()
    def parties_hold_what_is_theirs(self) -> None:
        for party in PARTIES:
            wanted = EventFormat({party: Filters()})
            held = [event.contract for event in self.stage.ledger.active_contracts(wanted)]
            mine = [c for c in self.alive.values() if party in c.stakeholders]
            assert {c.contract_id for c in held} == {c.contract_id for c in mine}

    @invariant()
    def deltas_lead_to_what_is_held(self) -> None:
        for party in PARTIES:
            held: set[str] = set()
            wanted = EventFormat({party: Filters()})
            for seen in self.stage.ledger.updates(wanted, Shape.ACS_DELTA):
                for event in seen.events:
                    if isinstance(event, CreatedEvent):
                        held.add(event.contract.contract_id)
                    else:
                        assert isinstance(event, ArchivedEvent)
                        held.remove(event.contract_id)
            assert held == {
                cid for cid, contract in self.alive.items() if party in contract.stakeholders
            }


def test_only_the_entitled_succeed(shared_data: Path) -> None:
    Assets.folder = shared_data / "lf" / "ledger-packages"
    run_state_machine_as_test(Assets, settings=settings(max_examples=40, stateful_step_count=30))
