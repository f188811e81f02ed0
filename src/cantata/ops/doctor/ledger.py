"""What the doctor sees of the ledger: whether it answers, whose it is, its clock, our packages."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from contextlib import suppress
from email.utils import parsedate_to_datetime

import httpx2

from cantata.ingestion.model import Cursor
from cantata.kernel.time import Clock, Timestamp
from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import (
    LedgerError,
    MalformedAnswer,
    NotAuthenticated,
    NotPermitted,
    Unreachable,
)
from cantata.ledger.tokens import TokenProvider, TokenRefused, TokenUnreachable
from cantata.ops import participant
from cantata.ops.deployment import TOKENS
from cantata.ops.doctor.model import Bounds, Diagnosis, Finding
from cantata.ops.doctor.storage import skewed

LOOK_SECONDS_MAX = 5
_RIGHTS = tuple(right.value for right in participant.RIGHTS)
MICROSECONDS = 1_000_000


async def failure(error: LedgerError, url: str, tokens: TokenProvider, clock: Clock) -> Diagnosis:
    """Say why the ledger gave no answer, or none that helps."""
    if isinstance(error, NotAuthenticated):
        return await _token(tokens, clock)
    if isinstance(error, TokenRefused):
        return Diagnosis(
            finding=Finding.TOKEN_REFUSED,
            message=error.message,
            remedy="correct CANTATA_LEDGER_TOKEN_FILE or CANTATA_LEDGER_OIDC_ISSUER, _CLIENT and"
            " _SECRET",
            details={"code": error.code},
        )
    if isinstance(error, TokenUnreachable):
        return Diagnosis(
            finding=Finding.ISSUER_DOWN,
            message=error.message,
            remedy="correct CANTATA_LEDGER_OIDC_ISSUER, or see to it that the issuer is up",
            details={"code": error.code},
        )
    if isinstance(error, Unreachable):
        return Diagnosis(
            finding=Finding.LEDGER_DOWN,
            message=error.message,
            remedy="start the participant (`cantata up` or `cantata sandbox`), or correct"
            " CANTATA_LEDGER_URL",
            details={"url": url},
        )
    if isinstance(error, NotPermitted):
        return Diagnosis(
            finding=Finding.RIGHTS_MISSING,
            message=f"the participant permits our user nothing: {error.message}",
            remedy="let its operator see to it that CANTATA_LEDGER_USER exists, is the user of the"
            f" access token, and has the rights {', '.join(_RIGHTS)}",
            details={"url": url, "code": error.code},
        )
    if isinstance(error, MalformedAnswer) or _is_of_another_server(error):
        return Diagnosis(
            finding=Finding.LEDGER_FAULTY,
            message=f"what answers at {url} is no JSON Ledger API: {error.message}",
            remedy="correct CANTATA_LEDGER_URL; it wants the participant's JSON Ledger API v2",
            details={"url": url, "code": error.code},
        )
    return Diagnosis(
        finding=Finding.LEDGER_FAULTY,
        message=error.message,
        remedy=error.hint or "look at the participant's log",
        details={"url": url, "code": error.code},
    )


async def identity(ledger: LedgerClient, cursor: Cursor) -> Iterable[Diagnosis]:
    """Compare the ledger with the one that was ingested: its synchronizers and its end."""
    if not cursor.offset:
        return ()
    connected = [each.synchronizer_id for each in await ledger.state.synchronizers()]
    if cursor.synchronizer_id and cursor.synchronizer_id not in connected:
        found = ", ".join(connected) or "none"
        return (_foreign(f"it is on {found}, all before was on {cursor.synchronizer_id}"),)
    end = await ledger.state.ledger_end()
    if end < cursor.offset:
        return (_foreign(f"it ends at {end}, and {cursor.offset} is ingested already"),)
    return ()


async def rights(ledger: LedgerClient) -> Iterable[Diagnosis]:
    """Look whether our user may do what it has to."""
    check = await participant.rights(ledger)
    if check.is_passed:
        return ()
    return (
        Diagnosis(
            finding=Finding.RIGHTS_MISSING,
            message="; ".join(check.missing),
            remedy=check.remedy,
            details={"user": check.found},
        ),
    )


async def packages(ledger: LedgerClient) -> Iterable[Diagnosis]:
    """Look whether the participant has vetted our packages."""
    vetted = {each.name async for each in ledger.packages.vetted(name_prefixes=(TOKENS,))}
    if TOKENS in vetted:
        return ()
    return (
        Diagnosis(
            finding=Finding.CONTRACTS_MISSING,
            message=f"the participant has not vetted the package {TOKENS}",
            remedy="`cantata up` deploys it; or build it with `cantata contract build` and run"
            " `cantata ledger deploy`",
            details={"package": TOKENS},
        ),
    )


async def clock(url: str, ours: Clock, bounds: Bounds) -> Iterable[Diagnosis]:
    """Compare the time that the ledger's server states in its answers with ours."""
    before = ours.now()
    async with httpx2.AsyncClient(timeout=LOOK_SECONDS_MAX, trust_env=False) as http:
        try:
            answer = await http.get(f"{url}/livez")
        except httpx2.HTTPError:
            return ()
    stated = answer.headers.get("date", "")
    with suppress(ValueError, TypeError):
        theirs = Timestamp.from_stdlib(parsedate_to_datetime(stated))
        return skewed("the ledger", theirs, before, ours.now(), bounds)
    return ()


def _is_of_another_server(error: LedgerError) -> bool:
    """Tell whether a request was refused without any of the ledger's own codes."""
    status = error.answer.status or 0
    return not error.answer.code and 400 <= status < 500


def _foreign(why: str) -> Diagnosis:
    return Diagnosis(
        finding=Finding.LEDGER_FOREIGN,
        message=f"this ledger is not the one that the database follows: {why}",
        remedy="correct CANTATA_LEDGER_URL or CANTATA_DATABASE_URL; after a change of participant"
        " run `cantata ingest resync`",
    )


async def _token(tokens: TokenProvider, clock: Clock) -> Diagnosis:
    """Tell an expired token from one that is refused for another reason."""
    ends = _expiry(await tokens.token())
    if ends is not None and ends <= clock.now():
        return Diagnosis(
            finding=Finding.TOKEN_EXPIRED,
            message=f"the access token of the ledger expired at {ends}",
            remedy="let whatever writes CANTATA_LEDGER_TOKEN_FILE renew it, or let Cantata ask an"
            " issuer itself: CANTATA_LEDGER_OIDC_ISSUER",
            details={"expired_at": str(ends)},
        )
    return Diagnosis(
        finding=Finding.TOKEN_REFUSED,
        message="the participant does not accept the access token"
        if ends is not None
        else "the participant wants an access token",
        remedy="set CANTATA_LEDGER_TOKEN_FILE or CANTATA_LEDGER_OIDC_ISSUER to what gives tokens of"
        " a user of this participant; its log says what is wrong with one that it refuses",
    )


def _expiry(token: str | None) -> Timestamp | None:
    """Read when a JWT ends, without trusting it; None for anything else."""
    parts = (token or "").split(".")
    try:
        content = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return Timestamp(int(content["exp"]) * MICROSECONDS)
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error, RecursionError):
        return None
