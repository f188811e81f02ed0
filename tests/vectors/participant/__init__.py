"""Area "participant": a real participant's recorded answers, replayed on a sandbox process."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from tests.api.process import running
from tests.vectors.participant.causes import CAUSES
from tests.vectors.participant.dars import Dars
from tests.vectors.participant.exchanges import read
from tests.vectors.participant.ledger import Replay, Result
from tests.vectors.participant.signing import JWT, SECRET
from tests.vectors.replay import ROOT, Check

PLACE = "participant"
LISTED = ROOT / "docs" / "reference" / "participant-differences.json"


def checks(data: Path) -> Iterator[Check]:
    """Give a check for each recorded answer below the folder, file by file, in order."""
    folder = data / PLACE
    for file in sorted(folder.glob("*.jsonl")):
        yield from _file_checks(file)


def listed(file: str, dars: Dars) -> Mapping[str, str]:
    """Give the differences that are listed for a file: name of the exchange -> reason.

    Some are there only when a DAR that the recording needs is not at hand.
    """
    entries = json.loads(LISTED.read_text(encoding="utf-8"))
    return {
        f"{entry['n']} {entry['name']}": group["reason"]
        for group in entries
        if group["file"] == file and not ("without" in group and dars.find(group["without"]))
        for entry in group["exchanges"]
    }


def _file_checks(file: Path) -> Iterator[Check]:
    exchanges = read(file)
    dars = Dars.beside(file)
    at_hand = [each for each in exchanges if dars.has_all(each)]
    known = listed(file.name, dars)
    secured = any(JWT.search(json.dumps(each.request)) for each in exchanges)
    options = ("--auth", f"hs256-unsafe:{SECRET}") if secured else ()
    with tempfile.TemporaryDirectory() as scratch, running(Path(scratch), *options) as sandbox:
        replay = Replay(sandbox.host, sandbox.port, dars)
        for result in replay.run(at_hand):
            yield from _checks(result, known)


def _checks(result: Result, known: Mapping[str, str]) -> Iterator[Check]:
    """Give the check of an answer, and that of what it says to people if it is a refusal."""
    exchange = result.exchange
    name, group = f"{exchange.number} {exchange.name}", exchange.file
    require = partial(_require_none, result.found)
    yield Check(exchange.id, require, group=group, known=known.get(name, ""))
    if result.causes is not None:
        theirs, ours = result.causes
        found = [] if theirs == ours else [f"cause {ours!r} not {theirs!r}"]
        group, reason = f"{group} causes", CAUSES.get(f"{exchange.file} {exchange.name}", "")
        require = partial(_require_none, found)
        yield Check(f"{exchange.id} cause", require, group=group, known=reason)


def _require_none(found: list[str]) -> None:
    if found:
        raise AssertionError("; ".join(found))
