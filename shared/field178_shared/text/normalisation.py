"""Vietnamese text: normal form for storage, folded form for search, key for sorting."""

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_MARKS: dict[int, None] = dict.fromkeys(range(0x300, 0x370))

# Control characters (invalid in spreadsheets), direction marks and invisible characters.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")

# Letters are mapped to code points in alphabetical order, after digits and signs.
_FIRST_LETTER = 0x41
_SIGN = "/"


def nfc(text: str) -> str:
    """Return the form in which text is stored and compared."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def without_unseen(text: str) -> str:
    """Return the text without invisible characters; tabs and line breaks stay."""
    return _UNSEEN.sub("", text)


def fold(text: str) -> str:
    """Return the text to search in: no marks, đ as d, lower case, single spaces.

    The position of a tone mark (oà or òa) and the Unicode composition make no difference.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "d")
    # Performance: translating a text takes longer than all the rest, and many have no mark.
    if not text.isascii():
        text = text.translate(_MARKS)
    return " ".join(text.lower().split())


def sort_key(text: str) -> str:
    """Return a key that sorts by code point like a Vietnamese dictionary.

    Letters decide first (a ă â b c d đ e ê ...), then the tones word by word (none, huyền, hỏi, ngã, sắc,
    nặng), then the text itself, so that only equal texts have equal keys. A database column of keys MUST
    compare them by code point (collation "C").
    """
    plain = nfc(text)
    words = plain.lower().split()
    letters = " ".join(word.translate(_LETTERS) for word in words)
    tones = "".join(_tone_of(word) for word in words)
    return f"{letters}\x01{tones}\x01{plain}"


# A page sorts the same few hundred labels each time.
_key_of_label = functools.lru_cache(maxsize=2048)(sort_key)


def by_label(options: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return pairs of key and label in Vietnamese order of their labels."""
    return tuple(sorted(options, key=lambda option: _key_of_label(option[1])))


def _tone_of(word: str) -> str:
    return "0" if word.isascii() else next((_TONE_OF[char] for char in word if char in _TONE_OF), "0")


def _toned_letters() -> Iterator[tuple[str, str, str]]:
    for letter in _ALPHABET:
        yield letter, letter, ""
        for mark, tone in _TONES.items():
            composed = unicodedata.normalize("NFC", letter + mark)
            if len(composed) == 1:
                yield composed, letter, tone


def _letter_table() -> dict[int, str]:
    signs = {code: _SIGN for code in range(_FIRST_LETTER, 0x7F) if not chr(code).isalpha()}
    controls = {code: " " for code in range(0x20)}
    rank = {letter: chr(_FIRST_LETTER + index) for index, letter in enumerate(_ALPHABET)}
    letters = {ord(char): rank[letter] for char, letter, _ in _toned_letters()}
    return {**signs, **controls, **letters}


_LETTERS = _letter_table()
_TONE_OF = {char: tone for char, _, tone in _toned_letters() if tone}
