"""Checks of frozen expressions: each is a top-level value of a package, evaluated afresh."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from cantata.lf.archive import read_archive
from cantata.lf.model import Packages, Ref, TApp, Type
from cantata.lf.runtime.compiled import CompiledInterface, CompiledTemplate, InterfaceValue
from cantata.lf.runtime.effects import Effects
from cantata.lf.runtime.errors import ContractNotFound, InterpretationError
from cantata.lf.runtime.runtime import Runtime
from cantata.lf.runtime.values import Value
from cantata.lf.stable import stable_packages
from tests.vectors.jsonvalues import FIXED, JsonValues, error_json, update_result
from tests.vectors.replay import Check

LEDGER_TIME = 1_700_000_000_000_000
NESTED_FRAMES = 20_000


class NoContracts:
    """A ledger without contracts, at the vectors' time."""

    def create(self, template: CompiledTemplate, payload: Value) -> str:
        """Refuse: no vector creates a contract."""
        raise AssertionError(template.ref)

    def exercise(self, template: CompiledTemplate, choice: str, cid: str, arg: Value) -> Value:
        """Refuse: there are no contracts."""
        raise ContractNotFound(cid)

    def exercise_interface(
        self, interface: CompiledInterface, choice: str, cid: str, arg: Value
    ) -> Value:
        """Refuse: there are no contracts."""
        raise ContractNotFound(cid)

    def fetch(self, template: CompiledTemplate, cid: str) -> Value:
        """Refuse: there are no contracts."""
        raise ContractNotFound(cid)

    def fetch_interface(self, interface: CompiledInterface, cid: str) -> InterfaceValue:
        """Refuse: there are no contracts."""
        raise ContractNotFound(cid)

    def exercise_by_key(
        self, template: CompiledTemplate, choice: str, key: Value, arg: Value
    ) -> Value:
        """Refuse: no vector has keys."""
        raise AssertionError(template.ref)

    def fetch_by_key(self, template: CompiledTemplate, key: Value) -> Value:
        """Refuse: no vector has keys."""
        raise AssertionError(template.ref)

    def query_by_key(self, template: CompiledTemplate, limit: int, key: Value) -> Value:
        """Refuse: no vector has keys."""
        raise AssertionError(template.ref)

    def get_time(self) -> int:
        """Give the vectors' time."""
        return LEDGER_TIME

    def ledger_time_lt(self, micros: int) -> bool:
        """Compare with the vectors' time."""
        return micros > LEDGER_TIME

    def begin_try(self) -> None:
        """Do nothing: there are no effects."""

    def commit_try(self) -> None:
        """Do nothing: there are no effects."""

    def rollback_try(self) -> None:
        """Do nothing: there are no effects."""

    def abort_try(self) -> None:
        """Do nothing: there are no effects."""


@contextmanager
def deeply_nested() -> Iterator[None]:
    """Let values that are nested a thousand levels be read, printed and compared."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(max(usual, NESTED_FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)


class Cases:
    """The cases of one file of vectors, and the package that holds their expressions."""

    def __init__(self, file: Path) -> None:
        self.folder = file.parent
        self.file = file
        self.traces: list[str] = []
        self.runtimes: dict[str, tuple[Runtime, str]] = {}

    def checks(self) -> Iterator[Check]:
        """Give the checks."""
        if not self.file.is_file():
            return
        with self.file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield Check(f"{self.file.name}:{number}", _Run(self, line))

    def runtime(self, package: str) -> tuple[Runtime, str]:
        """Give a runtime of a package and the package's id."""
        if package not in self.runtimes:
            read = read_archive((self.folder / package).read_bytes())
            stable = (stored.package for stored in stable_packages().values())
            runtime = Runtime(Packages([*stable, read]), trace=self.traces.append)
            self.runtimes[package] = runtime, read.id
        return self.runtimes[package]


class _Run:
    """One case: evaluates it with nothing memoized and compares everything that is recorded."""

    def __init__(self, cases: Cases, line: str) -> None:
        self.cases = cases
        self.line = line

    @cached_property
    def case(self) -> dict[str, Any]:
        with deeply_nested():
            case: dict[str, Any] = json.loads(self.line)
        return case

    def __call__(self) -> None:
        package_file = self.case.get("package", f"{self.cases.file.stem}.dalf")
        runtime, package = self.cases.runtime(package_file)
        module, name = self.case["value"].split(":")
        ref = Ref(package, module, name)
        self.cases.traces.clear()
        runtime.forget()
        ours = self._answer(runtime, ref)
        expected: dict[str, Any] = {"trace": self.case.get("trace") or []}
        for key in ("result", "error"):
            if key in self.case:
                expected[key] = self.case[key]
        if "error" in ours and "error" in expected:
            ours["error"] = {
                key: ours["error"][key] for key in ours["error"] if key in expected["error"]
            }
        with deeply_nested():
            texts = json.dumps(ours, sort_keys=True), json.dumps(expected, sort_keys=True)
        assert texts[0] == texts[1], (
            f"{self.case.get('id', name)}: ours {texts[0]}, theirs {texts[1]}"
        )

    def _answer(self, runtime: Runtime, ref: Ref) -> dict[str, Any]:
        type_ = runtime.packages.value(ref).type
        try:
            if self.case.get("mode") == "update":
                effects: Effects = NoContracts()
                value = runtime.guarded(lambda: runtime.evaluate(ref)(effects))
                type_ = update_result(type_)
            else:
                value = runtime.evaluate(ref, *self._ids)
                type_ = self._applied(type_)
        except InterpretationError as error:
            return {"error": error_json(error), "trace": list(self.cases.traces)}
        with deeply_nested():
            shown = JsonValues(runtime.packages, ref.package).json(value, type_)
        return {"result": shown, "trace": list(self.cases.traces)}

    @cached_property
    def _ids(self) -> list[str]:
        found = re.findall(r"\$fixed(\d)", json.dumps(self.case.get("args", [])))
        return [FIXED[at] for at in sorted({int(digit) for digit in found})]

    def _applied(self, type_: Type) -> Type:
        for _ in self._ids:
            assert isinstance(type_, TApp)
            type_ = type_.arg
        return type_
