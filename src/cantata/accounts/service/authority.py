"""What a caller may do: looked up in the database each time, explained on request."""

from __future__ import annotations

from cantata.accounts.errors import NotAllowed
from cantata.accounts.model import Action, Decision, Facts, User
from cantata.accounts.policy import decide
from cantata.accounts.repository import users
from cantata.http.caller import Caller
from cantata.http.errors import ResourceUnknown
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Clock
from cantata.storage.session import ReadSession


class Authority:
    """Decides by what the database says of the user, never by what her token says."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def explain(self, session: ReadSession, caller: Caller, action: Action) -> Decision:
        """Give whether an action is allowed, and by which rule."""
        return decide(action, await self._facts(session, caller, action))

    async def require(self, session: ReadSession, caller: Caller, action: Action) -> None:
        """Raise NotAllowed if it is not allowed.

        A party that the caller may not even read is as unknown to her as one that does not exist.
        """
        facts = await self._facts(session, caller, action)
        decision = decide(action, facts)
        if decision.is_allowed:
            return
        if decision.rule == "party-right" and not facts.may_see_party:
            raise ResourceUnknown("party of yours", str(action.party))
        raise NotAllowed(decision.rule, decision.reason, decision.remedy)

    async def user(self, session: ReadSession, caller: Caller) -> User | None:
        """Give the caller's user."""
        return await users.user(session, caller.user)

    async def readable(self, session: ReadSession, caller: Caller) -> tuple[PartyId, ...]:
        """Give the parties whose things the caller may see."""
        if not caller.is_scoped_for("read"):
            raise NotAllowed("key-scope", "your API key does not cover 'read'", "use another key")
        found = await users.parties_of(session, caller.user, self._clock.now())
        return tuple(dict.fromkeys(party.party for party, _ in found))

    async def _facts(self, session: ReadSession, caller: Caller, action: Action) -> Facts:
        party, role = action.party, action.role
        wanted = (party or "", action.right, role or "")
        found = await users.standing(session, caller.user, wanted, self._clock.now())
        return Facts(
            is_active=found.is_active,
            is_in_scope=caller.is_scoped_for(action.operation, action.token, action.amount),
            has_right=party is None or found.has_right,
            may_see_party=party is None or found.may_see,
            has_role=role is None or found.has_role,
        )
