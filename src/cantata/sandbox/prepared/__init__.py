"""Prepared transactions of the embedded ledger: made from the engine's, and run again."""

from cantata.sandbox.prepared.blobs import Blobs, key_type
from cantata.sandbox.prepared.build import Builder, Terms
from cantata.sandbox.prepared.errors import (
    BlobDisagrees,
    MalformedRoot,
    PackageNotVetted,
    PreparedDiffers,
)
from cantata.sandbox.prepared.known import KnownBlobs
from cantata.sandbox.prepared.rerun import Rerun, Runner

__all__ = [
    "BlobDisagrees",
    "Blobs",
    "Builder",
    "KnownBlobs",
    "MalformedRoot",
    "PackageNotVetted",
    "PreparedDiffers",
    "Rerun",
    "Runner",
    "Terms",
    "key_type",
]
