"""The state of the ledger: its end, its active contracts."""

from cantata.sandbox.participant.state.service import routes

__all__ = ["routes"]
