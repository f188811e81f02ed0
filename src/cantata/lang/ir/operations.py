"""Operations of the contract language: strict functions of one to three operands."""

from __future__ import annotations

from enum import Enum, auto


class Op(Enum):
    """A strict operation; operands are evaluated left to right, then the operation.

    The comment gives operand types, result type and the Daml-LF meaning. "fails" marks those
    that can abort; all others are total.
    """

    # Int64
    ADD_INT = auto()  # int int -> int, ADD_INT64, fails
    SUB_INT = auto()  # int int -> int, SUB_INT64, fails; ``-x`` is SUB_INT(0, x)
    MUL_INT = auto()  # int int -> int, MUL_INT64, fails
    DIV_INT = auto()  # int int -> int, DIV_INT64 (toward zero), fails
    REM_INT = auto()  # int int -> int, MOD_INT64 (sign of the dividend), fails
    POWER_INT = auto()  # int int -> int, EXP_INT64, fails

    # Numeric 10
    ADD_DECIMAL = auto()  # Decimal Decimal -> Decimal, ADD_NUMERIC @10, fails
    SUB_DECIMAL = auto()  # Decimal Decimal -> Decimal, SUB_NUMERIC @10, fails; also ``-x``
    MUL_DECIMAL = auto()  # Decimal Decimal -> Decimal, MUL_NUMERIC @10 @10 @10 0.0…, fails
    DIV_DECIMAL = auto()  # Decimal Decimal -> Decimal, DIV_NUMERIC @10 @10 @10 0.0…, fails
    ROUND_DECIMAL = auto()  # Decimal int -> Decimal, ROUND_NUMERIC (operands swapped), fails
    TRUNCATE_DECIMAL = auto()  # Decimal -> int, NUMERIC_TO_INT64, fails
    INT_TO_DECIMAL = auto()  # int -> Decimal, INT64_TO_NUMERIC @10 0.0…, total (always fits)

    # comparison, both operands of one type that holds no functions; result bool
    EQUAL = auto()
    NOT_EQUAL = auto()
    LESS = auto()
    LESS_EQ = auto()
    GREATER = auto()
    GREATER_EQ = auto()
    NOT = auto()  # bool -> bool
    MIN = auto()  # a a -> a; the first operand when equal
    MAX = auto()  # a a -> a; the first operand when equal

    # text
    CONCAT_TEXT = auto()  # Text Text -> Text, APPEND_TEXT
    TO_TEXT = auto()  # Text | int | Decimal | Party | Date | Time -> Text, *_TO_TEXT
    LEN_TEXT = auto()  # Text -> int, number of code points
    PARSE_INT = auto()  # Text -> int | None, TEXT_TO_INT64
    PARSE_DECIMAL = auto()  # Text -> Decimal | None, TEXT_TO_NUMERIC @10 0.0…
    PARSE_PARTY = auto()  # Text -> Party | None, TEXT_TO_PARTY
    SHA256 = auto()  # Text -> Text, SHA256_TEXT

    # dates and times
    DATE_OF_DAYS = auto()  # int -> Date; days since 1970, UNIX_DAYS_TO_DATE, fails
    DAYS_OF_DATE = auto()  # Date -> int; DATE_TO_UNIX_DAYS
    TIME_OF_MICROSECONDS = auto()  # int -> Time; since 1970, UNIX_MICROSECONDS_TO_…, fails
    MICROSECONDS_OF_TIME = auto()  # Time -> int; TIMESTAMP_TO_UNIX_MICROSECONDS
    ADD_TIME = auto()  # Time RelTime -> Time, ADD_INT64 on microseconds, fails
    SUB_TIME = auto()  # Time RelTime -> Time, SUB_INT64 on microseconds, fails
    TIME_BETWEEN = auto()  # Time Time -> RelTime; first minus second, total
    ADD_RELTIME = auto()  # RelTime RelTime -> RelTime, fails
    SUB_RELTIME = auto()  # RelTime RelTime -> RelTime, fails; also ``-x``
    RELTIME_OF = auto()  # int -> RelTime; microseconds
    MICROSECONDS_OF = auto()  # RelTime -> int

    # lists
    CONCAT_LIST = auto()  # list[a] list[a] -> list[a]
    LEN_LIST = auto()  # list[a] -> int
    IN_LIST = auto()  # a list[a] -> bool (first operand is searched in the second), EQUAL @a
    HEAD_LIST = auto()  # list[a] -> a | None

    # TextMap; KEYS and VALUES in ascending key order
    TEXTMAP_GET = auto()  # TextMap[v] Text -> v | None
    TEXTMAP_INSERT = auto()  # TextMap[v] Text v -> TextMap[v]
    TEXTMAP_DELETE = auto()  # TextMap[v] Text -> TextMap[v]
    TEXTMAP_KEYS = auto()  # TextMap[v] -> list[Text]
    TEXTMAP_VALUES = auto()  # TextMap[v] -> list[v]
    TEXTMAP_LEN = auto()  # TextMap[v] -> int
    TEXTMAP_HAS = auto()  # Text TextMap[v] -> bool (first operand is the key)

    # Map = GenMap; KEYS and VALUES in ascending key order
    MAP_GET = auto()  # Map[k, v] k -> v | None
    MAP_INSERT = auto()  # Map[k, v] k v -> Map[k, v]
    MAP_DELETE = auto()  # Map[k, v] k -> Map[k, v]
    MAP_KEYS = auto()  # Map[k, v] -> list[k]
    MAP_VALUES = auto()  # Map[k, v] -> list[v]
    MAP_LEN = auto()  # Map[k, v] -> int
    MAP_HAS = auto()  # k Map[k, v] -> bool (first operand is the key)


class Aggregation(Enum):
    """Reduces the elements of a list, first to last; see `expressions.Aggregate`."""

    ANY = auto()  # bool; stops at the first True
    ALL = auto()  # bool; stops at the first False
    SUM_INT = auto()  # from 0, ADD_INT64 each step, fails
    SUM_DECIMAL = auto()  # from 0.0, ADD_NUMERIC each step, fails
    SUM_RELTIME = auto()  # from 0, ADD_INT64 each step, fails
    MIN = auto()  # the first of the least, or the default of an empty list
    MAX = auto()  # the first of the greatest, or the default of an empty list


FAILING = frozenset(
    {
        Op.ADD_INT,
        Op.SUB_INT,
        Op.MUL_INT,
        Op.DIV_INT,
        Op.REM_INT,
        Op.POWER_INT,
        Op.ADD_DECIMAL,
        Op.SUB_DECIMAL,
        Op.MUL_DECIMAL,
        Op.DIV_DECIMAL,
        Op.ROUND_DECIMAL,
        Op.TRUNCATE_DECIMAL,
        Op.DATE_OF_DAYS,
        Op.TIME_OF_MICROSECONDS,
        Op.ADD_TIME,
        Op.SUB_TIME,
        Op.ADD_RELTIME,
        Op.SUB_RELTIME,
    }
)
"""The operations that can abort; the rest are total."""
