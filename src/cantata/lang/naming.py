"""Names: how Python's become Daml's, and which ones Daml-LF takes."""

from __future__ import annotations

import re

NAME_MAX = 1_000

_NAME = re.compile(r"[A-Za-z$_][A-Za-z0-9$_]*", re.ASCII)
_PACKAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_PACKAGE_ID = re.compile(r"[0-9a-f]{64}")


def camel(name: str) -> str:
    """Turn `execute_before` into `executeBefore`; a leading underscore stays."""
    head, *rest = name.lstrip("_").split("_")
    lead = name[: len(name) - len(name.lstrip("_"))]
    return lead + head + "".join(part[:1].upper() + part[1:] for part in rest)


def pascal(name: str) -> str:
    """Turn `burn_part` into `BurnPart`."""
    plain = camel(name)
    return plain[:1].upper() + plain[1:]


def is_name(name: str) -> bool:
    """Say whether Daml-LF takes it as a name."""
    return len(name) <= NAME_MAX and _NAME.fullmatch(name) is not None


def is_dotted_name(name: str) -> bool:
    """Say whether Daml-LF takes it as a dotted name."""
    return len(name) <= NAME_MAX and all(is_name(part) for part in name.split("."))


def is_package_name(name: str) -> bool:
    """Say whether it is the name of a package."""
    return _PACKAGE_NAME.fullmatch(name) is not None


def is_package_version(version: str) -> bool:
    """Say whether it is dotted numbers of 31 bits without leading zeros."""
    parts = version.split(".")
    fits = all(_NUMBER.fullmatch(part) and int(part) < 2**31 for part in parts)
    return len(version) <= 255 and fits


def is_package_id(text: str) -> bool:
    """Say whether it is 64 lower-case hex digits."""
    return _PACKAGE_ID.fullmatch(text) is not None
