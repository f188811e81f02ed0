"""The shapes of requests for interactive submission and for preferred packages."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from cantata.lf.interactive.hashing import HashingScheme
from cantata.sandbox.participant.commands.bodies import (
    Commands,
    DeduplicationDuration,
    DeduplicationOffset,
    DisclosedContract,
    JsCommands,
    PrefetchContractKey,
)
from cantata.sandbox.participant.events.formats import TransactionFormat
from cantata.sandbox.participant.shapes import (
    Duration,
    Empty,
    Instant,
    Int32,
    Named,
    case_class,
    message,
)


class HashingSchemeVersion(Enum):
    """Which hash is to be signed."""

    UNSPECIFIED = "HASHING_SCHEME_VERSION_UNSPECIFIED"
    V2 = "HASHING_SCHEME_VERSION_V2"
    V3 = "HASHING_SCHEME_VERSION_V3"

    @property
    def scheme(self) -> HashingScheme | None:
        """Give the scheme, None when none is named."""
        return HashingScheme.__members__.get(self.value)


class SigningAlgorithm(Enum):
    """How a signature is made, as hints on traffic say it."""

    UNSPECIFIED = "SIGNING_ALGORITHM_SPEC_UNSPECIFIED"
    ED25519 = "SIGNING_ALGORITHM_SPEC_ED25519"
    EC_DSA_SHA_256 = "SIGNING_ALGORITHM_SPEC_EC_DSA_SHA_256"
    EC_DSA_SHA_384 = "SIGNING_ALGORITHM_SPEC_EC_DSA_SHA_384"


@message
class MinLedgerTimeAbs:
    """Not before an instant."""

    value: Instant | None


@message
class MinLedgerTimeRel:
    """Not before so long after now."""

    value: Duration | None


@message
class MinLedgerTime:
    """The least ledger time of a transaction."""

    time: MinLedgerTimeAbs | MinLedgerTimeRel | Empty

    def at(self, now: int) -> int:
        """Give the later of now and the least time, in microseconds."""
        asked = self.time
        if isinstance(asked, MinLedgerTimeAbs) and asked.value is not None:
            return max(now, asked.value)
        if isinstance(asked, MinLedgerTimeRel) and asked.value is not None:
            return max(now, now + asked.value.microseconds)
        return now


@case_class
class CostEstimationHints:
    """How the cost of the transaction is to be estimated."""

    disabled: bool
    expected_signatures: tuple[SigningAlgorithm, ...]


@case_class
class PrepareSubmission:
    """Commands of which a transaction is to be prepared."""

    command_id: str
    commands: Commands
    act_as: tuple[str, ...]
    synchronizer_id: str
    package_id_selection_preference: tuple[str, ...]
    user_id: str | None
    read_as: tuple[str, ...] | None
    disclosed_contracts: tuple[DisclosedContract, ...] | None
    min_ledger_time: MinLedgerTime | None
    max_record_time: Instant | None
    verbose_hashing: bool | None
    hashing_scheme_version: HashingSchemeVersion | None
    estimate_traffic_cost: CostEstimationHints | None
    prefetch_contract_keys: tuple[PrefetchContractKey, ...] | None
    taps_max_passes: Int32 | None

    def as_commands(self) -> JsCommands:
        """Give the submission as one that the participant would make itself."""
        return JsCommands(
            commands=self.commands,
            command_id=self.command_id,
            act_as=self.act_as,
            user_id=self.user_id,
            read_as=self.read_as,
            deduplication_period=DeduplicationDuration(value=None),
            disclosed_contracts=self.disclosed_contracts,
            synchronizer_id=self.synchronizer_id,
            package_id_selection_preference=self.package_id_selection_preference,
            prefetch_contract_keys=self.prefetch_contract_keys,
            taps_max_passes=self.taps_max_passes,
            workflow_id=None,
            min_ledger_time_abs=None,
            min_ledger_time_rel=None,
            submission_id=None,
        )


@case_class
class SignatureBody:
    """One signature; format and algorithm by their names."""

    format: str
    signature: bytes
    signed_by: str
    signing_algorithm_spec: str


@case_class
class SinglePartySignatures:
    """The signatures of one party."""

    party: str
    signatures: tuple[SignatureBody, ...]


@case_class
class PartySignatures:
    """The signatures of all parties that must sign."""

    signatures: tuple[SinglePartySignatures, ...]


@case_class
class ExecuteSubmission:
    """A prepared transaction with its signatures."""

    prepared_transaction: bytes
    party_signatures: PartySignatures
    deduplication_period: DeduplicationDuration | DeduplicationOffset | Empty
    submission_id: str
    hashing_scheme_version: HashingSchemeVersion
    user_id: str | None
    min_ledger_time: MinLedgerTime | None


@case_class
class ExecuteForTransaction(ExecuteSubmission):
    """A prepared transaction with its signatures, and what to show of what it becomes."""

    transaction_format: TransactionFormat | None


@message
class VettingRequirement:
    """Parties that must be able to use some version of a package."""

    parties: tuple[str, ...]
    package_name: str


@message
class PreferredPackages:
    """For which names the version to use is asked."""

    package_vetting_requirements: tuple[VettingRequirement, ...]
    synchronizer_id: str | None
    vetting_valid_at: Instant | None


@case_class
class PreferredVersionQuery:
    """For which name and which parties the version to use is asked."""

    package_name: Annotated[str, Named("package-name")]
    parties: tuple[str, ...] = ()
    vetting_valid_at: Annotated[str | None, Named("vetting_valid_at")] = None
    synchronizer_id: Annotated[str | None, Named("synchronizer-id")] = None
