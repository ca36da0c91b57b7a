import json
from collections.abc import Callable

import pytest

from field178_shared.codelists import CodeListError, load, loading, read_lists


def _changed(change: Callable[[dict], None]) -> dict:
    data = json.loads(loading.LISTS_FILE.read_bytes())
    change(data)
    return data


def test_an_unknown_condition_fails_the_load() -> None:
    data = _changed(lambda d: d["checklist_items"]["items"][0].update(show_if="the moon is full"))
    with pytest.raises(CodeListError, match="unknown condition"):
        read_lists(data)


def test_an_unknown_key_of_a_row_fails_the_load() -> None:
    data = _changed(lambda d: d["outreach"]["topics"][0].update(colour="red"))
    with pytest.raises(CodeListError, match=r"outreach\.topics\[0\].*colour"):
        read_lists(data)


def test_columns_that_older_versions_published_are_read() -> None:
    data = _changed(lambda d: d["reports"]["annex_columns"][0].update(people=True))
    assert read_lists(data).annex_columns == load().annex_columns


def test_an_unknown_list_fails_the_load() -> None:
    data = _changed(lambda d: d["outreach"].update(colours=[{"id": "red"}]))
    with pytest.raises(CodeListError, match="colours"):
        read_lists(data)


def test_a_file_under_another_name_fails_the_load() -> None:
    data = _changed(lambda d: d["outreach"].update(codelist="inreach"))
    with pytest.raises(CodeListError, match="outreach"):
        read_lists(data)


def test_duplicate_id_fails_the_load() -> None:
    data = _changed(
        lambda d: d["inspection_enums"]["lists"]["measure"].append({"id": "reminder", "vi": "a", "en": "a"})
    )
    with pytest.raises(CodeListError, match="duplicate"):
        read_lists(data)


def test_a_missing_label_fails_the_load() -> None:
    data = _changed(lambda d: d["organizations"]["agencies"][0].pop("vi"))
    with pytest.raises(CodeListError, match="vi"):
        read_lists(data)


def test_unknown_answer_kind_fails_the_load() -> None:
    data = _changed(lambda d: d["checklist_items"]["items"][0].update(answer="photo"))
    with pytest.raises(CodeListError, match="answer kind"):
        read_lists(data)


def test_explanations_of_the_lists_are_kept_by_their_place() -> None:
    prose = load().prose
    assert prose["reports.rounding"].startswith("Percentages one decimal")
    assert "legal_sources.confidence_scale.high" in prose
    assert "violations.field_maxima.note" in prose


def test_the_version_is_the_youngest_of_the_files() -> None:
    data = _changed(lambda d: d["outreach"].update(version="2031.2"))
    assert read_lists(data).version == "2031.2"
