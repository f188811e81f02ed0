"""The story of a token business, told through the REST API alone: onboarding to statement."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from cantata.kernel.errors import CantataError
from cantata.kernel.money import Decimal
from cantata.kernel.time import Clock, RelTime, Timestamp

ISSUER, ALICE, BOB = "Aurora", "Alice", "Bob"
SYMBOL = "AUSD"
TOKENS_MAX = 1_000
A_DAY = RelTime.of(days=1)


class Caller(Protocol):
    """The API in the hands of somebody."""

    def get(self, path: str, query: Mapping[str, str | int | None] | None = None) -> Any:
        """Read one thing."""

    def items(
        self, path: str, query: Mapping[str, str | int | None], limit: int
    ) -> Iterator[Mapping[str, Any]]:
        """Read a list."""

    def change(self, path: str, body: Mapping[str, Any] | None) -> Any:
        """Ask for a change and wait for its end."""


class Unfinished(CantataError):
    """Something is not done after the time that the API waits; field `operation` is its id."""

    code: ClassVar[str] = "OPERATION_UNFINISHED"

    def __init__(self, operation: str) -> None:
        self.operation = operation
        super().__init__(
            f"the operation {operation} takes long",
            hint="`cantata doctor` tells whether the worker, ingestion or the ledger is down",
        )


class Callers(Protocol):
    """Gives the API into somebody's hands, by her key; nobody's is empty."""

    def __call__(self, key: str) -> Caller:
        """Give it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who plays: her party, and the API in her hands."""

    name: str
    party: str
    api: Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what it tells, what was sent, what came of it, and what was refused."""

    title: str
    request: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    facts: tuple[tuple[str, str], ...] = ()
    refusal: tuple[str, str] = ("", "")
    """What was said, and its remedy."""

    lines: tuple[tuple[str, ...], ...] = ()
    """Rows of a table."""


class Cast:
    """Who plays; kept in a file, because one who is let in again and again is told to wait."""

    def __init__(self, url: str, callers: Callers, file: Path) -> None:
        self._url = url
        self._callers = callers
        self._file = file

    def person(self, name: str) -> tuple[Person, bool]:
        """Give somebody, and whether she is new here."""
        known = self._known().get(name)
        if known is not None:
            api = self._callers(known["key"])
            try:
                parties = [each["party"] for each in api.get("/v1/me")["parties"]]
            except CantataError:
                parties = []
            if known["party"] in parties:
                return Person(name=name, party=known["party"], api=api), False
        email = f"{name.lower()}-{secrets.token_hex(3)}@example.com"
        found = self._callers("").change("/v1/onboarding", {"email": email})
        if found["party"] is None:
            raise Unfinished(found["operation"].rpartition("/")[2])
        session = self._callers(found["session"]["access_token"])
        key = session.change("/v1/keys", {"name": "demo"})["secret"]
        self._remember(name, {"party": found["party"], "key": key})
        return Person(name=name, party=found["party"], api=self._callers(key)), True

    def _known(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            return dict(kept["people"]) if kept["url"] == self._url else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def _remember(self, name: str, person: Mapping[str, str]) -> None:
        people = {**self._known(), name: dict(person)}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.touch(mode=0o600)
        text = json.dumps({"url": self._url, "people": people})
        self._file.write_text(text, encoding="utf-8")


class BusinessStory:
    """Aurora issues a dollar token to Alice, who pays Bob; all of it over HTTP."""

    def __init__(self, cast: Cast, clock: Clock) -> None:
        self._cast = cast
        self._clock = clock
        self._begin = clock.now()
        self._token: dict[str, str] = {}
        self._is_agreed = False
        self.is_conserved = False

    def play(self) -> Iterator[Step]:
        """Play the story step by step; each step has happened when it is given."""
        people = [self._cast.person(name) for name in (ISSUER, ALICE, BOB)]
        issuer, alice, bob = (person for person, _ in people)
        are_new = all(is_new for _, is_new in people)
        yield Step(
            title="Aurora, Alice and Bob are let in; each has a party on the ledger"
            if are_new
            else "Aurora, Alice and Bob are here from an earlier play",
            request="POST /v1/onboarding" if are_new else "GET /v1/me",
            facts=tuple((person.name, person.party) for person, _ in people),
        )
        yield self._create(issuer)
        yield self._mint(issuer, alice)
        yield from self._offer(alice, bob)
        yield from self._direct(alice, bob)
        yield self._refused(alice, bob)
        yield from self._holdings(issuer, (alice, bob))
        yield self._burn(bob)
        yield self._statement(bob)
        yield self._supply(issuer)

    def _create(self, issuer: Person) -> Step:
        symbol = self._free_symbol(issuer)
        body = {
            "issuer": issuer.party,
            "name": "Aurora Dollar",
            "symbol": symbol,
            "currency": "USD",
            "decimals": 2,
            "cap": "1000000",
        }
        done = _done(issuer.api, "/v1/tokens", body)
        self._token = {"admin": issuer.party, "id": symbol}
        return _changed(f"Aurora creates the token {symbol}", "/v1/tokens", body, done)

    def _mint(self, issuer: Person, alice: Person) -> Step:
        body = self._body(receiver=alice.party, amount="1000", memo="first issue")
        done = _done(issuer.api, "/v1/mints", body)
        return _changed("Aurora mints 1,000 for Alice", "/v1/mints", body, done)

    def _offer(self, alice: Person, bob: Person) -> Iterator[Step]:
        body = self._transfer(alice, bob, "250", "rent")
        done = _done(alice.api, "/v1/transfers", body)
        offer = done["result"]["offer"]
        if offer is None:
            self._is_agreed = True
            title = "Alice sends 250 to Bob: at once, for he agreed in an earlier play"
            yield _changed(title, "/v1/transfers", body, done)
            return
        title = "Alice sends 250 to Bob, who did not agree beforehand: an offer"
        yield _changed(title, "/v1/transfers", body, done, ("offer", str(offer)))
        done = _done(bob.api, f"/v1/offers/{offer}:accept", None)
        yield _changed("Bob accepts it", "/v1/offers/{offer}:accept", {}, done)

    def _direct(self, alice: Person, bob: Person) -> Iterator[Step]:
        if not self._is_agreed:
            body = self._body(receiver=bob.party)
            done = _done(bob.api, "/v1/preapprovals", body)
            yield _changed("Bob agrees to receive Aurora's tokens", "/v1/preapprovals", body, done)
        body = self._transfer(alice, bob, "120.50", "invoice 7")
        done = _done(alice.api, "/v1/transfers", body)
        yield _changed("Alice sends 120.50 to Bob: at once", "/v1/transfers", body, done)

    def _refused(self, alice: Person, bob: Person) -> Step:
        body = self._transfer(alice, bob, "5000", "too much")
        try:
            alice.api.change("/v1/transfers", body)
        except CantataError as error:
            said = (f"{error.code}: {error.message}", error.hint)
            return Step(
                title="Alice tries to send 5,000",
                request="POST /v1/transfers",
                body=body,
                refusal=said,
            )
        raise AssertionError("more was sent than there was")

    def _holdings(self, issuer: Person, holders: tuple[Person, ...]) -> Iterator[Step]:
        rows = []
        for person in holders:
            (found,) = person.api.items("/v1/balances", self._filter(), 1)
            rows.append((person.name, found["total"], found["locked"], str(found["holdings"])))
        yield Step(
            title="What Alice and Bob hold",
            request="GET /v1/balances",
            lines=(("", "total", "locked", "contracts"), *rows),
        )

    def _burn(self, bob: Person) -> Step:
        body = self._body(owner=bob.party, amount="20.50", memo="redeemed")
        done = _done(bob.api, "/v1/burns", body)
        return _changed("Bob burns 20.50 of his", "/v1/burns", body, done)

    def _statement(self, bob: Person) -> Step:
        period = {"begin": str(self._begin), "end": str(_later(self._clock.now()))}
        query = {"party": bob.party, **period, **self._filter()}
        (found,) = bob.api.get("/v1/statements", query)["instruments"]
        rows = [
            (each["kind"], each["amount"], each["balance"], each["memo"])
            for each in found["movements"]
        ]
        return Step(
            title="Bob's statement",
            request="GET /v1/statements",
            lines=(
                ("movement", "amount", "balance", "memo"),
                ("opening", "", found["opening"], ""),
                *rows,
                ("closing", "", found["closing"], ""),
            ),
        )

    def _supply(self, issuer: Person) -> Step:
        path = f"/v1/tokens/{self._token['admin']}/{self._token['id']}/supply"
        found = issuer.api.get(path)
        self.is_conserved = Decimal(found["supply"]) == Decimal(found["holdings"])
        return Step(
            title="What the contract states, and what the holdings add up to",
            request="GET /v1/tokens/{issuer}/{symbol}/supply",
            facts=(("supply", found["supply"]), ("holdings", found["holdings"])),
        )

    def _free_symbol(self, issuer: Person) -> str:
        known = issuer.api.items("/v1/tokens", {"admin": issuer.party}, TOKENS_MAX)
        taken = {each["symbol"] for each in known if each["token"]["admin"] == issuer.party}
        return next(
            name
            for number in range(1, TOKENS_MAX + 2)
            if (name := SYMBOL if number == 1 else f"{SYMBOL}{number}") not in taken
        )

    def _body(self, **fields: str) -> dict[str, Any]:
        return {"token": self._token, **fields}

    def _transfer(self, sender: Person, receiver: Person, amount: str, memo: str) -> dict[str, Any]:
        return self._body(sender=sender.party, receiver=receiver.party, amount=amount, memo=memo)

    def _filter(self) -> dict[str, str | int | None]:
        return {"admin": self._token["admin"], "symbol": self._token["id"]}


def _done(api: Caller, path: str, body: Mapping[str, Any] | None) -> Any:
    """Ask for a change; give its operation once it is completed."""
    operation = api.change(path, body)
    if operation["state"] != "completed":
        raise Unfinished(operation["id"])
    return operation


def _changed(
    title: str, path: str, body: Mapping[str, Any], done: Any, *more: tuple[str, str]
) -> Step:
    """Tell what became of a change, by its operation."""
    facts = [("operation", f"{done['id']} {done['state']}"), *more]
    if done.get("update_id"):
        facts.append(("update", done["update_id"]))
    return Step(title=title, request=f"POST {path}", body=body, facts=tuple(facts))


def _later(moment: Timestamp) -> Timestamp:
    return moment + A_DAY
