"""What running contract code asks of the ledger."""

from __future__ import annotations

from typing import Protocol

from cantata.lf.runtime.compiled import CompiledInterface, CompiledTemplate, InterfaceValue
from cantata.lf.runtime.values import Value


class Effects(Protocol):
    """One transaction being built; each method adds to it or raises an `InterpretationError`.

    Values given to it are evaluated but not checked: the ledger runs the template's or choice's
    `check` before it stores or shows one. Exceptions of contract code (`LFThrow`) pass through
    it unchanged where contract code may catch them.
    """

    def create(self, template: CompiledTemplate, payload: Value) -> str:
        """Create a contract and give its id."""

    def exercise(self, template: CompiledTemplate, choice: str, cid: str, arg: Value) -> Value:
        """Exercise a choice of a template and give its result."""

    def exercise_interface(
        self, interface: CompiledInterface, choice: str, cid: str, arg: Value
    ) -> Value:
        """Exercise a choice of an interface and give its result."""

    def exercise_by_key(
        self, template: CompiledTemplate, choice: str, key: Value, arg: Value
    ) -> Value:
        """Exercise a choice of the first contract with a key and give its result."""

    def fetch(self, template: CompiledTemplate, cid: str) -> Value:
        """Fetch a contract and give its payload as the template's type."""

    def fetch_interface(self, interface: CompiledInterface, cid: str) -> InterfaceValue:
        """Fetch a contract as an interface value."""

    def fetch_by_key(self, template: CompiledTemplate, key: Value) -> Value:
        """Fetch the first contract with a key; give the pair of its id and its payload."""

    def query_by_key(self, template: CompiledTemplate, limit: int, key: Value) -> Value:
        """Look up at most so many contracts with a key.

        Give Some list of pairs, each an id with its payload: those of this transaction first, then
        those disclosed, then those of the ledger; of the first and the last the youngest first.
        """

    def get_time(self) -> int:
        """Give the ledger time in microseconds, and pin it."""

    def ledger_time_lt(self, micros: int) -> bool:
        """Tell whether the ledger time is before `micros`, and narrow its bounds."""

    def begin_try(self) -> None:
        """Open a part that may be rolled back."""

    def commit_try(self) -> None:
        """Close the innermost open part and keep its effects."""

    def rollback_try(self) -> None:
        """Close the innermost open part and turn its effects into a rollback node."""

    def abort_try(self) -> None:
        """Close the innermost open part because an exception leaves it unhandled."""
