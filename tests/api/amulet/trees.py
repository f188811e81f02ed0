"""What each party sees at the end, beside what it saw when it was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.api.amulet.parties import posted
from tests.api.amulet.play import LEDGER_END, Play
from tests.ledger.amulet.shown import recorded, recorded_event
from tests.ledger.amulet.state import transactions

Json = Any

UPDATES = "/v2/updates"
CONTRACTS = "/v2/state/active-contracts"
SHAPES = ("LEDGER_EFFECTS", "ACS_DELTA")
OF_SESSION = ("recordTime",)


class Seen(NamedTuple):
    """One transaction or contract as a party sees it, ours and the recorded one."""

    what: str
    ours: Json
    theirs: Json


def updates(play: Play) -> Iterator[Seen]:
    """Give each transaction of each party in both shapes, and where the lists differ."""
    for shape in SHAPES:
        for content in _contents(play.folder, f"updates-*-{shape}.json"):
            what = f"{content['party'].partition('::')[0]} {shape}"
            ours = _ours(play, content["requests"][0])
            theirs = {
                play.known.offset(each["offset"]): each
                for each in transactions(content["updates"])
                if each["offset"] not in play.partial
            }
            skipped = set[int]().union(*play.partial.values())
            yield Seen(what, sorted(ours.keys() - skipped), sorted(theirs))
            for offset in ours.keys() & theirs.keys():
                expected = play.known.value(_shown(theirs[offset]))
                at = theirs[offset]["offset"]
                yield Seen(f"{what} {at}", _shown(ours[offset]), expected)


def contracts(play: Play) -> Iterator[Seen]:
    """Give each active contract of each party, and where the lists differ."""
    for content in _contents(play.folder, "acs-*.json"):
        party = content["party"].partition("::")[0]
        body = play.known.value(content["request"]) | {"activeAtOffset": _end(play)}
        ours = _events(posted(play.sandbox, CONTRACTS, body))
        listed = content["activeContracts"]
        theirs = {play.known.text(key): each for key, each in _events(listed).items()}
        yield Seen(f"{party} contracts", sorted(ours), sorted(theirs))
        for contract_id in ours.keys() & theirs.keys():
            event = theirs[contract_id]
            if event["offset"] not in play.partial:
                expected = play.known.value(recorded_event(event))
                yield Seen(
                    f"{party} {event['offset']}", recorded_event(ours[contract_id]), expected
                )


def _contents(folder: Path, pattern: str) -> Iterator[Json]:
    for path in sorted((folder / "state").glob(pattern)):
        yield json.loads(path.read_text(encoding="utf-8"))


def _ours(play: Play, request: Json) -> dict[int, Json]:
    body = play.known.value(request) | {"beginExclusive": 0, "endInclusive": _end(play)}
    found = transactions(posted(play.sandbox, UPDATES, body))
    return {each["offset"]: each for each in found}


def _shown(transaction: Json) -> Json:
    """Give a transaction without the time at which it was sequenced."""
    return {key: each for key, each in recorded(transaction).items() if key not in OF_SESSION}


def _events(listed: list[Json]) -> dict[str, Json]:
    events = (each["contractEntry"]["JsActiveContract"]["createdEvent"] for each in listed)
    return {each["contractId"]: each for each in events}


def _end(play: Play) -> int:
    offset: int = play.sandbox.get(LEDGER_END).json["offset"]
    return offset
