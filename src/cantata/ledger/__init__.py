"""A typed, asynchronous client of the JSON Ledger API v2 of a Canton participant.

```python
async with LedgerClient(Settings("http://127.0.0.1:7575", user_id="alice")) as ledger:
    alice = ledger.acting(party)
    token = await alice.create(Token(...))
    async for active in alice.contracts(Token):
        print(active.payload.amount)
```
"""

from __future__ import annotations

from cantata.ledger.acting import Acting, Submitted
from cantata.ledger.breaker import BreakerSettings
from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import (
    AlreadyExists,
    DamlFailure,
    DuplicateCommand,
    LedgerError,
    LedgerFault,
    MalformedAnswer,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    NotSupported,
    OutcomeUnknown,
    Refusal,
    Retryable,
    Unreachable,
)
from cantata.ledger.formats import Shape, Wanted
from cantata.ledger.model.administration import Right, RightKind
from cantata.ledger.model.events import ArchivedEvent, CreatedEvent, ExercisedEvent
from cantata.ledger.model.updates import Checkpoint, Completion, Transaction
from cantata.ledger.outcome import Done, Outcome, Refused, Unknown, value_of
from cantata.ledger.services.external import NotAsIntended, Signers
from cantata.ledger.services.packages import MissingPackages
from cantata.ledger.settings import RetrySettings, Settings, Timeouts
from cantata.ledger.signing import KeySigner, Signer, load_key_file
from cantata.ledger.submission import Disclosed, Since, Submission
from cantata.ledger.tokens import (
    ClientCredentials,
    Credentials,
    FileToken,
    StaticToken,
    TokenProvider,
)
from cantata.ledger.typed import (
    Active,
    TypedCommand,
    archive,
    create,
    create_and_exercise,
    exercise,
)

__all__ = [
    "Acting",
    "Active",
    "AlreadyExists",
    "ArchivedEvent",
    "BreakerSettings",
    "Checkpoint",
    "ClientCredentials",
    "Completion",
    "CreatedEvent",
    "Credentials",
    "DamlFailure",
    "Disclosed",
    "Done",
    "DuplicateCommand",
    "ExercisedEvent",
    "FileToken",
    "KeySigner",
    "LedgerClient",
    "LedgerError",
    "LedgerFault",
    "MalformedAnswer",
    "MissingPackages",
    "NotAsIntended",
    "NotAuthenticated",
    "NotFound",
    "NotPermitted",
    "NotSupported",
    "Outcome",
    "OutcomeUnknown",
    "Refusal",
    "Refused",
    "RetrySettings",
    "Retryable",
    "Right",
    "RightKind",
    "Settings",
    "Shape",
    "Signer",
    "Signers",
    "Since",
    "StaticToken",
    "Submission",
    "Submitted",
    "Timeouts",
    "TokenProvider",
    "Transaction",
    "TypedCommand",
    "Unknown",
    "Unreachable",
    "Wanted",
    "archive",
    "create",
    "create_and_exercise",
    "exercise",
    "load_key_file",
    "value_of",
]
