"""Lookup of the words around and inside names of people, in both spellings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from field178_shared.codelists.person_names import PersonNames
from field178_shared.text.normalisation import fold
from field178_shared.text.words import NoteWord, has_highland_prefix, is_phrase, is_syllable

_LONGEST_PHRASE = 4
# Phrases by the folded spelling of their first word, the longest first; each word in both spellings.
PhraseIndex = dict[str, tuple[tuple[tuple[str, str], ...], ...]]


class Herald(StrEnum):
    """Kind of the words right before a possible name."""

    NAMED = "named"
    TITLE = "title"
    ROLE = "role"
    CONTACT = "contact"
    SHORT_TITLE = "short_title"
    PLACE = "place"
    ESTABLISHMENT = "establishment"
    NEUTRAL = "neutral"

    @property
    def is_of_person(self) -> bool:
        """Return whether a person follows, so that a given name alone is enough."""
        return self in (Herald.NAMED, Herald.TITLE)

    @property
    def is_of_place(self) -> bool:
        """Return whether the name of a place or an establishment follows."""
        return self in (Herald.PLACE, Herald.ESTABLISHMENT)


class SpellingSet:
    """Words looked up as they are spelled, and without marks where the text has none."""

    __slots__ = ("exact", "plain")

    def __init__(self, words: Iterable[str]) -> None:
        self.exact = frozenset(word.lower() for word in words)
        self.plain = frozenset(map(fold, self.exact))

    def has(self, word: NoteWord, *, may_lack_marks: bool) -> bool:
        """Return whether the word is one of them."""
        return word.lower in self.exact or (may_lack_marks and word.is_plain and word.folded in self.plain)


@dataclass(frozen=True, slots=True)
class NameWords:
    """Words of the list, ready to be looked up."""

    strong: SpellingSet
    weak: SpellingSet
    upland: SpellingSet
    mong: SpellingSet
    given: SpellingSet
    sure_given: SpellingSet
    middles: SpellingSet
    upland_middles: SpellingSet
    small_middles: SpellingSet
    common: SpellingSet
    function_surnames: frozenset[str]
    strange: SpellingSet
    personal_verbs: PhraseIndex
    nicknames: PhraseIndex
    small_nicknames: frozenset[str]
    after_thi: frozenset[str]
    ranks: SpellingSet
    clear_given: frozenset[str]
    unclear_titles: frozenset[str]
    foreign: frozenset[str]
    prefixes: frozenset[str]
    plurals: frozenset[str]
    countries: frozenset[str]
    suffixes: frozenset[str]
    stop: frozenset[str]
    surname_phrases: PhraseIndex
    place_syllables: frozenset[str]
    heralds: dict[str, Herald]
    plain_heralds: dict[str, Herald]
    herald_ends: frozenset[str]
    titles: SpellingSet
    not_names: PhraseIndex
    public_names: PhraseIndex
    compounds: dict[str, frozenset[str]]

    @classmethod
    def of(cls, names: PersonNames) -> Self:
        """Return the lookup of the list."""
        surnames = [surname for people in names.peoples for surname in people.surnames]
        single = {surname.lower() for surname in surnames if " " not in surname}
        weak = {surname.lower() for surname in names.weak}
        lowland = {
            surname.lower()
            for people in names.peoples
            if people.people in ("Kinh", "Tày", "Nùng", "Mường", "Hoa", "Thổ", "Ngái", "Sán Dìu", "Sán Chay")
            for surname in people.surnames
        }
        heralds = _heralds(names)
        return cls(
            strong=SpellingSet(single - weak),
            weak=SpellingSet(weak),
            upland=SpellingSet(single - weak - lowland),
            mong=SpellingSet(next(people.surnames for people in names.peoples if people.people == "Mông")),
            given=SpellingSet(names.given),
            sure_given=SpellingSet(names.given - names.unsure),
            middles=SpellingSet(names.middles),
            upland_middles=SpellingSet(names.upland_middles),
            small_middles=SpellingSet(names.small_middles),
            common=SpellingSet(names.common),
            function_surnames=names.function_surnames,
            strange=SpellingSet(surname for surname in single if _is_strange(surname)),
            personal_verbs=_by_first_word(names.personal_verbs),
            nicknames=_by_first_word(names.nicknames | names.small_nicknames),
            small_nicknames=names.small_nicknames,
            after_thi=names.after_thi,
            ranks=SpellingSet(names.ranks),
            clear_given=names.clear_given,
            unclear_titles=names.unclear_titles,
            foreign=frozenset(map(fold, names.foreign)),
            prefixes=frozenset(map(fold, names.prefixes)),
            plurals=names.plurals,
            countries=frozenset(map(str.lower, names.countries)),
            suffixes=names.suffixes,
            stop=names.stop,
            surname_phrases=_by_first_word(surname for surname in surnames if " " in surname),
            place_syllables=frozenset(map(str.lower, names.place_syllables)),
            heralds=heralds,
            plain_heralds={fold(phrase): kind for phrase, kind in reversed(heralds.items())},
            herald_ends=frozenset(fold(phrase.split()[-1]) for phrase in heralds),
            titles=SpellingSet(names.titles | names.named_as),
            not_names=_by_first_word(names.not_names),
            public_names=_by_first_word(names.public_names),
            compounds={first: frozenset(text.split()) for first, text in names.compounds.items()},
        )

    def herald_of(
        self, words: Sequence[NoteWord], index: int, *, may_lack_marks: bool
    ) -> tuple[Herald | None, int]:
        """Return the kind of the longest listed phrase right before a word, and its length."""
        if not index or words[index - 1].folded not in self.herald_ends:
            return None, 0
        for length in range(min(_LONGEST_PHRASE, index), 0, -1):
            phrase = words[index - length : index]
            if not is_phrase(phrase):
                continue
            kind = self.heralds.get(" ".join(word.lower for word in phrase))
            if kind is None and may_lack_marks and all(word.is_plain for word in phrase):
                kind = self.plain_heralds.get(" ".join(word.folded for word in phrase))
            if kind is not None:
                return kind, length
        return None, 0

    def is_compound(self, first: NoteWord, second: NoteWord | None) -> bool:
        """Return whether two words are an ordinary word or phrase."""
        return second is not None and second.folded in self.compounds.get(first.folded, ())

    def public_length(self, words: Sequence[NoteWord], index: int) -> int:
        """Return the length of the name of a place or a body at this word, 0 if none begins there."""
        return _phrase_length(self.not_names, words, index)

    def is_public_name(self, words: Sequence[NoteWord], index: int, length: int) -> bool:
        """Return whether the words are the name of a street's or school's patron."""
        return self.public_name_length(words, index) >= length

    def public_name_length(self, words: Sequence[NoteWord], index: int) -> int:
        """Return the length of the patron's name that begins at this word, 0 for none."""
        return _phrase_length(self.public_names, words, index)

    def surname_length(self, words: Sequence[NoteWord], index: int) -> int:
        """Return the length of the surname of several words that begins at this word, 0 for none."""
        return _phrase_length(self.surname_phrases, words, index)

    def is_personal_verb(self, words: Sequence[NoteWord], index: int) -> bool:
        """Return whether a verb of a person begins at this word: "nói", "cho biết"."""
        return (
            index < len(words)
            and words[index].is_adjacent
            and _phrase_length(self.personal_verbs, words, index) > 0
        )

    def nickname_length(self, words: Sequence[NoteWord], index: int) -> int:
        """Return the length of the rest of a nickname behind a given name: "Sẹo", 0 for none."""
        return _phrase_length(self.nicknames, words, index) if index < len(words) else 0

    def is_upland_word(self, word: NoteWord) -> bool:
        """Return whether a word is of a language of the highlands: no Vietnamese syllable, but marks."""
        is_strange = not word.is_plain and not word.is_capitals and not is_syllable(word.folded)
        return is_strange or has_highland_prefix(word)


def _is_strange(surname: str) -> bool:
    """Return whether a word can be a surname alone, being no syllable of Vietnamese."""
    return not is_syllable(fold(surname)) or surname == "siu"


def _heralds(names: PersonNames) -> dict[str, Herald]:
    staff_of_trades = {f"{staff} {trade}" for staff in names.staff for trade in names.trades}
    # The first kind of a phrase wins.
    kinds = (
        (Herald.NAMED, names.named_as),
        (Herald.TITLE, names.titles),
        (Herald.ROLE, names.roles),
        (Herald.NEUTRAL, names.neutral | staff_of_trades),
        (Herald.ESTABLISHMENT, names.establishments),
        (Herald.PLACE, names.places),
        (Herald.CONTACT, names.contacts),
        (Herald.SHORT_TITLE, names.short_titles),
    )
    heralds: dict[str, Herald] = {}
    for kind, phrases in kinds:
        for phrase in sorted(phrases):
            heralds.setdefault(phrase, kind)
    return heralds


def _by_first_word(phrases: Iterable[str]) -> PhraseIndex:
    index: dict[str, list[tuple[tuple[str, str], ...]]] = {}
    for phrase in phrases:
        words = tuple((word, fold(word)) for word in phrase.lower().split())
        index.setdefault(words[0][1], []).append(words)
    return {first: tuple(sorted(rows, key=len, reverse=True)) for first, rows in index.items()}


def _phrase_length(index: PhraseIndex, words: Sequence[NoteWord], at: int) -> int:
    for row in index.get(words[at].folded, ()):
        part = words[at : at + len(row)]
        if len(part) != len(row) or part[-1].folded != row[-1][1] or not is_phrase(part):
            continue
        may_lack_marks = all(word.is_plain for word in part)
        if all(
            word.lower == exact or (may_lack_marks and word.folded == plain)
            for word, (exact, plain) in zip(part, row, strict=True)
        ):
            return len(row)
    return 0
