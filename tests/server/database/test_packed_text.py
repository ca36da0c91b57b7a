"""Packed texts: dictionaries, conditions of SQL, threads, damaged values."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text
from tests.bench.records import record
from tests.world import ESTABLISHMENT, World
from zstandard import ZstdCompressionDict, ZstdCompressor, ZstdDecompressor, train_dictionary

from field178_server.database import packed_text
from field178_server.database.models import Record
from field178_server.database.packed_text import pack, unpack, unpacked
from field178_server.database.unit_of_work import snapshot
from field178_shared.wire.canonical import canonical

FOLDER = Path(packed_text.__file__).with_name("dictionaries")
# Stores have texts that were packed with these: only add lines.
DICTIONARIES = {"1.zstd": "d9f994d7bd6f5fdc14c70e697e28932759c2b060c977d4266b320e773aa0c7a6"}
BODIES = [canonical(record(number, "team:t")[2]).decode() for number in range(200)]


def test_dictionaries_of_earlier_releases_are_unchanged() -> None:
    assert {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in FOLDER.iterdir()
    } == DICTIONARIES


def test_visits_take_less_than_a_fifth() -> None:
    assert sum(len(pack(body)) for body in BODIES) * 5 < sum(len(body.encode()) for body in BODIES)


def test_threads_pack_and_unpack_at_the_same_time() -> None:
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda body: unpack(pack(body)), BODIES * 20)) == BODIES * 20


def test_text_with_an_earlier_dictionary_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = train_dictionary(4096, [body.encode() for body in BODIES], dict_id=77)
    (tmp_path / "77.zstd").write_bytes(earlier.as_bytes())
    monkeypatch.setattr(packed_text, "_FOLDER", tmp_path)
    packed = ZstdCompressor(dict_data=earlier).compress(BODIES[0].encode())
    assert unpack(packed) == BODIES[0]


def test_damaged_text_is_empty() -> None:
    packed = pack(BODIES[0])
    assert [unpack(value) for value in (b"", b"{}", packed[:-9], b"(\xb5/\xfd\xff" + packed)] == [""] * 4


def test_conditions_read_the_text(world: World) -> None:
    record_id = world.tablet().created({**ESTABLISHMENT, "name": "Nhà nghỉ 7"})
    with snapshot(world.engine) as session:
        of_name = select(Record.record_id).where(Record.body.contains('"name":"Nhà nghỉ 7"'))
        assert session.scalars(of_name).all() == [record_id]
        beginning = select(func.substr(unpacked(Record.body), 1, 2)).where(Record.record_id == record_id)
        assert session.scalars(beginning).all() == ['{"']
        assert session.scalars(select(Record.body).where(Record.record_id == record_id)).all() == [
            canonical(json.loads(session.get_one(Record, (world.tenant_id, record_id)).body)).decode()
        ]


def test_copy_of_the_file_can_be_read_without_the_product(sqlite_engine: Engine) -> None:
    world = World(sqlite_engine)
    record_id = world.tablet().created({**ESTABLISHMENT, "name": "Nhà nghỉ 7"})
    with sqlite_engine.connect() as connection:
        dictionary = connection.execute(text("SELECT content FROM text_dictionary WHERE number = 1")).scalar()
        query = text("SELECT body FROM record WHERE record_id = :id")
        body = connection.execute(query, {"id": record_id}).scalar()
    assert isinstance(dictionary, bytes)
    assert isinstance(body, bytes)
    plain = ZstdDecompressor(dict_data=ZstdCompressionDict(dictionary)).decompress(body)
    assert json.loads(plain)["name"] == "Nhà nghỉ 7"
