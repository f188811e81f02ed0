"""Interface views of contracts, off the ledger."""

from __future__ import annotations

from cantata.kernel.errors import CantataError
from cantata.lf.model import Ref
from cantata.lf.runtime.runtime import Runtime
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.packages import PackageSet
from cantata.sandbox.engine.projection.events import View


class Views:
    """Computes views by the template now in use for a contract's package name."""

    def __init__(self, runtime: Runtime, packages: PackageSet) -> None:
        self._runtime = runtime
        self._packages = packages

    def view(self, contract: Contract, interface: Ref) -> View:
        """Give an interface's view of a contract; a view that fails says why."""
        target = self._implementation(contract, interface)
        try:
            payload = contract.payload
            if target != contract.template:
                payload = self._runtime.convert(
                    payload, contract.template, target, contract.contract_id
                )
            value = self._runtime.view(target, interface, payload)
        except CantataError as error:
            return View(interface, None, error, target.package)
        return View(interface, value, None, target.package)

    def _implementation(self, contract: Contract, interface: Ref) -> Ref:
        own = contract.template
        current = self._packages.resolution().get(contract.package_name)
        if current is None or current == own.package:
            return own
        target = Ref(current, own.module, own.name)
        return target if self._packages.has_instance(target, interface) else own
