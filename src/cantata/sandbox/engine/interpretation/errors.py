"""Refusals of the interpreter that only a ledger can run into."""

from __future__ import annotations

from typing import ClassVar

from cantata.lf.model import Ref
from cantata.lf.runtime.errors import InterpretationError, short


class AuthenticationFailed(InterpretationError):
    """A disclosed contract is not the one that its id names; `argument` is its payload's text."""

    kind: ClassVar[str] = "Upgrade.AuthenticationFailed"
    code: ClassVar[str] = "INTERPRETATION_UPGRADE_ERROR_AUTHENTICATION_FAILED"
    category: int = 8

    def __init__(self, contract_id: str, source: Ref, target: Ref, argument: str) -> None:
        super().__init__(
            f"Error when authenticating contract {contract_id} against template {short(target)} : "
            f"failed to authenticate contract\n"
            f"The contract is purportedly an instance of {short(source)}\n"
            f"The contract argument is {argument}",
            hint="take the contract's blob from a created event, unchanged",
        )
        self.contract_id = contract_id
