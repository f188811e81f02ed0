"""DARs hold exactly what the package needs; declared packages come from real DARs."""

from __future__ import annotations

from pathlib import Path

import pytest

from cantata.lang.build import DeclarationDiffers, MissingDependencies, build_dar, compile_package
from cantata.lf.archive import Dar, read_dar
from cantata.lf.check import check_dar
from tests.unit.lang.lower.cases import effects, ping

HOLDER = '''
"""A contract that is a holding."""

from __future__ import annotations

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import Decimal, Party, Template, TextMap, package

PACKAGE = package("holder", "1.0.0", module="Holder")


class Coin(Template, holding.Holding):
    owner: Party
    instrument_id: holding.InstrumentId
    amount: Decimal

    def signatories(self) -> list[Party]:
        return [self.owner]

    def holding_view(self) -> holding.HoldingView:
        return holding.HoldingView(
            owner=self.owner,
            instrument_id=self.instrument_id,
            amount=self.amount,
            lock=None,
            meta=metadata.Metadata(values=TextMap({})),
        )
'''


@pytest.fixture
def holder(tmp_path: Path) -> Path:
    path = tmp_path / "holder.py"
    path.write_text(HOLDER)
    return path


def violations_of(dar: Dar) -> tuple[object, ...]:
    return check_dar(dar.main.package, [stored.package for stored in dar.dependencies])


@pytest.mark.parametrize("module", [ping, effects], ids=lambda module: module.__name__[-7:])
def test_a_dar_is_complete_and_has_nothing_else(module: object) -> None:
    compiled = compile_package([Path(str(module.__file__))])  # type: ignore[attr-defined]
    built = build_dar(compiled)
    dar = read_dar(built.content)
    assert dar.main.id == compiled.id
    assert violations_of(dar) == ()
    assert list(dar.packages) == [package.id for package in built.packages]
    assert build_dar(compiled).content == built.content


def test_the_stable_packages_that_are_needed_are_in_the_dar() -> None:
    built = build_dar(compile_package([Path(str(ping.__file__))]))
    assert [package.name for package in built.packages] == [
        "cantata-ping",
        "ghc-stdlib-DA-Internal-Template",
    ]


def test_declared_packages_without_bytes_are_missing(holder: Path) -> None:
    compiled = compile_package([holder])
    with pytest.raises(MissingDependencies) as caught:
        build_dar(compiled)
    assert caught.value.missing == (
        "splice-api-token-metadata-v1-1.0.0",
        "splice-api-token-holding-v1-1.0.0",
    )


def test_declared_packages_can_be_left_out(holder: Path) -> None:
    compiled = compile_package([holder])
    built = build_dar(compiled, without_declared=True)
    assert [package.name for package in built.left_out] == [
        "splice-api-token-metadata-v1",
        "splice-api-token-holding-v1",
    ]
    assert read_dar(built.content).main.id == compiled.id


def test_declared_packages_come_from_given_dars(holder: Path, real_dars: tuple[Path, ...]) -> None:
    given = [read_dar(path.read_bytes()) for path in real_dars if "holding-v1" in path.name]
    if not given:
        pytest.skip("no DAR of splice-api-token-holding-v1 below CANTATA_DARS")
    built = build_dar(compile_package([holder]), given)
    dar = read_dar(built.content)
    assert built.left_out == ()
    assert violations_of(dar) == ()
    names = {package.name for package in built.packages}
    assert {"daml-prim", "daml-stdlib", "splice-api-token-holding-v1"} <= names


def test_a_false_declaration_is_refused(tmp_path: Path, real_dars: tuple[Path, ...]) -> None:
    given = [read_dar(path.read_bytes()) for path in real_dars if "metadata-v1" in path.name]
    if not given:
        pytest.skip("no DAR of splice-api-token-metadata-v1 below CANTATA_DARS")
    (tmp_path / "wrong.py").write_text(
        '"""A wrong declaration."""\n'
        "from cantata.lang import Record, Text, foreign\n"
        'PACKAGE = foreign("splice-api-token-metadata-v1", "1.0.0",'
        f' id="{given[0].main.id}", module="Splice.Api.Token.MetadataV1")\n'
        "class Metadata(Record):\n    values: Text\n"
    )
    (tmp_path / "user.py").write_text(
        '"""A user of it."""\n'
        "from wrong import Metadata\n"
        "from cantata.lang import Record, package\n"
        'PACKAGE = package("user", "1.0.0", module="User")\n'
        "class Note(Record):\n    meta: Metadata\n"
    )
    with pytest.raises(DeclarationDiffers, match=r"MetadataV1:Metadata, type: declared record"):
        build_dar(compile_package([tmp_path / "user.py"]), given)
