"""What translated code may call: built-in functions and helpers, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from cantata.lf.model import Ref
from cantata.lf.runtime import apply
from cantata.lf.runtime.budget import Budget, Limits
from cantata.lf.runtime.builtins import crypto, int64, maps, numeric, text, times
from cantata.lf.runtime.compiled import (
    CompiledInterface,
    CompiledMethod,
    CompiledTemplate,
    InterfaceValue,
)
from cantata.lf.runtime.errors import (
    ContractDoesNotImplementRequiringInterface,
    ContractIdComparability,
    FailureStatus,
    InternalError,
    InterpretationTimeExceeded,
    UserError,
    WronglyTypedContract,
)
from cantata.lf.runtime.exceptions import LFThrow, arithmetic_error
from cantata.lf.runtime.order import compare
from cantata.lf.runtime.values import (
    AnyValue,
    Cons,
    ExceptionValue,
    Fun,
    TypeRepValue,
    Value,
    to_cons,
)

DISCRIMINATOR = 66
"""Length in hex of version and discriminator of a contract id."""


class Machine(Protocol):
    """What helpers need from the runtime."""

    limits: Limits
    budget: Budget
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
    "EXPLODE_TEXT": text.explode,
    "TEXT_TO_CODE_POINTS": text.to_code_points,
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
    "GENMAP_LOOKUP": maps.genmap_lookup,
    "GENMAP_KEYS": maps.genmap_keys,
    "GENMAP_VALUES": maps.genmap_values,
    "GENMAP_SIZE": len,
    "FOLDL": apply.foldl,
    "FOLDR": apply.foldr,
    "EQUAL_LIST": apply.equal_list,
    "COERCE_CONTRACT_ID": lambda cid: cid,
}

ARITIES: dict[str, int] = {
    **dict.fromkeys(_PURE, 1),
    **dict.fromkeys("ERROR ANY_EXCEPTION_MESSAGE IMPLODE_TEXT TEXT_TO_HEX".split(), 1),
    "CONTRACT_ID_TO_TEXT": 1,
    **dict.fromkeys("EQUAL LESS LESS_EQ GREATER GREATER_EQ TRACE APPEND_TEXT".split(), 2),
    **dict.fromkeys("ADD_INT64 SUB_INT64 MUL_INT64 DIV_INT64 MOD_INT64 EXP_INT64".split(), 2),
    **dict.fromkeys("ADD_NUMERIC SUB_NUMERIC ROUND_NUMERIC CAST_NUMERIC".split(), 2),
    **dict.fromkeys("SHIFT_NUMERIC INT64_TO_NUMERIC TEXT_TO_NUMERIC".split(), 2),
    **dict.fromkeys("TEXTMAP_DELETE TEXTMAP_LOOKUP GENMAP_DELETE GENMAP_LOOKUP".split(), 2),
    **dict.fromkeys("MUL_NUMERIC DIV_NUMERIC TEXTMAP_INSERT GENMAP_INSERT".split(), 3),
    **dict.fromkeys("FOLDL FOLDR EQUAL_LIST SECP256K1_BOOL".split(), 3),
    "SECP256K1_WITH_ECDSA_BOOL": 3,
    "FAIL_WITH_STATUS": 4,
}
"""Numbers of value parameters of all built-in functions that have one."""


def table(machine: Machine) -> dict[str, Any]:
    """Give the table in which translated code runs: it sees nothing else."""
    return {
        "__builtins__": {},
        **_PURE,
        **_helpers(),
        **_bounded(machine),
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
        "FROM_ANY": lambda type_, packed: (packed.value,) if packed.type == type_ else None,
        "FROM_EXCEPTION": lambda ref, packed: (packed.payload,) if packed.ref == ref else None,
        "Fun": Fun,
        "InterfaceValue": InterfaceValue,
        "LFThrow": LFThrow,
        "METHOD": _method,
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


def _bounded(machine: Machine) -> dict[str, Any]:
    """Give functions whose cost grows with their operands."""
    longest = machine.limits.text

    def short(value: str) -> str:
        if len(value) > longest:
            raise InterpretationTimeExceeded(f"texts of {longest} characters")
        return value

    def append(left: str, right: str) -> str:
        return short(left + right)

    def implode(cells: Cons) -> str:
        parts = []
        total = 0
        while cells:
            part, cells = cells
            parts.append(part)
            total += len(part)
            if total > longest:
                short(" " * (longest + 1))
        return "".join(parts)

    def order(left: Value, right: Value) -> int:
        return compare(left, right, machine.budget.burn)

    def copied(function: Callable[..., Value], at: int) -> Callable[..., Value]:
        def bounded(*args: Value) -> Value:
            size = len(args[at])
            if size > 64:
                machine.budget.burn(size >> 5)
            return function(*args)

        return bounded

    return {
        "APPEND_TEXT": append,
        "COMPARE": order,
        "COMPARE_IDS": compare_ids,
        "EQUAL": lambda a, b: order(a, b) == 0,
        "GENMAP_DELETE": copied(maps.genmap_delete, 1),
        "GENMAP_INSERT": copied(maps.genmap_insert, 2),
        "GREATER": lambda a, b: order(a, b) > 0,
        "GREATER_EQ": lambda a, b: order(a, b) >= 0,
        "IMPLODE_TEXT": implode,
        "LESS": lambda a, b: order(a, b) < 0,
        "LESS_EQ": lambda a, b: order(a, b) <= 0,
        "TEXTMAP_DELETE": copied(maps.textmap_delete, 1),
        "TEXTMAP_INSERT": copied(maps.textmap_insert, 2),
        "TEXT_TO_HEX": lambda value: short(crypto.text_to_hex(value)),
    }


def compare_ids(left: str, right: str) -> int:
    """Compare contract ids; the two forms of one id cannot be compared."""
    if left == right:
        return 0
    if left[:DISCRIMINATOR] == right[:DISCRIMINATOR]:
        if DISCRIMINATOR in (len(left), len(right)):
            raise ContractIdComparability(max(left, right, key=len))
    return -1 if left < right else 1


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
