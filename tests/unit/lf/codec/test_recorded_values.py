"""What a real participant made of each value sent to it, our codec makes of it too."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from cantata.lf.archive import read_dar
from cantata.lf.codec import JsonCodec, ValueRefused, loads
from cantata.lf.model import Packages
from tests.unit.lf.codec import recorded
from tests.unit.lf.codec.recorded import Case, Stored

AFTER_DECODING = {"DAML_AUTHORIZATION_ERROR"}


@pytest.fixture(scope="module")
def participant(shared_data: Path) -> Path:
    return shared_data / "participant"


@pytest.fixture(scope="module")
def oracle(participant: Path) -> Packages:
    return recorded.oracle_packages(participant)


def disagreement(codec: JsonCodec, case: Case) -> str:
    """Say how our answer differs; nothing if it does not."""
    try:
        value = codec.decode(case.sent, case.type, root=case.root)
    except ValueRefused as error:
        return refusal_disagreement(case, error)
    if case.status >= 400 and case.code not in AFTER_DECODING:
        return f"{case.name}: accepted, not {case.code}"
    answer = case.stored_in(codec.encode(value, case.type))
    if case.status < 400 and answer != case.stored:
        return f"{case.name}: {answer!r} not {case.stored!r}"
    return ""


def refusal_disagreement(case: Case, error: ValueRefused) -> str:
    if case.status < 400:
        return f"{case.name}: refused: {error}"
    if not error.path.startswith(case.root):
        return f"{case.name}: no path in {error}"
    wanted = {case.code} if case.status < 500 else {"INVALID_ARGUMENT"}
    return "" if error.code in wanted else f"{case.name}: {error.code} not {case.code}"


def test_agrees_with_every_recorded_value(participant: Path, oracle: Packages) -> None:
    codec = JsonCodec(oracle)
    cases = list(recorded.value_cases(participant, oracle))
    wrong = [text for text in (disagreement(codec, case) for case in cases) if text]
    print(f"values.md: {len(cases) - len(wrong)} of {len(cases)} agree")
    rows = [
        line
        for line in (participant / "values.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| val_")
    ]
    assert len(cases) == len(rows)
    assert not wrong, "\n".join(wrong)


def roundtrip(codec: JsonCodec, values: Iterable[Stored]) -> tuple[int, list[str]]:
    """Read and write each value; give how many there were and those that changed."""
    count, wrong = 0, []
    for stored in values:
        count += 1
        answer = codec.encode(codec.decode(stored.data, stored.type), stored.type)
        if answer != stored.data:
            wrong.append(f"{stored.place}: {answer!r} not {stored.data!r}")
    return count, wrong


def test_writes_recorded_events_as_the_participant_did(participant: Path, oracle: Packages) -> None:
    values = (
        stored
        for exchange in recorded.exchanges(participant)
        for stored in recorded.stored_values(
            oracle, exchange.get("response", {}).get("body"), exchange["name"]
        )
    )
    count, wrong = roundtrip(JsonCodec(oracle), values)
    print(f"main.jsonl: {count - len(wrong)} of {count} values in events come back unchanged")
    assert count > 1_000
    assert not wrong, "\n".join(wrong[:10])


def test_writes_recorded_amulet_state_as_the_participant_did(
    shared_data: Path, real_dars: tuple[Path, ...]
) -> None:
    packages = Packages()
    for path in real_dars:
        for stored in read_dar(path.read_bytes()).packages.values():
            packages.add(stored.package)
    codec = JsonCodec(packages)
    total = 0
    for path in sorted((shared_data / "amulet" / "state").glob("*-*.json")):
        body = loads(path.read_bytes())
        count, wrong = roundtrip(codec, recorded.stored_values(packages, body, path.name))
        total += count
        assert not wrong, "\n".join(wrong[:10])
    print(f"amulet: {total} of {total} values come back unchanged")
    assert total > 1_000
