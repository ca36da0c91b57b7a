"""A bare server of Flask and SQLAlchemy Core: bodies in, bodies out; no rights, no history, no checks."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator

import waitress
from flask import Flask, Response, request
from sqlalchemy import (
    Column,
    Engine,
    Insert,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from field178_server.database.engine import create_engine_for, readonly
from field178_shared.wire.content_coding import GzipStream

PAGE = 2000
_ROWS = Table(
    "floor",
    MetaData(),
    Column("record_id", String, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("type", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("scope", "seq"),
)


def application(engine: Engine) -> Flask:
    """Build the application: it keeps the same durability as the product, and nothing else of it."""
    _ROWS.metadata.create_all(engine)
    app = Flask(__name__, static_folder=None)
    upsert = _upsert(engine)

    @app.post("/records")
    def push() -> dict[str, int]:
        changes = json.loads(gzip.decompress(request.get_data()))["push"]
        with engine.begin() as connection:
            top = connection.scalar(select(func.coalesce(func.max(_ROWS.c.seq), 0))) or 0
            if changes:
                connection.execute(upsert, [_row(change, top + n) for n, change in enumerate(changes, 1)])
        return {"stored": len(changes)}

    @app.get("/records")
    def pull() -> Response:
        above, limit = int(request.args["above"]), int(request.args.get("limit", PAGE))
        page = select(_ROWS.c.seq, _ROWS.c.record_id, _ROWS.c.body).where(_ROWS.c.seq > above)
        with readonly(engine).connect() as connection:
            rows = connection.execute(page.order_by(_ROWS.c.seq).limit(limit)).all()
        lines = [f'{{"seq":{seq},"id":"{record_id}","data":{body}}}\n' for seq, record_id, body in rows]
        answer = Response(_packed(lines), content_type="application/x-ndjson")
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["X-Top"] = str(rows[-1][0] if rows else above)
        return answer

    return app


def _row(change: dict[str, object], seq: int) -> dict[str, object]:
    body = json.dumps(change["set"], ensure_ascii=False, separators=(",", ":"))
    return {
        "record_id": change["record_id"],
        "seq": seq,
        "type": change["type"],
        "scope": change["scope"],
        "body": body,
    }


def _upsert(engine: Engine) -> Insert:
    dialect = sqlite if engine.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(_ROWS)
    columns = {name: statement.excluded[name] for name in ("seq", "type", "scope", "body")}
    return statement.on_conflict_do_update(index_elements=["record_id"], set_=columns)


def _packed(lines: list[str]) -> Iterator[bytes]:
    deflater = GzipStream()
    for line in lines:
        yield deflater.add(line.encode())
    yield deflater.finish()


def main(url: str) -> None:
    """Serve a store address on a free port of loopback; the ready line names it."""
    server = waitress.create_server(application(create_engine_for(url)), host="127.0.0.1", port=0, threads=8)
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    main(sys.argv[1])
