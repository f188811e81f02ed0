"""Random accounts with keys: the ledger finds by key what a plain list of accounts says.

The model keeps accounts in order of creation; a key stands for those that are open, youngest
first. The ledger is one in memory, on disk, and on disk with restarts: all must agree.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from cantata.kernel.errors import CantataError
from cantata.lf.runtime.errors import ContractKeyNotFound, FailedAuthorization
from cantata.lf.runtime.values import from_cons
from cantata.sandbox.engine import Contract, MemoryStore, Transaction
from cantata.sandbox.engine.transaction import Exercise
from cantata.sandbox.store import SqliteStore
from tests.ledger.keys.bank import Branch

number = st.integers(1, 3)
owner = st.sampled_from(["ann", "ben"])


class Accounts(RuleBasedStateMachine):
    """Opens, changes, closes and looks up accounts of one bank by their numbers."""

    @initialize()
    def start(self) -> None:
        self.folder = TemporaryDirectory()
        self.path = str(Path(self.folder.name) / "ledger.db")
        self.store = SqliteStore(self.path)
        self.branch = Branch(store=self.store)
        self.memory = Branch(store=MemoryStore())
        self.open: list[Contract] = []
        self.desk = self.branch.desk()
        assert self.memory.desk() == self.desk

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    def with_number(self, wanted: int, reader: str = "bank") -> list[Contract]:
        """Give what the model says that a number means to a reader."""
        return [
            account
            for account in reversed(self.open)
            if account.payload[2] == wanted and reader in account.stakeholders
        ]

    def both(self, who: str, wanted: int, choice: str, argument: object) -> Transaction:
        """Exercise by key on both ledgers; they do the same."""
        outcomes: list[Transaction | CantataError] = []
        for branch in (self.branch, self.memory):
            try:
                outcomes.append(branch.by_key(who, wanted, choice, argument))
            except CantataError as error:
                outcomes.append(error)
        first, second = outcomes
        if isinstance(first, CantataError) or isinstance(second, CantataError):
            assert str(first) == str(second)
            assert isinstance(first, CantataError)
            raise first
        assert first == second
        return first

    @rule(wanted=number, owner=owner, balance=st.integers(0, 9))
    def opens(self, wanted: int, owner: str, balance: int) -> None:
        account = self.branch.opened(wanted, balance, owner=owner)
        assert self.memory.opened(wanted, balance, owner=owner) == account
        self.open.append(account)

    @rule(wanted=number, who=st.sampled_from(["bank", "ann", "ben", "eve"]))
    def reads(self, wanted: int, who: str) -> None:
        expected = self.with_number(wanted, who)
        try:
            (node,) = self.both(who, wanted, "Get", ()).tree.nodes
        except ContractKeyNotFound:
            assert not expected
        except FailedAuthorization:
            assert expected[0].payload[1] != who
        else:
            assert isinstance(node, Exercise)
            assert (node.contract_id, node.key) == (expected[0].contract_id, expected[0].key)

    @rule(wanted=number, balance=st.integers(10, 19))
    def changes(self, wanted: int, balance: int) -> None:
        expected = self.with_number(wanted)
        try:
            transaction = self.both("bank", wanted, "SetBal", (balance,))
        except ContractKeyNotFound:
            assert not expected
            return
        self.open.remove(expected[0])
        (created,) = transaction.created
        assert created.contract.key == expected[0].key
        self.open.append(created.contract)

    @rule(wanted=number)
    def closes(self, wanted: int) -> None:
        expected = self.with_number(wanted)
        try:
            transaction = self.both("bank", wanted, "Close", ())
        except ContractKeyNotFound:
            assert not expected
            return
        assert transaction.archived == (expected[0],)
        self.open.remove(expected[0])

    @rule(wanted=number, limit=st.integers(1, 5))
    def looks_up(self, wanted: int, limit: int) -> None:
        expected = [(each.contract_id, each.payload) for each in self.with_number(wanted)]
        for branch in (self.branch, self.memory):
            found = branch.ask(self.desk, "bank", "Query", "bank", limit, ("bank", wanted))
            assert from_cons(found[0]) == expected[:limit]

    @rule(wanted=number)
    def fails(self, wanted: int) -> None:
        """Refuse a whole submission: what it found and made by key is undone."""
        end = self.branch.ledger.end()
        try:
            self.both("ben", wanted, "SetBal", (0,))
        except (ContractKeyNotFound, FailedAuthorization):
            assert self.branch.ledger.end() == end
        else:
            raise AssertionError("only the bank may change an account")

    @rule()
    def restarts(self) -> None:
        before = self.store.state_hash()
        self.store.close()
        self.store = SqliteStore(self.path)
        assert self.store.state_hash() == before
        submitted = self.branch.submitted
        self.branch = Branch(store=self.store)
        self.branch.submitted = submitted

    @rule()
    def snapshots(self) -> None:
        self.store.snapshot()

    @invariant()
    def updates_are_read_as_they_were_written(self) -> None:
        if not hasattr(self, "branch"):
            return
        end = self.branch.ledger.end()
        assert self.store.by_offset(end) == self.memory.ledger.store.by_offset(end)


def test_a_key_means_what_a_list_of_accounts_says() -> None:
    run_state_machine_as_test(Accounts, settings=settings(max_examples=30, stateful_step_count=25))
