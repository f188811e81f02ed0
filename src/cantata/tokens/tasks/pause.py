"""Changes of what holds for a token: pauses, terms, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cantata.automation.errors import NotNow
from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.kernel.time import Timestamp
from cantata.lang import ContractId, Party, Text
from cantata.ledger.model.events import qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import TypedCommand, archive, exercise
from cantata.storage.session import WriteSession
from cantata.tokens.contract import rules as on_ledger
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.policy import operations_to_change
from cantata.tokens.projection.contracts import INSTRUMENT
from cantata.tokens.repository import selection
from cantata.tokens.rules_policy import Operation
from cantata.tokens.standing import OF_SUPPLY, paused_of
from cantata.tokens.tasks.common import TokenHandler, instrument_id, known_instrument
from cantata.tokens.terms import rules_of

RULES = "Cantata.Tokens.Rules:TokenRules"


class _SetPaused(TokenHandler):
    """Pauses operations, or lets them go on, on one contract or both, in one transaction."""

    paused: bool

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Decide by what is paused now."""
        request = intent.wish.request
        identity = instrument_id(request)
        instrument = await known_instrument(session, identity)
        rules = await rules_of(session, identity)
        chosen = operations_to_change(
            [Operation(each) for each in request["operations"]],
            paused_of(rules, instrument),
            paused=self.paused,
        )
        commands: list[TypedCommand[Any]] = []
        of_supply = [each for each in chosen if each in OF_SUPPLY]
        others = [each for each in chosen if each not in OF_SUPPLY]
        if of_supply:
            await take(session, intent, instrument.contract_id)
            commands.append(
                self._set(instrument.contract_id, Instrument.set_paused, of_supply, request)
            )
        if others:
            await take(session, intent, rules.contract_id)
            commands.append(
                self._set(rules.contract_id, on_ledger.TokenRules.set_paused, others, request)
            )
        return Plan(commands=[each.json for each in commands], act_as=intent.wish.act_as)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell what is paused of each contract that changed."""
        await selection.release(session, intent.id)
        made = {qualified_name(e.template_id): e.argument["paused"] for e in transaction.created}
        return {
            name: made[entity]
            for name, entity in (("supply", INSTRUMENT), ("movements", RULES))
            if entity in made
        }

    def _set(
        self, contract: str, choice: Any, operations: list[Operation], request: Mapping[str, Any]
    ) -> TypedCommand[Any]:
        named = [on_ledger.Operation(each.value) for each in operations]
        return exercise(
            contract,
            choice,
            operations=named,
            paused=self.paused,
            reason=Text(request["reason"]),
        )


class Pause(_SetPaused):
    """`tokens.pause`: operations, or all that go on, and the reason."""

    kind = "tokens.pause"
    paused = True


class Unpause(_SetPaused):
    """`tokens.unpause`: operations, or all that are paused, and the reason."""

    kind = "tokens.unpause"
    paused = False


class Amend(TokenHandler):
    """`tokens.amend_rules`: `accounts_required`, `countries`, `approver`.

    The approver whom the rules name now must act along.
    """

    kind = "tokens.amend_rules"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Replace the terms; what is paused stays paused."""
        request = intent.wish.request
        rules = await rules_of(session, instrument_id(request))
        await take(session, intent, rules.contract_id)
        approver = request["approver"]
        command = exercise(
            ContractId[on_ledger.TokenRules](rules.contract_id),
            on_ledger.TokenRules.amend,
            accounts_required=request["accounts_required"],
            countries=[Text(each) for each in request["countries"]],
            approver=None if approver is None else Party(approver),
        )
        return Plan(commands=[command.json], act_as=intent.wish.act_as)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell the contract that states the terms."""
        await selection.release(session, intent.id)
        return {"rules": transaction.created[0].contract_id}


class Close(TokenHandler):
    """`tokens.close`: the rules go, without which nothing moves; mints and burns are paused.

    Funds of offers and allocations go back all the same: those choices ask for no rules.
    """

    kind = "tokens.close"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Archive the rules, and pause what does not need them."""
        identity = instrument_id(intent.wish.request)
        rules = await rules_of(session, identity)
        instrument = await known_instrument(session, identity)
        await take(session, intent, rules.contract_id)
        commands = [archive(rules.contract_id, on_ledger.TokenRules).json]
        going_on = [each for each in OF_SUPPLY if each.value not in instrument.paused]
        if going_on:
            await take(session, intent, instrument.contract_id)
            stop = exercise(
                ContractId[Instrument](instrument.contract_id),
                Instrument.set_paused,
                operations=[on_ledger.Operation(each.value) for each in going_on],
                paused=True,
                reason=Text(intent.wish.request["reason"]),
            )
            commands.append(stop.json)
        return Plan(commands=commands, act_as=intent.wish.act_as)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Free what was reserved; there is nothing to tell."""
        await selection.release(session, intent.id)
        return {}


async def take(session: WriteSession, intent: Intent, contract: str) -> None:
    """Reserve a contract that will be replaced; raise NotNow while another change is under way."""
    if await selection.is_reserved(session, contract):
        raise NotNow("another change of the token's contracts is under way")
    await selection.reserve(session, intent.id, [contract])
