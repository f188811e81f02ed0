"""Tokens that a real ledger checks: fixed, from a file, from a real issuer over HTTP."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from cantata.ledger import (
    ClientCredentials,
    Credentials,
    FileToken,
    LedgerClient,
    NotAuthenticated,
    NotPermitted,
    Right,
    RightKind,
    Settings,
    StaticToken,
    TokenProvider,
    Transaction,
    Wanted,
)
from cantata.ledger.settings import RetrySettings
from cantata.ledger.tokens import TokenRefused, TokenUnreachable
from tests.api.ledger.target import Story, create, deploy_samples, party, unique
from tests.api.process import Sandbox, running

SECRET = "a secret that is long enough for a test"
ADMIN = "participant_admin"
QUICK = RetrySettings(attempts=2, first_wait_ms=10, longest_wait_ms=20, jitter_ms=5)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox that wants tokens."""
    folder = tmp_path_factory.mktemp("guarded")
    with running(folder, "--auth", f"hs256-unsafe:{SECRET}") as started:
        yield started


def token(user: str = ADMIN, seconds: int = 200) -> str:
    """Give a token that ends so many seconds from now."""
    claims = {"sub": user, "exp": int(time.time()) + seconds, "scope": "daml_ledger_api"}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))


def play(sandbox: Sandbox, tokens: TokenProvider, story: Story) -> None:
    async def told() -> None:
        async with LedgerClient(Settings(sandbox.url, retries=QUICK), tokens=tokens) as ledger:
            await asyncio.wait_for(story(ledger), 30)

    asyncio.run(told())


class Issuer:
    """An issuer of tokens: it gives those of `lives` (seconds) in turn, then good ones."""

    def __init__(self, lives: list[int]) -> None:
        self.lives = lives
        self.forms: list[dict[str, list[str]]] = []
        self.status = 200

    @property
    def asked(self) -> int:
        return len(self.forms)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve until the block ends; give the token URL."""
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                issuer.forms.append(parse_qs(self.rfile.read(length).decode()))
                good = issuer.forms[-1]["client_secret"] == ["hidden"]
                life = issuer.lives.pop(0) if issuer.lives else 200
                body = {"access_token": token(seconds=life), "expires_in": 200}
                content = json.dumps(body if good else {"error": "invalid_client"}).encode()
                self.send_response(issuer.status if good else 401)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_address[1]}/token"
            finally:
                server.shutdown()
                thread.join()


def test_a_good_token_opens_commands_and_streams(guarded: Sandbox) -> None:
    async def story(ledger: LedgerClient) -> None:
        await deploy_samples(ledger)
        alice = await party(ledger)
        await ledger.users.grant(ADMIN, [Right(RightKind.ACT_AS, alice)])
        begin = await ledger.state.ledger_end()
        receipt = await ledger.commands.submit(create(alice))
        async with aclosing(ledger.updates.follow(Wanted((alice,)), begin)) as updates:
            found = await anext(each async for each in updates if isinstance(each, Transaction))
        assert found.update_id == receipt.update_id
        assert (await ledger.users.authenticated()).user_id == ADMIN

    play(guarded, StaticToken(token()), story)


@pytest.mark.parametrize("wrong", [None, "x", token(seconds=-9), token(seconds=9_999)])
def test_what_is_no_good_token_is_told(guarded: Sandbox, wrong: str | None) -> None:
    async def story(ledger: LedgerClient) -> None:
        with pytest.raises(NotAuthenticated) as caught:
            await ledger.state.ledger_end()
        assert caught.value.answer.status == 401
        assert not wrong or wrong not in str(caught.value)

    play(guarded, StaticToken(wrong), story)


def test_a_missing_right_is_told_apart(guarded: Sandbox) -> None:
    user, parties = unique("user"), []

    async def prepare(ledger: LedgerClient) -> None:
        await deploy_samples(ledger)
        parties.append(await party(ledger))
        await ledger.users.create(user)

    async def story(ledger: LedgerClient) -> None:
        with pytest.raises(NotPermitted):
            await ledger.commands.submit(create(parties[0]))
        with pytest.raises(NotPermitted):
            await ledger.parties.allocate(unique("mallory"))

    play(guarded, StaticToken(token()), prepare)
    play(guarded, StaticToken(token(user)), story)


def test_a_file_is_read_anew_for_each_request(guarded: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(f"{token()}\n")

    async def story(ledger: LedgerClient) -> None:
        assert await ledger.state.ledger_end() >= 0
        path.write_text(token(seconds=-9))
        with pytest.raises(NotAuthenticated):
            await ledger.state.ledger_end()
        path.write_text(token())
        assert await ledger.state.ledger_end() >= 0
        for nothing in ("", "two words", "x" * 70_000):
            path.write_text(nothing)
            with pytest.raises(TokenRefused):
                await ledger.state.ledger_end()
        path.unlink()
        with pytest.raises(TokenRefused, match="No such file"):
            await ledger.state.ledger_end()

    play(guarded, FileToken(path), story)


def test_an_issuer_gives_tokens_that_are_kept_and_replaced(guarded: Sandbox) -> None:
    issuer = Issuer([200, -9])

    async def story(ledger: LedgerClient) -> None:
        assert await ledger.state.ledger_end() >= 0
        assert await ledger.state.ledger_end() >= 0
        assert issuer.asked == 1
        tokens.forget()
        assert await ledger.state.ledger_end() >= 0
        assert issuer.asked == 3, "the second one was refused, so a third was asked for"
        assert issuer.forms[0]["grant_type"] == ["client_credentials"]
        assert issuer.forms[0]["audience"] == ["ledger"]

    with issuer.serving() as token_url:
        tokens = ClientCredentials(Credentials(token_url, "me", "hidden", audience="ledger"))
        play(guarded, tokens, story)


def test_an_issuer_that_refuses_or_is_down_is_told(guarded: Sandbox) -> None:
    issuer = Issuer([])

    async def refused(ledger: LedgerClient) -> None:
        with pytest.raises(TokenRefused, match="401 invalid_client") as caught:
            await ledger.state.ledger_end()
        assert "wrong" not in str(caught.value)
        assert issuer.asked == 1

    async def down(ledger: LedgerClient) -> None:
        with pytest.raises(TokenUnreachable):
            await ledger.state.ledger_end()

    with issuer.serving() as token_url:
        play(guarded, ClientCredentials(Credentials(token_url, "me", "wrong")), refused)
        issuer.status = 503
        play(guarded, ClientCredentials(Credentials(token_url, "me", "hidden")), down)
        assert issuer.asked == 3
    play(guarded, ClientCredentials(Credentials(token_url, "me", "hidden")), down)
