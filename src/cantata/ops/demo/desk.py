"""What the parties of the token story do, each step one submission over the ledger's API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.time import RelTime, SystemClock
from cantata.lang import ContractId, Decimal, Party, TextMap
from cantata.ledger import Acting, Active, Disclosed, LedgerClient, Signer, Signers
from cantata.tokens.contract.annotations import REASON
from cantata.tokens.contract.context import PREAPPROVAL, RULES
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.offer import TransferOffer
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.rules import TokenRules
from cantata.tokens.contract.token import Token

OFFER_OPEN_FOR = RelTime.of(hours=1)
NO_METADATA = metadata.Metadata(values=TextMap({}))
NO_EXTRAS = metadata.ExtraArgs(context=metadata.ChoiceContext(values=TextMap({})), meta=NO_METADATA)


def reason(text: str) -> metadata.Metadata:
    """Give metadata with a reason, the memo of the token standard."""
    return metadata.Metadata(values=TextMap({REASON: text}))


def under(
    rules: Active[TokenRules, Any],
    consent: Active[TransferPreapproval, Any] | None = None,
    *,
    why: metadata.Metadata = NO_METADATA,
) -> metadata.ExtraArgs:
    """Give the extra arguments of a choice that the rules, and a consent, must allow."""
    named = {RULES: rules} if consent is None else {RULES: rules, PREAPPROVAL: consent}
    context: dict[str, metadata.AnyValue] = {
        key: metadata.AV_ContractId(ContractId[metadata.AnyContract](contract.contract_id))
        for key, contract in named.items()
    }
    return metadata.ExtraArgs(context=metadata.ChoiceContext(values=TextMap(context)), meta=why)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with a party; an external one signs for itself."""

    party: Party
    signers: tuple[Signer, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """An instrument on a ledger, and the parties' dealings in it."""

    ledger: LedgerClient
    issuer: Person

    async def instrument(self) -> Active[Instrument, ContractId[Instrument]]:
        """Give the instrument as it is now; each mint and burn replaces its contract."""
        (found,) = [each async for each in self._reading(self.issuer).contracts(Instrument)]
        return found

    async def open(self, instrument_id: str, name: str, symbol: str, *, cap: Decimal) -> None:
        """Put an instrument of two decimals on the ledger, its rules and its factory."""
        of = holding.InstrumentId(admin=self.issuer.party, id=instrument_id)
        issuer = self._as(self.issuer)
        await issuer.create(
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
        await issuer.create(TokenRules(instrument_id=of, decimals=2))
        await issuer.create(TokenFactory(instrument_id=of))

    async def mint(self, receiver: Person, amount: Decimal, why: str) -> None:
        """Issue a holding; the receiver signs too."""
        contract = (await self.instrument()).contract_id
        both = self.ledger.acting(self.issuer.party, receiver.party)
        await both.exercise(
            contract, Instrument.mint, receiver=receiver.party, amount=amount, meta=reason(why)
        )

    async def burn(self, owner: Person, amount: Decimal, why: str) -> None:
        """Destroy an amount of a holder's tokens, by the holder's will."""
        (found,) = await self._disclosed(self.issuer, Instrument)
        rules = await self.rules()
        await self._as(owner, found.event, rules.event).exercise(
            found.contract_id,
            Instrument.burn,
            owner=owner.party,
            amount=amount,
            input_holding_cids=await self._inputs(owner),
            extra_args=under(rules, why=reason(why)),
        )

    async def preapprove(self, receiver: Person) -> None:
        """Let a receiver consent to direct transfers."""
        factory = await self._factory()
        await self._as(receiver, factory.event).exercise(
            factory.contract_id, TokenFactory.preapprove, receiver=receiver.party, expires_at=None
        )

    async def transfer(self, sender: Person, receiver: Person, amount: Decimal, why: str) -> None:
        """Transfer through the standard's factory: to oneself at once, else by offer."""
        rules = await self.rules()
        transfer = await self._transfer(rules, sender, receiver, amount, why)
        await self._instruct(sender, rules, transfer)

    async def send(self, sender: Person, receiver: Person, amount: Decimal, why: str) -> None:
        """Transfer through the standard's factory, directly under the receiver's consent."""
        rules = await self.rules()
        (consent,) = await self._disclosed(receiver, TransferPreapproval)
        transfer = await self._transfer(rules, sender, receiver, amount, why)
        await self._instruct(sender, rules, transfer, consent)

    async def offer(
        self,
        sender: Person,
        receiver: Person,
        amount: Decimal,
        why: str,
        *,
        open_for: RelTime = OFFER_OPEN_FOR,
    ) -> Offer:
        """Offer a transfer and give the instruction that waits for the receiver."""
        rules = await self.rules()
        transfer = await self._transfer(rules, sender, receiver, amount, why, open_for)
        output = (await self._instruct(sender, rules, transfer)).output
        assert isinstance(output, standard.TransferInstructionResult_Pending), output
        return Offer(self, sender, receiver, output.transfer_instruction_cid)

    async def split(self, owner: Person, amounts: Sequence[Decimal]) -> None:
        """Rearrange an owner's holdings into those amounts and a rest."""
        factory, rules = await self._factory(), await self.rules()
        await self._as(owner, factory.event, rules.event).exercise(
            factory.contract_id,
            TokenFactory.split,
            owner=owner.party,
            input_holding_cids=await self._inputs(owner),
            amounts=list(amounts),
            extra_args=under(rules, why=reason("rearranged")),
        )

    async def merge(self, owner: Person) -> None:
        """Make one holding of all that an owner has: a transfer to oneself."""
        await self.transfer(owner, owner, await self.balance(owner), "merged")

    async def balance(self, owner: Person) -> Decimal:
        """Give the sum of an owner's holdings, locked ones included."""
        total = Decimal("0")
        for each in await self._holdings(owner):
            total = total + each.payload.amount
        return total

    async def _holdings(self, owner: Person) -> list[Active[Token, ContractId[Token]]]:
        found = self._reading(owner).contracts(Token)
        return [each async for each in found if each.payload.owner == owner.party]

    async def _inputs(self, owner: Person) -> list[ContractId[holding.Holding]]:
        """Give the free holdings of an owner, as the standard's choices take them."""
        return [
            ContractId[holding.Holding](each.contract_id)
            for each in await self._holdings(owner)
            if each.payload.lock is None
        ]

    async def _factory(self) -> Active[TokenFactory, ContractId[TokenFactory]]:
        (found,) = await self._disclosed(self.issuer, TokenFactory)
        return found

    async def rules(self) -> Active[TokenRules, ContractId[TokenRules]]:
        """Give the rules, which every movement names."""
        (found,) = await self._disclosed(self.issuer, TokenRules)
        return found

    async def _transfer(
        self,
        rules: Active[TokenRules, Any],
        sender: Person,
        receiver: Person,
        amount: Decimal,
        why: str,
        open_for: RelTime = OFFER_OPEN_FOR,
    ) -> standard.Transfer:
        now = SystemClock().now()
        return standard.Transfer(
            sender=sender.party,
            receiver=receiver.party,
            amount=amount,
            instrument_id=rules.payload.instrument_id,
            requested_at=now,
            execute_before=now + open_for,
            input_holding_cids=await self._inputs(sender),
            meta=reason(why),
        )

    async def _instruct(
        self,
        sender: Person,
        rules: Active[TokenRules, ContractId[TokenRules]],
        transfer: standard.Transfer,
        consent: Active[TransferPreapproval, ContractId[TransferPreapproval]] | None = None,
    ) -> standard.TransferInstructionResult:
        factory = await self._factory()
        shown = [factory, rules] if consent is None else [factory, rules, consent]
        return await self._as(sender, *(each.event for each in shown)).exercise(
            factory.contract_id,
            standard.TransferFactory.transfer_factory_transfer,
            arg=standard.TransferFactory_Transfer(
                expected_admin=self.issuer.party,
                transfer=transfer,
                extra_args=under(rules, consent),
            ),
        )

    async def _disclosed(self, holder: Person, template: Any) -> list[Active[Any, Any]]:
        """Give a stakeholder's contracts with what others need to use them."""
        return [each async for each in self._reading(holder).contracts(template, blobs=True)]

    def _reading(self, person: Person) -> Acting:
        return self.ledger.acting(person.party)

    def _as(self, person: Person, *disclosed: Any) -> Acting:
        return acting(self.ledger, person, *disclosed)


@dataclass(frozen=True, slots=True)
class Offer:
    """An offered transfer and the three ways in which it ends."""

    desk: Desk
    sender: Person
    receiver: Person
    instruction: ContractId[standard.TransferInstruction]

    async def accept(self) -> None:
        """Take the funds."""
        rules = await self.desk.rules()
        arg = standard.TransferInstruction_Accept(extra_args=under(rules))
        choice = standard.TransferInstruction.transfer_instruction_accept
        acting = await self._as(self.receiver, rules.event)
        await acting.exercise(self.instruction, choice, arg=arg)

    async def reject(self) -> None:
        """Decline the funds."""
        arg = standard.TransferInstruction_Reject(extra_args=NO_EXTRAS)
        choice = standard.TransferInstruction.transfer_instruction_reject
        await (await self._as(self.receiver)).exercise(self.instruction, choice, arg=arg)

    async def withdraw(self) -> None:
        """Take the offer back."""
        arg = standard.TransferInstruction_Withdraw(extra_args=NO_EXTRAS)
        choice = standard.TransferInstruction.transfer_instruction_withdraw
        await (await self._as(self.sender)).exercise(self.instruction, choice, arg=arg)

    async def clean_up(self) -> None:
        """End an expired offer by the admin, who gives the sender's funds back."""
        arg = standard.TransferInstruction_Update(extra_actors=[], extra_args=NO_EXTRAS)
        choice = standard.TransferInstruction.transfer_instruction_update
        await (await self._as(self.desk.issuer)).exercise(self.instruction, choice, arg=arg)

    async def _as(self, person: Person, *shown: Any) -> Acting:
        """Act with the locked holding disclosed: the receiver has no stake in it."""
        ledger = self.desk.ledger
        sender = ledger.acting(self.sender.party)
        (locked,) = [
            each.payload.locked_cid
            async for each in sender.contracts(TransferOffer)
            if each.contract_id == self.instruction
        ]
        (event,) = [
            each.event
            async for each in sender.contracts(Token, blobs=True)
            if each.contract_id == locked
        ]
        return acting(ledger, person, event, *shown)


def acting(ledger: LedgerClient, person: Person, *disclosed: Any) -> Acting:
    """Act as a person, who signs if the party is external, with contracts disclosed by others."""
    signers: Signers = {person.party: person.signers} if person.signers else {}
    contracts = [Disclosed.of(event) for event in disclosed]
    return ledger.acting(person.party, disclosed=contracts, signers=signers)
