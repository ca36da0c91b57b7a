import pytest
from tests.shared import builders

from field178_shared.codelists import load
from field178_shared.merge import write_path
from field178_shared.rules import FreeTextMarks, free_text, free_text_paths, free_texts
from field178_shared.schemas import TYPES, json_schema
from field178_shared.schemas.field_types import FREE_TEXT
from field178_shared.schemas.fields.catalogue import FIELDS
from field178_shared.schemas.fields.spec import FieldKind


def test_free_text_is_where_people_write_sentences() -> None:
    assert "recommendation" in free_text_paths("inspection")
    assert "answers.*.note" in free_text_paths("inspection")
    assert "findings.*.note" in free_text_paths("inspection")
    assert "comments.*.text" in free_text_paths("review")
    assert "name" not in free_text_paths("establishment")
    assert free_text_paths("person") == ()


# Forms of numbers that offices, the police, the treasury and the public service portal write.
REAL_NUMBERS = (
    "12/QĐ-XPHC",
    "07/QĐ-XPHC-CAH",
    "0012345/QĐ-XPVPHC",
    "5/BB-ĐKT178",
    "123/2026/QĐ-UBND",
    "05/KH-UBND",
    "178/KH-BCĐ",
    "45/TB-PA03-Đ2",
    "1629/QĐ-TTg",
    "356/2025/NĐ-CP",
    "1024/UBND-VX",
    "12/BC-UBND-LĐTBXH",
    "02/BB-VPHC",
    "BL-000123",
    "AA/21P 0001234",
    "1C26TAA-00001234",
    "G22.99.8-260824-16000001",
    "Số 09/QĐ-CAX ngày 05/03/2026",
    "12/2026",
)
NUMBERS_OF_PEOPLE = (
    "031096012345",
    "031 096 012 345",
    "031.096.012.345",
    "CCCD 031096012345",
    "12/QĐ-XPHC 031096012345",
    "0912345678",
    "0912 345 678",
    "+84912345678",
    "Nguyễn Văn An",
    "12/QĐ-XPHC Nguyễn Văn An",
    "Tran Thi Bich",
    "LÊ THỊ HOA",
)
NUMBER_FIELDS = (
    ("sanction_decision", "document_number"),
    ("payment", "document_number"),
    ("measure_execution", "document_number"),
    ("commune_plan", "document_number"),
    ("report_submission", "document_number"),
    ("inspection", "decision_number"),
    ("inspection", "measures.*.document_number"),
    ("inspection_plan", "number"),
    ("team", "decision_number"),
    ("report", "symbol"),
    ("media_post", "broadcast_log"),
)


@pytest.mark.parametrize(("type_name", "path"), NUMBER_FIELDS)
def test_number_of_a_document_is_marked_where_it_may_name_a_person(type_name: str, path: str) -> None:
    marks = FreeTextMarks(type_name, "vi")
    for number in NUMBERS_OF_PEOPLE:
        data = write_path({}, path.replace("*", "a"), number)
        assert marks.of(data).keys() == {path.replace("*", "a")}, number


@pytest.mark.parametrize(("type_name", "path"), NUMBER_FIELDS)
def test_real_number_of_a_document_is_not_marked(type_name: str, path: str) -> None:
    marks = FreeTextMarks(type_name, "vi")
    for number in REAL_NUMBERS:
        assert marks.of(write_path({}, path.replace("*", "a"), number)) == {}, number


def test_every_number_of_a_document_is_looked_through() -> None:
    """Left out are numbers of the register, which have forms of their own, and those that a pattern holds."""
    elsewhere = {
        ("establishment", "registration_number"),
        ("establishment", "certificates.*.number"),
        ("inspection", "minutes_number"),
        ("number_block", "number"),
    }
    numbers = {
        (name, path)
        for name, specs in FIELDS.items()
        for path, spec in specs.items()
        if path.rpartition(".")[2].endswith("number") and spec.kind is FieldKind.TEXT
    }
    assert numbers - elsewhere <= {(name, path) for name in FIELDS for path in free_text_paths(name)}


def test_no_free_text_may_be_longer_than_the_privacy_rules_allow() -> None:
    # The sections of a report are written to be published; they are looked through like all free texts.
    lengths = [length for name in TYPES if name != "report" for length in _free_lengths(json_schema(name))]
    assert len(lengths) > 80
    assert max(lengths) == load().privacy.free_text.max_length


def test_free_texts_of_a_record_are_found_at_every_depth() -> None:
    data = write_path(builders.inspection(), "answers.kd_hours.note", "mở cửa muộn")
    data = write_path(data, "answers.item_of_next_year.note", "ghi chú mới")
    data = write_path(data, "representative_opinion", "  ")
    assert free_texts("inspection", data) == {
        "answers.kd_hours.note": "mở cửa muộn",
        "answers.item_of_next_year.note": "ghi chú mới",
        "decision_number": "112/QĐ-UBND",
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
    texts = {"note": "Anh Nguyễn Văn Mẫu"}
    assert marks.of(texts) != {}
    assert marks.of(texts, ("Anh Nguyễn Văn Mẫu",)) == {}
