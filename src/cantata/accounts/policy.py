"""Decisions about accounts: who may do what, who may grant what, when a handover holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from cantata.accounts.errors import HandoverRefused, HandoverTooEarly, LastHolder, NotAllowed
from cantata.accounts.model import (
    DELAY_INCREASE_MAX,
    Action,
    AnyRight,
    Decision,
    Facts,
    Handover,
    PartyRight,
    Right,
)
from cantata.kernel.time import RelTime, Timestamp


def decide(action: Action, facts: Facts) -> Decision:
    """Decide by the first rule that speaks; what no rule allows is refused."""
    if not facts.is_active:
        return _refused("user-active", "your user is not active", "ask the administrator")
    if not facts.is_in_scope:
        return _refused(
            "key-scope", f"your API key does not cover {action.operation!r}", "use another key"
        )
    if action.role is not None and not facts.has_role:
        return _refused(
            "role", f"you do not hold the role {action.role!r}", "let its admin grant it to you"
        )
    if action.party is not None and not facts.has_right:
        return _refused(
            "party-right",
            f"you have no right to {action.right.value.replace('_', ' ')} {action.party}",
            "let who acts for the party give you the right",
        )
    if action.party is None and action.role is None:
        return Decision(is_allowed=True, rule="own", reason="everybody may, for herself")
    return Decision(is_allowed=True, rule="rights", reason="you have what it takes")


def rights_after(held: Sequence[AnyRight], caller: UUID, given: AnyRight) -> tuple[AnyRight, ...]:
    """Give the rights to a party once one is given, in place of what its holder has.

    `held` are those that hold now. Raise NotAllowed for what lasts longer than the caller's own
    right to act, LastHolder if nobody were left who acts for good.
    """
    before, others = _parted(held, given)
    _require_reach(held, caller, (*before, given))
    return _kept(held, (*others, given))


def rights_without(held: Sequence[AnyRight], caller: UUID, taken: AnyRight) -> tuple[AnyRight, ...]:
    """Give the rights to a party once one is taken; raise NotAllowed or LastHolder as above."""
    before, others = _parted(held, taken)
    _require_reach(held, caller, before)
    return _kept(held, others)


def delay_at(handover: Handover, now: Timestamp) -> RelTime:
    """Give the delay that holds: the pending one as soon as its schedule is passed."""
    is_passed = handover.delay_schedule is not None and handover.delay_schedule < now
    return handover.pending_delay if is_passed and handover.pending_delay else handover.delay


def begin(handover: Handover, successor: UUID | None, now: Timestamp) -> Handover:
    """Begin a handover, to nobody to give the administration up; it replaces an earlier one."""
    return replace(handover, pending_admin=successor, schedule=now + delay_at(handover, now))


def cancel(handover: Handover) -> Handover:
    """Take a handover back."""
    return replace(handover, pending_admin=None, schedule=None)


def accept(handover: Handover, caller: UUID, now: Timestamp) -> Handover:
    """Complete a handover: by the pending admin alone, and only after its schedule."""
    if handover.schedule is None or handover.pending_admin != caller:
        raise HandoverRefused(
            "no handover to you is pending", hint="the administrator begins one with :begin"
        )
    return _completed(handover, caller, now)


def renounce(handover: Handover, now: Timestamp) -> Handover:
    """Give the administration up: begun with nobody as successor, and its schedule passed."""
    if handover.schedule is None or handover.pending_admin is not None:
        raise HandoverRefused(
            "to renounce, a handover to nobody must be pending", hint="begin one without a user"
        )
    return _completed(handover, None, now)


def change_delay(handover: Handover, delay: RelTime, now: Timestamp) -> Handover:
    """Schedule another delay.

    A longer one holds after itself, at most 5 days; a shorter one after the difference.
    """
    current = delay_at(handover, now)
    wait = min(delay, DELAY_INCREASE_MAX) if delay > current else current - delay
    return replace(handover, delay=current, pending_delay=delay, delay_schedule=now + wait)


def rollback_delay(handover: Handover, now: Timestamp) -> Handover:
    """Take a change of the delay back; one whose schedule is passed has become the delay."""
    return replace(handover, delay=delay_at(handover, now), pending_delay=None, delay_schedule=None)


def _parted(
    held: Sequence[AnyRight], right: AnyRight
) -> tuple[tuple[AnyRight, ...], tuple[AnyRight, ...]]:
    """Part what the holder of a right has of it from all other rights."""
    same = tuple(each for each in held if _name(each) == _name(right))
    return same, tuple(each for each in held if each not in same)


def _name(right: AnyRight) -> tuple[UUID | str, Right]:
    return right.user if isinstance(right, PartyRight) else right.role, right.right


def _require_reach(held: Sequence[AnyRight], caller: UUID, changed: Iterable[AnyRight]) -> None:
    """Refuse a change by who acts through a role alone, or for a shorter time."""
    own = next((each for each in held if _name(each) == (caller, Right.ACT_AS)), None)
    if own is None:
        raise NotAllowed(
            "own-right",
            "you act for the party by a role, which gives and takes no rights",
            "let somebody do it to whom the right itself was given",
        )
    until = own.expires_at
    if until is None:
        return
    if any(each.expires_at is None or each.expires_at > until for each in changed):
        raise NotAllowed(
            "own-right",
            f"your own right to act for the party ends at {until}, which is earlier",
            "let somebody do it whose right lasts as long",
        )


def _kept(before: Iterable[AnyRight], after: tuple[AnyRight, ...]) -> tuple[AnyRight, ...]:
    """Raise LastHolder if somebody acted for good, and nobody would."""
    lasting = [each for each in before if _acts_for_good(each)]
    if lasting and not any(map(_acts_for_good, after)):
        raise LastHolder(lasting[0].party)
    return after


def _acts_for_good(right: AnyRight) -> bool:
    is_lasting = right.right is Right.ACT_AS and right.expires_at is None
    return is_lasting and isinstance(right, PartyRight)


def _completed(handover: Handover, admin: UUID | None, now: Timestamp) -> Handover:
    assert handover.schedule is not None, handover
    if not handover.schedule < now:
        raise HandoverTooEarly(handover.schedule)
    return replace(handover, admin=admin, pending_admin=None, schedule=None)


def _refused(rule: str, reason: str, remedy: str) -> Decision:
    return Decision(is_allowed=False, rule=rule, reason=reason, remedy=remedy)
