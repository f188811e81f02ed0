"""The state of a party: what it holds and what waits, as far as a history was parsed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cantata.exchange.history.contracts import seen_in
from cantata.exchange.history.errors import OutOfOrder, TwoSynchronizers, UnsupportedUpdate
from cantata.exchange.history.model import Changes, Entry, Holding, Instruction
from cantata.exchange.history.parser import parse
from cantata.exchange.history.walk import Known
from cantata.ledger.model.events import CreatedEvent
from cantata.ledger.model.updates import OtherUpdate, Transaction, Update

_HARMLESS = frozenset({"TopologyTransaction"})


class State:
    """Active holdings and waiting instructions of one party, by contract id.

    It answers for them while a transaction is parsed and takes the changes afterwards. It may
    hold all that there is, or only what a batch of transactions asks for (see `touched`).
    """

    __slots__ = ("holdings", "instructions", "party")

    def __init__(
        self,
        party: str,
        holdings: Iterable[Holding] = (),
        instructions: Iterable[Instruction] = (),
    ) -> None:
        self.party = party
        self.holdings: dict[str, Holding] = {each.contract_id: each for each in holdings}
        self.instructions: dict[str, Instruction] = {
            each.contract_id: each for each in instructions
        }

    @classmethod
    def of_contracts(cls, party: str, contracts: Iterable[CreatedEvent]) -> State:
        """Begin with active contracts, or with any that are to be known."""
        state = cls(party)
        for event in contracts:
            for seen in seen_in(event, party):
                if isinstance(seen, Holding):
                    state.holdings[seen.contract_id] = seen
                elif isinstance(seen, Instruction):
                    state.instructions[seen.contract_id] = seen
        return state

    def holding(self, contract_id: str) -> Holding | None:
        """Give an active holding."""
        return self.holdings.get(contract_id)

    def instruction(self, contract_id: str) -> Instruction | None:
        """Give an instruction that waits."""
        return self.instructions.get(contract_id)

    def apply(self, changes: Changes) -> None:
        """Take over what a transaction changed."""
        for contract_id in changes.archived:
            self.holdings.pop(contract_id, None)
        for contract_id in changes.closed:
            self.instructions.pop(contract_id, None)
        self.holdings.update((each.contract_id, each) for each in changes.created)
        self.instructions.update((each.contract_id, each) for each in changes.opened)


class Remembered:
    """A state, and contracts from elsewhere for those that its history does not show the making of.

    `elsewhere` are contracts of the party that were looked up one by one; they do not become
    part of the state.
    """

    __slots__ = ("_elsewhere", "_state")

    def __init__(self, state: State, elsewhere: State) -> None:
        self._state = state
        self._elsewhere = elsewhere

    def holding(self, contract_id: str) -> Holding | None:
        """Give a holding of the state, or else one that was looked up."""
        return self._state.holding(contract_id) or self._elsewhere.holding(contract_id)

    def instruction(self, contract_id: str) -> Instruction | None:
        """Give an instruction of the state, or else one that was looked up."""
        return self._state.instruction(contract_id) or self._elsewhere.instruction(contract_id)


class History:
    """A party's history that grows update by update, from its beginning or from a state.

    What comes twice is taken once; what comes late is refused, for it could not be understood.
    """

    def __init__(self, state: State, *, elsewhere: State | None = None) -> None:
        self.state = state
        self.entries: list[Entry] = []
        self._known: Known = state if elsewhere is None else Remembered(state, elsewhere)
        self._offsets: dict[str, int] = {}
        self._last = -1
        self._synchronizer = ""

    @property
    def positions(self) -> Mapping[str, int]:
        """Give the offsets of the updates that were taken, by update id."""
        return self._offsets

    def add(self, update: Update) -> tuple[Entry, ...]:
        """Take the next update and give its entries, none for one that was taken already.

        Raise OutOfOrder, TwoSynchronizers, UnsupportedUpdate or MalformedTransaction; the history
        is then as it was before.
        """
        if isinstance(update, Transaction):
            return self._add(update)
        if isinstance(update, OtherUpdate) and update.kind not in _HARMLESS:
            raise UnsupportedUpdate(update.kind, update.offset)
        return ()

    def _add(self, transaction: Transaction) -> tuple[Entry, ...]:
        if self._offsets.get(transaction.update_id) == transaction.offset:
            return ()
        if transaction.offset <= self._last:
            raise OutOfOrder(transaction.update_id, transaction.offset, self._last)
        synchronizer = transaction.synchronizer_id
        if self._synchronizer and synchronizer != self._synchronizer:
            raise TwoSynchronizers(self._synchronizer, synchronizer, transaction.offset)
        parsed = parse(self.state.party, self._known, transaction)
        self.state.apply(parsed.changes)
        self.entries += parsed.entries
        self._offsets[transaction.update_id] = transaction.offset
        self._last, self._synchronizer = transaction.offset, synchronizer
        return parsed.entries
