"""The registry on the wire: requests and answers as the standard's documents have them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr
from pydantic.alias_generators import to_camel

from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.lang import TextMap
from cantata.lang.surface.wire import codec
from cantata.tokens import model
from cantata.tokens.projection.contracts import ACCOUNT, PACKAGE
from cantata.tokens.registry.model import (
    INSTRUMENT_APIS,
    REGISTRY_APIS,
    Factory,
    InstrumentPage,
    TransferKind,
)
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.terms import Terms

_CONTEXT = codec(metadata.ChoiceContext)


class Wire(BaseModel):
    """An object with names in camelCase; what is None is left out."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    def body(self) -> bytes:
        """Give the JSON text."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()


class GetFactoryRequest(Wire):
    """What a factory's choice will be told, with an empty context."""

    choice_arguments: dict[str, Any]
    exclude_debug_fields: StrictBool = False


class GetChoiceContextRequest(Wire):
    """What a choice will be told besides its context."""

    meta: dict[StrictStr, StrictStr] = Field(default_factory=dict)
    exclude_debug_fields: StrictBool = False


class ErrorResponse(Wire):
    """Why there is no answer."""

    error: str


class RegistryInfo(Wire):
    """Whose registry it is, and what it speaks."""

    admin_id: str
    supported_apis: dict[str, int]

    @classmethod
    def of(cls, admin: PartyId) -> RegistryInfo:
        """Describe the registry of an admin."""
        return cls(admin_id=admin, supported_apis=REGISTRY_APIS)


class Instrument(Wire):
    """An instrument, and how much of it there is at which time."""

    id: str
    name: str
    symbol: str
    total_supply: str | None = None
    total_supply_as_of: str | None = None
    decimals: int
    supported_apis: dict[str, int]

    @classmethod
    def of(cls, found: model.Instrument, as_of: Timestamp | None) -> Instrument:
        """Describe an instrument."""
        return cls(
            id=found.id.id,
            name=found.name,
            symbol=found.symbol,
            total_supply=found.supply.to_wire(),
            total_supply_as_of=None if as_of is None else str(as_of),
            decimals=found.decimals,
            supported_apis=INSTRUMENT_APIS,
        )


class ListInstrumentsResponse(Wire):
    """A page of instruments."""

    instruments: list[Instrument]
    next_page_token: str | None = None

    @classmethod
    def of(cls, page: InstrumentPage, as_of: Timestamp | None) -> ListInstrumentsResponse:
        """Describe a page."""
        return cls(
            instruments=[Instrument.of(each, as_of) for each in page.instruments],
            next_page_token=page.next_after,
        )


class DisclosedContract(Wire):
    """A contract to show to the ledger; what begins with debug is for people."""

    template_id: str
    contract_id: str
    created_event_blob: str
    synchronizer_id: str
    debug_package_name: str | None = None
    debug_payload: dict[str, Any] | None = None
    debug_created_at: str | None = None

    @classmethod
    def of(cls, contract: Disclosable, *, debug: bool) -> DisclosedContract:
        """Describe a contract, with its content if `debug` is wanted and it is about no holder."""
        created = contract.created_at
        is_told = debug and contract.kind != ACCOUNT
        return cls(
            template_id=contract.template_id,
            contract_id=contract.contract_id,
            created_event_blob=contract.blob,
            synchronizer_id=contract.synchronizer_id,
            debug_package_name=PACKAGE if debug else None,
            debug_payload=dict(contract.content) if is_told else None,
            debug_created_at=str(created) if debug and created is not None else None,
        )


class ChoiceContext(Wire):
    """What a choice needs to be told and shown."""

    choice_context_data: dict[str, Any]
    disclosed_contracts: list[DisclosedContract]

    @classmethod
    def of(cls, terms: Terms, *, debug: bool) -> ChoiceContext:
        """Describe terms; each contract once."""
        context = metadata.ChoiceContext(values=TextMap(dict(terms.context)))
        shown = {each.contract_id: each for each in terms.shown}.values()
        return cls(
            choice_context_data=_CONTEXT.to_json(context),
            disclosed_contracts=[DisclosedContract.of(each, debug=debug) for each in shown],
        )


class FactoryWithChoiceContext(Wire):
    """A factory, and what its choice needs."""

    factory_id: str
    choice_context: ChoiceContext

    @classmethod
    def of(cls, factory: Factory, *, debug: bool) -> FactoryWithChoiceContext:
        """Describe a factory."""
        return cls(
            factory_id=factory.contract_id,
            choice_context=ChoiceContext.of(factory.terms, debug=debug),
        )


class TransferFactoryWithChoiceContext(Wire):
    """A factory of transfers, what its choice needs, and how the transfer will go on."""

    factory_id: str
    transfer_kind: TransferKind
    choice_context: ChoiceContext

    @classmethod
    def of(cls, factory: Factory, *, debug: bool) -> TransferFactoryWithChoiceContext:
        """Describe a factory."""
        return cls(
            factory_id=factory.contract_id,
            transfer_kind=factory.kind or TransferKind.OFFER,
            choice_context=ChoiceContext.of(factory.terms, debug=debug),
        )
