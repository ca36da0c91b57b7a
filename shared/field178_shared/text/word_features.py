"""Features of the words of a note, by which the tagger weighs what each of them is.

A feature is a short text: `w=hoa` (the word), `-1f=chi` (the folded word before it), `sgiven=Aa` (a given
name with a capital). The weights of text/tagger.json belong to exactly these features: after a change here
they are trained anew (scripts/tagger.py).
"""

from collections.abc import Sequence

from field178_shared.text.capital_names import CapitalNames
from field178_shared.text.note import Note
from field178_shared.text.words import NoteWord, is_syllable

# How far the spelling of other words counts, and how far what the lists say of them.
_REACH, _REACH_OF_TRAITS = 3, 2
_MOST_DIGITS = 6
_SIGNS = {
    ";": ".",
    "!": ".",
    "?": ".",
    "–": "-",
    "—": "-",
    "/": "-",
    "“": '"',
    "‘": '"',
    "'": '"',
}


def features_of(note: Note) -> list[list[str]]:
    """Return the features of each word of a note."""
    words = note.words
    shapes = [_shape(word, note) for word in words]
    signs = [_sign(word) for word in words]
    traits = [_traits(note, at) for at in range(len(words))]
    for first, last in CapitalNames(note).places():
        for at in range(first, last + 1):
            traits[at].append("place")
    heralds = [_herald(note, at) for at in range(len(words))]
    case = "capitals" if not note.has_small_letters else "plain" if note.is_plain else "marks"
    rows = []
    for at, word in enumerate(words):
        row = [
            "bias",
            f"n={case}",
            f"w={word.lower}",
            f"f={word.folded}",
            f"s={shapes[at]}",
            f"g={signs[at]}",
        ]
        row += [f"t={trait}" for trait in traits[at]]
        row += [f"s{trait}={shapes[at]}" for trait in traits[at]]
        row += _features_of_herald(heralds, traits, at, f"{shapes[at]}{signs[at]}")
        row += _features_around(words, shapes, traits, at)
        row += _features_of_pairs(words, shapes, signs, at)
        rows.append(row)
    return rows


def _shape(word: NoteWord, note: Note) -> str:
    """Return how a word is written; capitals tell nothing in a note of capitals alone."""
    if word.is_digits:
        return str(min(len(word.text), _MOST_DIGITS))
    if len(word.text) == 1:
        return "A" if word.text.isupper() else "a"
    if not note.has_small_letters:
        return "?"
    if word.text.isupper():
        return "AA"
    return "Aa" if word.text[0].isupper() else "aa"


def _sign(word: NoteWord) -> str:
    """Return the sign before a word: `_` for a space, `` for none."""
    if not word.gap:
        return ""
    sign = word.gap.strip()[:1]
    return _SIGNS.get(sign, sign) if sign else ("." if "\n" in word.gap else "_")


def _traits(note: Note, at: int) -> list[str]:
    """Return what a word can be by the lists."""
    word, words, lookup = note.words[at], note.words, note.lookup
    sets = (
        ("surname", lookup.strong),
        ("weak", lookup.weak),
        ("upland", lookup.upland),
        ("given", lookup.given),
        ("sure", lookup.sure_given),
        ("middle", lookup.middles),
        ("upland_middle", lookup.upland_middles),
        ("rank", lookup.ranks),
    )
    traits = [name for name, words_of_list in sets if words_of_list.has(word, may_lack_marks=note.is_plain)]
    others = (
        ("stop", word.folded in lookup.stop),
        ("foreign", word.folded in lookup.foreign),
        ("strange", not is_syllable(word.folded)),
        ("highland", lookup.is_upland_word(word)),
        ("public", lookup.public_length(words, at) > 0),
        ("patron", lookup.public_name_length(words, at) > 0),
        ("begins", lookup.is_compound(word, words[at + 1] if at + 1 < len(words) else None)),
        ("ends", at > 0 and lookup.is_compound(words[at - 1], word)),
        ("verb", lookup.is_personal_verb(words, at)),
    )
    return traits + [name for name, holds in others if holds]


def _herald(note: Note, at: int) -> str | None:
    """Return what the words before a word announce."""
    herald, _ = note.lookup.herald_of(note.words, at, may_lack_marks=note.is_plain)
    return herald and herald.value


def _features_of_herald(
    heralds: Sequence[str | None], traits: Sequence[Sequence[str]], at: int, written: str
) -> list[str]:
    row = []
    if herald := heralds[at]:
        row += [f"h={herald}", f"h{written}={herald}", *(f"h{trait}={herald}" for trait in traits[at])]
    for offset in (-2, -1, 1):
        if 0 <= at + offset < len(heralds) and (other := heralds[at + offset]):
            row.append(f"{offset}h={other}")
    return row


def _features_around(
    words: Sequence[NoteWord], shapes: Sequence[str], traits: Sequence[Sequence[str]], at: int
) -> list[str]:
    row = []
    for offset in range(-_REACH, _REACH + 1):
        place = at + offset
        if not offset:
            continue
        if not 0 <= place < len(words):
            row.append(f"{offset}f")
            continue
        row.append(f"{offset}f={words[place].folded}")
        if abs(offset) <= _REACH_OF_TRAITS:
            row.append(f"{offset}s={shapes[place]}")
            row += [f"{offset}t={trait}" for trait in traits[place]]
    return row


def _features_of_pairs(
    words: Sequence[NoteWord], shapes: Sequence[str], signs: Sequence[str], at: int
) -> list[str]:
    row = []
    if at + 1 < len(words):
        row += [f"+g={signs[at + 1]}", f"f+={words[at].folded} {words[at + 1].folded}"]
    if at:
        row += [
            f"-f={words[at - 1].folded} {words[at].folded}",
            f"-s={shapes[at - 1]}{signs[at]}{shapes[at]}",
        ]
    if at > 1:
        row.append(f"--f={words[at - 2].folded} {words[at - 1].folded}")
    return row
