"""The story of an exchange, told through the REST API: deposits, withdrawals, and the books."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any, ClassVar

from cantata.kernel.errors import CantataError
from cantata.kernel.money import Decimal
from cantata.ops.demo.cast import Caller, Cast, Person, Step, Unfinished, changed, done, free_symbol

ISSUER, EXCHANGE, CAROL, DAN = "Aurora", "Borealis", "Carol", "Dan"
SYMBOL = "AEUR"
PACKAGE = "cantata-tokens"
V1 = "/v1/exchange"
OPERATOR = "EXCHANGE_OPERATOR"

LOOK_MS = 250
LOOKS_MAX = 1_000
EXPIRING = {"record_ttl_seconds": 15, "offer_ttl_seconds": 15}
"""How an offer is treated that is to expire while we look."""


class OperatorMissing(CantataError):
    """Nobody may work at the exchange here, and nobody who could let them is known."""

    code: ClassVar[str] = "OPERATOR_MISSING"

    def __init__(self, user: str) -> None:
        self.user = user
        super().__init__(
            f"the user {user} has not the role {OPERATOR}",
            hint="play on the machine of `cantata up`, whose data folder has the administrator's"
            f" key, or grant {OPERATOR} to this user",
        )


class ExchangeStory:
    """Borealis takes Carol's deposits and pays her withdrawals; all of it over HTTP."""

    def __init__(self, cast: Cast, administrator: Caller | None) -> None:
        self._cast = cast
        self._administrator = administrator
        self._token: dict[str, str] = {}
        self._account: dict[str, Any] = {}
        self._withdrawal = ""
        self.is_conserved = False

    def play(self) -> Iterator[Step]:
        """Play the story step by step; each step has happened when it is given."""
        names = (ISSUER, EXCHANGE, CAROL, DAN)
        issuer, house, carol, dan = (self._cast.person(name)[0] for name in names)
        yield Step(
            title="Aurora issues a token, Borealis is the exchange, Carol and Dan have wallets",
            request="POST /v1/onboarding",
            facts=tuple((each.name, each.party) for each in (issuer, house, carol, dan)),
        )
        yield self._issue(issuer, carol)
        yield self._open(house)
        yield self._list(house)
        yield self._customer(house)
        yield from self._deposit_by_offer(house, carol)
        yield from self._deposit_at_once(house, carol)
        yield from self._suspense(house, carol)
        yield from self._pay_at_once(house, carol)
        yield from self._pay_by_offer(house, dan)
        yield from self._rejected(house, dan)
        yield from self._expired(house, dan)
        yield self._merged(house)
        yield self._books(house)

    def _issue(self, issuer: Person, carol: Person) -> Step:
        symbol = free_symbol(issuer, SYMBOL)
        body = {"issuer": issuer.party, "name": "Aurora Euro", "symbol": symbol, "currency": "EUR"}
        done(issuer.api, "/v1/tokens", {**body, "decimals": 2})
        self._token = {"admin": issuer.party, "id": symbol}
        mint = {"token": self._token, "receiver": carol.party, "amount": "1000"}
        ended = done(issuer.api, "/v1/mints", mint)
        return changed(f"Aurora mints 1,000 {symbol} for Carol", "/v1/mints", mint, ended)

    def _open(self, house: Person) -> Step:
        """Open the treasury, unless an earlier play did."""
        me = house.api.get("/v1/me")
        if OPERATOR not in {each["role"] for each in me["roles"]}:
            if self._administrator is None:
                raise OperatorMissing(me["user"])
            grant = {"role": OPERATOR, "user": me["user"]}
            self._administrator.change("/v1/roles:grant", grant)
        known = [each["party"] for each in house.api.get(f"{V1}/treasuries")["items"]]
        body = {"party": house.party, "name": f"Borealis {secrets.token_hex(3)}"}
        if house.party not in known:
            house.api.change(f"{V1}/treasuries", body)
        return Step(
            title="Borealis opens a treasury: a party that holds what customers deposit",
            request=f"POST {V1}/treasuries",
            body=body,
            facts=(("treasury", house.party),),
        )

    def _list(self, house: Person) -> Step:
        admin = self._token["admin"]
        registry = {"admin": admin, "url": f"own:/registrars/{admin}", "reason": "demo"}
        house.api.change(f"{V1}/registries", registry)
        body = {
            "instrument": self._token,
            "packages": [PACKAGE],
            "listing": "open",
            "policy": {"withdrawal_fee": "0.50", "reject_fee": "0.10", "pool_size": 1},
            "reason": "demo",
        }
        found = house.api.change(f"{V1}/instruments", body)
        return Step(
            title="Borealis lists the token, as its registry describes it",
            request=f"POST {V1}/instruments",
            body=body,
            facts=(("name", found["name"]), ("decimals", str(found["decimals"]))),
        )

    def _customer(self, house: Person) -> Step:
        body = {"reference": f"carol-{secrets.token_hex(3)}", "treasury": house.party}
        self._account = house.api.change(f"{V1}/accounts", body)
        return Step(
            title="Carol gets an account: where to pay, and the memo that says it is hers",
            request=f"POST {V1}/accounts",
            body=body,
            facts=(("memo", self._account["memo_shown"]), ("address", self._account["address"])),
        )

    def _deposit_by_offer(self, house: Person, carol: Person) -> Iterator[Step]:
        yield self._sent(
            house, carol, "400", "Carol deposits 400; Borealis did not agree: an offer"
        )
        yield self._arrived(house, "Borealis accepts the offer by itself, and credits Carol", "400")

    def _deposit_at_once(self, house: Person, carol: Person) -> Iterator[Step]:
        body = {"token": self._token, "receiver": house.party}
        ended = done(house.api, "/v1/preapprovals", body)
        yield changed("Borealis agrees to receive the token", "/v1/preapprovals", body, ended)
        yield self._sent(house, carol, "200", "Carol deposits 200: at once")
        yield self._arrived(house, "It is credited at first sight", "200")

    def _suspense(self, house: Person, carol: Person) -> Iterator[Step]:
        yield self._sent(house, carol, "50", "Carol deposits 50 and forgets the memo", memo="")
        found = _until(lambda: self._deposit(house, "50", "suspense"))
        body = {"account": self._account["id"], "reason": "Carol's wallet", "reference": "ticket 7"}
        house.api.change(f"{V1}/deposits/{found['id']}:attribute", body)
        yield Step(
            title="It is kept in suspense until support says whose it is",
            request=f"POST {V1}/deposits/{{deposit}}:attribute",
            body=body,
            facts=(("deposit", found["id"]), ("reason", found["reason"]), *self._balance(house)),
        )

    def _pay_at_once(self, house: Person, carol: Person) -> Iterator[Step]:
        done(carol.api, "/v1/preapprovals", {"token": self._token, "receiver": carol.party})
        yield self._asked(house, carol, "100", "Carol withdraws 100 to her wallet: at once")

    def _pay_by_offer(self, house: Person, dan: Person) -> Iterator[Step]:
        yield self._asked(house, dan, "70", "Carol withdraws 70 to Dan, who has to accept")
        offer = self._offered(house)["offer"]
        done(dan.api, f"/v1/offers/{offer}:accept", None)
        yield self._ended(house, "Dan accepts", "completed")

    def _rejected(self, house: Person, dan: Person) -> Iterator[Step]:
        yield self._asked(house, dan, "30", "Carol withdraws 30 to Dan once more")
        offer = self._offered(house)["offer"]
        done(dan.api, f"/v1/offers/{offer}:reject", None)
        yield self._ended(house, "Dan rejects: the money is back, less the fee", "rejected")

    def _expired(self, house: Person, dan: Person) -> Iterator[Step]:
        change = {"instrument": self._token, "policy": EXPIRING, "reason": "demo"}
        house.api.change(f"{V1}/instruments:change", change)
        yield self._asked(house, dan, "20", "Carol withdraws 20 to Dan, who has seconds only")
        title = "Nobody accepts: when its time is over, Borealis takes the offer back"
        yield self._ended(house, title, "expired")

    def _merged(self, house: Person) -> Step:
        before = self._position(house)["holdings"]
        change = {"instrument": self._token, "policy": {"dust_below": "500"}, "reason": "demo"}
        house.api.change(f"{V1}/instruments:change", change)
        found = _until(lambda: self._position_with(house, 1))
        return Step(
            title="Holdings below 500 are dust from now on: they are merged by the clock",
            request=f"POST {V1}/instruments:change",
            body=change,
            facts=(
                ("holdings", f"{before} before, {found['holdings']} after"),
                ("total", found["total"]),
            ),
        )

    def _books(self, house: Person) -> Step:
        totals = house.api.get(f"{V1}/journal/totals")
        rows = [
            (each["kind"], each["amount"])
            for each in totals["items"]
            if each["instrument"] == self._token
        ]
        held = Decimal(dict(rows)["treasury"])
        self.is_conserved = totals["balanced"] and held == Decimal(self._position(house)["total"])
        return Step(
            title="The books: what customers are owed is what the treasury holds",
            request=f"GET {V1}/journal/totals",
            lines=(("account", "amount"), *rows),
        )

    def _sent(
        self, house: Person, carol: Person, amount: str, title: str, memo: str | None = None
    ) -> Step:
        body = {
            "token": self._token,
            "sender": carol.party,
            "receiver": house.party,
            "amount": amount,
            "memo": self._account["memo"] if memo is None else memo,
        }
        return changed(title, "/v1/transfers", body, done(carol.api, "/v1/transfers", body))

    def _arrived(self, house: Person, title: str, amount: str) -> Step:
        found = _until(lambda: self._deposit(house, amount, "credited"))
        return Step(
            title=title,
            request=f"GET {V1}/deposits",
            facts=(("deposit", found["id"]), ("update", found["update_id"]), *self._balance(house)),
        )

    def _asked(self, house: Person, to: Person, amount: str, title: str) -> Step:
        body = {
            "account": self._account["id"],
            "instrument": self._token,
            "amount": amount,
            "receiver": to.party,
        }
        ended = done(house.api, f"{V1}/withdrawals", body)
        self._withdrawal = ended["id"]
        found = self._shown(house)
        state = (("withdrawal", f"{found['id']} {found['state']}"), *self._balance(house))
        return Step(
            title=title,
            request=f"POST {V1}/withdrawals",
            body=body,
            facts=(*state, ("update", found["update_id"])),
        )

    def _offered(self, house: Person) -> Any:
        return _until(lambda: _in(self._shown(house), "offered"))

    def _ended(self, house: Person, title: str, state: str) -> Step:
        found = _until(lambda: _in(self._shown(house), state))
        facts = (("withdrawal", f"{found['id']} {found['state']}"), *self._balance(house))
        return Step(
            title=title,
            request=f"GET {V1}/withdrawals/{{withdrawal}}",
            facts=(*facts, ("update", found["end_update_id"] or found["update_id"])),
        )

    def _shown(self, house: Person) -> Any:
        return house.api.get(f"{V1}/withdrawals/{self._withdrawal}")

    def _deposit(self, house: Person, amount: str, state: str) -> Any:
        found = house.api.items(f"{V1}/deposits", {"treasury": house.party, "state": state}, 100)
        mine = (each for each in found if each["instrument"] == self._token)
        return next((each for each in mine if Decimal(each["amount"]) == Decimal(amount)), None)

    def _balance(self, house: Person) -> tuple[tuple[str, str], ...]:
        found = house.api.get(f"{V1}/accounts/{self._account['id']}/balances")["items"]
        mine = next(each for each in found if each["instrument"] == self._token)
        return (("Carol has", f"{mine['available']}, held {mine['held']}"),)

    def _position(self, house: Person) -> Any:
        found = house.api.get(f"{V1}/treasuries/{house.party}")["positions"]
        return next(each for each in found if each["instrument"] == self._token)

    def _position_with(self, house: Person, holdings: int) -> Any:
        found = self._position(house)
        return found if found["holdings"] == holdings else None


def _in(found: Any, state: str) -> Any:
    return found if found["state"] == state else None


def _until(look: Callable[[], Any]) -> Any:
    """Look until there is something; raise Unfinished when it takes too long."""
    for _ in range(LOOKS_MAX):
        found = look()
        if found is not None:
            return found
        Event().wait(LOOK_MS / 1_000)
    raise Unfinished("that was waited for")
