"""Command `indicators`, as the office runs it."""

from __future__ import annotations

from datetime import date

import pytest
from tests.server.cli.command import Command

from field178_server.cli import indicators as command
from field178_server.database.models import IndicatorTotal
from field178_shared.codelists import load
from field178_shared.indicators.buckets import Aggregates
from field178_shared.records.left_out import LeftOut


def test_empty_store_has_no_figures_but_shows_their_targets(field178: Command) -> None:
    figures = field178.json("indicators", "--year", "2024", "--profile", "an_lao_2024")
    assert figures["workers_reached_pct"] == {
        "num": 0,
        "den": 0,
        "value": None,
        "low": None,
        "high": None,
        "target": 60,
        "met": None,
        "verdict": "no_figure",
        "counted": [0, 0],
        "pending": {"num": 0, "den": 0, "value": None},
    }
    assert figures["outreach_commune_any_pct"]["den"] == 17  # type: ignore[index]


def test_people_read_a_line_an_indicator(field178: Command) -> None:
    lines = field178("indicators", "--year", "2024", "--profile", "an_lao_2024").splitlines()
    assert "Tỷ lệ cơ sở được kiểm tra ít nhất một lần: — % (0/0)" in lines
    assert "Tỷ lệ người lao động tại cơ sở dễ phát sinh được tuyên truyền: — % (0/0)" in lines


def test_a_plan_that_is_not_there_is_refused_with_those_that_are(field178: Command) -> None:
    refused = field178.run("indicators", "--year", "2024", "--profile", "an_lao_1999")
    assert refused.exit_code == 2
    assert "an_lao_2024" in refused.output


def test_figure_without_a_return_is_not_zero(field178: Command) -> None:
    figure = field178.json("indicators", "--year", "2024", "--profile", "an_lao_2024")["cases_tried"]
    assert isinstance(figure, dict)
    assert (figure["value"], figure["sent"]) == (None, [0, 12])
    lines = field178("indicators", "--year", "2024", "--profile", "an_lao_2024").splitlines()
    assert "Số vụ xét xử: chưa gửi" in lines


def test_wrong_totals_are_reported_and_computed_anew(field178: Command) -> None:
    command = ("indicators", "--year", "2024", "--profile", "an_lao_2024", "--recount")
    field178(*command)
    number = [aggregate.key for aggregate in Aggregates(load()).all].index("count(session)")
    row = {"bucket": "approved 2024-03-01", "unit_id": "c11629_v1", "counts": f'{{"{number}":1}}'}
    at = field178.operator()
    at.write(lambda session: session.add(IndicatorTotal(tenant_id=at.tenant_id, **row)))
    at.close()
    refused = field178.run(*command)
    assert refused.exit_code == 1
    assert "digital_sessions_pct" in refused.output
    assert field178.run(*command).exit_code == 0


def test_places_of_divided_communes_are_named_in_both_forms(
    field178: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("indicators", "--year", "2024", "--profile", "an_lao_2024")
    assert "left_out" not in field178.json(*arguments)
    missing = LeftOut(unit_ids=("c11656_v1",), establishments=27, visits=3, events_until=date(2025, 7, 1))
    monkeypatch.setattr(command, "left_out", lambda *_: missing)
    sentences = [
        "Chưa gán: 27 cơ sở của xã, thị trấn đã chia (Thị trấn Trường Sơn). Các nơi này không có trong số"
        " liệu ở đây.",
        "Trước 01/07/2025, tại Thị trấn Trường Sơn: 3 lượt kiểm tra không có trong số liệu ở đây, vì chưa"
        " biết nơi thực hiện nay thuộc xã, phường nào.",
    ]
    assert field178.json(*arguments)["left_out"] == {
        "unit_ids": ["c11656_v1"],
        "establishments": 27,
        "visits": 3,
        "events_until": "2025-07-01",
        "sentences": sentences,
    }
    assert field178(*arguments).splitlines()[-2:] == sentences
