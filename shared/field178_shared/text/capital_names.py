"""Names of people among the runs of words that begin with capitals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from field178_shared.text.name_words import Herald
from field178_shared.text.note import Note, Surname
from field178_shared.text.words import NoteWord, has_highland_prefix, is_syllable

_LONGEST = 5
# Between two names of one list: "chị Hoa, Lan và Mai".
_JOINTS = frozenset({"va", "voi", "cung", "hay", "hoac", "chi", "anh", "em"})
_SENTENCE_SIGNS = frozenset(".;:\n(")
_QUOTES = frozenset({'"', "“", ': "', ": “"})
# With a number behind them these are parts of a law, or rooms.
_NUMBERED = frozenset({"dieu", "khoan", "diem", "phong", "tang"})
_POINTED = frozenset({"p", "q", "mr", "mrs", "ms"})
# A guard before one given name, a hospital before other words: "BV Lợi", "BV Bạch Mai".
_GUARD_OR_HOSPITAL = "bv"
# A body of the office that is a surname and a given name too: "cho Đoàn xem".
_BODY = "đoàn"
_OWNERS_PLACES = frozenset({"so", "quan", "nha", "nghi", "san"})


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a run, from its first to its last word: a person's name, or what else the run names."""

    first: int
    last: int
    herald: Herald
    is_name: bool = False


class CapitalNames:
    """Search for names in a note whose capitals tell something."""

    def __init__(self, note: Note) -> None:
        self.note, self.words, self.lookup = note, note.words, note.lookup

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield the first and last word of each name."""
        for part in self._parts():
            if part.is_name:
                yield part.first, part.last + self.note.nickname_length(part.last + 1)

    def places(self) -> Iterator[tuple[int, int]]:
        """Yield the first and last word of each name of a place or an establishment."""
        for part in self._parts():
            if part.herald.is_of_place:
                yield part.first, part.last

    def _parts(self) -> Iterator[_Part]:
        """Yield what each run of words with capitals names, if it names anything."""
        index, before, end = 0, None, -1
        while self.note.has_small_letters and index < len(self.words):
            last = self._end_of_run(index)
            if last < index:
                index += 1
                continue
            inherited = self._inherited(before, index) if self._is_joined(end, index) else None
            part = self._part_of_run(index, last, inherited)
            if part is not None:
                yield part
            before = None if part is None else part.herald
            index, end = last + 1, last

    # Runs

    def _end_of_run(self, index: int) -> int:
        """Return the last word of the run of capitals that begins here, the word before it for none."""
        last = index - 1
        while last + 1 < len(self.words) and self._has_capital(self.words[last + 1]):
            if last >= index and not self.note.continues_name(last + 1):
                break
            last += 1
        return last

    def _has_capital(self, word: NoteWord) -> bool:
        """Return whether a word has a capital and is no abbreviation such as PCCC."""
        is_syllable_or_name = is_syllable(word.folded) or has_highland_prefix(word)
        return word.is_title or (word.is_capitals and is_syllable_or_name)

    def _is_joined(self, end: int, index: int) -> bool:
        """Return whether two runs of words have only a comma or an "and" between them."""
        between = self.words[end + 1 : index]
        gaps = "".join(word.gap for word in self.words[end + 1 : index + 1])
        if end < 0 or len(between) > 1 or not _SENTENCE_SIGNS.isdisjoint(gaps):
            return False
        return all(word.folded in _JOINTS for word in between)

    def _inherited(self, before: Herald | None, index: int) -> Herald | None:
        """Return what a list goes on with; a name with Văn or Thị continues no list of places."""
        is_place = before is not None and before.is_of_place
        is_name = self.note.is_middle(index + 1) and not self.lookup.is_public_name(self.words, index, 3)
        return None if is_place and is_name else before

    def _part_of_run(self, first: int, last: int, inherited: Herald | None) -> _Part | None:
        """Return the person's name of a run, or the place or establishment that it names."""
        if any(word.lower in self.lookup.suffixes for word in self.words[first : last + 1]):
            return _Part(first, last, Herald.ESTABLISHMENT)
        at = begin = first
        herald = inherited
        while at <= last:
            own = self._herald(at)
            herald = own or herald
            is_announced = herald is not None and herald.is_of_person
            patron = 0 if is_announced else self.lookup.public_name_length(self.words, at)
            # "Lương Thế Vinh Quang" is somebody else than the patron.
            patron = patron if at + patron - 1 == last else 0
            if skipped := self.lookup.public_length(self.words, at) or patron:
                at = begin = at + skipped
                continue
            if self._is_of_place(at, last, herald):
                return _Part(at, last, Herald.PLACE)
            may_begin = at == begin or own is not None or self._follows_opening(at)
            if may_begin and (length := self._name_length(at, last, herald)):
                return _Part(at, at + length - 1, Herald.TITLE, is_name=True)
            at += 1
        return None

    def _herald(self, index: int) -> Herald | None:
        """Return what the words before a word announce."""
        word = self.words[index]
        if not index:
            return None
        previous, sign = self.words[index - 1], word.gap.strip()
        if word.is_adjacent and previous.is_digits:
            return Herald.ROLE if self.note.role_of_number(index) else Herald.PLACE
        may_lack_marks = self.note.is_plain or previous.is_plain
        herald, length = self.lookup.herald_of(self.words, index, may_lack_marks=may_lack_marks)
        herald = herald or self.note.herald_before_copula(index)
        first = index - length
        is_code = self.words[first].text[0].isupper() and not self.note.begins_sentence(first)
        if herald is None or (herald is Herald.SHORT_TITLE and is_code):
            return None
        if previous.lower == _GUARD_OR_HOSPITAL and self._end_of_run(index) == index:
            herald = Herald.ROLE
        if sign in (":", *_QUOTES):
            return herald if herald in (Herald.NAMED, Herald.TITLE, Herald.ROLE) else None
        if sign == ".":
            return herald if herald is Herald.SHORT_TITLE or previous.lower in _POINTED else None
        return herald if word.is_adjacent else None

    def _follows_opening(self, at: int) -> bool:
        """Return whether the word before has its capital from the sentence alone."""
        opening = self.words[at - 1]
        return opening.folded in self.lookup.stop and (at == 1 or not opening.is_adjacent)

    # Places

    def _is_of_place(self, at: int, last: int, herald: Herald | None) -> bool:
        if herald is not None and herald.is_of_place:
            return not (herald is Herald.ESTABLISHMENT and self._is_owner(at, last))
        return at < last and self._is_place_without_marks(at)

    def _is_owner(self, at: int, last: int) -> bool:
        """Return whether an establishment is followed by a surname with Văn or Thị."""
        is_name = last - at > 1 and self.note.strength(at) and self.note.is_middle(at + 1)
        return bool(is_name) and not self.lookup.is_public_name(self.words, at, last - at + 1)

    def _is_place_without_marks(self, at: int) -> bool:
        """Return whether a word is no surname but begins a place: "Truong Tran Quoc Toan"."""
        herald, _ = self.lookup.herald_of(self.words, at + 1, may_lack_marks=self.note.is_plain)
        is_place = herald is not None and herald.is_of_place
        return is_place and self.lookup.is_public_name(self.words, at + 1, 2)

    def _is_word_for_place(self, at: int) -> bool:
        word = self.words[at]
        herald = self.lookup.heralds.get(word.lower)
        if herald is not None and herald.is_of_place and not self.note.strength(at):
            return True
        # "Quan Lan Anh" is an establishment, "Truong Lan Anh" is somebody.
        plain = self.lookup.plain_heralds.get(word.folded) if self.note.is_plain else None
        is_place = plain is not None and plain.is_of_place
        return (
            is_place
            and not self.lookup.common.has(word, may_lack_marks=True)
            and not self.note.is_middle(at + 1)
        )

    # Names

    def _name_length(self, at: int, last: int, herald: Herald | None) -> int:
        """Return the number of words of the name that begins at a word of a run, 0 for none."""
        length = self._longest_name(at, last)
        if not length or self._is_title(at, last):
            return 0
        if herald is Herald.SHORT_TITLE and not self._has_form_of_name(at, length, None):
            return 1 + (length > 1 and self.note.is_given(at + 1)) if self.note.is_given(at) else 0
        if herald is not None and herald.is_of_person:
            return length if self._is_name_after_title(at, length) else 0
        is_name = self._has_form_of_name(at, length, herald) or self._is_given_after_role(at, length, herald)
        return length if is_name else 0

    def _longest_name(self, at: int, last: int) -> int:
        """Return how many words of the run can belong to one name."""
        if self.words[at].lower in self.lookup.place_syllables:
            return 0
        length = 1
        while at + length <= last and length < _LONGEST and not self._ends_name(at, at + length, last):
            length += 1
        return length

    def _ends_name(self, at: int, index: int, last: int) -> bool:
        """Return whether a word is no more part of the name that begins at a word."""
        word = self.words[index]
        if index > at + 1 and self.note.is_middle(index - 1):
            return False
        follows_surname = len(self.words[at].text) == 1 or (index == last and self.note.strength(at) > 0)
        may_be_given = index == at + 1 and follows_surname
        is_establishment = self.lookup.heralds.get(word.lower) is Herald.ESTABLISHMENT
        if is_establishment and not may_be_given and not self.lookup.given.has(word, may_lack_marks=False):
            return True
        return self.lookup.public_length(self.words, index) > 0

    def _is_title(self, at: int, last: int) -> bool:
        """Return whether the word Ông, a surname too, is the title of who follows."""
        return self.words[at].lower == "ông" and at < last and not self.note.is_middle(at + 1)

    def _is_name_after_title(self, at: int, length: int) -> bool:
        word = self.words[at]
        if all(len(other.text) == 1 for other in self.words[at : at + length]):
            return False
        following = self.words[at + 1] if at + 1 < len(self.words) else None
        if length == 1 and word.folded in _NUMBERED and following is not None and following.is_digits:
            return False
        # "co Lan thu ngan", not "co Hoa don".
        if length == 1 and self.note.is_plain and self._is_ordinary(at - 1) and self._is_ordinary(at):
            return False
        is_rank = self.lookup.ranks.has(word, may_lack_marks=self.note.is_plain)
        if length > 1 or is_rank or self.note.is_given(at):
            return True
        is_title = self.lookup.titles.has(word, may_lack_marks=self.note.is_plain)
        return not is_title and word.folded not in self.lookup.stop

    def _has_form_of_name(self, at: int, length: int, herald: Herald | None) -> bool:
        """Return whether the words are a name by themselves."""
        if length == 1:
            is_of_highlands = has_highland_prefix(self.words[at]) and self.words[at].folded[0] in "hk"
            is_known = self._is_speaker(at, herald) or self._is_officer(at, herald)
            return is_of_highlands or is_known or self._is_nickname(at, 1)
        if self.lookup.is_public_name(self.words, at, length) or self._is_word_for_place(at):
            return False
        following = self.words[at + length] if at + length < len(self.words) else None
        if length == 2 and self.note.is_plain and self.lookup.is_compound(self.words[at + 1], following):
            return False
        return (
            self._is_nickname(at, length)
            or self._is_highland_name(at, length)
            or self._is_foreign_name(at, length, herald)
            or self._is_lowland_name(at, length, herald)
        )

    def _is_speaker(self, at: int, herald: Herald | None) -> bool:
        """Return whether a given name stands alone before a verb of a person: "Thắm nói"."""
        word = self.words[at]
        ends_ordinary = at > 0 and self._is_ordinary(at - 1)
        is_sure = not ends_ordinary and self.lookup.sure_given.has(word, may_lack_marks=False)
        return is_sure and herald in (None, Herald.SHORT_TITLE) and self._is_said(at + 1)

    def _is_officer(self, at: int, herald: Herald | None) -> bool:
        """Return whether a name follows an office, not the place of it: "trưởng bản Sùng hứa"."""
        if herald is not Herald.NEUTRAL or at + 1 == len(self.words):
            return False
        word, following = self.words[at : at + 2]
        # "chủ tịch xã Hòa đã ký" may name the commune, "chủ tịch xã Hòa nói" names who spoke.
        place = self.lookup.plain_heralds.get(self.words[at - 1].folded)
        may_be_place = place is not None and place.is_of_place
        is_given = self._is_sure_given(at) and (
            not self.note.is_plain or word.folded in self.lookup.clear_given
        )
        is_upland = self.lookup.upland.has(word, may_lack_marks=False)
        is_followed = following.is_adjacent and following.folded in self.lookup.stop
        is_followed = is_followed and (is_upland or not may_be_place)
        return (is_given or is_upland) and (is_followed or self._is_said(at + 1))

    def _is_ordinary(self, at: int) -> bool:
        following = self.words[at + 1] if at + 1 < len(self.words) else None
        return self.lookup.is_compound(self.words[at], following)

    def _is_said(self, at: int) -> bool:
        return not self.note.is_plain and self.lookup.is_personal_verb(self.words, at)

    def _is_nickname(self, at: int, length: int) -> bool:
        """Return whether a given name and a word of the body or of an animal make a nickname: "Tuấn Sẹo"."""
        is_rank = length > 1 and self.lookup.ranks.has(self.words[at], may_lack_marks=False)
        is_given = is_rank or self._is_sure_given(at)
        if length == 1:
            is_inside = (at > 0 and self.words[at].is_adjacent) or self.note.opens_nickname(at)
            return is_given and is_inside and self.note.nickname_length(at + 1) > 0
        return is_given and self.lookup.nickname_length(self.words, at + 1) == length - 1

    def _is_lowland_name(self, at: int, length: int, herald: Herald | None) -> bool:
        if self.words[at].lower == "thị" and self.words[at + 1].lower not in self.lookup.after_thi:
            return True
        strength, has_middle = self.note.strength(at), self.note.is_middle(at + 1)
        if strength is Surname.STRONG:
            return True
        if strength is Surname.NONE:
            is_short = self.note.is_short_surname(at)
            is_pointed = self.words[at + 1].gap.strip() == "."
            return (is_short and (is_pointed or has_middle)) or (
                length > 2 and has_middle and not self.words[at].is_plain
            )
        is_announced = herald in (Herald.ROLE, Herald.CONTACT) and not self._follows_owner(at)
        if length > 2 and (has_middle or is_announced):
            return True
        is_speaker = herald is None and self._is_said(at + length)
        # No "Bảo Vệ nói", no "Dương Đông nói chung ổn".
        is_speaker = is_speaker and not any(map(self._is_ordinary, (at, at + length)))
        has_given = any(map(self.note.is_given, range(at + 1, at + length)))
        return has_given and (length > 2 or is_announced or is_speaker)

    def _is_highland_name(self, at: int, length: int) -> bool:
        first, second = self.words[at : at + 2]
        if self.lookup.upland.has(first, may_lack_marks=False) or has_highland_prefix(second):
            return True
        if first.folded in self.lookup.prefixes and len(first.text) <= 2:
            is_of_man_or_woman = first.text in ("A", "Y") and len(second.text) > 1 and not second.is_capitals
            return is_of_man_or_woman or any(map(self._is_highland_word, self.words[at + 1 : at + length]))
        if self.lookup.is_upland_word(first):
            return True
        has_middle = self.lookup.upland_middles.has(second, may_lack_marks=False)
        return length > 2 and has_middle and (len(second.text) > 1 or self.note.strength(at) > 0)

    def _is_highland_word(self, word: NoteWord) -> bool:
        is_surname = self.lookup.upland.has(word, may_lack_marks=self.note.is_plain)
        return is_surname or self.lookup.is_upland_word(word)

    def _is_foreign_name(self, at: int, length: int, herald: Herald | None) -> bool:
        names = self.words[at : at + length]
        is_known = sum(word.folded in self.lookup.foreign for word in names) > 1
        has_foreign_syllable = any(word.is_plain and not is_syllable(word.folded) for word in names)
        is_vietnamese = any(self.lookup.given.has(word, may_lack_marks=self.note.is_plain) for word in names)
        if herald is Herald.ROLE:
            return is_known or (has_foreign_syllable and not is_vietnamese)
        return is_known and (has_foreign_syllable or not is_vietnamese)

    def _is_given_after_role(self, at: int, length: int, herald: Herald | None) -> bool:
        """Return whether given names follow: "nhân viên Lan", "gặp Tú", not "khách Anh", "do Hải quan"."""
        if herald not in (Herald.ROLE, Herald.CONTACT) or length > 2:
            return False
        if self._follows_owner(at) and not (length == 1 and self._is_sure_given(at)):
            return False
        word = self.words[at].lower
        is_other = word == _BODY or (herald is Herald.ROLE and word in self.lookup.countries)
        if self._is_ordinary(at) or (length == 1 and is_other):
            return False
        return all(map(self.note.is_given, range(at, at + length)))

    def _is_sure_given(self, at: int) -> bool:
        return self.lookup.sure_given.has(self.words[at], may_lack_marks=self.note.is_plain)

    def _follows_owner(self, at: int) -> bool:
        """Return whether the owner's establishment is before the word: "chủ quán Hoa Hồng"."""
        return at > 0 and self.words[at - 1].folded in _OWNERS_PLACES
