"""What choice contexts give: contracts by key, named by the instrument's registry."""

from __future__ import annotations

from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import INVALID_ARGUMENT, ContractId, Text, function, package, require

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Context")

RULES = "token-rules"
SENDER_ACCOUNT = "sender-account"
RECEIVER_ACCOUNT = "receiver-account"
PREAPPROVAL = "transfer-preapproval"
INSTRUMENT = "instrument"
EXPIRE_LOCK = "expire-lock"


@function
def contract_in(
    context: metadata.ChoiceContext, key: Text
) -> ContractId[metadata.AnyContract] | None:
    """Give the contract id that a choice context holds under a key; refuse anything else there."""
    match context.values.get(key):
        case metadata.AV_ContractId(value=cid):
            return cid
        case None:
            return None
        case _:
            require_sound(False, key)
            return None


@function
def lock_stands(context: metadata.ChoiceContext) -> bool:
    """Tell whether the locked holding is still there; by default it is."""
    match context.values.get(EXPIRE_LOCK):
        case metadata.AV_Bool(value=stands):
            return stands
        case None:
            return True
        case _:
            require_sound(False, EXPIRE_LOCK)
            return True


@function
def require_sound(is_sound: bool, key: Text) -> None:
    """Refuse a choice context that holds a value of another type than its key means."""
    require(
        is_sound,
        "tokens/context-malformed",
        "the choice context holds a value of another type under a key",
        category=INVALID_ARGUMENT,
        key=key,
    )


@function
def require_named(is_named: bool, key: Text) -> None:
    """Refuse a choice context that leaves out what the choice cannot do without."""
    require(
        is_named,
        "tokens/context-missing",
        "the choice context must name a contract: ask the registry for a new one",
        key=key,
    )
