"""Signs ERC-20 transfers for any EVM chain: takes orders line by line as JSON, writes requests.

python -m bench.peer.sign ACCOUNTS

It runs in the peer's environment, before the time is taken. Senders take turns, so that the
transactions of one sender are never in flight together.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import rlp
from eth_keys import keys
from eth_utils import keccak

from bench.peer.erc20 import TRANSFER_EVENT, balance_slot, runtime_code, transfer_data

CHAIN_ID = 31337
TOKEN = b"\x11" * 20
EACH = 10**18
FUNDS = 10**24
GAS = 100_000
GAS_PRICE = 2 * 10**9


class Signer:
    """Accounts with their next nonces on each chain."""

    def __init__(self, accounts: int) -> None:
        self._random = random.Random(accounts)
        self._keys = [keys.PrivateKey(keccak(b"bench%d" % number)) for number in range(accounts)]
        self._owners = [key.public_key.to_canonical_address() for key in self._keys]
        self._sent: dict[str, int] = {}

    def setup(self) -> Iterator[dict[str, Any]]:
        """Give the requests that put the token, its balances and funds on a chain."""
        yield _request("hardhat_setCode", _hex(TOKEN), _hex(runtime_code()))
        for owner in self._owners:
            place, balance = hex(balance_slot(owner)), _hex(EACH.to_bytes(32, "big"))
            yield _request("hardhat_setStorageAt", _hex(TOKEN), place, balance)
            yield _request("hardhat_setBalance", _hex(owner), hex(FUNDS))

    def transfers(self, chain: str, count: int) -> Iterator[dict[str, Any]]:
        """Give requests of transfers between accounts, each with an amount of its own."""
        for _ in range(count):
            sent = self._sent.get(chain, 0)
            self._sent[chain] = sent + 1
            nonce, sender = divmod(sent, len(self._keys))
            receiver = self._owners[self._random.randrange(len(self._owners) - 1) - sender - 1]
            data = transfer_data(receiver, 1 + self._random.randrange(EACH // 10**6))
            raw = self._signed(self._keys[sender], nonce, data)
            yield _request("eth_sendRawTransaction", _hex(raw))

    def _signed(self, key: Any, nonce: int, data: bytes) -> bytes:
        fields = [nonce, GAS_PRICE, GAS, TOKEN, 0, data]
        signature = key.sign_msg_hash(keccak(rlp.encode([*fields, CHAIN_ID, 0, 0])))
        v = signature.v + 35 + 2 * CHAIN_ID
        raw: bytes = rlp.encode([*fields, v, signature.r, signature.s])
        return raw


def _request(method: str, *parameters: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _write(path: str, requests: Iterable[dict[str, Any]]) -> None:
    lines = (json.dumps(request, separators=(",", ":")).encode() for request in requests)
    Path(path).write_bytes(b"\n".join(lines))


def main(accounts: int) -> None:
    """Serve until the input ends."""
    signer = Signer(accounts)
    print(json.dumps({"token": _hex(TOKEN), "event": _hex(TRANSFER_EVENT)}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if order["work"] == "setup":
            _write(order["path"], signer.setup())
        else:
            _write(order["path"], signer.transfers(order["chain"], order["transfers"]))
        print(json.dumps({}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
