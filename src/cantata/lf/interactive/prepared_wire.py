"""The bytes of prepared transactions: ``com.daml.ledger.api.v2.interactive.PreparedTransaction``.

Source: the published messages of Canton 3.5 (`interactive_submission_service.proto`,
`interactive_submission_data.proto`, `interactive_submission_common_data.proto`).
"""

from __future__ import annotations

from cantata.lf.interactive import model
from cantata.lf.interactive.protobuf import (
    FLAG,
    INT32,
    RAW,
    TEXT,
    UINT32,
    UINT64,
    Field,
    Form,
    Message,
    Presence,
    union,
)
from cantata.lf.interactive.value_wire import API, IDENTIFIER, VALUE

PREPARED_BYTES_MAX = 8 * 2**20
"""Largest prepared transaction that is read: the largest request body of a participant."""

_OPTIONAL, _REQUIRED, _REPEATED = Presence.OPTIONAL, Presence.REQUIRED, Presence.REPEATED
_CID = API.contract_id

_KEY = Message(
    "GlobalKey",
    model.GlobalKey,
    Field("template", 1, IDENTIFIER.form, _OPTIONAL),
    Field("package_name", 2, TEXT),
    Field("key", 3, VALUE, _OPTIONAL),
    Field("hash", 4, RAW),
)
_KEY_WITH_MAINTAINERS = Message(
    "GlobalKeyWithMaintainers",
    model.KeyWithMaintainers,
    Field("key", 1, _KEY.form, _OPTIONAL),
    Field("maintainers", 2, TEXT, _REPEATED),
)
_CREATE = Message(
    "Create",
    model.Create,
    Field("lf_version", 1, TEXT),
    Field("contract_id", 2, _CID, _REQUIRED),
    Field("package_name", 3, TEXT),
    Field("template", 4, IDENTIFIER.form, _REQUIRED),
    Field("argument", 5, VALUE, _REQUIRED),
    Field("signatories", 6, TEXT, _REPEATED),
    Field("stakeholders", 7, TEXT, _REPEATED),
    Field("key", 8, _KEY_WITH_MAINTAINERS.form, _OPTIONAL),
)
_FETCH = Message(
    "Fetch",
    model.Fetch,
    Field("lf_version", 1, TEXT),
    Field("contract_id", 2, _CID, _REQUIRED),
    Field("package_name", 3, TEXT),
    Field("template", 4, IDENTIFIER.form, _REQUIRED),
    Field("signatories", 5, TEXT, _REPEATED),
    Field("stakeholders", 6, TEXT, _REPEATED),
    Field("acting_parties", 7, TEXT, _REPEATED),
    Field("interface", 8, IDENTIFIER.form, _OPTIONAL),
    Field("key", 9, _KEY_WITH_MAINTAINERS.form, _OPTIONAL),
    Field("by_key", 10, FLAG),
)
_EXERCISE = Message(
    "Exercise",
    model.Exercise,
    Field("lf_version", 1, TEXT),
    Field("contract_id", 2, _CID, _REQUIRED),
    Field("package_name", 3, TEXT),
    Field("template", 4, IDENTIFIER.form, _REQUIRED),
    Field("signatories", 5, TEXT, _REPEATED),
    Field("stakeholders", 6, TEXT, _REPEATED),
    Field("acting_parties", 7, TEXT, _REPEATED),
    Field("interface", 8, IDENTIFIER.form, _OPTIONAL),
    Field("choice", 9, TEXT),
    Field("argument", 10, VALUE, _REQUIRED),
    Field("consuming", 11, FLAG),
    Field("children", 12, TEXT, _REPEATED),
    Field("result", 13, VALUE, _OPTIONAL),
    Field("choice_observers", 14, TEXT, _REPEATED),
    Field("key", 15, _KEY_WITH_MAINTAINERS.form, _OPTIONAL),
    Field("by_key", 16, FLAG),
)
_ROLLBACK = Message("Rollback", model.Rollback, Field("children", 1, TEXT, _REPEATED))
_QUERY = Message(
    "QueryByKey",
    model.QueryByKey,
    Field("lf_version", 1, TEXT),
    Field("package_name", 2, TEXT),
    Field("template", 3, IDENTIFIER.form, _REQUIRED),
    Field("exhaustive", 4, FLAG),
    Field("key", 5, _KEY_WITH_MAINTAINERS.form, _REQUIRED),
    Field("result", 6, _CID, _REPEATED),
)
_ACTION: Form = union(
    "Node",
    {
        1: (model.Create, _CREATE.form),
        2: (model.Fetch, _FETCH.form),
        3: (model.Exercise, _EXERCISE.form),
        4: (model.Rollback, _ROLLBACK.form),
        5: (model.QueryByKey, _QUERY.form),
    },
)
_NODE = Message(
    "DamlTransaction.Node",
    model.Node,
    Field("node_id", 1, TEXT),
    Field("action", 1000, _ACTION, _REQUIRED),
)
_SEED = Message("NodeSeed", model.NodeSeed, Field("node_id", 1, INT32), Field("seed", 2, RAW))
_TRANSACTION = Message(
    "DamlTransaction",
    model.DamlTransaction,
    Field("version", 1, TEXT),
    Field("roots", 2, TEXT, _REPEATED),
    Field("nodes", 3, _NODE.form, _REPEATED),
    Field("node_seeds", 4, _SEED.form, _REPEATED),
)
_SUBMITTER = Message(
    "SubmitterInfo",
    model.SubmitterInfo,
    Field("act_as", 1, TEXT, _REPEATED),
    Field("command_id", 2, TEXT),
)
_INPUT = Message(
    "InputContract",
    model.InputContract,
    Field("create", 1, _CREATE.form, _REQUIRED),
    Field("created_at", 1000, UINT64),
    Field("event_blob", 1002, RAW),
)
_KEY_MAPPING = Message(
    "GlobalKeyMappingEntry",
    model.GlobalKeyMapping,
    Field("key", 1, _KEY.form, _OPTIONAL),
    Field("value", 2, VALUE, _OPTIONAL),
)
_METADATA = Message(
    "Metadata",
    model.Metadata,
    Field("submitter", 2, _SUBMITTER.form, _REQUIRED),
    Field("synchronizer_id", 3, TEXT),
    Field("mediator_group", 4, UINT32),
    Field("transaction_uuid", 5, TEXT),
    Field("preparation_time", 6, UINT64),
    Field("input_contracts", 7, _INPUT.form, _REPEATED),
    Field("global_key_mapping", 8, _KEY_MAPPING.form, _REPEATED),
    Field("min_ledger_effective_time", 9, UINT64, _OPTIONAL),
    Field("max_ledger_effective_time", 10, UINT64, _OPTIONAL),
    Field("max_record_time", 11, UINT64, _OPTIONAL),
)
_PREPARED = Message(
    "PreparedTransaction",
    model.PreparedTransaction,
    Field("transaction", 1, _TRANSACTION.form, _REQUIRED),
    Field("metadata", 2, _METADATA.form, _REQUIRED),
)


def decode_prepared(data: bytes, *, limit: int = PREPARED_BYTES_MAX) -> model.PreparedTransaction:
    """Read a prepared transaction of at most `limit` bytes; raise an `InteractiveError`.

    What is read has the stated form; whether its nodes form a tree is for `tree_of` to say.
    """
    return _PREPARED.read(data, limit)


def encode_prepared(prepared: model.PreparedTransaction) -> bytes:
    """Write a prepared transaction."""
    return _PREPARED.encode(prepared)
