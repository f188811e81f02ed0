"""Changes of what the ledger says of a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cantata.automation.errors import NotNow
from cantata.automation.handler import Handler, Plan
from cantata.automation.model import Intent
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.kernel.time import Timestamp
from cantata.lang import ContractId, TextMap
from cantata.ledger.model.events import qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import exercise
from cantata.storage.session import WriteSession
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.documents.errors import TooManyEntries
from cantata.tokens.documents.model import ENTRIES_MAX
from cantata.tokens.orders import document_key
from cantata.tokens.projection.contracts import INSTRUMENT
from cantata.tokens.repository import documents, selection
from cantata.tokens.tasks.common import TokenHandler, instrument_id, known_instrument

DESCRIBE = "tokens.describe"


def handlers() -> tuple[Handler, ...]:
    """Give the handlers of documents and metadata."""
    return (Describe(),)


class Describe(TokenHandler):
    """`tokens.describe`: entries of the metadata to set, or, without a value, to take away.

    Or a document: its hash becomes an entry.
    """

    kind = DESCRIBE

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Change the entries that the ledger has now; reserve the instrument's contract."""
        request = intent.wish.request
        identity = instrument_id(request)
        found = await known_instrument(session, identity)
        if await selection.is_reserved(session, found.contract_id):
            raise NotNow("another change of the instrument is under way")
        await selection.reserve(session, intent.id, [found.contract_id])
        wanted = request.get("entries") or await _of_document(session, intent)
        entries = changed(await documents.meta(session, identity) or {}, wanted)
        if len(entries) > ENTRIES_MAX:
            raise TooManyEntries(len(entries), ENTRIES_MAX)
        command = exercise(
            ContractId[Instrument](found.contract_id),
            Instrument.describe,
            meta=metadata.Metadata(values=TextMap(entries)),
        )
        return Plan(commands=[command.json], act_as=intent.wish.act_as)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell the contract that says it now."""
        await selection.release(session, intent.id)
        made = [e for e in transaction.created if qualified_name(e.template_id) == INSTRUMENT]
        return {"instrument": made[0].contract_id}


def changed(before: Mapping[str, str], entries: Mapping[str, str | None]) -> dict[str, str]:
    """Set entries, and take away those without a value."""
    found = {**before, **{key: value for key, value in entries.items() if value is not None}}
    return {key: value for key, value in found.items() if entries.get(key, value) is not None}


async def _of_document(session: WriteSession, intent: Intent) -> dict[str, str | None]:
    filed = await documents.of_intent(session, intent.id)
    assert filed is not None, intent.id
    return {document_key(filed.number): filed.document.entry}
