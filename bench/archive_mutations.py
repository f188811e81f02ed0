"""Mutations of archives and DARs: of raw bytes, of the message tree, and of the zip around them.

Mutated packages are sealed again with the right hash, so that they reach the decoder.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cantata.lf.archive.envelope import open_archive, open_payload, seal_archive, seal_payload
from cantata.lf.archive.errors import ArchiveError
from cantata.lf.archive.manifest import MANIFEST_NAME, Manifest, write_manifest
from cantata.lf.archive.schema import SCHEMA, rows
from cantata.lf.archive.wire import BYTES, FIXED64, VARINT, bytes_field, scan_fields, varint
from cantata.lf.archive.zip import write_zip

Field = tuple[int, int, "int | bytes"]

PACKAGE = "Package"
_PACKAGE_FIELDS = {
    1: "Module",
    3: "InternedDottedName",
    4: "PackageMetadata",
    5: "Type@entry",
    6: "Kind@entry",
    7: "Expr@entry",
}
_CHILDREN = {
    PACKAGE: _PACKAGE_FIELDS,
    **{
        name: {row.number: row.form for row in rows(text) if row.form in SCHEMA}
        for name, text in SCHEMA.items()
    },
}
_NUMBERS = (0, 1, 2, 3, 7, 38, 64, 127, 128, 1001, 4321, 2**31 - 1, 2**31, 2**32, 2**63, 2**64 - 1)
_MINORS = ("1", "1", "1", "1", "2", "2", "3", "9", "dev", "")
_MAX_DEPTH = 40
_MAX_NESTING = 3_000


@dataclass(frozen=True)
class Corpus:
    """Packages to start from, and parts of them by the message that they are."""

    packages: tuple[tuple[str, bytes], ...]
    parts: dict[str, list[bytes]] = field(default_factory=dict)


def corpus_of(archives: Sequence[bytes]) -> Corpus:
    """Take archives apart: minor version and package message of each, and all parts by message."""
    packages = []
    for archive in archives:
        payload = open_payload(open_archive(archive)[1])
        packages.append((payload.minor, payload.package))
    corpus = Corpus(tuple(packages))
    for _, package in packages:
        _collect(PACKAGE, package, corpus.parts)
    return corpus


def _collect(name: str, data: bytes, parts: dict[str, list[bytes]]) -> None:
    pending = [(name, data)]
    while pending:
        name, data = pending.pop()
        parts.setdefault(name, []).append(data)
        for number, form, value in scan_fields(data, name):
            child = _CHILDREN[name].get(number)
            if child and form == BYTES and isinstance(value, bytes):
                pending.append((child, value))


def mutate_archive(corpus: Corpus, rng: random.Random) -> bytes:
    """Give an archive with one to four faults; its hash is usually right."""
    minor, package = rng.choice(corpus.packages)
    if rng.random() < 0.1:
        minor = rng.choice(_MINORS)
    for _ in range(rng.randint(1, 4)):
        if rng.random() < 0.7:
            package = _mutate_tree(PACKAGE, package, corpus, rng)
        else:
            package = mutate_bytes(package, corpus, rng)
    payload = _seal(minor, package, rng)
    archive = seal_archive(payload)
    return mutate_bytes(archive, corpus, rng) if rng.random() < 0.05 else archive


def _seal(minor: str, package: bytes, rng: random.Random) -> bytes:
    try:
        payload = seal_payload(minor, package)
    except ArchiveError:
        payload = bytes_field(3, minor.encode()) + bytes_field(4, package)
    if rng.random() < 0.02:
        payload += varint(5 << 3) + varint(rng.choice(_NUMBERS))
    return payload


def mutate_bytes(data: bytes, corpus: Corpus, rng: random.Random) -> bytes:
    """Change raw bytes: flip, cut, repeat, insert, splice, or make numbers huge."""
    change = rng.choice(_BYTE_CHANGES)
    at = rng.randrange(len(data)) if data else 0
    return change(data, at, corpus, rng)


def _flip(data: bytes, at: int, _corpus: Corpus, rng: random.Random) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        changed[at] ^= 1 << rng.randrange(8)
        at = rng.randrange(len(data))
    return bytes(changed)


def _step(data: bytes, at: int, _corpus: Corpus, rng: random.Random) -> bytes:
    """Add or take one, as a wrong length would be."""
    if not data:
        return data
    return data[:at] + bytes(((data[at] + rng.choice((-1, 1))) % 256,)) + data[at + 1 :]


def _truncate(data: bytes, at: int, _corpus: Corpus, _rng: random.Random) -> bytes:
    return data[:at]


def _cut(data: bytes, at: int, _corpus: Corpus, rng: random.Random) -> bytes:
    return data[:at] + data[at + rng.randint(1, 64) :]


def _repeat(data: bytes, at: int, _corpus: Corpus, rng: random.Random) -> bytes:
    part = data[at : at + rng.randint(1, 64)]
    return data[:at] + part * rng.choice((2, 3, 100)) + data[at:]


def _insert(data: bytes, at: int, _corpus: Corpus, rng: random.Random) -> bytes:
    return data[:at] + rng.randbytes(rng.randint(1, 16)) + data[at:]


def _splice(data: bytes, at: int, corpus: Corpus, rng: random.Random) -> bytes:
    _, other = rng.choice(corpus.packages)
    start = rng.randrange(len(other))
    return data[:at] + other[start : start + rng.randint(1, 256)] + data[at:]


def _huge(data: bytes, at: int, _corpus: Corpus, rng: random.Random) -> bytes:
    return data[:at] + b"\xff" * rng.randint(1, 12) + data[at + 1 :]


_BYTE_CHANGES: tuple[Callable[[bytes, int, Corpus, random.Random], bytes], ...] = (
    _flip,
    _flip,
    _step,
    _truncate,
    _cut,
    _repeat,
    _insert,
    _splice,
    _huge,
)


def _mutate_tree(name: str, data: bytes, corpus: Corpus, rng: random.Random) -> bytes:
    """Change one message somewhere inside; all lengths around it stay right."""
    path: list[tuple[list[Field], int]] = []
    for _ in range(_MAX_DEPTH):
        fields = _fields(data, name)
        inner = [
            place
            for place, (number, form, value) in enumerate(fields)
            if form == BYTES and number in _CHILDREN[name] and value
        ]
        if not inner or rng.random() < 0.15:
            break
        place = rng.choice(inner)
        path.append((fields, place))
        number, _, value = fields[place]
        assert isinstance(value, bytes)
        name, data = _CHILDREN[name][number], value
    data = _write(_edit(_fields(data, name), name, corpus, rng))
    for fields, place in reversed(path):
        number, form, _ = fields[place]
        fields[place] = number, form, data
        data = _write(fields)
    return data


def _fields(data: bytes, name: str) -> list[Field]:
    try:
        return list(scan_fields(data, name))
    except ArchiveError:
        return []


def _write(fields: Sequence[Field]) -> bytes:
    written = []
    for number, form, value in fields:
        tag = varint(number << 3 | form)
        if isinstance(value, int):
            written.append(tag + varint(value))
        elif form == BYTES:
            written.append(tag + varint(len(value)) + value)
        else:
            written.append(tag + value)
    return b"".join(written)


def _edit(fields: list[Field], name: str, corpus: Corpus, rng: random.Random) -> list[Field]:
    """Drop, repeat, swap, replace, renumber, deepen or add a field."""
    choice = rng.randrange(8)
    if not fields or choice == 0:
        number = rng.choice((*_CHILDREN[name], 1, 2, 3, 44, 1001, 4321))
        return [*fields, (number, VARINT, rng.choice(_NUMBERS))]
    at = rng.randrange(len(fields))
    number, form, value = fields[at]
    changed = list(fields)
    if choice == 1:
        del changed[at]
    elif choice == 2:
        changed.insert(rng.randint(0, len(fields)), fields[at])
    elif choice == 3:
        other = rng.randrange(len(fields))
        changed[at], changed[other] = changed[other], changed[at]
    elif choice == 4:
        changed[at] = rng.choice((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 44)), form, value
    else:
        changed[at] = number, form, _other_value(number, form, value, name, corpus, rng)
    return changed


def _other_value(
    number: int, form: int, value: int | bytes, name: str, corpus: Corpus, rng: random.Random
) -> int | bytes:
    if isinstance(value, int):
        return rng.choice((*_NUMBERS, value + 1, max(value - 1, 0)))
    if form == FIXED64:
        return rng.randbytes(8)
    child = _CHILDREN[name].get(number)
    if child is None:
        return mutate_bytes(value, corpus, rng) if value else rng.randbytes(4)
    if rng.random() < 0.2 and child.partition("@")[0] in {"Expr", "Type", "Kind"}:
        return _nested(child, value, rng)
    return rng.choice(corpus.parts.get(child, [value]))


def _nested(name: str, data: bytes, rng: random.Random) -> bytes:
    """Put an expression, type or kind inside others, many times over."""
    for _ in range(rng.choice((10, 100, _MAX_NESTING))):
        if name.startswith("Expr"):
            data = bytes_field(15, bytes_field(1, data) + bytes_field(2, b"\x28\x00"))
        elif name.startswith("Type"):
            data = bytes_field(3, b"\x08\x0a" + bytes_field(2, data))
        else:
            data = bytes_field(2, bytes_field(1, data) + bytes_field(2, b"\x0a\x00"))
    return data


def mutate_dar(corpus: Corpus, archives: Sequence[bytes], rng: random.Random) -> bytes:
    """Give a DAR with faults in its manifest, its entries or the bytes of the zip file."""
    names = [f"p{number}.dalf" for number in range(rng.randint(1, 4))]
    entries = [(name, rng.choice(archives)) for name in names]
    manifest = write_manifest(Manifest(names[0], tuple(names[1:])), created_by="c", name="n")
    dar = write_zip([(MANIFEST_NAME, manifest), *entries])
    choice = rng.randrange(6)
    if choice == 0:
        manifest = mutate_bytes(manifest, corpus, rng)
    elif choice == 1:
        entries.append(rng.choice(entries))
    elif choice == 2:
        entries[rng.randrange(len(entries))] = names[0], dar
    elif choice == 3:
        entries[0] = names[0], mutate_archive(corpus, rng)
    dar = write_zip([(MANIFEST_NAME, manifest), *entries])
    return mutate_bytes(dar, corpus, rng) if choice > 3 else dar
