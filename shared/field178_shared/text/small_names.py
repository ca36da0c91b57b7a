"""Names of people that are written without capitals, or in a note of capitals alone."""

from __future__ import annotations

from collections.abc import Iterator

from field178_shared.text.name_words import Herald
from field178_shared.text.note import Note, Surname
from field178_shared.text.words import NoteWord, has_highland_prefix, is_syllable

# Short words for a place with a point behind them: "p. nguyễn thái bình".
_POINTED_PLACES = frozenset({"p", "q", "x", "h", "tt", "tp", "tx", "tdp"})
# "khách", "chủ" and other roles of one word are followed by too many other words.
_LEAST_OF_ROLE = 2
_SHORT_ROLES = frozenset({"nv", "ktv", "ql", "gđ", "pgđ", "lt"})
_MOST_GIVEN = 2
# "hđ", "sđt", "hđlđ" are no names.
_LONGEST_SHORT_FORM = 3
_VOWELS = frozenset("aeiouy")
# Of the words of a contact those that are hardly followed by a thing ("của bình").
_ASKING = frozenset({"gặp", "hỏi", "mời", "nhắc"})
_OWNERS_PLACES = frozenset({"so", "quan", "nha"})
# Behind these a rank is one: "chú ba", "bà năm".
_SENIOR = frozenset({"cô", "chú", "dì", "cậu", "bác", "ông", "bà", "thím", "mợ"})
# Ranks among brothers and sisters that are numbers of other things too often.
_UNSURE_RANKS = frozenset({"ca", "hai", "ba", "nam", "tu"})


class SmallNames:
    """Search for names without the help of capitals: the lists and the words before decide."""

    def __init__(self, note: Note) -> None:
        self.note, self.words, self.lookup = note, note.words, note.lookup
        self._reached = 0

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield the first and last word of each name."""
        index = 0
        while index < len(self.words):
            if skipped := self.lookup.public_length(self.words, index) or self._patron_length(index):
                index = self._reached = index + skipped
                continue
            length = self._name_length(index) if self.note.is_small(index) else 0
            if length:
                yield index, index + length - 1
            index += max(length, 1)

    def _name_length(self, at: int) -> int:
        herald, length_of_herald = self._herald(at)
        is_unit = at > 0 and not self.words[at].gap and self.words[at - 1].is_digits
        if herald is Herald.PLACE or is_unit:
            return 0
        length = 0 if herald is Herald.ESTABLISHMENT else self._length_with_apostrophe(at)
        if length := length or self._length_of_full_name(at, herald):
            is_public = herald is None and self.lookup.is_public_name(self.words, at, length)
            return 0 if is_public else length
        length = self._length_of_speaker(at, herald) or self._length_after(at, herald, length_of_herald)
        return length or self._length_of_nickname(at)

    def _length_of_nickname(self, at: int) -> int:
        """Return 2 for a given name with a word of the body: "tuấn sẹo", 0 for other words."""
        is_given = self.lookup.sure_given.has(self.words[at], may_lack_marks=False)
        return 2 if is_given and self.note.nickname_length(at + 1) else 0

    def _length_after(self, at: int, herald: Herald | None, length_of_herald: int) -> int:
        """Return the length of the given or foreign name behind words that announce one, 0 for none."""
        if herald in (Herald.NAMED, Herald.TITLE, Herald.ROLE):
            after = self._length_after_role if herald is Herald.ROLE else self._length_after_title
            return self._length_of_foreign(at, herald) or after(at, herald, length_of_herald)
        if herald is Herald.CONTACT and (length_of_herald > 1 or self.words[at - 1].lower in _ASKING):
            return self._length_of_sure_given(at)
        if herald is not Herald.SHORT_TITLE or self._is_of_several(at - length_of_herald):
            return 0
        is_given = self._is_given(at, is_clear=self.note.is_plain)
        return int(is_given and not self.lookup.is_compound(self.words[at], self.note.next_word(at)))

    def _herald(self, at: int) -> tuple[Herald | None, int]:
        """Return what the words before a word announce, and how many they are."""
        word = self.words[at]
        if at and word.gap.strip() == "." and self.words[at - 1].lower in _POINTED_PLACES:
            return Herald.PLACE, 1
        if not at or not (word.is_adjacent or word.gap.strip() == ":"):
            return None, 0
        if word.is_adjacent and self.words[at - 1].is_digits:
            length = self.note.role_of_number(at)
            return (Herald.ROLE, length) if length else (Herald.PLACE, 1)
        herald, length = self.lookup.herald_of(self.words, at, may_lack_marks=self.note.is_plain)
        if at - length < self._reached:
            return None, 0
        if herald is None and self.note.herald_before_copula(at) is Herald.NAMED:
            return Herald.NAMED, 1
        return herald, length

    def _patron_length(self, at: int) -> int:
        """Return the length of the name of a street's patron behind a word for a place, 0 for none."""
        length = self.lookup.public_name_length(self.words, at)
        if not length:
            return 0
        herald, length_of_herald = self._herald(at)
        if herald is Herald.TITLE:
            return length if self._is_of_several(at - length_of_herald) else 0
        # Without marks "cho" is a market too.
        is_of_place = herald in (Herald.PLACE, Herald.NEUTRAL)
        return length if is_of_place or (herald is Herald.CONTACT and self.note.is_plain) else 0

    # Full names

    def _length_with_apostrophe(self, at: int) -> int:
        """Return the length of a name such as "h'hen niê" or "ksor h'lan", 0 for none."""
        first, second = self.words[at], self.note.next_word(at)
        if at and self.words[at - 1].lower in self.lookup.place_syllables:
            return 0
        if has_highland_prefix(first) and first.folded[0] in "hk":
            return 1 + (second is not None and self.lookup.upland.has(second, may_lack_marks=True))
        is_surname = self.lookup.upland.has(first, may_lack_marks=self.note.is_plain)
        return 2 if is_surname and second is not None and has_highland_prefix(second) else 0

    def _length_of_full_name(self, at: int, herald: Herald | None) -> int:
        second = self.note.next_word(at)
        if second is None or self.lookup.public_name_length(self.words, at + 1):
            return 0
        if length := self._length_by_form(at):
            return length
        strength = self._strength(at)
        if not strength or self.lookup.is_compound(self.words[at], second):
            return 0
        return self._length_after_strange(at) or self._length_after_surname(at, strength, herald)

    def _length_by_form(self, at: int) -> int:
        """Return the length of a name of the highlands, or with a surname in short: "ng thi hoa"."""
        if self._is_highland_name(at):
            return 3
        if self.note.is_short_surname(at) and self.note.is_middle(at + 1) and self.note.is_given(at + 2):
            return 3 + self._one_more(at + 3)
        return self._length_with_strange(at)

    def _length_after_surname(self, at: int, strength: Surname, herald: Herald | None) -> int:
        if self.lookup.middles.has(self.words[at + 1], may_lack_marks=self.note.is_plain):
            return self._length_after_middle(at, strength, herald)
        if herald is Herald.ESTABLISHMENT:
            return 0
        is_announced = self._is_announced(at, herald)
        if self._are_syllables(at, is_announced=is_announced):
            is_announced = is_announced or herald is Herald.CONTACT
            return self._length_of_three(at, strength, is_announced=is_announced)
        return 2 if is_announced and self._is_short_name(at, strength) else 0

    def _strength(self, at: int) -> Surname:
        """Return how surely a word is a surname; a function word (và, từ) is one before Văn or Thị alone."""
        strength = self.note.small_strength(at)
        is_function_word = not self.note.is_plain and self.words[at].lower in self.lookup.function_surnames
        has_middle = self.note.is_middle(at + 1) and not self.note.is_plain
        if self._ends_ordinary_word(at) and not has_middle:
            return Surname.NONE
        is_no_surname = strength is Surname.WEAK and is_function_word and not self.note.is_middle(at + 1)
        return Surname.NONE if is_no_surname else strength

    def _ends_ordinary_word(self, at: int) -> bool:
        """Return whether a word is the end of an ordinary one: "xet nghiem", "xúc xích"."""
        is_unsure = self.note.is_plain or not self.lookup.common.has(self.words[at], may_lack_marks=False)
        is_after_word = is_unsure and at > 0 and self.words[at].is_adjacent
        return is_after_word and self.lookup.is_compound(self.words[at - 1], self.words[at])

    def _length_after_strange(self, at: int) -> int:
        """Return the length of a name behind a surname of the highlands ("rmah đin"), 0 for another."""
        surname = self.lookup.surname_length(self.words, at)
        if not surname and not self.lookup.strange.has(self.words[at], may_lack_marks=True):
            return 0
        length = max(surname, 1)
        given = self.note.next_word(at, length)
        if given is None or given.is_digits:
            return 0
        middle = self.lookup.middles.has(given, may_lack_marks=self.note.is_plain)
        goes_on = middle or (len(given.text) == 1 and given.folded in self.lookup.prefixes)
        return length + 1 + (goes_on and self.note.next_word(at, length + 1) is not None)

    def _length_with_strange(self, at: int) -> int:
        """Return the length of a name with a syllable that is not Vietnamese: "thạch sa rươl"."""
        is_prefix = len(self.words[at].text) > 1 and self.words[at].folded in self.lookup.prefixes
        if not is_prefix and not self.note.small_strength(at):
            return 0
        for more in (1, 2):
            word = self.note.next_word(at, more)
            if word is None or word.is_plain or len(word.text) <= _LONGEST_SHORT_FORM:
                continue
            if self.lookup.is_upland_word(word) and not _VOWELS.isdisjoint(word.folded):
                return more + 1
        return 0

    def _is_highland_name(self, at: int) -> bool:
        """Return whether a name of the highlands begins here: "giàng a chu", "y blon nie", "thào mí chá"."""
        if self.note.next_word(at, 2) is None or self._ends_ordinary_word(at):
            return False
        first, second, third = self.words[at : at + 3]
        if self.lookup.is_compound(first, second):
            return False
        if self.lookup.small_middles.has(second, may_lack_marks=False):
            return self.note.small_strength(at) > 0 and not third.is_digits
        may_lack_marks = self.note.is_plain
        if second.lower == "a":
            surnames = (self.lookup.upland, self.lookup.mong)
            return any(surname.has(first, may_lack_marks=may_lack_marks) for surname in surnames)
        return first.lower in ("y", "h") and self.lookup.upland.has(third, may_lack_marks=may_lack_marks)

    def _length_after_middle(self, at: int, strength: Surname, herald: Herald | None) -> int:
        """Return the length of a name with Văn or Thị, 0 if what follows is no given name."""
        second, third, fourth = self.words[at + 1], self.note.next_word(at, 2), self.note.next_word(at, 3)
        if third is None or third.is_digits:
            return 0
        is_sure = self._is_announced(at, herald) or self.note.begins_sentence(at)
        if second.folded == "thi" and self._is_given_after_thi(third, is_sure=is_sure):
            return 3 + self._one_more(at + 3)
        is_ordinary = self.lookup.is_compound(second, third) or self.lookup.is_compound(third, fourth)
        if strength is Surname.WEAK and is_ordinary:
            return 0
        if self.lookup.given.has(third, may_lack_marks=self.note.is_plain):
            return 3 + self._one_more(at + 3)
        is_word = third.folded in self.lookup.stop or not is_syllable(third.folded)
        return 0 if is_word or (strength is Surname.WEAK and self.note.is_plain) else 3

    def _is_given_after_thi(self, word: NoteWord, *, is_sure: bool) -> bool:
        """Return whether a word behind a surname and Thị is a given name, not "thị xã", "thi hành"."""
        if not self.note.is_plain:
            return word.lower not in self.lookup.after_thi
        is_given = is_sure or self.lookup.given.has(word, may_lack_marks=True) or not is_syllable(word.folded)
        is_stopped = word.folded in self.lookup.stop and word.folded not in self.lookup.clear_given
        return is_given and not is_stopped and word.folded not in self.lookup.compounds.get("thi", ())

    def _are_syllables(self, at: int, *, is_announced: bool) -> bool:
        """Return whether the two words behind a surname can be middle and given name."""
        if self.note.next_word(at, 2) is None:
            return False
        are_clear = [self._is_syllable(index) for index in (at + 1, at + 2)]
        are_clear[1] = are_clear[1] or (self._is_common(at) and self._is_last_given(at + 2))
        if all(are_clear):
            return True
        are_given = [self._is_given(at + 1), self.note.is_given(at + 2)]
        return (are_clear[1] and are_given[0]) or (is_announced and are_clear[0] and are_given[1])

    def _is_last_given(self, at: int) -> bool:
        """Return whether a word is a given name that a sign separates from the next word."""
        return self.note.is_given(at) and self.note.next_word(at) is None

    def _is_syllable(self, at: int) -> bool:
        """Return whether a word can be a part of a name behind a surname."""
        word = self.words[at]
        if word.folded in self.lookup.stop and word.folded not in self.lookup.clear_given:
            return not self.note.is_plain and self.note.is_given(at)
        return self.note.is_given(at) or self.note.small_strength(at) > 0

    def _length_of_three(self, at: int, strength: Surname, *, is_announced: bool) -> int:
        second, third = self.words[at + 1 : at + 3]
        is_ordinary = self.lookup.is_compound(second, third)
        is_ordinary = is_ordinary or self.lookup.is_compound(third, self.note.next_word(at, 3))
        is_strong = strength is Surname.STRONG and self._is_common(at)
        is_strong = is_strong or (not self.note.is_plain and self._is_certain(at))
        is_name = (is_strong and is_announced) if is_ordinary else (is_strong or is_announced)
        return 3 + self._one_more(at + 3) if is_name else 0

    def _is_certain(self, at: int) -> bool:
        """Return whether a name has a common surname and two given names: "phan đăng khoa"."""
        is_common = self.lookup.common.has(self.words[at], may_lack_marks=False)
        return is_common and self.note.is_given(at + 1) and self._is_sure_given(at + 2, is_first=False)

    def _is_announced(self, at: int, herald: Herald | None) -> bool:
        """Return whether the words before leave no doubt that a person follows."""
        if herald is Herald.TITLE:
            return not (self.note.is_plain and self.words[at - 1].folded in self.lookup.unclear_titles)
        return herald is Herald.NAMED or (herald is Herald.ROLE and self._is_common(at))

    def _is_common(self, at: int) -> bool:
        """Return whether a surname needs no title: without marks only the commonest do not."""
        return not self.note.is_plain or self.lookup.common.has(self.words[at], may_lack_marks=True)

    def _is_short_name(self, at: int, strength: Surname) -> bool:
        """Return whether the words are a surname and one given name."""
        second = self.words[at + 1]
        is_sure = self.lookup.sure_given.has(second, may_lack_marks=self.note.is_plain)
        is_given = self._is_given(at + 1, is_clear=self.note.is_plain)
        is_ordinary = self.lookup.is_compound(second, self.note.next_word(at, 2))
        return is_given and not is_ordinary and (is_sure or strength is Surname.STRONG)

    def _one_more(self, at: int) -> int:
        """Return 1 if one more given name follows."""
        if at >= len(self.words) or not (self.words[at].is_adjacent and self.note.is_small(at)):
            return 0
        is_ordinary = self.lookup.is_compound(self.words[at], self.note.next_word(at))
        is_verb = self.lookup.is_personal_verb(self.words, at) and not self._is_sure_given(at, is_first=True)
        return int(self._is_given(at) and not is_ordinary and not is_verb)

    def _length_of_foreign(self, at: int, herald: Herald) -> int:
        """Return the length of a foreigner's name: "ông zhang wei", "gọi là jenny", 0 for another."""
        length = 0
        while (word := self.note.next_word(at, length)) is not None and word.folded in self.lookup.foreign:
            length += 1
        word = self.words[at]
        is_listed = word.lower in self.lookup.heralds or word.lower in self.lookup.suffixes
        is_strange = len(word.text) > _LONGEST_SHORT_FORM and not is_syllable(word.folded)
        is_nickname = herald is Herald.NAMED and word.is_plain and is_strange and not is_listed
        if length > 1:
            return length
        return int(is_nickname and not _VOWELS.isdisjoint(word.folded))

    # Given names

    def _is_given(self, at: int, *, is_clear: bool = False) -> bool:
        """Return whether a word is a given name; `is_clear`: one that is no ordinary word without marks."""
        if at >= len(self.words):
            return False
        word = self.words[at]
        if is_clear:
            return word.folded in self.lookup.clear_given
        is_ordinary = word.folded in self.lookup.stop and word.folded not in self.lookup.clear_given
        return self.note.is_given(at) and not (is_ordinary and self.note.is_plain)

    def _length_after_title(self, at: int, herald: Herald, length_of_herald: int) -> int:
        first, title = self.words[at], self.words[at - 1]
        if self._is_of_several(at - length_of_herald) or self.lookup.is_compound(title, first):
            return 0
        following = self.note.next_word(at)
        is_said = herald is Herald.NAMED and following is not None and following.folded in self.lookup.stop
        if self.lookup.is_compound(first, following) and not is_said:
            return 0
        is_rank = herald is Herald.TITLE and self.lookup.ranks.has(first, may_lack_marks=self.note.is_plain)
        is_senior = title.lower in _SENIOR and not self.note.is_plain and not self._precedes_number(at)
        if is_rank and (is_senior or first.folded not in _UNSURE_RANKS):
            return 1
        is_clear = self.note.is_plain and title.folded in self.lookup.unclear_titles
        is_sure = is_clear or self.lookup.sure_given.has(first, may_lack_marks=self.note.is_plain)
        if not (is_sure and self._is_given(at, is_clear=is_clear)):
            return 0
        nickname = self.lookup.nickname_length(self.words, at + 1) if herald is Herald.NAMED else 0
        return 1 + (nickname or self._one_more(at + 1))

    def _precedes_number(self, at: int) -> bool:
        """Return whether a number follows a word."""
        return at + 1 < len(self.words) and self.words[at + 1].is_digits

    def _length_after_role(self, at: int, _: Herald, length_of_herald: int) -> int:
        """Return the length of the given names behind a role that can be no other words: "lễ tân thảo"."""
        role = self.words[at - 1]
        if self.lookup.titles.has(self.words[at], may_lack_marks=self.note.is_plain):
            return 0
        is_short = length_of_herald < _LEAST_OF_ROLE and role.lower not in _SHORT_ROLES
        if is_short or role.folded in _OWNERS_PLACES or self._is_of_several(at - length_of_herald):
            return 0
        return self._length_of_sure_given(at)

    def _length_of_sure_given(self, at: int) -> int:
        """Return how many given names stand here before a number, a function word or a verb of a person."""
        length = 0
        while length < _MOST_GIVEN and self._is_sure_given(at + length, is_first=not length):
            length += 1
        if not length:
            return 0
        first, last = self.words[at], self.words[at + length - 1]
        following = self.note.next_word(at + length - 1)
        # Any other word may make an adjective with it: "nhân viên hoà nhã".
        ends_there = following is None or following.is_digits or following.folded in self.lookup.stop
        ends_there = ends_there or self.lookup.is_personal_verb(self.words, at + length)
        is_ordinary = at > 0 and self.lookup.is_compound(self.words[at - 1], first)
        is_ordinary = (
            is_ordinary or self.lookup.is_compound(first, last) or self.lookup.is_compound(last, following)
        )
        return length if ends_there and not is_ordinary else 0

    def _is_sure_given(self, at: int, *, is_first: bool) -> bool:
        """Return whether a word can hardly be anything else than a given name."""
        if at >= len(self.words) or not (is_first or self.words[at].is_adjacent):
            return False
        if self.note.is_plain:
            folded = self.words[at].folded
            return folded in self.lookup.clear_given and folded not in self.lookup.stop
        return self.lookup.sure_given.has(self.words[at], may_lack_marks=False)

    def _length_of_speaker(self, at: int, herald: Herald | None) -> int:
        """Return the length of the given names that begin a sentence before a verb: "thắm nói"."""
        is_title = self.lookup.titles.has(self.words[at], may_lack_marks=self.note.is_plain)
        if herald is not None or is_title or not self.note.begins_sentence(at):
            return 0
        length = self._length_of_sure_given(at)
        return length if length and self.lookup.is_personal_verb(self.words, at + length) else 0

    def _is_of_several(self, at: int) -> bool:
        """Return whether a title is one of several people or of a place: "3 chị", "anh em", "quán cô"."""
        herald, _ = self._herald(at)
        if herald is not None and herald.is_of_place:
            return True
        if not at or not self.words[at].is_adjacent:
            return False
        before = self.words[at - 1]
        is_number = before.is_digits or before.lower in self.lookup.plurals
        return is_number or self.lookup.is_compound(before, self.words[at])
