"""A minimal ERC-20 token, assembled by hand: checks, two balances, the Transfer event."""

from __future__ import annotations

from eth_utils import keccak

TRANSFER: bytes = keccak(b"transfer(address,uint256)")[:4]
BALANCE_OF: bytes = keccak(b"balanceOf(address)")[:4]
TRANSFER_EVENT: bytes = keccak(b"Transfer(address,address,uint256)")

BALANCES_SLOT = 0
"""Place of the mapping from address to balance among the contract's variables."""

_OPCODES = {
    "STOP": 0x00,
    "ADD": 0x01,
    "SUB": 0x03,
    "LT": 0x10,
    "EQ": 0x14,
    "ISZERO": 0x15,
    "SHR": 0x1C,
    "KECCAK256": 0x20,
    "CALLER": 0x33,
    "CALLVALUE": 0x34,
    "CALLDATALOAD": 0x35,
    "CALLDATASIZE": 0x36,
    "MSTORE": 0x52,
    "SLOAD": 0x54,
    "SSTORE": 0x55,
    "JUMPI": 0x57,
    "JUMPDEST": 0x5B,
    "DUP1": 0x80,
    "DUP2": 0x81,
    "DUP3": 0x82,
    "SWAP1": 0x90,
    "LOG3": 0xA3,
    "RETURN": 0xF3,
    "REVERT": 0xFD,
}

_SOURCE = f"""
    CALLVALUE @refuse JUMPI
    0 CALLDATALOAD 0xe0 SHR
    DUP1 0x{TRANSFER.hex()} EQ @transfer JUMPI
    DUP1 0x{BALANCE_OF.hex()} EQ @balance JUMPI
refuse:
    0 0 REVERT

balance:
    0x24 CALLDATASIZE LT @refuse JUMPI
    0x04 CALLDATALOAD 0 MSTORE  {BALANCES_SLOT} 0x20 MSTORE
    0x40 0 KECCAK256 SLOAD
    0 MSTORE  0x20 0 RETURN

transfer:
    0x44 CALLDATASIZE LT @refuse JUMPI
    0x04 CALLDATALOAD DUP1 ISZERO @refuse JUMPI
    DUP1 0xa0 SHR @refuse JUMPI
    0x24 CALLDATALOAD
    CALLER 0 MSTORE  {BALANCES_SLOT} 0x20 MSTORE
    0x40 0 KECCAK256 DUP1 SLOAD
    DUP3 DUP2 LT @refuse JUMPI
    DUP3 SWAP1 SUB SWAP1 SSTORE
    DUP2 0 MSTORE
    0x40 0 KECCAK256 DUP1 SLOAD
    DUP3 ADD
    DUP3 DUP2 LT @refuse JUMPI
    SWAP1 SSTORE
    0 MSTORE
    CALLER 0x{TRANSFER_EVENT.hex()} 0x20 0 LOG3
    1 0 MSTORE  0x20 0 RETURN
"""


def runtime_code() -> bytes:
    """Give the code that the contract's account holds."""
    return _assemble(_SOURCE)


def transfer_data(receiver: bytes, amount: int) -> bytes:
    """Give the call data of a transfer."""
    return TRANSFER + _word(receiver) + amount.to_bytes(32, "big")


def balance_data(owner: bytes) -> bytes:
    """Give the call data that asks for a balance."""
    return BALANCE_OF + _word(owner)


def balance_slot(owner: bytes) -> int:
    """Give the storage slot of an owner's balance, as Solidity lays mappings out."""
    place = keccak(_word(owner) + BALANCES_SLOT.to_bytes(32, "big"))
    return int.from_bytes(place, "big")


def _word(address: bytes) -> bytes:
    return address.rjust(32, b"\0")


def _assemble(source: str) -> bytes:
    """Turn mnemonics, numbers (pushed), labels (``name:``) and jumps (``@name``) into bytes."""
    code = bytearray()
    labels: dict[str, int] = {}
    jumps: list[tuple[int, str]] = []
    for word in source.split():
        if word.endswith(":"):
            labels[word[:-1]] = len(code)
            code.append(_OPCODES["JUMPDEST"])
        elif word.startswith("@"):
            jumps.append((len(code) + 1, word[1:]))
            code += _push(0, 2)
        elif word in _OPCODES:
            code.append(_OPCODES[word])
        else:
            code += _push(int(word, 0))
    for place, label in jumps:
        code[place : place + 2] = labels[label].to_bytes(2, "big")
    return bytes(code)


def _push(number: int, size: int | None = None) -> bytes:
    size = size or max(1, (number.bit_length() + 7) // 8)
    return bytes([0x5F + size]) + number.to_bytes(size, "big")
