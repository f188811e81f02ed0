"""Names and types of Daml-LF that Python makes difficult."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from cantata.lf.codegen import support as lf
from cantata.lf.codegen.errors import CodegenRefused
from cantata.lf.codegen.generate import IllegalPrefix, generate
from cantata.lf.model import (
    INT64,
    TEXT,
    UNIT,
    DataCons,
    DefDataType,
    DefTypeSyn,
    EnumType,
    KStar,
    Module,
    Package,
    Packages,
    Record,
    Ref,
    TCon,
    TSyn,
    TVar,
    Type,
    Variant,
    apply,
    contract_id,
    genmap,
    list_of,
    optional,
    textmap,
)
from tests.unit.lf.codegen.generated import (
    format_check,
    import_all,
    imported_from,
    type_check,
    write,
)

ONE, TWO = "1" * 64, "2" * 64


def data(name: str, cons: DataCons, *params: str) -> DefDataType:
    return DefDataType(
        name=name, params=tuple((p, KStar()) for p in params), serializable=True, cons=cons
    )


def module(name: str, *definitions: DefDataType, synonyms: tuple[DefTypeSyn, ...] = ()) -> Module:
    return Module(
        name=name,
        data_types={d.name: d for d in definitions},
        synonyms={s.name: s for s in synonyms},
    )


def package(id_: str, *modules: Module) -> Package:
    return Package(
        id=id_,
        name="nasty-names",
        version="1.0.0",
        lf_minor="1",
        modules={m.name: m for m in modules},
        imports=frozenset(),
    )


FIELDS = (
    "class", "None", "lf", "self", "cls", "to_json", "from_json", "codec", "_parts", "__init",
    "executeBefore", "execute_before", "ExecuteBefore", "a$b", "_1", "classmethod", "int", "str",
    "Record", "Generic", "dataclass", "property", "create_command", "mro", "_other", "type",
)  # fmt: skip


def nasty() -> Packages:
    here, there = "Class.Def", "Class"
    record = Ref(ONE, here, "Record")
    tree = apply(TCon(Ref(ONE, here, "tree")), TVar("a"))
    definitions = (
        data("Record", Record(tuple((name, optional(INT64)) for name in FIELDS))),
        data("dataclass", Record((("Record", TCon(record)), ("lf", TCon(Ref(ONE, there, "lf")))))),
        data("__Private", Record((("x", TCon(Ref(ONE, here, "dataclass"))),))),
        data("tree", Variant((("Leaf", TVar("a")), ("Fork", list_of(tree)))), "a"),
        data("Shape", Variant((("None", UNIT), ("Box", TCon(Ref(ONE, here, "Shape.Box")))))),
        data("Shape.Box", Record((("cls", TEXT),))),
        data("Shape_Box", Record(())),
        data("E", EnumType(("None", "mro", "name", "value", "_", "_x_", "title", "Red"))),
        data("Phantom", Record((("id", contract_id(TVar("t"))), ("o", optional(TVar("t"))))), "t"),
        data("A", Record((("A", TVar("A")),)), "A"),
    )
    other = data("lf", Record((("m", textmap(TCon(Ref(TWO, "Class", "lf")))),)))
    twin = data("lf", Record((("m", genmap(TEXT, TEXT)),)))
    return Packages(
        [
            package(ONE, module(there, other), module(here, *definitions)),
            package(TWO, module("Class", twin)),
        ]
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    out = tmp_path / "out"
    packages = nasty()
    write(out, packages, packages[ONE])
    return out


def test_the_code_is_typed_formatted_and_importable(folder: Path, tmp_path: Path) -> None:
    assert not type_check(folder, tmp_path)
    assert not format_check(folder)
    with imported_from(folder):
        assert len(import_all(folder)) == 5


def test_values_come_back_whatever_their_names(folder: Path) -> None:
    with imported_from(folder):
        code: Any = importlib.import_module("nasty_names_1_0_0_11111111.class_.def_")
    record = {name: str(index) for index, name in enumerate(FIELDS)}
    value = code.Record.from_json(record)
    assert value.to_json() == record
    assert len({getattr(value, name) for name in value.__dataclass_fields__}) == len(FIELDS)
    whole = {"x": {"Record": record, "lf": {"m": {"k": {"m": [["a", "b"]]}}}}}
    assert code._Private.from_json(whole).to_json() == whole
    tree = {"tag": "Fork", "value": [{"tag": "Leaf", "value": "1"}]}
    forest = code.tree.codec(lf.INT64)
    assert forest.from_json(tree) == code.tree_Fork((code.tree_Leaf(1),))
    assert forest.to_json(forest.from_json(tree)) == tree
    box = {"tag": "Box", "value": {"cls": "x"}}
    assert code.Shape.from_json(box) == code.Shape_Box_(code.Shape_Box_Record(cls_="x"))
    for name in ("None", "mro", "name", "value", "_", "_x_", "title", "Red"):
        assert code.E.from_json(name).to_json() == name


def test_an_optional_of_a_type_variable_keeps_what_is_inside(folder: Path) -> None:
    with imported_from(folder):
        code: Any = importlib.import_module("nasty_names_1_0_0_11111111.class_.def_")
    contract = "00" + "ab" * 32 + "ca"
    phantom = code.Phantom.codec(lf.optional(lf.INT64))
    for json_data, content in (([], None), ([[]], lf.Some(None)), ([["1"]], lf.Some(1))):
        data: dict[str, Any] = {"id": contract, "o": json_data}
        assert phantom.from_json(data).o == content
        assert phantom.to_json(phantom.from_json(data)) == data
    plain = code.Phantom.codec(lf.INT64)
    assert plain.from_json({"id": contract, "o": "1"}).o == lf.Some(1)
    assert plain.to_json(plain.from_json({"id": contract})) == {"id": contract}


def test_the_text_is_the_same_each_time() -> None:
    packages = nasty()
    assert generate(packages, packages[ONE]) == generate(nasty(), packages[ONE])


def test_a_prefix_stands_before_imports() -> None:
    packages = nasty()
    files = generate(packages, packages[ONE], prefix="app.daml")
    imports = [line for text in files.values() for line in text.splitlines() if " as _" in line]
    assert imports
    assert all(line.startswith("from app.daml.nasty_names_1_0_0_") for line in imports)
    with pytest.raises(IllegalPrefix):
        generate(packages, packages[ONE], prefix="app..daml")


def deep() -> Type:
    type_: Type = INT64
    for _ in range(5_000):
        type_ = list_of(type_)
    return type_


def wide() -> Type:
    type_: Type = INT64
    for _ in range(60):
        type_ = TSyn(Ref(ONE, "M", "Drop"), (type_, type_))
    return type_


@pytest.mark.parametrize("type_", [deep(), wide()], ids=["deep", "wide"])
def test_types_too_large_to_write_down_are_refused(type_: Type) -> None:
    drop = DefTypeSyn(name="Drop", params=(("a", KStar()), ("b", KStar())), type=INT64)
    main = package(ONE, module("M", data("R", Record((("f", type_),))), synonyms=(drop,)))
    with pytest.raises(CodegenRefused):
        generate(Packages([main]), main)


def test_synonyms_are_expanded() -> None:
    maybe = DefTypeSyn(name="Maybe", params=(("a", KStar()),), type=optional(TVar("a")))
    field = ("f", TSyn(Ref(ONE, "M", "Maybe"), (TSyn(Ref(ONE, "M", "Maybe"), (INT64,)),)))
    main = package(ONE, module("M", data("R", Record((field,))), synonyms=(maybe,)))
    text = "\n".join(generate(Packages([main]), main).values())
    assert "f: lf.Optional[lf.Some[lf.Optional[lf.Int64]]] = None" in text
