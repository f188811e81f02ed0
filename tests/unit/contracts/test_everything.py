"""A template with all interfaces of the standard behaves alike on declared and real packages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cantata.contracts.token_standard import allocation_instruction_v1 as instructing
from cantata.contracts.token_standard import allocation_request_v1 as requesting
from cantata.contracts.token_standard import allocation_v1 as allocating
from cantata.contracts.token_standard import burn_mint_v1 as supply
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as transfers
from cantata.lang import ContractId, Decimal, TextMap
from cantata.lang.build import compile_package
from cantata.lang.diagnostics.rule import ContractErrors
from cantata.testing import Ledger
from tests.unit.contracts.cases import everything
from tests.unit.contracts.cases.everything import Everything

Command = Callable[[Any, ContractId[Everything]], Any]
VIEWS = (
    holding.Holding,
    transfers.TransferInstruction,
    transfers.TransferFactory,
    allocating.Allocation,
    instructing.AllocationInstruction,
    instructing.AllocationFactory,
    requesting.AllocationRequest,
    supply.BurnMintFactory,
)


class Stage:
    """A ledger with one contract, and every choice of the standard on it."""

    def __init__(self, *dars: bytes) -> None:
        self.ledger = Ledger(everything, *dars)
        names = ("admin", "viewer", "sender", "receiver", "executor")
        self.parties = dict(zip(names, self.ledger.parties(*names), strict=True))
        self.extra = metadata.ExtraArgs(
            context=metadata.ChoiceContext(
                values=TextMap(
                    {"a": metadata.AV_List([metadata.AV_Int(3), metadata.AV_Bool(True)])}
                )
            ),
            meta=metadata.Metadata(values=TextMap({"k": "v"})),
        )
        self.payload = self._payload()

    def _payload(self) -> Everything:
        party, now = self.parties, self.ledger.now
        instrument = holding.InstrumentId(admin=party["admin"], id="GOLD")
        meta = metadata.Metadata(values=TextMap({}))
        leg = allocating.TransferLeg(
            sender=party["sender"],
            receiver=party["receiver"],
            amount=Decimal("2.5"),
            instrument_id=instrument,
            meta=meta,
        )
        settlement = allocating.SettlementInfo(
            executor=party["executor"],
            settlement_ref=allocating.Reference(id="trade", cid=None),
            requested_at=now,
            allocate_before=now,
            settle_before=now,
            meta=meta,
        )
        return Everything(
            admin=party["admin"],
            viewer=party["viewer"],
            transfer=transfers.Transfer(
                sender=party["sender"],
                receiver=party["receiver"],
                amount=Decimal("1"),
                instrument_id=instrument,
                requested_at=now,
                execute_before=now,
                input_holding_cids=[],
                meta=meta,
            ),
            allocation=allocating.AllocationSpecification(
                settlement=settlement, transfer_leg_id="leg", transfer_leg=leg
            ),
            legs=TextMap({"leg": leg}),
        )

    def play(self, actors: str, choice: Any, argument: Any) -> dict[str, Any]:
        """Exercise a choice on a new contract, give the update as JSON data, and undo all."""
        with self.ledger.anchor():
            return self._play(actors, choice, argument)

    def _play(self, actors: str, choice: Any, argument: Any) -> dict[str, Any]:
        cid = self.ledger.acting(self.parties["admin"]).create(self.payload)
        acting = self.ledger.acting(
            *(self.parties[name] for name in actors.split()), read_as=[self.parties["viewer"]]
        )
        acting.exercise(cid, choice, arg=argument)
        return self.ledger.listing(self.ledger.updates[-1])

    @property
    def extra_args(self) -> dict[str, Any]:
        """The last argument of each choice."""
        return {"extra_args": self.extra}

    @property
    def more(self) -> dict[str, Any]:
        """The arguments of choices that take further actors."""
        return {"extra_actors": [self.parties["executor"]], **self.extra_args}

    @property
    def look(self) -> dict[str, Any]:
        """The arguments of public fetches."""
        return {"expected_admin": self.parties["admin"], "actor": self.parties["viewer"]}

    def choices(self) -> dict[str, tuple[str, Any, Any]]:
        """Give each choice with those who may exercise it and an argument."""
        return self._transfers() | self._allocations() | self._requests_and_supply()

    def _transfers(self) -> dict[str, tuple[str, Any, Any]]:
        instruction, factory = transfers.TransferInstruction, transfers.TransferFactory
        return {
            "accept": (
                "receiver",
                instruction.transfer_instruction_accept,
                transfers.TransferInstruction_Accept(**self.extra_args),
            ),
            "reject": (
                "receiver",
                instruction.transfer_instruction_reject,
                transfers.TransferInstruction_Reject(**self.extra_args),
            ),
            "withdraw": (
                "sender",
                instruction.transfer_instruction_withdraw,
                transfers.TransferInstruction_Withdraw(**self.extra_args),
            ),
            "update": (
                "admin executor",
                instruction.transfer_instruction_update,
                transfers.TransferInstruction_Update(**self.more),
            ),
            "transfer": (
                "sender",
                factory.transfer_factory_transfer,
                transfers.TransferFactory_Transfer(
                    expected_admin=self.parties["admin"],
                    transfer=self.payload.transfer,
                    **self.extra_args,
                ),
            ),
            "fetch transfer factory": (
                "viewer",
                factory.transfer_factory_public_fetch,
                transfers.TransferFactory_PublicFetch(**self.look),
            ),
        }

    def _allocations(self) -> dict[str, tuple[str, Any, Any]]:
        allocation, instruction = allocating.Allocation, instructing.AllocationInstruction
        return {
            "execute": (
                "executor sender receiver",
                allocation.allocation_execute_transfer,
                allocating.Allocation_ExecuteTransfer(**self.extra_args),
            ),
            "cancel": (
                "executor sender receiver",
                allocation.allocation_cancel,
                allocating.Allocation_Cancel(**self.extra_args),
            ),
            "withdraw allocation": (
                "sender",
                allocation.allocation_withdraw,
                allocating.Allocation_Withdraw(**self.extra_args),
            ),
            "withdraw instruction": (
                "sender",
                instruction.allocation_instruction_withdraw,
                instructing.AllocationInstruction_Withdraw(**self.extra_args),
            ),
            "update instruction": (
                "admin executor",
                instruction.allocation_instruction_update,
                instructing.AllocationInstruction_Update(**self.more),
            ),
            "allocate": (
                "sender",
                instructing.AllocationFactory.allocation_factory_allocate,
                instructing.AllocationFactory_Allocate(
                    expected_admin=self.parties["admin"],
                    allocation=self.payload.allocation,
                    requested_at=self.payload.transfer.requested_at,
                    input_holding_cids=[],
                    **self.extra_args,
                ),
            ),
            "fetch allocation factory": (
                "viewer",
                instructing.AllocationFactory.allocation_factory_public_fetch,
                instructing.AllocationFactory_PublicFetch(**self.look),
            ),
        }

    def _requests_and_supply(self) -> dict[str, tuple[str, Any, Any]]:
        request, receiver = requesting.AllocationRequest, self.parties["receiver"]
        return {
            "reject request": (
                "receiver",
                request.allocation_request_reject,
                requesting.AllocationRequest_Reject(actor=receiver, **self.extra_args),
            ),
            "withdraw request": (
                "executor",
                request.allocation_request_withdraw,
                requesting.AllocationRequest_Withdraw(**self.extra_args),
            ),
            "burn and mint": (
                "admin executor",
                supply.BurnMintFactory.burn_mint_factory_burn_mint,
                supply.BurnMintFactory_BurnMint(
                    expected_admin=self.parties["admin"],
                    instrument_id=self.payload.transfer.instrument_id,
                    input_holding_cids=[],
                    outputs=[],
                    **self.more,
                ),
            ),
            "fetch burn-mint factory": (
                "viewer",
                supply.BurnMintFactory.burn_mint_factory_public_fetch,
                supply.BurnMintFactory_PublicFetch(**self.look),
            ),
        }


@pytest.fixture(scope="module")
def declared() -> Stage:
    return Stage()


@pytest.fixture(scope="module")
def real(real_dars: tuple[Path, ...]) -> Stage:
    return Stage(*(path.read_bytes() for path in real_dars if "-api-token-" in path.name))


CHOICES = list(Stage().choices())


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_runs_with_exactly_its_controllers(declared: Stage, name: str) -> None:
    actors, choice, argument = declared.choices()[name]
    assert declared.play(actors, choice, argument)
    for missing in actors.split():
        fewer = " ".join({*actors.split(), "viewer"} - {missing})
        if fewer:
            with pytest.raises(Exception, match="requires authorizers"):
                declared.play(fewer, choice, argument)


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_gives_the_same_on_the_real_packages(
    declared: Stage, real: Stage, name: str
) -> None:
    updates = [stage.play(*stage.choices()[name]) for stage in (declared, real)]
    assert updates[0] == updates[1]


def test_views_are_the_same_on_the_real_packages(declared: Stage, real: Stage) -> None:
    viewer = declared.parties["viewer"]
    views = []
    for stage in (declared, real):
        with stage.ledger.anchor():
            stage.ledger.acting(stage.parties["admin"]).create(stage.payload)
            views.append([stage.ledger.views(each, viewer) for each in VIEWS])
    assert views[0] == views[1]


REFUSED = {
    "a missing method": (
        "    def allocation_request_reject_impl(",
        "    def allocation_request_rejected_impl(",
    ),
    "a wrong result": (
        ") -> supply.BurnMintFactory_BurnMintResult:\n",
        ") -> supply.BurnMintFactoryView:\n",
    ),
    "a missing view": ("    def holding_view(self)", "    def holding(self)"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_instance_must_be_complete_and_of_the_right_types(tmp_path: Path, name: str) -> None:
    source = Path(str(everything.__file__)).read_text()
    old, new = REFUSED[name]
    assert source.count(old) == 1
    path = tmp_path / "everything.py"
    path.write_text(source.replace(old, new))
    with pytest.raises(ContractErrors) as caught:
        compile_package([path])
    assert {found.path for found in caught.value.diagnostics} == {path}
