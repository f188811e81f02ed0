"""A ledger under test: contract classes in, contract objects out, in this process.

ledger = Ledger("cantata.tokens.contract")
issuer, alice = ledger.parties("Issuer", "Alice")
token = ledger.acting(issuer, alice).create(Token(...))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cantata.kernel.errors import CantataError
from cantata.kernel.fingerprint import key_fingerprint
from cantata.kernel.generators import SeededIds, fresh_command_id, fresh_seed
from cantata.kernel.ids import PartyId
from cantata.kernel.time import RelTime, Timestamp
from cantata.lang import Choice, ContractId, Interface, Party, Template, WrongType
from cantata.lf.codec import JsonCodec, jsontext
from cantata.lf.model import Packages, Ref, Type
from cantata.lf.runtime.errors import ContractNotFound
from cantata.lf.runtime.runtime import Runtime
from cantata.lf.runtime.values import Value
from cantata.sandbox.commands import CommandReader
from cantata.sandbox.engine import (
    Command,
    Contract,
    Engine,
    EventFormat,
    Filters,
    MemoryStore,
    PackageSet,
    Shape,
    Submission,
    Transaction,
    Update,
)
from cantata.sandbox.engine import Ledger as EngineLedger
from cantata.sandbox.engine.projection import InterfaceFilter
from cantata.sandbox.engine.projection.events import Seen
from cantata.testing.bridge import bridge
from cantata.testing.catalog import Catalog, Source
from cantata.testing.listing import Listing
from cantata.testing.names import NotAContract, names_of, view_bridge
from cantata.testing.notes import notes_on, notes_on_missing
from cantata.testing.submitter import Submitter
from cantata.testing.trees import Trees

T = TypeVar("T", bound=Template)
I = TypeVar("I", bound=Interface)  # noqa: E741
T_co = TypeVar("T_co", covariant=True)

START = Timestamp.parse("2026-01-01T00:00:00Z")
"""The time at which a ledger under test begins, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Active(Generic[T_co]):
    """An active contract of a template."""

    contract_id: ContractId[Any]
    payload: T_co


class Ledger:
    """An embedded ledger with a clock of its own; the same calls give the same ids.

    `sources` are contract packages: Python modules or packages (or their dotted names) that are
    compiled, or DARs.
    """

    def __init__(self, *sources: Source, start: Timestamp = START, seed: bytes = b"") -> None:
        self.catalog = Catalog()
        self.packages = PackageSet(Packages())
        self._listing = Listing(self.packages.packages, JsonCodec(self.packages.packages))
        self._runtime = Runtime(self.packages.packages)
        self._store = MemoryStore()
        self.engine = EngineLedger(Engine(self._runtime, self.packages), self._store)
        self._ids = SeededIds(seed)
        self._now = start
        for source in sources:
            self.load(source)

    def load(self, source: Source) -> None:
        """Add a contract package and all that it depends on."""
        self.packages.add(self.catalog.load(source))

    def party(self, name: str) -> Party:
        """Give the party of that name; a name is the same party on every ledger under test."""
        return Party(PartyId.of(name, key_fingerprint(name.encode())))

    def parties(self, *names: str) -> tuple[Party, ...]:
        """Give several parties."""
        return tuple(self.party(name) for name in names)

    @property
    def now(self) -> Timestamp:
        """The ledger's time, which moves only when it is told to."""
        return self._now

    def advance(self, span: RelTime) -> Timestamp:
        """Move the time on by a span and give it."""
        self._now = Timestamp(self._now.microseconds + span.microseconds)
        return self._now

    def acting(
        self,
        *parties: Party,
        read_as: Iterable[Party] = (),
        disclosed: Iterable[Contract] = (),
    ) -> Submitter:
        """Give what submits commands on behalf of parties.

        `read_as` are parties whose contracts may be used too; `disclosed` are contracts that
        their stakeholders handed over, see `disclose`.
        """
        readers = frozenset(read_as)
        for party in (*parties, *readers):
            if not isinstance(party, Party):
                raise WrongType("acting", "parties, as ledger.party(name) gives them", party)
        return Submitter(self, frozenset(parties), readers, tuple(disclosed))

    def commit(self, submission: Callable[[int, bytes, str], Submission]) -> Update:
        """Submit what is made of the ledger's time, a fresh seed and a fresh command id.

        What is refused leaves nothing behind: the next submission gets the same seed.
        """
        ids = self._ids.copy()
        made = submission(self._now.microseconds, fresh_seed(ids), fresh_command_id(ids))
        update = self.engine.submit(made)
        self._ids = ids
        return update

    def prepare(self, submission: Callable[[int, bytes, str], Submission]) -> Transaction:
        """Interpret what is made of the ledger's time, a seed and a command id; record nothing."""
        ids = self._ids.copy()
        made = submission(self._now.microseconds, fresh_seed(ids), fresh_command_id(ids))
        return self.engine.prepare(made)[1]

    def disclose(self, contract_id: ContractId[Any]) -> Contract:
        """Give an active contract as its stakeholders hand it to others."""
        contract = self._store.lookup(str(contract_id))
        if contract is None:
            msg = f"{contract_id!r} is not active"
            raise LookupError(msg)
        return contract

    def read_json(self, commands: Sequence[Mapping[str, Any]]) -> tuple[Command, ...]:
        """Read commands in the form of the JSON Ledger API."""
        sent = jsontext.loads(jsontext.dumps(list(commands)))
        return CommandReader(self.packages).read(sent)

    def notes(self, error: CantataError) -> Iterator[str]:
        """Give what this ledger knows about a refusal: its place, its values, what is missing."""
        yield from notes_on(error)
        if isinstance(error, ContractNotFound):
            active = self._store.lookup(error.contract_id)
            yield from notes_on_missing(error, active, self.updates)

    def contracts(self, template: type[T], party: Party) -> list[Active[T]]:
        """Give the active contracts of a template that a party has a stake in, oldest first.

        Those of other versions of its package are among them, read as the class's version. Raise
        `UpgradeTranslationFailed` for one that has more than this version can hold.
        """
        wanted, read = self.catalog.ref(template), bridge(template).to_object
        return [
            Active(ContractId(contract.contract_id), read(self._payload(contract, wanted)))
            for contract in self._active(party)
            if self._is_version_of(contract, wanted)
        ]

    def _is_version_of(self, contract: Contract, wanted: Ref) -> bool:
        name = self.packages.packages[wanted.package].name
        found = contract.template
        return (contract.package_name, found.module, found.name) == (
            name,
            wanted.module,
            wanted.name,
        )

    def _payload(self, contract: Contract, wanted: Ref) -> Value:
        if contract.template == wanted:
            return contract.payload
        cid = contract.contract_id
        return self._runtime.convert(contract.payload, contract.template, wanted, cid)

    def views(self, interface: type[Interface], party: Party) -> dict[ContractId[Any], Any]:
        """Give the views of the contracts that implement an interface, by contract id.

        Contracts are those that the party has a stake in, oldest first, read as by a client of
        the ledger. Raise the error of a view that fails.
        """
        wanted, read = self.catalog.ref(interface), view_bridge(interface).to_object
        asked = Filters(wildcard=False, interfaces=(InterfaceFilter(wanted),))
        found: dict[ContractId[Any], Any] = {}
        for event in self.engine.active_contracts(EventFormat({str(party): asked})):
            (view,) = event.views
            if view.error is not None:
                raise view.error
            found[ContractId(event.contract.contract_id)] = read(view.value)
        return found

    def _active(self, party: Party) -> Iterator[Contract]:
        templates = self._store.templates([party])
        for active in self._store.active([party], templates, self._store.end()):
            yield active.contract

    @property
    def updates(self) -> list[Update]:
        """Give all updates, oldest first."""
        return list(self._store.updates(None, 0, self._store.end()))

    def seen_by(self, party: Party, shape: Shape = Shape.LEDGER_EFFECTS) -> list[Seen]:
        """Give the updates as a party sees them, in one of the two shapes."""
        every = EventFormat(by_party={str(party): Filters(wildcard=True)})
        return list(self.engine.updates(every, shape))

    def tree(self, update: Update | None = None, *, party: Party | None = None) -> str:
        """Draw an update (the last one, if none is given), whole or as a party sees it."""
        drawn = update if update is not None else self.updates[-1]
        return Trees(self._listing).draw(drawn, party=party)

    def listing(self, update: Update) -> dict[str, Any]:
        """Give an update as JSON data, with every node's ids, parties, values and witnesses."""
        return self._listing.update(update)

    def choice_argument(self, choice: Choice[Any, Any, Any]) -> Type:
        """Give the Daml-LF type of a choice's argument."""
        names = names_of(choice)
        owner, packages = self.catalog.ref(names.owner), self.packages.packages
        is_template = issubclass(names.owner, Template)
        definition = packages.template(owner) if is_template else packages.interface(owner)
        found = definition.choice(names.name)
        if found is None:
            raise NotAContract(choice)
        return found.arg_type

    @contextmanager
    def anchor(self) -> Iterator[None]:
        """Undo everything that happens inside: contracts, time, ids; loaded packages stay."""
        store, now, ids = self._store, self._now, self._ids
        self._store, self._ids = store.copy(), ids.copy()
        self.engine.store = self._store
        try:
            yield
        finally:
            self._store, self._now, self._ids = store, now, ids
            self.engine.store = store
