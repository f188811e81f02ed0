"""What a participant must have for Cantata, looked at before anything is started on it.

Packages are not looked for: deploying ours names those of the standard that it lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from cantata.kernel.errors import CantataError
from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import NotPermitted, Refusal
from cantata.ledger.model.administration import RightKind

RIGHTS = (RightKind.PARTICIPANT_ADMIN, RightKind.READ_AS_ANY_PARTY, RightKind.EXECUTE_AS_ANY_PARTY)
"""To make parties and deploy packages, to ingest, to act for the parties of our users."""


class ParticipantLacks(CantataError):
    """The participant is not ready; field `missing` says what it lacks, each with what to do."""

    code: ClassVar[str] = "PARTICIPANT_LACKS"

    def __init__(self, url: str, missing: Sequence[str]) -> None:
        self.missing = tuple(missing)
        super().__init__(
            f"the participant at {url} is not ready: {'; '.join(missing)}",
            hint="let its operator add what is missing, then start again",
        )


async def require_ready(ledger: LedgerClient) -> None:
    """Raise ParticipantLacks with everything that is missing at once."""
    missing = [*await _synchronizers(ledger), *await _rights(ledger)]
    if missing:
        raise ParticipantLacks(ledger.settings.url, missing)


async def _synchronizers(ledger: LedgerClient) -> list[str]:
    connected = [each.synchronizer_id for each in await ledger.state.synchronizers()]
    if not connected:
        return ["it is connected to no synchronizer"]
    if len(connected) > 1:
        return [f"it is connected to {len(connected)} synchronizers, and one database follows one"]
    return []


async def _rights(ledger: LedgerClient) -> list[str]:
    """Look what our user may do; without authentication everybody may do everything."""
    try:
        user = (await ledger.users.authenticated()).user_id
    except Refusal:
        return []
    try:
        held = {right.kind for right in await ledger.users.rights(user)}
    except NotPermitted:
        return [f"the user {user} may not see its own rights: grant it {RIGHTS[0].value}"]
    return [
        f"the user {user} lacks the right {right.value}" for right in RIGHTS if right not in held
    ]
