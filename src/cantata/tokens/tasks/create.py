"""Creates an instrument, its rules and its factory, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.lang import Party, Text, TextMap
from cantata.ledger.model.events import qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import create
from cantata.storage.session import WriteSession
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.rules import TokenRules
from cantata.tokens.tasks.common import TokenHandler, instrument_id, standard_id


class Create(TokenHandler):
    """`tokens.create`: name, symbol, decimals, cap and metadata.

    And, if wanted, `accounts_required`, `countries` and `approver` of the rules.
    """

    kind = "tokens.create"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Build the creations; nothing needs to be reserved."""
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
        approver = request.get("approver")
        rules = TokenRules(
            instrument_id=identity,
            decimals=request["decimals"],
            accounts_required=request.get("accounts_required", False),
            countries=[Text(each) for each in request.get("countries", ())],
            approver=None if approver is None else Party(approver),
        )
        made = (instrument, rules, TokenFactory(instrument_id=identity))
        return Plan(commands=[create(each).json for each in made], act_as=intent.wish.act_as)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell the contracts that now stand for the token."""
        made = {qualified_name(e.template_id).rpartition(":")[2]: e for e in transaction.created}
        return {
            "instrument": made["Instrument"].contract_id,
            "rules": made["TokenRules"].contract_id,
            "factory": made["TokenFactory"].contract_id,
        }
