"""Imports all that a sandbox needs, so that processes forked from here start at once."""

from __future__ import annotations

import uvicorn.protocols.websockets.websockets_sansio_impl
import uvloop

import cantata.cli.app
import cantata.cli.sandbox
import cantata.sandbox.server.app
import cantata.sandbox.server.run
from cantata.sandbox.participant import services
from cantata.sandbox.participant.node import Participant

__all__ = ["cantata", "uvicorn", "uvloop"]

_node = Participant()
list(services.endpoints(_node))
_node.close()
