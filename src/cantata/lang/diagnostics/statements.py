"""Rules on statements and on the flow of a body."""

from __future__ import annotations

from cantata.lang.diagnostics.rule import Rule

WHILE = Rule(
    "CL301",
    "while has no place in contract code",
    "every run must end, and Daml-LF has only folds",
    "write for x in xs",
)
TRY = Rule(
    "CL302",
    "try has no place in contract code",
    "a failure ends the whole transaction; there is no catching",
    "test the condition before",
)
RAISE = Rule(
    "CL303",
    "raise has no place in contract code",
    "a failure on the ledger has an id, a category and a message",
    'write require(condition, "error-id", "message")',
)
ASSERT = Rule(
    "CL304",
    "assert has no place in contract code",
    "Python may leave it out",
    'write require(condition, "error-id", "message")',
)
JUMP = Rule(
    "CL305",
    "{what} has no place in contract code",
    "a loop visits every element unless the function returns",
    "put the rest of the body under an if, or return",
)
STATEMENT = Rule("CL306", "{what} has no place in contract code", "{why}", "{instead}")
MUTATION = Rule(
    "CL307",
    "`{source}` changes a value in place",
    "values on a ledger never change",
    "bind a new value to a name: x = replace(x, field=...), m = m.insert(k, v), xs = xs + [x]",
)
UNPACKING = Rule(
    "CL308",
    "several names are bound at once",
    "the language has no tuples",
    "bind one name a statement",
)
NO_EFFECT = Rule(
    "CL309", "this expression does nothing", "", "bind its value to a name, or remove it"
)
UNREACHABLE = Rule("CL310", "this statement is never reached", "", "remove it")
RETURN_MISSING = Rule(
    "CL311",
    "`{name}` can end without a result",
    "it returns {type}",
    "return a value on every path",
)
RETYPED = Rule(
    "CL312",
    "`{name}` is {old}, this is {new}",
    "a local name keeps its type",
    "use another name, or annotate the first assignment with the wider type",
)
DECLARATION = Rule("CL313", "`{name}` is declared without a value", "", "give it a value here")
UNASSIGNED = Rule(
    "CL314",
    "`{name}` may not have a value here",
    "",
    "assign it on every path before, also for an empty loop",
)
REDECLARED = Rule(
    "CL315",
    "`{name}` is annotated twice",
    "a local name keeps its type",
    "annotate the first assignment only",
)
PATTERN = Rule(
    "CL316",
    "this pattern is not allowed: {detail}",
    "a match looks at the constructor of a variant, enum or optional, or compares with literals",
    "write case Constructor(field=name), case Enum.MEMBER, case None, case name, case _ or a "
    "literal",
)
NOT_EXHAUSTIVE = Rule(
    "CL317",
    "the match does not cover {missing}",
    "every value must have an alternative",
    "add the missing cases or case _",
)
CASE_TWICE = Rule("CL318", "this case is never reached", "earlier cases cover it", "remove it")
SUBJECT = Rule(
    "CL319",
    "a value of type {type} cannot be matched",
    "",
    "match variants, enums, optionals, int or Text; use if otherwise",
)
NO_VALUE = Rule(
    "CL320",
    "this expression has no value to bind",
    "it gives None",
    "write it as a statement of its own",
)
SHADOWED = Rule("CL321", "`{name}` hides a name of the language", "", "choose another name")
