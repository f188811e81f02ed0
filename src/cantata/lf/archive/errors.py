"""What can be wrong with an archive or a DAR, each with Canton's error code."""

from __future__ import annotations

from typing import ClassVar

from cantata.kernel.errors import CantataError


class ArchiveError(CantataError):
    """A DAR or an archive that is refused."""

    code: ClassVar[str] = "DAR_PARSE_ERROR"


class MalformedMessage(ArchiveError):
    """Bytes that are no message of the archive format: truncated, or of the wrong wire form."""


class UnknownField(ArchiveError):
    """A field that the archive format does not have; its meaning could not be honoured."""

    def __init__(self, message: str, number: int) -> None:
        super().__init__(
            f"Message of type {message} contains unknown field numbered {number}",
            hint="the archive was made for a later format or has been changed",
        )
        self.number = number


class HashMismatch(ArchiveError):
    """An archive whose payload does not have the hash that the archive states."""

    def __init__(self, computed: str, stated: str) -> None:
        super().__init__(
            f"Mismatching hashes! Expected {computed} but got {stated}",
            hint="the archive has been changed or damaged; get it again from its source",
        )
        self.computed = computed
        self.stated = stated


class UnknownVersion(ArchiveError):
    """An archive of a language version that does not exist."""


class UnsupportedVersion(ArchiveError):
    """An archive of a language version that exists and is not supported."""

    code: ClassVar[str] = "ALLOWED_LANGUAGE_VERSIONS"


class InvalidPackage(ArchiveError):
    """A well-formed message that is no package: bad names, indices, forms or duplicates."""


class FeatureNotSupported(InvalidPackage):
    """A form that the package's language version does not have."""

    def __init__(self, feature: str, minor: str) -> None:
        super().__init__(f"{feature} is not supported by Daml-LF 2.{minor}")
        self.feature = feature
        self.minor = minor


class LimitExceeded(ArchiveError):
    """An archive beyond one of the stated bounds on size, number or nesting."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(
            f"{what} exceeds the limit of {limit}",
            hint="the archive is refused because reading it would take too much time or memory",
        )
        self.limit = limit


class InvalidDar(ArchiveError):
    """A file that is no DAR: not a zip file, or without a proper manifest."""

    code: ClassVar[str] = "INVALID_DAR"


class InvalidZipEntry(ArchiveError):
    """An entry that the manifest names and the DAR does not hold, or holds damaged."""

    code: ClassVar[str] = "INVALID_ZIP_ENTRY"

    def __init__(self, entry: str, reason: str) -> None:
        super().__init__(f"zip entry {entry!r} {reason}", context={"entry": entry})
        self.entry = entry


class ZipBomb(ArchiveError):
    """A zip file that would unpack to more than the stated bounds."""

    code: ClassVar[str] = "ZIP_BOMB"

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(
            f"{what} exceeds the limit of {limit}",
            hint="the DAR is refused because unpacking it would take too much memory",
        )
        self.limit = limit


class IncompleteDar(ArchiveError):
    """A DAR that cannot be written because a package that it needs is not at hand."""

    code: ClassVar[str] = "DAR_DEPENDENCIES_NOT_VALID"

    def __init__(self, package_id: str, needed_by: str) -> None:
        super().__init__(
            f"package {package_id}, needed by {needed_by}, is missing",
            hint="name the DAR that holds it as a dependency",
        )
        self.package_id = package_id
