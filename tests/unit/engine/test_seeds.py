"""Node seeds and discriminators are those of the network."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cantata.sandbox.engine.transaction.seeds import discriminator, node_seed, pack_parties

CREATE, EXERCISE = 1, 3


class Prepared(NamedTuple):
    """What a prepared transaction says of seeds: by node, with kind and fields."""

    preparation_time: int
    seeds: dict[int, bytes]
    nodes: dict[int, tuple[int, list[tuple[int, bytes | int]]]]


def read_wire(data: bytes) -> list[tuple[int, bytes | int]]:
    at = 0

    def varint() -> int:
        nonlocal at
        result = shift = 0
        while True:
            byte = data[at]
            at += 1
            result |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return result

    fields: list[tuple[int, bytes | int]] = []
    while at < len(data):
        tag = varint()
        if tag & 7 == 0:
            fields.append((tag >> 3, varint()))
        else:
            size = varint() if tag & 7 == 2 else 8
            fields.append((tag >> 3, data[at : at + size]))
            at += size
    return fields


def blob(value: bytes | int) -> bytes:
    assert isinstance(value, bytes)
    return value


def prepared(path: Path) -> Iterator[Prepared]:
    for line in path.read_text("utf-8").splitlines():
        outer = dict(read_wire(b64decode(json.loads(line)["preparedTransaction"])))
        transaction, metadata = read_wire(blob(outer[1])), dict(read_wire(blob(outer[2])))
        seeds, nodes = {}, {}
        for number, value in transaction:
            if number == 4:
                entry = dict(read_wire(blob(value)))
                seeds[int(entry.get(1, 0))] = blob(entry[2])
            if number == 3:
                node = dict(read_wire(blob(value)))
                body = next(blob(v) for k, v in node.items() if k != 1)
                kind, content = read_wire(body)[0]
                nodes[int(node[1])] = (kind, read_wire(blob(content)))
        yield Prepared(int(metadata[6]), seeds, nodes)


def test_discriminators_of_recorded_creates(shared_data: Path) -> None:
    checked = 0
    for transaction in prepared(shared_data / "amulet" / "prepared.jsonl"):
        for node_id, (kind, fields) in transaction.nodes.items():
            if kind == CREATE:
                contract_id = next(blob(v) for k, v in fields if k == 2).decode()
                parties = {blob(v).decode() for k, v in fields if k in {6, 7}}
                start = discriminator(
                    transaction.seeds[node_id],
                    transaction.preparation_time,
                    pack_parties(parties),
                )
                assert contract_id == f"00{start.hex()}"
                checked += 1
    assert checked > 50


def test_seeds_of_recorded_children(shared_data: Path) -> None:
    checked = 0
    for transaction in prepared(shared_data / "amulet" / "prepared.jsonl"):
        for node_id, (kind, fields) in transaction.nodes.items():
            if kind != EXERCISE:
                continue
            children = [
                int(v) for _, v in fields if isinstance(v, bytes) and v.isdigit() and len(v) < 4
            ]
            for index, child in enumerate(children):
                if child in transaction.seeds:
                    derived = node_seed(transaction.seeds[node_id], index)
                    assert derived == transaction.seeds[child]
                    checked += 1
    assert checked > 100
