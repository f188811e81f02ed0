"""Updates like those of token transfers, made without running any contract."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from hashlib import sha256

from cantata.lf.model import Ref
from cantata.sandbox.engine import Contract, MemoryStore
from cantata.sandbox.engine.store import Update
from cantata.sandbox.engine.transaction import Create, Exercise, Tree
from cantata.sandbox.store import SqliteStore

PACKAGE = "2cf845aeb78a7c08bd90e6d849af802f64724b26c01cd97db7c6f7ed0397ff1a"
TOKEN = Ref(PACKAGE, "Cantata.Tokens.Token", "Token")
FACTORY = Ref(PACKAGE, "Cantata.Tokens.Factory", "TokenFactory")
INTERFACE = Ref("55" * 32, "Splice.Api.Token.TransferInstructionV1", "TransferFactory")
START = 1_700_000_000_000_000


def party(name: str) -> str:
    return f"{name}::1220{sha256(name.encode()).hexdigest()}"


ISSUER = party("Issuer")


class Transfers:
    """Gives each of `holders` a holding, then passes the oldest holding on, one update each.

    What an update holds depends on its number only, so that two runs make the same ones.
    """

    def __init__(self, holders: int) -> None:
        self._holders = [party(f"Holder{number}") for number in range(holders)]
        self._open = deque[Contract]()
        self.number = 0

    def next(self, store: SqliteStore | MemoryStore) -> Update:
        """Append the next update to a store."""
        self.number += 1
        mints = self.number <= len(self._holders)
        update, created, archived = self._mint() if mints else self._pass_on()
        store.append(update, [created], archived)
        self._open.append(created.contract)
        return update

    def skip(self, updates: int) -> None:
        """Go on as if that many updates had been made already, and no others."""
        self._open.clear()
        for number in range(max(1, updates - len(self._holders) + 1), updates + 1):
            self.number = number
            self._open.append(self._holding(self._receiver()))
        self.number = updates

    def _mint(self) -> tuple[Update, Create, list[Contract]]:
        created = Create(0, self._holding(self._receiver()))
        return self._update((created,), (0,)), created, []

    def _pass_on(self) -> tuple[Update, Create, list[Contract]]:
        old = self._open.popleft()
        sender = old.payload[1]
        receiver = self._receiver()
        created = Create(2, self._holding(receiver))
        new_id = created.contract.contract_id
        told = frozenset((ISSUER, sender))
        transfer = (
            sender,
            receiver,
            old.payload[2],
            (ISSUER, "Bench"),
            START,
            START + 3_600_000_000,
            (old.contract_id, ()),
            ({"reason": f"payment {self.number}"},),
        )
        take = Exercise(
            1,
            old.contract_id,
            TOKEN,
            "cantata-tokens",
            None,
            "Token_Take",
            True,
            (sender, (ISSUER, "Bench"), False),
            told,
            old.signatories,
            old.stakeholders,
            frozenset(),
            old.payload[2],
            (),
            1,
        )
        root = Exercise(
            0,
            contract_id("factory"),
            FACTORY,
            "cantata-tokens",
            INTERFACE,
            "TransferFactory_Transfer",
            False,
            (ISSUER, transfer, (({},), ({},))),
            frozenset((sender,)),
            frozenset((ISSUER,)),
            frozenset((ISSUER,)),
            frozenset(),
            ((0, ((new_id, ()),)), (), ({},)),
            (1, 2),
            2,
        )
        return self._update((root, take, created), (0,)), created, [old]

    def _receiver(self) -> str:
        """Give who gets the holding that the present update makes."""
        mints = self.number <= len(self._holders)
        place = self.number - 1 if mints else self.number * 7 % len(self._holders)
        return self._holders[place]

    def _holding(self, owner: str) -> Contract:
        parties = frozenset((ISSUER, owner))
        payload = ((ISSUER, "Bench"), owner, Decimal("100.0000000000"), None)
        contract = contract_id(f"holding {self.number}")
        return Contract(contract, TOKEN, "cantata-tokens", payload, parties, parties, START)

    def _update(self, nodes: tuple[Create | Exercise, ...], roots: tuple[int, ...]) -> Update:
        return Update(
            offset=self.number,
            update_id="1220" + sha256(f"update {self.number}".encode()).hexdigest(),
            tree=Tree(nodes, roots),
            effective_at=START + self.number,
            record_time=START + self.number,
            act_as=frozenset((ISSUER,)),
            command_id=f"command-{self.number}",
            user_id="user",
        )


def contract_id(name: str) -> str:
    """Give an id as long as real ones."""
    digest = sha256(name.encode()).hexdigest()
    return f"00{digest}ca121220{digest}"
