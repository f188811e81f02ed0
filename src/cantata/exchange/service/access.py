"""Who may do what at the exchange: who holds a role for it; a key does what it covers, no more."""

from __future__ import annotations

from cantata.accounts.errors import NotAllowed
from cantata.accounts.model import DEFAULT_ADMIN, Action, Role
from cantata.accounts.repository import roles
from cantata.accounts.service.authority import Authority
from cantata.exchange.model.decisions import By
from cantata.exchange.model.duties import OPERATE, ROLES, Duty
from cantata.http.caller import Caller
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.storage.session import ReadSession, WriteSession


class Access:
    """Lets pass, or refuses."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    async def require(
        self,
        session: ReadSession,
        caller: Caller,
        duty: Duty,
        token: str = "*",
        amount: Decimal | None = None,
    ) -> None:
        """Raise NotAllowed unless the caller holds one of a duty's roles."""
        for role in duty.roles:
            action = Action(operation=duty.operation, role=role, token=token, amount=amount)
            decision = await self._authority.explain(session, caller, action)
            if decision.is_allowed:
                return
            if decision.rule != "role":
                raise NotAllowed(decision.rule, decision.reason, decision.remedy)
        wanted = " or ".join(duty.roles)
        raise NotAllowed(
            "role", f"you do not hold the role {wanted}", "let the administrator grant it to you"
        )

    async def require_party(self, session: ReadSession, caller: Caller, party: PartyId) -> None:
        """Raise NotAllowed unless the caller operates the exchange and may act as a party.

        One that she may not even read is unknown to her: raise ResourceUnknown.
        """
        await self.require(session, caller, OPERATE)
        action = Action(operation=OPERATE.operation, party=party)
        await self._authority.require(session, caller, action)


async def found_roles(session: WriteSession) -> None:
    """Make the roles of the exchange, which the administrator grants; nobody holds one at first."""
    await roles.add_roles(session, [Role(role=role, admin_role=DEFAULT_ADMIN) for role in ROLES])


def decided_by(caller: Caller, reason: str, reference: str = "") -> By:
    """Say who decides something, and why."""
    return By(actor=caller.requester, reason=reason, reference=reference)
