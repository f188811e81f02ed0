"""Area "prepared": recorded prepared transactions, blobs and topology, byte by byte."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from cantata.lf.interactive.blob import authentication_of, decode_blob, encode_blob, salt_of
from cantata.lf.interactive.errors import InteractiveError
from cantata.lf.interactive.hashing import HashingScheme, prepared_hash
from cantata.lf.interactive.prepared_wire import decode_prepared, encode_prepared
from cantata.lf.interactive.topology import decode_topology, encode_topology, multi_hash
from tests.vectors.replay import Check

PLACE = "amulet/prepared.jsonl"
FOLDERS = ("amulet", "participant")
GOLDEN = "golden_prepared_tx.b64"

Json = Any


def checks(data: Path) -> Iterator[Check]:
    """Give a check for each distinct recorded thing below the folders."""
    golden = data / GOLDEN
    if golden.is_file():
        yield Check(GOLDEN, partial(_reencoded, golden.read_text()))
    seen: set[str] = set()
    for folder in FOLDERS:
        for file in sorted((data / folder).rglob("*.json*")):
            text = file.read_text(encoding="utf-8")
            documents = text.splitlines() if file.suffix == ".jsonl" else [text]
            for number, document in enumerate(documents, 1):
                yield from _of_document(f"{folder}/{file.name}:{number}", document, seen)


def _of_document(where: str, document: str, seen: set[str]) -> Iterator[Check]:
    found: list[tuple[str, Callable[[], None]]] = []
    for item in answers(json.loads(document)):
        if isinstance(item.get("preparedTransactionHash"), str):
            found.append((item["preparedTransaction"], partial(_hashed, item)))
        if isinstance(item.get("multiHash"), str):
            found.append((item["multiHash"], partial(_topology, item)))
        blob = item.get("createdEventBlob")
        if blob and "contractKeyHash" in item:
            found.append((blob, partial(_blob, item)))
    for index, (key, run) in enumerate(found):
        if key not in seen:
            seen.add(key)
            yield Check(f"{where}#{index}", run)


def answers(data: Json) -> Iterator[dict[str, Json]]:
    """Give all objects inside JSON data."""
    pending = [data]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            yield item
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def _reencoded(text: str) -> None:
    data = b64decode(text)
    assert encode_prepared(decode_prepared(data)) == data


def _hashed(item: dict[str, Json]) -> None:
    _reencoded(item["preparedTransaction"])
    prepared = decode_prepared(b64decode(item["preparedTransaction"]))
    scheme = HashingScheme[item["hashingSchemeVersion"]]
    assert prepared_hash(prepared, scheme) == b64decode(item["preparedTransactionHash"])
    for given in prepared.metadata.input_contracts:
        blob = decode_blob(given.event_blob)
        assert blob.contract_id == given.create.contract_id
        assert encode_blob(blob) == given.event_blob


def _topology(item: dict[str, Json]) -> None:
    transactions = [b64decode(text) for text in item["topologyTransactions"]]
    assert multi_hash(transactions) == b64decode(item["multiHash"])
    for transaction in transactions:
        decoded = decode_topology(transaction)
        assert encode_topology(decoded) == transaction
        assert decoded.mapping.party == item["partyId"]


def _blob(item: dict[str, Json]) -> None:
    data = b64decode(item["createdEventBlob"])
    try:
        blob = decode_blob(data)
    except InteractiveError as error:
        raise AssertionError(str(error)) from error
    assert encode_blob(blob) == data
    assert blob.contract_id == item["contractId"]
    assert str(blob.template) == item["templateId"]
    assert set(blob.signatories) == set(item["signatories"])
    assert set(blob.observers) == set(item["observers"])
    assert authentication_of(salt_of(blob.authentication)) == blob.authentication
