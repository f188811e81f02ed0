"""Versions of packages to prefer."""

from __future__ import annotations

import pytest

from cantata.kernel.errors import CantataError
from cantata.sandbox.participant.errors import MalformedRequest
from tests.unit.sandbox.participant.interactive.desk import Desk, Json

NAME = "canton-builtin-admin-workflow-ping"
GHOST = "ghost::1220" + "ab" * 32


@pytest.fixture
def desk() -> Desk:
    return Desk()


def _wanted(*requirements: tuple[list[str], str]) -> Json:
    return {
        "packageVettingRequirements": [
            {"parties": parties, "packageName": name} for parties, name in requirements
        ]
    }


def test_the_version_in_use_is_given_once_a_name(desk: Desk) -> None:
    body = _wanted(([desk.party], NAME), ([desk.local], NAME))
    answer = desk.post("preferred-packages", body)
    (reference,) = answer["packageReferences"]
    assert reference["packageName"] == NAME
    assert reference["packageId"] == desk.node.packages.resolution()[NAME]
    assert answer["synchronizerId"] == desk.node.identity.synchronizer.id


@pytest.mark.parametrize(
    "body, code",
    [
        ({}, "MISSING_FIELD"),
        (_wanted(([], NAME)), "MISSING_FIELD"),
        (_wanted((["ext"], "")), "MISSING_FIELD"),
        (_wanted((["no party!"], NAME)), "INVALID_ARGUMENT"),
        (_wanted((["ext"], "nope")), "PACKAGE_NAMES_NOT_FOUND"),
        (_wanted(([GHOST], NAME)), "UNKNOWN_INFORMEES"),
        ({**_wanted(([GHOST], NAME)), "synchronizerId": "x"}, "INVALID_FIELD"),
    ],
)
def test_what_makes_no_sense_is_refused(desk: Desk, body: Json, code: str) -> None:
    assert desk.refused("preferred-packages", body).error_code == code


def test_a_name_that_is_not_in_use_has_no_version(desk: Desk) -> None:
    desk.node.packages.unvet(desk.node.packages.resolution()[NAME])
    refusal = desk.refused("preferred-packages", _wanted(([desk.party], NAME)))
    assert refusal.error_code == "NO_PREFERRED_PACKAGES_FOUND"
    query = {"package-name": [NAME], "parties": [desk.party]}
    assert desk.get("preferred-package-version", query) == {"packagePreference": None}


def test_what_is_vetted_at_a_time_counts(desk: Desk) -> None:
    package_id = desk.node.packages.resolution()[NAME]
    desk.node.packages.vetted_at = lambda time: [package_id] if time < 1_000_000 else []
    body = _wanted(([desk.party], NAME))
    (reference,) = desk.post(
        "preferred-packages", body | {"vettingValidAt": "1970-01-01T00:00:00Z"}
    )["packageReferences"]
    assert reference["packageId"] == package_id
    late = {"vettingValidAt": "1970-01-01T00:00:01Z"}
    assert desk.refused("preferred-packages", body | late).error_code.startswith("NO_PREFERRED")
    query = {"package-name": [NAME], "parties": [desk.party]}
    time = {"vetting_valid_at": ["1970-01-01T00:00:01Z"]}
    assert desk.get("preferred-package-version", query | time) == {"packagePreference": None}


def test_one_version_is_given(desk: Desk) -> None:
    query = {"package-name": [NAME], "parties": [desk.party, desk.local]}
    answer = desk.get("preferred-package-version", query)
    reference = answer["packagePreference"]["packageReference"]
    assert reference["packageName"] == NAME


@pytest.mark.parametrize(
    "query",
    [
        {"parties": ["ext"]},
        {"package-name": [NAME]},
        {"package-name": [NAME], "parties": ["ext"], "vetting_valid_at": ["soon"]},
    ],
)
def test_queries_that_make_no_sense_are_refused(desk: Desk, query: dict[str, list[str]]) -> None:
    with pytest.raises(CantataError) as refused:
        desk.get("preferred-package-version", query)
    is_text = "parties" in query
    assert isinstance(refused.value, MalformedRequest) == is_text
