"""Holdings add up to what was minted less what was burned, whoever tries whatever.

Parties mint, burn, split, transfer and answer offers with inputs that are theirs or not, spent or
not, given once or twice, and try to make and destroy holdings alone.
"""

from __future__ import annotations

from decimal import Decimal as Exact
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.time import RelTime
from cantata.lang import ContractId, Decimal, Party, TextMap, replace
from cantata.ledger.typed import TypedCommand, archive, create, exercise
from cantata.testing.server import dar_of
from cantata.tokens.contract.context import RULES
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.rules import TokenRules
from cantata.tokens.contract.token import Token
from tests.property.participant.book import Book, Json, Said
from tests.property.participant.depth import depth

NONE = metadata.Metadata(values=TextMap({}))
NO_EXTRAS = metadata.ExtraArgs(
    context=metadata.ChoiceContext(values=TextMap[metadata.AnyValue]({})), meta=NONE
)
ANSWERS = (
    (
        standard.TransferInstruction.transfer_instruction_accept,
        standard.TransferInstruction_Accept(extra_args=NO_EXTRAS),
    ),
    (
        standard.TransferInstruction.transfer_instruction_reject,
        standard.TransferInstruction_Reject(extra_args=NO_EXTRAS),
    ),
    (
        standard.TransferInstruction.transfer_instruction_withdraw,
        standard.TransferInstruction_Withdraw(extra_args=NO_EXTRAS),
    ),
)

SOUND = [Decimal(text) for text in ("0.01", "1", "2.5", "7", "100")]
UNSOUND = [Decimal(text) for text in ("0", "-1", "0.001")]

person = st.integers(0, 2)
number = st.integers(0, 999)
amounts = st.sampled_from((*SOUND, *SOUND, *UNSOUND))
holdings = st.sampled_from((*("own",) * 6, "all", "twice", "spent", "none"))


class Conservation(RuleBasedStateMachine):
    """Keeps what was minted and burned by commands that succeeded."""

    book: Book

    @initialize()
    def start(self) -> None:
        names = ("issuer", "ann", "ben", "cat")
        self.issuer, *self.people = (Party(self.book.sandbox.party(name)) for name in names)
        self.of = holding.InstrumentId(admin=self.issuer, id="USD")
        self.circulating = Exact(0)
        self.spent: list[ContractId[holding.Holding]] = []
        instrument = Instrument(
            instrument_id=self.of,
            name="Dollar",
            symbol="USD",
            decimals=2,
            cap=None,
            supply=Decimal("0"),
            meta=NONE,
        )
        rules = TokenRules(instrument_id=self.of, decimals=2)
        for contract in (instrument, rules, TokenFactory(instrument_id=self.of)):
            assert self.submit(self.issuer, create(contract)).status == 200
        for who, _ in enumerate(self.people):
            self.mint(who, Decimal("100"), agrees=True)

    @rule(who=person, amount=amounts, agrees=st.booleans())
    def mint(self, who: int, amount: Decimal, *, agrees: bool) -> None:
        receiver = self.people[who]
        command = exercise(
            self.only("Instrument"), Instrument.mint, receiver=receiver, amount=amount, meta=NONE
        )
        said = self.submit(self.issuer, command, *([receiver] if agrees else []))
        assert (said.status == 200) == (agrees and amount in SOUND)
        self.circulating += self.exact(amount) if said.status == 200 else 0

    @rule(who=person, amount=amounts, given=holdings)
    def burn(self, who: int, amount: Decimal, given: str) -> None:
        command = exercise(
            self.only("Instrument"),
            Instrument.burn,
            owner=self.people[who],
            amount=amount,
            input_holding_cids=self.inputs(who, given),
            extra_args=self.terms(),
        )
        said = self.submit(self.people[who], command)
        self.circulating -= self.exact(amount) if said.status == 200 else 0

    @rule(who=person, parts=st.lists(amounts, max_size=3), given=holdings)
    def split(self, who: int, parts: list[Decimal], given: str) -> None:
        command = exercise(
            self.only("TokenFactory"),
            TokenFactory.split,
            owner=self.people[who],
            input_holding_cids=self.inputs(who, given),
            amounts=parts,
            extra_args=self.terms(),
        )
        self.submit(self.people[who], command)

    @rule(who=person, to=person, amount=amounts, given=holdings)
    def transfer(self, who: int, to: int, amount: Decimal, given: str) -> None:
        now = self.book.sandbox.time.now()
        transfer = standard.Transfer(
            sender=self.people[who],
            receiver=self.people[to],
            amount=amount,
            instrument_id=self.of,
            requested_at=now,
            execute_before=now + RelTime.of(hours=1),
            input_holding_cids=self.inputs(who, given),
            meta=NONE,
        )
        arg = standard.TransferFactory_Transfer(
            expected_admin=self.issuer, transfer=transfer, extra_args=self.terms()
        )
        choice = standard.TransferFactory.transfer_factory_transfer
        self.submit(self.people[who], exercise(self.only("TokenFactory"), choice, arg=arg))

    @precondition(lambda self: self.found("TransferOffer"))
    @rule(which=number, who=person, answer=st.sampled_from(ANSWERS))
    def answer(self, which: int, who: int, answer: Any) -> None:
        offers = self.found("TransferOffer")
        offer = offers[which % len(offers)]["contractId"]
        choice, arg = answer
        arg = replace(arg, extra_args=self.terms())
        self.submit(self.people[who], exercise(offer, choice, arg=arg))

    @rule(who=person, amount=amounts)
    def forge(self, who: int, amount: Decimal) -> None:
        token = Token(instrument_id=self.of, owner=self.people[who], amount=amount, lock=None)
        assert self.submit(self.people[who], create(token)).status != 200

    @precondition(lambda self: self.found("Token"))
    @rule(which=number)
    def destroy(self, which: int) -> None:
        tokens = self.found("Token")
        event = tokens[which % len(tokens)]
        for party in (event["createArgument"]["owner"], self.issuer):
            assert self.submit(party, archive(event["contractId"], Token)).status != 200

    @invariant()
    def holdings_add_up(self) -> None:
        if hasattr(self, "people"):
            tokens = self.found("Token")
            held = sum((Exact(each["createArgument"]["amount"]) for each in tokens), Exact(0))
            (instrument,) = self.found("Instrument")
            assert held == self.circulating
            assert Exact(instrument["createArgument"]["supply"]) == self.circulating

    def submit(self, party: str, command: TypedCommand[Any], *others: str) -> Said:
        """Submit with the issuer's contracts in sight; remember holdings that are spent."""
        before = {each["contractId"] for each in self.found("Token")}
        act_as = [str(party), *map(str, others)]
        said = self.book.submit(act_as, command.json, readAs=[str(self.issuer)])
        assert said.status < 500, said
        gone = before - {each["contractId"] for each in self.found("Token")}
        self.spent += [ContractId[holding.Holding](each) for each in sorted(gone)]
        return said

    def inputs(self, who: int, given: str) -> list[ContractId[holding.Holding]]:
        every = self.found("Token")
        own = [each for each in every if each["createArgument"]["owner"] == self.people[who]]
        chosen: list[Json] = {"own": own, "all": every, "twice": own * 2}.get(given, [])
        known = [ContractId[holding.Holding](each["contractId"]) for each in chosen]
        return self.spent[-1:] if given == "spent" else known

    def found(self, template: str) -> list[Json]:
        """Give the issuer's contracts of a template: it has a stake in all that matter."""
        active = self.book.active(self.issuer)
        return [each for each in active if each["templateId"].endswith(f":{template}")]

    def terms(self) -> metadata.ExtraArgs:
        """Give extra arguments that name the rules."""
        cid = ContractId[metadata.AnyContract](self.only("TokenRules"))
        values = TextMap[metadata.AnyValue]({RULES: metadata.AV_ContractId(cid)})
        return replace(NO_EXTRAS, context=metadata.ChoiceContext(values=values))

    def only(self, template: str) -> str:
        (event,) = self.found(template)
        contract_id: str = event["contractId"]
        return contract_id

    @staticmethod
    def exact(amount: Decimal) -> Exact:
        return Exact(str(amount))


def test_holdings_are_what_was_minted_less_what_was_burned(book: Book) -> None:
    book.sandbox.upload(dar_of("cantata.tokens.contract"))
    Conservation.book = book
    run_state_machine_as_test(Conservation, settings=depth(18, 22))
