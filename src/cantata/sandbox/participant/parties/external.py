"""What the party service does about external parties: their topology, and its authorization."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from cantata.kernel.fingerprint import topology_transaction_hash
from cantata.lf.interactive.crypto import PublicKey, Signature, verify
from cantata.lf.interactive.errors import InteractiveError, InvalidKey, InvalidSignature
from cantata.lf.interactive.topology import (
    SIGNING_KEYS_MAX,
    Hosting,
    Operation,
    PartyToParticipant,
    Permission,
    decode_topology,
    multi_hash,
    onboarding,
)
from cantata.sandbox.participant.administration.identifiers import (
    require_party_name,
    shortened,
    unique_identifier_fault,
)
from cantata.sandbox.participant.administration.refusals import (
    invalid_argument,
    invalid_field,
    missing_field,
)
from cantata.sandbox.participant.api import Request
from cantata.sandbox.participant.errors import Origin, Refusal, plain_status
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.parties.bodies import (
    AllocateExternal,
    GenerateTopology,
    PublicKeyBody,
    SignedTransaction,
)
from cantata.sandbox.participant.parties.service import submission
from cantata.sandbox.participant.parties.state import Parties, Party
from cantata.sandbox.participant.topology import note_authorization
from cantata.sandbox.participant.users import IdentityProviders, Users
from cantata.sandbox.participant.users.rights import Right

TRANSACTIONS_MAX = 10
HOSTS_MAX = 100
SIGNATURES_MAX = 100

_TRANSACTION = "onboarding_transactions.transaction"
_INVALID_ARGUMENT = 3


class ExternalPartyService:
    """The use cases about external parties."""

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._parties = node.part(Parties)
        self._users = node.part(Users)
        self._providers = node.part(IdentityProviders)

    def generate(self, request: Request) -> dict[str, Any]:
        """Give what must be signed to bring an external party into being."""
        body: GenerateTopology = request.body
        self._require_synchronizer(body.synchronizer, "Unknown or not connected synchronizer {}")
        if not body.party_hint:
            raise missing_field("party_hint")
        require_party_name(body.party_hint)
        if body.public_key is None:
            raise missing_field("public_key")
        key = _read_key(body.public_key)
        hosts = self._hosts(body)
        confirming = sum(host.permission != Permission.OBSERVATION for host in hosts)
        threshold = body.confirmation_threshold or confirming
        if not 0 < threshold <= confirming:
            raise invalid_argument(
                f"Confirming threshold {threshold} exceeds number of confirming participants "
                f"{confirming}"
            )
        made = onboarding(body.party_hint, [key], hosts, threshold=threshold)
        return {
            "partyId": str(made.party),
            "publicKeyFingerprint": str(key.fingerprint),
            "topologyTransactions": [_base64(each) for each in made.transactions],
            "multiHash": _base64(made.multi_hash),
        }

    def allocate(self, request: Request) -> dict[str, Any]:
        """Take signed topology; the party exists once all its keys have signed."""
        body: AllocateExternal = request.body
        request.claims.require_administration(body.identity_provider_id)
        self._require_synchronizer(
            body.synchronizer, "This node is not connected to the requested synchronizer {}."
        )
        self._providers.require(body.identity_provider_id)
        mapping = self._read(body.onboarding_transactions)
        if body.user_id and self._users.find(body.user_id) is None:
            raise invalid_argument(f"User {body.user_id} does not exist")
        authorized = _is_authorized(mapping, body)
        party = str(mapping.party)
        known = self._parties.find(party)
        if known is not None and known.authorized:
            self._refuse_again(party)
        version = -1 if known is None or known.version is None else known.version
        onboarded = body.onboarding_transactions[0].transaction
        self._parties.put(
            replace(
                known or Party(id=party, identity_provider_id=body.identity_provider_id),
                version=version + 1,
                onboarding=onboarded,
                authorized=authorized,
            )
        )
        if authorized:
            self._announce(mapping, request.trace_id)
        if body.user_id and authorized:
            self._users.grant(body.user_id, [Right("CanActAs", party)])
        return {"partyId": party}

    def _announce(self, mapping: PartyToParticipant, trace_id: str) -> None:
        for host in mapping.participants:
            permission = f"PARTICIPANT_PERMISSION_{Permission(host.permission).name}"
            note_authorization(self._node, mapping.party, permission=permission, trace_id=trace_id)

    def _refuse_again(self, party: str) -> None:
        with submission(self._node):
            raise invalid_argument(
                f"Party {shortened(party)} already exists on synchronizer "
                f"{shortened(self._node.identity.synchronizer.id)}"
            )

    def _hosts(self, body: GenerateTopology) -> Sequence[Hosting]:
        own = self._node.identity.participant_id
        permission = (
            Permission.OBSERVATION
            if body.local_participant_observation_only
            else Permission.CONFIRMATION
        )
        others = [(uid, Permission.CONFIRMATION) for uid in body.other_confirming_participant_uids]
        others += [(uid, Permission.OBSERVATION) for uid in body.observing_participant_uids]
        if len(others) >= HOSTS_MAX:
            raise invalid_argument(f"more than {HOSTS_MAX} participants")
        for uid, _ in others:
            fault = unique_identifier_fault(uid)
            if fault is not None:
                raise invalid_argument(fault)
            if uid == own:
                raise invalid_argument("the local participant is listed among the others")
        hosts = [(own, permission), *others]
        if len({uid for uid, _ in hosts}) < len(hosts):
            raise invalid_argument("a participant is listed twice")
        return [Hosting(uid, each) for uid, each in hosts]

    def _read(self, transactions: Sequence[SignedTransaction]) -> PartyToParticipant:
        if not transactions:
            raise invalid_field(
                "onboarding_transactions.transactions", "Transactions field is empty"
            )
        if len(transactions) > TRANSACTIONS_MAX:
            raise invalid_field(_TRANSACTION, f"more than {TRANSACTIONS_MAX} transactions")
        if len(transactions) > 1:
            raise invalid_field(_TRANSACTION, "exactly one PartyToParticipant is expected")
        try:
            read = decode_topology(transactions[0].transaction)
            keys = read.mapping.signing_keys
            fingerprints = [each.key.fingerprint for each in keys.keys] if keys else []
        except InteractiveError as error:
            raise invalid_field(_TRANSACTION, f"Invalid transaction: {error.message}") from None
        self._require_sound(read.operation, read.serial, read.mapping, fingerprints)
        return read.mapping

    def _require_sound(
        self,
        operation: int,
        serial: int,
        mapping: PartyToParticipant,
        fingerprints: Sequence[str],
    ) -> None:
        fault = unique_identifier_fault(mapping.party)
        name, _, namespace = mapping.party.partition("::")
        keys = mapping.signing_keys
        if fault is not None:
            raise invalid_field(_TRANSACTION, f"Invalid transaction: {fault}")
        require_party_name(name)
        if operation != Operation.ADD_REPLACE or serial != 1:
            raise invalid_field(_TRANSACTION, "it must add the party, with serial 1")
        if namespace not in fingerprints:
            raise invalid_field(_TRANSACTION, "the key of the namespace does not sign")
        if keys is None or not 0 < keys.threshold <= len(fingerprints) <= SIGNING_KEYS_MAX:
            raise invalid_field(_TRANSACTION, "the threshold of the signing keys cannot be met")
        if len({str(each) for each in fingerprints}) < len(fingerprints):
            raise invalid_field(_TRANSACTION, "a signing key is listed twice")
        hosts = [host.participant for host in mapping.participants]
        if self._node.identity.participant_id not in hosts:
            raise invalid_argument("The party is not to be hosted on this participant")
        if any(host.permission not in set(Permission) for host in mapping.participants):
            raise invalid_field(_TRANSACTION, "a participant has an unknown permission")
        if len(hosts) > 1:
            raise invalid_argument("This ledger is one participant: no other one can host a party")

    def _require_synchronizer(self, synchronizer: str, unknown: str) -> None:
        fault = unique_identifier_fault(synchronizer)
        if fault is not None:
            raise invalid_argument(fault)
        if synchronizer != self._node.identity.synchronizer.id:
            raise invalid_argument(unknown.format(shortened(synchronizer)))


def _read_key(body: PublicKeyBody) -> PublicKey:
    key_format, spec = body.format.known, body.key_spec.known
    if key_format is None or spec is None:
        raise invalid_argument("the format and the curve of the public key must be given")
    try:
        return PublicKey.read(key_format, body.key_data, spec)
    except InvalidKey as error:
        raise Refusal(
            "INVALID_ARGUMENT",
            "The submitted request has invalid arguments: "
            f"KeyParseAndValidateError({error.message})",
            origin=Origin.REQUEST,
        ) from None


def _is_authorized(mapping: PartyToParticipant, body: AllocateExternal) -> bool:
    """Tell whether all keys have signed; refuse a signature of one that is not valid."""
    if mapping.signing_keys is None:
        return False
    keys = {str(each.key.fingerprint): each.key for each in mapping.signing_keys.keys}
    transactions = [each.transaction for each in body.onboarding_transactions]
    signers = _signers(
        keys, multi_hash(transactions), (each.read() for each in body.multi_hash_signatures)
    )
    for transaction in body.onboarding_transactions:
        message = topology_transaction_hash(transaction.transaction)
        signers |= _signers(keys, message, (each.read() for each in transaction.signatures))
    return signers == keys.keys()


def _signers(
    keys: dict[str, PublicKey], message: bytes, signatures: Iterable[Signature | None]
) -> set[str]:
    signers: set[str] = set()
    for number, signature in enumerate(signatures):
        if number >= SIGNATURES_MAX:
            raise invalid_argument(f"more than {SIGNATURES_MAX} signatures")
        key = keys.get(signature.signed_by) if signature else None
        if key is None or signature is None:
            continue
        try:
            verify(key, message, signature)
        except InvalidSignature:
            raise plain_status(
                "Transaction signature verification failed", _INVALID_ARGUMENT
            ) from None
        signers.add(signature.signed_by)
    return signers


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
