"""Rules on expressions and their types."""

from __future__ import annotations

from cantata.lang.diagnostics.rule import Rule

UNKNOWN_NAME = Rule(
    "CL401",
    "`{name}` is not defined",
    "",
    "define it, or import it from cantata.lang or a contract module",
)
NOT_A_VALUE = Rule("CL402", "`{name}` is {kind}, not a value", "", "{instead}")
FLOAT = Rule("CL403", "`{source}` is a float", "floats are not exact", 'write Decimal("{source}")')
LITERAL = Rule(
    "CL404",
    "`{source}` is no literal of the contract language",
    "",
    'use int, text, True, False, None, Decimal("..."), Date.parse("..."), '
    'Time.parse("...") or RelTime.of(...)',
)
INT_RANGE = Rule("CL405", "{value} is beyond 64 bits", "int is Int64", "use a Decimal")
DECIMAL_LITERAL = Rule(
    "CL406",
    "{source} is no decimal number",
    "a Decimal has at most 28 digits before and 10 after the point",
    'write Decimal("12.5"); for other values use parse_decimal or to_decimal',
)
TEXT_LITERAL = Rule(
    "CL407", "a text cannot hold {what}", "the ledger refuses it", "remove the character"
)
TIME_LITERAL = Rule("CL408", "{source} is no literal of {type}", "", "write {example}")
IDENTITY_LITERAL = Rule(
    "CL409",
    "contract code cannot make a {type}",
    "parties and contracts are known only on a ledger",
    "take it as a field or parameter (or parse_party)",
)
OPERATOR = Rule("CL410", "`{operator}` is not part of the language", "{why}", "{instead}")
OPERAND = Rule(
    "CL411",
    "`{operator}` does not take {left} and {right}",
    "",
    "convert with to_decimal, to_int or an f-string, or use matching types",
)
MIXED = Rule(
    "CL412",
    "`{operator}` mixes int and Decimal",
    "nothing is converted unasked",
    'write Decimal("2") for a literal, to_decimal(n) otherwise',
)
CONDITION = Rule(
    "CL413",
    "a condition is bool, this is {type}",
    "nothing counts as true or false unasked",
    "compare: x != 0, len(xs) > 0, x is not None",
)
IS = Rule(
    "CL414", "`is` compares identity", "values on a ledger have none", "write == (or is None)"
)
COMPARE = Rule(
    "CL415",
    "{left} and {right} cannot be compared",
    "both sides have one type that is no interface value",
    "compare values of one type; for optionals test is None first",
)
ORDER = Rule(
    "CL416",
    "values of type {type} have no order here",
    "",
    "order int, Decimal, Text, Party, Date, Time, RelTime or enums, or sort with a key",
)
SUBSCRIPT = Rule(
    "CL417",
    "`{source}` takes an element or slice",
    "an index can be wrong at run time",
    "write first(xs), a for loop, or m.get(key)",
)
TEXT_METHOD = Rule(
    "CL418",
    "text has no method `{name}` here",
    "Daml-LF has no such operation with Python's meaning",
    "use +, len, f-strings and comparison",
)
ATTRIBUTE = Rule("CL419", "{type} has no `{name}`", "{known}", "use a name it has")
FORBIDDEN = Rule("CL420", "`{name}` has no place in contract code", "{why}", "{instead}")
ARGUMENTS = Rule(
    "CL421", "the arguments of `{name}` are wrong: {detail}", "", "call it as {expected}"
)
TYPE = Rule(
    "CL422",
    "this is {actual}, {place} takes {expected}",
    "nothing is converted unasked",
    "{instead}",
)
CANNOT_INFER = Rule(
    "CL423", "the type of `{source}` is not clear here", "", "annotate: name: list[Party] = []"
)
COLLECTION = Rule("CL424", "{what} has no place in contract code", "{why}", "{instead}")
FORMAT = Rule(
    "CL425",
    "{type} has no text",
    "its text would differ between Python and Daml-LF",
    "format Text, int, Decimal, Party, Date or Time",
)
FORMAT_SPEC = Rule(
    "CL426",
    "an f-string part has a conversion or format specification",
    "texts have the format of the ledger",
    "write the value alone in braces",
)
EFFECT = Rule(
    "CL427",
    "`{name}` has an effect, {place} is pure",
    "effects happen in choices, methods with effects and functions marked @update",
    "{instead}",
)
CONTRACT_ID = Rule(
    "CL428",
    "`contract_id` exists only in the body of a choice",
    "elsewhere the contract is not on the ledger yet",
    "pass the id as a parameter",
)
EXERCISE = Rule(
    "CL429", "`{source}` names no choice", "", "write exercise(cid, Token.choice_name, field=value)"
)
TARGET = Rule("CL430", "`{name}` works on {wanted}, this is {actual}", "", "{instead}")
CONVERSION = Rule(
    "CL431",
    "{source} is not {target} and cannot become it",
    "",
    "name a template or interface related to the value",
)
OVERFLOW = Rule(
    "CL432",
    "`{source}` has no result: {detail}",
    "constant arithmetic is checked when it is compiled",
    "correct the numbers",
)
MAYBE_NONE = Rule("CL433", "`{source}` may be None", "", "test it first: if {source} is not None")
REQUIRE = Rule(
    "CL434",
    'require is a statement: require(condition, "error-id", "message", field=value)',
    "{detail}",
    "write it so, on a line of its own",
)
SORT = Rule(
    "CL435",
    "sorted takes a list, key=lambda x: ... and reverse=True or False",
    "{detail}",
    "write sorted(xs, key=lambda x: x.amount)",
)
SUM = Rule(
    "CL436", "sum of {type} has no start", "Python begins with the int 0", "write sum(xs, {start})"
)
DEFAULT_VALUE = Rule(
    "CL437",
    "`{name}` of a list has no default",
    "an empty list has no least or greatest element",
    "write {name}(xs, default=value), or {name}(a, b)",
)
EXPRESSION = Rule("CL438", "{what} has no place in contract code", "{why}", "{instead}")
ITERATE = Rule(
    "CL439", "{type} is no list", "loops go over lists", "loop over a list, keys() or values()"
)
PATH_CALL = Rule(
    "CL440",
    "`{source}` cannot be called",
    "",
    "call functions, classes and methods that contract modules define",
)
CHOICE_CALL = Rule(
    "CL441",
    "choice `{name}` is called like a function",
    "a choice is exercised on a contract",
    "write exercise(cid, {owner}.{name}, ...)",
)
UNUSED_NARROWING = Rule("CL442", "`{source}` is never None here", "", "remove the test")
