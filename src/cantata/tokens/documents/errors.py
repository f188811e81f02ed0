"""What is refused of documents and metadata."""

from __future__ import annotations

from cantata.tokens.errors import TokenError


class VersionTaken(TokenError):
    """A document has this version already; fields `name` and `version`."""

    code = "DOCUMENT_VERSION_TAKEN"

    def __init__(self, name: str, version: str) -> None:
        self.name = name
        self.version = version
        super().__init__(
            f"the document {name!r} has a version {version!r}",
            hint="versions are never replaced; add it under a new one",
        )


class TooManyDocuments(TokenError):
    """A token has as many documents, or versions of one, as it may have; field `most`."""

    code = "TOO_MANY_DOCUMENTS"

    def __init__(self, what: str, most: int) -> None:
        self.most = most
        super().__init__(f"there are {most} {what} already, and no more are possible")


class EntryReserved(TokenError):
    """An entry of the metadata is written by the platform alone; field `key`."""

    code = "ENTRY_RESERVED"

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            f"the entry {key!r} is the platform's own", hint="choose a name without 'cantata/'"
        )


class TooManyEntries(TokenError):
    """Metadata would have too many entries; fields `entries` and `most`."""

    code = "TOO_MANY_ENTRIES"

    def __init__(self, entries: int, most: int) -> None:
        self.entries = entries
        self.most = most
        super().__init__(f"the metadata would have {entries} entries, more than {most}")
