"""What random token commands draw from: a ledger with two instruments, and all that is on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import ContractId, Decimal, Party, Time
from cantata.testing import Active, Command, Ledger, create, exercise
from cantata.tokens.contract.account import HolderAccount
from cantata.tokens.contract.allocation import TokenAllocation
from cantata.tokens.contract.allowance import Allowance
from cantata.tokens.contract.context import RECEIVER_ACCOUNT, RULES, SENDER_ACCOUNT
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.offer import TransferOffer
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.rules import TokenRules
from cantata.tokens.contract.token import Token
from tests.ledger.tokens.stage import UNKNOWN, cid_in, instrument, meta

NAMES = ("Issuer", "Alice", "Bob", "Carol")
IDS = ("USD", "EUR")
DECIMALS = {"USD": 2, "EUR": 0}
CAP = "1000"

AMOUNTS = ("1", "2", "5", "10", "25")
BAD_AMOUNTS = ("0", "-1", "0.001", "0.01", "999", f"{10**27}")
OFFSETS = (-1, 0, 1, 3_600_000_000)
HOURS = 3_600_000_000


TEMPLATES = (
    Instrument,
    TokenRules,
    TokenFactory,
    Token,
    TransferOffer,
    TransferPreapproval,
    TokenAllocation,
    HolderAccount,
    Allowance,
)


@dataclass(frozen=True, slots=True)
class Made:
    """A command, the parties whose authority it needs if it is right, and its kind."""

    kind: str
    command: Command[Any]
    by: tuple[Party, ...]


@dataclass(slots=True)
class World:
    """A ledger with two instruments, and all contracts that there ever were on it."""

    ledger: Ledger
    parties: tuple[Party, ...]

    @classmethod
    def on(cls, ledger: Ledger) -> World:
        """Open the instruments, their rules, and first holdings and consents."""
        issuer, *_ = parties = ledger.parties(*NAMES)
        commands: list[Command[Any]] = []
        for id_ in IDS:
            of = holding.InstrumentId(admin=issuer, id=id_)
            cap = CAP if id_ == "USD" else None
            commands.append(create(instrument(of, decimals=DECIMALS[id_], cap=cap)))
            rules = TokenRules(
                instrument_id=of,
                decimals=DECIMALS[id_],
                accounts_required=id_ == "EUR",
                approver=parties[-1],
            )
            commands += [create(rules), create(TokenFactory(instrument_id=of))]
        commands += [create(account_of(issuer, holder)) for holder in parties[1:3]]
        opened = ledger.acting(issuer).submit(*commands).results
        for receiver in parties[1:]:
            minting = exercise(
                ContractId[Instrument](_current(ledger, opened[0])),
                Instrument.mint,
                receiver=receiver,
                amount=Decimal("100"),
                meta=meta(),
            )
            ledger.acting(issuer, receiver).submit(minting)
        return cls(ledger, parties)

    @property
    def groups(self) -> st.SearchStrategy[frozenset[Party]]:
        """Any one to three parties."""
        return st.frozensets(st.sampled_from(self.parties), min_size=1, max_size=3)

    @property
    def issuer(self) -> Party:
        """The admin of both instruments."""
        return self.parties[0]

    def of_any(self, template: Any) -> list[Active[Any]]:
        """Give the active contracts of a template, oldest first."""
        found: dict[str, Active[Any]] = {}
        for party in self.parties:
            for active in self.ledger.contracts(template, party):
                found.setdefault(active.contract_id, active)
        return list(found.values())

    def active(self) -> list[ContractId[Any]]:
        """Give all active contracts."""
        return [active.contract_id for template in TEMPLATES for active in self.of_any(template)]

    def terms(
        self, of: holding.InstrumentId, sender: Party, receiver: Party
    ) -> dict[str, metadata.AnyValue]:
        """Give what a registry names for a movement: the rules, and the accounts there are."""
        named = {
            RULES: [a for a in self.of_any(TokenRules) if a.payload.instrument_id == of],
            SENDER_ACCOUNT: self._accounts(sender),
            RECEIVER_ACCOUNT: self._accounts(receiver),
        }
        return {key: cid_in(found[-1].contract_id) for key, found in named.items() if found}

    def _accounts(self, holder: Party) -> list[Active[Any]]:
        found = self.of_any(HolderAccount)
        return [active for active in found if active.payload.holder == holder]


def account_of(admin: Party, holder: Party) -> HolderAccount:
    """Give an account in good standing."""
    return HolderAccount(
        admin=admin,
        instrument=None,
        holder=holder,
        frozen=False,
        verified_until=Time.parse("2030-01-01T00:00:00Z"),
        country="DE",
        locked_until=None,
    )


def _current(ledger: Ledger, first: Any) -> str:
    issuer = ledger.party(NAMES[0])
    terms = ledger.contracts(Instrument, issuer)
    of = [active for active in terms if active.payload.instrument_id.id == "USD"]
    return str(of[0].contract_id if of else first)


@dataclass(slots=True)
class Draw:
    """What makers draw from."""

    world: World
    draw: st.DrawFn

    def one(self, *items: Any) -> Any:
        return self.draw(st.sampled_from(items))

    def party(self) -> Party:
        return self.draw(st.sampled_from(self.world.parties))

    def holder(self) -> Party:
        return self.draw(st.sampled_from(self.world.parties[1:]))

    def amount(self) -> Decimal:
        return Decimal(self.one(*BAD_AMOUNTS) if self.rarely() else self.one(*AMOUNTS))

    def terms(
        self, of: holding.InstrumentId, sender: Party, receiver: Party
    ) -> dict[str, metadata.AnyValue]:
        """Give what a registry names, rarely nothing."""
        return {} if self.rarely() else self.world.terms(of, sender, receiver)

    def of(self, template: Any, of: holding.InstrumentId) -> ContractId[Any]:
        """Give the contract of a template that is for an instrument."""
        found = self.contract(template, wanted=lambda a: a.payload.instrument_id == of)
        return ContractId(found.contract_id)

    def rarely(self) -> bool:
        """Say whether to draw something wrong."""
        return self.draw(st.sampled_from([*[False] * 19, True]))

    def id(self) -> holding.InstrumentId:
        admin = self.world.parties[-1] if self.rarely() else self.world.issuer
        return holding.InstrumentId(admin=admin, id=self.one("USD", "USD", "USD", "EUR"))

    def contract(self, template: Any, *, wanted: Any = None) -> Active[Any]:
        """Give an active contract of a template, rarely one of something else."""
        found = [active for active in self.world.of_any(template) if not wanted or wanted(active)]
        if found and not self.rarely():
            return self.draw(st.sampled_from(found))
        others = [*self.world.of_any(TokenRules)]
        payload = found[0].payload if found else None
        cid = self.one(UNKNOWN, *[active.contract_id for active in others])
        return Active(cid, payload)

    def inputs(self, owner: Party, of: holding.InstrumentId) -> list[ContractId[Any]]:
        tokens = self.world.of_any(Token)
        if not self.rarely():
            tokens = [
                active
                for active in tokens
                if active.payload.owner == owner
                and active.payload.instrument_id == of
                and (active.payload.lock is None or self.rarely())
            ]
        cids = [ContractId[Any](active.contract_id) for active in tokens]
        if cids and not self.rarely():
            first = self.one(*range(len(cids)))
            return cids[first : first + 5]
        return self.draw(st.lists(st.sampled_from([*cids, UNKNOWN]), max_size=3))
