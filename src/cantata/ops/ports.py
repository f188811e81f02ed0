"""Ports of the loopback: free ones, and those that somebody uses."""

from __future__ import annotations

import errno
import socket
from typing import ClassVar

from cantata.kernel.errors import CantataError

HOST = "127.0.0.1"
BACKLOG = 2_048


class PortInUse(CantataError):
    """Something listens where a part of Cantata should; fields `what` and `port`."""

    code: ClassVar[str] = "PORT_IN_USE"

    def __init__(self, what: str, port: int, remedy: str) -> None:
        self.what = what
        self.port = port
        super().__init__(
            f"port {port} is in use, {what} cannot listen there",
            hint=f"stop what listens there, or {remedy}",
        )


class AddressUnusable(CantataError):
    """An address cannot be listened on; fields `what` and `address`."""

    code: ClassVar[str] = "ADDRESS_UNUSABLE"

    def __init__(self, what: str, address: str, reason: str) -> None:
        self.what = what
        self.address = address
        super().__init__(
            f"{what} cannot listen on {address}: {reason}",
            hint="choose an address of this machine and a port above 1023",
        )


def require_free(what: str, host: str, port: int, remedy: str) -> None:
    """Raise PortInUse if a port cannot be had; the remedy says how to choose another."""
    listen(what, host, port, remedy).close()


def listen(what: str, host: str, port: int, remedy: str) -> socket.socket:
    """Listen on a port, 0 for any; raise PortInUse or AddressUnusable."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family)
    except OSError as error:
        raise AddressUnusable(what, host, str(error)) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(what, port, remedy) from None
        raise AddressUnusable(what, f"{host}:{port}", error.strerror or str(error)) from None
    return listening


def free_port() -> int:
    """Give a port of the loopback that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
