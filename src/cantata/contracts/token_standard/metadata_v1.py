"""Token standard, metadata: what callers attach to choices and what registries pass along."""

from __future__ import annotations

from cantata.lang import (
    Constructor,
    ContractId,
    Date,
    Decimal,
    Interface,
    Party,
    Payload,
    Record,
    RelTime,
    Text,
    TextMap,
    Time,
    foreign,
    view,
)

PACKAGE = foreign(
    "splice-api-token-metadata-v1",
    "1.0.0",
    id="4ded6b668cb3b64f7a88a30874cd41c75829f5e064b3fbbadf41ec7e8363354f",
    module="Splice.Api.Token.MetadataV1",
)


class AnyContractView(Record):
    """The empty view of any contract."""


class AnyContract(Interface):
    """Any contract: the target of ids whose template is not known."""

    @view
    def any_contract_view(self) -> AnyContractView:
        """Show the contract as the standard does."""


class AV_Text(Constructor):
    """A text."""

    value: Payload[Text]


class AV_Int(Constructor):
    """A 64-bit integer."""

    value: Payload[int]


class AV_Decimal(Constructor):
    """A decimal."""

    value: Payload[Decimal]


class AV_Bool(Constructor):
    """A truth value."""

    value: Payload[bool]


class AV_Date(Constructor):
    """A date."""

    value: Payload[Date]


class AV_Time(Constructor):
    """A point in time."""

    value: Payload[Time]


class AV_RelTime(Constructor):
    """A span of time."""

    value: Payload[RelTime]


class AV_Party(Constructor):
    """A party."""

    value: Payload[Party]


class AV_ContractId(Constructor):
    """The id of some contract."""

    value: Payload[ContractId[AnyContract]]


class AV_List(Constructor):
    """A list of values."""

    value: Payload[list[AnyValue]]


class AV_Map(Constructor):
    """Values by key."""

    value: Payload[TextMap[AnyValue]]


AnyValue = (
    AV_Text
    | AV_Int
    | AV_Decimal
    | AV_Bool
    | AV_Date
    | AV_Time
    | AV_RelTime
    | AV_Party
    | AV_ContractId
    | AV_List
    | AV_Map
)
"""A value of one of the types that a choice context can carry."""


class ChoiceContext(Record):
    """What a registry gives to a choice beside the caller's arguments."""

    values: TextMap[AnyValue]


class Metadata(Record):
    """Annotations by key; keys are prefixed with a DNS name."""

    values: TextMap[Text]


class ExtraArgs(Record):
    """The last argument of each choice of the standard."""

    context: ChoiceContext
    meta: Metadata


class ChoiceExecutionMetadata(Record):
    """The result of a choice that has nothing but metadata to tell."""

    meta: Metadata
