"""The client of registries: right with ours, unimpressed by what others answer."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cantata.exchange.registries import directory, errors
from cantata.exchange.registries.client import RegistryClient, RegistrySettings
from cantata.exchange.registries.directory import OTHERS, OWN, Registries
from cantata.exchange.registries.model import TransferKind
from cantata.kernel.ids import PartyId
from cantata.observability.metrics import REGISTRY

ADMIN = PartyId("admin::1220" + "cd" * 32)
QUICK = RegistrySettings(answer_ms=1_000, connect_ms=1_000, tries=2, first_wait_ms=1)
CONTEXT = {
    "choiceContextData": {"values": {"x": {"tag": "AV_Text", "value": "as it is"}}},
    "disclosedContracts": [
        {
            "templateId": "#p:M:T",
            "contractId": "00" + "ab" * 32,
            "createdEventBlob": "YWJj",
            "synchronizerId": "sync::1220",
            "debugPackageName": "ignored",
        }
    ],
}
FACTORY = {"factoryId": "00" + "cd" * 32, "transferKind": "direct", "choiceContext": CONTEXT}
GOLD = {"id": "GOLD", "name": "Gold", "symbol": "XAU", "decimals": 6, "supportedApis": {"h": 1}}


class Registry:
    """A real HTTP server that answers with whatever a test puts into it."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[tuple[str, Any]] = []
        self.before: Callable[[], None] = lambda: None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.before()
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                outer.asked.append((self.path, body))
                status, content = outer.answers.pop(0) if outer.answers else (500, b"")
                self.send_response(status)
                if status in {301, 302}:
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                with suppress(BrokenPipeError):
                    self.wfile.write(content)

            do_POST = do_GET  # noqa: N815 - the server's own names

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def says(self, content: object, status: int = 200) -> None:
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.answers.append((status, raw))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def server() -> Iterator[Registry]:
    registry = Registry()
    yield registry
    registry.close()


@pytest.fixture
def registry(server: Registry) -> Registry:
    server.answers.clear()
    server.asked.clear()
    server.before = lambda: None
    return server


def ask(registry: Registry, question: Callable[[RegistryClient], Any]) -> Any:
    async def main() -> Any:
        async with RegistryClient(registry.url, QUICK) as client:
            return await question(client)

    return asyncio.run(main())


def test_whose_registry_it_is(registry: Registry) -> None:
    registry.says({"adminId": ADMIN, "supportedApis": {"splice-api-token-metadata-v1": 1}})
    assert ask(registry, lambda client: client.checked(ADMIN)).apis == {
        "splice-api-token-metadata-v1": 1
    }
    other = PartyId("other::1220" + "cd" * 32)
    registry.says({"adminId": ADMIN, "supportedApis": {}})
    with pytest.raises(errors.WrongAdmin) as refused:
        ask(registry, lambda client: client.checked(other))
    assert (refused.value.wanted, refused.value.found) == (other, ADMIN)


def test_instruments_page_by_page(registry: Registry) -> None:
    registry.says({"instruments": [GOLD], "nextPageToken": "a b"})
    registry.says({"instruments": [{**GOLD, "id": "OIL", "decimals": None, "paused": True}]})
    gold, oil = ask(registry, lambda client: client.instruments())
    assert (gold.id, gold.decimals, gold.is_paused) == ("GOLD", 6, False)
    assert (oil.id, oil.decimals, oil.is_paused) == ("OIL", 10, True)
    assert registry.asked[1][0].endswith("pageToken=a+b") or "a%20b" in registry.asked[1][0]


def test_requests_are_counted_by_host_and_outcome(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "LABELS_MAX", 4)

    def counted(label: str, outcome: str) -> float:
        labels = {"registry": label, "outcome": outcome}
        return REGISTRY.get_sample_value("cantata_registry_requests_total", labels) or 0

    async def main() -> None:
        async with Registries(settings=QUICK) as clients:
            await clients.at(registry.url).info()
            with pytest.raises(errors.RegistryUnavailable):
                await clients.at(f"{OWN}/registrars/x").info()
            for kind in (errors.RegistryBusy, errors.MalformedRegistryAnswer):
                with pytest.raises(kind):
                    await clients.at(f"{registry.url}/elsewhere").info()
            labels = {clients.at(f"https://{number}.example").label for number in range(4)}
            assert labels == {"0.example", "1.example", OTHERS}
            assert clients.at("https://again.example").label == OTHERS

    host = registry.url.removeprefix("http://")
    registry.says({"adminId": ADMIN, "supportedApis": {}})
    registry.says(b"", 429)
    registry.says(b"", 429)
    registry.says({"adminId": 7})
    before = counted("own-registry", "REGISTRY_UNAVAILABLE")
    asyncio.run(main())
    assert counted(host, "OK") == 1
    assert counted(host, "REGISTRY_BUSY") == QUICK.tries
    assert counted(host, "MALFORMED_REGISTRY_ANSWER") == 1
    assert counted("own-registry", "REGISTRY_UNAVAILABLE") == before + QUICK.tries


def test_a_list_without_end_is_refused(registry: Registry) -> None:
    for _ in range(200):
        registry.says({"instruments": [], "nextPageToken": "again"})
    with pytest.raises(errors.MalformedRegistryAnswer):
        ask(registry, lambda client: client.instruments())


def test_contexts_are_passed_on_as_they_are(registry: Registry) -> None:
    registry.says(FACTORY)
    arguments = {"expectedAdmin": ADMIN, "extraArgs": {"context": {}, "meta": {}}}
    factory = ask(registry, lambda client: client.transfer_factory(arguments))
    assert factory.kind is TransferKind.DIRECT
    assert factory.context.data == CONTEXT["choiceContextData"]
    assert factory.context.disclosed[0].blob == "YWJj"
    assert registry.asked == [
        (
            "/registry/transfer-instruction/v1/transfer-factory",
            {"choiceArguments": arguments, "excludeDebugFields": True},
        )
    ]
    registry.says(CONTEXT)
    offer = "00/../accept?x"
    ask(registry, lambda client: client.instruction_context(offer, "accept"))
    assert registry.asked[1][0].split("/")[4] == "00%2F..%2Faccept%3Fx"


@pytest.mark.parametrize(
    "status, content, kind, tries",
    [
        (400, {"error": "no such holder"}, errors.RegistryRefused, 1),
        (401, b"", errors.RegistryRefused, 1),
        (404, {"error": "gone"}, errors.NotInRegistry, 1),
        (409, {"error": "moving"}, errors.RegistryBusy, 2),
        (429, b"slow down", errors.RegistryBusy, 2),
        (500, b"<html>", errors.RegistryUnavailable, 2),
        (503, {"error": ["x"]}, errors.RegistryUnavailable, 2),
        (302, b"", errors.RegistryRefused, 1),
        (200, b"not json", errors.MalformedRegistryAnswer, 1),
        (200, b"[" * 100_000, errors.MalformedRegistryAnswer, 1),
        (200, [], errors.MalformedRegistryAnswer, 1),
        (200, {}, errors.MalformedRegistryAnswer, 1),
        (200, {**FACTORY, "transferKind": "gift"}, errors.MalformedRegistryAnswer, 1),
        (200, {**FACTORY, "factoryId": "zz"}, errors.MalformedRegistryAnswer, 1),
        (200, {**FACTORY, "choiceContext": None}, errors.MalformedRegistryAnswer, 1),
        (
            200,
            {**FACTORY, "choiceContext": {**CONTEXT, "disclosedContracts": [{}]}},
            errors.MalformedRegistryAnswer,
            1,
        ),
        (
            200,
            {
                **FACTORY,
                "choiceContext": {
                    **CONTEXT,
                    "disclosedContracts": CONTEXT["disclosedContracts"] * 101,  # type: ignore[operator]
                },
            },
            errors.MalformedRegistryAnswer,
            1,
        ),
        (200, b" " * (9 * 1024 * 1024), errors.MalformedRegistryAnswer, 1),
    ],
)
def test_other_answers_have_an_error_each(
    registry: Registry, status: int, content: object, kind: type[Exception], tries: int
) -> None:
    for _ in range(3):
        registry.says(content, status)
    with pytest.raises(kind):
        ask(registry, lambda client: client.transfer_factory({}))
    assert len(registry.asked) == tries


def test_what_passes_is_asked_again(registry: Registry) -> None:
    registry.says(b"", 503)
    registry.says(FACTORY)
    assert ask(registry, lambda client: client.transfer_factory({})).contract_id


def test_an_instrument_of_another_name_is_refused(registry: Registry) -> None:
    registry.says(GOLD)
    with pytest.raises(errors.MalformedRegistryAnswer, match="'GOLD' is not 'OIL'"):
        ask(registry, lambda client: client.instrument("OIL"))


def test_a_registry_that_does_not_answer(registry: Registry) -> None:
    waiting = threading.Event()
    registry.before = lambda: (waiting.wait(5), None)[1]
    registry.says(FACTORY)
    try:
        with pytest.raises(errors.RegistryUnavailable):
            ask(registry, lambda client: client.transfer_factory({}))
    finally:
        waiting.set()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "nonsense://x", "http://", "http://[::"])
def test_an_address_that_leads_nowhere(url: str) -> None:
    async def main() -> None:
        async with RegistryClient(url, QUICK) as client:
            await client.info()

    with pytest.raises(errors.RegistryUnavailable):
        asyncio.run(main())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*FACTORY, *CONTEXT, *GOLD, "adminId", "instruments", "nextPageToken", "contractId"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(JSON)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_answer_is_too_strange(registry: Registry, content: object) -> None:
    async def main() -> None:
        async with RegistryClient(registry.url, QUICK) as client:
            for question in (
                client.info,
                lambda: client.instrument("GOLD"),
                lambda: client.transfer_factory({}),
                lambda: client.instruction_context("00", "accept"),
            ):
                registry.answers.clear()
                registry.says(content)
                with suppress(errors.MalformedRegistryAnswer):
                    await question()

    asyncio.run(main())
