"""Proofs on a product whose inspection has the field `rooms_seen`; see test_adding_a_field.py."""

from __future__ import annotations

import io
import json
import re
from html import unescape

from openpyxl import load_workbook
from tests.server.api.odata.conftest import Feeds
from tests.server.console.conftest import Browser, FieldWork
from tests.server.console.exports.test_pages import Exports

NAME, LABEL = "rooms_seen", "Số phòng đã xem"


def test_page_of_a_visit_and_the_table_of_visits_show_it(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    visit = in_the_field.visit(**{NAME: 12})
    page = " ".join(re.sub(r"<[^>]+>", " ", unescape(reviewer.text(f"/reviews/{visit}"))).split())
    assert f"{LABEL} 12" in page
    table = unescape(reviewer.text(f"/visits?columns={NAME}"))
    assert re.search(rf'<th scope="col" class="number">{LABEL}</th>', table)
    assert re.search(rf'<td class="number" data-label="{LABEL}">12</td>', table)
    assert f'value="{NAME}"' in reviewer.text("/visits")


def test_files_of_visits_hold_it(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    in_the_field.visit(**{NAME: 12})
    reviewer.confirms()
    with reviewer.get("/visits.csv") as answer:
        assert LABEL in answer.get_data(as_text=True).splitlines()[0]
    exports = Exports(reviewer, in_the_field.office)
    assert [row[LABEL] for row in exports.rows("visits")] == ["12"]
    features = json.loads(exports.file("visits", "geojson"))["features"]
    assert [feature["properties"][NAME] for feature in features] == [12]
    sheet = load_workbook(io.BytesIO(exports.file("visits", "xlsx")), read_only=True).active
    assert sheet is not None
    headings, row = sheet.iter_rows(values_only=True)
    assert dict(zip(headings, row, strict=True))[LABEL] == 12


def test_feed_of_visits_has_it_and_filters_by_it(in_the_field: FieldWork) -> None:
    in_the_field.place()
    few, many = in_the_field.visit(**{NAME: 2}), in_the_field.visit(**{NAME: 12})
    feeds = Feeds(in_the_field.office)
    token = feeds.token("chi")
    assert 'Name="RoomsSeen" Type="Edm.Int64"' in feeds.get("$metadata", token).get_data(as_text=True)
    rows = feeds.rows("Visits?$filter=State ne ''&$select=Id,RoomsSeen&$orderby=RoomsSeen desc", token)
    assert rows == [{"Id": many, "RoomsSeen": 12}, {"Id": few, "RoomsSeen": 2}]
    visits = feeds.rows("Visits?$filter=State ne '' and RoomsSeen lt 5", token)
    assert [row["Id"] for row in visits] == [few]
