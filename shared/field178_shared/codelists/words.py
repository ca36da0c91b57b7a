"""The glossary of screen terms, and the words that are never used for people."""

from dataclasses import dataclass

from field178_shared.codelists.rows import ListFileRow


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the screens and its name in code."""

    field: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class AvoidedWords:
    """Stigmatising words with their replacements.

    `label_only` words are refused in labels of a record, but allowed in sentences.
    """

    avoid: tuple[str, ...]
    use: str
    en_use: str | None
    language: str
    label_only: bool
    note: str | None


def read_term(row: ListFileRow) -> Term:
    """Read one term."""
    return Term(field=row.text("field"), vi=row.text("vi"), en=row.text("en"))


def read_avoided_words(row: ListFileRow) -> AvoidedWords:
    """Read one row of words to avoid."""
    return AvoidedWords(
        avoid=tuple(word.strip() for word in row.text("avoid").split(",")),
        use=row.text("use"),
        en_use=row.text_or_none("en_use"),
        language=row.text_or_none("lang") or "vi",
        label_only=row.flag("label_only"),
        note=row.text_or_none("note"),
    )
