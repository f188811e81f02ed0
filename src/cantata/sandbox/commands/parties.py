"""The parties of a submission, as JSON gives them."""

from __future__ import annotations

from cantata.lf.codec.errors import MalformedValue
from cantata.lf.codec.texts import decode_party
from cantata.sandbox.commands.body import MalformedBody, command_list, wrong_kind
from cantata.sandbox.engine.errors import InvalidSubmission

ACT_AS = "actAs/act_as"
READ_AS = "readAs/read_as"


def submitting_parties(data: object, field: str) -> frozenset[str]:
    """Read a list of parties; `field` is `ACT_AS` or `READ_AS`.

    Raise `MalformedBody` for what is no list of strings, `InvalidSubmission` for a malformed party.
    """
    at = field.partition("/")[0]
    items = command_list(data, at)
    for index, item in enumerate(items):
        if not isinstance(item, str):
            raise MalformedBody((wrong_kind(item, "string", f"{at}[{index}]"),))
    return frozenset(_party(str(item), field) for item in items)


def _party(text: str, field: str) -> str:
    try:
        return decode_party(text, 0)
    except MalformedValue as error:
        fault = error.cause.removeprefix(error.prefix)
        raise InvalidSubmission(f"Invalid party in {field}: {fault}") from None
