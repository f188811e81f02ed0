"""The registry's answers are what the standard says, and are enough to act on the ledger."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from cantata.kernel.time import RelTime, SystemClock
from cantata.lang import ContractId, Party, Text
from cantata.ledger.typed import create, exercise
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.contract.account import HolderAccount
from cantata.tokens.contract.rules import Operation, TokenRules
from tests.api.process import Sandbox
from tests.integration.tokens.scene import (
    ALLOCATE,
    ALLOCATION,
    FACTORY,
    INSTRUCTION,
    OFFERS,
    Scene,
    allocation,
    play,
    transfer,
)


def test_metadata(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        assert (await scene.registry.get("/registry/metadata/v1/info")).status_code == 404
        of = await scene.token(cap="1000")
        await scene.loop.mint(of, of["admin"], "12.5")
        info = await scene.registry.get("/registry/metadata/v1/info")
        assert info.json() == {
            "adminId": of["admin"],
            "supportedApis": {"splice-api-token-metadata-v1": 1},
        }
        found = await scene.registry.get("/registry/metadata/v1/instruments/GOLD")
        gold = found.json()
        assert gold.pop("totalSupplyAsOf").endswith("Z")
        assert gold == {
            "id": "GOLD",
            "name": "GOLD coin",
            "symbol": "GOLD",
            "decimals": 2,
            "totalSupply": "12.5000000000",
            "supportedApis": {
                "splice-api-token-metadata-v1": 1,
                "splice-api-token-holding-v1": 1,
                "splice-api-token-transfer-instruction-v1": 1,
                "splice-api-token-allocation-v1": 1,
                "splice-api-token-allocation-instruction-v1": 1,
            },
        }
        tag = found.headers["etag"]
        again = await scene.registry.get(
            "/registry/metadata/v1/instruments/GOLD", headers={"If-None-Match": f'"x", {tag}'}
        )
        assert (again.status_code, again.headers["etag"]) == (304, tag)
        assert again.headers["cache-control"] == "public, no-cache"
        await scene.loop.mint(of, of["admin"], "1")
        changed = await scene.registry.get(
            "/registry/metadata/v1/instruments/GOLD", headers={"If-None-Match": tag}
        )
        assert changed.json()["totalSupply"] == "13.5000000000"
        assert int(changed.headers["x-ledger-offset"]) > int(found.headers["x-ledger-offset"])

    play(database_settings, sandbox, story)


def test_pages_and_admins(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        admin = await scene.loop.party("admin")
        names = ["A", "B/b", "C ü", "D"]
        for name in names:
            await scene.loop.token(admin, name)
        await scene.loop.token(await scene.loop.party("other"), "A")
        base = await scene.registry.get("/registry/metadata/v1/info")
        assert base.status_code == 404
        assert "/registrars/{admin}/registry" in base.json()["error"]
        mine = scene.registry.of(admin)
        listed: list[str] = []
        query: dict[str, Any] = {"pageSize": 2}
        while True:
            page = (await mine.get("/registry/metadata/v1/instruments", params=query)).json()
            assert len(page["instruments"]) <= 2
            listed += [each["id"] for each in page["instruments"]]
            if "nextPageToken" not in page:
                break
            query["pageToken"] = page["nextPageToken"]
        assert listed == names
        for name in ("B/b", "B%2Fb", "C%20%C3%BC"):
            found = await mine.get(f"/registry/metadata/v1/instruments/{name}")
            assert found.status_code == 200
        unknown = scene.registry.of(await scene.loop.party("nobody"))
        assert (await unknown.get("/registry/metadata/v1/info")).status_code == 404
        malformed = scene.registry.of("nobody")
        assert (await malformed.get("/registry/metadata/v1/info")).status_code == 404

    play(database_settings, sandbox, story)


def test_transfers(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        alice, bob = await scene.loop.party("alice"), await scene.loop.party("bob")
        coin = await scene.loop.mint(of, alice, "10")
        more = await scene.loop.mint(of, alice, "20")
        asked = transfer(of, alice, alice, "10", coin)
        kept = (await scene.registry.transfer(asked)).json()
        assert kept["transferKind"] == "self"
        await scene.move(alice, asked, kept)
        asked = transfer(of, alice, bob, "5", more)
        offered = (await scene.registry.transfer(asked, excludeDebugFields=True)).json()
        assert offered["transferKind"] == "offer"
        await scene.move(alice, asked, offered)
        offer = await scene.pending()
        for choice in ("withdraw", "reject", "accept"):
            found = await scene.registry.ending(OFFERS, offer, choice, meta={"why": "test"})
            assert found.status_code == 200
            assert found.headers["cache-control"] == "no-store"
        await scene.act([bob], INSTRUCTION, offer, "TransferInstruction_Accept", found.json())
        gone = await scene.registry.ending(OFFERS, offer, "accept")
        assert gone.status_code == 404
        await scene.loop.do("tokens.preapprove", (bob,), receiver=bob, expires_at=None, **of)
        coin = await scene.loop.mint(of, alice, "3")
        asked = transfer(of, alice, bob, "3", coin)
        direct = (await scene.registry.transfer(asked)).json()
        assert direct["transferKind"] == "direct"
        assert set(direct["choiceContext"]["choiceContextData"]["values"]) == {
            "token-rules",
            "transfer-preapproval",
        }
        await scene.move(alice, asked, direct)

    play(database_settings, sandbox, story)


def test_debug_fields(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        asked = transfer(of, of["admin"], of["admin"], "1")
        shown = (await scene.registry.transfer(asked)).json()
        (rules, factory) = shown["choiceContext"]["disclosedContracts"]
        assert factory["contractId"] == shown["factoryId"]
        assert rules["debugPackageName"] == "cantata-tokens"
        assert rules["debugPayload"]["instrumentId"] == {"admin": of["admin"], "id": "GOLD"}
        assert rules["debugCreatedAt"].endswith("Z")
        bare = (await scene.registry.transfer(asked, excludeDebugFields=True)).json()
        required = {"templateId", "contractId", "createdEventBlob", "synchronizerId"}
        for each in bare["choiceContext"]["disclosedContracts"]:
            assert set(each) == required

    play(database_settings, sandbox, story)


def test_expired_and_paused(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    """The registry still answers: it is the ledger that refuses, and says why."""

    async def story(scene: Scene) -> None:
        of = await scene.token()
        alice, bob = await scene.loop.party("alice"), await scene.loop.party("bob")
        await scene.loop.mint(of, alice, "10")
        soon = str(SystemClock().now() + RelTime.of(seconds=2))
        made = await scene.loop.offer(of, alice, bob, "4", until=soon)
        await asyncio.sleep(2.2)
        found = await scene.registry.ending(OFFERS, made["offer"], "accept")
        accept = (INSTRUCTION, made["offer"], "TransferInstruction_Accept", found.json())
        assert await scene.refusal(bob, *accept) == "tokens/offer-expired"
        locked = await scene.registry.ending(OFFERS, made["offer"], "withdraw")
        assert locked.json()["choiceContextData"]["values"]["expire-lock"]["value"] is True
        await scene.loop.do("tokens.rearrange", (alice,), owner=alice, amounts=[], **of)
        used = await scene.registry.ending(OFFERS, made["offer"], "withdraw")
        assert used.json()["choiceContextData"]["values"]["expire-lock"]["value"] is False
        assert used.json()["disclosedContracts"] == []
        withdraw = (INSTRUCTION, made["offer"], "TransferInstruction_Withdraw", used.json())
        await scene.act([alice], *withdraw)

    play(database_settings, sandbox, story)


def test_paused(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    """What is paused is answered as well; funds go back in spite of it."""

    async def story(scene: Scene) -> None:
        of = await scene.token()
        alice, bob = await scene.loop.party("alice"), await scene.loop.party("bob")
        await scene.loop.mint(of, alice, "10")
        made = await scene.loop.offer(of, alice, bob, "4")
        coin = await scene.only(
            "SELECT contract_id FROM holdings"
            " WHERE archived_offset IS NULL AND lock_holders IS NULL"
        )
        rules = await scene.active("rules")
        command = exercise(
            ContractId[TokenRules](rules),
            TokenRules.set_paused,
            operations=[Operation.TRANSFER, Operation.ACCEPT],
            paused=True,
            reason="review",
        )
        await scene.submit([of["admin"]], command.json)
        asked = transfer(of, alice, alice, "1", coin)
        found = (await scene.registry.transfer(asked)).json()
        assert (
            found["choiceContext"]["choiceContextData"]["values"]["token-rules"]["value"] != rules
        )
        arguments = {name: value for name, value in asked.items() if name != "extraArgs"}
        instruct = (FACTORY, found["factoryId"], "TransferFactory_Transfer", found)
        assert await scene.refusal(alice, *instruct, **arguments) == "tokens/paused"
        found = (await scene.registry.ending(OFFERS, made["offer"], "accept")).json()
        accept = (INSTRUCTION, made["offer"], "TransferInstruction_Accept", found)
        assert await scene.refusal(bob, *accept) == "tokens/paused"
        found = (await scene.registry.ending(OFFERS, made["offer"], "reject")).json()
        await scene.act([bob], INSTRUCTION, made["offer"], "TransferInstruction_Reject", found)

    play(database_settings, sandbox, story)


def test_accounts(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    """Rules that want accounts have them named, and shown, as far as there are any."""

    async def story(scene: Scene) -> None:
        of = await scene.token(accounts_required=True)
        alice, bob = await scene.loop.party("alice"), await scene.loop.party("bob")
        until = SystemClock().now() + RelTime.of(days=1)
        account = HolderAccount(
            admin=Party(of["admin"]),
            instrument=None,
            holder=Party(alice),
            frozen=False,
            verified_until=until,
            country=Text("CH"),
            locked_until=None,
        )
        await scene.submit([of["admin"]], create(account).json)
        coin = await scene.loop.mint(of, alice, "10")
        asked = transfer(of, alice, bob, "1", coin)
        found = (await scene.registry.transfer(asked)).json()
        named = {"sender-account", "token-rules"}
        assert set(found["choiceContext"]["choiceContextData"]["values"]) == named
        arguments = {name: value for name, value in asked.items() if name != "extraArgs"}
        instruct = (FACTORY, found["factoryId"], "TransferFactory_Transfer", found)
        assert await scene.refusal(alice, *instruct, **arguments) == "tokens/account-missing"
        await scene.submit([of["admin"]], create(replace(account, holder=Party(bob))).json)
        found = (await scene.registry.transfer(asked)).json()
        await scene.move(alice, asked, found)

    play(database_settings, sandbox, story)


def test_allocations(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        names = ("alice", "bob", "venue")
        alice, bob, venue = [await scene.loop.party(name) for name in names]
        endings = {
            "execute-transfer": ("Allocation_ExecuteTransfer", [venue, alice, bob]),
            "cancel": ("Allocation_Cancel", [venue, alice, bob]),
            "withdraw": ("Allocation_Withdraw", [alice]),
        }
        for path, (choice, actors) in endings.items():
            coin = await scene.loop.mint(of, alice, "8")
            asked = allocation(of, alice, bob, venue, coin)
            found = (await scene.registry.allocation(asked)).json()
            assert "transferKind" not in found
            asked.pop("extraArgs")
            await scene.act(
                [alice], ALLOCATE, found["factoryId"], "AllocationFactory_Allocate", found, **asked
            )
            contract = await scene.active("allocation")
            ending = await scene.registry.ending("allocations", contract, path)
            await scene.act(actors, ALLOCATION, contract, choice, ending.json())
            again = await scene.registry.ending("allocations", contract, path)
            assert again.status_code == 404

    play(database_settings, sandbox, story)
