"""Bad commands of each kind, as changes to good ones, with code, category and place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Change = Callable[[Json], None]

CREATE, MINT, CREATE_AND_MINT, TRANSFER, SPLIT, ACCEPT, ARCHIVE, PREAPPROVE, CANCEL = range(9)
"""The good submissions of the desk."""

UNKNOWN_CID = f"00{'ab' * 32}ca121220{'cd' * 32}"
NOBODY = f"nobody::1220{'ab' * 32}"


ARGUMENT = ("INVALID_ARGUMENT", 8)
PREPROCESSING = ("COMMAND_PREPROCESSING_FAILED", 8)


NOT_FOUND = ("TEMPLATES_OR_INTERFACES_NOT_FOUND", 11)
NO_CONTRACT = ("CONTRACT_NOT_FOUND", 11)
BAD_FIELD = ("INVALID_FIELD", 8)


def put(place: str, value: Any) -> Change:
    """Give the change that puts a value at a dotted place of a command's fields."""

    def change(fields: Json) -> None:
        *path, last = place.split(".")
        for key in path:
            fields = fields[key]
        fields[last] = value

    return change


def drop(place: str) -> Change:
    """Give the change that leaves a field out."""

    def change(fields: Json) -> None:
        *path, last = place.split(".")
        for key in path:
            fields = fields[key]
        del fields[last]

    return change


VALUES: list[tuple[int, Change, tuple[str, int], str]] = [
    (CREATE, put("createArguments.extra", "x"), ARGUMENT, "createArguments"),
    (
        CREATE,
        put("createArguments.instrumentId.extra", {}),
        ARGUMENT,
        "createArguments.instrumentId",
    ),
    (CREATE, put("createArguments.decimals", 2), ARGUMENT, "createArguments.decimals"),
    (
        CREATE,
        put("createArguments.decimals", "9223372036854775808"),
        ARGUMENT,
        "createArguments.decimals",
    ),
    (CREATE, put("createArguments.decimals", "2.0"), ARGUMENT, "createArguments.decimals"),
    (
        CREATE,
        put("createArguments.supply", "1.00000000001"),
        PREPROCESSING,
        "createArguments.supply",
    ),
    (CREATE, put("createArguments.supply", "1" * 29), PREPROCESSING, "createArguments.supply"),
    (CREATE, put("createArguments.supply", "1e3"), ARGUMENT, "createArguments.supply"),
    (CREATE, put("createArguments.supply", True), ARGUMENT, "createArguments.supply"),
    (CREATE, put("createArguments.supply", None), ARGUMENT, "createArguments.supply"),
    (CREATE, put("createArguments.name", 5), ARGUMENT, "createArguments.name"),
    (CREATE, put("createArguments.instrumentId", "USD"), ARGUMENT, "createArguments.instrumentId"),
    (
        CREATE,
        put("createArguments.meta.values", [["a", "b"]]),
        ARGUMENT,
        "createArguments.meta.values",
    ),
    (
        CREATE,
        put("createArguments.instrumentId.admin", ""),
        ARGUMENT,
        "createArguments.instrumentId.admin",
    ),
    (
        CREATE,
        put("createArguments.instrumentId.admin", "no party!"),
        ARGUMENT,
        "createArguments.instrumentId.admin",
    ),
    (
        CREATE,
        put("createArguments.instrumentId.admin", "x" * 256),
        ARGUMENT,
        "createArguments.instrumentId.admin",
    ),
    (CREATE, drop("createArguments.supply"), PREPROCESSING, "createArguments"),
    (
        CREATE,
        drop("createArguments.instrumentId.id"),
        PREPROCESSING,
        "createArguments.instrumentId",
    ),
    (CREATE, put("createArguments", []), ARGUMENT, "createArguments"),
    (CREATE, put("createArguments", None), ARGUMENT, "createArguments"),
    (MINT, drop("choiceArgument.receiver"), PREPROCESSING, "choiceArgument"),
    (MINT, put("choiceArgument", "x"), ARGUMENT, "choiceArgument"),
    (
        TRANSFER,
        put("choiceArgument.transfer.requestedAt", "yesterday"),
        ARGUMENT,
        "choiceArgument.transfer.requestedAt",
    ),
    (
        TRANSFER,
        put("choiceArgument.transfer.inputHoldingCids", ["zz"]),
        ARGUMENT,
        "choiceArgument.transfer.inputHoldingCids[0]",
    ),
    (
        TRANSFER,
        put("choiceArgument.transfer.inputHoldingCids", [f"00{'ab' * 32}"]),
        PREPROCESSING,
        "choiceArgument.transfer.inputHoldingCids[0]",
    ),
    (
        TRANSFER,
        put("choiceArgument.transfer.inputHoldingCids", {}),
        ARGUMENT,
        "choiceArgument.transfer.inputHoldingCids",
    ),
    (
        TRANSFER,
        put("choiceArgument.extraArgs.context.values", {"k": {"tag": "AV_Nope", "value": 1}}),
        ARGUMENT,
        "choiceArgument.extraArgs.context.values.k",
    ),
    (
        TRANSFER,
        put("choiceArgument.extraArgs.context.values", {"k": "x"}),
        ARGUMENT,
        "choiceArgument.extraArgs.context.values.k",
    ),
]


NAMES: list[tuple[int, Change, tuple[str, int]]] = [
    (CREATE, put("templateId", "#no-such-package:M:T"), ("PACKAGE_NAMES_NOT_FOUND", 11)),
    (CREATE, put("templateId", f"{'ab' * 32}:M:T"), NOT_FOUND),
    (CREATE, put("templateId", "#cantata-tokens:No.Such:T"), NOT_FOUND),
    (CREATE, put("templateId", "#cantata-tokens:Cantata.Tokens.Token:T"), NOT_FOUND),
    (CREATE, put("templateId", "#cantata-tokens:Cantata.Tokens.Instrument:MintResult"), NOT_FOUND),
    (
        CREATE,
        put("templateId", "#splice-api-token-holding-v1:Splice.Api.Token.HoldingV1:Holding"),
        PREPROCESSING,
    ),
    (CREATE, put("templateId", "#a b:M:T"), ARGUMENT),
    (CREATE, put("templateId", "#cantata-tokens:M..N:T"), ARGUMENT),
    (CREATE, put("templateId", "#cantata-tokens:M:1T"), ARGUMENT),
    (MINT, put("choice", "No_Such"), ARGUMENT),
    (MINT, put("choice", ""), ARGUMENT),
    (MINT, put("choice", "a b"), ARGUMENT),
    (MINT, put("choice", "x" * 1_001), ARGUMENT),
    (TRANSFER, put("choice", "BurnMintFactory_BurnMint"), ARGUMENT),
    (
        TRANSFER,
        put("templateId", "#cantata-tokens:Cantata.Tokens.Factory:TokenFactory"),
        ARGUMENT,
    ),
    (MINT, put("contractId", ""), ("MISSING_FIELD", 8)),
    (MINT, put("contractId", "00"), BAD_FIELD),
    (MINT, put("contractId", UNKNOWN_CID.upper()), BAD_FIELD),
    (MINT, put("contractId", "\ud800"), BAD_FIELD),
    (MINT, put("contractId", UNKNOWN_CID), NO_CONTRACT),
    (TRANSFER, put("choiceArgument.transfer.inputHoldingCids", [UNKNOWN_CID]), NO_CONTRACT),
]


BODIES: list[tuple[Any, str]] = [
    (None, "Got value 'null' with wrong type, expecting array at 'commands'"),
    ({}, "Got value '{}' with wrong type, expecting array at 'commands'"),
    ([5], "Got value '5' with wrong type, expecting object at 'commands[0]'"),
    ([{}], "JSON decoding to CNil should never happen at 'commands[0]'"),
    ([{"createCommand": {}}], "JSON decoding to CNil should never happen at 'commands[0]'"),
    (
        [{"CreateCommand": []}],
        "Got value '[]' with wrong type, expecting object at 'commands[0].CreateCommand'",
    ),
    (
        [{"CreateCommand": {"createArguments": {}}}],
        "Missing required field at 'commands[0].CreateCommand.templateId'",
    ),
    (
        [{"CreateCommand": {"templateId": 5, "createArguments": {}}}],
        "Got value '5' with wrong type, expecting string at 'commands[0].CreateCommand.templateId'",
    ),
    (
        [{"CreateCommand": {"templateId": "a:b", "createArguments": {}}}],
        (
            "Invalid identifier format (a:b) not matching the expected format "
            "(<package>:<moduleName>:<entityName>) at 'commands[0].CreateCommand.templateId'"
        ),
    ),
    (
        [{"ExerciseCommand": {"templateId": "a:b:c", "contractId": "00"}}],
        (
            "Missing required field at 'commands[0].ExerciseCommand.choice', "
            "Missing required field at 'commands[0].ExerciseCommand.choiceArgument'"
        ),
    ),
]
