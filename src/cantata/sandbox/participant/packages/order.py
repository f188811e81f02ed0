"""The order in which a participant lists package ids: that of its hash table."""

from __future__ import annotations

from collections.abc import Collection

BUCKETS_MIN = 16
HASH_MASK = 0xFFFF_FFFF


def hashed_order(ids: Collection[str]) -> list[str]:
    """Sort ids as a participant's hash table holds them: by bucket, then by signed hash.

    The table has a power of two of buckets and is at most three quarters full. Clients must not
    count on an order; that it is the same makes lists of two ledgers comparable place by place.
    """
    buckets = BUCKETS_MIN
    while len(ids) * 4 > buckets * 3:
        buckets *= 2

    def place(package_id: str) -> tuple[int, int]:
        spread = _spread_hash(package_id)
        return spread & (buckets - 1), spread ^ (1 << 31)

    return sorted(ids, key=place)


def _spread_hash(text: str) -> int:
    """Give the hash of an ASCII text in Java, its upper half mixed into the lower."""
    value = 0
    for character in text:
        value = (value * 31 + ord(character)) & HASH_MASK
    return value ^ (value >> 16)
