"""External parties: they sign what they have read and hashed themselves, or nothing."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from cantata.kernel.ids import PartyId
from cantata.ledger.decoding import Fields
from cantata.ledger.errors import MalformedAnswer, Refusal
from cantata.ledger.formats import Shape, Wanted
from cantata.ledger.model.updates import Transaction
from cantata.ledger.outcome import Outcome, value_of
from cantata.ledger.services.commands import Receipt, Submitter
from cantata.ledger.signing import Signer
from cantata.ledger.submission import Submission, new_submission_id, period_json
from cantata.ledger.transport import Call, Transport
from cantata.lf.interactive.crypto import KeyFormat, PublicKey, Signature
from cantata.lf.interactive.errors import InteractiveError
from cantata.lf.interactive.hashing import HashingScheme, prepared_hash
from cantata.lf.interactive.intent import Difference, Intent, differences, wanted_commands
from cantata.lf.interactive.prepared_wire import decode_prepared
from cantata.lf.interactive.topology import Onboarded, Operation, decode_topology, multi_hash

V2 = HashingScheme.HASHING_SCHEME_VERSION_V2
SHOWN_DIFFERENCES = 5

Signers = Mapping[str, Sequence[Signer]]
"""Those who sign, by party."""


class NotAsIntended(Refusal):
    """What was prepared is not what was wanted, so nothing was signed; field `differences`."""

    code: ClassVar[str] = "NOT_AS_INTENDED"
    advice: ClassVar[str] = "do not sign; the participant that prepared it cannot be trusted"

    def __init__(self, what: str, found: tuple[Difference, ...] = ()) -> None:
        told = "; ".join(map(str, found[:SHOWN_DIFFERENCES]))
        super().__init__(f"{what} {told}".rstrip())
        self.differences = found


class External:
    """Onboards external parties and submits what they sign."""

    def __init__(self, transport: Transport, submitter: Submitter) -> None:
        self._transport = transport
        self._submitter = submitter

    async def allocate(
        self, hint: str, signer: Signer, *, synchronizer_id: str, user_id: str = ""
    ) -> str:
        """Make an external party whose one key is the signer's; give its id.

        The topology is read, compared with the key, and its multi-hash recomputed before signing.
        """
        made = await self.topology(hint, signer.public_key, synchronizer_id=synchronizer_id)
        signature = await signer.sign(made.multi_hash)
        return await self.onboard(
            made.transactions, signature, synchronizer_id=synchronizer_id, user_id=user_id
        ) or str(made.party)

    async def topology(self, hint: str, key: PublicKey, *, synchronizer_id: str) -> Onboarded:
        """Give what makes a party with this one key, for its holder to sign; record nothing.

        What the participant proposes is read and compared with the key; raise `NotAsIntended`.
        """
        request = {
            "synchronizer": synchronizer_id,
            "partyHint": hint,
            "publicKey": {
                "format": KeyFormat.CRYPTO_KEY_FORMAT_DER_X509_SUBJECT_PUBLIC_KEY_INFO.name,
                "keyData": _base64(key.der),
                "keySpec": key.spec.name,
            },
        }
        path = "/v2/parties/external/generate-topology"
        fields = Fields(await self._transport.read(Call(method="POST", path=path, body=request)))
        encoded = fields.texts("topologyTransactions")
        return checked_topology(hint, key, [_decoded(each) for each in encoded])

    async def onboard(
        self,
        transactions: Sequence[bytes],
        signature: Signature,
        *,
        synchronizer_id: str,
        user_id: str = "",
    ) -> str:
        """Make the party of a topology whose multi-hash was signed; give its id if it is told."""
        body = {
            "synchronizer": synchronizer_id,
            "onboardingTransactions": [
                {"transaction": _base64(each), "signatures": []} for each in transactions
            ],
            "multiHashSignatures": [signature_json(signature)],
            "identityProviderId": "",
            "userId": user_id,
        }
        path = "/v2/parties/external/allocate"
        answer = await self._transport.send(
            Call(method="POST", path=path, body=body, is_command=True)
        )
        return Fields(answer).text("partyId")

    async def prepare(self, submission: Submission, scheme: HashingScheme = V2) -> bytes:
        """Let the participant prepare a transaction; give it as it came, unchecked."""
        body = submission.common_json(self._transport.settings.user_id)
        body["verboseHashing"] = False
        body["hashingSchemeVersion"] = scheme.name
        if submission.min_ledger_time is not None:
            moment = {"MinLedgerTimeAbs": {"value": str(submission.min_ledger_time)}}
            body["minLedgerTime"] = {"time": moment}
        if submission.max_record_time is not None:
            body["maxRecordTime"] = str(submission.max_record_time)
        path = "/v2/interactive-submission/prepare"
        call = Call(method="POST", path=path, body=body, is_command=True)
        return Fields(await self._transport.read(call)).content("preparedTransaction")

    async def outcome(
        self,
        submission: Submission,
        signers: Signers,
        *,
        intent: Intent | None = None,
        scheme: HashingScheme = V2,
    ) -> Outcome[Receipt]:
        """Prepare, check, sign, execute and wait; give what became of it.

        Raise `NotAsIntended` before anything is signed. `intent` is by default the commands, who
        acts and the command id; give one to bound inputs, packages and times as well.
        """
        signed = await self._signed(submission, signers, intent, scheme)
        return await self._submitter.receipt(
            submission.change_id(self._transport.settings.user_id),
            lambda: self._execute("executeAndWait", {**signed, **_fresh()}),
        )

    async def executed(
        self,
        submission: Submission,
        prepared: bytes,
        signatures: Mapping[str, Sequence[Any]],
        scheme: HashingScheme = V2,
    ) -> Outcome[Receipt]:
        """Execute what was prepared before and signed elsewhere; give what became of it.

        `signatures` are as `signature_json` gives them, by party.
        """
        body = self._signed_body(submission, prepared, signatures, scheme)
        return await self._submitter.receipt(
            submission.change_id(self._transport.settings.user_id),
            lambda: self._execute("executeAndWait", {**body, **_fresh()}),
        )

    async def submit(
        self,
        submission: Submission,
        signers: Signers,
        *,
        intent: Intent | None = None,
        scheme: HashingScheme = V2,
    ) -> Receipt:
        """Do as `outcome` does; raise what refused it or `OutcomeUnknown`."""
        return value_of(await self.outcome(submission, signers, intent=intent, scheme=scheme))

    async def transaction(
        self,
        submission: Submission,
        signers: Signers,
        *,
        intent: Intent | None = None,
        scheme: HashingScheme = V2,
    ) -> Transaction:
        """Do as `submit` does; give the transaction with all that happened in it."""
        signed = await self._signed(submission, signers, intent, scheme)
        wanted, shape = Wanted(submission.act_as), Shape.LEDGER_EFFECTS
        form = {"transactionFormat": wanted.transaction_format(shape)}
        return value_of(
            await self._submitter.transaction(
                submission.change_id(self._transport.settings.user_id),
                lambda: self._execute(
                    "executeAndWaitForTransaction", {**signed, **_fresh(), **form}
                ),
                wanted,
                shape,
            )
        )

    async def _signed(
        self,
        submission: Submission,
        signers: Signers,
        intent: Intent | None,
        scheme: HashingScheme,
    ) -> dict[str, Any]:
        prepared = await self.prepare(submission, scheme)
        digest = checked_hash(prepared, intent or intent_of(submission), scheme)
        signatures = {
            party: [signature_json(await signer.sign(digest)) for signer in keys]
            for party, keys in signers.items()
        }
        return self._signed_body(submission, prepared, signatures, scheme)

    def _signed_body(
        self,
        submission: Submission,
        prepared: bytes,
        signatures: Mapping[str, Sequence[Any]],
        scheme: HashingScheme,
    ) -> dict[str, Any]:
        signed = [{"party": party, "signatures": list(by)} for party, by in signatures.items()]
        return {
            "preparedTransaction": _base64(prepared),
            "partySignatures": {"signatures": signed},
            "hashingSchemeVersion": scheme.name,
            "deduplicationPeriod": period_json(submission.deduplication),
            "userId": submission.user_id or self._transport.settings.user_id,
        }

    async def _execute(self, name: str, body: Any) -> Any:
        path = f"/v2/interactive-submission/{name}"
        return await self._transport.send(
            Call(method="POST", path=path, body=body, is_command=True)
        )


def intent_of(submission: Submission) -> Intent:
    """Give what a submission wants: its commands, who acts, its id and where."""
    return Intent(
        commands=wanted_commands(submission.commands_json()),
        act_as=frozenset(submission.act_as),
        command_id=submission.command_id,
        synchronizer_id=submission.synchronizer_id or None,
    )


def checked_hash(prepared: bytes, intent: Intent, scheme: HashingScheme = V2) -> bytes:
    """Give the 32 bytes to sign, computed from what was read and found to be as intended."""
    try:
        transaction = decode_prepared(prepared)
        found = differences(intent, transaction)
        digest = prepared_hash(transaction, scheme)
    except InteractiveError as error:
        raise NotAsIntended(f"what was prepared cannot be read: {error.message}") from error
    if found:
        raise NotAsIntended("what was prepared is not what was wanted:", found)
    return digest


def signature_json(signature: Signature) -> Any:
    """Give a signature as the API wants it."""
    return {
        "format": signature.format.name,
        "signature": _base64(signature.signature),
        "signedBy": signature.signed_by,
        "signingAlgorithmSpec": signature.algorithm.name,
    }


def checked_topology(hint: str, key: PublicKey, transactions: Sequence[bytes]) -> Onboarded:
    """Give what a key's holder signs, if it makes her party with this one key and nothing else.

    Raise `NotAsIntended`.
    """
    party = PartyId.of(hint, key.fingerprint)
    if len(transactions) != 1:
        raise NotAsIntended(f"the topology of {party} has {len(transactions)} transactions, not 1")
    try:
        topology = decode_topology(transactions[0])
        mapping = topology.mapping
        signing = mapping.signing_keys
        keys = () if signing is None else tuple(each.key for each in signing.keys)
    except InteractiveError as error:
        raise NotAsIntended(f"the topology of {party} cannot be read: {error.message}") from error
    if (topology.operation, topology.serial) != (Operation.ADD_REPLACE, 1):
        raise NotAsIntended(f"the topology of {party} does more than make it")
    if len(mapping.participants) != 1:
        raise NotAsIntended(f"the topology has {party} hosted by {len(mapping.participants)}")
    if str(mapping.party) != party:
        raise NotAsIntended(f"the topology is for {mapping.party}, not for {party}")
    if keys != (key,):
        raise NotAsIntended(f"the topology gives {party} other keys than its own")
    return Onboarded(party, tuple(transactions), multi_hash(transactions))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise MalformedAnswer("a topology transaction is no base64") from None


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _fresh() -> dict[str, Any]:
    return {"submissionId": new_submission_id()}
