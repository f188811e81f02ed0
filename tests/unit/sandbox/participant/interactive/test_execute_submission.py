"""Executing signed transactions: once, in time, as signed by those who act."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.kernel.errors import CantataError
from cantata.lf.interactive.crypto import KeySpec, PrivateKey
from cantata.lf.interactive.hashing import HashingScheme, prepared_hash
from cantata.lf.interactive.model import Metadata
from cantata.lf.interactive.prepared_wire import decode_prepared, encode_prepared
from cantata.sandbox.participant.claims import Claims
from cantata.sandbox.participant.errors import refusal_of
from tests.unit.sandbox.participant.interactive.desk import Desk, Json, signature_body

V2, V3 = "HASHING_SCHEME_VERSION_V2", "HASHING_SCHEME_VERSION_V3"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def _changed(desk: Desk, answer: Json, **terms: Any) -> Json:
    """Change the terms of a prepared transaction and have it signed again."""
    prepared = decode_prepared(base64.b64decode(answer["preparedTransaction"]))
    metadata: Metadata = replace(prepared.metadata, **terms)
    prepared = replace(prepared, metadata=metadata)
    digest = prepared_hash(prepared, HashingScheme[answer["hashingSchemeVersion"]])
    return {
        **answer,
        "preparedTransaction": base64.b64encode(encode_prepared(prepared)).decode(),
        "preparedTransactionHash": base64.b64encode(digest).decode(),
    }


@pytest.mark.parametrize("spec", list(KeySpec))
@pytest.mark.parametrize("scheme", [V2, V3])
def test_what_is_signed_is_recorded(spec: KeySpec, scheme: str) -> None:
    desk = Desk(PrivateKey.generate(spec))
    prepared = desk.post("prepare", desk.create(hashingSchemeVersion=scheme))
    answer = desk.post("executeAndWait", desk.signed(prepared))
    update = desk.node.store.by_id(answer["updateId"])
    assert update is not None
    assert update.offset == answer["completionOffset"]
    assert update.act_as == {desk.party}
    assert update.submission_id == "submission"
    digest = base64.b64decode(prepared["preparedTransactionHash"])
    assert update.external_hash == digest.hex()


def test_the_transaction_is_shown(desk: Desk) -> None:
    prepared = desk.post("prepare", desk.create())
    answer = desk.post("executeAndWaitForTransaction", desk.signed(prepared))
    transaction = answer["transaction"]
    (event,) = transaction["events"]
    assert event["CreatedEvent"]["signatories"] == [desk.party]
    digest = base64.b64decode(prepared["preparedTransactionHash"])
    assert transaction["externalTransactionHash"] == digest.hex()


def test_executing_without_waiting_answers_nothing(desk: Desk) -> None:
    prepared = desk.post("prepare", desk.create())
    assert desk.post("execute", desk.signed(prepared, submissionId="")) == {}
    assert desk.updates() == 1


def test_it_is_executed_once(desk: Desk) -> None:
    prepared = desk.post("prepare", desk.create())
    desk.post("executeAndWait", desk.signed(prepared))
    again = desk.refused("executeAndWait", desk.signed(prepared, submissionId="other"))
    assert again.error_code == "DUPLICATE_COMMAND"
    assert again.context["existingSubmissionId"] == "Some(submission)"


def test_no_other_user_and_no_short_period_executes_it_again(desk: Desk) -> None:
    prepared = desk.post("prepare", desk.create())
    desk.post("executeAndWait", desk.signed(prepared))
    desk.wait(10)
    short = {"DeduplicationDuration": {"value": {"seconds": 1, "nanos": 0}}}
    for more in ({"userId": "somebody"}, {"deduplicationPeriod": short}):
        refusal = desk.refused("executeAndWait", desk.signed(prepared, **more))
        assert refusal.error_code == "DUPLICATE_COMMAND"


def test_of_two_over_one_input_the_second_is_rejected(desk: Desk) -> None:
    created = desk.post(
        "executeAndWaitForTransaction", desk.signed(desk.post("prepare", desk.create()))
    )
    contract_id = created["transaction"]["events"][0]["CreatedEvent"]["contractId"]
    first = desk.post("prepare", desk.respond(contract_id))
    second = desk.post("prepare", desk.respond(contract_id))
    desk.post("executeAndWait", desk.signed(first))
    refusal = desk.refused("executeAndWait", desk.signed(second))
    assert refusal.error_code == "LOCAL_VERDICT_INACTIVE_CONTRACTS"
    assert refusal.context["CONTRACT_ID"] == f"List({contract_id})"
    assert refusal.context["reported_by_participant_id"].startswith("PAR::")
    assert desk.party in refusal.context["confirming_parties"].split(", ")
    assert refusal.context["psid"]
    assert desk.post("execute", desk.signed(second)) == {}
    assert desk.updates() == 2
    gone = desk.refused("prepare", desk.respond(contract_id))
    assert gone.error_code == "CONTRACT_NOT_FOUND"


def _no_party(desk: Desk, body: Json) -> Json:
    return {**body, "partySignatures": {"signatures": []}}


def _by(*keys: PrivateKey) -> Callable[[Desk, Json], Json]:
    def change(desk: Desk, body: Json) -> Json:
        prepared = decode_prepared(base64.b64decode(body["preparedTransaction"]))
        signatures = [signature_body(key, prepared_hash(prepared)) for key in keys]
        given = {"party": desk.party, "signatures": signatures}
        return {**body, "partySignatures": {"signatures": [given]}}

    return change


def _with_signature(**changes: Any) -> Callable[[Desk, Json], Json]:
    def change(desk: Desk, body: Json) -> Json:
        (one,) = body["partySignatures"]["signatures"]
        (signature,) = one["signatures"]
        given = {**one, "signatures": [{**signature, **changes}]}
        return {**body, "partySignatures": {"signatures": [given]}}

    return change


def _for_local(desk: Desk, body: Json) -> Json:
    (one,) = body["partySignatures"]["signatures"]
    signatures = [one, {**one, "party": desk.local}]
    return {**body, "partySignatures": {"signatures": signatures}}


STRANGER = PrivateKey.from_seed(b"\x02" * 32)
OWN = PrivateKey.from_seed(b"\x01" * 32)


@pytest.mark.parametrize(
    "change, said",
    [
        (_no_party, "did not provide an external signature: ext::1220"),
        (_by(), "Received 0 valid signatures from distinct keys (0 invalid)"),
        (_by(STRANGER), "Received 0 valid signatures from distinct keys (1 invalid)"),
        (_by(OWN, OWN), "has only 1 keys registered"),
        (_with_signature(format="NONSENSE"), "(1 invalid)"),
        (_with_signature(format="SIGNATURE_FORMAT_DER"), "(1 invalid)"),
        (_with_signature(signingAlgorithmSpec="NONSENSE"), "(1 invalid)"),
        (_with_signature(signedBy=""), "(1 invalid)"),
        (_with_signature(signature=""), "(1 invalid)"),
        (_for_local, "has no signing keys registered"),
        (lambda _, body: {**body, "hashingSchemeVersion": V3}, "(1 invalid)"),
    ],
)
def test_forged_signatures_are_refused(
    desk: Desk, change: Callable[[Desk, Json], Json], said: str
) -> None:
    body = change(desk, desk.signed(desk.post("prepare", desk.create())))
    refusal = desk.refused("executeAndWait", body)
    assert refusal.error_code == "FAILED_TO_EXECUTE_TRANSACTION"
    assert said in refusal.cause


def test_the_hash_to_sign_is_told(desk: Desk) -> None:
    prepared = desk.post("prepare", desk.create())
    refusal = desk.refused("executeAndWait", desk.signed(prepared, STRANGER))
    digest = base64.b64decode(prepared["preparedTransactionHash"])
    assert f"hash to be signed: 1220{digest.hex()}." in refusal.cause


def test_as_many_keys_sign_as_the_threshold_wants() -> None:
    desk = Desk(OWN, STRANGER, threshold=2)
    prepared = desk.post("prepare", desk.create())
    for keys in ((OWN,), (OWN, OWN)):
        refusal = desk.refused("executeAndWait", desk.signed(prepared, *keys))
        assert "Received 1 valid signatures" in refusal.cause
        assert "expected at least 2 valid" in refusal.cause
    assert desk.post("executeAndWait", desk.signed(prepared, OWN, STRANGER))


def test_no_threshold_makes_signatures_needless() -> None:
    desk = Desk(OWN, threshold=0)
    body = _by()(desk, desk.signed(desk.post("prepare", desk.create())))
    assert "expected at least 1 valid" in desk.refused("executeAndWait", body).cause


def test_bytes_that_are_no_transaction_are_refused(desk: Desk) -> None:
    body = desk.signed(desk.post("prepare", desk.create()))
    refusal = desk.refused("execute", {**body, "preparedTransaction": "AAAA"})
    assert refusal.error_code == "INVALID_ARGUMENT"
    assert refusal.cause.endswith("Cannot parse prepared_transaction")


def test_the_scheme_must_be_named(desk: Desk) -> None:
    prepared = desk.post("prepare", desk.create())
    body = desk.signed(prepared, hashingSchemeVersion="HASHING_SCHEME_VERSION_UNSPECIFIED")
    refusal = desk.refused("execute", body)
    assert refusal.error_code == "INVALID_FIELD"
    assert refusal.correlation_id == "submission"


@pytest.mark.parametrize(
    "seconds, code",
    [
        (86_401, "LOCAL_VERDICT_PREPARATION_TIME_OUT_OF_BOUND"),
        (11, "LOCAL_VERDICT_MAX_RECORD_TIME_EXCEEDED"),
        (9, None),
    ],
)
@pytest.mark.parametrize("scheme", [V2, V3])
def test_it_must_come_in_time(desk: Desk, seconds: int, code: str | None, scheme: str) -> None:
    limit = "2023-11-14T22:13:30Z" if seconds < 60 else None
    body = desk.create(maxRecordTime=limit, hashingSchemeVersion=scheme)
    prepared = desk.post("prepare", body)
    desk.wait(seconds)
    if code is None:
        assert desk.post("executeAndWait", desk.signed(prepared))
    else:
        assert desk.refused("executeAndWait", desk.signed(prepared)).error_code == code


@pytest.mark.parametrize("bounds", [(0, 0), (-(2**63), -(2**63)), (2**62, 2**62), (0, None)])
def test_signed_bounds_hold(desk: Desk, bounds: tuple[int, int | None]) -> None:
    earliest, latest = bounds
    prepared = desk.post("prepare", desk.create())
    changed = _changed(
        desk,
        prepared,
        min_ledger_effective_time=earliest,
        max_ledger_effective_time=latest,
    )
    desk.refused("executeAndWait", desk.signed(changed))


@pytest.mark.parametrize(
    "terms",
    [
        {"synchronizer_id": "other::1220" + "ab" * 32 + "::35-0"},
        {"mediator_group": 1},
        {"preparation_time": 2**63 - 1},
        {"preparation_time": -(2**63)},
    ],
)
def test_other_terms_are_refused_although_signed(desk: Desk, terms: Json) -> None:
    changed = _changed(desk, desk.post("prepare", desk.create()), **terms)
    desk.refused("executeAndWait", desk.signed(changed))


def test_the_least_ledger_time_of_an_execution_is_kept(desk: Desk) -> None:
    later = {"time": {"MinLedgerTimeRel": {"value": {"seconds": 30, "nanos": 0}}}}
    much = {"time": {"MinLedgerTimeRel": {"value": {"seconds": 90, "nanos": 0}}}}
    prepared = desk.post("prepare", desk.create())
    refusal = desk.refused("executeAndWait", desk.signed(prepared, minLedgerTime=much))
    assert refusal.error_code == "LOCAL_VERDICT_LEDGER_TIME_OUT_OF_BOUND"
    answer = desk.post("executeAndWaitForTransaction", desk.signed(prepared, minLedgerTime=later))
    assert answer["transaction"]["effectiveAt"] == "2023-11-14T22:13:50Z"


def test_the_right_to_execute_is_enough(desk: Desk) -> None:
    prepared = desk.post("prepare", desk.create())
    reader = Claims(user_id="wallet", read_as=frozenset({desk.party}))
    assert desk.refused("executeAndWait", desk.signed(prepared), reader).status == 403
    executor = Claims(user_id="wallet", execute_as=frozenset({desk.party}))
    assert desk.post("executeAndWait", desk.signed(prepared), executor)


def test_it_is_executed_once_after_a_restart(desk: Desk) -> None:
    prepared = desk.post("prepare", desk.create())
    desk.post("executeAndWait", desk.signed(prepared))
    desk.node.reload()
    refusal = desk.refused("executeAndWait", desk.signed(prepared, userId="somebody"))
    assert refusal.error_code == "DUPLICATE_COMMAND"


@given(place=st.integers(0, 10**6), value=st.integers(0, 255))
def test_a_changed_byte_is_never_recorded(place: int, value: int) -> None:
    desk = Desk()
    prepared = desk.post("prepare", desk.create())
    content = bytearray(base64.b64decode(prepared["preparedTransaction"]))
    if content[place % len(content)] == value:
        return
    content[place % len(content)] = value
    changed = base64.b64encode(bytes(content)).decode()
    body = desk.signed({**prepared, "preparedTransaction": changed})
    with pytest.raises(CantataError) as raised:
        desk.post("executeAndWait", body)
    assert refusal_of(raised.value) is not None
    assert desk.updates() == 0
