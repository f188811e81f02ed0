"""A ledger with parties, pre-approvals and many live holdings of one token."""

from __future__ import annotations

import random
from decimal import Decimal as StdDecimal
from typing import Any, NamedTuple

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.kernel.generators import SeededIds, fresh_command_id, fresh_seed
from cantata.kernel.time import RelTime
from cantata.lang import ContractId, Decimal, Party, TextMap
from cantata.sandbox.engine import Contract, Submission
from cantata.testing import Command, Ledger, exercise
from cantata.tokens.contract.context import RULES
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.rules import TokenRules
from cantata.tokens.contract.token import Token

NO_METADATA = metadata.Metadata(values=TextMap({}))
SPLIT_MAX = 100
"""Holdings that one split makes."""

EACH = Decimal("100")
"""Amount of every holding at the start."""

SUPPLY_CAP = Decimal("1000000000000")
OFFER_OPEN_FOR = RelTime.of(hours=1)


class Held(NamedTuple):
    """A live holding."""

    contract_id: str
    owner: str
    amount: StdDecimal


class World:
    """An issuer, `parties` holders with equally many holdings each, and their pre-approvals.

    Everything is made by the token package's own choices; the same arguments give the same ids.
    """

    def __init__(self, *, parties: int, holdings: int) -> None:
        self.ledger = Ledger("cantata.tokens.contract")
        self.engine = self.ledger.engine
        self.random = random.Random(holdings)
        self._ids = SeededIds(b"bench")
        self.issuer = self.ledger.party("Issuer")
        self.holders = [self.ledger.party(f"Holder{number}") for number in range(parties)]
        self.token = self.ledger.catalog.ref(Token)
        self._open()
        self.rules = self._only(TokenRules, self.issuer)
        self.factory = self._only(TokenFactory, self.issuer)
        self._preapprove()
        self.grow(holdings)

    def grow(self, holdings: int) -> None:
        """Mint and split until there are that many live holdings."""
        missing = holdings - len(self.held())
        for number in range(0, missing, SPLIT_MAX):
            holder = self.holders[number // SPLIT_MAX % len(self.holders)]
            self._issue(holder, min(SPLIT_MAX, missing - number))

    def held(self) -> list[Held]:
        """Give all live holdings without a lock, oldest first."""
        store = self.engine.store
        contracts = (active.contract for active in store.active(None, [self.token], store.end()))
        return [
            Held(contract.contract_id, contract.payload[1], contract.payload[2])
            for contract in contracts
            if contract.payload[3] is None
        ]

    def total(self) -> StdDecimal:
        """Give the sum of all holdings, locked ones included."""
        store = self.engine.store
        actives = store.active(None, [self.token], store.end())
        return sum((active.contract.payload[2] for active in actives), StdDecimal(0))

    def submission(
        self, party: str, command: Command[Any], disclosed: tuple[Contract, ...] = ()
    ) -> Submission:
        """Make a submission as the engine takes it, all values in their run-time form."""
        return Submission(
            act_as=frozenset([str(party)]),
            commands=(command.compile(self.ledger.catalog.ref),),
            ledger_time=self.ledger.now.microseconds,
            seed=fresh_seed(self._ids),
            disclosed=disclosed,
            command_id=fresh_command_id(self._ids),
        )

    def terms(self, **named: Contract) -> metadata.ExtraArgs:
        """Give the extra arguments of a choice: the context names the rules, and more."""
        context: dict[str, metadata.AnyValue] = {
            key: metadata.AV_ContractId(ContractId[metadata.AnyContract](each.contract_id))
            for key, each in {RULES: self.rules, **named}.items()
        }
        return metadata.ExtraArgs(
            context=metadata.ChoiceContext(values=TextMap(context)), meta=NO_METADATA
        )

    def _open(self) -> None:
        of = holding.InstrumentId(admin=self.issuer, id="Bench")
        issuer = self.ledger.acting(self.issuer)
        issuer.create(
            Instrument(
                instrument_id=of,
                name="Bench",
                symbol="BEN",
                decimals=2,
                cap=SUPPLY_CAP,
                supply=Decimal("0"),
                meta=NO_METADATA,
            )
        )
        issuer.create(TokenRules(instrument_id=of, decimals=2))
        issuer.create(TokenFactory(instrument_id=of))
        self.instrument_id = of

    def _preapprove(self) -> None:
        self.preapprovals: dict[str, Contract] = {}
        factory = ContractId[TokenFactory](self.factory.contract_id)
        for holder in self.holders:
            command = exercise(factory, TokenFactory.preapprove, receiver=holder, expires_at=None)
            self.engine.submit(self.submission(holder, command, (self.factory,)))
            self.preapprovals[str(holder)] = self._only(TransferPreapproval, holder)

    def _issue(self, holder: Party, count: int) -> None:
        (minted,) = (
            self.ledger.acting(self.issuer, holder)
            .submit(
                exercise(
                    self.instrument,
                    Instrument.mint,
                    receiver=holder,
                    amount=EACH * Decimal(f"{count}"),
                    meta=NO_METADATA,
                )
            )
            .results
        )
        command = exercise(
            ContractId[TokenFactory](self.factory.contract_id),
            TokenFactory.split,
            owner=holder,
            input_holding_cids=[minted.holding_cid],
            amounts=[EACH] * count,
            extra_args=self.terms(),
        )
        self.engine.submit(self.submission(holder, command, (self.factory, self.rules)))

    @property
    def instrument(self) -> ContractId[Instrument]:
        """Give the instrument's contract; each mint replaces it."""
        return ContractId(self._only(Instrument, self.issuer).contract_id)

    def _only(self, template: type, party: Party) -> Contract:
        store = self.engine.store
        ref = self.ledger.catalog.ref(template)
        (active,) = store.active([str(party)], [ref], store.end())
        return active.contract
