"""Parties: local ones, and external ones that sign for themselves."""

from cantata.sandbox.participant.parties.routes import routes
from cantata.sandbox.participant.parties.state import Parties, Party

__all__ = ["Parties", "Party", "routes"]
