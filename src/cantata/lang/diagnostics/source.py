"""Rules on files, packages and imports."""

from __future__ import annotations

from cantata.lang.diagnostics.rule import Rule

SYNTAX = Rule(
    "CL001",
    "this is no Python: {detail}",
    "a contract module is an ordinary Python file",
    "correct the syntax",
)
UNREADABLE = Rule(
    "CL002",
    "the file cannot be read: {detail}",
    "a contract module is a UTF-8 text file",
    "give the path of a readable file",
)
TOO_LARGE = Rule(
    "CL003", "the file has more than {limit} bytes", "everything is bounded", "split the module"
)
TOO_DEEP = Rule(
    "CL004",
    "expressions or blocks nest more than {limit} deep",
    "everything is bounded",
    "name intermediate results, split long chains, or move parts into functions",
)
NO_PACKAGE = Rule(
    "CL005",
    "the module does not say which package it belongs to",
    "only contract modules are compiled and may be imported by them",
    'write PACKAGE = package("name", "1.0.0", module="Module.Name")',
)
BAD_PACKAGE = Rule(
    "CL006",
    "PACKAGE is not one call of package or foreign with literal texts",
    "it is read without running the module",
    'write PACKAGE = package("name", "1.0.0", module="Module.Name") once',
)
PACKAGE_NAME = Rule(
    "CL007",
    "{name} is no package name",
    "package names have 1 to 255 letters, digits, - and _",
    "choose a name such as acme-tokens",
)
PACKAGE_VERSION = Rule(
    "CL008",
    "{version} is no package version",
    "versions are numbers below 2147483648 without leading zeros, joined by dots",
    "write a version such as 1.0.0",
)
MODULE_NAME = Rule(
    "CL009",
    "{name} is no Daml module name",
    "module names are dotted names of letters, digits, _ and $",
    "write a name such as Acme.Tokens",
)
PACKAGE_ID = Rule(
    "CL010",
    "{id} is no package id",
    "a declared package has its real id: 64 lower-case hex digits",
    "give the id that the network uses, or declare the package with package(...)",
)
IMPORT = Rule(
    "CL011",
    "`{name}` cannot be imported by a contract module",
    "contract code may use cantata.lang and other contract modules only",
    "import what you need from cantata.lang or from a contract module",
)
IMPORT_MISSING = Rule(
    "CL012",
    "module `{name}` is not found",
    "imported contract modules are read as source",
    "check the name, or give the file to the compiler too",
)
IMPORT_NAME = Rule(
    "CL013", "`{module}` has no `{name}` to import", "", "import a name that the module defines"
)
IMPORT_FORM = Rule(
    "CL014",
    "this form of import is not allowed",
    "every name must say where it comes from",
    "write from package.module import name",
)
IMPORT_CYCLE = Rule(
    "CL015",
    "modules import each other: {cycle}",
    "modules of Daml-LF cannot depend on each other in a circle",
    "move what both need into a third module",
)
PACKAGE_VERSIONS = Rule(
    "CL016",
    "package {name} is used in versions {first} and {second}",
    "one program uses one version of a package",
    "import the same version everywhere",
)
MODULE_TWICE = Rule(
    "CL017",
    "module {name} of package {package} is also in {other}",
    "a module of a package is one file",
    "give each file a module name of its own",
)
MODULE_STATEMENT = Rule(
    "CL018",
    "a {what} has no place at the top of a module",
    "a contract module only defines; nothing runs when it is imported",
    "keep imports, PACKAGE, constants, classes and functions",
)
PACKAGE_CYCLE = Rule(
    "CL019",
    "packages depend on each other: {cycle}",
    "a package is compiled after the packages it uses",
    "move modules so that dependencies run one way",
)
LF_VERSION = Rule(
    "CL020",
    "{version} is no version of Daml-LF that the network runs",
    "the real package is of version 2.1, 2.2 or 2.3",
    "give the version of the real package, or leave `lf` out for 2.1",
)
LF_TOO_NEW = Rule(
    "CL021",
    "the package uses {package}, which is of a newer version of Daml-LF",
    "a package may only use packages of its own version of Daml-LF or an older one",
    "use a package of Daml-LF 2.1",
)
