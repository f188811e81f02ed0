"""Clearance: what the rules and the parties' accounts say to a movement of holdings."""

from __future__ import annotations

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import (
    Party,
    Text,
    before,
    coerce,
    fetch,
    function,
    not_before,
    package,
    require,
    update,
)
from cantata.tokens.contract.account import HolderAccount
from cantata.tokens.contract.context import (
    RECEIVER_ACCOUNT,
    RULES,
    SENDER_ACCOUNT,
    contract_in,
    require_named,
)
from cantata.tokens.contract.rules import Operation, TokenRules, require_unpaused, rules_for

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Clearance")


@update
def require_clear(
    context: metadata.ChoiceContext,
    instrument_id: holding.InstrumentId,
    operation: Operation,
    sender: Party,
    receiver: Party,
) -> int:
    """Refuse what is paused, and parties that may not; give the instrument's decimals."""
    rules_cid = contract_in(context, RULES)
    require_named(rules_cid is not None, RULES)
    decimals = 0
    if rules_cid is not None:
        rules = rules_for(coerce(rules_cid, TokenRules), instrument_id)
        require_unpaused(rules.paused, operation)
        if rules.accounts_required:
            require_sender(context, rules, sender)
            if sender != receiver:
                require_receiver(context, rules, receiver)
        decimals = rules.decimals
    return decimals


@update
def require_sender(context: metadata.ChoiceContext, rules: TokenRules, sender: Party) -> None:
    """Refuse a sender without an account in good standing; the admin needs none."""
    if sender != rules.instrument_id.admin:
        cid = contract_in(context, SENDER_ACCOUNT)
        require_account(cid is not None, SENDER_ACCOUNT, sender)
        if cid is not None:
            account = fetch(coerce(cid, HolderAccount))
            require_own(account, rules, sender)
            require(
                not account.frozen,
                "tokens/sender-frozen",
                "the sender's account is frozen",
                party=sender,
            )
            require_verified(account, rules)
            if account.locked_until is not None:
                require(
                    not_before(account.locked_until),
                    "tokens/locked-up",
                    "the sender's holdings are locked up",
                    party=sender,
                    until=account.locked_until,
                )


@update
def require_receiver(context: metadata.ChoiceContext, rules: TokenRules, receiver: Party) -> None:
    """Refuse a receiver without an account in good standing; the admin needs none."""
    if receiver != rules.instrument_id.admin:
        cid = contract_in(context, RECEIVER_ACCOUNT)
        require_account(cid is not None, RECEIVER_ACCOUNT, receiver)
        if cid is not None:
            account = fetch(coerce(cid, HolderAccount))
            require_own(account, rules, receiver)
            require(
                not account.frozen,
                "tokens/receiver-frozen",
                "the receiver's account is frozen",
                party=receiver,
            )
            require_verified(account, rules)


@function
def require_account(is_named: bool, key: Text, party: Party) -> None:
    """Refuse a party without an account where accounts are required."""
    require(
        is_named,
        "tokens/account-missing",
        "the instrument's holders need an account",
        key=key,
        party=party,
    )


@function
def require_own(account: HolderAccount, rules: TokenRules, party: Party) -> None:
    """Refuse an account that is another party's, or for another instrument."""
    of = rules.instrument_id
    require(
        account.holder == party
        and account.admin == of.admin
        and (account.instrument is None or account.instrument == of.id),
        "tokens/other-account",
        "the account is another party's or for another instrument",
        expected=party,
        found=account.holder,
    )


@update
def require_verified(account: HolderAccount, rules: TokenRules) -> None:
    """Refuse a holder who is not verified, no longer verified, or from elsewhere."""
    require(
        account.verified_until is not None,
        "tokens/not-verified",
        "the holder is not verified",
        party=account.holder,
    )
    if account.verified_until is not None:
        require(
            before(account.verified_until),
            "tokens/verification-expired",
            "the holder's verification has expired",
            party=account.holder,
            expired=account.verified_until,
        )
    require(
        len(rules.countries) == 0 or account.country in rules.countries,
        "tokens/country-refused",
        "holders from this country are not admitted",
        party=account.holder,
        country=account.country,
    )
