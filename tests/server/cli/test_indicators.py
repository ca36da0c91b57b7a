"""`indicators` as the office calls it."""

from __future__ import annotations

from tests.server.cli.command import Command


def test_an_empty_store_has_no_figures_and_says_what_is_wanted(field178: Command) -> None:
    found = field178.json("indicators", "--year", "2024", "--profile", "an_lao_2024")
    assert found["workers_reached_pct"] == {
        "num": 0,
        "den": 0,
        "value": None,
        "low": None,
        "high": None,
        "target": 60,
        "met": None,
        "pending": {"num": 0, "den": 0, "value": None},
    }
    assert found["outreach_commune_any_pct"]["den"] == 17  # type: ignore[index]


def test_people_read_a_line_an_indicator(field178: Command) -> None:
    lines = field178("indicators", "--year", "2024", "--profile", "an_lao_2024").splitlines()
    assert "Tỷ lệ cơ sở được kiểm tra ít nhất một lần: — % (0/0)" in lines
    assert "Tỷ lệ người lao động tại cơ sở dễ phát sinh được tuyên truyền: — % (0/0)" in lines


def test_a_plan_that_is_not_there_is_refused_with_those_that_are(field178: Command) -> None:
    refused = field178.run("indicators", "--year", "2024", "--profile", "an_lao_1999")
    assert refused.exit_code == 2
    assert "an_lao_2024" in refused.output


def test_what_no_record_tells_is_no_zero(field178: Command) -> None:
    found = field178.json("indicators", "--year", "2024", "--profile", "an_lao_2024")
    assert found["cases_tried"] == {"value": None, "not_kept": ["agency_return"]}
    lines = field178("indicators", "--year", "2024", "--profile", "an_lao_2024").splitlines()
    assert "Số vụ xét xử: chưa có loại bản ghi nào cho số liệu này" in lines
