"""Declaration of a record's field for people: name, kind of value, order in a form."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from enum import StrEnum


class FieldKind(StrEnum):
    """Kind of a value; CHOICE is one id, or a list of ids, of the code list `choices`.

    MONTH is the first day of the month, HALF_YEAR that of the half-year.
    """

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    BYTES = "bytes"
    DEGREES = "degrees"
    DATE = "date"
    MONTH = "month"
    HALF_YEAR = "half_year"
    INSTANT = "instant"
    TIME_OF_DAY = "time_of_day"
    FLAG = "flag"
    CHOICE = "choice"
    SOURCE = "source"
    PERSON = "person"
    TEAM = "team"
    ESTABLISHMENT = "establishment"
    ANSWER = "answer"
    CODE = "code"
    GROUP = "group"


# Kinds that a form can draw without code of its own.
SIMPLE_KINDS = frozenset(
    {FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.NUMBER, FieldKind.DATE, FieldKind.CHOICE}
)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field by its dotted path, `*` for the key of an entry; texts are msgids of the shared catalog.

    The order of the declarations is the order of the fields. `section` is the part of the form and of the
    page a field stands in. `unit` follows a number; `help` stands under the input, `example` in the empty
    one; a form that needs the field for its choice asks `question` instead of `label`. An entry is named by
    the label of its key in the list `keys`, or by its member `named_by`. Where a field is not shown,
    `off_tablet` and `off_console` say why. A document number is a short text without a pattern: unlike a free
    text it is exported, and like a free text it is looked through for personal data.
    """

    path: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    _: KW_ONLY
    choices: str = ""
    unit: str = ""
    is_free_text: bool = False
    is_document_number: bool = False
    section: str = ""
    help: str = ""
    example: str = ""
    question: str = ""
    keys: str = ""
    named_by: str = ""
    off_tablet: str = ""
    off_console: str = ""

    @property
    def is_screened(self) -> bool:
        """Tell whether the privacy marks look through the text."""
        return self.is_free_text or self.is_document_number

    @property
    def is_simple(self) -> bool:
        """Tell whether a form can draw the field without code of its own: one plain value of the record."""
        return self.kind in SIMPLE_KINDS and "." not in self.path

    def within(self, section: str = "", *, off_tablet: str = "", off_console: str = "") -> FieldSpec:
        """Return the same field in a section of another record type, and why it is not shown there."""
        return replace(
            self,
            section=section,
            off_tablet=off_tablet or self.off_tablet,
            off_console=off_console or self.off_console,
        )
