"""Checks of a product whose outreach session has the field `banner_text`; see test_adding_a_field.py."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from tests.server.console.conftest import UNIT, Browser, FieldWork
from tests.shared import builders

import field178_shared
from field178_server.console.text.field_labels import value_text
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import control_for
from field178_shared.schemas import json_schema, validate

TOLD = "Liên hệ Nguyễn Văn Mẫu 0912345678"


def shown(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(page)).split())


def test_modules_are_those_of_the_copy() -> None:
    assert Path(field178_shared.__file__).is_relative_to(Path(__file__).parents[3])


def test_wire_accepts_the_field_within_its_limit() -> None:
    assert validate("outreach_session", builders.outreach_session(banner_text=TOLD)) == {}
    assert validate("outreach_session", builders.outreach_session()) == {}
    assert "banner_text" in json_schema("outreach_session")["properties"]  # type: ignore[operator]
    long = builders.outreach_session(banner_text="x" * 501)
    assert validate("outreach_session", long) == {"banner_text": ["too_long"]}


def test_office_shows_and_marks_the_field_and_its_difference(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    filed = in_the_field.session(banner_text=TOLD)
    page = reviewer.text(f"/reviews/{filed}")
    assert "Nội dung băng rôn" in shown(page)
    marked = re.findall(r"<mark[^>]*>([^<]+)", page)
    assert any("0912345678" in each for each in marked)
    assert reviewer.decide(filed, "return", reason="Bỏ tên người").status_code == 303
    receipt = in_the_field.send(
        filed,
        "outreach_session",
        UNIT,
        {"banner_text": "Phòng, chống mua bán người"},
        was={"banner_text": TOLD},
    )
    assert receipt["status"] == "applied"
    page = shown(reviewer.text(f"/reviews/{filed}"))
    assert re.search(rf"Nội dung băng rôn .*{TOLD}.* Phòng, chống mua bán người", page)


def test_office_can_type_it() -> None:
    control = control_for("outreach_session", "banner_text", Localizer("vi"))
    assert control is not None
    assert (control.kind, control.max_length) == ("long", 500)
    assert value_text("outreach_session", "banner_text", "A", Localizer("vi")) == "A"
