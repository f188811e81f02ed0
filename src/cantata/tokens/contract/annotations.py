"""The standard's metadata in token choices: what results tell parsers."""

from __future__ import annotations

from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import Decimal, Party, Text, TextMap, function, package

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Annotations")

TX_KIND = "splice.lfdecentralizedtrust.org/tx-kind"
SENDER = "splice.lfdecentralizedtrust.org/sender"
REASON = "splice.lfdecentralizedtrust.org/reason"
BURNED = "splice.lfdecentralizedtrust.org/burned"


@function
def annotate(kind: Text, given: metadata.Metadata) -> metadata.Metadata:
    """Name the kind of a change of holdings and repeat the reason that the caller gave."""
    values = TextMap({TX_KIND: kind})
    reason = given.values.get(REASON)
    if reason is not None:
        values = values.insert(REASON, reason)
    return metadata.Metadata(values=values)


@function
def annotate_transfer(sender: Party, given: metadata.Metadata) -> metadata.Metadata:
    """Annotate a transfer; the sender is named because the receiver may see nothing else."""
    noted = annotate("transfer", given)
    return metadata.Metadata(values=noted.values.insert(SENDER, f"{sender}"))


@function
def annotate_burn(amount: Decimal, given: metadata.Metadata) -> metadata.Metadata:
    """Annotate a burn; without the amount parsers would take the change for a negative mint."""
    noted = annotate("burn", given)
    return metadata.Metadata(values=noted.values.insert(BURNED, f"{amount}"))


@function
def no_metadata() -> metadata.Metadata:
    """Give empty metadata."""
    return metadata.Metadata(values=TextMap({}))


@function
def because(reason: Text) -> metadata.Metadata:
    """Give metadata that states a reason."""
    return metadata.Metadata(values=TextMap({REASON: reason}))
