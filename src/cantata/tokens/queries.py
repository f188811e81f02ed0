"""What callers may read of tokens; each answer names the offset that it is true of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cantata.accounts.model import Action, Right
from cantata.accounts.service.accounts import Accounts
from cantata.http.caller import Caller
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.storage.session import ReadSession
from cantata.tokens.errors import InstrumentUnknown
from cantata.tokens.model import Instrument, InstrumentId
from cantata.tokens.orders import Registered
from cantata.tokens.repository import contracts, register
from cantata.tokens.statements.model import Conservation, Statistics
from cantata.tokens.statements.moments import told_of
from cantata.tokens.statements.service import conservation, statistics


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a read is as of: an offset, or a time, or now."""

    offset: int | None = None
    time: Timestamp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """A token, as the ledger has it and with what is registered of it."""

    instrument: Instrument
    registered: Registered | None


class TokenQueries:
    """The reads of tokens."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def as_of(self, session: ReadSession, moment: Moment) -> tuple[int, int | None]:
        """Give the offset to tell, and the offset to read at; None reads what is now.

        Raise OffsetNotReached for an offset that is not ingested.
        """
        return await told_of(session, offset=moment.offset, moment=moment.time)

    async def owners(
        self, session: ReadSession, caller: Caller, party: PartyId | None
    ) -> Sequence[PartyId]:
        """Give whose things are read: of a party of the caller's, or of all of them."""
        if party is None:
            return await self._accounts.authority.readable(session, caller)
        action = Action(operation="read", party=party, right=Right.READ_AS)
        await self._accounts.authority.require(session, caller, action)
        return (party,)

    async def token(self, session: ReadSession, token: InstrumentId) -> TokenView:
        """Give a token; raise InstrumentUnknown."""
        found = await contracts.instrument(session, token)
        if found is None:
            raise InstrumentUnknown(token.admin, token.id)
        return TokenView(instrument=found, registered=await register.registered(session, token))

    async def tokens(
        self,
        session: ReadSession,
        admin: PartyId | None,
        after: InstrumentId | None,
        limit: int,
    ) -> tuple[TokenView, ...]:
        """Give tokens by issuer and symbol."""
        found = await contracts.instruments(session, admin, after, limit)
        more = await register.registered_all(session, [each.id for each in found])
        return tuple(TokenView(instrument=each, registered=more.get(each.id)) for each in found)

    async def require_issuer(
        self, session: ReadSession, caller: Caller, token: InstrumentId
    ) -> None:
        """Refuse callers who may not read for a token's issuer."""
        action = Action(operation="read", party=token.admin, right=Right.READ_AS, token=str(token))
        await self._accounts.authority.require(session, caller, action)

    async def supply(self, session: ReadSession, token: InstrumentId, offset: int) -> Conservation:
        """Give a token's supply as of an offset, and the proof of it; raise InstrumentUnknown."""
        return await conservation(session, token, offset)

    async def statistics(
        self, session: ReadSession, token: InstrumentId, offset: int
    ) -> Statistics:
        """Give the figures of one token as of an offset; raise InstrumentUnknown."""
        await self.token(session, token)
        return await statistics(session, token, offset)
