import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field178_shared.text.normalisation import fold, nfc, sort_key

VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
texts = st.text() | st.text(VIETNAMESE + VIETNAMESE.upper() + " ")


@pytest.mark.parametrize("typed", ["thuy nguyen", "Thuỷ Nguyên", "Thủy Nguyên", "  THỦY\tNGUYÊN "])
def test_every_way_to_write_thuy_nguyen_finds_it(typed) -> None:
    assert fold(typed) == "thuy nguyen"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("An Lão", "an lao"),
        ("Đường Đồng Đăng", "duong dong dang"),
        ("hoà", "hoa"),
        ("hòa", "hoa"),
        ("Karaoke Lam Khê (GL-001)", "karaoke lam khe (gl-001)"),
        ("", ""),
    ],
)
def test_folding_removes_marks_case_and_spaces(text, folded) -> None:
    assert fold(text) == folded


@given(texts)
def test_folding_twice_changes_nothing(text) -> None:
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_composed_and_decomposed_text_are_the_same(text) -> None:
    parts, whole = unicodedata.normalize("NFD", text), unicodedata.normalize("NFC", text)
    assert nfc(parts) == nfc(whole) == whole
    assert fold(parts) == fold(whole)
    assert sort_key(parts) == sort_key(whole)


def test_letters_sort_in_the_order_of_the_alphabet() -> None:
    alphabet = list("aăâbcdđeêghiklmnoôơpqrstuưvxy")
    assert sorted(random.Random(1).sample(alphabet, len(alphabet)), key=sort_key) == alphabet


def test_tones_decide_after_the_letters() -> None:
    words = ["ma", "mà", "mả", "mã", "má", "mạ", "mác", "mai", "măng", "mân", "mẹ", "mê"]
    assert sorted(random.Random(2).sample(words, len(words)), key=sort_key) == words


def test_a_later_word_counts_more_than_an_earlier_tone() -> None:
    names = ["Hòa An", "Hoa Ban", "Hòa Ban"]
    assert sorted(["Hòa Ban", "Hoa Ban", "Hòa An"], key=sort_key) == names


def test_position_of_the_tone_mark_does_not_distinguish_names() -> None:
    names = ["Thuỷ An", "Thủy Bình", "Thuỷ Cao", "Thủy Dương"]
    assert sorted(reversed(names), key=sort_key) == names


def test_short_names_numbers_and_signs_come_first() -> None:
    names = ["(GL-001)", "7 Sao", "An", "An Lão", "Anh", "Ăn", "Đào", "Zen"]
    assert sorted(random.Random(3).sample(names, len(names)), key=sort_key) == names


@given(texts, texts)
def test_only_equal_texts_have_equal_keys(text, other) -> None:
    assert (sort_key(text) == sort_key(other)) == (nfc(text) == nfc(other))


@given(texts)
def test_a_key_fits_into_a_database_column(text) -> None:
    assert "\0" not in sort_key(text.replace("\0", ""))
