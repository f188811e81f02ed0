"""The books of all instruments, kept from what updates say: what was issued and what is held."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cantata.lang import Choice
from cantata.sandbox.engine import Create, Exercise, Update
from cantata.testing.bridge import bridge
from cantata.testing.names import names_of
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.token import Token
from tests.property.tokens.checker import Checker

Id = tuple[str, str]
"""An instrument: its admin and its id."""


@dataclass(slots=True)
class Books:
    """For each instrument what mints and burns say is out, and what was made or ended by hand.

    By hand means: not by a choice of the package, but by a command that admin and owner sign
    together (a create, an Archive or a Token_Take at the top of a transaction). No ledger can
    refuse a contract's signatories that; nobody else can do it.
    """

    issued: dict[Id, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    by_hand: dict[Id, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    amounts: dict[str, tuple[Id, str, Decimal]] = field(default_factory=dict)
    instruments: dict[str, Id] = field(default_factory=dict)

    def follow(self, update: Update) -> None:
        """Enter an update."""
        held_before = self._held(self.amounts)
        gone: set[str] = set()
        out = defaultdict[Id, Decimal](Decimal)
        for node in update.tree.nodes:
            is_root = node.node_id in update.tree.roots
            if isinstance(node, Create):
                self._made(node, update, out, is_root=is_root)
            elif isinstance(node, Exercise):
                self._ran(node, update, out, gone, is_root=is_root)
        for cid in gone:
            del self.amounts[cid]
        held = self._held(self.amounts)
        for of in held_before.keys() | held.keys() | out.keys():
            change = held.get(of, Decimal(0)) - held_before.get(of, Decimal(0))
            assert change == out[of], "holdings change by what is minted, burned or by hand only"

    def _made(self, node: Create, update: Update, out: dict[Id, Decimal], *, is_root: bool) -> None:
        if node.contract.template.name == "Instrument":
            terms = bridge(Instrument).to_object(node.contract.payload)
            of = (str(terms.instrument_id.admin), terms.instrument_id.id)
            self.instruments[node.contract.contract_id] = of
        if node.contract.template.name != "Token":
            return
        token = bridge(Token).to_object(node.contract.payload)
        of = (str(token.instrument_id.admin), token.instrument_id.id)
        amount = Decimal(str(token.amount))
        assert amount > 0, "no holding of nothing"
        self.amounts[node.contract.contract_id] = of, str(token.owner), amount
        if is_root:
            self._hand(update, of, str(token.owner), amount, out)

    def _ran(
        self,
        node: Exercise,
        update: Update,
        out: dict[Id, Decimal],
        gone: set[str],
        *,
        is_root: bool,
    ) -> None:
        if node.template.name == "Token" and node.consuming:
            of, owner, amount = self.amounts[node.contract_id]
            gone.add(node.contract_id)
            if is_root and node.choice in {"Archive", "Token_Take"}:
                self._hand(update, of, owner, -amount, out)
            if node.choice == "Token_Seize":
                assert len(node.actors) > 1, "four eyes"
                assert node.actors <= update.act_as, "both have signed"
        if node.template.name == "Instrument" and node.choice.startswith("Instrument_"):
            self._issued(node, out)

    def _issued(self, node: Exercise, out: dict[Id, Decimal]) -> None:
        choices: dict[str, Choice[Any, ..., Any]] = {
            "Instrument_Mint": Instrument.mint,
            "Instrument_Burn": Instrument.burn,
            "Instrument_BurnMint": Instrument.burn_mint,
            "Instrument_MintMany": Instrument.mint_many,
        }
        if node.choice not in choices:
            return
        given = names_of(choices[node.choice]).arguments(node.argument)
        if node.choice == "Instrument_BurnMint":
            change = sum((Decimal(str(o.amount)) for o in given["outputs"]), Decimal(0))
            inputs = given["input_holding_cids"]
            change -= sum((self.amounts[str(cid)][2] for cid in inputs), Decimal(0))
        elif node.choice == "Instrument_MintMany":
            change = sum((Decimal(str(row.amount)) for row in given["mintings"]), Decimal(0))
        else:
            amount = Decimal(str(given["amount"]))
            change = amount if node.choice == "Instrument_Mint" else -amount
        of = self.instruments[node.contract_id]
        self.issued[of] += change
        out[of] += change

    def _hand(
        self, update: Update, of: Id, owner: str, change: Decimal, out: dict[Id, Decimal]
    ) -> None:
        assert {of[0], owner} <= update.act_as, "both signed"
        self.by_hand[of] += change
        out[of] += change

    @staticmethod
    def _held(amounts: dict[str, tuple[Id, str, Decimal]]) -> dict[Id, Decimal]:
        held: dict[Id, Decimal] = defaultdict(Decimal)
        for of, _, amount in amounts.values():
            held[of] += amount
        return held

    def balance(self, checker: Checker) -> None:
        """Check supplies, caps and decimals of all instruments against the holdings."""
        alive = {cid for cid in self.amounts if cid in checker.alive}
        assert alive == self.amounts.keys()
        held = self._held(self.amounts)
        for of in held.keys() | self.issued.keys():
            assert held.get(of, Decimal(0)) == self.issued[of] + self.by_hand[of]
        for cid, of in self.instruments.items():
            if cid in checker.alive:
                self._check(checker.known[cid].payload, of)

    def _check(self, terms: Instrument, of: Id) -> None:
        supply = Decimal(str(terms.supply))
        assert supply == self.issued[of], "the supply is what was minted and not burned"
        assert terms.cap is None or supply <= Decimal(str(terms.cap))
        least = Decimal(1).scaleb(-terms.decimals)
        for mine, _, amount in self.amounts.values():
            assert mine != of or amount % least == 0, "decimals are respected"
