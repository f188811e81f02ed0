"""Documents, metadata and classes of a token, what the ledger says of them, and their bounds.

The bytes of a document are kept nowhere: its hash binds it, and its address tells where it lies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from cantata.kernel.time import Timestamp
from cantata.tokens.model import InstrumentId
from cantata.tokens.orders import OWN_ENTRIES, Document

DOCUMENTS_MAX = 50
"""Documents of a token."""

VERSIONS_MAX = 100
"""Versions of a document."""

ENTRIES_MAX = 200
"""Entries of a token's metadata on the ledger."""

CLASS = f"{OWN_ENTRIES}class"
CLASS_OF = f"{OWN_ENTRIES}class-of"
_ENTRY = re.compile(rf"{OWN_ENTRIES}document\.([0-9]{{1,6}})", re.ASCII)
_HASH = re.compile(r"sha-256:([0-9a-f]{64})$", re.ASCII)


class Visibility(Enum):
    """Who may see that there is a document; its hash on the ledger tells nothing of it."""

    PUBLIC = "public"
    HOLDERS = "holders"
    ISSUER = "issuer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A version of a document as it is recorded; `number` is the document's among its token's."""

    token: InstrumentId
    number: int
    document: Document
    created_at: Timestamp
    is_newest: bool
    is_on_ledger: bool

    @property
    def visibility(self) -> Visibility:
        """Give who may see it."""
        return Visibility(self.document.visibility)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What the ledger said of a token, from an offset on."""

    offset: int
    meta: Mapping[str, str]


def hashes(meta: Mapping[str, str]) -> dict[int, str]:
    """Give the hash of each document that metadata name, by number."""
    found = {}
    for key, value in meta.items():
        entry, digest = _ENTRY.fullmatch(key), _HASH.search(value)
        if entry is not None and digest is not None:
            found[int(entry[1])] = digest[1]
    return found
