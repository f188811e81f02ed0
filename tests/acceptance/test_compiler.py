"""Statements on the compiler (C…, E10) that no other test shows as they are worded."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cantata.contracts.token_standard import allocation_request_v1 as requesting
from cantata.lang import Party
from cantata.lang.build import build_dar, compile_package
from cantata.lang.diagnostics.rule import ContractErrors
from cantata.lf.archive import read_archive, read_dar
from cantata.lf.check import check_package
from cantata.lf.model import Implements, Package, Packages
from cantata.lf.stable import stable_packages
from cantata.testing import Ledger
from tests.unit.contracts.cases import everything
from tests.unit.lang.lower.cases import api, data, effects, lists, ping

BUILD = """
import sys
from pathlib import Path
from cantata.lang.build import build_dar, compile_package
compiled = compile_package([Path(name) for name in sys.argv[2:]])
Path(sys.argv[1]).write_bytes(build_dar(compiled).content)
"""


def built_elsewhere(folder: Path, seed: str, sources: list[Path]) -> bytes:
    """Build copies of contract modules in a process, a folder and an order of hashes of its own."""
    copies = folder / "copies"
    copies.mkdir(parents=True)
    names = [shutil.copy(source, copies / source.name) for source in sources]
    subprocess.run(
        [sys.executable, "-c", BUILD, str(folder / "built.dar"), *map(str, names)],
        check=True,
        cwd=copies,
        env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": str(_root())},
    )
    return (folder / "built.dar").read_bytes()


def _root() -> Path:
    return Path(__file__).parents[2]


def path_of(module: Any) -> Path:
    return Path(module.__file__)


@pytest.mark.parametrize("module", [ping, lists, effects], ids=lambda module: module.__name__)
def test_a_package_is_the_same_wherever_it_is_built(module: Any, tmp_path: Path) -> None:
    sources = [path_of(module)]
    here = build_dar(compile_package(sources)).content
    for seed, folder in (("0", "a"), ("4711", "another/place")):
        assert built_elsewhere(tmp_path / folder, seed, sources) == here


def test_the_order_of_files_does_not_matter() -> None:
    sources = [path_of(lists), path_of(data)]
    forward, backward = compile_package(sources), compile_package(sources[::-1])
    assert forward.archive == backward.archive


SUBSTITUTES = {
    "n // 2": "div(",
    "n % 2": "rem(",
    "n ** 2": "power(",
    "d // d": "div(",
    "1.5": 'Decimal("1.5")',
    "f'{n > 1}'": "format Text, int, Decimal, Party, Date or Time",
    "f'{cid}'": "format Text, int, Decimal, Party, Date or Time",
}


@pytest.mark.parametrize("expression", SUBSTITUTES)
def test_what_is_refused_comes_with_what_to_write(expression: str, tmp_path: Path) -> None:
    path = tmp_path / "refused.py"
    path.write_text(
        '"""Uses what the language has not."""\n'
        "from cantata.lang import ContractId, Decimal, Party, Template, function, package\n"
        'PACKAGE = package("refused", "1.0.0", module="Refused")\n'
        "class Token(Template):\n    owner: Party\n"
        "    def signatories(self) -> list[Party]:\n        return [self.owner]\n"
        "@function\ndef f(n: int, d: Decimal, cid: ContractId[Token]) -> None:\n"
        f"    value = {expression}\n",
        encoding="utf-8",
    )
    with pytest.raises(ContractErrors) as refused:
        compile_package([path])
    (found,) = refused.value.diagnostics
    assert (found.path, found.line) == (path, 10)
    assert SUBSTITUTES[expression] in str(found)


LOWER = {"allocationRequest_RejectImpl": "allocationRequest_rejectImpl"}
"""A method of the standard that has a capital letter where others of its kind have none."""


@pytest.fixture(scope="module")
def compiled_everything() -> tuple[Package, Packages]:
    compiled = compile_package([path_of(everything)])
    stable = [stored.package for stored in stable_packages().values()]
    return read_archive(compiled.archive), Packages([*stable, *compiled.dependencies.values()])


def with_instances(package: Package, edit: Callable[[Implements], Implements]) -> Package:
    """Give the package with other instances in its template."""
    (module,) = (each for each in package.modules.values() if each.templates)
    (template,) = module.templates.values()
    changed = replace(template, implements=tuple(map(edit, template.implements)))
    modules = {**package.modules, module.name: replace(module, templates={template.name: changed})}
    return replace(package, modules=modules)


def rules_of(package: Package, known: Packages) -> list[str]:
    return [violation.rule for violation in check_package(package, known)]


def test_a_template_may_have_all_interfaces_of_the_standard(
    compiled_everything: tuple[Package, Packages],
) -> None:
    package, known = compiled_everything
    (module,) = (each for each in package.modules.values() if each.templates)
    (template,) = module.templates.values()
    assert len({instance.interface.package for instance in template.implements}) == 7
    assert rules_of(package, known) == []


def test_a_method_in_lower_case_is_another_method(
    compiled_everything: tuple[Package, Packages],
) -> None:
    package, known = compiled_everything

    def lower(instance: Implements) -> Implements:
        methods = tuple((LOWER.get(name, name), body) for name, body in instance.methods)
        return replace(instance, methods=methods)

    changed = with_instances(package, lower)
    assert changed != package
    assert rules_of(changed, known) == [
        "EMissingMethodInInterfaceInstance",
        "EUnknownMethodInInterfaceInstance",
    ]


def test_methods_are_complete_and_of_the_right_types(
    compiled_everything: tuple[Package, Packages],
) -> None:
    package, known = compiled_everything

    def less(instance: Implements) -> Implements:
        return replace(instance, methods=instance.methods[1:])

    def swapped(instance: Implements) -> Implements:
        names = [name for name, _ in instance.methods]
        bodies = [body for _, body in instance.methods]
        return replace(instance, methods=tuple(zip(names, bodies[::-1], strict=True)))

    assert set(rules_of(with_instances(package, less), known)) == {
        "EMissingMethodInInterfaceInstance"
    }
    assert set(rules_of(with_instances(package, swapped), known)) == {"EMethodTypeMismatch"}


def test_the_capital_letter_is_declared() -> None:
    (declared,) = [
        package
        for package in compile_package([path_of(everything)]).declared.values()
        if package.name == "splice-api-token-allocation-request-v1"
    ]
    (interface,) = [
        interface
        for module in declared.modules.values()
        for interface in module.interfaces.values()
    ]
    assert interface.name == requesting.AllocationRequest.__name__
    assert {method.name for method in interface.methods} == {
        "allocationRequest_RejectImpl",
        "allocationRequest_WithdrawImpl",
    }


def test_the_ledger_runs_the_package_of_the_dar() -> None:
    dar = read_dar(build_dar(compile_package([path_of(effects)])).content)
    ledger = Ledger(effects)
    owner, other = ledger.parties("Owner", "Other")
    cid = ledger.acting(owner).create(effects.Machine(owner=owner, other=other))
    (created,) = ledger.updates[-1].tree.nodes
    assert created.contract.template.package == dar.main.id  # type: ignore[union-attr]
    assert created.contract.contract_id == cid  # type: ignore[union-attr]
    from_dar = Ledger(build_dar(compile_package([path_of(effects)])).content)
    same: tuple[Party, Party] = tuple(from_dar.parties("Owner", "Other"))  # type: ignore[assignment]
    from_dar.acting(same[0]).create(effects.Machine(owner=same[0], other=same[1]))
    (again,) = from_dar.updates[-1].tree.nodes
    assert again.contract.template == created.contract.template  # type: ignore[union-attr]
    assert compile_package([path_of(api)]).id in dar.packages
