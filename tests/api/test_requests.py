"""Bodies, queries, path parameters: what is read, what is complained about."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.process import Reply, Sandbox

TEXT = "text/plain; charset=UTF-8"


def send(sample: Sandbox, path: str, raw: bytes, **headers: str) -> Reply:
    return sample.request("POST", path, raw, headers)


def complaint(reply: Reply) -> str:
    assert (reply.status, reply.content_type) == (400, TEXT)
    return reply.text


@pytest.mark.parametrize(
    "raw,said",
    [
        (b"", "exhausted input"),
        (b'{"commands": [', "exhausted input"),
        (b'{"a": "', "exhausted input"),
        (b"{} xx", "expected whitespace or eof got 'xx' (line 1, column 4)"),
        (b"{not json", "expected \" got 'not js...' (line 1, column 2)"),
        (b"{}", "Missing required field at 'what', Missing required field at 'number'"),
        (b"[]", "Missing required field at 'what', Missing required field at 'number'"),
        (b'{"what": 1, "number": 1.5}', "Long at 'number'"),
        (b'{"what": 1, "number": 1e400}', "Long at 'number'"),
        (
            b'{"what": 1, "number": 1, "tags": ["a", null]}',
            "Got value 'null' with wrong type, expecting string at 'tags[1]'",
        ),
    ],
)
def test_complaints_about_a_body(sample: Sandbox, raw: bytes, said: str) -> None:
    assert complaint(send(sample, "/v2/orders", raw)) == f"Invalid value for: body ({said})"


@pytest.mark.parametrize("kind", ["", "text/plain", "garbage", "application/json; charset=utf-8"])
def test_content_type_does_not_count(sample: Sandbox, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    reply = sample.request("POST", "/v2/orders", b'{"what": {}, "number": "5", "x": 1}', headers)
    assert reply.json == {"number": 5, "tags": []}


def test_invalid_utf8_is_replaced(sample: Sandbox) -> None:
    assert send(sample, "/v2/echo", b'{"a":"\xff\xfe"}').json == {"body": {"a": "��"}}


def test_lone_surrogate_does_no_harm(sample: Sandbox) -> None:
    assert send(sample, "/v2/echo", b'{"a":"\\ud800"}').json == {"body": {"a": "?"}}


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 50_000, b"[" * 4_000_000])
def test_deep_json_is_refused(sample: Sandbox, raw: bytes) -> None:
    assert complaint(send(sample, "/v2/echo", raw)).startswith("Invalid value for: body (")
    assert sample.get("/livez").status == 200


def test_numbers_are_exact(sample: Sandbox) -> None:
    raw = b"[1.00000000000000000001, 123456789012345678901234567890]"
    assert send(sample, "/v2/echo", raw).json == {
        "body": ["1.00000000000000000001", 123456789012345678901234567890]
    }


def test_body_of_8_mib_fits(sample: Sandbox) -> None:
    limit = 8 * 1024 * 1024
    head, tail = b'{"what":"', b'","number":1}'
    fitting = head + b"a" * (limit - len(head) - len(tail)) + tail
    assert send(sample, "/v2/orders", fitting).json == {"number": 1, "tags": []}
    reply = send(sample, "/v2/orders", b"a" * (limit + 1))
    assert (reply.status, reply.content_type) == (413, TEXT)
    assert reply.text.startswith(
        f"EntityStreamSizeException: incoming entity size ({limit + 1}) exceeded size limit "
        f"({limit} bytes)!"
    )


@pytest.mark.parametrize(
    "path,answer",
    [
        ("/v2/elements/a%2Fb::1220/7", {"key": "a/b::1220", "number": 7}),
        ("/v2/elements/%C3%A9%20x/-7/", {"key": "é x", "number": -7}),
    ],
)
def test_path_parameters(sample: Sandbox, path: str, answer: Any) -> None:
    assert sample.get(path).json == answer


@pytest.mark.parametrize("text", ["abc", "1.5", "9223372036854775808", "%00"])
def test_malformed_path_parameter(sample: Sandbox, text: str) -> None:
    said = complaint(sample.get(f"/v2/elements/a/{text}"))
    assert said == "Invalid value for: path parameter number"


def test_fault_is_redacted(sample: Sandbox) -> None:
    reply = sample.get("/v2/fault")
    assert reply.status == 500
    assert reply.json["code"] == "NA"
    assert reply.json["errorCategory"] == -1
    assert reply.json["grpcCodeValue"] == 13
    assert "log me" not in reply.text


@pytest.mark.parametrize(
    "query,count",
    [("", 150), ("?limit=3", 3), ("?limit=-1", 0), ("?limit=0", 0), ("?limit=200", 150)],
)
@pytest.mark.parametrize("finite", [True, False])
def test_list(sample: Sandbox, query: str, count: int, finite: bool) -> None:
    reply = sample.post(f"/v2/numbers{query}", {"count": 150, "finite": finite})
    assert reply.json == [{"number": number} for number in range(count)]


@pytest.mark.parametrize(
    "query,status", [("", 413), ("?limit=300", 413), ("?limit=201", 413), ("?limit=200", 200)]
)
def test_list_of_more_than_200(sample: Sandbox, query: str, status: int) -> None:
    reply = sample.post(f"/v2/numbers{query}", {"count": 250, "finite": True})
    assert reply.status == status
    if status == 200:
        assert len(reply.json) == 200
        return
    body = reply.json
    assert body["code"] == "JSON_API_MAXIMUM_LIST_ELEMENTS_NUMBER_REACHED"
    assert body["cause"] == (
        "The number of matching elements (201) is greater than the node limit (200)."
    )
    assert body["correlationId"] == body["traceId"]
    assert (body["errorCategory"], body["grpcCodeValue"]) == (2, 10)
    assert (body["retryInfo"], body["definiteAnswer"], body["context"]) == ("1 second", False, {})


@pytest.mark.parametrize("name", ["limit", "stream_idle_timeout_ms"])
def test_malformed_list_query(sample: Sandbox, name: str) -> None:
    reply = sample.post(f"/v2/numbers?{name}=x", {"count": 1, "finite": True})
    assert complaint(reply) == f"Invalid value for: query parameter {name}"


def test_refusal_inside_a_list(sample: Sandbox) -> None:
    reply = sample.post("/v2/numbers", {"count": 9, "finite": True, "refuseAt": 4})
    assert reply.status == 400
    assert reply.json["code"] == "OFFSET_AFTER_LEDGER_END"
    assert reply.json["retryInfo"] == "1 second"


def test_stream_path_has_no_get(sample: Sandbox) -> None:
    assert sample.get("/v2/numbers").status == 404
    assert sample.request("HEAD", "/v2/numbers").status == 404
    assert sample.request("DELETE", "/v2/numbers").status == 405
