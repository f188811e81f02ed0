"""Runs one scenario on a fresh ledger and compares every step."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cantata.kernel.errors import CantataError
from cantata.lf.archive import read_archive
from cantata.lf.model import Package, Ref
from cantata.lf.runtime.errors import FailureStatus, InterpretationError
from cantata.lf.runtime.runtime import Runtime
from cantata.lf.stable import stable_packages
from cantata.sandbox.engine import (
    Command,
    CreateAndExerciseCommand,
    CreateCommand,
    Engine,
    ExerciseCommand,
    Ledger,
    Mode,
    NamedRef,
    PackageSet,
    Submission,
    TypeRef,
)
from tests.vectors.ledger import tree
from tests.vectors.ledger.values import Printer, read

ARITHMETIC = "UNHANDLED_EXCEPTION/DA.Exception.ArithmeticError:ArithmeticError"

_CONTRACT_ID = re.compile(r"00[0-9a-f]{64,}")


@cache
def engine(folder: Path, wanted: frozenset[str] | None = None) -> Engine:
    """Load ledger packages, all or those with these ids and what they need; once for all."""
    packages = PackageSet()
    packages.add(stored.package for stored in stable_packages().values())
    found = _ledger_packages(folder)
    waiting = [*(found if wanted is None else sorted(wanted))]
    while waiting:
        package_id = waiting.pop()
        if package_id not in packages.packages:
            assert package_id in found, f"no package {package_id} in {folder}"
            packages.add([found[package_id]])
            waiting.extend(sorted(found[package_id].imports))
    return Engine(Runtime(packages.packages), packages)


@cache
def _ledger_packages(folder: Path) -> dict[str, Package]:
    """Read all packages of a folder."""
    archives = [json.loads(path.read_text("ascii")) for path in sorted(folder.glob("*.json"))]
    read = [read_archive(b64decode(archive["dalf"])) for archive in archives]
    return {package.id: package for package in read}


@dataclass(slots=True)
class Names:
    """Contract ids of this run and their names in the file."""

    by_name: dict[str, str] = field(default_factory=dict)
    by_id: dict[str, str] = field(default_factory=dict)

    def add(self, contract_id: str) -> None:
        """Name the next created contract."""
        name = f"$c{len(self.by_id)}"
        self.by_name[name] = contract_id
        self.by_id[contract_id] = name

    def real(self, name: str) -> str:
        """Give the id for a name; other texts are ids themselves."""
        return self.by_name[name] if name.startswith("$") else name

    def name(self, contract_id: str) -> str:
        """Give the name of an id."""
        return self.by_id.get(contract_id, "$new")

    def in_text(self, text: str) -> str:
        """Replace the ids in a message by their names."""
        return _CONTRACT_ID.sub(lambda match: self.name(match[0]), text)


def run_scenario(path: Path) -> None:
    """Run all steps; raise AssertionError at the first that differs."""
    scenario = json.loads(path.read_text("ascii"))
    named = frozenset(scenario["packages"].values())
    shared = engine(path.parent.parent / "ledger-packages", named)
    ledger, names = Ledger(shared), Names()
    for index, step in enumerate(scenario["steps"]):
        seed = sha256(f"{path.name}:{index}".encode()).digest()
        ours = run_step(ledger, scenario, step, names, seed)
        theirs = {
            key: step[key]
            for key in ("transaction", "timeBounds", "viewResult", "error")
            if key in step
        }
        assert ours == theirs, f"step {index}: ours {json.dumps(ours)} theirs {json.dumps(theirs)}"


def run_step(
    ledger: Ledger, scenario: dict[str, Any], step: dict[str, Any], names: Names, seed: bytes
) -> dict[str, Any]:
    """Give our answer to a step in the file's form."""
    printer = Printer(ledger.engine.packages.packages, names.name)
    try:
        if "view" in step:
            return {"viewResult": _view(ledger, step["view"], names, printer)}
        submission = _submission(ledger, scenario, step, names, seed)
        submission, transaction = ledger.prepare(submission)
        ledger.commit(submission, transaction)
    except CantataError as error:
        return {"error": error_of(error, names)}
    for node in transaction.tree.nodes:
        if isinstance(node, tree.Create):
            names.add(node.contract.contract_id)
    return tree.of_transaction(transaction, ledger.engine.runtime, printer, names.name)


def _view(ledger: Ledger, view: dict[str, Any], names: Names, printer: Printer) -> Any:
    interface = _ref(view["interface"])
    argument = read(view["argument"], names.real)
    value = ledger.engine.view(_ref(view["template"]), argument, interface)
    assert isinstance(interface, Ref)
    return printer.write(value, ledger.engine.runtime.interface(interface).view_type)


def _submission(
    ledger: Ledger, scenario: dict[str, Any], step: dict[str, Any], names: Names, seed: bytes
) -> Submission:
    disclosed = [ledger.store.lookup(names.real(name)) for name in step.get("disclosed", [])]
    packages = scenario["packages"]
    return Submission(
        act_as=frozenset(step["submitters"]),
        read_as=frozenset(step.get("readAs", [])),
        commands=tuple(_command(command, names) for command in step["commands"]),
        ledger_time=int(step["time"]),
        seed=seed,
        disclosed=tuple(contract for contract in disclosed if contract is not None),
        resolution={name: packages[package] for name, package in step["resolution"].items()},
        mode=Mode(step.get("mode", "NoKey")),
    )


def _command(command: dict[str, Any], names: Names) -> Command:
    ((kind, body),) = command.items()
    if kind == "create":
        return CreateCommand(_ref(body["template"]), read(body["argument"], names.real))
    if kind == "exercise":
        return ExerciseCommand(
            _ref(body.get("template") or body["interface"]),
            names.real(body["contractId"]),
            body["choice"],
            read(body["argument"], names.real),
        )
    assert kind == "createAndExercise", f"unknown command {kind}"
    return CreateAndExerciseCommand(
        _ref(body["template"]),
        read(body["createArgument"], names.real),
        body["choice"],
        read(body["argument"], names.real),
    )


def _ref(text: str) -> TypeRef:
    package, module, name = text.split(":")
    if package.startswith("#"):
        return NamedRef(package[1:], module, name)
    return Ref(package, module, name)


def error_of(error: CantataError, names: Names) -> dict[str, Any]:
    """Give an error in the file's form."""
    answer = {
        "kind": getattr(error, "kind", type(error).__name__),
        "message": names.in_text(error.message),
        "phase": "preprocessing",
    }
    if isinstance(error, InterpretationError):
        answer["phase"] = "interpretation"
        answer["fullMessage"] = names.in_text(error.full_message)
    if isinstance(error, FailureStatus):
        answer |= {"errorId": error.error_id, "category": error.category}
        if error.error_id == ARITHMETIC:
            answer["kind"] = "ArithmeticError"
        if error.metadata:
            answer["metadata"] = dict(error.metadata)
    return answer
