"""Replaying recorded WebSocket exchanges."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus, NegotiationError
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.vectors.participant.comparison import bodies, normal
from tests.vectors.participant.exchanges import Exchange
from tests.vectors.participant.sending import live_path, reissued_headers
from tests.vectors.participant.signing import reissued
from tests.vectors.participant.translation import Translation

Json = Any

FRAME_SECONDS_MAX = 10
IDLE = re.compile(r"still open after ([\d.]+)s idle")
FRAME_BYTES_MAX = 16 * 1024 * 1024


def converse(
    host: str, port: int, exchange: Exchange, known: Translation, later: int
) -> dict[str, Json]:
    """Do what the recorded client did; give what came as recordings have it."""
    request, recorded = exchange.request, exchange.response
    names = [Subprotocol(reissued(name, later)) for name in request["subprotocols"]]
    headers = reissued_headers(request.get("headers", {}), later)
    try:
        connection = connect(
            f"ws://{host}:{port}{live_path(request['path'], known)}",
            subprotocols=names or None,
            additional_headers=headers,
            max_size=FRAME_BYTES_MAX,
        )
    except NegotiationError as error:
        return {"received": [], "error": f"{type(error).__name__}({str(error)!r})"}
    except InvalidStatus as error:
        body = bytes(error.response.body or b"").decode()
        return {
            "received": [],
            "handshake": {"status": error.response.status_code, "body": body},
        }
    with connection:
        for frame in request["sent"]:
            with suppress(ConnectionClosed):
                connection.send(frame if isinstance(frame, str) else json.dumps(known.value(frame)))
        return _heard(connection, recorded)


def socket_differences(recorded: Mapping[str, Json], live: Mapping[str, Json]) -> list[str]:
    """Say how a live conversation differs from the recorded one."""
    found = [
        f"{key}: {live.get(key)!r} not {recorded.get(key)!r}"
        for key in ("error", "close", "end")
        if recorded.get(key) != live.get(key)
    ]
    found += _handshakes(recorded.get("handshake"), live.get("handshake"))
    frames, others = recorded["received"], live["received"]
    if len(frames) != len(others):
        found.append(f"{len(others)} frames, not {len(frames)}")
    for index, (frame, other) in enumerate(zip(frames, others, strict=False)):
        found += [f"frame {index}: {each}" for each in bodies(frame, other)]
    return found


def _heard(connection: ClientConnection, recorded: Mapping[str, Json]) -> dict[str, Json]:
    """Listen as the recorded client did: to the end, for a time, or to a number of frames."""
    live: dict[str, Json] = {
        "handshake": {"status": 101, "subprotocol": connection.subprotocol},
        "received": [],
    }
    idle = IDLE.fullmatch(str(recorded.get("end", "")))
    ended = bool(recorded.get("close") or idle)
    while ended or len(live["received"]) < len(recorded["received"]):
        try:
            frame = connection.recv(float(idle[1]) if idle else FRAME_SECONDS_MAX)
        except TimeoutError:
            live["end"] = recorded["end"] if idle else "no frame came"
            return live
        except ConnectionClosed:
            live["close"] = {"code": connection.close_code, "reason": connection.close_reason}
            return live
        live["received"].append(json.loads(frame))
    return live


def _handshakes(recorded: Json, live: Json) -> list[str]:
    if not recorded or not live:
        return [] if recorded == live else [f"handshake {live} not {recorded}"]
    found = [
        f"handshake {key}: {live.get(key)!r} not {recorded.get(key)!r}"
        for key in ("status", "subprotocol")
        if recorded.get(key) != live.get(key)
    ]
    if normal(recorded.get("body", "")) != normal(live.get("body", "")):
        found.append(f"handshake body: {live.get('body')!r}")
    return found
