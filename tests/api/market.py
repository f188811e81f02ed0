"""A sandbox with the package `oracle-types` and parties, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.api.process import Sandbox

ASSET = "#oracle-types:Oracle:Asset"


@dataclass(frozen=True, slots=True)
class Market:
    """Alice issues assets; Bob is another party."""

    sandbox: Sandbox
    alice: str
    bob: str

    def submission(self, command_id: str, owner: str = "") -> dict[str, Any]:
        """Give the body that lets Alice issue an asset."""
        arguments = {"issuer": self.alice, "owner": owner or self.alice, "amount": "1.0"}
        create = {"CreateCommand": {"templateId": ASSET, "createArguments": arguments}}
        return {
            "commands": [create],
            "commandId": command_id,
            "actAs": [self.alice],
            "userId": "tester",
        }

    def issue(self, command_id: str, owner: str = "") -> Any:
        """Issue an asset."""
        reply = self.sandbox.post(
            "/v2/commands/submit-and-wait", self.submission(command_id, owner)
        )
        assert reply.status == 200, reply.text
        return reply.json


def opened(sandbox: Sandbox, shared: Path) -> Market:
    """Upload the package and allocate the parties."""
    dar = shared / "data" / "participant" / "packages" / "oracle-types-1.0.0.dar"
    reply = sandbox.request("POST", "/v2/packages", dar.read_bytes(), {})
    assert reply.status == 200, reply.text
    parties = [
        sandbox.post("/v2/parties", {"partyIdHint": hint}).json["partyDetails"]["party"]
        for hint in ("alice", "bob")
    ]
    return Market(sandbox, *parties)
