"""The engine: from a submission and the contracts it may see to a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cantata.lf.runtime.errors import FailureStatus, InterpretationError
from cantata.lf.runtime.runtime import Runtime
from cantata.sandbox.engine.commands import Command, Mode, Submission, TypeRef
from cantata.sandbox.engine.content import Contents
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.errors import (
    DuplicateDisclosed,
    InvalidSubmission,
    MissingField,
    PackageNameNotVetted,
    PackagesNotVetted,
    UnknownDefinitionName,
    UnknownPreference,
)
from cantata.sandbox.engine.ids import ContractIds
from cantata.sandbox.engine.interpretation.frames import exercise_trace
from cantata.sandbox.engine.interpretation.host import (
    Host,
    KeyLookup,
    Lookup,
    Terms,
    Visible,
    no_keys,
)
from cantata.sandbox.engine.interpretation.interpreter import Interpreter
from cantata.sandbox.engine.packages import PackageSet
from cantata.sandbox.engine.parties import PartySets
from cantata.sandbox.engine.preprocess.commands import (
    Preprocessor,
    Ready,
    ReadyCreate,
    ReadyExerciseByKey,
    describe,
    require_contract_id,
)
from cantata.sandbox.engine.preprocess.translate import Translator
from cantata.sandbox.engine.resources import Resources
from cantata.sandbox.engine.transaction import (
    Create,
    Exercise,
    Fetch,
    QueryByKey,
    Transaction,
    Tree,
)
from cantata.sandbox.engine.transaction.seeds import SEED_BYTES


class Engine:
    """Interprets submissions; knows packages and no contracts, and changes nothing.

    `runtime` must run over the packages of `packages`.
    """

    def __init__(self, runtime: Runtime, packages: PackageSet) -> None:
        self.runtime = runtime
        self.packages = packages
        self.sets = PartySets()
        self.ids = ContractIds(Contents(packages.packages), self.sets)
        self._host = Host(runtime, self.ids, self.sets, Resources(packages.packages))
        self._preprocessor = Preprocessor(runtime, packages, Translator(packages.packages))

    def interpret(
        self, submission: Submission, lookup: Lookup, with_key: KeyLookup = no_keys
    ) -> Transaction:
        """Give the transaction that a submission stands for, or raise why there is none.

        `lookup` and `with_key` give active contracts of the ledger; what the submitters may see is
        decided here. The same submission over the same contracts gives the same transaction.
        """
        _require_complete(submission)
        resolution = self._resolution(submission)
        readers = submission.act_as
        if submission.read_as:
            readers = readers | submission.read_as
        visible = Visible(lookup, readers, _by_id(submission.disclosed), with_key)
        time = submission.ledger_time
        prepared_at = submission.preparation_time
        terms = Terms(
            authorizers=self.sets.one(submission.act_as),
            ledger_time=time,
            preparation_time=time if prepared_at is None else prepared_at,
            seed=submission.seed,
            resolution=resolution,
            may_undo_effects=submission.mode is Mode.NO_KEY,
        )
        transaction = _Run(self._host, visible, terms, self._preprocessor).of(submission.commands)
        if submission.resolution is None:
            self._require_vetted(transaction)
        return transaction

    def view(self, template: TypeRef, argument: Any, interface: TypeRef) -> Any:
        """Compute an interface's view of a payload, off the ledger."""
        resolution = self.packages.resolution()
        found = self._preprocessor.template(template, resolution)
        wanted = self._preprocessor.interface(interface, resolution)
        if found.instance(wanted.ref) is None:
            raise UnknownDefinitionName(f"interface instance {wanted.ref} for {found.ref}")
        payload = self._preprocessor.argument(argument, found.payload_type, found.check)
        return self.runtime.view(found.ref, wanted.ref, payload)

    def _require_vetted(self, transaction: Transaction) -> None:
        """Refuse code of packages that are not in use, which commands may name by their ids."""
        packages = self.packages
        used = dict.fromkeys(_packages(transaction.tree))
        unvetted = [package_id for package_id in used if not packages.is_vetted(package_id)]
        if not unvetted:
            return
        in_use = packages.resolution()
        for package_id in unvetted:
            name = packages.package_name(package_id)
            if name not in in_use:
                raise PackageNameNotVetted(name)
        raise PackagesNotVetted(unvetted)

    def _resolution(self, submission: Submission) -> Mapping[str, str]:
        if submission.resolution is not None:
            return submission.resolution
        for package_id in submission.package_preference:
            if package_id not in self.packages.vetted:
                raise UnknownPreference(package_id)
        return self.packages.resolution(submission.package_preference)


class _Run:
    """One interpretation, repeated from scratch when the stack was too small for it."""

    __slots__ = ("_at", "_host", "_interpreter", "_preprocessor", "_terms", "_visible")

    def __init__(
        self, host: Host, visible: Visible, terms: Terms, preprocessor: Preprocessor
    ) -> None:
        self._host = host
        self._visible = visible
        self._terms = terms
        self._preprocessor = preprocessor
        self._interpreter: Interpreter | None = None
        self._at: Ready | None = None

    def of(self, commands: Sequence[Command]) -> Transaction:
        """Run commands in order."""
        try:
            return self._host.runtime.guarded(self._start, commands)
        except FailureStatus as error:
            place = None if self._interpreter is None else self._interpreter.place
            command = "" if self._at is None else describe(self._at)
            error.context["exercise_trace"] = exercise_trace(place, command)
            raise
        except InterpretationError as error:
            error.written_resources = self._host.resources.written(error)
            raise

    def _start(self, commands: Sequence[Command]) -> Transaction:
        ready = self._preprocessor.prepare(commands, self._terms.resolution)
        interpreter = self._interpreter = Interpreter(self._host, self._visible, self._terms)
        created = ""
        for command in ready:
            self._at = command
            if isinstance(command, ReadyCreate):
                created = interpreter.create_checked(command.template, command.payload)
                continue
            if isinstance(command, ReadyExerciseByKey):
                template, choice, key, argument, _ = command
                interpreter.exercise_by_key(template, choice.name, key, argument, checked=True)
                continue
            contract_id = command.contract_id or created
            interpreter.exercise_checked(command.choice, contract_id, command.argument)
        return interpreter.finish()


def _require_complete(submission: Submission) -> None:
    if not submission.act_as:
        raise MissingField("act_as/actAs")
    if not submission.commands:
        raise MissingField("commands")
    if len(submission.seed) != SEED_BYTES:
        raise InvalidSubmission(f"the seed has {len(submission.seed)} bytes instead of 32")


def _packages(tree: Tree) -> Iterator[str]:
    """Give the packages whose code ran."""
    for node in tree.nodes:
        if node.__class__ is Create:
            yield node.contract.template.package
        elif node.__class__ is Exercise or node.__class__ is Fetch:
            yield node.template.package
            if node.interface is not None:
                yield node.interface.package
        elif isinstance(node, QueryByKey):
            yield node.template.package


def _by_id(disclosed: Iterable[Contract]) -> dict[str, Contract]:
    by_id: dict[str, Contract] = {}
    for contract in disclosed:
        require_contract_id(contract.contract_id, "disclosed_contracts.contract_id")
        if contract.contract_id in by_id:
            raise DuplicateDisclosed(contract.contract_id)
        by_id[contract.contract_id] = contract
    return by_id
