"""The story of a token business, told through the REST API alone: onboarding to statement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cantata.kernel.errors import CantataError
from cantata.kernel.money import Decimal
from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.ops.demo.cast import Cast, Person, Step, changed, done, free_symbol

ISSUER, ALICE, BOB = "Aurora", "Alice", "Bob"
SYMBOL = "AUSD"
A_DAY = RelTime.of(days=1)


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
        symbol = free_symbol(issuer, SYMBOL)
        body = {
            "issuer": issuer.party,
            "name": "Aurora Dollar",
            "symbol": symbol,
            "currency": "USD",
            "decimals": 2,
            "cap": "1000000",
        }
        ended = done(issuer.api, "/v1/tokens", body)
        self._token = {"admin": issuer.party, "id": symbol}
        return changed(f"Aurora creates the token {symbol}", "/v1/tokens", body, ended)

    def _mint(self, issuer: Person, alice: Person) -> Step:
        body = self._body(receiver=alice.party, amount="1000", memo="first issue")
        ended = done(issuer.api, "/v1/mints", body)
        return changed("Aurora mints 1,000 for Alice", "/v1/mints", body, ended)

    def _offer(self, alice: Person, bob: Person) -> Iterator[Step]:
        body = self._transfer(alice, bob, "250", "rent")
        ended = done(alice.api, "/v1/transfers", body)
        offer = ended["result"]["offer"]
        if offer is None:
            self._is_agreed = True
            title = "Alice sends 250 to Bob: at once, for he agreed in an earlier play"
            yield changed(title, "/v1/transfers", body, ended)
            return
        title = "Alice sends 250 to Bob, who did not agree beforehand: an offer"
        yield changed(title, "/v1/transfers", body, ended, ("offer", str(offer)))
        ended = done(bob.api, f"/v1/offers/{offer}:accept", None)
        yield changed("Bob accepts it", "/v1/offers/{offer}:accept", {}, ended)

    def _direct(self, alice: Person, bob: Person) -> Iterator[Step]:
        if not self._is_agreed:
            body = self._body(receiver=bob.party)
            ended = done(bob.api, "/v1/preapprovals", body)
            yield changed("Bob agrees to receive Aurora's tokens", "/v1/preapprovals", body, ended)
        body = self._transfer(alice, bob, "120.50", "invoice 7")
        ended = done(alice.api, "/v1/transfers", body)
        yield changed("Alice sends 120.50 to Bob: at once", "/v1/transfers", body, ended)

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
        ended = done(bob.api, "/v1/burns", body)
        return changed("Bob burns 20.50 of his", "/v1/burns", body, ended)

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

    def _body(self, **fields: str) -> dict[str, Any]:
        return {"token": self._token, **fields}

    def _transfer(self, sender: Person, receiver: Person, amount: str, memo: str) -> dict[str, Any]:
        return self._body(sender=sender.party, receiver=receiver.party, amount=amount, memo=memo)

    def _filter(self) -> dict[str, str | int | None]:
        return {"admin": self._token["admin"], "symbol": self._token["id"]}


def _later(moment: Timestamp) -> Timestamp:
    return moment + A_DAY
