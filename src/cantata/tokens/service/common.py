"""What the use cases of tokens share: intents recorded once, and checks before them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from functools import partial
from typing import Protocol
from uuid import uuid4

from cantata.accounts.model import Action, PartyKind, token_role
from cantata.accounts.service.accounts import Accounts
from cantata.automation import repository as intents
from cantata.automation.model import Intent, Wish
from cantata.http.caller import Caller
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Clock
from cantata.observability.tracing import current as trace
from cantata.storage.questions import Ask, answers
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.errors import InstrumentUnknown, InsufficientFunds, PartyUnknown
from cantata.tokens.model import Instrument, InstrumentId
from cantata.tokens.objections import ApproverForeign, SameParty
from cantata.tokens.policy import require_amount
from cantata.tokens.repository import contracts, reading

Recorded = tuple[Intent, bool]
"""An intent, and whether it is new."""

Check = Callable[[], Awaitable[None]]

OPERATIONS: Mapping[str, str] = {
    "ADMIN": "close",
    "AGENT": "force",
    "COMPLIANCE": "supervise",
    "FREEZER": "freeze",
    "PAUSER": "pause",
}
"""What a key must be scoped for to use a role of a token."""

TOKENS_MAX = 1_000
"""Tokens of one issuer that are looked at where a right must hold for all of them."""


class Directory(Protocol):
    """Which parties exist on the network.

    Asking it takes a call to the participant: never inside a transaction, but by `existing`.
    """

    def remembers(self, party: PartyId) -> bool:
        """Tell whether a party is known from before, without asking anybody."""

    async def knows(self, party: PartyId) -> bool:
        """Tell whether the participant knows a party."""


def existing(directory: Directory, parties: Iterable[PartyId]) -> frozenset[PartyId]:
    """Give those of some parties that exist.

    Raise Unanswered for those that the participant has to be asked for: `storage.questions.asking`
    does so while no transaction is open.
    """
    wanted = frozenset(parties)
    sure = frozenset(filter(directory.remembers, wanted))
    open_ones: dict[Hashable, Ask] = {
        ("party", each): partial(directory.knows, each) for each in wanted - sure
    }
    found = answers(open_ones)
    return sure | {each for each in wanted - sure if found["party", each]}


class Desk:
    """What the use cases stand on."""

    def __init__(self, accounts: Accounts, directory: Directory, clock: Clock) -> None:
        self.accounts = accounts
        self.directory = directory
        self.clock = clock

    async def ask(self, session: WriteSession, wish: Wish, check: Check) -> Recorded:
        """Record a wish; the same wish as before is not checked again, it has its answer."""
        earlier = await intents.find(session, wish)
        if earlier is not None:
            return earlier, False
        await check()
        return await intents.record(session, wish, uuid4(), self.clock.now(), trace.get())

    async def token(self, session: ReadSession, token: InstrumentId) -> Instrument:
        """Give a token; raise InstrumentUnknown."""
        found = await contracts.instrument(session, token)
        if found is None:
            raise InstrumentUnknown(token.admin, token.id)
        return found

    async def require_amount(
        self, session: ReadSession, token: InstrumentId, amount: Decimal
    ) -> Instrument:
        """Give a token, and refuse an amount that it cannot have."""
        found = await self.token(session, token)
        require_amount(amount, found.decimals)
        return found

    async def require_funds(
        self, session: ReadSession, owner: PartyId, token: InstrumentId, amount: Decimal
    ) -> None:
        """Refuse what a party does not have, even when all that is under way comes back."""
        enough, free = await reading.covers(session, owner, token, amount, self.clock.now())
        if not enough:
            raise InsufficientFunds(amount, free)

    async def require_role(
        self,
        session: ReadSession,
        caller: Caller,
        token: InstrumentId,
        role: str,
        amount: Decimal | None = None,
    ) -> None:
        """Refuse callers who do not act for a token's issuer, or lack a role of the token."""
        action = Action(
            operation=OPERATIONS[role],
            party=token.admin,
            role=token_role(role, str(token)),
            token=str(token),
            amount=amount,
        )
        await self.accounts.authority.require(session, caller, action)

    async def require_role_everywhere(
        self, session: ReadSession, caller: Caller, token: InstrumentId, role: str
    ) -> None:
        """Refuse callers who lack a role of any token of an issuer."""
        await self.require_role(session, caller, token, role)
        for each in await contracts.instruments(session, token.admin, None, TOKENS_MAX):
            await self.require_role(session, caller, each.id, role)

    async def require_approver(
        self, session: ReadSession, token: InstrumentId, approver: PartyId
    ) -> None:
        """Refuse the issuer itself, and parties for which nobody approves here."""
        if approver == token.admin:
            raise SameParty(approver)
        party = await self.accounts.parties.party(session, approver)
        if party is None or party.kind is not PartyKind.INTERNAL:
            raise ApproverForeign(approver)

    async def require_party(self, session: ReadSession, party: PartyId) -> None:
        """Refuse a party that is neither ours nor known to the participant."""
        ours = await self.accounts.parties.party(session, party)
        if ours is None and not existing(self.directory, [party]):
            raise PartyUnknown(party)
