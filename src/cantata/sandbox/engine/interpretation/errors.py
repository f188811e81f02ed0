"""Refusals of the interpreter that only a ledger can run into."""

from __future__ import annotations

from typing import ClassVar

from cantata.lf.model import Ref
from cantata.lf.runtime.errors import InterpretationError, Resource, Typed, short


class AuthenticationFailed(InterpretationError):
    """A disclosed contract is not the one that its id names; `text` prints its payload."""

    kind: ClassVar[str] = "Upgrade.AuthenticationFailed"
    code: ClassVar[str] = "INTERPRETATION_UPGRADE_ERROR_AUTHENTICATION_FAILED"
    category: int = 8

    def __init__(
        self, contract_id: str, source: Ref, target: Ref, payload: Typed, text: str
    ) -> None:
        super().__init__(
            f"Error when authenticating contract {contract_id} against template {short(target)} : "
            f"failed to authenticate contract\n"
            f"The contract is purportedly an instance of {short(source)}\n"
            f"The contract argument is {text}",
            hint="take the contract's blob from a created event, unchanged",
        )
        self.contract_id = contract_id
        self.source = source
        self.target = target
        self.payload = payload

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Give the contract, its template, the template it should be of, and its argument."""
        return (
            ("CONTRACT_ID", self.contract_id),
            ("TEMPLATE_ID", str(self.source)),
            ("TEMPLATE_ID", str(self.target)),
            ("CONTRACT_ARG", self.payload),
        )
