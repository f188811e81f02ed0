"""How contract classes of any origin tell a client what they are on a ledger.

A class of a template has ``__ledger_template__``, one of an interface ``__ledger_interface__``, a
choice ``__ledger_choice__``: a client that knows these needs to know no base class.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cantata.lf.codegen.support.codec import Codec

T = TypeVar("T")
I_co = TypeVar("I_co", covariant=True)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class ContractForm(Generic[T, I_co]):
    """A template or an interface: its name, the codec of payload or view, the class of ids.

    The name is by package name: ``#package-name:Module:Entity``.
    """

    identifier: str
    codec: Codec[T]
    contract_id: Callable[[str], I_co]


@dataclass(frozen=True, slots=True)
class ChoiceForm(Generic[R]):
    """A choice with its argument as JSON data: its owner's identifier, its name, its result."""

    identifier: str
    name: str
    argument: Any
    result: Codec[R]
