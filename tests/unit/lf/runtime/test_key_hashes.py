"""Hashes of contract keys: the recorded ones, and one of each kind of value."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from cantata.lf.archive import read_dar
from cantata.lf.codec import JsonCodec
from cantata.lf.model import (
    BOOL,
    DATE,
    INT64,
    PARTY,
    TEXT,
    TIMESTAMP,
    UNIT,
    Builtin,
    DefDataType,
    EnumType,
    Packages,
    Record,
    Ref,
    TApp,
    TBuiltin,
    TCon,
    Type,
    Variant,
    contract_id,
    list_of,
    optional,
)
from cantata.lf.model.types import numeric
from cantata.lf.runtime.errors import ContractIdInContractKey
from cantata.lf.runtime.runtime import Runtime
from cantata.lf.runtime.typed.keyhash import KeyHashes
from cantata.lf.runtime.typed.plans import Plans
from cantata.lf.runtime.values import GenMap, to_cons
from cantata.lf.stable import stable_packages
from tests.unit.lf.runtime.build import package, ref

TEMPLATE = Ref("0" * 64, "Some.Module", "Thing.Part")
HEAD = (
    "03 09 01 00000001 70 00000002 00000004 536f6d65 00000006 4d6f64756c65 "
    "00000002 00000005 5468696e67 00000004 50617274 "
)
"""Version, purpose, version of keys; package name, module and name of the template."""

CONSES: dict[str, Record | Variant | EnumType] = {
    "R": Record((("a", INT64), ("b", optional(TEXT)))),
    "V": Variant((("A", UNIT), ("B", INT64))),
    "E": EnumType(("X", "Y")),
}
DATA = tuple(
    DefDataType(name=name, params=(), serializable=True, cons=cons) for name, cons in CONSES.items()
)
TYPE_R, TYPE_V, TYPE_E = (TCon(ref(name)) for name in "RVE")
M = "00000001 00000001 4d"
"""The module M in which the data types are."""

SEVEN = "00 0000000000000007"
CASES: list[tuple[Type, Any, str]] = [
    (INT64, -1, "00 ffffffffffffffff"),
    (numeric(2), Decimal("1.28"), "01 00000002 0080"),
    (numeric(2), Decimal("-1.28"), "01 00000001 80"),
    (numeric(0), Decimal(0), "01 00000001 00"),
    (TEXT, "é", "02 00000002 c3a9"),
    (TIMESTAMP, 1, "03 0000000000000001"),
    (PARTY, "p", "04 00000001 70"),
    (BOOL, True, "05 01"),
    (UNIT, (), "06"),
    (DATE, -1, "07 ffffffff"),
    (TYPE_R, (7, ("x",)), f"08{M}0000000100000001520000000161{SEVEN}00000001620c01020000000178ff"),
    (TYPE_R, (7, None), f"08{M}0000000100000001520000000161{SEVEN}ff"),
    (TYPE_V, (1, 7), f"09{M}0000000100000001560000000142 00000001 {SEVEN}"),
    (TYPE_E, 1, f"0a{M}0000000100000001450000000159 00000001"),
    (list_of(INT64), to_cons([7, 7]), f"0b00000002{SEVEN}{SEVEN}"),
    (optional(INT64), None, "0c00"),
    (optional(INT64), (7,), f"0c01{SEVEN}"),
    (
        TApp(TBuiltin(Builtin.TEXTMAP), INT64),
        {"b": 7, "a": 7},
        f"0d000000020000000161{SEVEN}0000000162{SEVEN}",
    ),
    (
        TApp(TApp(TBuiltin(Builtin.GENMAP), INT64), INT64),
        GenMap((7,), (7,)),
        f"0e00000001{SEVEN}{SEVEN}",
    ),
]


def hashes() -> KeyHashes:
    """Give hashes over a package with some data types."""
    return KeyHashes(Plans(Packages([package(data=DATA)])))


@pytest.mark.parametrize("type_,value,encoded", CASES)
def test_each_kind_of_value_is_written_in_its_own_way(
    type_: Type, value: Any, encoded: str
) -> None:
    expected = sha256(bytes.fromhex(HEAD + encoded)).digest()
    assert hashes().hasher("p", TEMPLATE, type_)(value) == expected


def test_a_contract_id_is_refused_wherever_it_stands() -> None:
    hasher = hashes().hasher("p", TEMPLATE, list_of(contract_id(TYPE_R)))
    assert hasher(()) == sha256(bytes.fromhex(HEAD + "0b00000000")).digest()
    with pytest.raises(ContractIdInContractKey):
        hasher(to_cons(["00ab"]))


def test_recorded_keys_have_their_recorded_hashes(shared_data: Path) -> None:
    dar = read_dar((shared_data / "participant/packages/oracle-keys-1.0.0.dar").read_bytes())
    stored = (*stable_packages().values(), *dar.packages.values())
    packages = Packages(each.package for each in stored)
    runtime, codec = Runtime(packages), JsonCodec(packages)
    seen = set()
    for event in keyed_events(shared_data / "participant/main.jsonl"):
        key = runtime.template(Ref(*event["templateId"].split(":"))).key
        assert key is not None
        value = codec.decode(event["contractKey"], key.type)
        assert base64.b64encode(key.hash(value)).decode() == event["contractKeyHash"]
        seen.add(event["contractKeyHash"])
    assert len(seen) >= 2


def keyed_events(file: Path) -> Iterator[dict[str, Any]]:
    """Give all created events that have a key."""
    for line in file.read_text("utf-8").splitlines():
        pending: list[Any] = [json.loads(line)["response"]]
        while pending:
            item = pending.pop()
            if isinstance(item, list):
                pending.extend(item)
            elif isinstance(item, dict):
                if item.get("contractKeyHash") and item.get("contractKey"):
                    yield item
                pending.extend(item.values())
