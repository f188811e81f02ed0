"""Why a prepared transaction or a blob is refused by the embedded ledger."""

from __future__ import annotations

from typing import ClassVar

from cantata.lf.interactive.errors import InteractiveError


class BlobDisagrees(InteractiveError):
    """A blob that is not of the contract that it is shown for; field `field` says where."""

    def __init__(self, contract_id: str, field: str) -> None:
        super().__init__(
            f"the created event blob of contract {contract_id[:255]} has another {field}",
            hint="disclose the blob as the participant gave it",
        )
        self.contract_id = contract_id
        self.field = field


class MalformedRoot(InteractiveError):
    """A prepared transaction that is not one create or one exercise."""

    code: ClassVar[str] = "FAILED_TO_EXECUTE_TRANSACTION"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The participant failed to execute the transaction: {reason}")


class PackageNotVetted(InteractiveError):
    """A prepared transaction uses a package that is not in use here."""

    code: ClassVar[str] = "FAILED_TO_EXECUTE_TRANSACTION"

    def __init__(self, package_id: str) -> None:
        super().__init__(
            f"The participant failed to execute the transaction: package {package_id[:64]} is "
            "not vetted",
            hint="prepare the transaction again",
        )
        self.package_id = package_id


class PreparedDiffers(InteractiveError):
    """A prepared transaction is not what its action does; `part` says what is different."""

    code: ClassVar[str] = "FAILED_TO_EXECUTE_TRANSACTION"

    def __init__(self, part: str) -> None:
        super().__init__(
            f"The participant failed to execute the transaction: its {part} differs from what "
            "its action does",
            hint="execute the transaction as it was prepared, or prepare it again",
        )
        self.part = part
