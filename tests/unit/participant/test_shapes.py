"""Bodies and queries are read as declared, and refused in a participant's words."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.sandbox.commands.body import MalformedBody
from cantata.sandbox.participant.errors import MalformedRequest
from cantata.sandbox.participant.shapes import (
    BodyFault,
    Checked,
    Duration,
    Empty,
    Instant,
    Int32,
    Json,
    Named,
    TypeId,
    case_class,
    message,
    read_body,
    read_path,
    read_query,
)


class Shape(StrEnum):
    UNSPECIFIED = "TRANSACTION_SHAPE_UNSPECIFIED"
    DELTA = "TRANSACTION_SHAPE_ACS_DELTA"


@message
class Wildcard:
    include_created_event_blob: bool


@case_class
class WildcardFilter:
    value: Wildcard


@case_class
class TemplateFilter:
    value: Wildcard


@message
class Cumulative:
    identifier_filter: WildcardFilter | TemplateFilter | Empty


@message
class Filters:
    cumulative: tuple[Cumulative, ...]


@message
class EventFormat:
    filters_by_party: dict[str, Filters]
    filters_for_any_party: Filters | None
    verbose: bool


@message
class TransactionFormat:
    event_format: EventFormat
    transaction_shape: Shape


@message
class Disclosed:
    created_event_blob: bytes


def no_sevens(value: Any) -> None:
    if value == 7:
        raise MalformedBody(("a seven at 'lucky'", "again"))


@case_class
class CreateCommand:
    template_id: TypeId
    create_arguments: Json


@case_class
class ExerciseCommand:
    template_id: TypeId
    choice: str


@case_class
class Commands:
    commands: tuple[CreateCommand | ExerciseCommand, ...]
    command_id: str
    act_as: tuple[str, ...]
    user_id: str | None
    min_ledger_time_abs: Instant | None
    min_ledger_time_rel: Duration | None
    disclosed_contracts: tuple[Disclosed, ...] = ()
    taps: Int32 = 3
    lucky: Annotated[Json, Checked(no_sevens)] = None
    transaction_format: TransactionFormat | None = None


@message
class AcsRequest:
    filter: Filters | None
    verbose: bool
    active_at_offset: int


@message
class PartiesQuery:
    parties: tuple[str, ...]
    identity_provider_id: Annotated[str, Named("identity-provider-id")]
    page_size: Int32 | None
    vet: bool


@case_class
class VersionQuery:
    package_name: Annotated[str, Named("package-name")]


CREATE: Any = {"CreateCommand": {"templateId": "#p:M:T", "createArguments": {"a": None}}}
GOOD: Any = {"commands": [CREATE], "commandId": "c", "actAs": ["alice"]}


def said(shape: Any, value: Any) -> str:
    with pytest.raises(BodyFault) as caught:
        read_body(shape, value)
    return caught.value.text.removeprefix("Invalid value for: body (").removesuffix(")")


def test_fields_have_their_values_and_defaults() -> None:
    read = read_body(
        Commands,
        {**GOOD, "minLedgerTimeAbs": "2023-04-06T04:30:23.1234567Z", "unknown": 1, "taps": "5"},
    )
    assert read.commands == (CreateCommand(template_id="#p:M:T", create_arguments={"a": None}),)
    assert (read.command_id, read.act_as, read.user_id) == ("c", ("alice",), None)
    assert read.min_ledger_time_abs == 1_680_755_423_123_456
    assert (read.taps, read.disclosed_contracts) == (5, ())


def test_messages_have_the_defaults_of_their_types() -> None:
    assert read_body(AcsRequest, {}) == AcsRequest(filter=None, verbose=False, active_at_offset=0)
    assert read_body(Cumulative, {}).identifier_filter == Empty()
    assert read_body(EventFormat, {"filtersForAnyParty": None}).filters_for_any_party is None
    assert read_body(Duration, {"seconds": 2, "nanos": 1_999}).microseconds == 2_000_001


@pytest.mark.parametrize(
    "change,complaint",
    [
        ({"actAs": "a"}, "Got value '\"a\"' with wrong type, expecting array at 'actAs'"),
        ({"actAs": None}, "Got value 'null' with wrong type, expecting array at 'actAs'"),
        ({"actAs": [1]}, "Got value '1' with wrong type, expecting string at 'actAs[0]'"),
        ({"commands": [{}]}, "JSON decoding to CNil should never happen at 'commands[0]'"),
        ({"commands": [7]}, "JSON decoding to CNil should never happen at 'commands[0]'"),
        (
            {"commands": [CREATE, {"CreateCommand": {"createArguments": 1}}]},
            "Missing required field at 'commands[1].CreateCommand.templateId'",
        ),
        (
            {"commands": [{"ExerciseCommand": {"templateId": "a:b", "choice": "C"}}]},
            (
                "Invalid identifier format (a:b) not matching the expected format "
                "(<package>:<moduleName>:<entityName>) "
                "at 'commands[0].ExerciseCommand.templateId'"
            ),
        ),
        (
            {"minLedgerTimeAbs": "yesterday"},
            "Text 'yesterday' could not be parsed at index 0 at 'minLedgerTimeAbs'",
        ),
        (
            {"disclosedContracts": [{"createdEventBlob": "!!!"}]},
            "The string is not a valid Base64: !!! at 'createdEventBlob'",
        ),
        (
            {"transactionFormat": {"eventFormat": {}, "transactionShape": "NOPE"}},
            (
                "Unrecognized enum value NOPE. Supported values: [TRANSACTION_SHAPE_UNSPECIFIED, "
                "TRANSACTION_SHAPE_ACS_DELTA] at 'transactionShape'"
            ),
        ),
        (
            {"transactionFormat": {"eventFormat": {}}},
            (
                'Got value \'{"Unrecognized":{"unrecognizedValue":0}}\' with wrong type, '
                "expecting string at 'transactionShape'"
            ),
        ),
        ({"taps": 2**31}, "Int at 'taps'"),
        ({"taps": True}, "Int at 'taps'"),
        ({"lucky": 7}, "a seven at 'lucky', again"),
    ],
)
def test_complaints(change: Any, complaint: str) -> None:
    assert said(Commands, {**GOOD, **change}) == complaint


def test_a_class_lists_all_faults_and_a_message_the_first() -> None:
    everything = ", ".join(
        f"Missing required field at '{name}'" for name in ("commands", "commandId", "actAs")
    )
    values: list[Any] = [{}, [], None, "x", 5, Decimal("0.5")]
    for value in values:
        assert said(Commands, value) == everything
    assert said(AcsRequest, None) == "Missing required field at 'filter'"
    assert said(AcsRequest, {"verbose": 1, "activeAtOffset": "x"}) == (
        "Got value '1' with wrong type, expecting 'true' or 'false' at 'verbose'"
    )
    assert said(AcsRequest, {"activeAtOffset": "x"}) == "Long at 'activeAtOffset'"


def test_paths_begin_at_the_innermost_message() -> None:
    filters: Any = {"filtersByParty": {"p": {"cumulative": [{"identifierFilter": {"Nope": {}}}]}}}
    assert said(EventFormat, filters) == (
        "JSON decoding to CNil should never happen at 'identifierFilter'"
    )


@pytest.mark.parametrize("text", ["1.5", "", "1e3", "1_0", "9223372036854775808", " ", "٣"])
def test_what_is_no_integer(text: str) -> None:
    assert said(AcsRequest, {"activeAtOffset": text}) == "Long at 'activeAtOffset'"


def test_long_values_are_shortened() -> None:
    assert len(said(AcsRequest, {"verbose": "a" * 1_000_000})) < 500
    assert len(said(AcsRequest, {"verbose": 10**300_000})) < 500
    assert len(said(Commands, {**GOOD, "actAs": {"a": [[[]]] * 1_000}})) < 500


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
known = st.sampled_from(["commands", "commandId", "actAs", "transactionFormat", "taps"])


@given(json_values | st.dictionaries(known, json_values))
def test_anything_is_read_or_refused(value: Any) -> None:
    with suppress(BodyFault):
        assert isinstance(read_body(Commands, value), Commands)


def test_query() -> None:
    read = read_query(
        PartiesQuery,
        {"parties": ["a", "b"], "pageSize": ["5", "6"], "identity-provider-id": ["i"], "x": [""]},
    )
    assert read.parties == ("a", "b")
    assert (read.page_size, read.identity_provider_id, read.vet) == (5, "i", False)
    assert read_query(PartiesQuery, {"vet": ["TRUE"]}).vet is True


@pytest.mark.parametrize(
    "shape,query,complaint",
    [
        (PartiesQuery, {"pageSize": ["x"]}, "pageSize"),
        (PartiesQuery, {"pageSize": ["2147483648"]}, "pageSize"),
        (PartiesQuery, {"vet": ["maybe"]}, "vet"),
        (VersionQuery, {}, "package-name (missing)"),
    ],
)
def test_malformed_query(shape: Any, query: Any, complaint: str) -> None:
    with pytest.raises(MalformedRequest) as caught:
        read_query(shape, query)
    assert caught.value.text == f"Invalid value for: query parameter {complaint}"


def test_path_parameters() -> None:
    assert read_path("offset", int, "12") == 12
    assert read_path("party", str, "a::b") == "a::b"
    with pytest.raises(MalformedRequest, match="path parameter offset"):
        read_path("offset", int, "abc")


def test_shapes_are_values() -> None:
    one, same = (
        CreateCommand(template_id="a:b:c", create_arguments=1),
        read_body(CreateCommand, {"templateId": "a:b:c", "createArguments": 1}),
    )
    assert one == same
    assert hash(one) == hash(same)
    assert one != CreateCommand(template_id="a:b:c", create_arguments=2)
    nothing: object = read_body(Empty, {})
    assert one != nothing
    assert repr(one) == "CreateCommand(template_id='a:b:c', create_arguments=1)"
    with pytest.raises(AttributeError):
        one.template_id = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        CreateCommand(template_id="a:b:c")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Empty(more=1)  # type: ignore[call-arg]
