"""Each kind of id accepts its grammar and nothing else, and says so."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import pytest

from cantata.kernel.ids import (
    ChoiceName,
    CommandId,
    ContractId,
    Fingerprint,
    Id,
    LedgerString,
    MalformedId,
    PackageId,
    PackageName,
    PackageVersion,
    PartyId,
    TemplateRef,
    UpdateId,
    UserId,
)

HASH = "ab" * 32
PRINT = f"1220{HASH}"

GOOD: list[tuple[type[Id], str]] = [
    (Fingerprint, PRINT),
    (PartyId, f"alice::{PRINT}"),
    (PartyId, f"a b-c_d:e::{PRINT}"),
    (PartyId, f"{'n' * 185}::{PRINT}"),
    (ContractId, f"00{HASH}"),
    (ContractId, f"00{HASH}ca10{PRINT}"),
    (ContractId, f"00{HASH}{'00' * 94}"),
    (ContractId, f"01{'ab' * 12}"),
    (ContractId, f"01{'ab' * 45}"),
    (UpdateId, PRINT),
    (PackageId, HASH),
    (PackageName, "splice-api-token-holding-v1"),
    (PackageVersion, "0"),
    (PackageVersion, "1.10.0"),
    (PackageVersion, "2147483647"),
    (TemplateRef, f"{HASH}:Main:T"),
    (TemplateRef, "#cantata-tokens:Cantata.Tokens:Token"),
    (TemplateRef, f"#p:{'M' * 1000}:{'E' * 1000}"),
    (ChoiceName, "TransferInstruction_Accept"),
    (ChoiceName, "x" * 1000),
    (UserId, "participant_admin"),
    (UserId, "a@b^c$d.e!f`g-h#i+j'k~l_m|n:o(p)"),
    (LedgerString, "settle/2024 #1:a.b"),
    (CommandId, "x" * 255),
]

BAD: list[tuple[type[Id], str]] = [
    (Fingerprint, PRINT.upper()),
    (Fingerprint, f"1221{HASH}"),
    (PartyId, "alice"),
    (PartyId, f"::{PRINT}"),
    (PartyId, f"a::b::{PRINT}"),
    (PartyId, f"a:::{PRINT}"),
    (PartyId, f"ä::{PRINT}"),
    (PartyId, f"{'n' * 186}::{PRINT}"),
    (PartyId, f"alice::{PRINT}\n"),
    (ContractId, ""),
    (ContractId, HASH),
    (ContractId, f"00{HASH}c"),
    (ContractId, f"00{HASH}CA10"),
    (ContractId, f"00{HASH}{'00' * 95}"),
    (ContractId, f"01{'ab' * 46}"),
    (ContractId, f"02{HASH}"),
    (UpdateId, HASH),
    (PackageId, HASH[1:]),
    (PackageName, "a.b"),
    (PackageName, "n" * 256),
    (PackageVersion, "01.0"),
    (PackageVersion, "1..0"),
    (PackageVersion, "1.0.0-rc1"),
    (PackageVersion, "2147483648"),
    (PackageVersion, ".".join(["1"] * 129)),
    (TemplateRef, "cantata-tokens:Cantata.Tokens:Token"),
    (TemplateRef, f"#{HASH}:M"),
    (TemplateRef, f"{HASH}:M:T:x"),
    (TemplateRef, f"{HASH}:M..N:T"),
    (TemplateRef, f"{HASH}:1M:T"),
    (TemplateRef, f"#p:{'M' * 1001}:E"),
    (ChoiceName, "1st"),
    (ChoiceName, "a-b"),
    (UserId, "u" * 129),
    (UserId, "a b"),
    (LedgerString, "a,b"),
    (CommandId, "x" * 256),
    (CommandId, "١"),
]


@pytest.mark.parametrize("kind, text", GOOD)
def test_grammar_accepts(kind: type[Id], text: str) -> None:
    made = kind(text)
    assert made == text
    assert hash(made) == hash(text)
    assert str(made) == text


@pytest.mark.parametrize("kind, text", BAD)
def test_grammar_refuses(kind: type[Id], text: str) -> None:
    with pytest.raises(MalformedId) as caught:
        kind(text)
    assert caught.value.kind == kind.kind
    assert caught.value.hint
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("value", [None, 5, b"00", True])
def test_only_text_is_an_id(value: object) -> None:
    with pytest.raises(MalformedId):
        ContractId(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind, text", GOOD)
def test_copies_keep_their_kind(kind: type[Id], text: str) -> None:
    made = kind(text)
    assert type(copy.deepcopy(made)) is kind
    assert type(pickle.loads(pickle.dumps(made))) is kind


def test_repr_names_the_kind() -> None:
    assert repr(PackageName("p")) == "PackageName('p')"


def test_parts_of_a_party() -> None:
    party = PartyId.of("bank:main", Fingerprint(PRINT))
    assert party == f"bank:main::{PRINT}"
    assert (party.name, party.fingerprint) == ("bank:main", PRINT)


def test_parts_of_a_template_reference() -> None:
    by_name = TemplateRef.of(PackageName("tokens"), "Cantata.Tokens", "Token")
    assert by_name == "#tokens:Cantata.Tokens:Token"
    assert by_name.package == PackageName("tokens")
    assert type(by_name.package) is PackageName
    assert (by_name.module, by_name.entity) == ("Cantata.Tokens", "Token")
    by_id = TemplateRef.of(PackageId(HASH), "M", "T")
    assert type(by_id.package) is PackageId


def test_versions_are_ordered_by_number() -> None:
    texts = ["1", "1.0", "1.0.1", "1.2.9", "1.10.0", "10.0"]
    versions = [PackageVersion(text) for text in texts]
    assert sorted(set(versions)) == versions
    assert max(versions) == "10.0"
    assert PackageVersion("1.9") < "1.10" <= PackageVersion("1.10")
    assert PackageVersion("1.10") > "1.9"
    assert PackageVersion("1.10") >= "1.10"


def test_recorded_ids_of_a_real_participant_are_accepted(shared_data: Path) -> None:
    kinds: dict[str, type[Id]] = {
        "contractId": ContractId,
        "partyId": PartyId,
        "updateId": UpdateId,
        "packageName": PackageName,
        "packageId": PackageId,
        "templateId": TemplateRef,
        "choice": ChoiceName,
    }
    seen: dict[str, set[str]] = {key: set() for key in kinds}
    lines = (shared_data / "participant" / "main.jsonl").read_text(encoding="utf-8").splitlines()
    stack: list[object] = [
        response.get("body")
        for response in (json.loads(line).get("response", {}) for line in lines)
        if response.get("status") == 200
    ]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack += node
        elif isinstance(node, dict):
            stack += node.values()
            for key in kinds.keys() & node.keys():
                if isinstance(node[key], str) and node[key]:
                    seen[key].add(node[key])
    for key, texts in seen.items():
        assert texts, f"no {key} recorded"
        for text in texts:
            assert kinds[key](text) == text
