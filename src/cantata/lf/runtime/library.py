"""What translated code may call: built-in functions and helpers, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from cantata.lf.model import Ref
from cantata.lf.runtime import apply
from cantata.lf.runtime.bounded import Bounded, Metered
from cantata.lf.runtime.builtins import crypto, int64, maps, numeric, text, times
from cantata.lf.runtime.compiled import (
    CompiledInterface,
    CompiledMethod,
    CompiledTemplate,
    InterfaceValue,
)
from cantata.lf.runtime.errors import (
    ContractDoesNotImplementRequiringInterface,
    FailureStatus,
    InternalError,
    UserError,
    WronglyTypedContract,
)
from cantata.lf.runtime.exceptions import LFThrow, arithmetic_error
from cantata.lf.runtime.values import (
    AnyValue,
    ExceptionValue,
    Fun,
    TypeRepValue,
    Value,
    to_cons,
)


class Machine(Metered, Protocol):
    """What helpers need from the runtime."""

    on_ledger: bool

    def trace(self, message: str) -> None:
        """Take a message of TRACE."""

    def exception_message(self, exception: ExceptionValue) -> str:
        """Run an exception's message function."""

    def fatal(self, thrown: LFThrow) -> NoReturn:
        """End the interpretation because of an exception that nobody may catch."""

    def convert(self, payload: Value, source: Ref, target: Ref) -> Value:
        """Read a payload as the type of another version of its template."""


_PURE: dict[str, Callable[..., Any]] = {
    "ADD_INT64": int64.add,
    "SUB_INT64": int64.subtract,
    "MUL_INT64": int64.multiply,
    "DIV_INT64": int64.divide,
    "MOD_INT64": int64.modulo,
    "EXP_INT64": int64.power,
    "ADD_NUMERIC": numeric.add,
    "SUB_NUMERIC": numeric.subtract,
    "MUL_NUMERIC": numeric.multiply,
    "DIV_NUMERIC": numeric.divide,
    "ROUND_NUMERIC": numeric.round_to,
    "CAST_NUMERIC": numeric.cast,
    "SHIFT_NUMERIC": numeric.shift,
    "INT64_TO_NUMERIC": numeric.from_int64,
    "NUMERIC_TO_INT64": numeric.to_int64,
    "INT64_TO_TEXT": str,
    "NUMERIC_TO_TEXT": numeric.to_text,
    "TIMESTAMP_TO_TEXT": times.timestamp_to_text,
    "DATE_TO_TEXT": times.date_to_text,
    "PARTY_TO_TEXT": lambda party: party,
    "TEXT_TO_PARTY": text.to_party,
    "TEXT_TO_INT64": int64.from_text,
    "TEXT_TO_NUMERIC": numeric.from_text,
    "DATE_TO_UNIX_DAYS": lambda days: days,
    "UNIX_DAYS_TO_DATE": times.date_from_days,
    "TIMESTAMP_TO_UNIX_MICROSECONDS": lambda micros: micros,
    "UNIX_MICROSECONDS_TO_TIMESTAMP": times.timestamp_from_micros,
    "CODE_POINTS_TO_TEXT": text.from_code_points,
    "SHA256_TEXT": crypto.sha256_text,
    "SHA256_HEX": crypto.sha256_hex,
    "KECCAK256_TEXT": crypto.keccak256_hex,
    "HEX_TO_TEXT": crypto.hex_to_text,
    "SECP256K1_BOOL": crypto.secp256k1,
    "SECP256K1_WITH_ECDSA_BOOL": crypto.secp256k1_with_ecdsa,
    "SECP256K1_VALIDATE_KEY": crypto.secp256k1_validate_key,
    "TEXTMAP_LOOKUP": maps.textmap_lookup,
    "TEXTMAP_TO_LIST": maps.textmap_to_list,
    "TEXTMAP_SIZE": len,
    "GENMAP_KEYS": maps.genmap_keys,
    "GENMAP_VALUES": maps.genmap_values,
    "GENMAP_SIZE": len,
    "FOLDL": apply.foldl,
    "FOLDR": apply.foldr,
    "EQUAL_LIST": apply.equal_list,
    "COERCE_CONTRACT_ID": lambda cid: cid,
}


def table(machine: Machine) -> dict[str, Any]:
    """Give the table in which translated code runs: it sees nothing else."""
    return {
        "__builtins__": {},
        **_PURE,
        **_helpers(),
        **Bounded(machine).functions(),
        **_of_machine(machine),
        **_of_interfaces(machine),
    }


def _helpers() -> dict[str, Any]:
    return {
        "AE": _raise_arithmetic,
        "AnyValue": AnyValue,
        "CRASH": _crash,
        "EMPTY_GENMAP": maps.EMPTY_GENMAP,
        "EMPTY_TEXTMAP": maps.EMPTY_TEXTMAP,
        "ERROR": _error,
        "ExceptionValue": ExceptionValue,
        "FAIL_WITH_STATUS": _fail,
        "FETCH_BY_KEY": _fetch_by_key,
        "FROM_ANY": lambda type_, packed: (packed.value,) if packed.type == type_ else None,
        "FROM_EXCEPTION": lambda ref, packed: (packed.payload,) if packed.ref == ref else None,
        "Fun": Fun,
        "InterfaceValue": InterfaceValue,
        "LFThrow": LFThrow,
        "METHOD": _method,
        "QUERY_BY_KEY": _query_by_key,
        "RETHROW": _rethrow,
        "THROW": _throw,
        "TypeRepValue": TypeRepValue,
        "ap1": apply.ap1,
        "ap2": apply.ap2,
        "ap3": apply.ap3,
        "apn": apply.apn,
        "len": len,
        "pap": apply.pap,
        "to_cons": to_cons,
    }


def _raise_arithmetic(builtin: str, *args: int) -> NoReturn:
    raise arithmetic_error(builtin, *args)


def _crash(message: str) -> NoReturn:
    raise InternalError(message)


def _error(message: str) -> NoReturn:
    raise UserError(message)


def _fail(error_id: str, category: int, message: str, metadata: dict[str, str]) -> NoReturn:
    raise FailureStatus(error_id, category, message, metadata)


def _throw(ref: Ref, payload: Value) -> NoReturn:
    raise LFThrow(ExceptionValue(ref, payload))


def _rethrow(exception: ExceptionValue) -> NoReturn:
    raise LFThrow(exception)


def _method(method: CompiledMethod, payload: Value, args: tuple[Value, ...]) -> Value:
    """Call a method whose own parameters are not as many as the arguments."""
    if not method.arity:
        value = method.call(payload)
    else:
        value = apply.pap(Fun(method.arity + 1, method.call), (payload,))
    return apply.apn(value, args)


def _fetch_by_key(template: CompiledTemplate) -> Fun:
    """Give the function from a key to the update that fetches."""
    return Fun(1, lambda key: lambda fx: fx.fetch_by_key(template, key))


def _query_by_key(template: CompiledTemplate) -> Fun:
    """Give the function from a number and a key to the update that looks up."""
    return Fun(2, lambda limit, key: lambda fx: fx.query_by_key(template, limit, key))


def _of_machine(machine: Machine) -> dict[str, Any]:
    def trace(message: str, value: Value) -> Value:
        machine.trace(message)
        return value

    return {
        "ANY_EXCEPTION_MESSAGE": machine.exception_message,
        "CONTRACT_ID_TO_TEXT": lambda cid: None if machine.on_ledger else (cid,),
        "FATAL": machine.fatal,
        "TRACE": trace,
    }


def _of_interfaces(machine: Machine) -> dict[str, Any]:
    def read(template: CompiledTemplate, packed: InterfaceValue) -> tuple[Value] | None:
        actual = packed.template
        if actual is template:
            return (packed.payload,)
        same = actual.ref.qualified == template.ref.qualified
        if not same or actual.package_name != template.package_name:
            return None
        return (machine.convert(packed.payload, actual.ref, template.ref),)

    def unsafe(template: CompiledTemplate, cid: str, packed: InterfaceValue) -> Value:
        found = read(template, packed)
        if found is None:
            raise WronglyTypedContract(cid, template.ref, packed.template.ref)
        return found[0]

    return {
        "FROM_INTERFACE": read,
        "FROM_REQUIRED": _from_required,
        "UNSAFE_FROM_INTERFACE": unsafe,
        "UNSAFE_FROM_REQUIRED": _unsafe_from_required,
    }


def _from_required(
    requiring: CompiledInterface, packed: InterfaceValue
) -> tuple[InterfaceValue] | None:
    return (packed,) if requiring in packed.template.by_interface else None


def _unsafe_from_required(
    required: CompiledInterface, requiring: CompiledInterface, cid: str, packed: InterfaceValue
) -> InterfaceValue:
    if requiring not in packed.template.by_interface:
        raise ContractDoesNotImplementRequiringInterface(
            cid, requiring.ref, required.ref, packed.template.ref
        )
    return packed
