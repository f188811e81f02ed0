"""Metadata of parties and users: annotations and the version that guards against lost updates."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from cantata.sandbox.participant.administration.refusals import (
    invalid_argument,
    missing_field,
)
from cantata.sandbox.participant.shapes import message

ANNOTATION_BYTES_MAX = 256 * 1_024

_SEGMENT = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?")
_PREFIX = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


@message
class ObjectMeta:
    """Metadata as requests give it; an empty version means not given."""

    resource_version: str
    annotations: dict[str, str]


@message
class FieldMask:
    """Which fields an update sets."""

    paths: tuple[str, ...]


def rendered(version: str, annotations: Mapping[str, str]) -> dict[str, Any]:
    """Give metadata for an answer."""
    return {"resourceVersion": version, "annotations": dict(annotations)}


def fresh_annotations(metadata: ObjectMeta | None, field: str) -> Mapping[str, str]:
    """Give the annotations of something new; `field` is the metadata's name in the protocol."""
    if metadata is None:
        return {}
    if metadata.resource_version:
        raise invalid_argument(f"field {field}.resource_version must be not set")
    for key, value in metadata.annotations.items():
        _require_key(key)
        if not value:
            raise invalid_argument(f"The value of an annotation is empty for key: '{key}'")
    _require_size(metadata.annotations)
    return metadata.annotations


def merged_annotations(old: Mapping[str, str], new: Mapping[str, str]) -> Mapping[str, str]:
    """Set annotations; an empty value takes one away."""
    for key in new:
        _require_key(key)
    merged = {key: value for key, value in {**old, **new}.items() if value}
    _require_size(merged)
    return merged


def wanted_version(metadata: ObjectMeta | None) -> int | None:
    """Give the version that an update expects, None for any."""
    if metadata is None or not metadata.resource_version:
        return None
    text = metadata.resource_version
    if not re.fullmatch("[0-9]{1,18}", text):
        raise invalid_argument(f"field resource_version has an invalid format: {text[:80]}")
    return int(text)


def mask_paths(mask: FieldMask | None) -> Collection[str]:
    """Give the paths of an update, or refuse one without a mask."""
    if mask is None:
        raise missing_field("update_mask")
    return mask.paths


def _require_key(key: str) -> None:
    prefix, slash, name = key.rpartition("/")
    if slash and not _PREFIX.fullmatch(prefix):
        raise invalid_argument(f"Key prefix segment '{prefix[:300]}' has invalid syntax")
    if not _SEGMENT.fullmatch(name):
        raise invalid_argument(f"Key name segment '{name[:300]}' has invalid syntax")


def _require_size(annotations: Mapping[str, str]) -> None:
    size = sum(len(f"{key}{value}".encode()) for key, value in annotations.items())
    if size > ANNOTATION_BYTES_MAX:
        raise invalid_argument(f"annotations of {size} bytes exceed {ANNOTATION_BYTES_MAX}")
