"""What needs four eyes: requested by one user, decided by another who acts for the approver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from cantata.accounts.model import Action
from cantata.accounts.service.auditing import note
from cantata.automation.model import Wish
from cantata.http.caller import Caller
from cantata.kernel.ids import PartyId
from cantata.kernel.time import RelTime
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.interventions import ForceOrder, Grounds, RecoverOrder, RulesOrder
from cantata.tokens.model import InstrumentId
from cantata.tokens.objections import (
    ApprovalDecided,
    ApprovalUnknown,
    ApproverChanged,
    ApproverMissing,
    BalanceTooSmall,
    NotTheRequester,
    SameParty,
    SamePerson,
)
from cantata.tokens.repository import approvals, limits
from cantata.tokens.repository.approvals import Wanted
from cantata.tokens.service.common import Desk, Recorded
from cantata.tokens.service.ruling import Ruling, terms_requested
from cantata.tokens.supervision import Approval, ApprovalKind, ApprovalState
from cantata.tokens.terms import rules_of
from cantata.tokens.wishes import wish_about

AGENT = "AGENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked for, before it has an id."""

    kind: ApprovalKind
    token: InstrumentId
    grounds: Grounds
    request: Mapping[str, Any]


class Approving:
    """The use cases of requests that a second person decides about."""

    def __init__(self, desk: Desk, ruling: Ruling) -> None:
        self._desk = desk
        self._ruling = ruling

    async def request_force(
        self, session: WriteSession, caller: Caller, order: ForceOrder
    ) -> Approval:
        """Request that an amount moves against its owner's will; raise SameParty from x to x."""
        await self._desk.require_role(session, caller, order.token, AGENT, order.amount)
        if order.owner == order.receiver:
            raise SameParty(order.owner)
        await self._desk.require_amount(session, order.token, order.amount)
        balance = await limits.held(session, order.owner, order.token)
        if balance < order.amount:
            raise BalanceTooSmall(order.amount, balance)
        await self._desk.require_party(session, order.receiver)
        request = {
            "owner": order.owner,
            "receiver": order.receiver,
            "amount": str(order.amount),
        }
        asked = _Asked(
            kind=ApprovalKind.FORCE, token=order.token, grounds=order.grounds, request=request
        )
        return await self._keep(session, caller, asked)

    async def request_recovery(
        self, session: WriteSession, caller: Caller, order: RecoverOrder
    ) -> Approval:
        """Request that a party takes the place of a lost one."""
        await self._desk.require_role(session, caller, order.token, AGENT)
        if order.lost == order.replacement:
            raise SameParty(order.lost)
        await self._desk.token(session, order.token)
        await self._desk.require_party(session, order.replacement)
        request = {"lost": order.lost, "replacement": order.replacement}
        asked = _Asked(
            kind=ApprovalKind.RECOVER, token=order.token, grounds=order.grounds, request=request
        )
        return await self._keep(session, caller, asked)

    async def request_amendment(
        self, session: WriteSession, caller: Caller, order: RulesOrder, grounds: Grounds
    ) -> Approval:
        """Request other terms, under an approver who is named now."""
        await self._ruling.check_amendment(session, caller, order)
        asked = _Asked(
            kind=ApprovalKind.AMEND,
            token=order.token,
            grounds=grounds,
            request=terms_requested(order),
        )
        return await self._keep(session, caller, asked)

    async def approve(
        self, session: WriteSession, caller: Caller, identity: UUID, key: str
    ) -> Recorded:
        """Approve a request: its operation is recorded under the name of who approves.

        Raise SamePerson to who requested it, ApprovalDecided if it waits no more.
        """
        found = await self.approval(session, caller, identity)
        wish = _carried_out(found, caller, key)

        async def check() -> None:
            await self._decide(session, caller, found, ApprovalState.APPROVED, "")
            rules = await rules_of(session, found.token)
            if rules.content.get("approver") != found.approver:
                raise ApproverChanged

        intent, is_new = await self._desk.ask(session, wish, check)
        if is_new:
            await approvals.name_operation(session, identity, intent.id)
        return intent, is_new

    async def refuse(
        self, session: WriteSession, caller: Caller, identity: UUID, remark: str
    ) -> Approval:
        """Refuse a request, for the approver."""
        found = await self.approval(session, caller, identity)
        await self._decide(session, caller, found, ApprovalState.REFUSED, remark)
        return await self.approval(session, caller, identity)

    async def withdraw(
        self, session: WriteSession, caller: Caller, identity: UUID, remark: str
    ) -> Approval:
        """Take a request back, as who requested it."""
        found = await self.approval(session, caller, identity)
        if found.requester != caller.user:
            raise NotTheRequester
        await self._end(session, caller, found, ApprovalState.WITHDRAWN, remark)
        return await self.approval(session, caller, identity)

    async def approval(self, session: ReadSession, caller: Caller, identity: UUID) -> Approval:
        """Give a request to who reads for the issuer or the approver; else ApprovalUnknown."""
        found = await approvals.load(session, identity)
        readable = await self._desk.accounts.authority.readable(session, caller)
        if found is None or not {found.token.admin, found.approver} & set(readable):
            raise ApprovalUnknown(identity)
        return found

    async def wanted(
        self,
        session: ReadSession,
        caller: Caller,
        state: ApprovalState | None,
        token: InstrumentId | None,
    ) -> Wanted:
        """Give which requests the caller may list."""
        readable = await self._desk.accounts.authority.readable(session, caller)
        return Wanted(parties=readable, now=self._desk.clock.now(), state=state, token=token)

    async def _keep(self, session: WriteSession, caller: Caller, asked: _Asked) -> Approval:
        approver = (await rules_of(session, asked.token)).content.get("approver")
        if approver is None:
            raise ApproverMissing
        await self._desk.require_approver(session, asked.token, PartyId(approver))
        now, grounds = self._desk.clock.now(), asked.grounds
        approval = Approval(
            id=uuid4(),
            kind=asked.kind,
            token=asked.token,
            approver=PartyId(approver),
            requester=caller.user,
            reason=grounds.reason_code,
            document_hash=grounds.document_hash,
            request=asked.request,
            state=ApprovalState.PENDING,
            requested_at=now,
            expires_at=now + RelTime.of(seconds=grounds.seconds),
        )
        await approvals.add(session, approval)
        await self._note(session, caller, approval, "request", grounds.reason_code)
        return approval

    async def _decide(
        self,
        session: WriteSession,
        caller: Caller,
        found: Approval,
        state: ApprovalState,
        remark: str,
    ) -> None:
        """Decide for the approver: who requested may refuse her own request, never approve it."""
        action = Action(operation="approve", party=found.approver, token=str(found.token))
        await self._desk.accounts.authority.require(session, caller, action)
        if state is ApprovalState.APPROVED and found.requester == caller.user:
            raise SamePerson
        await self._end(session, caller, found, state, remark)

    async def _end(
        self,
        session: WriteSession,
        caller: Caller,
        found: Approval,
        state: ApprovalState,
        remark: str,
    ) -> None:
        now = self._desk.clock.now()
        present = found.state_at(now)
        if present is not ApprovalState.PENDING:
            raise ApprovalDecided(found.id, present.value)
        if not await approvals.decide(session, found.id, state, caller.user, now, remark):
            raise ApprovalDecided(found.id, "decided by somebody else just now")
        await self._note(session, caller, found, state.value, remark or found.reason)

    async def _note(
        self, session: WriteSession, caller: Caller, found: Approval, what: str, reason: str
    ) -> None:
        now, action = self._desk.clock.now(), f"tokens.{found.kind.value}:{what}"
        details = {key: str(value) for key, value in found.request.items()}
        await note(
            session,
            caller,
            action,
            str(found.token),
            now,
            **details,
            approval=str(found.id),
            because=reason,
            document=found.document_hash,
        )


def _carried_out(found: Approval, caller: Caller, key: str) -> Wish:
    """Give the operation of a request: by the issuer and the approver together."""
    request = dict(found.request)
    if found.kind is not ApprovalKind.AMEND:
        request |= {
            "approver": found.approver,
            "reason_code": found.reason,
            "document_hash": found.document_hash,
        }
    return wish_about(
        caller.requester,
        f"tokens.{found.kind.value}",
        found.token,
        key,
        (found.token.admin, found.approver),
        {**request, "approval": str(found.id)},
    )
