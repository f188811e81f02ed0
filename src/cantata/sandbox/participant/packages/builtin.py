"""What a fresh participant has: the stable packages, and the ping with its libraries."""

from __future__ import annotations

from cantata.lf.model import Package

PING = "de2cc2f90eb523414ff54e899951dadd8789a4c07e0f71f6d6c9eaf57d412a54"

BUILT_IN: tuple[Package, ...] = tuple(
    Package(
        id=package_id,
        name=name,
        version=version,
        lf_minor="2",
        modules={},
        imports=frozenset(),
    )
    for package_id, name, version in (
        (PING, "canton-builtin-admin-workflow-ping", "3.4.0"),
        (
            "99ea07e101ed25cdb8584e072278d8df62e10d72c172bfe1621ba0a51cee61ce",
            "daml-stdlib",
            "3.4.0.20251020.14338.0",
        ),
        ("590736e6f7bc01492007ecb27f3fe75995c19fbd3d41b384aada69619fd4f76c", "daml-prim", "0.0.0"),
    )
)
"""Packages without stable bytes, by name and version; their content comes with a DAR."""

_ORDER = [
    "ghc-stdlib-DA-Internal-Any",
    "daml-stdlib-DA-Stack-Types",
    "daml-stdlib-DA-Action-State-Type",
    "daml-stdlib-DA-Logic-Types",
    "daml-stdlib-DA-Set-Types",
    "daml-prim-GHC-Prim",
    "daml-stdlib-DA-Internal-Interface-AnyView-Types",
    "ghc-stdlib-DA-Internal-Template",
    "daml-prim-DA-Exception-PreconditionFailed",
    "daml-stdlib-DA-Time-Types",
    "daml-prim-DA-Exception-GeneralError",
    "daml-stdlib-DA-NonEmpty-Types",
    "daml-prim-GHC-Tuple",
    "daml-prim-DA-Internal-PromotedText",
    "daml-stdlib-DA-Internal-Down",
    "canton-builtin-admin-workflow-ping",
    "daml-stdlib",
    "daml-prim-DA-Types",
    "daml-stdlib-DA-Random-Types",
    "daml-stdlib-DA-Monoid-Types",
    "daml-stdlib-DA-Date-Types",
    "daml-prim-DA-Exception-AssertionFailed",
    "daml-prim",
    "daml-prim-DA-Internal-Erased",
    "daml-stdlib-DA-Semigroup-Types",
    "daml-prim-DA-Exception-ArithmeticError",
    "daml-prim-GHC-Types",
    "daml-stdlib-DA-Internal-Fail-Types",
    "daml-stdlib-DA-Validation-Types",
    "daml-prim-DA-Internal-NatSyn",
]


def vetting_rank(name: str) -> int:
    """Give the place of a package in the vetting of a fresh participant; clients see that order."""
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)
