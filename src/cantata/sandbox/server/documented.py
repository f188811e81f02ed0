"""The paths that the JSON Ledger API documents; those without a service are answered with 501."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_DOCUMENTED: Mapping[str, str] = {
    "POST": """
        /v2/commands/submit-and-wait
        /v2/commands/submit-and-wait-for-transaction
        /v2/commands/submit-and-wait-for-reassignment
        /v2/commands/submit-and-wait-for-transaction-tree
        /v2/commands/async/submit
        /v2/commands/async/submit-reassignment
        /v2/commands/completions
        /v2/commands/command-completions
        /v2/events/events-by-contract-id
        /v2/dars/validate
        /v2/dars
        /v2/packages
        /v2/package-vetting
        /v2/package-vetting/list
        /v2/package-vetting/update
        /v2/parties
        /v2/parties/external/allocate
        /v2/parties/external/generate-topology
        /v2/state/active-contracts
        /v2/state/active-contracts-page
        /v2/updates
        /v2/updates/flats
        /v2/updates/trees
        /v2/updates/transaction-by-offset
        /v2/updates/update-by-offset
        /v2/updates/transaction-by-id
        /v2/updates/update-by-id
        /v2/updates/get-updates-page
        /v2/users
        /v2/users/{user-id}/rights
        /v2/idps
        /v2/interactive-submission/prepare
        /v2/interactive-submission/execute
        /v2/interactive-submission/executeAndWait
        /v2/interactive-submission/executeAndWaitForTransaction
        /v2/interactive-submission/preferred-packages
        /v2/contracts/contract-by-id
    """,
    "GET": """
        /v2/version
        /v2/packages
        /v2/packages/{package-id}
        /v2/packages/{package-id}/status
        /v2/package-vetting
        /v2/parties
        /v2/parties/participant-id
        /v2/parties/{party}
        /v2/state/active-contracts-page
        /v2/state/connected-synchronizers
        /v2/state/ledger-end
        /v2/state/latest-pruned-offsets
        /v2/updates/transaction-tree-by-offset/{offset}
        /v2/updates/transaction-tree-by-id/{update-id}
        /v2/users
        /v2/users/{user-id}
        /v2/users/{user-id}/rights
        /v2/authenticated-user
        /v2/idps
        /v2/idps/{idp-id}
        /v2/interactive-submission/preferred-package-version
        /v2/definitions/packages/{package-id}
        /v2/definitions/templates/{template-id}
        /v2/traffic/accounts
    """,
    "PATCH": """
        /v2/parties/{party}
        /v2/users/{user-id}
        /v2/users/{user-id}/rights
        /v2/users/{user-id}/identity-provider-id
        /v2/idps/{idp-id}
    """,
    "DELETE": """
        /v2/users/{user-id}
        /v2/idps/{idp-id}
    """,
}


def documented() -> Iterator[tuple[str, str]]:
    """Give method and path of everything that is documented."""
    for method, paths in _DOCUMENTED.items():
        for path in paths.split():
            yield method, path
