"""Telex and VNI over every syllable that can be written, and over every word of the code lists."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

import field178_shared.codelists
from field178_mobile.input_method.composer import Composer
from field178_mobile.input_method.keys import METHODS, TELEX, VNI, Method
from field178_mobile.input_method.syllables import STOPS, every_syllable, parts_of, split

TONES = ("\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
TONE_KEYS = {"telex": "frxsj", "vni": "23415"}
MARK_KEYS = {
    "telex": {"^": "", "(": "w", "+": "w", "-": "d"},
    "vni": {"^": "6", "(": "8", "+": "7", "-": "9"},
}


def typed(keys: str, method: Method = TELEX) -> str:
    composer, word = Composer(method), ""
    for key in keys:
        word = composer.press(word, key)
    return word


def typed_by(name: str, keys: str) -> str:
    """Type as `typed` does; what several words begin with is typed once."""
    return _typed_so_far(name, keys)[1]


@lru_cache(maxsize=4096)
def _typed_so_far(name: str, keys: str) -> tuple[Composer, str]:
    if not keys:
        return Composer(METHODS[name]), ""
    before, word = _typed_so_far(name, keys[:-1])
    composer = replace(before, _letters=list(before._letters))
    return composer, composer.press(word, keys[-1])


def mark_key(name: str, letter: str, mark: str) -> str:
    return MARK_KEYS[name][mark] or letter


def spellings(name: str, syllable: str, tone: str) -> Iterator[str]:
    """Give the ways in which people type a syllable: marks at once, marks at the end, uo by one key."""
    letters = split(syllable)
    at_once = [letter + (mark_key(name, letter, mark) if mark else "") for letter, mark in letters]
    if name == "telex" and "oo" in syllable:
        yield "".join(at_once).replace("oo", "ooo") + tone
        return
    plain = "".join(letter for letter, _ in letters)
    _, end = parts_of(plain)
    yield "".join(at_once) + tone
    yield "".join(at_once[:end]) + tone + "".join(at_once[end:])
    horns = re.sub(r"u([w7])o\1", r"uo\1", "".join(at_once))
    yield horns + tone
    if letters[0] != ("d", "-") and "ươ" not in syllable:
        late = "".join(mark_key(name, letter, mark) for letter, mark in letters if mark)
        # aa is â at once: a mark that is its letter again cannot wait where another letter stands between.
        if len(late) == 1 and (late != letters[-1][0] or letters[-1][1]):
            yield plain[:end] + late + plain[end:] + tone


def with_tone(syllable: str, tone: str) -> str:
    """Put a tone where the school puts it; worked out here without the code under test."""
    composed = unicodedata.normalize("NFC", syllable)
    initial = re.match(r"qu|gi(?=[aăâeêioôơuưy])|[^aăâeêioôơuưy]*", composed)
    assert initial is not None
    rest = composed[initial.end() :]
    vowels = re.match(r"[aăâeêioôơuưy]+", rest)
    assert vowels is not None
    nucleus, final = vowels.group(), rest[vowels.end() :]
    marked = [place for place, char in enumerate(nucleus) if char in "ăâêôơư"]
    place = marked[-1] if marked else (1 if len(nucleus) == 3 or (len(nucleus) == 2 and final) else 0)
    place += initial.end()
    return unicodedata.normalize("NFC", composed[: place + 1] + tone + composed[place + 1 :])


@pytest.mark.parametrize("name", METHODS)
def test_every_syllable_can_be_typed_in_every_usual_way(name: str) -> None:
    count = 0
    for syllable in sorted(every_syllable()):
        plain = "".join(letter for letter, _ in split(syllable))
        is_stopped = plain[parts_of(plain)[1] :] in STOPS
        for key, tone in zip(("", *TONE_KEYS[name]), ("", *TONES), strict=True):
            if is_stopped and tone in TONES[:3]:
                continue
            for keys in spellings(name, syllable, key):
                assert typed_by(name, keys) == with_tone(syllable, tone), keys
                count += 1
    assert count > 20_000


def test_every_vietnamese_word_of_the_code_lists_can_be_typed() -> None:
    folder = Path(field178_shared.codelists.__file__).with_name("data")
    texts = [
        text for path in folder.glob("*.yaml") for text in re.findall(r'vi: "([^"]*)"', path.read_text())
    ]
    words = {word for text in texts for word in re.findall(r"[^\W\d_]+", text) if word.islower()}
    # sđ is an abbreviation: nothing to compose without a vowel.
    vietnamese = {word for word in words if not word.isascii()} - {"sđ"}
    assert len(vietnamese) > 500
    for name in METHODS:
        made = {word: typed(_keys(name, word), METHODS[name]) for word in vietnamese}
        assert {word: result for word, result in made.items() if result != word} == {}, name


def _keys(name: str, word: str) -> str:
    tone = next(
        (
            key
            for key, mark in zip(TONE_KEYS[name], TONES, strict=True)
            if mark in unicodedata.normalize("NFD", word)
        ),
        "",
    )
    return (
        "".join(letter + (mark_key(name, letter, mark) if mark else "") for letter, mark in split(word))
        + tone
    )


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ("tiengse", "tiếng"),
        ("duongdwf", "đường"),
        ("hoaf", "hòa"),
        ("thuyr", "thủy"),
        ("khoer", "khỏe"),
        ("giaf", "già"),
        ("quar", "quả"),
        ("cuar", "của"),
        ("thuowr", "thuở"),
        ("NGUYEENX", "NGUYỄN"),
        ("DDawngj", "Đặng"),
        ("toansf", "toàn"),
        ("toansz", "toan"),
    ],
)
def test_marks_and_tones_come_at_any_time_and_stand_where_they_belong(keys: str, word: str) -> None:
    assert typed(keys) == word


@pytest.mark.parametrize(
    ("keys", "word"),
    [("tesst", "test"), ("aaa", "aa"), ("ddd", "dd"), ("ww", "w"), ("xooong", "xoong"), ("uww", "uw")],
)
def test_the_same_key_again_takes_its_mark_back(keys: str, word: str) -> None:
    assert typed(keys) == word


@pytest.mark.parametrize("word", ["karaoke", "window", "software", "expo", "facebook", "fax", "zalo"])
def test_word_that_is_no_syllable_stays_as_typed(word: str) -> None:
    assert typed(word) == word


@pytest.mark.parametrize("number", ["12", "2026", "178", "1a2"])
def test_numbers_stay_numbers_in_vni(number: str) -> None:
    assert typed(number, VNI)[: len(number.rstrip("a2"))] == number.rstrip("a2")


def test_a_letter_that_was_rubbed_out_or_a_moved_cursor_confuses_nothing() -> None:
    composer = Composer(TELEX)
    assert composer.press("tiến", "g") == "tiếng"
    assert composer.press("tiế", "t") == "tiết"
    assert composer.press("tie", "e") == "tiê"
    assert composer.press("", "s") == "s"
    assert composer.press("hoà", "n") == "hoàn"
