"""The syllables of written Vietnamese without their tones, and which beginnings lead to one.

The spelling is that of the school grammar: k, gh and ngh before e, ê, i and y, qu and gi as initials.
"""

from __future__ import annotations

import functools
import unicodedata

VOWELS = frozenset("aeiouy")
# Stopped syllables carry sắc or nặng alone.
STOPS = ("c", "ch", "p", "t")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_RIMES = _words("""
a ac ach ai am an ang anh ao ap at au ay ă ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
o oc oi om on ong op ot oong ooc ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
u ua uc ui um un ung up ut uôc uôi uôm uôn uông uôt uơ
ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet
uân uâng uât uây uâc uê uêch uên uênh uêt uêu uy uya uych uyn uynh uyp uyt uyu uyên uyêt
y ych ynh yt yêm yên yêng yêt yêu
""")
_AFTER_QU = _words("""
a ac ach ai an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt ân âng ât âu ây âc ôc
e en eo et ê êch ên ênh êt i in it ơ y ych ynh yt yên yêt yêu
""")
_BEFORE_FRONT = ("gh", "k", "ngh")
_BEFORE_BACK = ("c", "g", "ng")
_ANYWHERE = _words("b ch d đ h kh l m n nh ph r s t th tr v x")
_MARKS = {"\u0302": "^", "\u0306": "(", "\u031b": "+"}


def split(word: str) -> list[tuple[str, str]]:
    """Return each letter of a word as its plain letter and its mark: ^ (â), ( (ă), + (ơ), - (đ) or ""."""
    letters: list[tuple[str, str]] = []
    for char in unicodedata.normalize("NFD", word):
        if char in ("đ", "Đ"):
            letters.append(("d" if char == "đ" else "D", "-"))
        elif char in _MARKS and letters:
            letters[-1] = (letters[-1][0], _MARKS[char])
        elif not unicodedata.combining(char):
            letters.append((char, ""))
    return letters


def every_syllable() -> frozenset[str]:
    """Return every syllable without its tone."""
    front = [rime for rime in _RIMES if rime[0] in "eêiy"]
    back = [rime for rime in _RIMES if rime[0] not in "eêiy"]
    # After a consonant the vowel i is written i, but in ky, ly, my, sy, ty, vy both are.
    plain = [rime for rime in _RIMES if not rime.startswith("y")]
    syllables = set(_RIMES) | {f"qu{rime}" for rime in _AFTER_QU}
    for initial in _ANYWHERE:
        syllables.update(initial + rime for rime in plain)
        syllables.add(initial + "y")
    for initial in _BEFORE_FRONT:
        syllables.update(initial + rime for rime in front if not rime.startswith("yê"))
    for initial in _BEFORE_BACK:
        syllables.update(initial + rime for rime in back)
    syllables.update(f"gi{rime}" for rime in back)
    syllables.update(f"g{rime}" for rime in plain if rime.startswith("i"))
    return frozenset(syllables)


@functools.cache
def _beginnings() -> dict[str, frozenset[tuple[str, ...]]]:
    """Return, by the plain letters of a beginning, the marks its letters have in real syllables."""
    marks_by_plain: dict[str, set[tuple[str, ...]]] = {}
    for syllable in every_syllable():
        letters = split(syllable)
        for end in range(1, len(letters) + 1):
            plain = "".join(letter for letter, _ in letters[:end])
            marks_by_plain.setdefault(plain, set()).add(tuple(mark for _, mark in letters[:end]))
    return {plain: frozenset(marks) for plain, marks in marks_by_plain.items()}


def leads_to_one(plain: str, marks: tuple[str, ...]) -> bool:
    """Return whether a syllable begins with these letters; plain letters may still get a mark."""
    mark_sequences = _beginnings().get(plain, ())
    return any(
        all(mine in ("", real) for mine, real in zip(marks, sequence, strict=True))
        for sequence in mark_sequences
    )


@functools.lru_cache(maxsize=1024)
def parts_of(plain: str) -> tuple[int, int]:
    """Return where the vowels of a syllable begin and where they end."""
    if plain.startswith("qu") or (plain.startswith("gi") and plain[2:3] in VOWELS and plain[2:3]):
        start = 2
    else:
        start = next((place for place, letter in enumerate(plain) if letter in VOWELS), len(plain))
    end = start
    while end < len(plain) and plain[end] in VOWELS:
        end += 1
    return start, end
