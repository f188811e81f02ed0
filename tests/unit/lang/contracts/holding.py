"""A declared interface package, as contracts import it."""

from __future__ import annotations

from cantata.lang import (
    Constructor,
    ContractId,
    Decimal,
    Interface,
    Map,
    Party,
    Payload,
    Record,
    RelTime,
    Text,
    TextMap,
    Time,
    abstractmethod,
    choice,
    foreign,
    method,
    view,
)

PACKAGE = foreign(
    "test-holding",
    "1.0.0",
    id="00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    module="Test.Holding",
)


class Metadata(Record):
    values: TextMap[Text]


class AV_Text(Constructor):  # noqa: N801
    value: Payload[Text]


class AV_List(Constructor):  # noqa: N801
    value: Payload[list[AnyValue]]


AnyValue = AV_Text | AV_List


class HoldingView(Record):
    owner: Party
    amount: Decimal
    locked_until: Time | None = None
    grace: RelTime | None = None
    meta: Metadata


class Holding(Interface):
    @view
    def holding_view(self) -> HoldingView: ...


class Transfer_Result_Pending(Constructor):  # noqa: N801
    instruction: ContractId[Factory]


class Transfer_Result_Failed(Constructor):  # noqa: N801
    pass


Transfer_Result = Transfer_Result_Pending | Transfer_Result_Failed


class FactoryView(Record):
    admin: Party
    pending: Map[Party, Text]


class Factory_Transfer(Record):  # noqa: N801
    actor: Party
    inputs: list[ContractId[Holding]]


class Factory(Interface):
    @view
    def factory_view(self) -> FactoryView: ...

    @method(daml="factory_transferImpl", effects=True)
    @abstractmethod
    def transfer_impl(
        self, contract_id: ContractId[Factory], arg: Factory_Transfer
    ) -> Transfer_Result: ...

    @choice(
        name="Factory_Transfer",
        controllers=lambda self, arg: [self.factory_view().admin, arg.actor],
        consuming=False,
    )
    def transfer(self, arg: Factory_Transfer) -> Transfer_Result:
        return self.transfer_impl(self.contract_id, arg)
