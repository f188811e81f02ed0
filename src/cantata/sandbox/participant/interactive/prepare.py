"""Preparing: from commands to a transaction that external parties can check and sign."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.kernel.errors import CantataError
from cantata.kernel.generators import fresh_seed
from cantata.kernel.time import Timestamp
from cantata.lf.interactive.errors import InteractiveError, LimitExceeded
from cantata.lf.interactive.hashing import HashingScheme, prepared_hash
from cantata.lf.interactive.prepared_wire import PREPARED_BYTES_MAX, encode_prepared
from cantata.sandbox.engine import Submission, Transaction
from cantata.sandbox.engine.errors import UnknownInformees
from cantata.sandbox.engine.transaction.informees import all_witnesses
from cantata.sandbox.participant.claims import Claims
from cantata.sandbox.participant.commands import Submitter
from cantata.sandbox.participant.commands.bodies import JsCommands
from cantata.sandbox.participant.commands.disclosure import Disclosure
from cantata.sandbox.participant.commands.parse import (
    Header,
    header_of,
    read_commands,
    require_synchronizer,
    user_of,
)
from cantata.sandbox.participant.errors import Origin, Refusal
from cantata.sandbox.participant.events.refusals import (
    invalid_field,
    missing_field,
    require_parties,
)
from cantata.sandbox.participant.events.render import instant
from cantata.sandbox.participant.interactive.bodies import PrepareSubmission
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.prepared import Builder, Terms

NOT_VERBOSE = (
    "Verbose hashing is disabled on this participant. Contact the node administrator for more "
    "details."
)


MULTIPLE = "Preparing multiple commands is currently not supported"
MULTIPLE_ROOTS = "the command has more than one root node"


@dataclass(frozen=True, slots=True)
class Prepared:
    """The bytes of a prepared transaction and the hash to sign."""

    encoded: bytes
    hash: bytes
    scheme: HashingScheme


class Preparer:
    """Prepares submissions; nothing is recorded."""

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._submitter = node.part(Submitter)
        self._disclosure = Disclosure(node)
        self._builder = Builder(node.packages.packages)

    def prepare(self, body: PrepareSubmission, claims: Claims) -> dict[str, Any]:
        """Give the prepared transaction of a request, or raise why there is none."""
        prepared = self._prepared(body, claims)
        hints = body.estimate_traffic_cost
        return {
            "preparedTransaction": base64.b64encode(prepared.encoded).decode(),
            "preparedTransactionHash": base64.b64encode(prepared.hash).decode(),
            "hashingSchemeVersion": prepared.scheme.name,
            "hashingDetails": NOT_VERBOSE if body.verbose_hashing else None,
            "costEstimation": None if hints and hints.disabled else _no_cost(self._node.now()),
        }

    def _prepared(self, body: PrepareSubmission, claims: Claims) -> Prepared:
        commands = body.as_commands()
        header, submission = self._read(body, commands, claims)
        with _without_submission_id(), self._submitter.explained(header), _unfit(header):
            if len(submission.commands) > 1:
                raise _not_prepared(MULTIPLE, header)
            submission, transaction = self._node.ledger.prepare(submission)
            self._require_informees(transaction)
            if len(transaction.tree.roots) != 1:
                raise _not_prepared(MULTIPLE_ROOTS, header)
            return self._built(body, submission, transaction)

    def _read(
        self, body: PrepareSubmission, commands: JsCommands, claims: Claims
    ) -> tuple[Header, Submission]:
        node = self._node
        read = read_commands(node, commands) if body.commands else ()
        user_id = _authorize(claims, body)
        require_synchronizer(node, body.synchronizer_id)
        shown = body.disclosed_contracts or ()
        with _without_submission_id():
            header = replace(header_of(node, commands, user_id), submission_id="")
            with self._submitter.explained(header):
                disclosed = self._disclosure.read(shown)
            self._disclosure.require_synchronizer(shown)
        time = _ledger_time(body, header.submitted_at)
        return header, Submission(
            act_as=header.act_as,
            commands=read,
            ledger_time=time,
            seed=fresh_seed(node.ids),
            read_as=header.read_as,
            preparation_time=time,
            disclosed=disclosed,
            package_preference=body.package_id_selection_preference,
            command_id=header.command_id,
            user_id=user_id,
        )

    def _require_informees(self, transaction: Transaction) -> None:
        knows = self._node.knows_party
        unknown = [party for party in all_witnesses(transaction.tree) if not knows(party)]
        if unknown:
            raise UnknownInformees(unknown)

    def _built(
        self, body: PrepareSubmission, submission: Submission, transaction: Transaction
    ) -> Prepared:
        node = self._node
        terms = Terms(
            synchronizer_id=node.identity.synchronizer.physical_id,
            transaction_uuid=node.fresh_uuid(),
            max_record_time=body.max_record_time,
        )
        wanted = body.hashing_scheme_version
        scheme = (wanted and wanted.scheme) or HashingScheme.HASHING_SCHEME_VERSION_V2
        built = self._builder.build(submission, transaction, terms)
        encoded = encode_prepared(built)
        if len(encoded) > PREPARED_BYTES_MAX:
            raise LimitExceeded("the size of the prepared transaction in bytes", PREPARED_BYTES_MAX)
        return Prepared(encoded, prepared_hash(built, scheme), scheme)


def _authorize(claims: Claims, body: PrepareSubmission) -> str:
    """Refuse who may not read as these parties; nothing is done in their name yet."""
    if not body.act_as:
        raise missing_field("act_as/actAs")
    require_parties(body.act_as, "Invalid party in actAs/act_as: ")
    require_parties(body.read_as or (), "Invalid party in readAs/read_as: ")
    claims.require_read_as((*body.act_as, *(body.read_as or ())))
    return user_of(claims, body.user_id or "")


def _ledger_time(body: PrepareSubmission, now: int) -> int:
    asked = body.min_ledger_time
    time = now if asked is None else asked.at(now)
    try:
        return Timestamp(time).microseconds
    except DamlArithmeticError as error:
        raise invalid_field("min_ledger_time", error.message, Origin.REQUEST) from error


@contextmanager
def _without_submission_id() -> Iterator[None]:
    """Leave refusals without correlation id: what is prepared has no submission id yet."""
    try:
        yield
    except CantataError as error:
        if isinstance(error, Refusal):
            error.correlation_id = None
        raise


@contextmanager
def _unfit(header: Header) -> Iterator[None]:
    """Refuse what cannot be prepared in the words of the service."""
    try:
        yield
    except InteractiveError as error:
        raise _not_prepared(error.message, header) from error


def _not_prepared(reason: str, header: Header) -> Refusal:
    return Refusal(
        "FAILED_TO_PREPARE_TRANSACTION",
        f"The participant failed to prepare the transaction: {reason}",
        origin=Origin.REQUEST,
        context=header.context(),
    )


def _no_cost(now: int) -> dict[str, Any]:
    """Give the estimated cost: this ledger charges nothing."""
    return {
        "estimationTimestamp": instant(now),
        "confirmationRequestTrafficCostEstimation": 0,
        "confirmationResponseTrafficCostEstimation": 0,
        "totalTrafficCostEstimation": 0,
    }
