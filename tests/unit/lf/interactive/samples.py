"""Small prepared transactions made by hand."""

from __future__ import annotations

from dataclasses import replace

from cantata.lf.interactive import model, values
from cantata.lf.interactive.blob import FatContract, authentication_of, encode_blob

ALICE = "alice::1220" + "aa" * 32
BOB = "bob::1220" + "bb" * 32
CAROL = "carol::1220" + "cc" * 32
SYNCHRONIZER = "sync::1220" + "dd" * 32
PACKAGE = "11" * 32
TEMPLATE = values.Identifier(PACKAGE, "Main.Asset", "Asset")
INPUT_ID = "00" + "01" * 32 + "ca121220" + "02" * 32
CREATED_ID = "00" + "03" * 32
NOW = 1_700_000_000_000_000


def payload(owner: str) -> values.Record:
    """A payload of the sample template."""
    return values.Record(
        TEMPLATE,
        (("issuer", values.Party(ALICE)), ("owner", values.Party(owner))),
    )


def create(contract_id: str, owner: str) -> model.Create:
    """A contract of the sample template."""
    stakeholders = tuple(sorted({ALICE, owner}))
    return model.Create(
        "2.1", contract_id, "asset", TEMPLATE, payload(owner), (ALICE,), stakeholders
    )


def blob_of(given: model.Create) -> bytes:
    """The blob of a contract."""
    observers = tuple(sorted(set(given.stakeholders) - set(given.signatories)))
    return encode_blob(
        FatContract(
            "2.1",
            given.contract_id,
            given.package_name,
            given.template,
            given.argument,
            given.signatories,
            observers,
            NOW - 1,
            authentication_of(b"\x05" * 32),
        )
    )


def exercise() -> model.Exercise:
    """Bob gives the sample contract to carol."""
    return model.Exercise(
        "2.1",
        INPUT_ID,
        "asset",
        TEMPLATE,
        (ALICE,),
        (ALICE, BOB),
        (BOB,),
        None,
        "Give",
        values.Record(
            values.Identifier(PACKAGE, "Main.Asset", "Give"), (("to", values.Party(CAROL)),)
        ),
        consuming=True,
        children=("1",),
        result=values.ContractId(CREATED_ID),
    )


def transfer() -> model.PreparedTransaction:
    """A prepared transaction: an exercise with one input, in which a contract is created."""
    given = create(INPUT_ID, BOB)
    return model.PreparedTransaction(
        model.DamlTransaction(
            "2.1",
            ("0",),
            (model.Node("0", exercise()), model.Node("1", create(CREATED_ID, CAROL))),
            (model.NodeSeed(0, b"\x06" * 32), model.NodeSeed(1, b"\x07" * 32)),
        ),
        model.Metadata(
            model.SubmitterInfo((BOB,), "command-1"),
            f"{SYNCHRONIZER}::35-0",
            0,
            "e9725c1a-4773-4a34-8e26-989dbced12d9",
            NOW,
            (model.InputContract(given, NOW - 1, blob_of(given)),),
        ),
    )


def with_nodes(
    prepared: model.PreparedTransaction, *nodes: model.Node
) -> model.PreparedTransaction:
    """The same with other nodes, by their ids."""
    by_id = {node.node_id: node for node in (*prepared.transaction.nodes, *nodes)}
    transaction = replace(prepared.transaction, nodes=tuple(by_id.values()))
    return replace(prepared, transaction=transaction)


def with_metadata(
    prepared: model.PreparedTransaction, **changes: object
) -> model.PreparedTransaction:
    """The same with other metadata."""
    metadata = replace(prepared.metadata, **changes)  # type: ignore[arg-type]
    return replace(prepared, metadata=metadata)
