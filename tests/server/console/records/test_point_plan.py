"""The plan of a registered point and of check-ins: to scale, within its frame, and in words."""

from __future__ import annotations

import math
from datetime import date
from html import unescape

import pytest
from tests.server.console.conftest import PLACE, Browser, FieldWork

from field178_server.console.records.point_plan import HEIGHT, WIDTH, ArrivalPoint, PointPlan, point_plan
from field178_server.console.text.localize import Localizer
from field178_shared.records.points import GeoPoint

GATE = GeoPoint(208_182_100, 1_065_467_100)
METRE = 10_000_000 / 111_320
WORDS = "cách vị trí đăng ký 200\N{NO-BREAK SPACE}m, sai số ±12\N{NO-BREAK SPACE}m"


def drawn(*seen: ArrivalPoint) -> PointPlan:
    plan = point_plan(GATE, seen, Localizer("vi"))
    assert plan is not None
    return plan


def north_of_gate(metres: float) -> GeoPoint:
    return GeoPoint(round(GATE.lat + metres * METRE), GATE.lon)


@pytest.mark.parametrize("metres", [0, 3, 200, 4_000, 300_000])
@pytest.mark.parametrize("accuracy", [0, 12, 5_000])
def test_all_of_it_is_within_the_frame_and_to_scale(metres: int, accuracy: int) -> None:
    plan = drawn(ArrivalPoint(north_of_gate(metres), accuracy))
    (mark,) = plan.marks
    for x, y, radius in ((plan.x, plan.y, 0.0), (mark.x, mark.y, mark.radius)):
        assert 0 < x - radius < x + radius < WIDTH or radius == 0
        assert 0 < x < WIDTH
        assert 0 < y - radius <= y + radius < HEIGHT
    number, unit = plan.scale_text.split()
    scale_metres = int(number.replace(".", "")) * {"m": 1, "km": 1000}[unit]
    assert 0 < plan.scale_width < WIDTH / 2
    far = math.hypot(mark.x - plan.x, mark.y - plan.y) / plan.scale_width * scale_metres
    assert far == pytest.approx(metres, rel=0.05, abs=scale_metres / 20)
    assert mark.y <= plan.y, "north is up"


def test_text_states_distance_accuracy_and_day() -> None:
    plan = drawn(ArrivalPoint(north_of_gate(200), 12), ArrivalPoint(GATE, None, date(2026, 3, 2)))
    there = "Lần kiểm tra 02/03/2026: cách vị trí đăng ký 0\N{NO-BREAK SPACE}m"
    assert plan.text == f"Lúc đến: {WORDS}; {there}"


def test_plan_needs_both_points() -> None:
    assert point_plan(None, [ArrivalPoint(GATE, 5)], Localizer("vi")) is None
    assert point_plan(GATE, [], Localizer("vi")) is None


def test_pages_of_the_visit_and_of_the_establishment_show_it(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place(lat=GATE.lat, lon=GATE.lon)
    bare = in_the_field.visit(establishment_id=PLACE, check_in=None)
    assert "plan-drawing" not in reviewer.text(f"/reviews/{bare}")
    assert "Chưa lần kiểm tra nào ghi vị trí" in reviewer.text(f"/establishments/{PLACE}")
    here = north_of_gate(200)
    taken = {"lat": here.lat, "lon": here.lon, "accuracy_m": 12}
    filed = in_the_field.visit(establishment_id=PLACE, check_in=taken)
    assert WORDS in unescape(reviewer.text(f"/reviews/{filed}"))
    page = unescape(reviewer.text(f"/establishments/{PLACE}"))
    assert WORDS in page
    assert f"view=map&unit=c11629_v2#point-{PLACE}" in page


def test_missing_point_of_an_establishment_is_stated(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place(lat=None, lon=None)
    page = reviewer.text(f"/establishments/{PLACE}")
    assert "Cơ sở chưa có vị trí trên bản đồ" in page
    assert "Xem trên bản đồ" not in page
