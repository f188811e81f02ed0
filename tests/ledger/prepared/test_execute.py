"""Prepared on our ledger, signed, run again, committed; and everything that is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from cantata.kernel.errors import CantataError
from cantata.lf.interactive import model, values
from cantata.lf.interactive.blob import authentication_of, decode_blob, encode_blob
from cantata.lf.interactive.crypto import PrivateKey, verify
from cantata.lf.interactive.errors import BrokenTree, InteractiveError
from cantata.lf.interactive.hashing import prepared_hash
from cantata.lf.interactive.prepared_wire import decode_prepared, encode_prepared
from cantata.lf.model import Ref
from cantata.sandbox.engine import (
    Command,
    Contract,
    CreateCommand,
    Engine,
    ExerciseCommand,
    Ledger,
    Submission,
)
from cantata.sandbox.engine.errors import InactiveInputs
from cantata.sandbox.engine.interpretation.errors import AuthenticationFailed
from cantata.sandbox.prepared import (
    BlobDisagrees,
    Builder,
    MalformedRoot,
    PackageNotVetted,
    PreparedDiffers,
    Runner,
    Terms,
)

NOW = 1_700_000_000_000_000
ALICE, BOB = "alice::1220" + "aa" * 32, "bob::1220" + "bb" * 32
TERMS = Terms(
    synchronizer_id="sync::1220" + "cc" * 32 + "::35-0",
    transaction_uuid="e9725c1a-4773-4a34-8e26-989dbced12d9",
    max_record_time=NOW + 5,
)

Prepared = model.PreparedTransaction


@dataclass(slots=True)
class Desk:
    """A ledger of its own with an asset of alice."""

    engine: Engine
    ledger: Ledger
    asset: Contract
    submitted: int = 0

    @classmethod
    def of(cls, engine: Engine) -> Desk:
        """Open a desk."""
        ledger = Ledger(engine)
        template = Ref(engine.packages.resolution()["oracle-types"], "Oracle", "Asset")
        create = CreateCommand(template, (ALICE, ALICE, Decimal("5.0000000000"), None))
        update = ledger.submit(_submission(create, "create"))
        found = next(iter(ledger.store.active([ALICE], [template], update.offset)))
        return cls(engine, ledger, found.contract)

    def exercise(self, choice: str, argument: Any) -> Submission:
        """Exercise a choice of the asset as alice."""
        asset = self.asset
        command = ExerciseCommand(asset.template, asset.contract_id, choice, argument)
        return _submission(command, choice)

    def prepare(self, submission: Submission) -> Prepared:
        """Prepare a submission and send it through its bytes."""
        submission, transaction = self.ledger.prepare(submission)
        builder = Builder(self.engine.packages.packages)
        return decode_prepared(encode_prepared(builder.build(submission, transaction, TERMS)))

    def give(self) -> Prepared:
        """Prepare giving the asset to bob."""
        return self.prepare(self.exercise("Give", (BOB,)))


def _submission(command: Command, command_id: str) -> Submission:
    return Submission(
        act_as=frozenset({ALICE}),
        commands=(command,),
        ledger_time=NOW,
        seed=sha256(command_id.encode()).digest(),
        command_id=command_id,
    )


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk.of(engine)


def test_what_was_prepared_is_committed(desk: Desk) -> None:
    prepared = desk.give()
    key = PrivateKey.generate()
    signature = key.sign(prepared_hash(prepared))
    verify(key.public, prepared_hash(decode_prepared(encode_prepared(prepared))), signature)
    again = Runner(desk.engine).run(prepared, desk.ledger.store.lookup, NOW + 1_000)
    update = desk.ledger.commit(again.submission, again.transaction)
    (created,) = again.transaction.created
    node = prepared.transaction.nodes[1].action
    assert isinstance(node, model.Create)
    assert len(node.contract_id) == 66
    assert created.contract.contract_id.startswith(node.contract_id)
    assert update.effective_at == NOW + 1_000
    assert desk.ledger.store.lookup(desk.asset.contract_id) is None


def test_it_is_committed_once(desk: Desk) -> None:
    prepared = desk.give()
    runner = Runner(desk.engine)
    known = {desk.asset.contract_id: desk.asset}
    for lookup in (desk.ledger.store.lookup, known.get):
        again = runner.run(prepared, lookup, NOW)
    desk.ledger.commit(again.submission, again.transaction)
    with pytest.raises(InactiveInputs):
        desk.ledger.commit(again.submission, again.transaction)


def test_a_transaction_that_asks_for_the_time_keeps_it(desk: Desk) -> None:
    prepared = desk.prepare(desk.exercise("Now", ()))
    metadata = prepared.metadata
    assert metadata.min_ledger_effective_time == metadata.max_ledger_effective_time == NOW
    again = Runner(desk.engine).run(prepared, desk.ledger.store.lookup, NOW + 1_000_000)
    assert again.submission.ledger_time == NOW


def test_the_terms_are_in_the_metadata(desk: Desk) -> None:
    metadata = desk.give().metadata
    assert metadata.submitter == model.SubmitterInfo((ALICE,), "Give")
    assert metadata.synchronizer_id == TERMS.synchronizer_id
    assert metadata.transaction_uuid == TERMS.transaction_uuid
    assert metadata.max_record_time == NOW + 5
    assert metadata.preparation_time == NOW
    assert [given.create.contract_id for given in metadata.input_contracts] == [
        desk.asset.contract_id
    ]


def _with(prepared: Prepared, node_id: int, **changes: Any) -> Prepared:
    nodes = tuple(
        replace(node, action=replace(node.action, **changes))
        if node.node_id == str(node_id)
        else node
        for node in prepared.transaction.nodes
    )
    return replace(prepared, transaction=replace(prepared.transaction, nodes=nodes))


def _with_seed(prepared: Prepared, node_id: int) -> Prepared:
    seeds = tuple(
        replace(seed, seed=b"\x01" * 32) if seed.node_id == node_id else seed
        for seed in prepared.transaction.node_seeds
    )
    return replace(prepared, transaction=replace(prepared.transaction, node_seeds=seeds))


def _with_metadata(prepared: Prepared, **changes: Any) -> Prepared:
    return replace(prepared, metadata=replace(prepared.metadata, **changes))


def _payload(prepared: Prepared, amount: str) -> values.Record:
    create = prepared.transaction.nodes[1].action
    assert isinstance(create, model.Create)
    assert isinstance(create.argument, values.Record)
    fields = list(create.argument.fields)
    fields[2] = ("amount", values.Numeric(amount))
    return replace(create.argument, fields=tuple(fields))


LIES: list[Callable[[Prepared], Prepared]] = [
    lambda p: _with(p, 1, argument=_payload(p, "6.0000000000")),
    lambda p: _with(p, 1, stakeholders=(ALICE,)),
    lambda p: _with(p, 1, contract_id="00" + "ab" * 32),
    lambda p: _with(p, 1, lf_version="2"),
    lambda p: _with(p, 1, package_name="other"),
    lambda p: _with(p, 0, result=values.Unit()),
    lambda p: _with(p, 0, result=None),
    lambda p: _with(p, 0, consuming=False),
    lambda p: _with(p, 0, acting_parties=(BOB,)),
    lambda p: _with(p, 0, choice_observers=(BOB,)),
    lambda p: _with(p, 0, by_key=True),
    lambda p: _with_seed(p, 1),
    lambda p: _with_seed(p, 0),
    lambda p: replace(p, transaction=replace(p.transaction, version="2")),
    lambda p: _with_metadata(p, max_ledger_effective_time=NOW),
    lambda p: _with_metadata(p, preparation_time=NOW + 1),
    lambda p: _with_metadata(
        p, input_contracts=(replace(p.metadata.input_contracts[0], created_at=1),)
    ),
]


@pytest.mark.parametrize("lie", LIES, ids=range(len(LIES)))
def test_a_transaction_that_lies_about_itself_is_refused(
    desk: Desk, lie: Callable[[Prepared], Prepared]
) -> None:
    prepared = lie(desk.give())
    with pytest.raises(PreparedDiffers):
        Runner(desk.engine).run(prepared, desk.ledger.store.lookup, NOW)


def test_roots_that_cannot_be_run_are_refused(desk: Desk) -> None:
    prepared = desk.give()
    transaction = prepared.transaction
    runner = Runner(desk.engine)
    fetch = model.Fetch(
        "2.1", desk.asset.contract_id, "oracle-types", _asset(prepared).template, (), (), ()
    )
    for broken in (
        replace(transaction, roots=("0", "0")),
        replace(transaction, nodes=(model.Node("0", fetch),), node_seeds=()),
        replace(transaction, node_seeds=transaction.node_seeds[1:]),
        _with(prepared, 0, choice="Nothing").transaction,
        replace(_with(prepared, 0, children=()).transaction, roots=("0", "1")),
    ):
        with pytest.raises((MalformedRoot, BrokenTree)):
            runner.run(replace(prepared, transaction=broken), desk.ledger.store.lookup, NOW)


def _asset(prepared: Prepared) -> model.Create:
    return prepared.metadata.input_contracts[0].create


def test_a_package_that_is_not_in_use_is_refused(desk: Desk) -> None:
    prepared = desk.give()
    template = replace(_asset(prepared).template, package_id="ff" * 32)
    with pytest.raises(PackageNotVetted):
        Runner(desk.engine).run(
            _with(prepared, 1, template=template), desk.ledger.store.lookup, NOW
        )


def _with_blob(prepared: Prepared, blob: bytes) -> Prepared:
    given = replace(prepared.metadata.input_contracts[0], event_blob=blob)
    return _with_metadata(prepared, input_contracts=(given,))


def test_a_shown_contract_proves_itself_where_it_is_not_known(desk: Desk) -> None:
    prepared = desk.give()
    again = Runner(desk.engine).run(prepared, lambda _: None, NOW)
    assert again.transaction.inputs == (desk.asset,)


def test_a_forged_blob_is_refused(desk: Desk) -> None:
    prepared = desk.give()
    runner = Runner(desk.engine)
    fat = decode_blob(prepared.metadata.input_contracts[0].event_blob)
    assert isinstance(fat.argument, values.Record)
    more = values.Record(None, (*fat.argument.fields[:2], (None, values.Numeric("500.0000000000"))))
    forged: list[tuple[Any, type[Exception]]] = [
        (replace(fat, argument=more), AuthenticationFailed),
        (replace(fat, signatories=(BOB,), observers=(ALICE,)), CantataError),
        (replace(fat, created_at=1), AuthenticationFailed),
        (replace(fat, authentication=authentication_of(b"\x00" * 32)), BlobDisagrees),
        (replace(fat, contract_id=fat.contract_id[:-2] + "00"), BlobDisagrees),
    ]
    for lie, error in forged:
        with pytest.raises(error):
            runner.run(_with_blob(prepared, encode_blob(lie)), lambda _: None, NOW)
    with pytest.raises(InteractiveError):
        runner.run(_with_blob(prepared, b"garbage"), desk.ledger.store.lookup, NOW)


def test_blobs_come_back_as_contracts(desk: Desk) -> None:
    blobs = Builder(desk.engine.packages.packages).blobs
    blob = blobs.write(desk.asset)
    assert blobs.read(blob) == desk.asset
    assert blobs.is_sealed(blob)
    assert blobs.write(blobs.read(blob)) == blob
