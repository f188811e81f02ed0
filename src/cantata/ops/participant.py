"""What a participant must have for Cantata, looked at before anything is started on it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from cantata.kernel.errors import CantataError
from cantata.lang.build import CompiledPackage
from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import NotAuthenticated, NotPermitted, Refusal
from cantata.ledger.model.administration import RightKind
from cantata.ops import deployment

RIGHTS = (RightKind.PARTICIPANT_ADMIN, RightKind.READ_AS_ANY_PARTY, RightKind.EXECUTE_AS_ANY_PARTY)
"""To make parties and deploy packages, to ingest, to act for the parties of our users."""

VERSION_MIN = (3, 4)
"""The oldest version of Canton that the client was tried with."""

_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that a participant must have: what was found, and what is missing of it."""

    name: str
    found: str
    missing: tuple[str, ...] = ()
    remedy: str = ""

    @property
    def is_passed(self) -> bool:
        """Tell whether nothing is missing."""
        return not self.missing


class ParticipantLacks(CantataError):
    """The participant is not ready; field `missing` says what it lacks."""

    code: ClassVar[str] = "PARTICIPANT_LACKS"

    def __init__(self, url: str, failed: Sequence[Check]) -> None:
        self.missing = tuple(each for check in failed for each in check.missing)
        super().__init__(
            f"the participant at {url} is not ready: {'; '.join(self.missing)}",
            hint="; ".join(dict.fromkeys(check.remedy for check in failed)),
        )


async def examine(ledger: LedgerClient) -> tuple[Check, ...]:
    """Look at everything that Cantata needs of a participant; raise if it does not answer."""
    return (
        await _version(ledger),
        await _synchronizer(ledger),
        await rights(ledger),
        await _packages(ledger),
    )


async def require_ready(ledger: LedgerClient) -> tuple[Check, ...]:
    """Give what was found; raise ParticipantLacks with everything that is missing at once."""
    checks = await examine(ledger)
    failed = [each for each in checks if not each.is_passed]
    if failed:
        raise ParticipantLacks(ledger.settings.url, failed)
    return checks


async def rights(ledger: LedgerClient) -> Check:
    """Look what our user may do; without authentication everybody may do everything."""
    try:
        user = (await ledger.users.authenticated()).user_id
    except NotAuthenticated:
        raise
    except Refusal:
        return Check(name="rights", found="the participant asks nobody for a token")
    wanted = ", ".join(right.value for right in RIGHTS)
    remedy = f"let the participant's operator grant the user {user} the rights {wanted}"
    try:
        held = {right.kind for right in await ledger.users.rights(user)}
    except NotPermitted:
        lacking: tuple[str, ...] = (f"the user {user} may not see its own rights",)
        return Check(name="rights", found=user, missing=lacking, remedy=remedy)
    lacking = tuple(
        f"the user {user} lacks the right {right.value}" for right in RIGHTS if right not in held
    )
    return Check(name="rights", found=f"the user {user}", missing=lacking, remedy=remedy)


async def _version(ledger: LedgerClient) -> Check:
    found = (await ledger.state.version()).version
    numbers = _VERSION.match(found)
    oldest = ".".join(map(str, VERSION_MIN))
    is_old = numbers is not None and (int(numbers[1]), int(numbers[2])) < VERSION_MIN
    return Check(
        name="version",
        found=found or "not told",
        missing=(f"its version {found} is older than {oldest}",) if is_old else (),
        remedy=f"use a participant of Canton {oldest} or later",
    )


async def _synchronizer(ledger: LedgerClient) -> Check:
    connected = [each.synchronizer_id for each in await ledger.state.synchronizers()]
    remedy = "let the participant's operator connect it to the one synchronizer of your network"
    missing: tuple[str, ...] = ()
    if not connected:
        missing = ("it is connected to no synchronizer",)
    elif len(connected) > 1:
        missing = (
            f"it is connected to {len(connected)} synchronizers, and a database follows one",
        )
    return Check(name="synchronizer", found=", ".join(connected), missing=missing, remedy=remedy)


async def _packages(ledger: LedgerClient) -> Check:
    """Look for the packages of the network that ours are built on."""
    has = set(await ledger.packages.ids())
    ours = await asyncio.to_thread(deployment.compiled)
    needed = {each.id: each for package in ours for each in package.declared.values()}
    missing = [each for each in needed.values() if each.id not in has]
    try:
        if missing and await _does_without(ledger, ours):
            return Check(name="packages", found="its own copies of the token standard")
    except NotPermitted:
        # What the user lacks is told once, by the look at its rights.
        return Check(name="packages", found="not known while the user may not have them validated")
    return Check(
        name="packages",
        found=f"{len(needed) - len(missing)} of {len(needed)} packages of the token standard",
        missing=tuple(
            f"the package {each.name} {each.version} ({each.id}) is not on it" for each in missing
        ),
        remedy="upload the DARs of the token standard, which come with Splice, to the participant:"
        " `cantata ledger deploy FILE.dar`",
    )


async def _does_without(ledger: LedgerClient, ours: Sequence[CompiledPackage]) -> bool:
    """Tell whether the participant takes our packages alone, as the sandbox does.

    Raise NotPermitted if it does not tell this user.
    """
    try:
        for package in ours:
            await ledger.packages.validate(
                (await asyncio.to_thread(deployment.build, package)).content
            )
    except NotPermitted:
        raise
    except Refusal:
        return False
    return True
