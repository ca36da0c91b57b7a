"""The exchange over HTTP: codings, limits, refusals (docs/sync-protocol.md §6, §7)."""

from __future__ import annotations

import gzip
import json
import uuid
import zlib
from typing import Any

import pytest
from tests.server.office_scene import Tablet, problem_of
from werkzeug.test import TestResponse

UNIT = "unit:c11629_v1"
# What zlib writes at the end of what can be read without the rest.
FLUSHED = b"\x00\x00\xff\xff"
LIFE = "0197a000-0000-4000-8000-000000000001"
ESTABLISHMENT = {
    "name": "Nhà nghỉ Hoa Phượng",
    "establishment_type_id": "guesthouse",
    "unit_id": "c11629_v1",
    "address_line": "Thôn Trung",
    "operating_status_id": "operating",
}


@pytest.fixture
def signed_in(tablet: Tablet) -> Tablet:
    return tablet.ready()


def change(n: int, **more: Any) -> dict[str, Any]:
    return {
        "change_id": str(uuid.uuid4()),
        "n": n,
        "record_id": str(uuid.uuid4()),
        "type": "establishment",
        "scope": UNIT,
        "op": "put",
        "create": True,
        "schema": 1,
        "at": "2026-11-24T08:00:00Z",
        "user": "nobody",
        "set": ESTABLISHMENT,
        **more,
    }


def frames(answer: TestResponse) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body = answer.get_data()
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return [json.loads(line) for line in body.splitlines()]


def test_the_answer_is_ndjson_of_the_protocol(signed_in: Tablet) -> None:
    answer = signed_in.sync(push=[change(1)])
    assert answer.content_type == "application/x-ndjson"
    assert answer.headers["F178-Protocol"] == "1"
    assert answer.headers["Cache-Control"] == "no-store"
    kinds = [frame["frame"] for frame in frames(answer)]
    assert kinds[:2] == ["hello", "res"]
    assert kinds[-2:] == ["ck", "end"]


def test_a_gzip_answer_can_be_read_up_to_each_checkpoint(signed_in: Tablet) -> None:
    headers = {
        "F178-Protocol": "1",
        "Content-Type": "application/json",
        "Authorization": f"Bearer {signed_in.token}",
        "Accept-Encoding": "gzip",
    }
    body = json.dumps({"device": signed_in.device, "incarnation": LIFE})
    answer = signed_in.office.client.post("/api/v1/sync", data=body, headers=headers)
    assert answer.headers["Content-Encoding"] == "gzip"
    *pieces, rest = answer.get_data().split(FLUSHED)
    assert len(pieces) > 1
    inflater = zlib.decompressobj(31)
    last = [json.loads(inflater.decompress(piece + FLUSHED).splitlines()[-1])["frame"] for piece in pieces]
    assert last == ["ck"] * (len(pieces) - 1) + ["end"]
    assert inflater.decompress(rest) == b""
    assert inflater.eof


def test_response_is_compressed_for_a_client_with_gzip_and_has_its_length(signed_in: Tablet) -> None:
    for accepted in ("gzip", "", "br, zstd", "gzip;q=0", "*, gzip;q=0", "identity"):
        answer = signed_in.office.post(
            "/api/v1/sync",
            {"device": signed_in.device, "incarnation": LIFE},
            Authorization=f"Bearer {signed_in.token}",
            Accept_Encoding=accepted,
        )
        assert answer.headers.get("Content-Encoding") == ("gzip" if accepted == "gzip" else None), accepted
        assert answer.headers["Content-Length"] == str(len(answer.get_data()))
        assert frames(answer)[0]["frame"] == "hello"


def test_a_bad_request_is_refused_by_its_code(signed_in: Tablet) -> None:
    assert problem_of(signed_in.sync(push=[{}] * 501)) == (413, "too_large")
    assert problem_of(signed_in.sync(push=[{"n": 1}])) == (400, "bad_request")
    assert problem_of(signed_in.sync(salvage=[{}] * 101)) == (413, "too_large")


def test_the_body_may_come_in_gzip(signed_in: Tablet) -> None:
    body = gzip.compress(json.dumps({"device": signed_in.device, "incarnation": LIFE}).encode())
    answer = signed_in.office.post(
        "/api/v1/sync", body, Authorization=f"Bearer {signed_in.token}", Content_Encoding="gzip"
    )
    assert frames(answer)[-1]["frame"] == "end"
