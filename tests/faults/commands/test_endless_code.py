"""Contract code without end or bottom: the budget ends it, and the ledger did not change.

The contract language cannot recurse, so the package is written by hand, as a hostile DAR would be.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from hashlib import sha256
from time import process_time

import pytest

from cantata.kernel.errors import CantataError
from cantata.lf.archive import read_dar, write_dar, write_package
from cantata.lf.check import check_package
from cantata.lf.model import (
    INT64,
    SELF_PACKAGE,
    TEXT,
    Choice,
    DefDataType,
    DefValue,
    EAbs,
    EApp,
    EBuiltin,
    EInt64,
    ERecProj,
    EVal,
    EVar,
    Expr,
    Module,
    Package,
    Record,
    Ref,
    TCon,
    Type,
    UPure,
    arrow,
)
from cantata.lf.runtime.budget import Limits
from cantata.lf.runtime.runtime import Runtime
from cantata.lf.stable import stable_packages
from cantata.sandbox.commands import CommandReader
from cantata.sandbox.engine import Engine, Ledger, PackageSet, Submission, Update
from tests.unit.lf.archive.samples import PING, ping

ALICE = f"alice::1220{'ab' * 32}"
LIMITS = Limits(calls=300_000, milliseconds=20_000)
SECONDS_MAX = 20


def own(name: str) -> Ref:
    """Give a definition of the package."""
    return Ref(SELF_PACKAGE, PING, name)


def call(name: str, argument: Expr) -> Expr:
    """Call a function of the package."""
    return EApp(EVal(own(name)), (argument,))


def plus(a: Expr, b: Expr) -> Expr:
    """Add integers."""
    return EApp(EBuiltin("ADD_INT64"), (a, b))


N, ONE = EVar("n"), EInt64(1)
FUNCTIONS: dict[str, tuple[Type, Expr]] = {
    "spin": (INT64, call("spin", plus(N, ONE))),
    "dive": (INT64, plus(ONE, call("dive", plus(N, ONE)))),
    "fork": (INT64, plus(call("fork", N), call("fork", N))),
    "tick": (INT64, call("tock", plus(N, ONE))),
    "tock": (INT64, plus(call("tick", N), ONE)),
    "grow": (TEXT, call("grow", EApp(EBuiltin("APPEND_TEXT"), (N, N)))),
}


def trap() -> Package:
    """Give a package whose template has one choice for each function that does not end."""
    sample = ping()
    module = sample.modules[PING]
    template = module.templates["Ping"]
    (respond,) = (choice for choice in template.choices if choice.name == "Respond")
    names = [name.capitalize() for name in FUNCTIONS if name != "tock"]
    choices = [_choice(respond, name) for name in names]
    values = {
        name: DefValue(name=name, type=_function(type_), expr=EAbs((("n", type_),), body))
        for name, (type_, body) in FUNCTIONS.items()
    }
    argument = Record((("start", INT64), ("text", TEXT)))
    data = {name: DefDataType(name=name, serializable=True, cons=argument) for name in names}
    changed = Module(
        name=PING,
        values=values,
        data_types={**module.data_types, **data},
        templates={"Ping": replace(template, choices=(*template.choices, *choices))},
    )
    return Package(
        id=sample.id,
        name="trap",
        version="1.0.0",
        lf_minor=sample.lf_minor,
        modules={PING: changed},
        imports=sample.imports,
    )


def _function(type_: Type) -> Type:
    return arrow(type_, type_)


def _choice(respond: Choice, name: str) -> Choice:
    type_, _ = FUNCTIONS[name.lower()]
    field = "text" if type_ == TEXT else "start"
    argument = ERecProj(TCon(own(name)), field, EVar(respond.arg_binder))
    body = UPure(type_, call(name.lower(), argument))
    return replace(respond, name=name, arg_type=TCon(own(name)), result=type_, update=body)


@pytest.fixture(scope="module")
def packages() -> PackageSet:
    """The packages of a DAR with the endless code, as a ledger gets them."""
    dar = read_dar(write_dar(write_package(trap()), stable_packages()))
    found = PackageSet()
    found.add(stored.package for stored in dar.packages.values())
    return found


@pytest.fixture
def ledger(packages: PackageSet) -> Ledger:
    """A ledger with small limits."""
    return Ledger(Engine(Runtime(packages.packages, limits=LIMITS), packages))


def submit(ledger: Ledger, choice: str, **argument: str) -> Update:
    """Create the template and run one of its choices, as JSON."""
    command = {
        "templateId": f"#trap:{PING}:Ping",
        "createArguments": {"id": "x", "initiator": ALICE, "responder": ALICE},
        "choice": choice,
        "choiceArgument": {"start": "0", "text": "x", **argument},
    }
    commands = CommandReader(ledger.engine.packages).read([{"CreateAndExerciseCommand": command}])
    seed = sha256(choice.encode()).digest()
    submission = Submission(act_as=frozenset([ALICE]), commands=commands, ledger_time=0, seed=seed)
    return ledger.submit(submission)


def test_the_package_is_well_formed(packages: PackageSet) -> None:
    (own_package,) = (p for p in packages.packages.values() if p.name == "trap")
    assert check_package(own_package, packages.packages) == ()


@pytest.mark.parametrize("choice", ["Spin", "Dive", "Fork", "Tick", "Grow"])
def test_endless_code_is_ended(ledger: Ledger, choice: str) -> None:
    start = process_time()
    with pytest.raises(CantataError) as error:
        submit(ledger, choice)
    assert error.value.code == "INTERPRETATION_TIME_EXCEEDED"
    assert getattr(error.value, "category", None) == 2
    assert ledger.end() == 0
    assert process_time() - start < SECONDS_MAX


def test_the_ledger_goes_on_afterwards(ledger: Ledger) -> None:
    depth = sys.getrecursionlimit()
    for _ in range(3):
        with pytest.raises(CantataError):
            submit(ledger, "Dive")
    assert sys.getrecursionlimit() == depth
    last = str(2**63 - 1)
    with pytest.raises(CantataError) as error:
        submit(ledger, "Spin", start=last)
    assert error.value.code == "DAML_FAILURE", "the overflow comes before the budget ends"
