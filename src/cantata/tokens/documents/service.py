"""Documents, metadata and classes of tokens: added by issuers, read by those who may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from cantata.accounts.model import Action
from cantata.accounts.service.auditing import note
from cantata.automation import repository as intents
from cantata.http.caller import Caller
from cantata.observability.tracing import current as trace
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.documents.errors import (
    EntryReserved,
    TooManyDocuments,
    TooManyEntries,
    VersionTaken,
)
from cantata.tokens.documents.model import (
    CLASS,
    CLASS_OF,
    DOCUMENTS_MAX,
    ENTRIES_MAX,
    VERSIONS_MAX,
    Described,
    Filed,
    Visibility,
    hashes,
)
from cantata.tokens.documents.tasks import DESCRIBE, changed
from cantata.tokens.model import Instrument, InstrumentId
from cantata.tokens.orders import OWN_ENTRIES, Document, NewToken
from cantata.tokens.repository import documents
from cantata.tokens.repository.documents import Place, Recorded
from cantata.tokens.service.common import Desk
from cantata.tokens.service.common import Recorded as RecordedIntent
from cantata.tokens.service.issuing import Issuing
from cantata.tokens.wishes import wish_about

FIRST_LOOK = DOCUMENTS_MAX * VERSIONS_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which documents are wanted: all, those of a name, or those of a hash."""

    token: InstrumentId
    name: str | None = None
    sha256: str | None = None


class Documents:
    """The use cases of documents, metadata and classes."""

    def __init__(self, desk: Desk, issuing: Issuing) -> None:
        self._desk = desk
        self._issuing = issuing

    async def add(
        self,
        session: WriteSession,
        caller: Caller,
        token: InstrumentId,
        document: Document,
        key: str,
    ) -> RecordedIntent:
        """Ask for a document, or for a new version of the one of its name.

        Its hash goes into the token's metadata on the ledger. Raise VersionTaken, TooManyDocuments.
        """
        request = {"document": document.to_json()}
        wish = wish_about(caller.requester, DESCRIBE, token, key, (token.admin,), request)
        earlier = await intents.find(session, wish)
        if earlier is not None:
            return earlier, False
        await self._require_issuer(session, caller, token)
        await self._desk.token(session, token)
        number = await number_for(session, token, document)
        identity, now = uuid4(), self._desk.clock.now()
        filed = Recorded(number=number, document=document, created_at=now)
        if not await documents.add(session, token, (filed,), identity):
            raise VersionTaken(document.name, document.version)
        details = {"name": document.name, "version": document.version, "sha256": document.sha256}
        await note(session, caller, "tokens.document", str(token), now, **details)
        return await intents.record(session, wish, identity, now, trace.get())

    async def listed(
        self, session: ReadSession, caller: Caller, asked: Asked, after: Place | None, limit: int
    ) -> tuple[tuple[Filed, ...], Place | None]:
        """Give the versions of documents that a caller may see, and the place to go on from."""
        await self._desk.token(session, asked.token)
        found = await documents.of_token(
            session, asked.token, name=asked.name, sha256=asked.sha256, after=after, limit=limit
        )
        seen = await self._seen_by(session, caller, asked.token)
        newest = await documents.newest(session, asked.token)
        written = hashes(await documents.meta(session, asked.token) or {})
        filed = tuple(
            Filed(
                token=asked.token,
                number=each.number,
                document=each.document,
                created_at=each.created_at,
                is_newest=newest.get(each.number) == each.document.version,
                is_on_ledger=written.get(each.number) == each.document.sha256,
            )
            for each in found
        )
        place = None
        if len(found) >= limit:
            last = found[-1]
            place = (last.number, last.created_at, last.document.version)
        return tuple(each for each in filed if each.visibility in seen), place

    async def describe(
        self,
        session: WriteSession,
        caller: Caller,
        token: InstrumentId,
        entries: Mapping[str, str | None],
        key: str,
    ) -> RecordedIntent:
        """Ask for entries of a token's metadata to be set, or taken away."""
        request = {"entries": dict(entries)}
        wish = wish_about(caller.requester, DESCRIBE, token, key, (token.admin,), request)

        async def check() -> None:
            await self._require_issuer(session, caller, token)
            await self._desk.token(session, token)
            for name in entries:
                if name.startswith(OWN_ENTRIES):
                    raise EntryReserved(name)
            found = changed(await documents.meta(session, token) or {}, entries)
            if len(found) > ENTRIES_MAX:
                raise TooManyEntries(len(found), ENTRIES_MAX)
            now = self._desk.clock.now()
            names = ", ".join(sorted(entries))
            await note(session, caller, DESCRIBE, str(token), now, entries=names)

        return await self._desk.ask(session, wish, check)

    async def described(
        self, session: ReadSession, token: InstrumentId, before: int | None, limit: int
    ) -> tuple[Described, ...]:
        """Give what the ledger said of a token, newest first; raise InstrumentUnknown."""
        await self._desk.token(session, token)
        found = await documents.meta_versions(session, token, before, limit)
        return tuple(Described(offset=offset, meta=meta) for offset, meta in found)

    async def found_class(
        self, session: WriteSession, caller: Caller, token: InstrumentId, order: NewToken, key: str
    ) -> RecordedIntent:
        """Ask for a class of a token: a token of its own, which says of which it is a class."""
        await self._desk.token(session, token)
        entries = {CLASS_OF: token.id, CLASS: order.name}
        full = replace(order, meta={**order.meta, **entries})
        return await self._issuing.create(session, caller, full, key)

    async def classes(
        self, session: ReadSession, token: InstrumentId, after: str, limit: int
    ) -> tuple[tuple[Instrument, str], ...]:
        """Give the classes of a token by symbol, each with its name."""
        await self._desk.token(session, token)
        found = await documents.with_entry(session, token.admin, CLASS_OF, token.id, after, limit)
        return tuple((instrument, meta.get(CLASS, "")) for instrument, meta in found)

    async def _require_issuer(
        self, session: ReadSession, caller: Caller, token: InstrumentId
    ) -> None:
        action = Action(operation="describe", party=token.admin, token=str(token))
        await self._desk.accounts.authority.require(session, caller, action)

    async def _seen_by(
        self, session: ReadSession, caller: Caller, token: InstrumentId
    ) -> frozenset[Visibility]:
        """Give what a caller may see: the issuer all, holders theirs, everybody what is public."""
        readable = await self._desk.accounts.authority.readable(session, caller)
        if token.admin in readable:
            return frozenset(Visibility)
        if readable and await documents.holds(session, readable, token):
            return frozenset({Visibility.PUBLIC, Visibility.HOLDERS})
        return frozenset({Visibility.PUBLIC})


async def number_for(session: WriteSession, token: InstrumentId, document: Document) -> int:
    """Give the number of the document of this name, or the next one of its token.

    Nobody else numbers documents of the token until the transaction ends: two that are added at
    once have two numbers. Raise TooManyDocuments.
    """
    await documents.queue_up(session, token)
    found = await documents.of_token(session, token, limit=FIRST_LOOK)
    versions = [each for each in found if each.document.name == document.name]
    if versions:
        if len(versions) >= VERSIONS_MAX:
            raise TooManyDocuments("versions of this document", VERSIONS_MAX)
        return versions[0].number
    numbers = {each.number for each in found}
    if len(numbers) >= DOCUMENTS_MAX:
        raise TooManyDocuments("documents of this token", DOCUMENTS_MAX)
    return max(numbers, default=-1) + 1
