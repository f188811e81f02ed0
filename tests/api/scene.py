"""A ledger with tokens, parties, one with its own key, contracts, and users for every right."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from cantata.lf.interactive.crypto import KeySpec, PrivateKey
from tests.api.process import Reply, Sandbox
from tests.api.tokens import bearer
from tests.unit.sandbox.participant.interactive.desk import signature_body

Json = dict[str, Any]

ADMIN = "participant_admin"
ASSET = "#oracle-types:Oracle:Asset"
DELTA = "TRANSACTION_SHAPE_ACS_DELTA"
EFFECTS = "TRANSACTION_SHAPE_LEDGER_EFFECTS"
SPKI = "CRYPTO_KEY_FORMAT_DER_X509_SUBJECT_PUBLIC_KEY_INFO"


class Scene:
    """Alice issues assets, `outside` signs for itself; `personas` are users by what they may do."""

    def __init__(self, sandbox: Sandbox, shared: Path) -> None:
        self.sandbox = sandbox
        self.dar = (
            shared / "data" / "participant" / "packages" / "oracle-types-1.0.0.dar"
        ).read_bytes()
        self._numbers = count(1)
        self.done("POST", "/v2/packages", self.dar)
        self.alice, self.bob = (self.party(hint, user=ADMIN) for hint in ("alice", "bob"))
        connected = self.done("GET", "/v2/state/connected-synchronizers")
        self.synchronizer: str = connected["connectedSynchronizers"][0]["synchronizerId"]
        self.key = PrivateKey.generate(KeySpec.SIGNING_KEY_SPEC_EC_CURVE25519)
        self.outside = self.host(self.key, self.fresh("outside"))
        self.personas = {name: self.user(name, rights) for name, rights in self._rights().items()}
        self.done("POST", f"/v2/users/{ADMIN}/rights", grant(ADMIN, *self._everything()))

    def call(self, method: str, path: str, body: Any = None, user: str | None = ADMIN) -> Reply:
        """Send a request with a token of a user, or without one."""
        headers = bearer(user) if user else {}
        if isinstance(body, bytes) or body is None:
            return self.sandbox.request(method, path, body, headers)
        return self.sandbox.send(method, path, body, headers)

    def done(self, method: str, path: str, body: Any = None, user: str | None = ADMIN) -> Any:
        """Send a request that succeeds; give what its answer says."""
        reply = self.call(method, path, body, user)
        assert reply.status == 200, f"{method} {path}: {reply.status} {reply.content[:500]!r}"
        return reply.json if reply.content_type == "application/json" else reply.content

    def fresh(self, prefix: str = "n") -> str:
        """Give a name that nobody has."""
        return f"{prefix}-{next(self._numbers)}"

    def party(self, hint: str = "", user: str = "") -> str:
        """Allocate a party; the user may act as it."""
        body = {"partyIdHint": hint or self.fresh("party"), "userId": user}
        return str(self.done("POST", "/v2/parties", body)["partyDetails"]["party"])

    def user(self, prefix: str, rights: list[Json] | None = None, provider: str = "") -> str:
        """Create a user with rights."""
        name = self.fresh(prefix)
        user = {"id": name, "primaryParty": "", "identityProviderId": provider}
        self.done("POST", "/v2/users", {"user": user, "rights": rights or []})
        return name

    def topology(self, key: PrivateKey, hint: str) -> Json:
        """Give the body that asks for the topology of a party with this key."""
        public = {
            "format": SPKI,
            "keyData": base64.b64encode(key.public.der).decode(),
            "keySpec": key.public.spec.name,
        }
        return {"synchronizer": self.synchronizer, "partyHint": hint, "publicKey": public}

    def onboarding(self, key: PrivateKey, hint: str) -> Json:
        """Give the body that has a party with this key hosted."""
        asked = self.topology(key, hint)
        made = self.done("POST", "/v2/parties/external/generate-topology", asked)
        transactions = [
            {"transaction": each, "signatures": []} for each in made["topologyTransactions"]
        ]
        return {
            "synchronizer": self.synchronizer,
            "identityProviderId": "",
            "onboardingTransactions": transactions,
            "multiHashSignatures": [signature_body(key, base64.b64decode(made["multiHash"]))],
        }

    def host(self, key: PrivateKey, hint: str) -> str:
        """Have a party with this key hosted."""
        body = self.onboarding(key, hint)
        return str(self.done("POST", "/v2/parties/external/allocate", body)["partyId"])

    def submission(self, party: str = "", **more: Any) -> Json:
        """Give commands that create an asset."""
        party = party or self.alice
        arguments = {"issuer": party, "owner": party, "amount": "1.0"}
        return {
            "commands": [{"CreateCommand": {"templateId": ASSET, "createArguments": arguments}}],
            "commandId": self.fresh("command"),
            "actAs": [party],
            **more,
        }

    def preparation(self, **more: Any) -> Json:
        """Give what `outside` asks to be prepared."""
        return {
            **self.submission(self.outside),
            "synchronizerId": self.synchronizer,
            "packageIdSelectionPreference": [],
            **more,
        }

    def execution(self, **more: Any) -> Json:
        """Give a prepared and signed transaction of `outside`."""
        asked = self.preparation()
        prepared = self.done("POST", "/v2/interactive-submission/prepare", asked)
        digest = base64.b64decode(prepared["preparedTransactionHash"])
        signatures = [{"party": self.outside, "signatures": [signature_body(self.key, digest)]}]
        return {
            "preparedTransaction": prepared["preparedTransaction"],
            "hashingSchemeVersion": prepared["hashingSchemeVersion"],
            "submissionId": self.fresh("submission"),
            "deduplicationPeriod": {"Empty": {}},
            "partySignatures": {"signatures": signatures},
            **more,
        }

    def issued(self) -> Json:
        """Issue an asset of Alice; give the transaction."""
        body = {"commands": self.submission(), "transactionFormat": transactions(self.alice)}
        path = "/v2/commands/submit-and-wait-for-transaction"
        transaction: Json = self.done("POST", path, body)["transaction"]
        return transaction

    @cached_property
    def asset(self) -> Json:
        """One transaction that issued an asset of Alice."""
        return self.issued()

    @property
    def contract_id(self) -> str:
        """The asset of that transaction."""
        return str(self.asset["events"][0]["CreatedEvent"]["contractId"])

    @property
    def package_id(self) -> str:
        """The package of the assets."""
        return str(self.asset["events"][0]["CreatedEvent"]["templateId"]).partition(":")[0]

    def end(self) -> int:
        """Give the end of the ledger."""
        return int(self.done("GET", "/v2/state/ledger-end")["offset"])

    def provider(self) -> str:
        """Configure an identity provider; older ones go, as there may be but a few."""
        for each in self.done("GET", "/v2/idps")["identityProviderConfigs"]:
            self.call("DELETE", f"/v2/idps/{each['identityProviderId']}")
        name = self.fresh("idp")
        self.done("POST", "/v2/idps", {"identityProviderConfig": provider(name)})
        return name

    def _rights(self) -> Mapping[str, list[Json]]:
        return {
            "nobody": [],
            "actor": [right("CanActAs", self.alice)],
            "reader": [right("CanReadAs", self.alice)],
            "executor": [right("CanExecuteAs", self.outside)],
            "outside-reader": [right("CanReadAs", self.outside)],
            "any-reader": [right("CanReadAsAnyParty")],
            "any-executor": [right("CanExecuteAsAnyParty")],
            "provider-admin": [right("IdentityProviderAdmin")],
            "admin": [right("ParticipantAdmin")],
            "everything": [right("ParticipantAdmin"), *self._everything()],
        }

    def _everything(self) -> list[Json]:
        return [
            right("CanActAs", self.alice),
            right("CanActAs", self.bob),
            right("CanReadAsAnyParty"),
            right("CanExecuteAsAnyParty"),
        ]


def right(kind: str, party: str = "") -> Json:
    """Give a right as requests carry it."""
    return {"kind": {kind: {"value": {"party": party} if party else {}}}}


def grant(user: str, *rights: Json) -> Json:
    """Give the body that grants or revokes rights."""
    return {"userId": user, "rights": list(rights), "identityProviderId": ""}


def provider(name: str) -> Json:
    """Give the configuration of an identity provider."""
    return {
        "identityProviderId": name,
        "isDeactivated": False,
        "issuer": f"issuer of {name}",
        "jwksUrl": "http://127.0.0.1:9/keys",
        "audience": name,
    }


def events(*parties: str) -> Json:
    """Give an event format: everything that the parties, or without any all parties, see."""
    wildcard = {"WildcardFilter": {"value": {"includeCreatedEventBlob": True}}}
    filters = {"cumulative": [{"identifierFilter": wildcard}]}
    if not parties:
        return {"filtersByParty": {}, "filtersForAnyParty": filters, "verbose": True}
    return {"filtersByParty": dict.fromkeys(parties, filters), "verbose": True}


def transactions(*parties: str, shape: str = DELTA) -> Json:
    """Give a transaction format."""
    return {"eventFormat": events(*parties), "transactionShape": shape}


def updates(*parties: str, shape: str = DELTA) -> Json:
    """Give an update format."""
    return {"includeTransactions": transactions(*parties, shape=shape)}
