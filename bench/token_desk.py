"""What parties of tokens do on a ledger in this process, each step one submission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.errors import CantataError
from cantata.kernel.time import RelTime
from cantata.lang import ContractId, Decimal, Party, TextMap
from cantata.testing import Active, Command, Ledger, Submitter, exercise
from cantata.tokens.contract.annotations import REASON
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.offer import TransferOffer
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.rules import PREAPPROVAL, TokenRules
from cantata.tokens.contract.token import Token

Holdings = list[ContractId[holding.Holding]]

OFFER_OPEN_FOR = RelTime.of(hours=1)
NO_METADATA = metadata.Metadata(values=TextMap({}))
NO_EXTRAS = metadata.ExtraArgs(context=metadata.ChoiceContext(values=TextMap({})), meta=NO_METADATA)


def reason(text: str) -> metadata.Metadata:
    """Give metadata with a reason, the memo of the token standard."""
    return metadata.Metadata(values=TextMap({REASON: text}))


@dataclass(frozen=True, slots=True)
class Desk:
    """An instrument on a ledger, and the parties' dealings in it."""

    ledger: Ledger
    issuer: Party

    @property
    def instrument(self) -> Active[Instrument]:
        """Give the instrument as it is now; each mint and burn replaces its contract."""
        (found,) = self.ledger.contracts(Instrument, self.issuer)
        return found

    @property
    def rules(self) -> Active[TokenRules]:
        """Give the factory of the instrument."""
        (found,) = self.ledger.contracts(TokenRules, self.issuer)
        return found

    def open(self, instrument_id: str, name: str, symbol: str, *, cap: Decimal) -> None:
        """Put an instrument of two decimals on the ledger, and its rules."""
        of = holding.InstrumentId(admin=self.issuer, id=instrument_id)
        issuer = self.ledger.acting(self.issuer)
        issuer.create(
            Instrument(
                instrument_id=of,
                name=name,
                symbol=symbol,
                decimals=2,
                cap=cap,
                supply=Decimal("0"),
                meta=NO_METADATA,
            )
        )
        issuer.create(TokenRules(instrument_id=of, decimals=2))

    def mint(self, receiver: Party, amount: Decimal, why: str) -> None:
        """Issue a holding; the receiver signs too."""
        self.ledger.acting(self.issuer, receiver).exercise(
            self.instrument.contract_id,
            Instrument.mint,
            receiver=receiver,
            amount=amount,
            meta=reason(why),
        )

    def burn(self, owner: Party, amount: Decimal, why: str) -> None:
        """Destroy an amount of a holder's tokens, by the holder's will."""
        contract = self.instrument.contract_id
        self._as(owner, contract).exercise(
            contract,
            Instrument.burn,
            owner=owner,
            amount=amount,
            input_holding_cids=self.holdings(owner),
            meta=reason(why),
        )

    def preapprove(self, receiver: Party) -> ContractId[TransferPreapproval]:
        """Let a receiver consent to direct transfers."""
        rules = self.rules.contract_id
        return self._as(receiver, rules).exercise(
            rules, TokenRules.preapprove, receiver=receiver, expires_at=None
        )

    def transfer(
        self, sender: Party, receiver: Party, amount: Decimal, why: str
    ) -> standard.TransferInstructionResult:
        """Transfer through the standard's factory: to oneself at once, else by offer."""
        return self._instruct(self._transfer(sender, receiver, amount, why), None)

    def send(
        self, sender: Party, receiver: Party, amount: Decimal, why: str
    ) -> standard.TransferInstructionResult:
        """Transfer through the standard's factory, directly under the receiver's consent."""
        (consent,) = self.ledger.contracts(TransferPreapproval, receiver)
        transfer = self._transfer(sender, receiver, amount, why)
        return self._instruct(transfer, consent.contract_id)

    def offer(self, sender: Party, receiver: Party, amount: Decimal, why: str) -> Offer:
        """Offer a transfer and give the instruction that waits for the receiver."""
        output = self.transfer(sender, receiver, amount, why).output
        assert isinstance(output, standard.TransferInstructionResult_Pending), output
        return Offer(self.ledger, sender, receiver, self.issuer, output.transfer_instruction_cid)

    def split(self, owner: Party, amounts: Sequence[Decimal]) -> None:
        """Rearrange an owner's holdings into those amounts and a rest."""
        rules = self.rules.contract_id
        self._as(owner, rules).exercise(
            rules,
            TokenRules.split,
            owner=owner,
            input_holding_cids=self.holdings(owner),
            amounts=list(amounts),
            meta=reason("rearranged"),
        )

    def merge(self, owner: Party) -> None:
        """Make one holding of all that an owner has: a transfer to oneself."""
        self.transfer(owner, owner, self.balance(owner), "merged")

    def holdings(self, owner: Party) -> Holdings:
        """Give the free holdings of an owner, oldest first."""
        return [
            ContractId[holding.Holding](active.contract_id)
            for active in self.ledger.contracts(Token, owner)
            if active.payload.owner == owner and active.payload.lock is None
        ]

    def balance(self, owner: Party) -> Decimal:
        """Give the sum of an owner's holdings, locked ones included."""
        total = Decimal("0")
        for active in self.ledger.contracts(Token, owner):
            if active.payload.owner == owner:
                total = total + active.payload.amount
        return total

    def _transfer(
        self, sender: Party, receiver: Party, amount: Decimal, why: str
    ) -> standard.Transfer:
        now = self.ledger.now
        return standard.Transfer(
            sender=sender,
            receiver=receiver,
            amount=amount,
            instrument_id=self.rules.payload.instrument_id,
            requested_at=now,
            execute_before=now + OFFER_OPEN_FOR,
            input_holding_cids=self.holdings(sender),
            meta=reason(why),
        )

    def _instruct(
        self, transfer: standard.Transfer, preapproval: ContractId[TransferPreapproval] | None
    ) -> standard.TransferInstructionResult:
        rules = self.rules.contract_id
        context: dict[str, metadata.AnyValue] = {}
        disclosed: list[ContractId[Any]] = [rules]
        if preapproval is not None:
            context = {
                PREAPPROVAL: metadata.AV_ContractId(ContractId[metadata.AnyContract](preapproval))
            }
            disclosed.append(preapproval)
        return self._as(transfer.sender, *disclosed).exercise(
            rules,
            standard.TransferFactory.transfer_factory_transfer,
            arg=standard.TransferFactory_Transfer(
                expected_admin=self.issuer,
                transfer=transfer,
                extra_args=metadata.ExtraArgs(
                    context=metadata.ChoiceContext(values=TextMap(context)), meta=NO_METADATA
                ),
            ),
        )

    def _as(self, party: Party, *disclosed: ContractId[Any]) -> Submitter:
        contracts = [self.ledger.disclose(contract_id) for contract_id in disclosed]
        return self.ledger.acting(party, disclosed=contracts)


@dataclass(frozen=True, slots=True)
class Offer:
    """An offered transfer and the three ways in which it ends."""

    ledger: Ledger
    sender: Party
    receiver: Party
    admin: Party
    instruction: ContractId[standard.TransferInstruction]

    def accept(self) -> None:
        """Take the funds."""
        self._as(self.receiver).submit(self._acceptance())

    def accept_too_late(self) -> CantataError:
        """Try to take the funds after the deadline, and give the ledger's refusal."""
        return self._as(self.receiver).submit_must_fail("tokens/offer-expired", self._acceptance())

    def reject(self) -> None:
        """Decline the funds."""
        arg = standard.TransferInstruction_Reject(extra_args=NO_EXTRAS)
        choice = standard.TransferInstruction.transfer_instruction_reject
        self._as(self.receiver).exercise(self.instruction, choice, arg=arg)

    def withdraw(self) -> None:
        """Take the offer back."""
        arg = standard.TransferInstruction_Withdraw(extra_args=NO_EXTRAS)
        choice = standard.TransferInstruction.transfer_instruction_withdraw
        self._as(self.sender).exercise(self.instruction, choice, arg=arg)

    def clean_up(self) -> None:
        """End an expired offer by the admin, who gives the sender's funds back."""
        arg = standard.TransferInstruction_Update(extra_actors=[], extra_args=NO_EXTRAS)
        choice = standard.TransferInstruction.transfer_instruction_update
        self._as(self.admin).exercise(self.instruction, choice, arg=arg)

    def _acceptance(self) -> Command[standard.TransferInstructionResult]:
        arg = standard.TransferInstruction_Accept(extra_args=NO_EXTRAS)
        choice = standard.TransferInstruction.transfer_instruction_accept
        return exercise(self.instruction, choice, arg=arg)

    def _as(self, party: Party) -> Submitter:
        """Act with the locked holding disclosed: the receiver has no stake in it."""
        (locked_cid,) = (
            offer.payload.locked_cid
            for offer in self.ledger.contracts(TransferOffer, self.sender)
            if offer.contract_id == self.instruction
        )
        return self.ledger.acting(party, disclosed=[self.ledger.disclose(locked_cid)])
