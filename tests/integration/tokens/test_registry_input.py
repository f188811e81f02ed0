"""Bad input to the registry: refused in the standard's form, and never a failure of the server."""

from __future__ import annotations

import asyncio
import copy
import json
from typing import Any

import httpx2
import pytest

from cantata.http.limits import Limit
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.registry.api import BODY_MAX, registry_app
from tests.api.process import Sandbox
from tests.integration.tokens.scene import OFFERS, Scene, allocation, play, transfer
from tests.integration.tokens.standard import ALLOCATIONS, FACTORIES, client

INSTRUMENTS = "/registry/metadata/v1/instruments"
UNKNOWN = "00" + "ab" * 32 + "ca12" + "1220" + "cd" * 32
NOBODY = "nobody::1220" + "0" * 64
UNREADABLE: list[tuple[list[str], Any]] = [
    (["expectedAdmin"], None),
    (["expectedAdmin"], "a\0b"),
    (["transfer"], []),
    (["transfer", "amount"], "1e3"),
    (["transfer", "amount"], "0.00000000001"),
    (["transfer", "amount"], "9" * 40),
    (["transfer", "sender"], "<script>"),
    (["transfer", "sender"], "alice"),
    (["transfer", "instrumentId"], "GOLD"),
    (["transfer", "requestedAt"], "yesterday"),
    (["transfer", "inputHoldingCids"], ["xyz"]),
    (["transfer", "inputHoldingCids"], "00"),
    (["transfer", "meta"], {"values": {"a": 1}}),
    (["transfer", "more"], "of this"),
    (["extraArgs"], None),
    (["extraArgs", "context"], {"values": {"a": {"tag": "AV_Nothing", "value": {}}}}),
]


def test_arguments_that_do_not_decode(
    database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        party = of["admin"]
        sound = transfer(of, party, party, "1")
        assert (await scene.registry.transfer(sound)).status_code == 200
        for path, value in UNREADABLE:
            answer = await scene.registry.transfer(changed(sound, path, value))
            assert answer.status_code == 400, (path, value, answer.text)
            assert answer.json()["error"].startswith("choiceArguments"), answer.text
        literally = {**sound, "extraArgs": {"context": {}, "meta": {}}}
        assert (await scene.registry.transfer(literally)).status_code == 200
        leg = allocation(of, party, party, party)
        assert (await scene.registry.allocation(leg)).status_code == 200
        for answer in (
            await scene.registry.allocation(sound),
            await scene.registry.allocation(changed(leg, ["allocation", "settlement"], {})),
            await scene.registry.transfer(leg),
        ):
            assert answer.status_code == 400
        other = changed(sound, ["expectedAdmin"], NOBODY)
        assert "expectedAdmin" in (await scene.registry.transfer(other)).json()["error"]
        for name, value in (("id", "SILVER"), ("id", "a\0b"), ("id", "\ud800"), ("admin", NOBODY)):
            unknown = changed(sound, ["transfer", "instrumentId", name], value)
            assert (await scene.registry.transfer(unknown)).status_code == 404

    play(database_settings, sandbox, story)


def test_bodies(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        sound = transfer(of, of["admin"], of["admin"], "1")
        bodies = [
            b"",
            b"[]",
            b"null",
            b"{",
            b"\xff\xfe",
            b"[" * 100_000,
            b"{}",
            b'{"choiceArguments": 7}',
            b'{"choiceArguments": {"a": 1e999999999}}',
            json.dumps({"choiceArguments": sound, "excludeDebugFields": "yes"}).encode(),
            b'{"choiceArguments": "' + b"a" * BODY_MAX + b'"}',
        ]
        for body in bodies:
            for path in (FACTORIES, ALLOCATIONS):
                answer = await scene.registry.post(path, body)
                assert answer.status_code == 400, (body[:80], answer.text)
        assert "SELECT" not in answer.text
        offer = f"/registry/{OFFERS}/v1/{UNKNOWN}/choice-contexts/accept"
        for body in (b"", b"[]", b'{"meta": {"a": 1}}', b'{"excludeDebugFields": 1}'):
            assert (await scene.registry.post(offer, body)).status_code == 400, body

    play(database_settings, sandbox, story)


def test_what_is_unknown(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        for name in ("SILVER", "a%00b", "%F0%9F%92%B0", "x" * 2_000, "..%2Finfo", "<b>"):
            assert (await scene.registry.get(f"{INSTRUMENTS}/{name}")).status_code == 404, name
        for contract in (UNKNOWN, "nonsense", "00", "a%00b", "%22", UNKNOWN.upper()):
            for choice in ("accept", "reject", "withdraw"):
                answer = await scene.registry.ending(OFFERS, contract, choice)
                assert answer.status_code == 404, contract
            for choice in ("execute-transfer", "withdraw", "cancel"):
                answer = await scene.registry.ending("allocations", contract, choice)
                assert answer.status_code == 404, contract
        other = await scene.loop.token(await scene.loop.party("other"), "GOLD")
        alice, bob = await scene.loop.party("alice"), await scene.loop.party("bob")
        await scene.loop.mint(of, alice, "5")
        made = await scene.loop.offer(of, alice, bob, "1")
        foreign = scene.registry.of(other["admin"])
        assert (await foreign.ending(OFFERS, made["offer"], "accept")).status_code == 404
        own = scene.registry.of(of["admin"])
        assert (await own.ending(OFFERS, made["offer"], "accept")).status_code == 200

    play(database_settings, sandbox, story)


@pytest.mark.parametrize(
    "query", ["pageSize=0", "pageSize=-1", "pageSize=x", "pageSize=1e3", "pageToken=a%00b"]
)
def test_pages_that_nobody_has(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox, query: str
) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        own = scene.registry.of(of["admin"])
        assert (await own.get(f"{INSTRUMENTS}?{query}")).status_code == 400
        most = await own.get(f"{INSTRUMENTS}?pageSize=2147483647&pageToken=")
        assert [each["id"] for each in most.json()["instruments"]] == ["GOLD"]

    play(database_settings, shared_sandbox, story)


def test_rate_limit(database_settings: DatabaseSettings) -> None:
    async def ask() -> list[httpx2.Response]:
        async with (
            Database(database_settings) as database,
            client(registry_app(database, limit=Limit("registry", 3, 60))) as http,
        ):
            return [await http.get("/registry/metadata/v1/info") for _ in range(4)]

    answers = asyncio.run(ask())
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert set(answers[-1].json()) == {"error"}


def test_pages_of_others(database_settings: DatabaseSettings) -> None:
    """Wallets run in browsers: they ask beforehand, and may read refusals, too."""

    async def ask() -> tuple[httpx2.Response, httpx2.Response]:
        async with (
            Database(database_settings) as database,
            client(registry_app(database)) as http,
        ):
            return await http.options(FACTORIES), await http.get("/registry/metadata/v1/info")

    asked, refused = asyncio.run(ask())
    assert asked.status_code == 204
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    assert refused.status_code == 404
    assert refused.headers["access-control-allow-origin"] == "*"


def changed(arguments: Any, path: list[str], value: Any) -> Any:
    """Give arguments with another value at a place."""
    new = copy.deepcopy(arguments)
    place = new
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return new
