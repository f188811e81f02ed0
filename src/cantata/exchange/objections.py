"""What speaks against listing something, opening an account, or deciding on a deposit."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cantata.automation.errors import NotPossible
from cantata.exchange.errors import ExchangeError
from cantata.tokens.model import InstrumentId


class RegistryUnknown(ExchangeError):
    """No registry of this admin was added; field `admin`."""

    code = "REGISTRY_UNKNOWN"

    def __init__(self, admin: str) -> None:
        self.admin = admin
        super().__init__(
            f"no registry of {admin} was added", hint="add the registry's address first"
        )


class AddressRefused(ExchangeError):
    """An address is none that a registry can be asked at; fields `url` and `reason`."""

    code = "ADDRESS_REFUSED"

    def __init__(self, url: str, reason: str) -> None:
        self.url = url[:200]
        self.reason = reason
        super().__init__(
            f"{self.url!r} is no address of a registry: {reason}",
            hint="give an http or https address without user, query and fragment",
        )


class NotListed(ExchangeError):
    """An instrument is not listed; field `instrument`."""

    code = "INSTRUMENT_NOT_LISTED"

    def __init__(self, instrument: InstrumentId) -> None:
        self.instrument = instrument
        super().__init__(f"{instrument} is not listed", hint="list it first")


class ListedAlready(ExchangeError):
    """An instrument is listed already; field `instrument`."""

    code = "INSTRUMENT_LISTED"

    def __init__(self, instrument: InstrumentId) -> None:
        self.instrument = instrument
        super().__init__(f"{instrument} is listed already", hint="change its listing instead")


class DecimalsChanged(ExchangeError):
    """The registry says another number of decimals than before; fields `listed` and `found`."""

    code = "DECIMALS_CHANGED"

    def __init__(self, instrument: InstrumentId, listed: int, found: int) -> None:
        self.instrument = instrument
        self.listed = listed
        self.found = found
        super().__init__(
            f"{instrument} was listed with {listed} decimals, its registry now says {found}",
            hint="nothing was changed; ask the admin of the instrument",
        )


class ListingRefused(ExchangeError):
    """A policy or a list of packages contradicts itself or a bound; field `faults`."""

    code = "LISTING_REFUSED"

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults), hint="correct what is named")


class TooMuchListed(ExchangeError):
    """There are as many registries or instruments as there may be; fields `what` and `most`."""

    code = "TOO_MUCH_LISTED"

    def __init__(self, what: str, most: int) -> None:
        self.what = what
        self.most = most
        super().__init__(f"there are {most} {what}, as many as there may be")


class DarTooLarge(ExchangeError):
    """A DAR is larger than is taken; fields `size` and `most`, in bytes."""

    code = "DAR_TOO_LARGE"

    def __init__(self, size: int, most: int) -> None:
        self.size = size
        self.most = most
        super().__init__(f"the DAR takes {size} bytes, more than {most}")


class DarRefused(ExchangeError):
    """What was sent as a DAR is none that can be read; field `reason`."""

    code = "DAR_REFUSED"

    def __init__(self, reason: str) -> None:
        self.reason = reason[:500]
        super().__init__(
            f"this is no DAR of the supported kind: {self.reason}",
            hint="nothing was uploaded; send the file as the admin of the token gave it to you",
        )


class WrongPackage(ExchangeError):
    """A DAR is of another package than it was said to be; fields `wanted` and `found`."""

    code = "WRONG_PACKAGE"

    def __init__(self, wanted: str, found: str) -> None:
        self.wanted = wanted
        self.found = found
        super().__init__(
            f"the DAR is of the package {found}, not of {wanted}",
            hint="nothing was uploaded; look at the file with `cantata dar inspect`",
        )


class DarNotVetted(ExchangeError):
    """The participant has a package, and does not use it; field `package`."""

    code = "DAR_NOT_VETTED"

    def __init__(self, package: str) -> None:
        self.package = package
        super().__init__(
            f"the participant took the package {package}, and has not vetted it",
            hint="send it again when packages can be vetted; an upgrade of the network forbids it",
        )


class TreasuryUnknown(ExchangeError):
    """There is no such treasury; field `name`."""

    code = "TREASURY_UNKNOWN"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no treasury {name!r}", hint="list the treasuries")


class SignerNotConfigured(ExchangeError):
    """A treasury is to be signed for by nobody who is there; fields `signer` and `known`."""

    code = "SIGNER_NOT_CONFIGURED"

    def __init__(self, signer: str, known: Sequence[str]) -> None:
        self.signer = signer[:200]
        self.known = tuple(known)
        super().__init__(
            f"no signer {self.signer!r} is configured, only {', '.join(self.known)}",
            hint="choose one of them, or name it in CANTATA_SIGNERS first",
            context={"known": ",".join(self.known)},
        )


class CustomerUnknown(ExchangeError):
    """There is no such account of a customer; field `name`."""

    code = "CUSTOMER_UNKNOWN"

    def __init__(self, name: str) -> None:
        self.name = name[:200]
        super().__init__(f"there is no account {self.name!r}", hint="list the accounts")


class CustomerRefused(ExchangeError):
    """An account cannot be opened or changed like that; field `reason`."""

    code = "CUSTOMER_REFUSED"

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason = reason
        super().__init__(reason, hint=hint)


class ReferenceTaken(ExchangeError):
    """A reference or memo names another account; fields `reference` and `differs`."""

    code = "REFERENCE_TAKEN"

    def __init__(self, reference: str, differs: str) -> None:
        self.reference = reference
        self.differs = differs
        super().__init__(
            f"{reference!r} cannot be opened: there is an account with another {differs}",
            hint="an account keeps its reference, its memo and its treasury",
        )


class DepositUnknown(ExchangeError):
    """There is no such deposit; field `deposit`."""

    code = "DEPOSIT_UNKNOWN"

    def __init__(self, deposit: UUID) -> None:
        self.deposit = deposit
        super().__init__(f"there is no deposit {deposit}")


class DepositNotThere(ExchangeError):
    """A deposit is not where such a decision can be taken; fields `deposit`, `state`, `wanted`."""

    code = "DEPOSIT_NOT_THERE"

    def __init__(self, deposit: UUID, state: str, wanted: Sequence[str]) -> None:
        self.deposit = deposit
        self.state = state
        self.wanted = tuple(wanted)
        super().__init__(
            f"the deposit {deposit} is {state}, not {' or '.join(self.wanted)}",
            hint="look at the deposit: somebody may have decided on it before",
        )


class NotCreditable(ExchangeError):
    """A deposit cannot become this account's; fields `deposit` and `reason`."""

    code = "NOT_CREDITABLE"

    def __init__(self, deposit: UUID, reason: str, hint: str = "") -> None:
        self.deposit = deposit
        self.reason = reason
        super().__init__(f"the deposit {deposit} cannot be credited: {reason}", hint=hint)


class OfferEnded(NotPossible):
    """An offered deposit waits for nobody any more; fields `deposit` and `state`."""

    code = "DEPOSIT_OFFER_ENDED"

    def __init__(self, deposit: UUID, state: str) -> None:
        self.deposit = deposit
        self.state = state
        super().__init__(f"the deposit {deposit} is {state}", hint="nothing has to be done")


class OfferNotAccepted(NotPossible):
    """An offered deposit is not accepted as things are now; fields `deposit` and `reason`."""

    code = "OFFER_NOT_ACCEPTED"

    def __init__(self, deposit: UUID, reason: str) -> None:
        self.deposit = deposit
        self.reason = reason
        super().__init__(
            f"the offered deposit {deposit} is not accepted: {reason}",
            hint="it is looked at again when what speaks against it has changed",
        )


class PreapprovalRefused(ExchangeError):
    """A treasury cannot pre-approve transfers like that; fields `instrument` and `reason`."""

    code = "PREAPPROVAL_REFUSED"

    def __init__(self, instrument: InstrumentId, reason: str) -> None:
        self.instrument = instrument
        self.reason = reason
        super().__init__(
            f"transfers of {instrument} are not pre-approved: {reason}",
            hint="deposits arrive as offers meanwhile, and are accepted",
        )


class PreapprovalDropped(NotPossible):
    """A pre-approval is not wanted any more, or another one is made; field `instrument`."""

    code = "PREAPPROVAL_DROPPED"

    def __init__(self, instrument: InstrumentId) -> None:
        self.instrument = instrument
        super().__init__(f"no pre-approval of {instrument} is to be made by this")


class RewardsRefused(ExchangeError):
    """A treasury cannot be rewarded like that; field `reason`."""

    code = "REWARDS_REFUSED"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason, hint="name the featured party, or choose another mode")
