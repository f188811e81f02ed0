"""Generated classes read and write what the codec writes, for random packages."""

from __future__ import annotations

import importlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cantata.lf.codec import JsonCodec, NotSerializable
from cantata.lf.codegen import support as lf
from cantata.lf.model import INT64, Packages, TCon, apply
from cantata.testing import strategies
from tests.property.lf.codec.random_packages import MODULE, NAMES, PACKAGE, packages, ref
from tests.unit.lf.codegen.generated import imported_from, write

SIZES = strategies.Sizes(depth_max=6, items_max=2)


@settings(max_examples=40)
@given(packages(), st.data())
def test_generated_classes_agree_with_the_codec(world: Packages, data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, world, world[PACKAGE])
        with imported_from(folder):
            importlib.invalidate_caches()
            code: Any = importlib.import_module(f"random_1_0_0.{MODULE.lower()}")
        for type_name in NAMES:
            agree(world, data, type_name, code)


def agree(world: Packages, data: st.DataObject, name: str, code: Any) -> None:
    type_ = apply(TCon(ref(name)), INT64)
    try:
        value = data.draw(strategies.values(world, type_, sizes=SIZES))
    except strategies.NoSmallValue:
        return
    written = JsonCodec(world).encode(value, type_)
    codec = getattr(code, name).codec(lf.INT64)
    try:
        own = codec.from_json(written)
    except NotSerializable:
        return
    assert codec.to_json(own) == written
