"""Tells operators of contracts that show themselves as what they are not."""

from __future__ import annotations

from cantata.observability import metrics
from cantata.observability.events import events
from cantata.tokens.model import Doubt

_log = events("tokens")


def tell(doubt: Doubt, offset: int) -> None:
    """Raise the alarm about a contract that is left out of the projections."""
    metrics.ALARMS.labels("contract_doubted").inc()
    _log.warning(
        "contract.doubted",
        contract=doubt.contract_id,
        template=doubt.template_id,
        reason=doubt.reason,
        offset=offset,
    )
