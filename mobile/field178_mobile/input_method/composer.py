"""Composer of one word: keys become Vietnamese letters; words that are no syllables stay as typed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace

from field178_mobile.input_method.keys import NANG, NONE, SAC, Method, ToneMark
from field178_mobile.input_method.syllables import STOPS, leads_to_one, parts_of, split

_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_MARKS = {"": "", "^": "\u0302", "(": "\u0306", "+": "\u031b"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A plain letter as typed, and its mark; `key` if one key made both (w for ư)."""

    char: str
    mark: str = ""
    key: str = ""

    @property
    def plain(self) -> str:
        """The letter in lower case."""
        return self.char.lower()


@dataclass(slots=True)
class Composer:
    """Compose with one method. The caller gives the text left of the cursor, so a cursor that was moved or a
    letter that was rubbed out cannot confuse it."""

    method: Method
    _shown: str = ""
    _typed: str = ""
    _letters: list[Letter] = field(default_factory=list)
    _tone: int = NONE
    # As typed from here to the end of the word: it is no syllable, or a mark was taken back.
    _is_plain: bool = False

    def takes(self, char: str) -> bool:
        """Return whether a character is a key of a word; any other ends the word."""
        return char.isalpha() or char in self.method.tones or char in self.method.marks

    def press(self, word: str, key: str) -> str:
        """Return the word left of the cursor after one more key."""
        if word != self._shown or not word:
            self._take_over(word)
        self._typed += key
        if not self._is_plain:
            self._apply(key)
        self._shown = self._typed if self._is_plain else self._spelled()
        return self._shown

    def _take_over(self, word: str) -> None:
        self._typed = word
        self._letters = [Letter(char, mark) for char, mark in split(word)]
        marks = unicodedata.normalize("NFD", word)
        self._tone = next((number for number, tone in enumerate(_TONES) if tone and tone in marks), NONE)
        self._is_plain = not self._is_possible(self._letters, self._tone)

    def _apply(self, key: str) -> None:
        lower = key.lower()
        if lower in self.method.tones and self._has_vowel():
            self._put_tone(self.method.tones[lower], key)
        elif lower not in self.method.marks or not self._put_mark(self.method.marks[lower], key):
            self._add(Letter(key))

    def _has_vowel(self) -> bool:
        start, end = parts_of(self._plain())
        return start < end

    def _put_tone(self, tone: int, key: str) -> None:
        if tone == self._tone and tone != NONE:
            self._tone = NONE
            self._take_back(key)
        elif tone == self._tone or not self._is_possible(self._letters, tone):
            self._add(Letter(key))
        else:
            self._tone = tone

    def _put_mark(self, mark: ToneMark, key: str) -> bool:
        for places in self._targets(mark):
            marked_letters = [
                replace(self._letters[place], mark=mark.on[self._letters[place].plain]) for place in places
            ]
            if marked_letters == [self._letters[place] for place in places]:
                self._take_off(places, key)
                return True
            tried = list(self._letters)
            for place, letter in zip(places, marked_letters, strict=True):
                tried[place] = letter
            if self._is_possible(tried, self._tone):
                self._letters = tried
                return True
        return self._put_alone(mark, key)

    def _take_off(self, places: tuple[int, ...], key: str) -> None:
        made_by = self._letters[places[0]].key
        for place in places:
            letter = self._letters[place]
            self._letters[place] = Letter(letter.key or letter.char)
        # A key that already made this letter is typed as itself the second time.
        self._take_back("" if made_by else key)

    def _put_alone(self, mark: ToneMark, key: str) -> bool:
        if mark.or_else is None:
            return False
        char, own = mark.or_else
        letter = Letter(char.upper() if key.isupper() else char, own, key)
        if not self._is_possible([*self._letters, letter], self._tone):
            return False
        self._letters.append(letter)
        return True

    def _targets(self, mark: ToneMark) -> list[tuple[int, ...]]:
        """Return the places a mark may mean, the likeliest first: uo together, u of ua, then the last."""
        plain = self._plain()
        start, end = parts_of(plain)
        if "d" in mark.on:
            return [(0,)] if plain.startswith("d") else []
        vowels = [place for place in range(start, end) if plain[place] in mark.on]
        vowel_places: list[tuple[int, ...]] = []
        pair = plain.find("uo", start, end)
        if pair >= 0 and mark.on.get("u") and mark.on.get("o"):
            vowel_places.append((pair, pair + 1))
        if mark.on.get("u") and plain.startswith("ua", start):
            vowel_places.append((start,))
        by_letter = sorted(
            reversed(vowels), key=lambda place: "aou".find(plain[place]) if "u" in mark.on else 0
        )
        return vowel_places + [(place,) for place in by_letter]

    def _add(self, letter: Letter) -> None:
        self._letters.append(letter)
        if not self._is_possible(self._letters, self._tone):
            self._is_plain = True

    def _take_back(self, key: str) -> None:
        self._typed = self._spelled() + key
        self._letters += [Letter(char) for char in key]
        # xoong is an exception: a doubled vowel by explicit keys still takes its tone.
        self._is_plain = not self._is_possible(self._letters, self._tone) or not key

    def _plain(self) -> str:
        return "".join(letter.plain for letter in self._letters)

    def _is_possible(self, letters: list[Letter], tone: int) -> bool:
        plain = "".join(letter.plain for letter in letters)
        final = plain[parts_of(plain)[1] :]
        if tone not in (NONE, SAC, NANG) and final in STOPS:
            return False
        return not plain or leads_to_one(plain, tuple(letter.mark for letter in letters))

    def _spelled(self) -> str:
        plain = self._plain()
        start, end = parts_of(plain)
        letters = list(self._letters)
        if _is_open_uo(plain, letters, start, end):
            letters[start] = replace(letters[start], mark="")
        toned = _toned(plain, letters, start, end) if self._tone else -1
        text = ""
        for place, letter in enumerate(letters):
            char = (
                ("Đ" if letter.char.isupper() else "đ")
                if letter.mark == "-"
                else letter.char + _MARKS[letter.mark]
            )
            text += char + (_TONES[self._tone] if place == toned else "")
        return unicodedata.normalize("NFC", text)


def _is_open_uo(plain: str, letters: list[Letter], start: int, end: int) -> bool:
    # huơ, thuở: at the end of a word the u keeps its plain form; one more letter makes it ươ again.
    return (
        plain[start:] == "uo" and end == len(plain) and all(letter.mark == "+" for letter in letters[start:])
    )


def _toned(plain: str, letters: list[Letter], start: int, end: int) -> int:
    """Return the vowel that carries the tone: a marked vowel, else as in hòa, thúy, khỏe, toán, ngoéo."""
    marked = [place for place in range(start, end) if letters[place].mark]
    if marked:
        return marked[-1]
    if end - start >= 2 and (end < len(plain) or end - start > 2):
        return start + 1
    return start
