"""A package of Daml-LF 2.3 with contract keys, written by hand, and ledgers that have it.

An `Acc` has the key (bank, number), maintained by the bank. A `Desk` looks accounts up for whoever
asks. `Odd` has a key whose maintainers can be anybody, `Held` one with a contract id.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from typing import Any

from cantata.lf.archive import StoredPackage, write_dar, write_package
from cantata.lf.check import check_package
from cantata.lf.check.forms.updates import TUPLE2
from cantata.lf.model import (
    INT64,
    PARTY,
    SELF_PACKAGE,
    UNIT,
    Binding,
    Choice,
    DefDataType,
    DefTemplate,
    EAbs,
    EApp,
    EBool,
    EBuiltin,
    ECons,
    EInt64,
    ENil,
    ERecCon,
    ERecProj,
    EUnit,
    EVar,
    Expr,
    Key,
    Module,
    Package,
    Packages,
    Record,
    Ref,
    TCon,
    Type,
    UBlock,
    UCreate,
    UExerciseByKey,
    UFetchByKey,
    UPure,
    UQueryNByKey,
    apply,
    contract_id,
    list_of,
    optional,
)
from cantata.lf.runtime.runtime import Runtime
from cantata.lf.stable import stable_packages
from cantata.sandbox.engine import (
    Command,
    Contract,
    CreateCommand,
    Engine,
    ExerciseByKeyCommand,
    ExerciseCommand,
    Ledger,
    PackageSet,
    Store,
    Submission,
    Transaction,
)

NOW = 1_700_000_000_000_000
NAME = "bank"


def con(name: str) -> Type:
    """Give a type of the package."""
    return TCon(_ref(name))


def _ref(name: str) -> Ref:
    return Ref(SELF_PACKAGE, "M", name)


def _get(type_: str, name: str, of: str) -> Expr:
    return ERecProj(con(type_), name, EVar(of))


def _parties(*members: Expr) -> Expr:
    return ECons(PARTY, members, ENil(PARTY)) if members else ENil(PARTY)


PAIR = apply(TCon(TUPLE2), contract_id(con("Acc")), con("Acc"))
FOUND = optional(list_of(PAIR))
ACC_ID = contract_id(con("Acc"))

RECORDS: dict[str, tuple[tuple[str, Type], ...]] = {
    "Key": (("bank", PARTY), ("number", INT64)),
    "Acc": (("bank", PARTY), ("owner", PARTY), ("number", INT64), ("balance", INT64)),
    "SetBal": (("balance", INT64),),
    "Desk": (("operator", PARTY), ("client", PARTY)),
    "FetchAcc": (("who", PARTY), ("key", con("Key"))),
    "Query": (("who", PARTY), ("limit", INT64), ("key", con("Key"))),
    "SetAcc": (("who", PARTY), ("key", con("Key")), ("balance", INT64)),
    "SetQuery": (("who", PARTY), ("key", con("Key")), ("balance", INT64), ("limit", INT64)),
    "OpenQuery": (("account", con("Acc")), ("limit", INT64), ("key", con("Key"))),
    "Odd": (("signer", PARTY), ("keepers", list_of(PARTY))),
    "FetchOdd": (("who", PARTY), ("key", list_of(PARTY))),
    "Held": (("signer", PARTY), ("what", ACC_ID)),
}


def _choice(
    owner: str, name: str, result: Type, update: Expr, *, who: Expr, consuming: bool = False
) -> Choice:
    return Choice(
        name=name,
        consuming=consuming,
        controllers=_parties(who),
        observers=ENil(PARTY),
        self_binder="self",
        arg_binder="arg",
        arg_type=con(name) if name in RECORDS else UNIT,
        result=result,
        update=update,
    )


def _template(
    name: str, signatories: Expr, observers: Expr, choices: tuple[Choice, ...], key: Key | None
) -> DefTemplate:
    return DefTemplate(
        name=name,
        param="this",
        precondition=EBool(True),
        signatories=signatories,
        observers=observers,
        choices=choices,
        key=key,
    )


def _account(shift: int) -> DefTemplate:
    bank, owner = _get("Acc", "bank", "this"), _get("Acc", "owner", "this")
    number = _get("Acc", "number", "this")
    moved = EApp(EBuiltin("ADD_INT64"), (number, EInt64(shift))) if shift else number
    changed = ERecCon(
        con("Acc"),
        (
            ("bank", bank),
            ("owner", owner),
            ("number", number),
            ("balance", _get("SetBal", "balance", "arg")),
        ),
    )
    choices = (
        _choice("Acc", "SetBal", ACC_ID, UCreate(_ref("Acc"), changed), who=bank, consuming=True),
        _choice("Acc", "Get", INT64, UPure(INT64, _get("Acc", "balance", "this")), who=owner),
        _choice("Acc", "Close", UNIT, UPure(UNIT, EUnit()), who=bank, consuming=True),
    )
    key = Key(
        type=con("Key"),
        key=ERecCon(con("Key"), (("bank", bank), ("number", moved))),
        maintainers=EAbs((("k", con("Key")),), _parties(_get("Key", "bank", "k"))),
    )
    return _template("Acc", _parties(bank), _parties(owner), choices, key)


def _desk() -> DefTemplate:
    acc, odd = _ref("Acc"), _ref("Odd")

    def query(choice: str) -> Expr:
        limit, key = _get(choice, "limit", "arg"), _get(choice, "key", "arg")
        return EApp(UQueryNByKey(acc), (limit, key))

    def set_balance(choice: str) -> Expr:
        balance = ERecCon(con("SetBal"), (("balance", _get(choice, "balance", "arg")),))
        return UExerciseByKey(acc, "SetBal", _get(choice, "key", "arg"), balance)

    create = UCreate(acc, _get("OpenQuery", "account", "arg"))
    twice = (Binding("_1", ACC_ID, create), Binding("_2", ACC_ID, create))
    odd_pair = apply(TCon(TUPLE2), contract_id(con("Odd")), con("Odd"))

    def choice(name: str, result: Type, update: Expr) -> Choice:
        who = _get("Desk", "client", "this") if name == "OpenQuery" else _get(name, "who", "arg")
        return _choice("Desk", name, result, update, who=who)

    choices = (
        choice("FetchAcc", PAIR, EApp(UFetchByKey(acc), (_get("FetchAcc", "key", "arg"),))),
        choice("FetchOdd", odd_pair, EApp(UFetchByKey(odd), (_get("FetchOdd", "key", "arg"),))),
        choice("Query", FOUND, query("Query")),
        choice("SetAcc", ACC_ID, set_balance("SetAcc")),
        choice(
            "SetQuery",
            FOUND,
            UBlock((Binding("_1", ACC_ID, set_balance("SetQuery")),), query("SetQuery")),
        ),
        choice("OpenQuery", FOUND, UBlock(twice, query("OpenQuery"))),
    )
    operator, client = _get("Desk", "operator", "this"), _get("Desk", "client", "this")
    return _template("Desk", _parties(operator), _parties(client), choices, None)


def _odd() -> DefTemplate:
    key = Key(
        type=list_of(PARTY),
        key=_get("Odd", "keepers", "this"),
        maintainers=EAbs((("k", list_of(PARTY)),), EVar("k")),
    )
    return _template("Odd", _parties(_get("Odd", "signer", "this")), _parties(), (), key)


def _held() -> DefTemplate:
    signer = _get("Held", "signer", "this")
    key = Key(
        type=con("Held"),
        key=EVar("this"),
        maintainers=EAbs((("k", con("Held")),), _parties(_get("Held", "signer", "k"))),
    )
    return _template("Held", _parties(signer), _parties(), (), key)


@cache
def bank(version: str = "1.0.0", shift: int = 0) -> StoredPackage:
    """Give the package; in versions with a `shift` numbers in keys are so much higher."""
    templates = (_account(shift), _desk(), _odd(), _held())
    module = Module(
        name="M",
        data_types={
            name: DefDataType(name=name, params=(), serializable=True, cons=Record(fields))
            for name, fields in RECORDS.items()
        },
        templates={each.name: each for each in templates},
    )
    package = Package(
        id=SELF_PACKAGE,
        name=NAME,
        version=version,
        lf_minor="3",
        modules={"M": module},
        imports=frozenset({TUPLE2.package}),
    )
    stored = write_package(package)
    stable = [each.package for each in stable_packages().values()]
    assert check_package(stored.package, Packages(stable)) == ()
    return stored


def dar(version: str = "1.0.0", shift: int = 0) -> bytes:
    """Give the package as a DAR."""
    return write_dar(bank(version, shift), stable_packages())


@cache
def engine(*versions: tuple[str, int]) -> Engine:
    """Give an engine that has the package, in these versions with their shifts."""
    packages = PackageSet()
    packages.add(stored.package for stored in stable_packages().values())
    packages.add(bank(*version).package for version in versions or (("1.0.0", 0),))
    return Engine(Runtime(packages.packages), packages)


@dataclass(slots=True)
class Branch:
    """A ledger with the package, and short words for what is done on it."""

    engine: Engine = field(default_factory=engine)
    store: Store | None = None
    ledger: Ledger = field(init=False)
    submitted: int = 0

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.engine, self.store)

    def ref(self, name: str, version: str = "1.0.0", shift: int = 0) -> Ref:
        """Give a template."""
        return Ref(bank(version, shift).id, "M", name)

    def submission(self, party: str, *commands: Command, **more: Any) -> Submission:
        """Make a submission of parties, given in one text."""
        self.submitted += 1
        submission = Submission(
            act_as=frozenset(party.split()),
            commands=commands,
            ledger_time=NOW,
            seed=sha256(b"%d" % self.submitted).digest(),
            command_id=f"command-{self.submitted}",
        )
        return replace(submission, **more)

    def submit(self, party: str, *commands: Command, **more: Any) -> Transaction:
        """Submit commands and give the transaction."""
        submission, transaction = self.ledger.prepare(self.submission(party, *commands, **more))
        self.ledger.commit(submission, transaction)
        return transaction

    def opened(self, number: int, balance: int, bank: str = "bank", owner: str = "ann") -> Contract:
        """Open an account."""
        command = CreateCommand(self.ref("Acc"), (bank, owner, number, balance))
        return self.submit(bank, command).created[0].contract

    def desk(self, operator: str = "desk", client: str = "bank") -> Contract:
        """Open a desk."""
        command = CreateCommand(self.ref("Desk"), (operator, client))
        return self.submit(operator, command).created[0].contract

    def ask(self, desk: Contract, who: str, choice: str, *argument: Any, **more: Any) -> Any:
        """Exercise a choice of a desk and give its result."""
        command = ExerciseCommand(desk.template, desk.contract_id, choice, argument)
        more.setdefault("read_as", frozenset(("bank", "desk")))
        return self.submit(who, command, **more).tree.nodes[0].result  # type: ignore[union-attr]

    def by_key(self, who: str, number: int, choice: str, argument: Any, **more: Any) -> Transaction:
        """Exercise a choice of an account by its number."""
        command = ExerciseByKeyCommand(self.ref("Acc"), ("bank", number), choice, argument)
        return self.submit(who, command, **more)
