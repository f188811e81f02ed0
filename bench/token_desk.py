"""What parties of tokens do on a ledger in this process, each step one submission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.time import RelTime
from cantata.lang import ContractId, Decimal, Party, TextMap
from cantata.testing import Active, Ledger, Submitter
from cantata.tokens.contract.annotations import REASON
from cantata.tokens.contract.context import RULES
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.rules import TokenRules
from cantata.tokens.contract.token import Token

OFFER_OPEN_FOR = RelTime.of(hours=1)
NO_METADATA = metadata.Metadata(values=TextMap({}))


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
        """Give the rules of the instrument."""
        (found,) = self.ledger.contracts(TokenRules, self.issuer)
        return found

    @property
    def factory(self) -> Active[TokenFactory]:
        """Give the factory of the instrument."""
        (found,) = self.ledger.contracts(TokenFactory, self.issuer)
        return found

    @property
    def extras(self) -> metadata.ExtraArgs:
        """Give the extra arguments of a choice that the rules must allow."""
        rules = ContractId[metadata.AnyContract](self.rules.contract_id)
        context: dict[str, metadata.AnyValue] = {RULES: metadata.AV_ContractId(rules)}
        return metadata.ExtraArgs(
            context=metadata.ChoiceContext(values=TextMap(context)), meta=NO_METADATA
        )

    def open(self, instrument_id: str, name: str, symbol: str, *, cap: Decimal) -> None:
        """Put an instrument of two decimals on the ledger, its rules and its factory."""
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
        issuer.create(TokenFactory(instrument_id=of))

    def mint(self, receiver: Party, amount: Decimal, why: str) -> None:
        """Issue a holding; the receiver signs too."""
        self.ledger.acting(self.issuer, receiver).exercise(
            self.instrument.contract_id,
            Instrument.mint,
            receiver=receiver,
            amount=amount,
            meta=reason(why),
        )

    def preapprove(self, receiver: Party) -> ContractId[TransferPreapproval]:
        """Let a receiver consent to direct transfers."""
        factory = self.factory.contract_id
        return self._as(receiver, factory).exercise(
            factory, TokenFactory.preapprove, receiver=receiver, expires_at=None
        )

    def offer(
        self, sender: Party, receiver: Party, amount: Decimal, why: str
    ) -> ContractId[standard.TransferInstruction]:
        """Offer a transfer and give the instruction that waits for the receiver."""
        now = self.ledger.now
        transfer = standard.Transfer(
            sender=sender,
            receiver=receiver,
            amount=amount,
            instrument_id=self.rules.payload.instrument_id,
            requested_at=now,
            execute_before=now + OFFER_OPEN_FOR,
            input_holding_cids=self.holdings(sender),
            meta=reason(why),
        )
        factory = self.factory.contract_id
        result = self._as(sender, factory, self.rules.contract_id).exercise(
            factory,
            standard.TransferFactory.transfer_factory_transfer,
            arg=standard.TransferFactory_Transfer(
                expected_admin=self.issuer, transfer=transfer, extra_args=self.extras
            ),
        )
        output = result.output
        assert isinstance(output, standard.TransferInstructionResult_Pending), output
        return output.transfer_instruction_cid

    def holdings(self, owner: Party) -> list[ContractId[holding.Holding]]:
        """Give the free holdings of an owner, oldest first."""
        return [
            ContractId[holding.Holding](active.contract_id)
            for active in self.ledger.contracts(Token, owner)
            if active.payload.owner == owner and active.payload.lock is None
        ]

    def _as(self, party: Party, *disclosed: ContractId[Any]) -> Submitter:
        contracts = [self.ledger.disclose(contract_id) for contract_id in disclosed]
        return self.ledger.acting(party, disclosed=contracts)
