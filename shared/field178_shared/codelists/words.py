"""The glossary of screen terms, and the words that are never used for people."""

from dataclasses import dataclass, field

from field178_shared.codelists.rows import CodeListRow, ListFileRow


@dataclass(frozen=True, slots=True)
class Term(CodeListRow):
    """A term of the screens and its name in code."""

    field: str
    vi: str
    en: str


def _read_words(row: ListFileRow) -> tuple[str, ...]:
    return tuple(word.strip() for word in row.text("avoid").split(","))


def _read_language(row: ListFileRow) -> str:
    return row.text_or_none("lang") or "vi"


@dataclass(frozen=True, slots=True)
class AvoidedWords(CodeListRow):
    """Stigmatising words with their replacements.

    `label_only` words are refused in labels of a record, but allowed in sentences.
    """

    avoid: tuple[str, ...] = field(metadata={"read": _read_words})
    use: str
    en_use: str | None
    language: str = field(metadata={"read": _read_language})
    label_only: bool
    note: str | None
