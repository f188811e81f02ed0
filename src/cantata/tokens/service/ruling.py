"""What holds for a token: pauses, terms, limits, its end; set by those with the token's roles."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.accounts.service.auditing import note
from cantata.http.caller import Caller
from cantata.kernel.rounding import Rounding
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.errors import AmountNotPositive, CapTooPrecise
from cantata.tokens.interventions import CloseOrder, PauseOrder, RulesOrder
from cantata.tokens.model import Instrument, InstrumentId
from cantata.tokens.objections import ApprovalNeeded
from cantata.tokens.policy import ZERO, operations_to_change
from cantata.tokens.projection.contracts import RULES
from cantata.tokens.repository import limits, supervised
from cantata.tokens.rules_policy import Operation, Rules
from cantata.tokens.service.common import Desk, Recorded
from cantata.tokens.standing import paused_of
from cantata.tokens.supervision import TokenLimits
from cantata.tokens.terms import rules_of
from cantata.tokens.wishes import wish_about

PAUSER, COMPLIANCE, ADMIN = "PAUSER", "COMPLIANCE", "ADMIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesView:
    """What holds for a token now; a closed one has no rules, and nothing of it moves."""

    token: InstrumentId
    rules: Rules | None
    paused: frozenset[Operation]
    limits: TokenLimits


class Ruling:
    """The use cases about what holds for a token."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def pause(
        self, session: WriteSession, caller: Caller, order: PauseOrder, key: str
    ) -> Recorded:
        """Ask for operations to be paused, or to go on; raise AlreadyPaused or NotPaused."""
        kind = "tokens.pause" if order.paused else "tokens.unpause"
        named = [each.value for each in order.operations]
        request = {"operations": named, "reason": order.reason}
        admin = order.token.admin
        wish = wish_about(caller.requester, kind, order.token, key, (admin,), request)

        async def check() -> None:
            await self._desk.require_role(session, caller, order.token, PAUSER)
            instrument = await self._desk.token(session, order.token)
            rules = await rules_of(session, order.token)
            operations_to_change(
                order.operations, paused_of(rules, instrument), paused=order.paused
            )
            now, told = self._desk.clock.now(), ",".join(named)
            await note(
                session, caller, kind, wish.subject, now, operations=told, reason=order.reason
            )

        return await self._desk.ask(session, wish, check)

    async def close(
        self, session: WriteSession, caller: Caller, order: CloseOrder, key: str
    ) -> Recorded:
        """Ask for a token to end for good."""
        kind, admin = "tokens.close", order.token.admin
        wish = wish_about(
            caller.requester, kind, order.token, key, (admin,), {"reason": order.reason}
        )

        async def check() -> None:
            await self._desk.require_role(session, caller, order.token, ADMIN)
            await rules_of(session, order.token)
            now = self._desk.clock.now()
            await note(session, caller, kind, wish.subject, now, reason=order.reason)

        return await self._desk.ask(session, wish, check)

    async def amend(
        self, session: WriteSession, caller: Caller, order: RulesOrder, key: str
    ) -> Recorded:
        """Ask for other terms, where the rules name no approver yet; else raise ApprovalNeeded."""
        kind, admin = "tokens.amend_rules", order.token.admin
        wish = wish_about(
            caller.requester, kind, order.token, key, (admin,), terms_requested(order)
        )

        async def check() -> None:
            await self.check_amendment(session, caller, order)
            if (await rules_of(session, order.token)).content.get("approver") is not None:
                raise ApprovalNeeded
            now = self._desk.clock.now()
            await note(session, caller, kind, wish.subject, now, reason=order.reason)

        return await self._desk.ask(session, wish, check)

    async def check_amendment(
        self, session: ReadSession, caller: Caller, order: RulesOrder
    ) -> None:
        """Refuse terms that the caller may not set, or under which nobody could approve."""
        await self._desk.require_role(session, caller, order.token, COMPLIANCE)
        await rules_of(session, order.token)
        if order.approver is not None:
            await self._desk.require_approver(session, order.token, order.approver)

    async def set_limits(
        self,
        session: WriteSession,
        caller: Caller,
        token: InstrumentId,
        wanted: TokenLimits,
        reason: str,
    ) -> RulesView:
        """Set all limits of a token; from now on its registry refuses what exceeds them."""
        await self._desk.require_role(session, caller, token, COMPLIANCE)
        found = await self._desk.token(session, token)
        for amount in (wanted.balance, wanted.volume):
            if amount is not None and amount <= ZERO:
                raise AmountNotPositive(amount)
            if amount is not None and amount.round(found.decimals, Rounding.DOWN) != amount:
                raise CapTooPrecise(amount, found.decimals)
        now = self._desk.clock.now()
        await limits.put(session, token, wanted, now)
        told = {
            "holders": str(wanted.holders),
            "balance": str(wanted.balance),
            "volume": str(wanted.volume),
            "window": "" if wanted.window is None else str(wanted.window.microseconds),
        }
        await note(session, caller, "tokens.limits", str(token), now, reason=reason, **told)
        return await self.view(session, token)

    async def view(self, session: ReadSession, token: InstrumentId) -> RulesView:
        """Give what holds for a token; raise InstrumentUnknown."""
        instrument = await self._desk.token(session, token)
        found = (await supervised.rules_of(session, RULES, [token])).get(token)
        rules = None if found is None else Rules.of(found.content)
        return RulesView(
            token=token,
            rules=rules,
            paused=_paused(instrument, rules),
            limits=await limits.limits(session, token) or TokenLimits(),
        )


def terms_requested(order: RulesOrder) -> dict[str, object]:
    """Give the terms of an order as an intent holds them."""
    return {
        "accounts_required": order.accounts_required,
        "countries": list(order.countries),
        "approver": order.approver,
        "reason": order.reason,
    }


def _paused(instrument: Instrument, rules: Rules | None) -> frozenset[Operation]:
    on_supply = frozenset(map(Operation, instrument.paused))
    return on_supply if rules is None else on_supply | rules.paused
