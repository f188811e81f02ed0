"""Ids of contracts and updates: real hashes, the same for the same submission and seed.

A contract id binds what the contract is: its second half is a hash of template, package name,
payload, parties and creation time, so that a contract shown by somebody else proves itself.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from cantata.lf.model import Ref, TCon
from cantata.sandbox.engine.content import Contents
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.parties import PartySets

CONTRACT_ID_LENGTH = 138
"""Hex digits of the ids made here; others have up to 254."""

_BINDING = "ca121220"
"""Two bytes that say how the id binds the contract, then the multihash code of SHA-256."""

_LOCAL_LENGTH = 66
_MULTIHASH = "1220"


class ContractIds:
    """Makes contract ids, and tells whether a contract is what its id says."""

    def __init__(self, contents: Contents, sets: PartySets) -> None:
        self._contents = contents
        self._sets = sets
        self._templates: dict[Ref, tuple[bytes, Callable[[Any], str]]] = {}

    def identify(self, discriminator: bytes, unnamed: Contract) -> str:
        """Give the id of a contract, whose field `contract_id` is not looked at."""
        return f"00{discriminator.hex()}{_BINDING}{self._binding(discriminator, unnamed)}"

    def is_authentic(self, contract: Contract) -> bool:
        """Tell whether a contract's id was made here and for just this contract."""
        contract_id = contract.contract_id
        end = _LOCAL_LENGTH + len(_BINDING)
        if len(contract_id) != CONTRACT_ID_LENGTH or contract_id[_LOCAL_LENGTH:end] != _BINDING:
            return False
        discriminator = bytes.fromhex(contract_id[2:_LOCAL_LENGTH])
        return contract_id[end:] == self._binding(discriminator, contract)

    def _binding(self, discriminator: bytes, contract: Contract) -> str:
        template = contract.template
        known = self._templates.get(template)
        if known is None:
            printer = self._contents.printer(TCon(template))
            known = self._templates[template] = f"{template}\n".encode(), printer
        name, payload_text = known
        packed = self._sets.packed
        bound = (
            discriminator
            + name
            + f"{contract.package_name}\n{contract.created_at}\n".encode()
            + packed(contract.signatories)
            + packed(contract.stakeholders)
            + payload_text(contract.payload).encode()
        )
        return sha256(bound).hexdigest()

    def update_id(
        self, seed: bytes, act_as: frozenset[str], command_id: str, recorded_at: int
    ) -> str:
        """Give the id of the update that a submission becomes."""
        bound = seed + self._sets.packed(act_as) + f"{recorded_at}\n{command_id}".encode()
        return _MULTIHASH + sha256(bound).hexdigest()
