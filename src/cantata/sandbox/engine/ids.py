"""Ids of contracts and updates: real hashes, the same for the same submission and seed.

A contract id binds what the contract is: its second half is a hash of template, package name,
payload, parties and creation time, so that a contract shown by somebody else proves itself.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from cantata.lf.model import Ref, TCon
from cantata.sandbox.engine.content import Contents, Printer
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.parties import PartySets

CONTRACT_ID_LENGTH = 138
"""Hex digits of the ids made here; others have up to 254."""

_BINDING = "ca121220"
"""Two bytes that say how the id binds the contract, then the multihash code of SHA-256."""

KINDS_MAX = 10_000
"""Templates with a package name that are remembered; disclosed contracts may claim any name."""

_LOCAL_LENGTH = 66
_MULTIHASH = "1220"


class ContractIds:
    """Makes contract ids, and tells whether a contract is what its id says."""

    def __init__(self, contents: Contents, sets: PartySets) -> None:
        self._contents = contents
        self._sets = sets
        self._kinds: dict[tuple[Ref, str], tuple[bytes, Printer]] = {}

    def identify(
        self,
        discriminator: bytes,
        kind: tuple[Ref, str],
        payload: Any,
        packed_parties: bytes,
        created_at: int,
    ) -> str:
        """Give the id of a contract of a kind: its template and the name of its package.

        `packed_parties` are the packed signatories, then the packed stakeholders.
        """
        binding = self._binding(discriminator, kind, payload, packed_parties, created_at)
        return f"00{discriminator.hex()}{_BINDING}{binding}"

    def is_authentic(self, contract: Contract) -> bool:
        """Tell whether a contract's id was made here and for just this contract."""
        contract_id = contract.contract_id
        end = _LOCAL_LENGTH + len(_BINDING)
        if len(contract_id) != CONTRACT_ID_LENGTH or contract_id[_LOCAL_LENGTH:end] != _BINDING:
            return False
        packed = self._sets.packed
        binding = self._binding(
            bytes.fromhex(contract_id[2:_LOCAL_LENGTH]),
            (contract.template, contract.package_name),
            contract.payload,
            packed(contract.signatories) + packed(contract.stakeholders),
            contract.created_at,
        )
        return contract_id[end:] == binding

    def _binding(
        self,
        discriminator: bytes,
        kind: tuple[Ref, str],
        payload: Any,
        packed_parties: bytes,
        created_at: int,
    ) -> str:
        known = self._kinds.get(kind)
        if known is None:
            if len(self._kinds) >= KINDS_MAX:
                self._kinds.clear()
            template, package_name = kind
            name = f"{template}\n{package_name}\n".encode()
            known = self._kinds[kind] = name, self._contents.printer(TCon(template))
        name, print_payload = known
        text = print_payload(payload).encode()
        bound = b"%b%b%d\n%b%b" % (discriminator, name, created_at, packed_parties, text)
        return sha256(bound).hexdigest()

    def update_id(
        self, seed: bytes, act_as: frozenset[str], command_id: str, recorded_at: int
    ) -> str:
        """Give the id of the update that a submission becomes."""
        bound = seed + self._sets.packed(act_as) + f"{recorded_at}\n{command_id}".encode()
        return _MULTIHASH + sha256(bound).hexdigest()
