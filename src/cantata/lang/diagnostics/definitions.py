"""Rules on classes, functions, constants and types."""

from __future__ import annotations

from cantata.lang.diagnostics.rule import Rule

DUPLICATE = Rule(
    "CL101",
    "`{name}` is defined twice",
    "a definition never changes",
    "give one of them another name",
)
CLASS_BASE = Rule(
    "CL102",
    "class `{name}` is nothing that a contract can define",
    "classes are records, constructors, enums, templates and interfaces",
    "derive from Record, Constructor, Enum, Template or Interface",
)
CLASS_FORM = Rule(
    "CL103",
    "class `{name}` has {what}",
    "a class of the contract language is a plain declaration",
    "remove it",
)
CLASS_BODY = Rule(
    "CL104",
    "a {what} has no place in {kind} `{name}`",
    "",
    "keep what this kind of class is made of: see the reference",
)
DECORATOR = Rule(
    "CL105",
    "decorator `{name}` is not allowed here",
    "only the decorators of cantata.lang have a meaning on the ledger",
    "use function, update, choice, method or view where each belongs",
)
UNDECORATED = Rule(
    "CL106",
    "function `{name}` is neither pure nor an update",
    "a module-level function says whether it has effects",
    "write @function or @update above it",
)
PARAMETERS = Rule(
    "CL107",
    "parameter `{name}` is not a plain one",
    "functions of Daml-LF have a fixed list of parameters",
    "write plain parameters, with a constant default if needed",
)
ANNOTATION_MISSING = Rule(
    "CL108",
    "`{name}` has no type",
    "every field, parameter and result is typed",
    "write an annotation",
)
ANNOTATION = Rule(
    "CL109",
    "`{source}` is no type of the contract language",
    "",
    "use Party Text int Decimal bool Date Time RelTime ContractId[T] list[T] T | None "
    "TextMap[T] Map[K, V] or a class",
)
ANY_TYPE = Rule(
    "CL110",
    "`{source}` is not a definite type",
    "the ledger stores typed values only",
    "name the type",
)
FORBIDDEN_TYPE = Rule(
    "CL111",
    "`{source}` is no type of the contract language",
    "Daml-LF has nothing with its meaning",
    "{instead}",
)
OPTIONAL_NESTED = Rule(
    "CL112",
    "an optional cannot be directly inside an optional",
    "Python has one None and could not tell them apart",
    "wrap the inner value in a record",
)
UNION_TYPE = Rule(
    "CL113",
    "`{source}` joins types other than T | None",
    "a value has one type",
    "name a variant: Outcome = Filled | Empty",
)
CONSTRUCTOR_TYPE = Rule(
    "CL114",
    "`{name}` is a constructor, not a type",
    "values have the type of the whole variant",
    "write {variant}",
)
TARGET_TYPE = Rule(
    "CL115",
    "ContractId[{source}] does not name a template or interface",
    "contracts are made from templates",
    "name a template or interface",
)
MAP_OPTIONAL = Rule(
    "CL116",
    "values of a map cannot be optional",
    "get() answers None for a missing key",
    "leave the key out, or wrap the value in a record",
)
RECURSIVE_TYPE = Rule(
    "CL117",
    "type `{name}` contains itself",
    "nesting on the ledger is bounded; recursive types are for declared packages",
    "refer to other contracts by ContractId, or use a list",
)
INTERFACE_VALUE = Rule(
    "CL118",
    "an interface value cannot be stored: {place}",
    "values of interfaces are not serializable",
    "store its ContractId or its view",
)
UNIT_TYPE = Rule(
    "CL119", "None is no type of a {place}", "only results can be nothing", "leave it out"
)
DEFAULT = Rule(
    "CL120",
    "the default of `{name}` is not a constant",
    "defaults are put in at each call and must not fail",
    "write a literal or a module-level constant",
)
CONSTANT = Rule(
    "CL121",
    "`{source}` is not a constant expression",
    "constants must not fail: Python evaluates them at import, Daml-LF on first use",
    "use literals, records, lists and arithmetic on constants; else write a @function",
)
CONSTANT_TYPE = Rule(
    "CL122",
    "the type of constant `{name}` is not clear",
    "",
    "annotate it: {name}: list[Party] = []",
)
ENUM_MEMBER = Rule(
    "CL123",
    'enum `{name}` needs members of the form NAME = "Name"',
    "the text is the name of the constructor on the ledger",
    'write one NAME = "Name" a line, each text once',
)
VARIANT = Rule(
    "CL124",
    "`{source}` is no variant",
    "a variant joins at least two constructors of the same module, each used in one variant",
    "write Outcome = Filled | Empty with classes derived from Constructor",
)
CONSTRUCTOR_ALONE = Rule(
    "CL125",
    "constructor `{name}` belongs to no variant",
    "",
    "add it to a variant: Outcome = {name} | Other",
)
PAYLOAD = Rule(
    "CL126",
    "Payload[T] stands only for the single field of a constructor",
    "it says that the payload is that value and not a record",
    "write the type without Payload",
)
RECURSION = Rule(
    "CL127",
    "`{name}` calls itself: {cycle}",
    "functions of the contract language always end",
    "use a for loop, or exercise a choice",
)
FUNCTION_FORM = Rule(
    "CL128",
    "function `{name}` is {what}",
    "contract code runs from top to bottom",
    "write a plain def",
)
FIELD_CALL = Rule(
    "CL129",
    'field(...) takes daml="name" and default=constant',
    "",
    'write field(daml="daml name")',
)
NAME = Rule(
    "CL130",
    "{name} is no name of Daml-LF",
    "names have letters, digits, _ and $, do not begin with a digit, and have at most 1000 "
    "characters",
    "choose another name",
)
CLASH = Rule(
    "CL131",
    "{first} and {second} have the same name in Daml-LF",
    "names of Daml-LF are compared without case",
    "rename one of them",
)
RESERVED = Rule("CL132", "`{name}` is a reserved name", "{why}", "choose another name")
