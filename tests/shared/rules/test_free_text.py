from tests.shared import builders

from field178_shared.codelists import load
from field178_shared.merge import write_path
from field178_shared.rules import FreeTextMarks, free_text, free_text_paths, free_texts
from field178_shared.schemas import TYPES, json_schema
from field178_shared.schemas.field_types import FREE_TEXT


def test_free_text_is_where_people_write_sentences() -> None:
    assert "recommendation" in free_text_paths("inspection")
    assert "answers.*.note" in free_text_paths("inspection")
    assert "findings.*.note" in free_text_paths("inspection")
    assert "comments.*.text" in free_text_paths("review")
    assert "name" not in free_text_paths("establishment")
    assert free_text_paths("team") == ()


def test_no_free_text_may_be_longer_than_the_privacy_rules_allow() -> None:
    # The sections of a report are written to be published; they are looked through like all free texts.
    lengths = [length for name in TYPES if name != "report" for length in _free_lengths(json_schema(name))]
    assert len(lengths) > 80
    assert max(lengths) == load().privacy.free_text.max_length


def test_the_free_texts_of_a_record_are_found_wherever_they_stand() -> None:
    data = write_path(builders.inspection(), "answers.kd_hours.note", "mở cửa muộn")
    data = write_path(data, "answers.item_of_next_year.note", "ghi chú mới")
    data = write_path(data, "representative_opinion", "  ")
    assert free_texts("inspection", data) == {
        "answers.kd_hours.note": "mở cửa muộn",
        "answers.item_of_next_year.note": "ghi chú mới",
        "recommendation": "Tiếp tục duy trì việc chấp hành quy định.",
    }


def _free_lengths(described: object) -> list[int]:
    if isinstance(described, list):
        return [length for item in described for length in _free_lengths(item)]
    if not isinstance(described, dict):
        return []
    own = [described["maxLength"]] if described.get(FREE_TEXT) else []
    return own + [length for below in described.values() for length in _free_lengths(below)]


def test_only_a_text_that_changed_is_looked_through_again(monkeypatch) -> None:
    looked: list[str] = []
    lint = free_text.lint

    def listening(text: str, *around: object) -> object:
        looked.append(text)
        return lint(text, *around)

    monkeypatch.setattr(free_text, "lint", listening)
    marks = FreeTextMarks("outreach_session", "vi")
    assert marks.of({"summary": "Gọi 0912345678", "note": "khác"}).keys() == {"summary"}
    assert marks.of({"summary": "Gọi 0912345678", "note": "khác nữa"}).keys() == {"summary"}
    assert looked.count("Gọi 0912345678") == 1
    assert sorted(set(looked)) == ["Gọi 0912345678", "khác", "khác nữa"]
    assert marks.of({"note": "khác nữa"}) == {}


def test_name_that_belongs_in_the_record_is_not_marked() -> None:
    marks = FreeTextMarks("establishment", "vi")
    told = {"note": "Anh Nguyễn Văn Mẫu"}
    assert marks.of(told) != {}
    assert marks.of(told, ("Anh Nguyễn Văn Mẫu",)) == {}
