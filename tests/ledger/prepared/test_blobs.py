"""Blobs that were written or shown before are known, and no other ones."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cantata.kernel.errors import CantataError
from cantata.lf.model import Packages, Ref
from cantata.sandbox.engine import Contract, Engine
from cantata.sandbox.prepared import Blobs, KnownBlobs, known

ALICE = "alice::1220" + "aa" * 32


def _asset(engine: Engine, number: int = 0) -> Contract:
    template = Ref(engine.packages.resolution()["oracle-types"], "Oracle", "Asset")
    payload = (ALICE, ALICE, Decimal("5.0000000000"), None)
    who = frozenset([ALICE])
    return Contract(f"00{number:064}", template, "oracle-types", payload, who, who, 7)


def test_a_known_blob_gives_what_an_unknown_one_gives(engine: Engine) -> None:
    asset, packages = _asset(engine), engine.packages.packages
    blob = Blobs(packages).write(asset)
    reader = KnownBlobs(packages)
    assert reader.read(blob) == asset
    assert reader.read(blob) == asset


def test_a_changed_blob_is_another_one(engine: Engine) -> None:
    reader = KnownBlobs(engine.packages.packages)
    blob = reader.write(_asset(engine))
    changed = blob.replace(b"alice::1220aa", b"alice::1220ab")
    assert reader.read(changed).payload != reader.read(blob).payload
    with pytest.raises(CantataError):
        reader.read(blob[:-1])


def test_no_blob_outlives_its_package(engine: Engine) -> None:
    reader = KnownBlobs(engine.packages.packages)
    blob = reader.write(_asset(engine))
    reader._packages, reader._blobs = Packages(), Blobs(Packages())
    with pytest.raises(CantataError):
        reader.read(blob)


def test_those_used_last_are_kept(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = KnownBlobs(engine.packages.packages)
    first = reader.write(_asset(engine))
    monkeypatch.setattr(known, "KNOWN_BYTES_MAX", len(first) * 3)
    for number in range(1, 10):
        reader.write(_asset(engine, number))
        reader.read(first)
    assert len(reader._known) == 3
    assert first in reader._known
    assert reader._size == len(first) * 3
