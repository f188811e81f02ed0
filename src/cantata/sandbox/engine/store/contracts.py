"""The contracts that are active at the end of a log, by id, party and template."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from cantata.lf.model import Ref
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.store.port import Active


class ActiveContracts:
    """What each party has a stake in, in order of creation; it costs what it gives."""

    __slots__ = ("_active", "_by_key", "_by_party", "_stakes", "_templates")

    def __init__(self) -> None:
        self._stakes: list[tuple[str, Ref]] = []
        self._active: dict[str, Active] = {}
        self._templates: set[Ref] = set()
        self._by_key: dict[bytes, dict[str, Contract]] = {}
        self._by_party: dict[str, dict[Ref, dict[str, Active]]] = {}

    def __len__(self) -> int:
        return len(self._active)

    def __iter__(self) -> Iterator[Active]:
        return iter(self._active.values())

    def copy(self) -> ActiveContracts:
        """Give the same contracts, to go their own way from here."""
        other = ActiveContracts()
        other._active, other._templates = self._active.copy(), self._templates.copy()
        other._stakes = self._stakes.copy()
        other._by_key = {key: contracts.copy() for key, contracts in self._by_key.items()}
        other._by_party = {
            party: {template: active.copy() for template, active in by_template.items()}
            for party, by_template in self._by_party.items()
        }
        return other

    def get(self, contract_id: str) -> Active | None:
        """Give the contract of that id, if it is active."""
        return self._active.get(contract_id)

    def add(self, active: Active) -> None:
        """Add a contract, which is younger than all others."""
        contract = active.contract
        contract_id, template = contract.contract_id, contract.template
        self._active[contract_id] = active
        self._templates.add(template)
        if contract.key is not None:
            self._by_key.setdefault(contract.key.hash, {})[contract_id] = contract
        for party in contract.stakeholders:
            templates = self._by_party.get(party)
            if templates is None:
                templates = self._by_party[party] = {}
            contracts = templates.get(template)
            if contracts is None:
                contracts = templates[template] = {}
                self._stakes.append((party, template))
            contracts[contract_id] = active

    def drop(self, contract: Contract) -> Active:
        """Take a contract out."""
        contract_id, template = contract.contract_id, contract.template
        for party in contract.stakeholders:
            del self._by_party[party][template][contract_id]
        if contract.key is not None:
            self._drop_key(contract_id, contract.key.hash)
        return self._active.pop(contract_id)

    def with_key(self, key_hash: bytes) -> Iterator[Contract]:
        """Give the contracts whose keys have a hash, youngest first."""
        return reversed(self._by_key.get(key_hash, {}).values())

    def remember(self, party: str, template: Ref) -> None:
        """Know that a party once had a stake in a contract of a template."""
        self._templates.add(template)
        templates = self._by_party.setdefault(party, {})
        if template not in templates:
            templates[template] = {}
            self._stakes.append((party, template))

    def stakes(self) -> list[tuple[str, Ref]]:
        """Give each party with each template of which it has or had a stake in a contract."""
        return self._stakes.copy()

    def templates(self, parties: Collection[str] | None) -> frozenset[Ref]:
        """Give the templates of which those parties have or had a stake in a contract."""
        if parties is None:
            return frozenset(self._templates)
        return frozenset(
            template for party in parties for template in self._by_party.get(party, ())
        )

    def streams(
        self, parties: Collection[str] | None, templates: frozenset[Ref]
    ) -> list[Sequence[Active]]:
        """Give contracts as sequences that are each in order of creation."""
        if parties is None:
            contracts = self._active.values()
            return [[active for active in contracts if active.contract.template in templates]]
        return [
            list(contracts.values())
            for party in parties
            for template, contracts in self._by_party.get(party, {}).items()
            if template in templates
        ]

    def _drop_key(self, contract_id: str, key_hash: bytes) -> None:
        contracts = self._by_key[key_hash]
        del contracts[contract_id]
        if not contracts:
            del self._by_key[key_hash]
