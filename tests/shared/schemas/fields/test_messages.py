"""A number out of range is told what its field allows."""

from __future__ import annotations

import pytest

from field178_shared.errors import ErrorCode
from field178_shared.schemas.fields.catalogue import field_message, field_messages


@pytest.mark.parametrize(
    ("record_type", "path", "vi", "en"),
    [
        ("worker_census", "workers_total", "từ 0 đến 99.999", "from 0 to 99,999"),
        ("denominator", "value", "từ 0 đến 1.000.000", "from 0 to 1,000,000"),
        ("media_post", "broadcast_times", "từ 1 đến 1.000", "from 1 to 1,000"),
        ("commune_plan", "year", "từ 2000 đến 9999", "from 2000 to 9999"),
        ("establishment", "lat", "từ -90 đến 90", "from -90 to 90"),
        ("inspection_plan", "quotas.q7.count", "từ 1 đến 100.000", "from 1 to 100,000"),
        ("payment", "amount_vnd", "từ 0 đến 1.000.000.000.000", "from 0 to 1,000,000,000,000"),
    ],
)
def test_message_names_least_and_largest(record_type: str, path: str, vi: str, en: str) -> None:
    assert field_message(record_type, path, ["out_of_range"], "vi") == f"Số phải {vi}."
    assert field_message(record_type, path, ["out_of_range"], "en") == f"The number must be {en}."


@pytest.mark.parametrize("path", ["nothing_known", "quotas", ""])
def test_path_without_bounds_keeps_the_plain_sentence(path: str) -> None:
    assert field_message("inspection_plan", path, ["out_of_range"], "vi") == "Số nằm ngoài khoảng cho phép."


def test_other_codes_say_the_same_with_and_without_bounds() -> None:
    messages = field_messages("media_post", {"broadcast_times": ["not_integer", "of_a_newer_server"]}, "vi")
    assert messages == {"broadcast_times": "Cần số nguyên. of_a_newer_server"}


def test_no_message_without_details_has_placeholders() -> None:
    assert not [code for code in ErrorCode if "{" in code.vi + code.en]
