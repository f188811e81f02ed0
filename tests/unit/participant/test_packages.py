"""Packages and their vetting, through the API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cantata.tokens.contract
from cantata.kernel.time import ManualClock, RelTime, Timestamp
from cantata.lang.build import build_dar, compile_package
from cantata.lang.build.sources import contract_files
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.packages.builtin import PING
from cantata.sandbox.participant.packages.order import hashed_order
from cantata.sandbox.store import SqliteStore
from tests.unit.participant.caller import Caller

LIST, UPDATE = "/v2/package-vetting/list", "/v2/package-vetting/update"
NOW = Timestamp.parse("2030-01-01T00:00:00Z")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def caller(clock: ManualClock) -> Iterator[Caller]:
    with Caller(Participant(clock=clock)) as made:
        yield made


@pytest.fixture
def dars(shared_data: Path) -> Path:
    return shared_data / "participant" / "packages"


def upload(caller: Caller, dars: Path, name: str, query: str = "") -> tuple[int, str]:
    return status(caller.post(f"/v2/packages{query}", (dars / name).read_bytes()))


def status(answer: Any) -> tuple[int, str]:
    return answer.status, answer.json.get("code", "")


def vetted(caller: Caller, prefix: str = "") -> dict[str, str]:
    wanted = {"packageMetadataFilter": {"packageNamePrefixes": [prefix]}} if prefix else {}
    rows = caller.post(LIST, wanted).json["vettedPackages"][0]["packages"]
    return {row["packageVersion"]: row["packageId"] for row in rows}


def change(kind: str, package_id: str, **more: Any) -> dict[str, Any]:
    value = {"packages": [{"packageId": package_id}], **more}
    return {"changes": [{"operation": {kind: {"value": value}}}]}


def test_a_package_is_served_with_its_bytes(caller: Caller, dars: Path) -> None:
    before = caller.get("/v2/packages").json["packageIds"]
    assert upload(caller, dars, "oracle-types-1.0.0.dar") == (200, "")
    (new,) = set(caller.get("/v2/packages").json["packageIds"]) - set(before)
    answer = caller.get(f"/v2/packages/{new}")
    assert hashlib.sha256(answer.content).hexdigest() == new
    assert answer.headers["Canton-Package-Hash"] == new
    assert caller.get(f"/v2/packages/{new}/status").json == {
        "packageStatus": "PACKAGE_STATUS_REGISTERED"
    }
    assert new in caller.node.packages.vetted
    assert upload(caller, dars, "oracle-types-1.0.0.dar") == (200, "")


def test_stable_packages_are_served(caller: Caller) -> None:
    served = 0
    for package_id in caller.get("/v2/packages").json["packageIds"]:
        answer = caller.get(f"/v2/packages/{package_id}")
        served += answer.status == 200
        assert answer.status == 404 or hashlib.sha256(answer.content).hexdigest() == package_id
    assert served == 27


def test_declared_packages_can_be_used(caller: Caller) -> None:
    names = {caller.node.packages.package_name(each) for each in caller.node.packages.vetted}
    assert {"canton-builtin-admin-workflow-ping", "splice-api-token-holding-v1"} <= names
    assert caller.node.packages.packages[PING].modules


def test_declared_packages_need_not_be_in_a_dar(caller: Caller) -> None:
    compiled = compile_package(contract_files([Path(cantata.tokens.contract.__path__[0])]))
    built = build_dar(compiled, without_declared=True)
    assert built.left_out
    assert status(caller.post("/v2/dars", built.content)) == (200, "")
    listed = caller.get("/v2/packages").json["packageIds"]
    assert compiled.package.id in listed
    assert not {each.id for each in built.left_out} & set(listed)


def test_a_declared_package_gives_way_to_the_real_one(
    caller: Caller, real_dars: tuple[Path, ...]
) -> None:
    (dar,) = (each for each in real_dars if each.name.startswith("splice-api-token-metadata-v1"))
    assert not vetted(caller, "splice-api-token-metadata")
    assert status(caller.post("/v2/dars", dar.read_bytes())) == (200, "")
    package_id = vetted(caller, "splice-api-token-metadata")["1.0.0"]
    assert caller.get(f"/v2/packages/{package_id}").status == 200


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"\x00" * 1_000, b"PK\x05\x06" + b"\0" * 18]
)
def test_what_is_no_dar_changes_nothing(caller: Caller, content: bytes) -> None:
    before = caller.get("/v2/packages").json
    for path in ("/v2/packages", "/v2/dars", "/v2/dars/validate"):
        assert caller.post(path, content).status == 400
    assert caller.get("/v2/packages").json == before


def test_a_cut_dar_changes_nothing(caller: Caller, dars: Path) -> None:
    content = (dars / "oracle-types-1.0.0.dar").read_bytes()
    before = caller.get("/v2/packages").json
    for cut in range(0, len(content), 97):
        assert caller.post("/v2/dars", content[:cut]).status == 400
    assert caller.get("/v2/packages").json == before


def test_versions_must_be_upgrades(caller: Caller, dars: Path) -> None:
    for version in ("1.0.0", "2.0.0"):
        assert upload(caller, dars, f"oracle-up-{version}.dar") == (200, "")
    third = (dars / "oracle-up-3.0.0.dar").read_bytes()
    refused = caller.post("/v2/dars/validate", third)
    assert refused.code == (400, "NOT_VALID_UPGRADE_PACKAGE")
    assert caller.post("/v2/dars", third).code == (400, "NOT_VALID_UPGRADE_PACKAGE")
    assert set(vetted(caller, "oracle-up")) == {"1.0.0", "2.0.0"}
    assert upload(caller, dars, "oracle-up-3.0.0.dar", "?vetAllPackages=false") == (200, "")
    (package_id,) = (
        package.id
        for package in caller.node.packages.packages.values()
        if (package.name, package.version) == ("oracle-up", "3.0.0")
    )
    assert package_id not in caller.node.packages.vetted
    assert caller.post(UPDATE, change("Vet", package_id)).code == (
        400,
        "NOT_VALID_UPGRADE_PACKAGE",
    )


def test_a_dry_run_changes_nothing(caller: Caller, dars: Path) -> None:
    upload(caller, dars, "oracle-up-1.0.0.dar")
    package_id = vetted(caller, "oracle-up")["1.0.0"]
    said = caller.post(UPDATE, {**change("Unvet", package_id), "dryRun": True}).json
    past, new = said["pastVettedPackages"], said["newVettedPackages"]
    assert len(new["packages"]) == len(past["packages"]) - 1
    assert new["topologySerial"] == past["topologySerial"] + 1
    assert vetted(caller, "oracle-up")
    assert caller.post(UPDATE, change("Unvet", package_id)).status == 200
    assert not vetted(caller, "oracle-up")
    assert package_id not in caller.node.packages.vetted


def test_vetting_has_bounds_in_time(caller: Caller, dars: Path, clock: ManualClock) -> None:
    upload(caller, dars, "oracle-up-1.0.0.dar")
    package_id = vetted(caller, "oracle-up")["1.0.0"]
    bounds = {
        "newValidFromInclusive": "2030-01-01T00:01:00Z",
        "newValidUntilExclusive": "2030-01-01T00:02:00Z",
    }
    assert caller.post(UPDATE, change("Vet", package_id, **bounds)).status == 200
    seen = []
    for _ in range(3):
        seen.append(caller.node.packages.resolution().get("oracle-up") == package_id)
        clock.advance(RelTime.of(minutes=1))
    assert seen == [False, True, False]


def test_the_expected_serial_must_be_right(caller: Caller) -> None:
    body = {"changes": [], "expectedTopologySerial": {"serial": {"Prior": {"value": 7}}}}
    assert caller.post(UPDATE, body).code == (400, "TOPOLOGY_SERIAL_MISMATCH")
    body["expectedTopologySerial"] = {"serial": {"Prior": {"value": 1}}}
    assert caller.post(UPDATE, body).status == 200


def test_the_second_page_is_empty(caller: Caller) -> None:
    first = caller.post(LIST, {"pageSize": 1}).json
    second = caller.post(LIST, {"pageSize": 1, "pageToken": first["nextPageToken"]}).json
    assert second == {"vettedPackages": [], "nextPageToken": ""}


def test_packages_survive_a_restart(tmp_path: Path, dars: Path) -> None:
    store = str(tmp_path / "ledger.db")
    with Caller(Participant(store=SqliteStore(store))) as caller:
        for name in ("oracle-types-1.0.0.dar", "oracle-up-1.0.0.dar", "oracle-up-2.0.0.dar"):
            upload(caller, dars, name)
        caller.post(UPDATE, change("Unvet", vetted(caller, "oracle-up")["1.0.0"]))
        before = [caller.get("/v2/packages").json, caller.post(LIST, {}).json]
        in_use = caller.node.packages.vetted
    with Caller(Participant(store=SqliteStore(store))) as caller:
        assert [caller.get("/v2/packages").json, caller.post(LIST, {}).json] == before
        assert caller.node.packages.vetted == in_use


def test_ids_are_listed_as_a_hash_table_holds_them() -> None:
    assert hashed_order(["b", "q", "a"]) == ["a", "q", "b"]
    many = [chr(code) for code in range(ord("a"), ord("z"))]
    assert hashed_order(many)[:2] == ["a", "b"]


def test_a_change_of_vetting_takes_an_offset(caller: Caller, dars: Path) -> None:
    before = caller.node.ledger.end()
    upload(caller, dars, "oracle-types-1.0.0.dar")
    after = caller.node.ledger.end()
    assert after > before
    upload(caller, dars, "oracle-types-1.0.0.dar")
    assert caller.node.ledger.end() == after
