"""An instrument on a ledger, and short words for what token tests do with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cantata.contracts.token_standard import burn_mint_v1 as burn_mint
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.time import RelTime, Timestamp
from cantata.lang import ContractId, Decimal, Party, TextMap
from cantata.sandbox.engine import Exercise, Update
from cantata.testing import Active, Command, Ledger, Submitter, create, exercise
from cantata.tokens.contract.account import HolderAccount
from cantata.tokens.contract.annotations import REASON, SENDER, TX_KIND
from cantata.tokens.contract.context import (
    INSTRUMENT,
    PREAPPROVAL,
    RECEIVER_ACCOUNT,
    RULES,
    SENDER_ACCOUNT,
)
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.offer import TransferOffer
from cantata.tokens.contract.rules import TokenRules
from cantata.tokens.contract.token import Token

CONTRACTS = "cantata.tokens.contract"
HOUR = RelTime.of(hours=1)
MICROSECOND = RelTime(1)
UNKNOWN = ContractId[Any](f"00{'ab' * 32}ca121220{'cd' * 32}")

Holdings = list[ContractId[holding.Holding]]
Context = Mapping[str, metadata.AnyValue]


def meta(**values: str) -> metadata.Metadata:
    """Give metadata with a reason, or empty metadata."""
    known = {"reason": REASON, "kind": TX_KIND, "sender": SENDER}
    return metadata.Metadata(values=TextMap({known[key]: value for key, value in values.items()}))


def extras(context: Context | None = None, given: metadata.Metadata | None = None) -> Any:
    """Give extra arguments with a choice context."""
    return metadata.ExtraArgs(
        context=metadata.ChoiceContext(values=TextMap(dict(context or {}))), meta=given or meta()
    )


def cid_in(contract_id: ContractId[Any]) -> metadata.AnyValue:
    """Give a contract id as a choice context holds it."""
    return metadata.AV_ContractId(contract_id)


@dataclass(slots=True)
class Stage:
    """An instrument `USD` of two decimals by Issuer."""

    ledger: Ledger
    issuer: Party
    alice: Party
    bob: Party
    carol: Party
    of: holding.InstrumentId
    factory: ContractId[TokenFactory]

    @classmethod
    def on(
        cls, ledger: Ledger, *, decimals: int = 2, cap: str | None = "1000000", **rules: Any
    ) -> Stage:
        """Open the instrument on a ledger, under rules that restrict nothing unless told."""
        issuer, alice, bob, carol = ledger.parties("Issuer", "Alice", "Bob", "Carol")
        of = holding.InstrumentId(admin=issuer, id="USD")
        terms = instrument(of, decimals=decimals, cap=cap)
        limits = TokenRules(instrument_id=of, decimals=decimals, **rules)
        factory = TokenFactory(instrument_id=of)
        done = ledger.acting(issuer).submit(create(terms), create(limits), create(factory))
        return cls(ledger, issuer, alice, bob, carol, of, done.results[2])

    # reading

    @property
    def instrument(self) -> Active[Instrument]:
        """The instrument as it is now."""
        (found,) = (
            active
            for active in self.ledger.contracts(Instrument, self.issuer)
            if active.payload.instrument_id == self.of
        )
        return found

    @property
    def rules(self) -> ContractId[TokenRules]:
        """The rules as they are now."""
        (found,) = (
            active
            for active in self.ledger.contracts(TokenRules, self.issuer)
            if active.payload.instrument_id == self.of
        )
        return ContractId(found.contract_id)

    def account(self, holder: Party) -> Active[HolderAccount] | None:
        """Give a holder's account for the instrument, if there is one."""
        found = (
            active
            for active in self.ledger.contracts(HolderAccount, self.issuer)
            if active.payload.holder == holder
        )
        return next(found, None)

    def terms(self, sender: Party, receiver: Party) -> dict[str, metadata.AnyValue]:
        """Give what a registry names for a movement: the rules, and the accounts there are."""
        context = {RULES: cid_in(self.rules)}
        for key, party in ((SENDER_ACCOUNT, sender), (RECEIVER_ACCOUNT, receiver)):
            account = self.account(party)
            if account is not None:
                context[key] = cid_in(account.contract_id)
        return context

    def shown(self, context: Context) -> list[ContractId[Any]]:
        """Give the contracts that a context names, to be disclosed."""
        named = (v.value for v in context.values() if isinstance(v, metadata.AV_ContractId))
        return list(dict.fromkeys(named))

    def tokens(self, owner: Party) -> list[Active[Token]]:
        """Give an owner's holdings, locked ones too, oldest first."""
        found = self.ledger.contracts(Token, owner)
        return [active for active in found if active.payload.owner == owner]

    def inputs(self, owner: Party) -> Holdings:
        """Give the ids of an owner's holdings."""
        return [ContractId(active.contract_id) for active in self.tokens(owner)]

    def amounts(self, owner: Party) -> list[str]:
        """Give the amounts of an owner's holdings in words, locked ones marked."""
        return [
            f"{active.payload.amount}".removesuffix(".0")
            + (" locked" if active.payload.lock else "")
            for active in self.tokens(owner)
        ]

    @property
    def last(self) -> Update:
        """The last update."""
        return self.ledger.updates[-1]

    def result_of(self, choice: str) -> Any:
        """Give the result of a choice in the last update, as JSON data."""
        (found,) = (
            event["exerciseResult"]
            for event in self.ledger.listing(self.last)["events"]
            if event.get("choice") == choice
        )
        return found

    # submitting

    def acting(self, *parties: Party, using: Iterable[ContractId[Any]] = ()) -> Submitter:
        """Act as parties, with contracts disclosed that are active."""
        return self.ledger.acting(*parties, disclosed=[self.ledger.disclose(cid) for cid in using])

    def mint(self, receiver: Party, amount: str) -> ContractId[Any]:
        """Issue a holding and give its id."""
        command = self.minting(receiver, amount)
        result: Any = self.acting(self.issuer, receiver).submit(command).results[0]
        return ContractId(result.holding_cid)

    def minting(self, receiver: Party, amount: str) -> Command[Any]:
        """Give the command that issues a holding."""
        return exercise(
            self.instrument.contract_id,
            Instrument.mint,
            receiver=receiver,
            amount=Decimal(amount),
            meta=meta(reason="issue"),
        )

    def burning(self, owner: Party, amount: str, inputs: Holdings | None = None) -> Command[Any]:
        """Give the command that burns an amount."""
        return exercise(
            self.instrument.contract_id,
            Instrument.burn,
            owner=owner,
            amount=Decimal(amount),
            input_holding_cids=self.inputs(owner) if inputs is None else inputs,
            extra_args=extras(self.terms(owner, owner), meta(reason="redeemed")),
        )

    def as_holder(self, owner: Party, *using: ContractId[Any]) -> Submitter:
        """Act as a holder with factory, rules and instrument disclosed."""
        known = [self.factory, self.instrument.contract_id, *using]
        known += self.shown(self.terms(owner, owner))
        return self.acting(owner, using=known)

    def transfer(
        self, sender: Party, receiver: Party, amount: str, **changes: Any
    ) -> standard.Transfer:
        """Give a transfer of an hour, of all holdings of the sender unless told otherwise."""
        now = self.ledger.now
        fields: dict[str, Any] = {
            "sender": sender,
            "receiver": receiver,
            "amount": Decimal(amount),
            "instrument_id": self.of,
            "requested_at": now,
            "execute_before": now + HOUR,
            "input_holding_cids": self.inputs(sender),
            "meta": meta(reason="rent"),
        }
        return standard.Transfer(**{**fields, **changes})

    def transferring(
        self,
        transfer: standard.Transfer,
        *,
        context: Context | None = None,
        expected: Party | None = None,
    ) -> Command[standard.TransferInstructionResult]:
        """Give the command that instructs a transfer through the factory."""
        return exercise(
            ContractId[standard.TransferFactory](self.factory),
            standard.TransferFactory.transfer_factory_transfer,
            arg=standard.TransferFactory_Transfer(
                expected_admin=expected or self.issuer,
                transfer=transfer,
                extra_args=extras(
                    {**self.terms(transfer.sender, transfer.receiver), **(context or {})}
                ),
            ),
        )

    def instructing(self, transfer: standard.Transfer, *using: ContractId[Any]) -> Submitter:
        """Act as a transfer's sender with all that its registry discloses."""
        shown = self.shown(self.terms(transfer.sender, transfer.receiver))
        return self.acting(transfer.sender, using=[self.factory, *shown, *using])

    def send(
        self, transfer: standard.Transfer, preapproval: ContractId[Any] | None = None
    ) -> standard.TransferInstructionResult:
        """Instruct a transfer, with the receiver's pre-approval if given."""
        context = {} if preapproval is None else {PREAPPROVAL: cid_in(preapproval)}
        using = [] if preapproval is None else [preapproval]
        command = self.transferring(transfer, context=context)
        result: standard.TransferInstructionResult = (
            self.instructing(transfer, *using).submit(command).results[0]
        )
        return result

    def offer(self, sender: Party, receiver: Party, amount: str, **changes: Any) -> Active[Any]:
        """Offer a transfer and give the offer."""
        self.send(self.transfer(sender, receiver, amount, **changes))
        return self.ledger.contracts(TransferOffer, sender)[-1]

    def answer(self, by: Party, offer: Active[Any], *, locked: bool = True) -> Submitter:
        """Act on an offer with rules, accounts and its locked holding disclosed."""
        transfer = offer.payload.transfer
        shown = self.shown(self.terms(transfer.sender, transfer.receiver))
        return self.acting(by, using=[*shown, *([offer.payload.locked_cid] if locked else [])])

    def accepting(self, offer: Active[Any], context: Context | None = None) -> Command[Any]:
        """Give the command that accepts an offer, with what its registry names."""
        transfer = offer.payload.transfer
        return accept(offer, {**self.terms(transfer.sender, transfer.receiver), **(context or {})})

    def preapprove(self, receiver: Party, expires_at: Timestamp | None = None) -> ContractId[Any]:
        """Let a receiver consent to direct transfers."""
        return self.acting(receiver, using=[self.factory]).exercise(
            self.factory, TokenFactory.preapprove, receiver=receiver, expires_at=expires_at
        )

    def burn_minting(
        self,
        inputs: Holdings,
        outputs: Iterable[tuple[Party, str]],
        *,
        actors: Iterable[Party],
        **changes: Any,
    ) -> Command[burn_mint.BurnMintFactory_BurnMintResult]:
        """Give the command that burns and mints through the factory."""
        none = metadata.ChoiceContext(values=TextMap({}))
        context = changes.pop("context", {INSTRUMENT: cid_in(self.instrument.contract_id)})
        fields: dict[str, Any] = {
            "expected_admin": self.issuer,
            "instrument_id": self.of,
            "input_holding_cids": inputs,
            "outputs": [
                burn_mint.BurnMintOutput(owner=owner, amount=Decimal(amount), context=none)
                for owner, amount in outputs
            ],
            "extra_actors": list(actors),
            "extra_args": extras(context),
        }
        return exercise(
            ContractId[burn_mint.BurnMintFactory](self.factory),
            burn_mint.BurnMintFactory.burn_mint_factory_burn_mint,
            arg=burn_mint.BurnMintFactory_BurnMint(**{**fields, **changes}),
        )


def instrument(
    of: holding.InstrumentId, *, decimals: int = 2, cap: str | None = None, **changes: Any
) -> Instrument:
    """Give an instrument without supply."""
    fields: dict[str, Any] = {
        "instrument_id": of,
        "name": "Dollar",
        "symbol": "USD",
        "decimals": decimals,
        "cap": None if cap is None else Decimal(cap),
        "supply": Decimal("0"),
        "meta": meta(),
    }
    return Instrument(**{**fields, **changes})


def accept(offer: Active[Any], context: Context | None = None) -> Command[Any]:
    """Give the command that accepts an offer."""
    arg = standard.TransferInstruction_Accept(extra_args=extras(context))
    return exercise(_id(offer), standard.TransferInstruction.transfer_instruction_accept, arg=arg)


def reject(offer: Active[Any], context: Context | None = None) -> Command[Any]:
    """Give the command that rejects an offer."""
    arg = standard.TransferInstruction_Reject(extra_args=extras(context))
    return exercise(_id(offer), standard.TransferInstruction.transfer_instruction_reject, arg=arg)


def withdraw(offer: Active[Any], context: Context | None = None) -> Command[Any]:
    """Give the command that withdraws an offer."""
    arg = standard.TransferInstruction_Withdraw(extra_args=extras(context, meta(reason="changed")))
    choice = standard.TransferInstruction.transfer_instruction_withdraw
    return exercise(_id(offer), choice, arg=arg)


def update(offer: Active[Any], *extra_actors: Party) -> Command[Any]:
    """Give the command by which the admin cleans an expired offer up."""
    arg = standard.TransferInstruction_Update(extra_actors=list(extra_actors), extra_args=extras())
    return exercise(_id(offer), standard.TransferInstruction.transfer_instruction_update, arg=arg)


def _id(offer: Active[Any]) -> ContractId[standard.TransferInstruction]:
    return ContractId(offer.contract_id)


def exercises(update: Update) -> list[str]:
    """Give the choices of an update in order."""
    return [node.choice for node in update.tree.nodes if isinstance(node, Exercise)]
