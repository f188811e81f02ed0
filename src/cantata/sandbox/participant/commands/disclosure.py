"""Contracts that a submission shows to the participant."""

from __future__ import annotations

from collections.abc import Iterable

from cantata.kernel.errors import CantataError
from cantata.kernel.ids import ContractId
from cantata.lf.codec.errors import excerpt
from cantata.lf.model import Ref, TCon
from cantata.lf.runtime.errors import Typed
from cantata.sandbox.commands import type_ref
from cantata.sandbox.engine import Contract, NamedRef
from cantata.sandbox.engine.errors import InvalidSubmission
from cantata.sandbox.engine.interpretation.errors import AuthenticationFailed
from cantata.sandbox.engine.resources import Resources
from cantata.sandbox.participant.commands.bodies import DisclosedContract
from cantata.sandbox.participant.commands.parse import shortened, synchronizer_fault
from cantata.sandbox.participant.errors import Origin, Refusal
from cantata.sandbox.participant.events.refusals import (
    invalid_argument,
    invalid_field,
    missing_field,
)
from cantata.sandbox.participant.node import Participant

REQUEST = Origin.REQUEST


class Disclosure:
    """Reads disclosed contracts; whether a contract is what its id says is for the engine too."""

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._blobs = node.blobs
        self._resources = Resources(node.packages.packages)

    def read(self, shown: Iterable[DisclosedContract]) -> tuple[Contract, ...]:
        """Give the contracts, or raise what is wrong with the first that cannot be read.

        The same contract may be shown again.
        """
        contracts: list[Contract] = []
        for each in shown:
            contract = self._contract(each)
            if contract not in contracts:
                contracts.append(contract)
        return tuple(contracts)

    def require_synchronizer(self, shown: Iterable[DisclosedContract]) -> None:
        """Refuse contracts that are said to be on a synchronizer that is not this one."""
        here = self._node.identity.synchronizer
        for each in shown:
            elsewhere = each.synchronizer_id
            if elsewhere in ("", here.id, here.physical_id):
                continue
            fault = synchronizer_fault(elsewhere)
            if fault:
                raise invalid_field("DisclosedContract.synchronizer_id", fault, REQUEST)
            short = shortened(elsewhere)
            raise Refusal(
                "INVALID_PRESCRIBED_SYNCHRONIZER_ID",
                f"Cannot submit transaction to prescribed synchronizer `{short}` because: cannot "
                f"resolve {short} to a physical synchronizer id",
                origin=Origin.ROUTER,
            )

    def _contract(self, shown: DisclosedContract) -> Contract:
        if not shown.created_event_blob:
            raise missing_field("DisclosedContract.createdEventBlob", REQUEST)
        template = None if shown.template_id is None else _by_id(shown.template_id)
        contract_id = shown.contract_id
        if contract_id and ContractId.pattern.fullmatch(contract_id) is None:
            raise invalid_field(
                "DisclosedContract.contract_id",
                f'cannot parse ContractId "{excerpt(contract_id)}"',
                REQUEST,
            )
        try:
            contract = self._blobs.read(shown.created_event_blob)
        except CantataError as error:
            raise invalid_argument(
                f"Unable to decode disclosed contract event payload: {error.message}", REQUEST
            ) from None
        if contract_id and contract_id != contract.contract_id:
            raise _mismatch("contract_id", contract_id, contract.contract_id)
        if template is not None and template != contract.template:
            raise _mismatch("template_id", str(template), str(contract.template))
        if not self._blobs.is_sealed(shown.created_event_blob):
            raise self._forged(contract)
        return contract

    def _forged(self, contract: Contract) -> AuthenticationFailed:
        payload = Typed(contract.payload, TCon(contract.template))
        text = self._node.engine.runtime.text(*payload, labelled=False)
        template = contract.template
        error = AuthenticationFailed(contract.contract_id, template, template, payload, text)
        error.written_resources = self._resources.written(error)
        return error


def _by_id(text: str) -> Ref:
    try:
        found = type_ref(text)
    except InvalidSubmission as error:
        raise Refusal(error.code, error.message, origin=REQUEST) from None
    if isinstance(found, NamedRef):
        raise invalid_field(
            "package_id",
            "non expected character 0x23 in Daml-LF Package ID "
            f'"{excerpt("#" + found.package_name)}"',
            REQUEST,
        )
    return found


def _mismatch(field: str, given: str, found: str) -> Refusal:
    return invalid_argument(
        f"Mismatch between DisclosedContract.{field} ({given}) and {field} from decoded "
        f"DisclosedContract.created_event_blob ({found})",
        REQUEST,
    )
