"""Keccak-256 as Ethereum uses it (the padding before FIPS 202)."""

from __future__ import annotations

_RATE = 136
_MASK = (1 << 64) - 1
_ROUNDS = 24


def _round_constants() -> tuple[int, ...]:
    """Give the constants of the 24 rounds from their generating register."""
    constants = []
    register = 1
    for _ in range(_ROUNDS):
        constant = 0
        for j in range(7):
            if register & 1:
                constant |= 1 << ((1 << j) - 1)
            register = (register << 1) ^ ((register >> 7) * 0x171)
        constants.append(constant)
    return tuple(constants)


def _lanes() -> tuple[tuple[int, int], ...]:
    """Give for each step of rho and pi the lane that is written and its rotation."""
    steps = []
    x, y = 1, 0
    for t in range(_ROUNDS):
        x, y = y, (2 * x + 3 * y) % 5
        steps.append((x + 5 * y, (t + 1) * (t + 2) // 2 % 64))
    return tuple(steps)


_CONSTANTS = _round_constants()
_STEPS = _lanes()


def keccak256(data: bytes) -> bytes:
    """Give the 32-byte hash."""
    padded = bytearray(data)
    padded.append(0x01)
    padded.extend(bytes(-len(padded) % _RATE))
    padded[-1] |= 0x80
    state = [0] * 25
    for start in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            at = start + 8 * lane
            state[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        _permute(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def _permute(state: list[int]) -> None:
    for constant in _CONSTANTS:
        _theta(state)
        _rho_pi(state)
        _chi(state)
        state[0] ^= constant


def _theta(state: list[int]) -> None:
    columns = [
        state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] for x in range(5)
    ]
    for x in range(5):
        mixed = columns[x - 1] ^ _rotate(columns[(x + 1) % 5], 1)
        for y in range(0, 25, 5):
            state[x + y] ^= mixed


def _rho_pi(state: list[int]) -> None:
    carried = state[1]
    for lane, shift in _STEPS:
        carried, state[lane] = state[lane], _rotate(carried, shift)


def _chi(state: list[int]) -> None:
    for y in range(0, 25, 5):
        row = state[y : y + 5]
        for x in range(5):
            state[x + y] = row[x] ^ (~row[(x + 1) % 5] & _MASK & row[(x + 2) % 5])


def _rotate(lane: int, shift: int) -> int:
    return ((lane << shift) | (lane >> (64 - shift))) & _MASK
