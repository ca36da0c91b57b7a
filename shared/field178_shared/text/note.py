"""A note to search for names: its words, and what each of them can be by the lists."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from field178_shared.text.name_words import Herald, NameWords
from field178_shared.text.words import NoteWord, is_phrase

# A short word with a point is part of a name: Ng. Văn Tâm.
_LONGEST_SHORT = 3
# Between a given name and the rest of a nickname.
_QUOTES = frozenset("\"“”'‘’")
_LONGEST_IN_QUOTES = 3
_SHORT_SURNAMES = frozenset({"ng", "ngu", "ngn", "tr"})
_SENTENCE_SIGNS = frozenset(".;:\n(")
# How far before "là" stands who or what is named: "tên thật của nhân viên số 8 là".
_REACH_OF_COPULA = 8


class Surname(IntEnum):
    """Certainty that a word is a surname."""

    NONE = 0
    WEAK = 1
    STRONG = 2


class Note:
    """Words of a note with the lookup of the lists."""

    __slots__ = ("has_small_letters", "is_plain", "lookup", "words")

    def __init__(self, words: Sequence[NoteWord], lookup: NameWords) -> None:
        self.words = words
        self.lookup = lookup
        # Written without marks, as on a keyboard without them: words are looked up without marks too.
        self.is_plain = all(word.is_plain for word in words)
        # In a note of capitals alone they tell nothing.
        self.has_small_letters = not all(word.text.isupper() for word in words if not word.is_digits)

    def strength(self, at: int) -> Surname:
        """Return how surely a word with a capital begins a surname."""
        word = self.words[at]
        if self.lookup.surname_length(self.words, at) or self.lookup.strong.has(word, may_lack_marks=False):
            return Surname.STRONG
        if self.lookup.weak.has(word, may_lack_marks=False):
            return Surname.WEAK
        if not self.lookup.strong.has(word, may_lack_marks=True):
            return Surname.WEAK if self.lookup.weak.has(word, may_lack_marks=True) else Surname.NONE
        is_common = self.lookup.common.has(word, may_lack_marks=True)
        is_sure = self.is_plain and is_common and word.folded not in self.lookup.stop
        return Surname.STRONG if is_sure else Surname.WEAK

    def small_strength(self, at: int) -> Surname:
        """Return how surely a word in small letters is a surname."""
        word = self.words[at]
        if self.lookup.surname_length(self.words, at) or self.lookup.strange.has(word, may_lack_marks=True):
            return Surname.STRONG
        if self.lookup.strong.has(word, may_lack_marks=self.is_plain):
            is_ordinary = self.is_plain and word.folded in self.lookup.stop
            return Surname.WEAK if is_ordinary else Surname.STRONG
        return Surname.WEAK if self.lookup.weak.has(word, may_lack_marks=self.is_plain) else Surname.NONE

    def is_short_surname(self, at: int) -> bool:
        """Return whether a word is a surname in short: "ng", "tr"."""
        return self.words[at].lower in _SHORT_SURNAMES

    def role_of_number(self, at: int) -> int:
        """Return the length of a role and its number before a word ("ktv số 12 trang"), 0 for none."""
        length = 2 if at > 1 and self.words[at - 2].folded == "so" else 1
        first = at - length
        herald, words = self.lookup.herald_of(self.words, first, may_lack_marks=self.is_plain)
        return length + words if herald is Herald.ROLE and self.words[first].is_adjacent else 0

    def herald_before_copula(self, at: int) -> Herald | None:
        """Return what "là" before a word says of it: "tên của chị ấy là", "quản lý là"."""
        copula = self.words[at - 1].lower
        is_copula = copula == "là" or (self.is_plain and copula == "la")
        if at < 2 or not is_copula or not is_phrase(self.words[at - 2 : at]):
            return None
        before = None
        for index in range(at - 1, max(at - _REACH_OF_COPULA, 0), -1):
            kind, length = self.lookup.herald_of(self.words, index, may_lack_marks=self.is_plain)
            is_person = self.words[index - 1].folded == "nguoi" and index < at - 1
            # A sign or a licence has a name too, but no "tên thật".
            if kind is Herald.NAMED:
                return kind if before is not None or length > 1 else None
            if kind in (Herald.ROLE, Herald.TITLE) or is_person:
                before = Herald.ROLE
            elif kind is not None and kind.is_of_place:
                return before
            if not self.words[index - 1].is_adjacent:
                break
        return before

    def begins_sentence(self, at: int) -> bool:
        """Return whether a word is the first of a sentence."""
        return not at or not _SENTENCE_SIGNS.isdisjoint(self.words[at].gap)

    def is_given(self, at: int) -> bool:
        """Return whether a word is a given name."""
        return at < len(self.words) and self.lookup.given.has(self.words[at], may_lack_marks=self.is_plain)

    def is_middle(self, at: int) -> bool:
        """Return whether a word is Văn or Thị."""
        return at < len(self.words) and self.lookup.middles.has(self.words[at], may_lack_marks=True)

    def continues_name(self, at: int) -> bool:
        """Return whether a word goes on with the name before it, over a space, "Ng. Văn" or "Ji-hoon"."""
        word, previous = self.words[at], self.words[at - 1]
        is_pointed = len(previous.text) <= _LONGEST_SHORT and word.gap.strip() == "."
        is_hyphened = word.gap == "-" and word.is_plain and word.is_title
        return word.is_adjacent or is_hyphened or (is_pointed and not previous.is_digits)

    def nickname_length(self, at: int) -> int:
        """Return the length of what goes on with a given name: "hùng cụt", `Hùng "ba tai"`, 0 for none."""
        if at >= len(self.words) or not self.is_small(at):
            return 0
        word = self.words[at]
        if word.is_adjacent:
            length = int(word.lower in self.lookup.small_nicknames)
            return length or (self.opens_nickname(at - 1) and self.lookup.nickname_length(self.words, at))
        return self._quoted_length(at) if word.gap.strip() in _QUOTES else 0

    def opens_nickname(self, at: int) -> bool:
        """Return whether a word is the first in quotation marks, and names no place."""
        herald, _ = self.lookup.herald_of(self.words, at, may_lack_marks=self.is_plain)
        return self.words[at].gap[-1:] in _QUOTES and not (herald and herald.is_of_place)

    def _quoted_length(self, at: int) -> int:
        """Return the number of words up to the next quotation mark, 0 if it is not near."""
        for length in range(1, _LONGEST_IN_QUOTES + 1):
            if at + length == len(self.words) or self.words[at + length].gap[:1] in _QUOTES:
                return length
            if not self.words[at + length].is_adjacent:
                break
        return 0

    def is_small(self, at: int) -> bool:
        """Return whether a word has no capital, or capitals tell nothing, as in a note of capitals."""
        return not (self.has_small_letters and self.words[at].text[0].isupper())

    def next_word(self, at: int, more: int = 1) -> NoteWord | None:
        """Return a word in small letters further on, if only spaces separate it from this one."""
        words = self.words[at : at + more + 1]
        if len(words) <= more or not is_phrase(words):
            return None
        return words[more] if all(map(self.is_small, range(at, at + more + 1))) else None
