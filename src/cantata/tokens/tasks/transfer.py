"""Transfers: direct under the receiver's pre-approval, else by offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from cantata.automation.batches.parts import part_of
from cantata.automation.handler import Parcel, Plan, Prepared, companies
from cantata.automation.model import Intent
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.contracts.token_standard.holding_v1 import Holding
from cantata.kernel.errors import CantataError
from cantata.kernel.ids import ContractId as Cid
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.lang import ContractId, Party
from cantata.ledger.model.events import qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import exercise
from cantata.storage.session import WriteSession
from cantata.tokens import history
from cantata.tokens.facts import Wanted
from cantata.tokens.orders import OFFER_LIFETIME
from cantata.tokens.payments import Payment, Purse, allot
from cantata.tokens.policy import require_amount
from cantata.tokens.projection.contracts import FACTORY, INSTRUCTION, PREAPPROVAL, RULES
from cantata.tokens.repository import gathering, purses, selection
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.tasks.common import (
    TokenHandler,
    arguments,
    instrument_id,
    known_instrument,
    meta_of,
    standard_id,
    take_inputs,
)
from cantata.tokens.terms import Terms, factory_of, terms_on, transfer_terms

SKEW = RelTime.of(seconds=5)
"""How far the ledger's clock may be behind ours."""


TOGETHER = 16
"""Transfers of one sender that one submission carries out."""


class Transfer(TokenHandler):
    """`tokens.transfer`: sender, receiver, amount, memo, and until when an offer waits."""

    kind = "tokens.transfer"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Reserve the sender's inputs; go through the rules as any wallet does."""
        wanted = wanted_by(intent)
        require_amount(wanted.amount, (await known_instrument(session, wanted.token)).decimals)
        factory = await factory_of(session, wanted.token)
        terms = await transfer_terms(session, wanted, now)
        inputs = await take_inputs(session, intent, wanted.sender, wanted.token, wanted.amount, now)
        chosen = [each.contract_id for each in inputs]
        return plan_of(intent, Funded(wanted, factory, terms, chosen), now)

    async def prepare_all(
        self, session: WriteSession, intents: Sequence[Intent], now: Timestamp
    ) -> Prepared:
        """Prepare those that one holding pays, within tokens without limits; leave the others."""
        return await prepare_transfers(session, intents, now)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell whether the receiver has it, or which offer waits."""
        await selection.release(session, intent.id)
        return self.result(intent, transaction, None)

    async def release_all(self, session: WriteSession, intents: Sequence[Intent]) -> None:
        """Give back what is reserved for any of them."""
        await purses.release(session, [each.id for each in intents])

    def result(
        self, intent: Intent, transaction: Transaction, part: int | None
    ) -> Mapping[str, Any]:
        """Tell whether the receiver has it, or which offer waits."""
        own = part_of(transaction, part)
        offers = [
            event.contract_id
            for event in own.created
            if any(qualified_name(view.interface_id) == INSTRUCTION for view in event.views)
        ]
        made = [holding.contract_id for holding in history.made(own)]
        return {"offer": offers[0] if offers else None, "holdings": made}


@dataclass(frozen=True, slots=True)
class Funded:
    """A transfer with everything that its command takes."""

    wanted: Wanted
    factory: Disclosable
    terms: Terms
    inputs: Sequence[Cid]


def wanted_by(intent: Intent) -> Wanted:
    """Read what an intent wants to transfer."""
    request = intent.wish.request
    return Wanted(
        token=instrument_id(request),
        sender=PartyId(request["sender"]),
        receiver=PartyId(request["receiver"]),
        amount=Decimal(request["amount"]),
    )


async def prepare_transfers(
    session: WriteSession, intents: Sequence[Intent], now: Timestamp
) -> Prepared:
    """Prepare many transfers; those of one sender go together.

    Those of tokens with limits, or with accounts, are left, and those that need several holdings.
    """
    wanted = {intent.id: wanted_by(intent) for intent in intents}
    known = await gathering.standings(session, {each.token for each in wanted.values()})
    shelf = await gathering.shelf(session, [need for w in wanted.values() for need in _needs(w)])
    possible: dict[UUID, tuple[Wanted, Disclosable, Terms]] = {}
    refused: list[tuple[Intent, CantataError]] = []
    for intent in intents:
        mine = wanted[intent.id]
        standing, factory = known.get(mine.token), shelf.newest(FACTORY, mine.token)
        terms = terms_on(shelf, mine, now)
        if standing is None or standing.is_limited or factory is None or terms is None:
            continue
        try:
            require_amount(mine.amount, standing.instrument.decimals)
        except CantataError as error:
            refused.append((intent, error))
        else:
            possible[intent.id] = (mine, factory, terms)
    inputs = await _inputs(session, {name: found[0] for name, found in possible.items()}, now)
    ready = [intent for intent in intents if intent.id in inputs]
    done = {each.id for each in ready} | {intent.id for intent, _ in refused}
    plans = {
        intent.id: plan_of(intent, Funded(*possible[intent.id], inputs[intent.id]), now)
        for intent in ready
    }
    return Prepared(
        parcels=[_together(each, plans) for each in _by_actors(ready)],
        refused=refused,
        left=[each for each in intents if each.id not in done],
    )


def plan_of(intent: Intent, funded: Funded, now: Timestamp) -> Plan:
    """Give the plan of a transfer through the factory, as any wallet does it."""
    wanted, request = funded.wanted, intent.wish.request
    transfer = standard.Transfer(
        sender=Party(wanted.sender),
        receiver=Party(wanted.receiver),
        amount=wanted.amount,
        instrument_id=standard_id(wanted.token),
        requested_at=now - SKEW,
        execute_before=_until(request.get("execute_before"), now),
        input_holding_cids=[ContractId[Holding](each) for each in funded.inputs],
        meta=meta_of(request),
    )
    command = exercise(
        funded.factory.contract_id,
        standard.TransferFactory.transfer_factory_transfer,
        arg=standard.TransferFactory_Transfer(
            expected_admin=Party(wanted.token.admin),
            transfer=transfer,
            extra_args=arguments(funded.terms.context),
        ),
    )
    shown = (funded.factory, *funded.terms.shown)
    return Plan(
        commands=[command.json],
        act_as=intent.wish.act_as,
        disclosed=[contract.disclosed().to_json() for contract in shown],
    )


async def _inputs(
    session: WriteSession, wanted: Mapping[UUID, Wanted], now: Timestamp
) -> Mapping[UUID, Sequence[Cid]]:
    """Choose and reserve what pays for transfers; those that got nothing are missing."""
    payments = [
        Payment(name, Purse(each.sender, each.token), each.amount) for name, each in wanted.items()
    ]
    if not payments:
        return {}
    fitting = await purses.fitting(session, payments, now)
    owners = list(dict.fromkeys(each.purse for each in payments))
    chosen = allot(payments, fitting, await purses.smallest(session, owners, now))
    got = await purses.reserve(session, chosen)
    return {name: cids for name, cids in chosen.items() if name in got}


def _needs(wanted: Wanted) -> Iterable[gathering.Need]:
    yield FACTORY, wanted.token, ""
    yield RULES, wanted.token, ""
    yield PREAPPROVAL, wanted.token, wanted.receiver


def _by_actors(intents: Sequence[Intent]) -> Iterable[tuple[Intent, ...]]:
    found: dict[tuple[str, ...], list[Intent]] = {}
    for intent in intents:
        found.setdefault(intent.wish.act_as, []).append(intent)
    return [company for each in found.values() for company in companies(each, TOGETHER)]


def _together(intents: tuple[Intent, ...], plans: Mapping[UUID, Plan]) -> Parcel:
    mine = [plans[intent.id] for intent in intents]
    disclosed = {each["contractId"]: each for plan in mine for each in plan.disclosed}
    commands = [command for plan in mine for command in plan.commands]
    plan = replace(mine[0], commands=commands, disclosed=list(disclosed.values()))
    return Parcel(intents=intents, plan=plan)


def _until(wanted: str | None, now: Timestamp) -> Timestamp:
    """Give until when an offer waits: as asked, or as long as offers do."""
    return now + OFFER_LIFETIME if wanted is None else Timestamp.parse(wanted)
