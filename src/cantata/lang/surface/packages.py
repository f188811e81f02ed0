"""What a contract module says about its package."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PackageInfo:
    """A contract module's package: name, version, Daml module name, and a declared one's id."""

    name: str
    version: str
    module: str
    id: str | None = None


def package(name: str, version: str, *, module: str) -> PackageInfo:
    """Say which package a module belongs to; every module of one package repeats both."""
    return PackageInfo(name, version, module)


def foreign(
    name: str,
    version: str,
    *,
    module: str,
    id: str,  # noqa: A002 - the network's own word
    lf: str = "2.1",
) -> PackageInfo:
    """Say which package of the network a module declares, with its real package id.

    `lf` is the version of Daml-LF that the real package is written in. A contract package is
    written in 2.1 and can use packages of 2.1 only.
    """
    return PackageInfo(name, version, module, id)
