"""A bare server of Flask and SQLAlchemy Core: records in, records out; no rights, no history, no checks.

As lean as its parts allow: msgspec reads and writes JSON, statements have no compiler and no row objects.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import waitress
from flask import Flask, Response, request
from sqlalchemy import Engine

from field178_server.database.engine import create_engine_for, readonly
from field178_shared.fsync import sync_folder
from field178_shared.wire.content_coding import GzipStream

PAGE = 2000
_GZIP = 31
_TABLES = (
    "CREATE TABLE floor (record_id TEXT PRIMARY KEY, seq BIGINT NOT NULL, type TEXT NOT NULL, "
    "scope TEXT NOT NULL, body TEXT NOT NULL)",
    "CREATE INDEX floor_seq ON floor (seq)",
    "CREATE TABLE counter (seq BIGINT NOT NULL)",
    "INSERT INTO counter VALUES (0)",
)
_UPSERT = (
    "INSERT INTO floor (record_id, seq, type, scope, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (record_id) "
    "DO UPDATE SET seq = excluded.seq, type = excluded.type, scope = excluded.scope, body = excluded.body"
)
_COUNT = "UPDATE counter SET seq = seq + ? RETURNING seq"
_PAGE = "SELECT seq, record_id, body FROM floor WHERE seq > ? ORDER BY seq LIMIT ?"


class _Change(msgspec.Struct):
    record_id: str
    type: str
    scope: str
    set: dict[str, object]


class _Request(msgspec.Struct):
    push: list[_Change] = []


_decode = msgspec.json.Decoder(_Request).decode
_encode = msgspec.json.Encoder().encode


def application(engine: Engine, photos: Path) -> Flask:
    """Build the application: it keeps the durability of the product, and nothing else of it."""
    with engine.begin() as connection:
        for statement in _TABLES:
            connection.exec_driver_sql(statement)
    app = Flask(__name__, static_folder=None)
    placeholder = "?" if engine.dialect.name == "sqlite" else "%s"
    upsert, count, page = (sql.replace("?", placeholder) for sql in (_UPSERT, _COUNT, _PAGE))

    @app.post("/records")
    def push() -> Response:
        changes, top = _decode(zlib.decompress(request.get_data(cache=False), _GZIP)).push, 0
        if changes:
            with engine.begin() as connection:
                top = connection.exec_driver_sql(count, (len(changes),)).scalar_one()
                rows = [
                    (change.record_id, seq, change.type, change.scope, str(_encode(change.set), "utf-8"))
                    for seq, change in enumerate(changes, top - len(changes) + 1)
                ]
                connection.exec_driver_sql(upsert, rows)
        return Response(headers={"X-Top": str(top)})

    @app.post("/photos")
    def keep_photo() -> Response:
        photo = request.get_data(cache=False)
        name = hashlib.sha256(photo).hexdigest()
        with (photos / "new").open("wb") as file:
            file.write(photo)
            file.flush()
            os.fsync(file.fileno())
        (photos / "new").rename(photos / name)
        sync_folder(photos)
        with engine.begin() as connection:
            top = connection.exec_driver_sql(count, (1,)).scalar_one()
            row = [(name, top, "photo", "photo", str(len(photo)))]
            connection.exec_driver_sql(upsert, row)
        return Response(headers={"X-Top": str(top)})

    @app.get("/records")
    def pull() -> Response:
        above, limit = int(request.args["above"]), int(request.args.get("limit", PAGE))
        with readonly(engine).connect() as connection:
            rows = connection.exec_driver_sql(page, (above, limit)).all()
        lines = [f'{{"seq":{seq},"id":"{record_id}","data":{body}}}\n' for seq, record_id, body in rows]
        answer = Response(_packed(lines), content_type="application/x-ndjson")
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["X-Top"] = str(rows[-1][0] if rows else above)
        return answer

    return app


def _packed(lines: list[str]) -> Iterator[bytes]:
    deflater = GzipStream()
    for line in lines:
        yield deflater.add(line.encode())
    yield deflater.finish()


def main(url: str, photos: str) -> None:
    """Serve a store address and a folder of photos on a free port of loopback; the ready line names it."""
    # It warns of each request that waits for a thread.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = application(create_engine_for(url), Path(photos))
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=8)
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
