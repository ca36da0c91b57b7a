"""Search for names of people in a note: what is written with capitals, then what is written without.

A name is a run of words that has the form of one (surname, middle name, given name; a form of the highlands;
a foreign name), or that follows a word which announces a person. What follows a word for a place is its name.
The tagger weighs each word too; what either marks is marked.
"""

from collections.abc import Iterator, Sequence

from field178_shared.text.capital_names import CapitalNames
from field178_shared.text.name_words import NameWords
from field178_shared.text.note import Note
from field178_shared.text.small_names import SmallNames
from field178_shared.text.tagger import HOME, tagger
from field178_shared.text.words import words_of

FULL, GIVEN, HOME_ADDRESS = "person_name", "given_name", "home_address"


def spans_of_people(
    text: str, lookup: NameWords, known_spans: Sequence[tuple[int, int]] = ()
) -> Iterator[tuple[str, int, int]]:
    """Yield kind and span of what looks like a person's name or home in an NFC text.

    Words inside a known span, such as the establishment's name, are passed over by the tagger.
    """
    note = Note(words_of(text), lookup)
    yield from _spans_by_rules(note)
    skipped = {
        at
        for at, word in enumerate(note.words)
        if any(first <= word.start and word.end <= last for first, last in known_spans)
    }
    for label, first, last in tagger().spans(note, skipped):
        kind = HOME_ADDRESS if label == HOME else _kind(first, last)
        yield kind, note.words[first].start, note.words[last].end


def _spans_by_rules(note: Note) -> Iterator[tuple[str, int, int]]:
    reached = [False] * len(note.words)
    for search in (CapitalNames(note), SmallNames(note)):
        for first, last in search.spans():
            if any(reached[first : last + 1]):
                continue
            reached[first : last + 1] = [True] * (last + 1 - first)
            yield _kind(first, last), note.words[first].start, note.words[last].end


def _kind(first: int, last: int) -> str:
    return FULL if last > first else GIVEN
