"""Authentication: tokens, whose signature and claims are checked, and the users they name."""

from cantata.sandbox.auth.settings import UnknownAuthentication, authenticator

__all__ = ["UnknownAuthentication", "authenticator"]
