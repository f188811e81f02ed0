"""What a listing must be: an address that can be asked, packages that exist, a sound policy."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from cantata.exchange.model.treasury import POOL_MAX, RECORD_TTL_MAX, ZERO, Policy
from cantata.kernel.errors import CantataError
from cantata.kernel.ids import PackageName
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime
from cantata.tokens.model import INPUTS_MAX

URL_LENGTH_MAX = 500
PACKAGES_MAX = 32
TRIES_MAX = 100

OFFER_TTL_MAX = RelTime.of(days=365)
"""How long an offer may be open at most; registries may allow less, Canton Coin allows 90 days."""

_AMOUNTS = (
    "deposit_minimum",
    "withdrawal_minimum",
    "withdrawal_maximum",
    "withdrawal_fee",
    "reject_fee",
    "pool_amount",
    "dust_below",
)


def address_fault(url: str, own: str) -> str | None:
    """Tell why a text is no address of a registry; None if it is one.

    Addresses that begin with `own` are those of our own registry, with a path after it.
    """
    if len(url) > URL_LENGTH_MAX or not url.isascii() or not url.isprintable() or " " in url:
        return f"it is no printable text of at most {URL_LENGTH_MAX} characters"
    if url.startswith(own):
        path = url.removeprefix(own)
        return None if not path or path.startswith("/") else "our own registry is named by a path"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it cannot be read"
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        return "it names no host that speaks HTTP"
    if parts.username is not None or parts.query or parts.fragment:
        return "it has a user, a query or a fragment"
    return None


def package_faults(packages: Sequence[str]) -> list[str]:
    """Tell what is wrong with a list of package names."""
    faults = []
    if not 0 < len(set(packages)) == len(packages) <= PACKAGES_MAX:
        faults.append(f"packages: name between 1 and {PACKAGES_MAX} packages, each once")
    for name in packages[:PACKAGES_MAX]:
        try:
            PackageName(name)
        except CantataError as error:
            faults.append(f"packages: {error.message}")
    return faults


def policy_faults(policy: Policy, decimals: int) -> list[str]:
    """Tell what contradicts itself, or a bound, in a policy for an instrument of some decimals."""
    faults = [fault for name in _AMOUNTS if (fault := _amount_fault(policy, name, decimals))]
    most = policy.withdrawal_maximum
    if most is not None and most < policy.withdrawal_minimum:
        faults.append("withdrawal_maximum: it is less than withdrawal_minimum")
    for name, least, highest in (
        ("accept_tries_max", 1, TRIES_MAX),
        ("pool_size", 0, POOL_MAX),
        ("inputs_max", 2, INPUTS_MAX),
    ):
        if not least <= getattr(policy, name) <= highest:
            faults.append(f"{name}: it is not between {least} and {highest}")
    return [*faults, *_span_faults(policy)]


def _span_faults(policy: Policy) -> list[str]:
    faults = []
    nothing = RelTime(microseconds=0)
    if not nothing < policy.record_ttl <= RECORD_TTL_MAX:
        faults.append(f"record_ttl: it is not between 0 and {_seconds(RECORD_TTL_MAX)} s")
    if not policy.record_ttl <= policy.offer_ttl <= OFFER_TTL_MAX:
        faults.append(f"offer_ttl: it is not between record_ttl and {_seconds(OFFER_TTL_MAX)} s")
    if not nothing <= policy.accept_margin <= OFFER_TTL_MAX:
        faults.append(f"accept_margin: it is not between 0 and {_seconds(OFFER_TTL_MAX)} s")
    return faults


def _amount_fault(policy: Policy, name: str, decimals: int) -> str | None:
    amount: Decimal | None = getattr(policy, name)
    if amount is None:
        return None
    if amount < ZERO:
        return f"{name}: it is negative"
    if amount.units % 10 ** (10 - decimals):
        return f"{name}: it has more than {decimals} decimals"
    return None


def _seconds(span: RelTime) -> int:
    return span.microseconds // 1_000_000
