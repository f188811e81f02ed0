"""Choice arguments as the registry is sent them, read by the types of the standard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cantata.contracts.token_standard import allocation_instruction_v1 as allocations
from cantata.contracts.token_standard import transfer_instruction_v1 as transfers
from cantata.lang.surface.wire import codec
from cantata.lf.codec import ValueRefused
from cantata.lf.codegen.support import Codec
from cantata.tokens.registry.errors import RequestMalformed

EMPTY: Mapping[str, Any] = {"values": {}}

_TRANSFER: Codec[transfers.TransferFactory_Transfer] = codec(transfers.TransferFactory_Transfer)
_ALLOCATE: Codec[allocations.AllocationFactory_Allocate] = codec(
    allocations.AllocationFactory_Allocate
)


def transfer_arguments(data: Any) -> transfers.TransferFactory_Transfer:
    """Read the arguments of TransferFactory_Transfer; raise RequestMalformed."""
    read: transfers.TransferFactory_Transfer = _read(_TRANSFER, data)
    return read


def allocation_arguments(data: Any) -> allocations.AllocationFactory_Allocate:
    """Read the arguments of AllocationFactory_Allocate; raise RequestMalformed."""
    read: allocations.AllocationFactory_Allocate = _read(_ALLOCATE, data)
    return read


def _read(reader: Codec[Any], data: Any) -> Any:
    try:
        return reader.from_json(_filled(data))
    except ValueRefused as error:
        raise RequestMalformed(f"choiceArguments: {error.message}") from error


def _filled(data: Any) -> Any:
    """Take the empty object for an empty context and empty metadata, as the standard words it."""
    extra = data.get("extraArgs") if isinstance(data, dict) else None
    if not isinstance(extra, dict):
        return data
    filled = {name: EMPTY if value == {} else value for name, value in extra.items()}
    return {**data, "extraArgs": filled}
