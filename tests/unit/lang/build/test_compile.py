"""Compiled packages: reproducible, proven, free of what contracts may not do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from cantata.lang.build import OnlyDeclared, compile_declared, compile_package
from cantata.lang.build.sources import NoContractModule, contract_files
from cantata.lang.diagnostics.rule import ContractErrors
from cantata.lf import model as lf
from cantata.lf.archive import read_archive
from tests.unit.lang.lower.cases import api, effects, lists, ping, pure, shapes

PING_ID = "5321b0dc12ad3fba2beb50ecaf5db95307711b7d07359ef3005e644a06fc9b3d"
MODULES = [pytest.param(each, id=each.__name__) for each in (ping, pure, lists, effects)]
STANDARD = Path(__file__).parents[4] / "src/cantata/contracts/token_standard"


def path_of(module: Any) -> Path:
    return Path(module.__file__)


def parts(value: Any) -> Iterator[Any]:
    """Give all parts of a value of the model."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, tuple | list):
            waiting.extend(part)
        elif isinstance(part, dict):
            waiting.extend(part.values())
        elif is_dataclass(part) and not isinstance(part, type):
            waiting.extend(getattr(part, spec.name) for spec in fields(part))


def test_the_ping_package_has_its_frozen_id() -> None:
    assert compile_package([path_of(ping)]).id == PING_ID


@pytest.mark.parametrize("module", MODULES)
def test_equal_source_gives_equal_bytes_in_another_process(module: Any) -> None:
    script = (
        "from pathlib import Path; from cantata.lang.build import compile_package; import sys;"
        "print(compile_package([Path(sys.argv[1])]).id)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path_of(module))],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PATH": ""},
    )
    assert done.stdout.strip() == compile_package([path_of(module)]).id


@pytest.mark.parametrize("module", MODULES)
def test_the_bytes_decode_to_the_package_without_places(module: Any) -> None:
    compiled = compile_package([path_of(module)])
    decoded = read_archive(compiled.archive)
    assert decoded.id == compiled.id
    assert decoded == read_archive(compiled.archive)
    assert decoded.imports == compiled.package.imports
    assert not any(isinstance(part, lf.ELocated) for part in parts(decoded.modules))
    assert any(isinstance(part, lf.ELocated) for part in parts(compiled.package.modules)) == (
        module is not ping
    )


@pytest.mark.parametrize("module", MODULES[1:])
def test_no_error_and_no_throw_is_ever_emitted(module: Any) -> None:
    found = list(parts(compile_package([path_of(module)]).package.modules))
    builtins = {part.name for part in found if isinstance(part, lf.EBuiltin)}
    assert "FAIL_WITH_STATUS" in builtins
    assert builtins.isdisjoint({"ERROR", "TRACE", "CODE_POINTS_TO_TEXT"})
    assert not any(isinstance(part, lf.EThrow | lf.UTryCatch) for part in found)


def test_decimal_literals_carry_ten_decimals() -> None:
    found = parts(compile_package([path_of(pure)]).package.modules)
    exponents = {part.value.as_tuple().exponent for part in found if isinstance(part, lf.ENumeric)}
    assert exponents == {-10}


def test_no_case_has_a_default_alone() -> None:
    for module in (pure, lists, shapes, effects):
        for part in parts(compile_package([path_of(module)]).package.modules):
            if isinstance(part, lf.ECase):
                first = part.alternatives[0].pattern
                assert not isinstance(first, lf.PDefault)


def test_a_package_names_what_it_depends_on() -> None:
    compiled = compile_package([path_of(effects)])
    (dependency,) = compiled.compiled.values()
    assert dependency.package.name == "cantata-cases-api"
    assert dependency.id == compile_package([path_of(api)]).id
    assert dependency.id in compiled.package.imports
    assert compiled.declared == {}


def test_a_declared_package_is_not_compiled() -> None:
    file = STANDARD / "holding_v1.py"
    with pytest.raises(OnlyDeclared, match=r"splice-api-token-holding-v1-1\.0\.0"):
        compile_package([file])
    names = [package.name for package in compile_declared([file]).values()]
    assert names == ["splice-api-token-metadata-v1", "splice-api-token-holding-v1"]


def test_contract_modules_are_found_below_a_folder(tmp_path: Path) -> None:
    found = contract_files([path_of(ping).parent])
    assert path_of(ping) in found
    (tmp_path / "other.py").write_text("x = 1\n")
    with pytest.raises(NoContractModule):
        contract_files([tmp_path])
    with pytest.raises(NoContractModule):
        contract_files([tmp_path / "missing.py"])


def test_a_package_cannot_use_one_of_a_newer_lf_version(tmp_path: Path) -> None:
    path = tmp_path / "user.py"
    path.write_text(
        '"""Uses Canton\'s ping, which is of Daml-LF 2.2."""\n'
        "from cantata.contracts.ping import Ping\n"
        "from cantata.lang import ContractId, Record, package\n"
        'PACKAGE = package("user", "1.0.0", module="User")\n'
        "class Note(Record):\n    ping: ContractId[Ping]\n"
    )
    with pytest.raises(ContractErrors, match="CL021"):
        compile_package([path])
