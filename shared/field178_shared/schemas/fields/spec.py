"""Declaration of a record's field for people: name, kind, order; the fields that every record has."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from enum import StrEnum

from field178_shared.text.i18n import N_


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
    RECORD_CODE = "record_code"
    CODE = "code"
    GROUP = "group"


# Kinds that a form can draw without code of its own.
SIMPLE_KINDS = frozenset(
    {FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.NUMBER, FieldKind.DATE, FieldKind.CHOICE}
)

# Why a field leaves in no file and no feed, or in no feed: by its kind, so that a new field needs no entry.
MAY_NAME_A_PERSON = "people write sentences in it, which may name a person"
_IN_NO_FILE = {
    FieldKind.LONG_TEXT: MAY_NAME_A_PERSON,
    FieldKind.PERSON: "names an officer",
    FieldKind.SOURCE: "says how a value was entered",
    FieldKind.CODE: "an id that means nothing outside the system",
}
_TYPED = "somebody typed it, and no feed can mask it: its filters would still find what it holds"
_IN_NO_FEED = {FieldKind.TEXT: _TYPED, FieldKind.DEGREES: "an exact place"}


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field by its dotted path, `*` for the key of an entry; texts are msgids of the shared catalog.

    The order of the declarations is the order of the fields. `section` is the part of the form and of the
    page a field stands in. `unit` follows a number; `help` stands under the input, `example` in the empty
    one; a form that needs the field for its choice asks `question` instead of `label`. An entry is named by
    the label of its key in the list `keys`, or by its member `named_by`. Where a field is not shown,
    `off_tablet`, `off_console`, `off_paper`, `off_table`, `off_export` and `off_feed` say why. A document
    number is a short text without a pattern: unlike a free text it is exported, and like a free text it is
    looked through for personal data.
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
    off_paper: str = ""
    off_table: str = ""
    off_export: str = ""
    off_feed: str = ""

    @property
    def why_not_exported(self) -> str:
        """Return why the field is in no exported file, "" if it is in them."""
        by_kind = MAY_NAME_A_PERSON if self.is_free_text else _IN_NO_FILE.get(self.kind, "")
        return self.off_export or by_kind

    @property
    def why_not_in_feeds(self) -> str:
        """Return why the field is in no data feed, "" if it is in one: never what is in no file."""
        return self.off_feed or self.why_not_exported or _IN_NO_FEED.get(self.kind, "")

    @property
    def why_not_in_tables(self) -> str:
        """Return why the console's table has no such column; a table is taken out as a file as well."""
        return self.off_table or self.why_not_exported

    @property
    def is_screened(self) -> bool:
        """Tell whether the privacy marks look through the text."""
        return self.is_free_text or self.is_document_number

    @property
    def is_simple(self) -> bool:
        """Tell whether a form can draw the field without code of its own: one plain value of the record."""
        return self.kind in SIMPLE_KINDS and "." not in self.path

    @property
    def is_printed(self) -> bool:
        """Tell whether the paper of its record type has a line for the field, drawn by its declaration."""
        return self.is_simple and not self.off_paper

    def within(
        self, section: str = "", *, off_tablet: str = "", off_console: str = "", off_paper: str = ""
    ) -> FieldSpec:
        """Return the same field in a section of another record type, and why it is not shown there."""
        return replace(
            self,
            section=section,
            off_tablet=off_tablet or self.off_tablet,
            off_console=off_console or self.off_console,
            off_paper=off_paper or self.off_paper,
        )


BY_TABLET = "the tablet writes it by itself"
BY_OFFICE = "the office fills it in"
TECHNICAL = "says nothing to a reader"
IN_HISTORY = "the history of the page says it"
OWN_LAYOUT = "the paper has a sentence or a table of its own for it"

RECORD_CODE = FieldSpec(
    "record_code",
    N_("Record code"),
    FieldKind.RECORD_CODE,
    off_tablet=BY_OFFICE,
    off_paper="stands in the seal of each page",
)
TEAM = FieldSpec("team_id", N_("Team"), FieldKind.TEAM)
UNIT = FieldSpec("unit_id", N_("Commune"), FieldKind.CHOICE, choices="units")

CLOCK_OFFSET = FieldSpec(
    "clock_offset_s",
    N_("Tablet's clock ahead of the server's"),
    FieldKind.NUMBER,
    unit=N_("seconds"),
    off_tablet=BY_TABLET,
)
CLOCKS = (
    FieldSpec(
        "captured_at",
        N_("Recorded on the tablet"),
        FieldKind.INSTANT,
        off_tablet=BY_TABLET,
        off_console=IN_HISTORY,
        off_paper=TECHNICAL,
        off_table=IN_HISTORY,
    ),
    FieldSpec(
        "filed_at",
        N_("Filed on the tablet"),
        FieldKind.INSTANT,
        off_tablet=BY_TABLET,
        off_console=IN_HISTORY,
        off_paper=TECHNICAL,
        off_table=IN_HISTORY,
    ),
    FieldSpec(
        "tz_offset",
        N_("Time zone"),
        FieldKind.CODE,
        off_tablet=BY_TABLET,
        off_console=TECHNICAL,
        off_paper=TECHNICAL,
    ),
    FieldSpec(
        "codelist_version",
        N_("Version of the code lists"),
        FieldKind.CODE,
        off_tablet=BY_TABLET,
        off_console=TECHNICAL,
        off_paper=TECHNICAL,
    ),
    FieldSpec(
        "_deleted",
        N_("The whole record"),
        FieldKind.FLAG,
        off_paper=TECHNICAL,
        off_export="a deleted record is in no file and no feed",
    ),
)
ATTACHMENTS = (
    FieldSpec(
        "attachments",
        N_("Photos and files"),
        FieldKind.GROUP,
        section="attachments",
        off_paper="photos stay in the record",
    ),
    FieldSpec("attachments.*", N_("File"), FieldKind.GROUP, named_by="evidence_kind"),
    FieldSpec("attachments.*.evidence_kind", N_("Kind of file"), FieldKind.CHOICE, choices="evidence_kind"),
    FieldSpec("attachments.*.caption", N_("Caption"), is_free_text=True),
    FieldSpec(
        "attachments.*.content_type",
        N_("File format"),
        FieldKind.CODE,
        off_tablet=BY_TABLET,
        off_console=TECHNICAL,
    ),
    FieldSpec("attachments.*.size", N_("File size"), FieldKind.BYTES),
    FieldSpec("attachments.*.taken_at", N_("Taken at"), FieldKind.INSTANT, off_tablet=BY_TABLET),
    FieldSpec("attachments.*.checklist_item_id", N_("Checklist item"), FieldKind.CHOICE, choices="items"),
    FieldSpec("attachments.*.screened", N_("Faces and papers hidden"), FieldKind.FLAG),
    FieldSpec("attachments.*.sha256", "SHA-256", FieldKind.CODE, off_tablet=BY_TABLET, off_console=TECHNICAL),
)
