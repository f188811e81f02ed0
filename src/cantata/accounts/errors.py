"""What accounts refuse."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.automation.errors import NotPossible
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Timestamp


class AccountError(CantataError):
    """The root of what accounts refuse."""

    code = "ACCOUNT_REFUSED"


class NotAllowed(AccountError):
    """The caller may not do that; field `rule` names what decides it."""

    code = "NOT_ALLOWED"

    def __init__(self, rule: str, reason: str, remedy: str) -> None:
        self.rule = rule
        super().__init__(reason, hint=remedy, context={"rule": rule})


class UserUnknown(AccountError):
    """No user has this id; field `user`."""

    code = "USER_UNKNOWN"

    def __init__(self, user: str) -> None:
        self.user = user
        super().__init__(f"there is no user {user}", hint="users appear when they onboard")


class RoleUnknown(AccountError):
    """No role has this name; field `role`."""

    code = "ROLE_UNKNOWN"

    def __init__(self, role: str) -> None:
        self.role = role
        super().__init__(f"there is no role {role!r}", hint="list the roles with GET /v1/roles")


class RoleNotGrantable(AccountError):
    """The administration of the platform is handed over, not granted."""

    code = "ROLE_NOT_GRANTABLE"

    def __init__(self) -> None:
        super().__init__(
            "the platform has exactly one administrator",
            hint="hand over with /v1/admin/handover:begin and :accept",
        )


class LastAdmin(AccountError):
    """Nobody would administer a role any more; field `role`."""

    code = "LAST_ADMIN"

    def __init__(self, role: str) -> None:
        self.role = role
        super().__init__(
            f"this is the last one who holds {role!r}, and nobody else could grant it again",
            hint="grant it to somebody else first",
        )


class LastHolder(AccountError):
    """Nobody would act for a party for good any more; field `party`."""

    code = "LAST_HOLDER"

    def __init__(self, party: str) -> None:
        self.party = party
        super().__init__(
            f"this is the last right to act for {party} that does not end",
            hint="give one to somebody else first",
        )


class ConfirmationWrong(AccountError):
    """Who renounces a role must name herself."""

    code = "CONFIRMATION_WRONG"

    def __init__(self) -> None:
        super().__init__("only your own role can be renounced", hint="repeat your own user id")


class HandoverRefused(AccountError):
    """A step of the platform's handover is not possible now."""

    code = "HANDOVER_REFUSED"


class HandoverTooEarly(HandoverRefused):
    """A handover can be accepted only after its time; field `schedule`."""

    code = "HANDOVER_TOO_EARLY"

    def __init__(self, schedule: Timestamp) -> None:
        self.schedule = schedule
        super().__init__(f"the handover can be accepted after {schedule}, not at or before it")


class TooManyKeys(AccountError):
    """A user has as many keys as one may have; field `most`."""

    code = "TOO_MANY_KEYS"

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"you have {most} keys, as many as one may", hint="revoke some")


class KeyUnknown(AccountError):
    """The caller has no key of this id; field `key`."""

    code = "KEY_UNKNOWN"

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"you have no key {key!r}")


class CodeWrong(AccountError):
    """A code is not the one that was mailed, or is too old."""

    code = "CODE_WRONG"

    def __init__(self) -> None:
        super().__init__(
            "this is not the code that was mailed, or it is too old",
            hint="ask for a new one with POST /v1/onboarding",
        )


class TopologyUnknown(AccountError):
    """What was signed is not what was given to sign."""

    code = "TOPOLOGY_UNKNOWN"

    def __init__(self) -> None:
        super().__init__(
            "these are not the topology transactions of this key",
            hint="sign the hash that POST /v1/parties/external:prepare gave",
        )


class SignatureRefused(AccountError):
    """A signature is not of the key over what was to be signed; fields `signer`, `reason`."""

    code = "SIGNATURE_REFUSED"

    def __init__(self, signer: str, reason: str) -> None:
        self.signer = signer
        self.reason = reason
        super().__init__(
            f"the signature of {signer} does not verify: {reason}",
            hint="sign the bytes of the hash itself with the party's key; nothing was changed",
        )


class KeyRefused(AccountError):
    """A public key cannot be that of a party; field `reason`."""

    code = "KEY_REFUSED"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            reason, hint="give an Ed25519, P-256, P-384 or secp256k1 key, in DER or, Ed25519, raw"
        )


class SignersMixed(NotPossible):
    """Parties with own keys and parties of the participant would have to act at once.

    Fields `outside` and `inside`.
    """

    code = "SIGNERS_MIXED"

    def __init__(self, outside: Sequence[str], inside: Sequence[str]) -> None:
        self.outside = tuple(outside)
        self.inside = tuple(inside)
        super().__init__(
            f"{', '.join(outside)} sign with keys of their own, {', '.join(inside)} do not",
            hint="let them act one after the other, such as by offer and acceptance",
        )


class NotOneCommand(NotPossible):
    """A party with a key of its own signs one command at a time; field `count`."""

    code = "NOT_ONE_COMMAND"

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(
            f"it takes {count} commands, and a signature is for one",
            hint="end what stands in its way first, such as the earlier pre-approval",
        )


class NotCancellable(AccountError):
    """An operation cannot be taken back any more; fields `operation` and `state`."""

    code = "NOT_CANCELLABLE"

    def __init__(self, operation: str, state: str) -> None:
        self.operation = operation
        self.state = state
        super().__init__(
            f"the operation {operation} is {state} and cannot be taken back",
            hint="what was sent to the ledger ends there",
        )


class MailUnavailable(AccountError):
    """A code could not be sent; field `reason`, for our log alone."""

    code = "MAIL_UNAVAILABLE"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the code could not be sent: {reason}", hint="try again in a moment")


class IssuerUnavailable(AccountError):
    """The keys of the issuer of tokens cannot be read; field `reason`, for our log alone."""

    code = "ISSUER_UNAVAILABLE"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"the issuer of tokens cannot be asked for its keys: {reason}",
            hint="try again in a moment",
        )


class MalformedIssuer(CantataError):
    """The address of an issuer, or of its keys, cannot be used; fields `url` and `reason`."""

    code = "MALFORMED_ISSUER"

    def __init__(self, url: str, reason: str) -> None:
        self.url = url[:200]
        self.reason = reason
        super().__init__(
            f"{self.url!r} cannot be used: {reason}",
            hint="check CANTATA_AUTH_ISSUER and CANTATA_AUTH_JWKS_URL",
        )


class SsoNotOffered(AccountError):
    """No issuer of tokens is trusted here."""

    code = "SSO_NOT_OFFERED"

    def __init__(self) -> None:
        super().__init__(
            "no other issuer of tokens is trusted here", hint="use POST /v1/onboarding"
        )


class OrganisationUnknown(AccountError):
    """There is no such organisation, or the caller is no member of it; field `organisation`."""

    code = "ORGANISATION_UNKNOWN"

    def __init__(self, organisation: str) -> None:
        self.organisation = organisation
        super().__init__(
            f"you are a member of no organisation {organisation}",
            hint="list yours with GET /v1/organisations",
        )


class TooManyOrganisations(AccountError):
    """A user is in as many organisations as one may found; field `most`."""

    code = "TOO_MANY_ORGANISATIONS"

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(
            f"you are in {most} organisations, as many as one may found", hint="leave some"
        )


class HolderUnclear(AccountError):
    """A right is for a user or for a role, one of them."""

    code = "HOLDER_UNCLEAR"

    def __init__(self) -> None:
        super().__init__(
            "a right is for one user or for one role", hint="give `user` or `role`, not both"
        )
