"""The manifest of a DAR: which entries are packages, and which one is the main package."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.lf.archive.errors import InvalidDar

MANIFEST_NAME = "META-INF/MANIFEST.MF"

_LINE_BYTES = 72
_MAX_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Manifest:
    """The entry of the main package, and those of the packages that it needs."""

    main: str
    dependencies: tuple[str, ...]


def read_manifest(data: bytes) -> Manifest:
    """Read the main section of a manifest; raise `InvalidDar`."""
    attributes = _attributes(data)
    if _attribute(attributes, "Format") != "daml-lf":
        raise InvalidDar(f"unsupported format: {attributes['format'][:80]!r}, expected 'daml-lf'")
    main = _attribute(attributes, "Main-Dalf")
    listed = [name.strip() for name in _attribute(attributes, "Dalfs").split(",")]
    if main not in listed:
        raise InvalidDar(f"the main package {main!r} is not among the packages of the manifest")
    return Manifest(main, tuple(dict.fromkeys(name for name in listed if name != main)))


def _attribute(attributes: dict[str, str], name: str) -> str:
    value = attributes.get(name.lower())
    if value is None:
        raise InvalidDar(f"the manifest does not say {name}")
    return value


def _attributes(data: bytes) -> dict[str, str]:
    """Join continued lines and split names from values, up to the first empty line."""
    if len(data) > _MAX_BYTES:
        raise InvalidDar(f"the manifest is longer than {_MAX_BYTES} bytes")
    attributes: dict[str, list[bytes]] = {}
    last: list[bytes] | None = None
    for line in data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        if not line:
            break
        if line.startswith(b" ") and last is not None:
            last.append(line[1:])
            continue
        name, separator, value = line.partition(b": ")
        if not separator:
            raise InvalidDar(f"the manifest has the bad line {line[:80]!r}")
        last = attributes[name.decode("ascii", "backslashreplace").lower()] = [value]
    try:
        return {name: b"".join(parts).decode() for name, parts in attributes.items()}
    except UnicodeDecodeError:
        raise InvalidDar("the manifest is not UTF-8") from None


def write_manifest(manifest: Manifest, *, created_by: str, name: str) -> bytes:
    """Write a manifest with lines of at most 72 bytes."""
    rows = {
        "Manifest-Version": "1.0",
        "Created-By": created_by,
        "Name": name,
        "Main-Dalf": manifest.main,
        "Dalfs": ", ".join((manifest.main, *manifest.dependencies)),
        "Format": "daml-lf",
        "Encryption": "non-encrypted",
    }
    return b"".join(_wrap(f"{key}: {value}".encode()) for key, value in rows.items())


def _wrap(line: bytes) -> bytes:
    """Break a line; continuations start with one space, which counts."""
    parts = [line[:_LINE_BYTES]]
    step = _LINE_BYTES - 1
    parts += [b" " + line[at : at + step] for at in range(_LINE_BYTES, len(line), step)]
    return b"".join(part + b"\n" for part in parts)
