"""The tagger of free texts: its arithmetic, and the age of its weights."""

import itertools
import math

import pytest
from scripts.tagger import is_due

from field178_shared.codelists import load
from field178_shared.text.capital_names import CapitalNames
from field178_shared.text.name_words import NameWords
from field178_shared.text.note import Note
from field178_shared.text.privacy import lint
from field178_shared.text.small_names import SmallNames
from field178_shared.text.tagger import LABELS, SCALE, tagger
from field178_shared.text.word_features import features_of
from field178_shared.text.words import words_of


def note_of(text: str) -> Note:
    return Note(words_of(text), NameWords.of(load().person_names))


def rows_of(text: str) -> list[list[str]]:
    return features_of(note_of(text))


def marked(text: str, known_names: tuple[str, ...] = ()) -> list[str]:
    return [text[mark.start : mark.end] for mark in lint(text, known_names)]


def test_chances_are_those_of_all_sequences_of_labels() -> None:
    rows, weights = rows_of("thu ngân hường về xóm Đình"), tagger().weights

    def score(sequence: tuple[int, ...]) -> float:
        total = 0
        for label, row in zip(sequence, rows, strict=True):
            for feature in row:
                pairs = weights.get(feature, ())
                total += dict(zip(pairs[::2], pairs[1::2], strict=True)).get(label, 0)
        return math.exp(total / SCALE) * math.prod(
            tagger().factors[before][after] for before, after in itertools.pairwise(sequence)
        )

    scores = {
        sequence: score(sequence) for sequence in itertools.product(range(len(LABELS)), repeat=len(rows))
    }
    expected = [
        [
            sum(value for sequence, value in scores.items() if sequence[at] == label) / sum(scores.values())
            for label in range(len(LABELS))
        ]
        for at in range(len(rows))
    ]
    assert [pytest.approx(row) for row in expected] == tagger().chances(rows)


def test_a_text_without_words_has_no_chances() -> None:
    assert tagger().chances(rows_of(" … • ")) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nhờ duyên ktv dẫn lên tầng", "duyên"),
        ("quầy do hạnh phụ trách", "hạnh"),
        ("po xe nu tron trong buong", "po xe nu"),
        ("phòng 7 thuê bởi thach sa mi", "thach sa mi"),
    ],
)
def test_names_that_the_rules_pass_over_are_marked(text: str, name: str) -> None:
    note = note_of(text)
    assert not [*CapitalNames(note).spans(), *SmallNames(note).spans()]
    assert marked(text) == [name]


def test_a_home_described_in_a_sentence_is_marked_and_the_address_of_a_place_is_not() -> None:
    kinds = [mark.kind for mark in lint("mệ ni ở kiệt 35 Nguyễn Sinh Cung, nhà 8")]
    assert kinds == ["home_address"]
    assert lint("Khách sạn ở kiệt 35 Nguyễn Sinh Cung, cạnh chợ") == ()


def test_the_name_of_the_establishment_is_no_part_of_a_mark() -> None:
    text = "bảo vệ hoa sen tân mở cổng"
    assert any("sen" in part for part in marked(text))
    assert not any("sen" in part for part in marked(text, ("Hoa Sen",)))


def test_people_behind_a_comma_or_in_the_next_line_have_marks_of_their_own() -> None:
    assert not any("\n" in part for part in marked("gặp chị Hoa\nLan\nMai ở quầy"))
    assert marked("vắng: Vi Thị Khuyên, Lương Văn Ậm") == ["Vi Thị Khuyên", "Lương Văn Ậm"]
    assert marked("kế toán Ng. Văn Tâm ký") == ["Ng. Văn Tâm"]


def test_weights_belong_to_the_labelled_notes() -> None:
    """After a change of notes: scripts/tagger.py train, lint_figures.py build, codelists.py build."""
    assert not is_due()
