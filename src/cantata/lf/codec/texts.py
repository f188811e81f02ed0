"""Text, Party, ContractId, Bool and Unit in JSON."""

from __future__ import annotations

import re
from typing import Any

from cantata.lf.codec.errors import IllegalContractId, MalformedValue, WrongJsonKind, excerpt

PARTY_LENGTH_MAX = 255

_PARTY = re.compile(rf"[A-Za-z0-9:_\- ]{{1,{PARTY_LENGTH_MAX}}}")
_ILLEGAL_IN_PARTY = re.compile(r"[^A-Za-z0-9:_\- ]")
_USUAL_CONTRACT_ID = re.compile(r"00[0-9a-f]{136}")
"""What nearly all ids look like; the whole grammar takes seven times as long."""

_CONTRACT_ID_V1 = re.compile(r"00[0-9a-f]{64}((?:[0-9a-f]{2}){0,94})")
_CONTRACT_ID_V2 = re.compile(r"01[0-9a-f]{24}((?:[0-9a-f]{2}){0,33})")


def decode_text(data: Any, _depth: int) -> str:
    """Read a Text; a lone surrogate becomes ``?``, as on the participant's way through UTF-8."""
    if not isinstance(data, str):
        raise WrongJsonKind("a Text as a JSON string", data)
    return str(data) if data.isascii() else legal_text(data)


def legal_text(text: str) -> str:
    """Replace what UTF-8 cannot say by ``?``."""
    return text.encode("utf-8", "replace").decode("utf-8")


def decode_party(data: Any, _depth: int) -> str:
    """Read a Party: 1 to 255 letters, digits, ``:``, ``-``, ``_`` or spaces."""
    if not isinstance(data, str):
        raise WrongJsonKind("a Party as a JSON string", data)
    if _PARTY.fullmatch(data) is None:
        raise MalformedValue(_party_fault(data), hint="a party looks like alice::1220…")
    return str(data)


def decode_contract_id(data: Any, _depth: int) -> str:
    """Read a ContractId: the lower-case hex of an id that a ledger has given."""
    if not isinstance(data, str):
        raise WrongJsonKind("a ContractId as a JSON string", data)
    if _USUAL_CONTRACT_ID.fullmatch(data) is not None:
        return str(data)
    match = _CONTRACT_ID_V1.fullmatch(data)
    if match is not None:
        if not match[1]:
            cause = f'Illegal Contract ID "{data}", non-suffixed V1 Contract IDs are forbidden'
            raise IllegalContractId(cause, hint="take the id from a created event")
        return str(data)
    match = _CONTRACT_ID_V2.fullmatch(data)
    if match is None:
        raise MalformedValue(
            f'cannot parse ContractId "{excerpt(data)}"', hint="take the id from a created event"
        )
    if match[1] < "80":
        cause = f'Illegal Contract ID "{data}", non-absolute V2 Contract IDs are forbidden'
        raise IllegalContractId(cause, hint="take the id from a created event")
    return str(data)


def decode_bool(data: Any, _depth: int) -> bool:
    """Read a Bool."""
    if not isinstance(data, bool):
        raise WrongJsonKind("true or false", data)
    return data


def decode_unit(_data: Any, _depth: int) -> tuple[()]:
    """Read a Unit from anything."""
    return ()


def encode_unit(_value: tuple[()], _depth: int) -> dict[str, Any]:
    """Write a Unit."""
    return {}


def _party_fault(data: str) -> str:
    if not data:
        return "Daml-LF Party is empty"
    if len(data) > PARTY_LENGTH_MAX:
        return f"Daml-LF Party is too long (max: {PARTY_LENGTH_MAX})"
    match = _ILLEGAL_IN_PARTY.search(data)
    found = match[0] if match else ""
    return f'non expected character 0x{ord(found):x} in Daml-LF Party "{legal_text(data)}"'
