"""Trains the tagger of free texts: `train` writes its weights, `check` returns 1 if the notes are newer.

The notes are tests/shared/text/notes/tuning.txt and training.txt; those for judging are never read here. Each
is learnt as it is typed, and in small letters, in capitals and without marks. office_texts.txt has words of
pages and lists, which name nobody.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pycrfsuite
from scripts.lint_figures import LabelledNote, read_notes

from field178_shared.codelists import load
from field178_shared.text.name_words import NameWords
from field178_shared.text.normalisation import fold, nfc
from field178_shared.text.note import Note
from field178_shared.text.privacy import MASK
from field178_shared.text.tagger import HOME, LABELS, NAME, OUTSIDE, SCALE, WEIGHTS_FILE
from field178_shared.text.word_features import features_of
from field178_shared.text.words import words_of

# Least certainty of a mark: below it more notes without personal data are marked, above it fewer with.
THRESHOLD = 0.7
SPLITS = ("tuning", "training", "office_texts")
# What the rules find: numbers, ages and descriptions are no words to be weighed.
_NOT_LEARNT = frozenset(
    {"phone", "phone_words", "id_number", "passport", "bank_account", "plate", "account", "email", "handle"}
    | {"birth", "child_age", "description"}
)
_PARAMETERS = {"c1": 0.3, "c2": 0.1, "max_iterations": 150}


def train() -> None:
    """Write the weights of the labelled notes."""
    lookup = NameWords.of(load().person_names)
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params(_PARAMETERS)
    for labelled in _notes():
        for text in _spellings(labelled.text):
            note = Note(words_of(text), lookup)
            if note.words:
                trainer.append(features_of(note), _labels(labelled, note))
        # What is left of a masked note names nobody.
        masked = Note(words_of(_masked(labelled)), lookup)
        if labelled.spans and masked.words:
            trainer.append(features_of(masked), [OUTSIDE] * len(masked.words))
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder, "model")
        trainer.train(str(model))
        tagger = pycrfsuite.Tagger()
        tagger.open(str(model))
        _write(tagger.info())
        tagger.close()


def fingerprint() -> str:
    """Return the digest of the features and labels of each note as it is typed, and of the parameters."""
    lookup = NameWords.of(load().person_names)
    digest = hashlib.sha256(repr((LABELS, SCALE, THRESHOLD, _PARAMETERS)).encode())
    for labelled in _notes():
        note = Note(words_of(labelled.text), lookup)
        digest.update(repr((features_of(note), _labels(labelled, note))).encode())
    return digest.hexdigest()


def is_due() -> bool:
    """Return whether notes, lists or features have changed since the weights were written."""
    written: str = json.loads(WEIGHTS_FILE.read_text("utf-8"))["fingerprint"]
    return written != fingerprint()


def _notes() -> Iterator[LabelledNote]:
    for split in SPLITS:
        yield from read_notes(split)


def _spellings(text: str) -> Iterator[str]:
    """Yield a text as it is typed, then as others would type it; each letter stays at its place."""
    ways: tuple[Callable[[str], str], ...] = (str.lower, str.upper, _without_marks)
    texts = [text, *(way(text) for way in ways), _without_marks(text).lower(), _without_marks(text).upper()]
    yield from dict.fromkeys(other for other in map(nfc, texts) if len(other) == len(text))


def _without_marks(text: str) -> str:
    plain = (fold(letter) for letter in text)
    return "".join(
        (other.upper() if letter.isupper() else other) if letter.isalpha() and len(other) == 1 else letter
        for letter, other in zip(text, plain, strict=True)
    )


def _masked(labelled: LabelledNote) -> str:
    letters = list(labelled.text)
    for start, end in labelled.spans:
        letters[start:end] = MASK * (end - start)
    return "".join(letters)


def _labels(labelled: LabelledNote, note: Note) -> list[str]:
    kind = HOME if labelled.label == "home_address" else NAME
    spans = () if labelled.label in _NOT_LEARNT else labelled.spans
    return [
        kind if any(start < word.end and word.start < end for start, end in spans) else OUTSIDE
        for word in note.words
    ]


def _write(info: "pycrfsuite._dumpparser.ParsedDump") -> None:
    weights: dict[str, list[int]] = {}
    for (feature, label), weight in sorted(info.state_features.items()):
        if number := round(weight * SCALE):
            weights.setdefault(feature, []).extend((LABELS.index(label), number))
    transitions = [[round(info.transitions.get((label, to), 0) * SCALE) for to in LABELS] for label in LABELS]
    data = {
        "fingerprint": fingerprint(),
        "threshold": THRESHOLD,
        "transitions": transitions,
        "weights": weights,
    }
    WEIGHTS_FILE.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


def main(arguments: list[str]) -> int:
    """Run one command; `check` fails if the weights are older than the notes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["train", "check"])
    if parser.parse_args(arguments).command == "check":
        return int(is_due())
    train()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
