"""Bad input over HTTP: Canton's own code and category, nothing changed, the server stays up."""

from __future__ import annotations

import base64
import http.client
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest

from cantata.lf.interactive.crypto import KeySpec, PrivateKey
from tests.api.calls.reading import UNKNOWN
from tests.api.process import Reply
from tests.api.scene import ASSET, Scene, events, updates
from tests.api.tokens import bearer
from tests.unit.sandbox.participant.interactive.desk import signature_body

SUBMIT = "/v2/commands/submit-and-wait"
EXECUTE = "/v2/interactive-submission/executeAndWait"
LIMIT = 8 * 1024 * 1024
NOT_HOSTED = f"mallory::{UNKNOWN}"


@pytest.fixture(autouse=True)
def _nothing_changes(scene: Scene, request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test here leaves the ledger as it was, but those that say that they change it."""
    assert scene.contract_id
    before = scene.end()
    yield
    if "changing" not in request.fixturenames:
        assert scene.end() == before


@pytest.fixture
def changing() -> None:
    """Mark a test that has commands succeed as well."""


def refused(reply: Reply, status: int, code: str, category: int) -> Any:
    body = reply.json
    assert (reply.status, body["code"], body["errorCategory"]) == (status, code, category), body
    return body


def submit(scene: Scene, **more: Any) -> Reply:
    return scene.call("POST", SUBMIT, scene.submission(**more))


def creating(scene: Scene, **arguments: Any) -> list[Any]:
    (command,) = scene.submission()["commands"]
    command["CreateCommand"]["createArguments"] |= arguments
    return [command]


def archiving(contract_id: str) -> dict[str, Any]:
    exercise = {
        "templateId": ASSET,
        "contractId": contract_id,
        "choice": "Archive",
        "choiceArgument": {},
    }
    return {"ExerciseCommand": exercise}


def test_no_acting_party(scene: Scene) -> None:
    refused(submit(scene, actAs=[]), 400, "MISSING_FIELD", 8)


def test_party_without_right(scene: Scene) -> None:
    refused(submit(scene, actAs=[NOT_HOSTED]), 403, "NA", -1)


def test_party_that_is_not_hosted(scene: Scene) -> None:
    commands = creating(scene, owner=NOT_HOSTED)
    body = refused(submit(scene, commands=commands), 404, "UNKNOWN_INFORMEES", 11)
    assert NOT_HOSTED in body["context"]["unknownInformees"]


@pytest.mark.usefixtures("changing")
def test_replay_of_a_command(scene: Scene) -> None:
    body = scene.submission()
    done = scene.done("POST", SUBMIT, body)
    end = scene.end()
    again = refused(scene.call("POST", SUBMIT, body), 409, "DUPLICATE_COMMAND", 10)
    assert again["context"]["completion_offset"] == str(done["completionOffset"])
    assert scene.end() - end <= 3


@pytest.mark.parametrize("where", [4, 60, 200, 300])
def test_forged_blob(scene: Scene, where: int) -> None:
    created = scene.asset["events"][0]["CreatedEvent"]
    blob = bytearray(base64.b64decode(created["createdEventBlob"]))
    blob[where] ^= 1
    shown = {"createdEventBlob": base64.b64encode(blob).decode()}
    command = archiving(created["contractId"])
    reply = submit(scene, actAs=[scene.bob], commands=[command], disclosedContracts=[shown])
    # Altered where the contract id stands, it shows a contract that the command does not use.
    assert (reply.status, reply.json["errorCategory"]) in {(400, 5), (400, 8), (404, 11)}
    assert reply.json["code"] != "DAML_AUTHORIZATION_ERROR"


def test_blob_of_another_contract(scene: Scene) -> None:
    created = scene.asset["events"][0]["CreatedEvent"]
    shown = {
        "createdEventBlob": created["createdEventBlob"],
        "contractId": created["contractId"][:-2] + "00",
    }
    reply = submit(scene, disclosedContracts=[shown])
    refused(reply, 400, "INVALID_ARGUMENT", 8)


def altered(scene: Scene, **signature: str) -> Any:
    body = scene.execution()
    body["partySignatures"]["signatures"][0]["signatures"][0] |= signature
    return body


def test_forged_signature(scene: Scene) -> None:
    body = altered(scene, signature=base64.b64encode(bytes(64)).decode())
    refused(scene.call("POST", EXECUTE, body), 400, "FAILED_TO_EXECUTE_TRANSACTION", 8)


def test_signature_of_somebody_else(scene: Scene) -> None:
    body = scene.execution()
    mallory = PrivateKey.generate(KeySpec.SIGNING_KEY_SPEC_EC_CURVE25519)
    signatures = [signature_body(mallory, bytes(32))]
    body["partySignatures"]["signatures"][0]["signatures"] = signatures
    refused(scene.call("POST", EXECUTE, body), 400, "FAILED_TO_EXECUTE_TRANSACTION", 8)


def test_another_hashing_scheme(scene: Scene) -> None:
    body = {**scene.execution(), "hashingSchemeVersion": "HASHING_SCHEME_VERSION_V3"}
    refused(scene.call("POST", EXECUTE, body), 400, "FAILED_TO_EXECUTE_TRANSACTION", 8)
    reply = scene.call(
        "POST", EXECUTE, {**body, "hashingSchemeVersion": "HASHING_SCHEME_VERSION_V4"}
    )
    assert reply.status == 400
    assert "Unrecognized enum value HASHING_SCHEME_VERSION_V4" in reply.text


def test_altered_prepared_transaction(scene: Scene) -> None:
    body = scene.execution()
    content = bytearray(base64.b64decode(body["preparedTransaction"]))
    at = content.index(b"1.0000000000")
    content[at] = ord("9")
    body["preparedTransaction"] = base64.b64encode(content).decode()
    refused(scene.call("POST", EXECUTE, body), 400, "FAILED_TO_EXECUTE_TRANSACTION", 8)


@pytest.mark.parametrize("chunked", [False, True])
def test_oversized_body(scene: Scene, chunked: bool) -> None:
    sandbox = scene.sandbox
    connection = http.client.HTTPConnection(sandbox.host, sandbox.port, timeout=30)
    data = b'{"commandId": "' + b"a" * LIMIT + b'"}'
    parts = (data[at : at + 65_536] for at in range(0, len(data), 65_536))
    content: Any = parts if chunked else data
    connection.request("POST", SUBMIT, content, bearer("x"), encode_chunked=chunked)
    answer = connection.getresponse()
    assert answer.status == 413
    assert answer.read().startswith(b"EntityStreamSizeException: ")
    connection.close()


@pytest.mark.parametrize("depth", [100, 1_000, 100_000])
def test_deep_value(scene: Scene, depth: int) -> None:
    text = json.dumps(scene.submission(commands=creating(scene, amount="@")))
    deep = text.replace('"@"', "[" * depth + "]" * depth).encode()
    reply = scene.sandbox.request("POST", SUBMIT, deep, bearer(scene.personas["everything"]))
    assert reply.status == 400


@pytest.mark.usefixtures("changing")
@pytest.mark.parametrize("text", [b"\xff\xfe", b"\\ud800", b"\\u0000", b"\\udc00\\ud800"])
def test_texts_that_are_none(scene: Scene, text: bytes) -> None:
    body = json.dumps(scene.submission(commands=creating(scene, memo="@")))
    raw = body.encode().replace(b'"@"', b'"' + text + b'"')
    reply = scene.sandbox.request("POST", SUBMIT, raw, bearer(scene.personas["everything"]))
    assert reply.status in (200, 400)
    if reply.status == 400:
        assert reply.json["errorCategory"] == 8
    else:
        # A participant takes what is no UTF-8 as U+FFFD; it is stored as such.
        assert text == b"\xff\xfe" or b"ud" in text


@pytest.mark.usefixtures("changing")
@pytest.mark.parametrize("kind", [None, "text/plain", "application/xml", "garbage"])
def test_content_type_does_not_count(scene: Scene, kind: str | None) -> None:
    body = json.dumps(scene.submission()).encode()
    headers = {**bearer(scene.personas["everything"]), **({"Content-Type": kind} if kind else {})}
    assert scene.sandbox.request("POST", SUBMIT, body, headers).status == 200


def test_percent_encoded_ids(scene: Scene) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in scene.alice.encode())
    for written in (scene.alice, scene.alice.replace(":", "%3A"), encoded):
        details = scene.done("GET", f"/v2/parties/{written}")["partyDetails"]
        assert [each["party"] for each in details] == [scene.alice]
    for path in ("/v2/parties/%", "/v2/parties/%zz", "/v2/parties/%ff%00"):
        refused(scene.call("GET", path), 400, "INVALID_ARGUMENT", 8)


@pytest.mark.parametrize(
    "begin,code,category",
    [(-1, "NEGATIVE_OFFSET", 8), (2**62, "OFFSET_AFTER_LEDGER_END", 12)],
)
def test_offsets_that_are_none(scene: Scene, begin: int, code: str, category: int) -> None:
    body = {"beginExclusive": begin, "updateFormat": updates(scene.alice)}
    refused(scene.call("POST", "/v2/updates", body), 400, code, category)
    acs = {"activeAtOffset": begin, "eventFormat": events(scene.alice)}
    refused(scene.call("POST", "/v2/state/active-contracts", acs), 400, code, category)


@pytest.mark.parametrize("text", ['"7"', "7.5", "1e99", "9223372036854775808", "[]", "null"])
def test_offsets_of_the_wrong_kind(scene: Scene, text: str) -> None:
    raw = b'{"beginExclusive": %s, "updateFormat": 5}' % text.encode()
    reply = scene.sandbox.request("POST", "/v2/updates", raw, bearer(scene.personas["everything"]))
    assert (reply.status, reply.content_type) == (400, "text/plain; charset=UTF-8")


def page(scene: Scene, **more: Any) -> Any:
    return {
        "activeAtOffset": scene.end(),
        "eventFormat": events(scene.alice),
        "maxPageSize": 1,
        **more,
    }


ACS_PAGE, UPDATES_PAGE = "/v2/state/active-contracts-page", "/v2/updates/get-updates-page"


@pytest.mark.usefixtures("changing")
def test_page_tokens_of_others(scene: Scene) -> None:
    for _ in range(3):
        scene.issued()
    token = scene.done("POST", ACS_PAGE, page(scene))["nextPageToken"]
    assert scene.call("POST", ACS_PAGE, page(scene, pageToken=token)).status == 200
    other = page(scene, pageToken=token, eventFormat=events(scene.bob))
    refused(scene.call("POST", ACS_PAGE, other), 400, "INVALID_ACS_PAGE_TOKEN", 8)
    asked = {
        "beginOffsetExclusive": 0,
        "maxPageSize": 1,
        "updateFormat": updates(scene.alice),
        "pageToken": token,
    }
    refused(scene.call("POST", UPDATES_PAGE, asked), 400, "INVALID_UPDATES_PAGE_TOKEN", 8)
    for at in range(0, len(token), 7):
        swapped = "B" if token[at] == "A" else "A"
        forged = page(scene, pageToken=token[:at] + swapped + token[at + 1 :])
        refused(scene.call("POST", ACS_PAGE, forged), 400, "INVALID_ACS_PAGE_TOKEN", 8)


def zipped(*files: tuple[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return made.getvalue()


def manifest(main: str) -> bytes:
    lines = ("Manifest-Version: 1.0", "Format: daml-lf", "Encryption: non-encrypted")
    return "\n".join((*lines, f"Main-Dalf: {main}", f"Dalfs: {main}", "")).encode()


def rewritten(dar: bytes, change: Any) -> bytes:
    with zipfile.ZipFile(BytesIO(dar)) as archive:
        return zipped(*(change(name, archive.read(name)) for name in archive.namelist()))


def _flip(name: str, content: bytes) -> tuple[str, bytes]:
    if not name.endswith(".dalf"):
        return name, content
    return name, content[:60] + bytes([content[60] ^ 1]) + content[61:]


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda dar: b"",
    "text": lambda dar: b"no archive",
    "truncated": lambda dar: dar[: len(dar) // 2],
    "cut at the end": lambda dar: dar[:-10],
    "empty archive": lambda dar: zipped(),
    "no manifest": lambda dar: zipped(("a.dalf", b"")),
    "bomb": lambda dar: zipped(
        ("META-INF/MANIFEST.MF", manifest("a.dalf")), ("a.dalf", bytes(1 << 28))
    ),
    "path tricks": lambda dar: zipped(
        ("META-INF/MANIFEST.MF", manifest("../../etc/passwd")), ("../../etc/passwd", b"\x0a")
    ),
    "absolute path": lambda dar: zipped(
        ("META-INF/MANIFEST.MF", manifest("/etc/passwd")), ("x.dalf", b"")
    ),
    "wrong hash": lambda dar: rewritten(dar, _flip),
    "wrong count": lambda dar: dar[:-14] + struct.pack("<H", 60_000) + dar[-12:],
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("path", ["/v2/packages", "/v2/dars/validate"])
def test_hostile_dars(scene: Scene, kind: str, path: str) -> None:
    before = scene.done("GET", "/v2/packages")["packageIds"]
    reply = scene.call("POST", path, HOSTILE[kind](scene.dar))
    assert reply.status == 400, reply.text
    assert reply.json["errorCategory"] in (5, 8)
    assert scene.done("GET", "/v2/packages")["packageIds"] == before
    assert scene.sandbox.get("/livez").status == 200
