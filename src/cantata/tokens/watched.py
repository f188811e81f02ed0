"""What is read of the ledger: all events, and tokens of any package by their standard's views."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from cantata.contracts.token_standard import holding_v1, transfer_instruction_v1
from cantata.lang import Template
from cantata.ledger.formats import Wanted
from cantata.tokens import contract

SECOND_VERSION = tuple(
    f"#splice-api-token-{package}-v2:Splice.Api.Token.{entity}"
    for package, entity in (
        ("holding", "HoldingV2:Holding"),
        ("transfer-instruction", "TransferInstructionV2:TransferInstruction"),
        ("transfer-events", "TransferEventsV2:EventLog"),
    )
)
"""Interfaces of the standard's second version, which not every participant has."""

_INTERFACES = (holding_v1.Holding, transfer_instruction_v1.TransferInstruction)


def watched() -> Wanted:
    """Give what is read; contracts of our own come with what it takes to disclose them."""
    return Wanted(
        everything=True,
        interfaces=tuple(each.__ledger_interface__().identifier for each in _INTERFACES),
        disclosable=tuple(each.__ledger_template__().identifier for each in templates()),
    )


def templates() -> tuple[type[Template], ...]:
    """Give the templates of our token package."""
    modules = [
        import_module(f"{contract.__name__}.{found.name}")
        for found in pkgutil.iter_modules(contract.__path__)
    ]
    return tuple(
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Template)
        if each.__module__ == module.__name__
    )
