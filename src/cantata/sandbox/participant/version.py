"""The services that say what the participant is and whether it works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cantata.sandbox.participant.api import TEXT, Answer, Endpoint, Request, Right, get
from cantata.sandbox.participant.node import Participant

MAX_RIGHTS_PER_USER = 1_000
MAX_USERS_PAGE_SIZE = 1_000
MAX_PARTIES_PAGE_SIZE = 10_000
CHECKPOINT_DELAY_SECONDS = 75
READY = b"[+] ledger ok (SERVING)\nreadyz check passed\n"


def routes(node: Participant) -> Sequence[Endpoint]:
    """Give the routes of health and version."""

    def version(request: Request) -> dict[str, Any]:
        return describe(node)

    return [
        get("/livez", _live, right=Right.NONE, summary="Tell that the process lives."),
        get(
            "/readyz",
            _ready,
            right=Right.NONE,
            content_type=TEXT,
            summary="Tell that the ledger serves.",
        ),
        get("/v2/version", version, right=Right.NONE, summary="Version and features."),
    ]


def describe(node: Participant) -> dict[str, Any]:
    """Give version and features as the API shows them."""
    return {
        "version": node.settings.version,
        "features": {
            "experimental": {
                "staticTime": {"supported": node.settings.static_time},
                "commandInspectionService": {"supported": True},
            },
            "userManagement": {
                "supported": True,
                "maxRightsPerUser": MAX_RIGHTS_PER_USER,
                "maxUsersPageSize": MAX_USERS_PAGE_SIZE,
            },
            "partyManagement": {"maxPartiesPageSize": MAX_PARTIES_PAGE_SIZE},
            "offsetCheckpoint": {
                "maxOffsetCheckpointEmissionDelay": {
                    "seconds": CHECKPOINT_DELAY_SECONDS,
                    "nanos": 0,
                    "unknownFields": {"fields": {}},
                }
            },
            "packageFeature": {"maxVettedPackagesPageSize": 100},
        },
    }


def _live(request: Request) -> Answer:
    return Answer()


def _ready(request: Request) -> Answer:
    return Answer(READY, TEXT)
