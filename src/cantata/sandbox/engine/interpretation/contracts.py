"""Contracts as a choice or a fetch sees them: found, active, of the right type, still valid.

The order of the checks is the engine's: lookup, activeness, template, conversion to the wanted
package version, precondition, signatories, observers, comparison with what is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from cantata.lf.model import Ref, TCon, UnknownDefinition
from cantata.lf.runtime.compiled import CompiledInterface, CompiledTemplate
from cantata.lf.runtime.errors import (
    ContractDoesNotImplementInterface,
    ContractNotFound,
    TemplatePreconditionViolated,
    Typed,
    UnresolvedPackageName,
    WronglyTypedContract,
)
from cantata.sandbox.engine.contract import Contract, ContractKey
from cantata.sandbox.engine.interpretation.activeness import Activeness
from cantata.sandbox.engine.interpretation.errors import AuthenticationFailed
from cantata.sandbox.engine.interpretation.host import Host, Visible
from cantata.sandbox.engine.interpretation.keys import Keys
from cantata.sandbox.engine.interpretation.recomputed import Recomputed, require_unchanged
from cantata.sandbox.engine.parties import Parties


class Loaded(NamedTuple):
    """A contract read as one template."""

    template: CompiledTemplate
    payload: Any
    signatories: frozenset[str]
    stakeholders: frozenset[str]
    key: ContractKey | None


_new_loaded = partial(tuple.__new__, Loaded)


class Contracts:
    """The contracts that one transaction uses.

    `inputs` are those that existed before it, `local` those that it creates.
    """

    __slots__ = (
        "_activeness",
        "_host",
        "_keys",
        "_loaded",
        "_resolution",
        "_visible",
        "inputs",
        "local",
    )

    def __init__(
        self,
        host: Host,
        visible: Visible,
        resolution: Mapping[str, str],
        activeness: Activeness,
        keys: Keys,
    ) -> None:
        self._host = host
        self._keys = keys
        self._visible = visible
        self._resolution = resolution
        self._activeness = activeness
        self.local: dict[str, Contract] = {}
        self._loaded: dict[tuple[str, CompiledTemplate], Loaded] = {}
        self.inputs: dict[str, Contract] = {}

    def load(self, template: CompiledTemplate, contract_id: str) -> Loaded:
        """Read a contract as a template named by the code that uses it."""
        contract = self._find(contract_id)
        known = self._loaded.get((contract_id, template))
        if known is not None:
            return known
        source, target = contract.template, template.ref
        if source.name != target.name or source.module != target.module:
            raise WronglyTypedContract(contract_id, target, source)
        return self._read(contract, template)

    def load_interface(self, interface: CompiledInterface, contract_id: str) -> Loaded:
        """Read a contract as the template in use for its package name, which has an instance."""
        contract = self._find(contract_id)
        template = self._preferred(contract, interface)
        known = self._loaded.get((contract_id, template))
        return known if known is not None else self._read(contract, template)

    def _find(self, contract_id: str) -> Contract:
        local = self.local.get(contract_id)
        if local is not None:
            self._activeness.require(contract_id, local.template, local=True)
            return local
        contract = self.inputs.get(contract_id)
        if contract is None:
            contract = self._visible.find(contract_id)
            if contract is None:
                raise ContractNotFound(contract_id)
            self.inputs[contract_id] = contract
        self._activeness.require(contract_id, contract.template, local=False)
        return contract

    def _preferred(self, contract: Contract, interface: CompiledInterface) -> CompiledTemplate:
        package_id = self._resolution.get(contract.package_name)
        if package_id is None:
            raise UnresolvedPackageName(contract.package_name)
        source = contract.template
        target = Ref(package_id, source.module, source.name)
        try:
            template = self._host.runtime.template(target)
        except UnknownDefinition:
            template = None
        if template is None or template.instance(interface.ref) is None:
            raise ContractDoesNotImplementInterface(contract.contract_id, interface.ref, target)
        return template

    def _read(self, contract: Contract, template: CompiledTemplate) -> Loaded:
        is_same = template.ref == contract.template
        is_known = contract.contract_id in self.local or self._visible.is_known(contract)
        if is_same and is_known:
            loaded = _new_loaded(
                (
                    template,
                    contract.payload,
                    contract.signatories,
                    contract.stakeholders,
                    contract.key,
                )
            )
        else:
            loaded = self._recompute(contract, template)
        if not is_known:
            self._authenticate(contract, template.ref)
        self._loaded[contract.contract_id, template] = loaded
        return loaded

    def _recompute(self, contract: Contract, template: CompiledTemplate) -> Loaded:
        runtime = self._host.runtime
        payload = contract.payload
        if template.ref != contract.template:
            payload = runtime.convert(
                payload, contract.template, template.ref, contract.contract_id
            )
        parties, key = runtime.uncatchable(self.recomputed, template, payload)
        found = Recomputed(template, parties, key)
        require_unchanged(contract, found, runtime)
        return Loaded(template, payload, parties.signatories, parties.stakeholders, key)

    def recomputed(
        self, template: CompiledTemplate, payload: Any
    ) -> tuple[Parties, ContractKey | None]:
        """Check a payload and compute its parties and its key, in the engine's order."""
        parties = self.parties(template, payload)
        return parties, self._keys.of(template, payload)

    def parties(self, template: CompiledTemplate, payload: Any) -> Parties:
        """Check a payload's precondition and compute its parties, in the engine's order."""
        if not template.precondition(payload):
            text = self._host.runtime.text(payload, template.payload_type)
            raise TemplatePreconditionViolated(template.ref, text)
        signatories = template.signatories(payload)
        return self._host.sets.of_contract(signatories, template.observers(payload))

    def _authenticate(self, contract: Contract, target: Ref) -> None:
        if not self._host.ids.is_authentic(contract):
            given = Typed(contract.payload, TCon(contract.template))
            text = self._host.runtime.text(*given, labelled=False)
            raise AuthenticationFailed(contract.contract_id, contract.template, target, given, text)
