"""Refusals of requests that are well-formed and do not make sense, in a participant's words."""

from __future__ import annotations

from collections.abc import Iterable

from cantata.kernel.ids import ContractId
from cantata.lf.codec.errors import MalformedValue, excerpt
from cantata.lf.codec.texts import decode_party
from cantata.sandbox.participant.errors import Origin, Refusal


def invalid_argument(reason: str, origin: Origin = Origin.NODE) -> Refusal:
    """Refuse an argument."""
    return Refusal(
        "INVALID_ARGUMENT",
        f"The submitted request has invalid arguments: {reason}",
        origin=origin,
    )


def invalid_field(field: str, reason: str, origin: Origin = Origin.NODE) -> Refusal:
    """Refuse the content of a field."""
    return Refusal(
        "INVALID_FIELD",
        f"The submitted command has a field with invalid value: Invalid field {field}: {reason}",
        origin=origin,
    )


def missing_field(field: str, origin: Origin = Origin.NODE) -> Refusal:
    """Refuse a request that lacks something."""
    return Refusal(
        "MISSING_FIELD",
        f"The submitted command is missing a mandatory field: {field}",
        origin=origin,
        context={"field_name": field},
    )


def missing_user() -> Refusal:
    """Refuse a request that names no user where no token does it either."""
    return Refusal(
        "INVALID_TOKEN",
        "The submitted request is missing a user-id: Cannot default user_id field because claims "
        "do not specify an user-id. Is authentication turned on?",
    )


def negative_offset(offset: int, field: str, origin: Origin = Origin.NODE) -> Refusal:
    """Refuse an offset before the beginning of the log."""
    return Refusal(
        "NEGATIVE_OFFSET",
        f"Offset {offset} in {field} is a negative integer: the offset in {field} field has to be "
        "a non-negative integer (>=0)",
        origin=origin,
    )


def after_end(what: str, offset: int, end: int) -> Refusal:
    """Refuse an offset beyond the end of the log."""
    return Refusal(
        "OFFSET_AFTER_LEDGER_END",
        f"{what} ({offset}) is after ledger end ({end})",
        origin=Origin.REQUEST,
    )


def pruned(what: str, earliest: int) -> Refusal:
    """Refuse to read what is not there any more."""
    return Refusal(
        "PARTICIPANT_PRUNED_DATA_ACCESSED",
        f"{what} precedes pruned offset {earliest}",
        origin=Origin.REQUEST,
        context={"earliest_offset": str(earliest)},
    )


def require_parties(parties: Iterable[str], prefix: str = "") -> None:
    """Refuse texts that can be no parties."""
    for party in parties:
        fault = party_fault(party)
        if fault:
            raise invalid_argument(prefix + fault)


def party_fault(party: str) -> str:
    """Say why a text is no party, "" if it is one."""
    try:
        decode_party(party, 0)
    except MalformedValue as error:
        return error.cause.removeprefix(error.prefix)
    return ""


def require_contract_id(contract_id: str, origin: Origin = Origin.NODE) -> None:
    """Refuse a text that is no contract id."""
    if not contract_id:
        raise missing_field("contract_id", origin)
    if ContractId.pattern.fullmatch(contract_id) is None:
        raise invalid_field(
            "contract_id", f'cannot parse ContractId "{excerpt(contract_id)}"', origin
        )
