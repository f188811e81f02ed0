"""A sandbox with tokens whose clock stands where the recorded tokens are valid."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from cantata.kernel.time import ManualClock, Timestamp
from cantata.sandbox.auth import authenticator
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.server.run import listen, serve
from tests.api.checked import Checked

RECORDED_AT = 1_795_240_278_000_000
"""All recorded tokens live 240 s or less from here, except those that are refused."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ready-file", type=Path, required=True)
    arguments = parser.parse_args()
    node = Participant(clock=ManualClock(Timestamp(RECORDED_AT)))
    node.authenticator = authenticator("hs256-unsafe:test-secret", node)
    with listen("127.0.0.1", arguments.port) as listening:
        ready = {"port": listening.getsockname()[1], "participantId": node.identity.participant_id}
        beside = arguments.ready_file.with_suffix(".new")
        beside.write_text(json.dumps(ready), encoding="utf-8")
        serve(Checked(node), listening, lambda: _move(beside, arguments.ready_file))


def _move(beside: Path, path: Path) -> None:
    beside.replace(path)


if __name__ == "__main__":
    main()
