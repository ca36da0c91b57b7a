"""Spellings of communes, kinds and states, and values of cells, as offices write them."""

from __future__ import annotations

from datetime import date

import pytest

from field178_server.office.register_import.fields import STATUS, TYPE, UNIT
from field178_server.office.register_import.headings import guess_fields
from field178_server.office.register_import.persons import (
    is_person,
    mentions_person,
    names_persons,
    without_numbers,
)
from field178_server.office.register_import.spellings import Spellings
from field178_server.office.register_import.values import read_date, read_point
from field178_shared.codelists import load
from field178_shared.errors import AppError

SPELLINGS = Spellings(load(), date(2026, 11, 28))


@pytest.mark.parametrize(
    ("path", "spelling", "meant"),
    [
        (TYPE, "KS", "hotel"),
        (TYPE, "karaoke gia đình", "karaoke"),
        (TYPE, "KARAOKE", "karaoke"),
        (TYPE, "mát-xa", "massage"),
        (TYPE, "NN", "guesthouse"),
        (TYPE, "Quán cà phê", "cafe"),
        (TYPE, "đua ngựa", None),
        (STATUS, "đang HĐ", "operating"),
        (STATUS, "Tạm nghỉ", "paused"),
        (UNIT, "Xã An Lão", "c11629_v2"),
        (UNIT, "TT. An Lão", "c11629_v2"),
        (UNIT, "tt An Lão, huyện An Lão", "c11629_v2"),
        (UNIT, "XA\u0303 AN LA\u0303O", "c11629_v2"),
        (UNIT, "Xã Không Có", None),
    ],
)
def test_a_spelling_means_an_id_of_the_lists(path: str, spelling: str, meant: str | None) -> None:
    meaning = SPELLINGS.meaning(path, spelling)
    assert (meaning.id if meaning else None) == meant


def test_abolished_unit_means_its_successor_and_is_marked() -> None:
    meaning = SPELLINGS.meaning(UNIT, "TT. An Lão")
    assert meaning is not None
    assert meaning.former.endswith("An Lão")
    assert not SPELLINGS.is_offered(load().units["c11629_v1"])


@pytest.mark.parametrize(
    "written",
    [
        "05/06/2020",
        "5-6-20",
        "5.6.2020",
        "2020-06-05",
        "2020-06-05 00:00:00",
        "ngày 5 tháng 6 năm 2020",
        "43987",
        "'05/06/2020",
    ],
)
def test_a_day_is_read_however_it_is_written(written: str) -> None:
    assert read_date(written) == "2020-06-05"


@pytest.mark.parametrize("written", ["31/02/2020", "2020", "06/2020", "chưa cấp", "0", "99999999", "1/1/1"])
def test_text_that_is_no_day_is_refused(written: str) -> None:
    with pytest.raises(AppError):
        read_date(written)


@pytest.mark.parametrize("written", ["20.8224, 106.551", "20,8224; 106,551", "20°49'20.64\"N 106°33'3.6\"E"])
def test_a_point_is_read_however_it_is_written(written: str) -> None:
    assert read_point(written) == (208_224_000, 1_065_510_000)


def test_headings_mean_fields_in_any_spelling() -> None:
    headings = ("TÊN CƠ SỞ KD", "Địa chỉ", "Xã/phường", "Loại hình DV", "Số GCN ANTT", "Ngày cấp", "Hết hạn")
    fields = guess_fields(headings)
    certificate = [f"certificates.antt.{field}" for field in ("number", "issued_on", "expires_on")]
    expected = ["name", "address_line", "unit_id", "establishment_type_id", *certificate]
    assert [fields[column] for column in range(len(headings))] == expected


@pytest.mark.parametrize(
    "heading",
    [
        "Họ và tên chủ",
        "Chủ CS",
        "SĐT",
        "Số ĐT liên hệ",
        "CCCD/CMND",
        "Năm sinh",
        "Người đại diện",
        "Zalo",
        "Nhân viên",
    ],
)
def test_headings_of_personal_columns_are_recognised(heading: str) -> None:
    assert names_persons(heading)


def test_personal_cells_are_recognised_and_premises_are_not() -> None:
    assert is_person("Nguyễn Văn Bình")
    assert is_person("0912.345.678")
    assert mentions_person("Con chủ quán là Trần Thị Hạnh")
    assert without_numbers("Gọi 0912 345 678 trước khi đến") == "Gọi trước khi đến"
    assert without_numbers("CCCD 031080001234") == "CCCD"
    assert not is_person("Nhà nghỉ Hoàng Anh")
    assert without_numbers("Số 15/230 đường 356, thôn 3") == "Số 15/230 đường 356, thôn 3"
