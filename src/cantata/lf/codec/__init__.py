"""LF-JSON: values of Daml-LF types as the JSON Ledger API v2 reads and writes them."""

from __future__ import annotations

from cantata.lf.codec.codec import JsonCodec
from cantata.lf.codec.errors import (
    IllegalContractId,
    IllegalVariant,
    MalformedJson,
    MalformedValue,
    MissingFields,
    NestingTooDeep,
    NotSerializable,
    TypeTooLarge,
    UnexpectedFields,
    UnfitValue,
    ValueRefused,
    WrongJsonKind,
)
from cantata.lf.codec.jsontext import dumps, loads

__all__ = [
    "IllegalContractId",
    "IllegalVariant",
    "JsonCodec",
    "MalformedJson",
    "MalformedValue",
    "MissingFields",
    "NestingTooDeep",
    "NotSerializable",
    "TypeTooLarge",
    "UnexpectedFields",
    "UnfitValue",
    "ValueRefused",
    "WrongJsonKind",
    "dumps",
    "loads",
]
