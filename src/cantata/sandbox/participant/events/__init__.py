"""Events: how contracts and transactions are asked for and shown, and look-ups of contracts."""

from cantata.sandbox.participant.events.service import routes

__all__ = ["routes"]
