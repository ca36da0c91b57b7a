"""Packed scopes over HTTP: whole, in ranges, and for nobody without the grant of this moment."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from tests.server.office import UNITS, MovedClock, Office, Tablet, furnish, problem_of, settings_of
from werkzeug.test import TestResponse

from field178_server.files.pack_folder import PACKS
from field178_server.models import DeviceOfficer
from field178_server.services import operator
from field178_server.unit_of_work import run_write, snapshot
from field178_shared.canonical import record_hash

UNIT, OTHER_UNIT = (f"unit:{unit}" for unit in UNITS)
PLACE = {
    "name": "Nhà nghỉ Hoa Phượng",
    "establishment_type_id": "guesthouse",
    "address_line": "Thôn Trung",
    "operating_status_id": "operating",
}
Json = dict[str, object]


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Iterator[Office]:
    url = engine.url.render_as_string(hide_password=False)
    settings = settings_of(tmp_path / "data", database_url=url, snapshot_records=2)
    furnish(settings, MovedClock())
    office = Office(settings)
    yield office
    office.close()


def tablet_of(office: Office, *scopes: str) -> Tablet:
    tablet = Tablet(office)
    assert tablet.enrol(office.code("an", *scopes)).status_code == 201
    assert tablet.open_session().status_code == 200
    return tablet


def places(tablet: Tablet, *records: str) -> None:
    with snapshot(tablet.office.engine) as session:
        query = select(DeviceOfficer.officer_id).where(DeviceOfficer.device_id == tablet.device)
        user = session.scalars(query).one()
    changes = [
        {
            "change_id": str(uuid.uuid4()),
            "n": n,
            "record_id": record,
            "type": "establishment",
            "scope": UNIT,
            "op": "put",
            "create": True,
            "user": user,
            "set": {**PLACE, "unit_id": UNITS[0]},
        }
        for n, record in enumerate(records, 1)
    ]
    text = tablet.sync(push=changes).get_data(as_text=True)
    assert text.count('"status":"applied"') == len(records)


def offered(tablet: Tablet) -> Json:
    answer = tablet.sync(snapshots=True)
    frames = [json.loads(line) for line in answer.get_data().splitlines()]
    found: list[Json] = [one for one in frames if one["frame"] == "snapshot" and one["scope"] == UNIT]
    return found[0]


def ask(tablet: Tablet, url: object, method: str = "GET", **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    head = {"F178-Protocol": "1", "Authorization": f"Bearer {tablet.token}", **named}
    return tablet.office.client.open(str(url), method=method, headers=head, buffered=True)


@pytest.fixture
def tablet(office: Office) -> Tablet:
    tablet = tablet_of(office, UNIT)
    places(tablet, *(str(uuid.uuid4()) for _ in range(3)))
    return tablet


def test_what_was_offered_comes_as_it_was_described(tablet: Tablet) -> None:
    frame = offered(tablet)
    answer = ask(tablet, frame["url"])
    content = answer.get_data()
    assert (answer.status_code, answer.headers["F178-Protocol"]) == (200, "1")
    assert (len(content), hashlib.sha256(content).hexdigest()) == (frame["bytes"], frame["sha256"])
    assert answer.content_type == "application/gzip"
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    rows = [json.loads(line) for line in gzip.decompress(content).splitlines()]
    members = ("id", "type", "rev", "deleted", "data")
    assert all(record_hash(*(row[name] for name in members)) == row["h"] for row in rows)
    assert len(rows) == 3


def test_a_cut_download_goes_on_by_range(tablet: Tablet) -> None:
    url = offered(tablet)["url"]
    whole = ask(tablet, url)
    part = ask(tablet, url, Range="bytes=100-199", If_Range=whole.headers["ETag"])
    assert (part.status_code, part.get_data()) == (206, whole.get_data()[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.get_data())}"
    beyond = ask(tablet, url, Range=f"bytes={len(whole.get_data())}-")
    assert beyond.status_code == 416
    assert ask(tablet, url, If_None_Match=whole.headers["ETag"]).status_code == 304
    head = ask(tablet, url, "HEAD")
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(whole.get_data())))


def test_outside_the_scope_there_is_no_pack(office: Office, tablet: Tablet) -> None:
    url = offered(tablet)["url"]
    other = tablet_of(office, OTHER_UNIT)
    assert problem_of(ask(other, url)) == (404, "not_found")
    assert problem_of(ask(other, str(url).replace(UNIT, OTHER_UNIT))) == (404, "not_found")
    assert problem_of(ask(tablet, f"/api/v1/snapshots/{UNIT}/lock")) == (404, "not_found")
    assert problem_of(ask(tablet, f"/api/v1/snapshots/{UNIT}/..%2f..%2fkeys"))[0] == 404
    assert problem_of(ask(Tablet(office), url)) == (401, "session_unknown")


def test_the_grant_is_looked_at_each_time(office: Office, tablet: Tablet) -> None:
    url = offered(tablet)["url"]
    run_write(office.engine, lambda session: operator.ungrant(session, office.desk, tablet.device, UNIT))
    assert problem_of(ask(tablet, url)) == (404, "not_found")
    run_write(office.engine, lambda session: operator.grant(session, office.desk, tablet.device, UNIT))
    assert ask(tablet, url).status_code == 200
    run_write(office.engine, lambda session: operator.revoke(session, office.desk, tablet.device))
    assert problem_of(ask(tablet, url)) == (403, "device_revoked")


def test_a_cache_that_was_emptied_is_filled_again(office: Office, tablet: Tablet) -> None:
    frame = offered(tablet)
    shutil.rmtree(office.settings.data_dir / PACKS)
    assert problem_of(ask(tablet, frame["url"])) == (404, "not_found")
    assert offered(tablet) == frame
    assert ask(tablet, frame["url"]).status_code == 200
