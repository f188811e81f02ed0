"""The ledger that the client is tested against: the embedded one, or any other.

`CANTATA_TEST_LEDGER_URL` names a participant to use instead. It gets packages, parties and users;
with authentication `CANTATA_TEST_LEDGER_TOKEN` is the token of a participant administrator, whom
`CANTATA_TEST_LEDGER_USER` names (docs/reference/participant-requirements.md).
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cantata.ledger import LedgerClient, Right, RightKind, Settings, StaticToken, Submission

PACKAGES = Path(__file__).resolve().parents[4] / "shared" / "data" / "participant" / "packages"
ASSET = "#oracle-types:Oracle:Asset"
URL = os.environ.get("CANTATA_TEST_LEDGER_URL", "")
TOKEN = os.environ.get("CANTATA_TEST_LEDGER_TOKEN") or None
USER = os.environ.get("CANTATA_TEST_LEDGER_USER", "participant_admin")
SECONDS_MAX = 60

Story = Callable[[LedgerClient], Awaitable[None]]


def play(url: str, story: Story) -> None:
    """Play a story with a client of a ledger."""

    async def told() -> None:
        settings = Settings(url, user_id=USER)
        async with LedgerClient(settings, tokens=StaticToken(TOKEN)) as ledger:
            await asyncio.wait_for(story(ledger), SECONDS_MAX)

    asyncio.run(told())


async def party(ledger: LedgerClient, hint: str = "alice") -> str:
    """Make a party as which the tests may act."""
    made = (await ledger.parties.allocate(unique(hint))).party
    if TOKEN is not None:
        await ledger.users.grant(USER, [Right(RightKind.ACT_AS, made)])
    return made


async def deploy_samples(ledger: LedgerClient) -> None:
    """Upload the package with the template `ASSET`; skip without it."""
    path = PACKAGES / "oracle-types-1.0.0.dar"
    if not path.exists():
        pytest.skip(f"the test packages are not at {PACKAGES}")
    await ledger.packages.deploy(path.read_bytes())


def unique(name: str) -> str:
    """Give a name that no other run has used."""
    return f"{name}-{uuid.uuid4().hex[:12]}"


def create(owner: str, amount: str = "10.0") -> Submission:
    """Create an asset of a party."""
    argument = {"issuer": owner, "owner": owner, "amount": amount, "memo": "hi"}
    command = {"CreateCommand": {"templateId": ASSET, "createArguments": argument}}
    return Submission(commands=(command,), act_as=(owner,), command_id=unique("create"))


def archive(owner: str, contract_id: str) -> Submission:
    """Archive an asset."""
    arguments = {
        "templateId": ASSET,
        "contractId": contract_id,
        "choice": "Archive",
        "choiceArgument": {},
    }
    return Submission(
        commands=({"ExerciseCommand": arguments},), act_as=(owner,), command_id=unique("archive")
    )
