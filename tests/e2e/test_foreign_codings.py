"""The codings of §5 both ways, as a client written from the document uses them on a real server process."""

from __future__ import annotations

import json
import zlib

import pytest
import requests
import urllib3
from backports import zstd
from tests.e2e.foreign_client import ForeignClient, Json, canonical
from tests.e2e.foreign_office import ESTABLISHMENT, UNIT, Enrol, enrol, new_id, server
from tests.e2e.server_process import ServerProcess

__all__ = ["enrol", "server"]


@pytest.fixture(scope="module")
def preset(server: ServerProcess) -> bytes:
    answer = requests.get(f"{server.url}/api/v1/dictionaries/1", timeout=10)
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.content) == 32 << 10
    return answer.content


def packed(name: str, preset: bytes, body: bytes) -> bytes:
    if name == "zstd":
        return zstd.compress(body)
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=preset)
    return deflater.compress(body) + deflater.flush()


def reader(name: str, preset: bytes) -> zstd.ZstdDecompressor | zlib._Decompress:
    return zstd.ZstdDecompressor() if name == "zstd" else zlib.decompressobj(-15, zdict=preset)


def raw_answer(client: ForeignClient, request: bytes, name: str) -> tuple[str, bytes]:
    headers = {
        "Authorization": f"Bearer {client.token}",
        "F178-Protocol": "1",
        "Content-Type": "application/json",
        "Content-Encoding": name,
        "Accept-Encoding": name,
    }
    with urllib3.PoolManager() as pool:
        url = f"{client.url}/api/v1/sync"
        answer = pool.request("POST", url, body=request, headers=headers, decode_content=False)
        return answer.headers["Content-Encoding"], answer.data


@pytest.mark.parametrize("name", ["zstd", "x-f178-d1"])
def test_a_coding_works_both_ways_and_is_readable_to_each_checkpoint(
    enrol: Enrol, preset: bytes, name: str
) -> None:
    client = enrol()
    pushed = [client.change(new_id(), "establishment", UNIT, ESTABLISHMENT, create=True) for _ in range(120)]
    body = json.dumps(client.request(push=pushed, cursors={}, digests={}), ensure_ascii=False).encode()
    coding, data = raw_answer(client, packed(name, preset, body), name)
    assert coding == name
    whole = reader(name, preset).decompress(data)
    frames: list[Json] = [json.loads(line) for line in whole.splitlines()]
    assert frames[0]["dictionaries"] == [1]
    results = {frame["change_id"]: frame["status"] for frame in frames if frame["frame"] == "res"}
    assert results == {change["change_id"]: "applied" for change in pushed}
    assert frames[-1]["frames"] == len(frames)
    cut = reader(name, preset).decompress(data[:-40])
    assert b'"frame":"ck"' in cut


@pytest.mark.parametrize("name", ["zstd", "x-f178-d1"])
def test_bombs_and_damage_are_refused_in_every_coding(enrol: Enrol, preset: bytes, name: str) -> None:
    client = enrol()
    headers = {"Content-Encoding": name}
    bomb = client.post("/api/v1/sync", packed(name, preset, bytes(64 << 20)), **headers)
    assert (bomb.status_code, bomb.json()["code"]) == (413, "too_large")
    whole = packed(name, preset, json.dumps(client.request()).encode())
    for damaged in (whole[:-3], whole + b"tail", b"nonsense"):
        answer = client.post("/api/v1/sync", damaged, **headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_encoding")


def test_one_change_is_less_than_half_as_long_with_the_dictionary(preset: bytes) -> None:
    # Of many tablets together: the ids are dice, and make one body a few bytes longer than another.
    short = plain = 0
    for _ in range(50):
        client = ForeignClient("")
        change = client.change(new_id(), "establishment", UNIT, ESTABLISHMENT, create=True)
        body = canonical(client.request(push=[change]))
        short += len(packed("x-f178-d1", preset, body))
        plain += len(zlib.compress(body, 9))
    assert 2 * short < plain
