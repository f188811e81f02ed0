"""Packages: uploaded, listed, served, vetted."""

from cantata.sandbox.participant.packages.routes import routes
from cantata.sandbox.participant.packages.state import PackageStore, Vetting

__all__ = ["PackageStore", "Vetting", "routes"]
