"""The hashes that external parties sign, by the network's schemes V2 and V3."""

from cantata.lf.interactive.hashing.prepared import HashingScheme, prepared_hash

__all__ = ["HashingScheme", "prepared_hash"]
