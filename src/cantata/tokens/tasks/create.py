"""Creates an instrument and its rules, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.lang import TextMap
from cantata.ledger.model.events import qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import create
from cantata.storage.session import WriteSession
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.rules import TokenRules
from cantata.tokens.tasks.common import TokenHandler, instrument_id, standard_id


class Create(TokenHandler):
    """`tokens.create`: name, symbol, decimals, cap and metadata."""

    kind = "tokens.create"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Build both creations; nothing needs to be reserved."""
        request = intent.wish.request
        identity = standard_id(instrument_id(request))
        cap = request["cap"]
        instrument = Instrument(
            instrument_id=identity,
            name=request["name"],
            symbol=request["symbol"],
            decimals=request["decimals"],
            cap=None if cap is None else Decimal(cap),
            supply=Decimal("0"),
            meta=metadata.Metadata(values=TextMap(request["meta"])),
        )
        rules = TokenRules(instrument_id=identity, decimals=request["decimals"])
        return Plan(
            commands=[create(instrument).json, create(rules).json], act_as=intent.wish.act_as
        )

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell the contracts that now stand for the token."""
        made = {qualified_name(e.template_id).rpartition(":")[2]: e for e in transaction.created}
        return {
            "instrument": made["Instrument"].contract_id,
            "rules": made["TokenRules"].contract_id,
        }
