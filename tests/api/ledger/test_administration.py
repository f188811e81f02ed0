"""Packages, vetting, parties and users, changed through the client."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from cantata.lang.build import build_dar, compile_package
from cantata.ledger import LedgerClient, MissingPackages, NotFound, Refusal
from cantata.lf.archive import read_dar
from cantata.lf.archive.dar import write_dar
from cantata.lf.archive.errors import ArchiveError
from cantata.lf.stable import stable_packages
from tests.api.ledger.target import PACKAGES, create, party, play, unique

LIBRARY = """
from __future__ import annotations

from cantata.lang import Record, Text, package

PACKAGE = package("NAME-library", "1.0.0", module="Library")


class Label(Record):
    text: Text
"""
USER_OF_LIBRARY = """
from __future__ import annotations

from MODULE import Label

from cantata.lang import Party, Template, package

PACKAGE = package("NAME-main", "1.0.0", module="Main")


class Labelled(Template):
    owner: Party
    label: Label

    def signatories(self) -> list[Party]:
        return [self.owner]
"""


@pytest.fixture
def dars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[bytes, bytes]:
    """A library's DAR, and that of a package that uses it without the library in it."""
    name = unique("pkg")
    module = name.replace("-", "_")
    library, main = tmp_path / f"{module}.py", tmp_path / f"{module}_main.py"
    library.write_text(LIBRARY.replace("NAME", name))
    main.write_text(USER_OF_LIBRARY.replace("NAME", name).replace("MODULE", module))
    monkeypatch.syspath_prepend(str(tmp_path))
    complete = read_dar(build_dar(compile_package([main])).content)
    (other,) = (each for each in complete.dependencies if each.id not in stable_packages())
    needed = complete.main.package.imports - {other.id}
    package = dataclasses.replace(complete.main.package, imports=needed)
    available = {**stable_packages(), **complete.packages}
    lonely = dataclasses.replace(complete.main, package=package)
    return build_dar(compile_package([library])).content, write_dar(lonely, available)


def test_what_a_dar_lacks_is_taken_from_the_participant(
    url: str, dars: tuple[bytes, bytes]
) -> None:
    library, main = dars

    async def story(ledger: LedgerClient) -> None:
        missing = read_dar(library).main.id
        with pytest.raises(Refusal):
            await ledger.packages.upload(main)
        with pytest.raises(MissingPackages) as caught:
            await ledger.packages.deploy(main)
        assert caught.value.missing == (missing,)
        assert missing in caught.value.message
        await ledger.packages.upload(library)
        deployed = await ledger.packages.deploy(main)
        assert deployed.fetched == (missing,)
        assert deployed.package_id in await ledger.packages.ids()
        again = await ledger.packages.deploy(main)
        assert again.package_id == deployed.package_id
        await ledger.packages.validate(library)
        with pytest.raises(ArchiveError):
            await ledger.packages.deploy(b"no DAR")
        with pytest.raises(Refusal):
            await ledger.packages.upload(b"no DAR")

    play(url, story)


def test_vetting_decides_what_can_be_used(url: str, dars: tuple[bytes, bytes]) -> None:
    library, _ = dars

    async def story(ledger: LedgerClient) -> None:
        package = read_dar(library).main.package
        await ledger.packages.upload(library, vet=False)

        async def vetted() -> list[str]:
            found = ledger.packages.vetted(name_prefixes=[package.name])
            return [each.package_id async for each in found]

        assert await vetted() == []
        await ledger.packages.vet(package.id)
        assert await vetted() == [package.id]
        await ledger.packages.unvet(package.id)
        assert await vetted() == []

    play(url, story)


def test_preferred_packages_are_those_that_all_can_use(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        alice = await party(ledger)
        (preferred,) = await ledger.packages.preferred({"oracle-types": [alice]})
        main = read_dar((PACKAGES / "oracle-types-1.0.0.dar").read_bytes()).main.package
        assert (preferred.package_id, preferred.name) == (main.id, "oracle-types")
        with pytest.raises(Refusal):
            await ledger.packages.preferred({unique("absent"): [alice]})

    play(url, story)


def test_parties_carry_annotations(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        alice = await party(ledger)
        changed = await ledger.parties.annotate(alice, {"team": "sales", "desk": "4"})
        assert changed.annotations == {"team": "sales", "desk": "4"}
        await ledger.parties.annotate(alice, {"desk": ""})
        found = await ledger.parties.find(alice)
        assert found is not None
        assert found.annotations == {"team": "sales"}
        with pytest.raises(Refusal):
            await ledger.parties.annotate(f"nobody::1220{'ab' * 32}", {"team": "sales"})

    play(url, story)


def test_users_are_changed_in_what_is_given(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        user, alice = unique("user"), await party(ledger)
        await ledger.users.create(user)
        changed = await ledger.users.change(user, primary_party=alice)
        assert (changed.primary_party, changed.is_deactivated) == (alice, False)
        changed = await ledger.users.change(user, is_deactivated=True, annotations={"a": "b"})
        assert (changed.primary_party, changed.is_deactivated) == (alice, True)
        with pytest.raises(NotFound):
            await ledger.users.change(unique("nobody"), is_deactivated=True)
        await ledger.users.delete(user)

    play(url, story)


def test_contracts_are_found_by_their_id(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        alice, bob = await party(ledger), await party(ledger, "bob")
        (made,) = (await ledger.commands.transaction(create(alice))).created
        found = await ledger.updates.contract(made.contract_id, (alice,))
        assert (found.contract_id, found.argument) == (made.contract_id, made.argument)
        with pytest.raises(NotFound):
            await ledger.updates.contract(made.contract_id, (bob,))

    play(url, story)
