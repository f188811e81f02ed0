"""The ledger engine: transactions from commands, and what each party sees of them.

Pure: no I/O, no clock, no randomness of its own. Times and seeds are arguments.

- `Engine.interpret(submission, lookup)` gives a `Transaction` or raises why there is none.
- `Ledger` commits transactions to a `Store` and projects them to parties.
"""

from cantata.sandbox.engine.commands import (
    Command,
    CreateAndExerciseCommand,
    CreateCommand,
    ExerciseByKeyCommand,
    ExerciseCommand,
    Mode,
    NamedRef,
    Submission,
    TypeRef,
)
from cantata.sandbox.engine.contract import Contract, ContractKey
from cantata.sandbox.engine.engine import Engine
from cantata.sandbox.engine.errors import LedgerError
from cantata.sandbox.engine.ledger import Ledger
from cantata.sandbox.engine.packages import PackageSet
from cantata.sandbox.engine.projection import EventFormat, Filters, Shape
from cantata.sandbox.engine.store import MemoryStore, Store, Update
from cantata.sandbox.engine.transaction import (
    Create,
    Exercise,
    Fetch,
    Node,
    QueryByKey,
    Rollback,
    TimeBounds,
    Transaction,
    Tree,
)

__all__ = [
    "Command",
    "Contract",
    "ContractKey",
    "Create",
    "CreateAndExerciseCommand",
    "CreateCommand",
    "Engine",
    "EventFormat",
    "Exercise",
    "ExerciseByKeyCommand",
    "ExerciseCommand",
    "Fetch",
    "Filters",
    "Ledger",
    "LedgerError",
    "MemoryStore",
    "Mode",
    "NamedRef",
    "Node",
    "PackageSet",
    "QueryByKey",
    "Rollback",
    "Shape",
    "Store",
    "Submission",
    "TimeBounds",
    "Transaction",
    "Tree",
    "TypeRef",
    "Update",
]
