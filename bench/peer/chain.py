"""An EVM chain in this process, with an ERC-20 token that every account holds."""

from __future__ import annotations

import random
from time import perf_counter, process_time
from typing import Any

from eth.chains.base import MiningChain
from eth.db.atomic import AtomicDB
from eth.tools.builder import chain as builder
from eth_keys import keys
from eth_keys.backends import get_backend
from eth_utils import keccak

from bench.peer.erc20 import balance_data, balance_slot, runtime_code, transfer_data

TOKEN = b"\x11" * 20
EACH = 10**18
GAS = 100_000
GAS_LIMIT = 30_000_000
GAS_PRICE = 2 * 10**9


class Chain:
    """A London chain without proof of work; transfers between random accounts.

    Transactions are made, signed and decoded again before the time is taken, so that the chain
    recovers each sender itself, as it must for a transaction from outside.
    """

    def __init__(self, accounts: int) -> None:
        assert type(get_backend()).__name__ == "CoinCurveECCBackend", "signatures are the fast ones"
        self._random = random.Random(accounts)
        self._keys = [keys.PrivateKey(keccak(b"bench%d" % number)) for number in range(accounts)]
        self._owners = [key.public_key.to_canonical_address() for key in self._keys]
        self._chain = self._genesis()
        self._require_total()

    def mine(self, transfers: int, per_block: int) -> dict[str, float]:
        """Transfer in blocks: executed, receipts, tries, state root, header, stored."""
        made = self._signed(transfers)
        blocks = [made[start : start + per_block] for start in range(0, transfers, per_block)]
        wall, cpu = perf_counter(), process_time()
        mined = [self._chain.mine_all(block) for block in blocks]
        taken = _taken(wall, cpu)
        for _, _, computations in mined:
            _require_transferred(computations)
        self._require_total()
        return taken

    def apply(self, transfers: int, *, recovered: bool) -> dict[str, float]:
        """Transfer on a state that is thrown away: no receipts, no blocks, no state root.

        `recovered` leaves the check of signatures out as well.
        """
        made = self._signed(transfers)
        for transaction in made if recovered else ():
            assert transaction.sender in self._owners
        state = self._chain.get_vm().state
        before = self._total(state)
        wall, cpu = perf_counter(), process_time()
        computations = [state.apply_transaction(transaction) for transaction in made]
        taken = _taken(wall, cpu)
        _require_transferred(computations)
        assert self._total(state) == before, "the sum of balances has changed"
        return taken

    def _genesis(self) -> Any:
        accounts = {
            owner: {"balance": 10**24, "nonce": 0, "code": b"", "storage": {}}
            for owner in self._owners
        }
        balances = {balance_slot(owner): EACH for owner in self._owners}
        token = {"balance": 0, "nonce": 1, "code": runtime_code(), "storage": balances}
        return builder.build(
            MiningChain,
            builder.london_at(0),
            builder.disable_pow_check(),
            builder.genesis(
                db=AtomicDB(),
                params={"gas_limit": GAS_LIMIT, "difficulty": 1},
                state={**accounts, TOKEN: token},
            ),
        )

    def _signed(self, transfers: int) -> list[Any]:
        vm = self._chain.get_vm()
        decode = vm.get_transaction_builder().decode
        nonces = [vm.state.get_nonce(owner) for owner in self._owners]
        made = []
        for _ in range(transfers):
            sender, receiver = self._random.sample(range(len(self._owners)), 2)
            unsigned = self._chain.create_unsigned_transaction(
                nonce=nonces[sender],
                gas_price=GAS_PRICE,
                gas=GAS,
                to=TOKEN,
                value=0,
                data=transfer_data(self._owners[receiver], self._random.randrange(1, 1000)),
            )
            made.append(decode(unsigned.as_signed_transaction(self._keys[sender]).encode()))
            nonces[sender] += 1
        return made

    def _total(self, state: Any) -> int:
        return sum(state.get_storage(TOKEN, balance_slot(owner)) for owner in self._owners)

    def _require_total(self) -> None:
        """Compare the storage and the contract's own answers with the sum at the start."""
        state = self._chain.get_vm().state
        assert self._total(state) == EACH * len(self._owners), "the sum of balances has changed"
        owner = self._random.choice(self._owners)
        answer = self._ask(balance_data(owner))
        assert int.from_bytes(answer, "big") == state.get_storage(TOKEN, balance_slot(owner))

    def _ask(self, data: bytes) -> bytes:
        """Ask the contract on a state that is thrown away."""
        state = self._chain.get_vm().state
        call = self._chain.create_unsigned_transaction(
            nonce=state.get_nonce(self._owners[0]),
            gas_price=GAS_PRICE,
            gas=GAS,
            to=TOKEN,
            value=0,
            data=data,
        )
        signed = call.as_signed_transaction(self._keys[0])
        answer: bytes = state.apply_transaction(signed).output
        return answer


def _require_transferred(computations: Any) -> None:
    for computation in computations:
        assert not computation.is_error, computation.error
        assert int.from_bytes(computation.output, "big") == 1
        assert len(computation.get_log_entries()) == 1, "each transfer tells of itself"


def _taken(wall: float, cpu: float) -> dict[str, float]:
    return {"cpu": process_time() - cpu, "wall": perf_counter() - wall}
