"""What code makes of a recorded contract: the same as was recorded, or the contract is refused."""

from __future__ import annotations

from typing import NamedTuple

from cantata.lf.model import Ref, Type
from cantata.lf.runtime.compiled import CompiledTemplate
from cantata.lf.runtime.errors import Resource, Typed, UpgradeValidationFailed, short
from cantata.lf.runtime.errors.ledger import NOTHING
from cantata.lf.runtime.runtime import Runtime
from cantata.sandbox.engine.contract import Contract, ContractKey
from cantata.sandbox.engine.parties import Parties


class Recomputed(NamedTuple):
    """Parties and key of a contract, by the code of a template."""

    template: CompiledTemplate
    parties: Parties
    key: ContractKey | None


def require_unchanged(contract: Contract, found: Recomputed, runtime: Runtime) -> None:
    """Raise `UpgradeValidationFailed` unless what was found is what is recorded."""
    parties = found.parties
    if (
        parties.signatories == contract.signatories
        and parties.stakeholders == contract.stakeholders
        and found.template.package_name == contract.package_name
        and _identity(found.key) == _identity(contract.key)
    ):
        return
    source = _Side(
        "original",
        contract.template,
        contract.package_name,
        contract.signatories,
        contract.observers,
        contract.key,
    )
    template = found.template
    target = _Side(
        "recomputed",
        template.ref,
        template.package_name,
        parties.signatories,
        parties.observers,
        found.key,
    )
    raise UpgradeValidationFailed(
        f"Validation fails when trying to upgrade the contract {contract.contract_id} from "
        f"{short(source.template)} to {short(target.template)}\n"
        "Verify that neither the signatories, nor the observers, nor the contract key, nor the "
        "key's maintainers, nor the package name have changed\n"
        f"original package name is {source.package_name}\n"
        f"{source.parties_text()}"
        f"target package name is {target.package_name}\n"
        f"{target.parties_text()}"
        f"{source.key_text(runtime)}\n{target.key_text(runtime)}",
        (
            ("CONTRACT_ID", contract.contract_id),
            ("TEMPLATE_ID", str(source.template)),
            ("TEMPLATE_ID", str(target.template)),
            ("PACKAGE_NAME", source.package_name),
            ("PACKAGE_NAME", target.package_name),
            *source.resources(runtime),
            *target.resources(runtime),
        ),
    )


class _Side(NamedTuple):
    """What is recorded, or what was found."""

    word: str
    template: Ref
    package_name: str
    signatories: frozenset[str]
    observers: frozenset[str]
    key: ContractKey | None

    def parties_text(self) -> str:
        return (
            f"{self.word} signatories are {_set(self.signatories)}\n"
            f"{self.word} observers are {_set(self.observers)}\n"
        )

    def key_text(self, runtime: Runtime) -> str:
        if self.key is None:
            return ""
        shown = runtime.text(self.key.value, self._key_type(runtime), labelled=False)
        return (
            f"{self.word} maintainers are {_set(self.key.maintainers)}\n{self.word} key is {shown}"
        )

    def resources(self, runtime: Runtime) -> tuple[Resource, ...]:
        key = self.key
        return (
            ("PARTIES", _listed(self.signatories)),
            ("PARTIES", _listed(self.observers)),
            (
                "NULLABLE_CONTRACT_KEY",
                NOTHING if key is None else Typed(key.value, self._key_type(runtime)),
            ),
            ("NULLABLE_PACKAGE_NAME", NOTHING if key is None else self.package_name),
            ("NULLABLE_PARTIES", NOTHING if key is None else _listed(key.maintainers)),
        )

    def _key_type(self, runtime: Runtime) -> Type:
        compiled = runtime.template(self.template).key
        assert compiled is not None, "a template without key makes no keys"
        return compiled.type


def _identity(key: ContractKey | None) -> tuple[bytes, frozenset[str]] | None:
    return None if key is None else (key.hash, key.maintainers)


def _set(parties: frozenset[str]) -> str:
    listed = ",".join(f"'{party}'" for party in sorted(parties))
    return f"{{ {listed} }}"


def _listed(parties: frozenset[str]) -> str:
    return ",".join(sorted(parties))
