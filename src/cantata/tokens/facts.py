"""What a decision about a movement rests on, gathered from the projections and the limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cantata.automation.errors import NotNow
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.model import InstrumentId
from cantata.tokens.projection.contracts import ACCOUNT, PREAPPROVAL, RULES
from cantata.tokens.refusals import refusal
from cantata.tokens.repository import contracts, limits
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.repository.limits import UnderWay
from cantata.tokens.rules_policy import Account, Facts, Limits, Rules, Side, judge_limits
from cantata.tokens.supervision import TokenLimits

_KINDS = (RULES, ACCOUNT, PREAPPROVAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A movement that somebody wants."""

    token: InstrumentId
    sender: PartyId
    receiver: PartyId
    amount: Decimal


async def facts_of(
    session: ReadSession, wanted: Wanted, now: Timestamp, free: Decimal | Total | None
) -> Facts:
    """Gather everything that is known of a movement; `free` is what the sender may spend."""
    parties = (wanted.sender, wanted.receiver)
    standing = await contracts.standing(session, wanted.token, _KINDS, parties, now)
    found = standing.get((RULES, ""))
    rules = None if found is None else Rules.of(found.content)
    needed = rules is not None and rules.accounts_required
    sender, receiver = (_side(standing, wanted.token, each, needed=needed) for each in parties)
    consents = wanted.sender != wanted.receiver and (PREAPPROVAL, wanted.receiver) in standing
    return Facts(
        rules=rules,
        sender=sender,
        receiver=receiver,
        now=now,
        free=free,
        consent=consents,
        limits=await limits_left(session, wanted, now, ()),
    )


async def limits_left(
    session: ReadSession, wanted: Wanted, now: Timestamp, more: Iterable[UnderWay]
) -> Limits:
    """Give how far a movement may go within its token's limits, if `more` happens before it."""
    found = await limits.limits(session, wanted.token)
    if found is None or wanted.sender == wanted.receiver:
        return Limits()
    return await _left(session, found, wanted, now, tuple(more))


async def require_within_limits(session: ReadSession, wanted: Wanted, now: Timestamp) -> None:
    """Refuse a movement that its token's limits do not admit.

    Raise MovementRefused for what is too much already, NotNow for what would be too much if all
    succeeds that is under way. Those who prepare movements follow each other.
    """
    found = await limits.limits(session, wanted.token)
    if found is None or wanted.sender == wanted.receiver:
        return
    if isinstance(session, WriteSession):
        await limits.queue_up(session, wanted.token)
    verdict = judge_limits(wanted.amount, await _left(session, found, wanted, now, ()))
    if verdict is not None:
        raise refusal(verdict)
    sent = await limits.under_way(session, wanted.token)
    if sent and judge_limits(wanted.amount, await _left(session, found, wanted, now, sent)):
        raise NotNow("movements under way may use up what the token's limits leave")


async def _left(
    session: ReadSession,
    of: TokenLimits,
    wanted: Wanted,
    now: Timestamp,
    sent: tuple[UnderWay, ...],
) -> Limits:
    """Count what the limits leave; the issuer is no holder, so none of them binds it."""
    admin = wanted.token.admin
    found = Limits()
    if wanted.receiver != admin:
        found = await _received(session, of, wanted, sent)
    if of.volume is not None and of.window is not None and wanted.sender != admin:
        moved = await limits.moved(session, wanted.sender, wanted.token, now - of.window)
        moved += _sum(each for each in sent if each.sender == wanted.sender)
        found = replace(found, volume_left=of.volume - moved)
    return found


async def _received(
    session: ReadSession, of: TokenLimits, wanted: Wanted, sent: tuple[UnderWay, ...]
) -> Limits:
    token, receiver = wanted.token, wanted.receiver
    found = Limits()
    if of.balance is not None:
        had = await limits.held(session, receiver, token)
        had += _sum(each for each in sent if each.receiver == receiver)
        found = replace(found, balance_left=of.balance - had)
    if of.holders is not None and not await limits.owns(session, receiver, token):
        coming = {each.receiver for each in sent} - {token.admin}
        there = await limits.holders(session, token)
        there += len([each for each in coming if not await limits.owns(session, each, token)])
        leaves = wanted.sender != token.admin and (
            await limits.held(session, wanted.sender, token) == wanted.amount
        )
        left = of.holders - there + int(leaves) + int(receiver in coming)
        found = replace(found, holders_left=left, is_new_holder=True)
    return found


def _side(
    standing: Mapping[tuple[str, str], Disclosable],
    token: InstrumentId,
    party: PartyId,
    *,
    needed: bool,
) -> Side:
    is_admin = party == token.admin
    if is_admin or not needed:
        return Side(party=party, is_admin=is_admin)
    found = standing.get((ACCOUNT, party))
    return Side(party=party, account=None if found is None else Account.of(found.content))


def _sum(moves: Iterable[UnderWay]) -> Total:
    return Total.of(each.amount for each in moves)
