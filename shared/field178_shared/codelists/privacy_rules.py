"""The privacy rules as data: classes, forbidden fields, patterns for free text, retention."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import CodeListError, CodeListRow, ListFileRow
from field178_shared.codelists.validity import DatedRows


@dataclass(frozen=True, slots=True)
class LegalPoint(CodeListRow):
    """A demand of a law on the data."""

    source: str = field(metadata={"key": "src"})
    point: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataClass(Labelled):
    """A class of data, from public to forbidden."""

    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForbiddenFields(CodeListRow):
    """Names that no column, schema field, export or log key may carry."""

    note: str
    stems: tuple[str, ...]
    allow: str


def _read_reach(row: ListFileRow) -> int:
    return row.whole_or_none("reach") or 0


@dataclass(frozen=True, slots=True)
class LintPattern(CodeListRow):
    """Pattern of the free-text check: a regular expression, an algorithm, or a word list.

    A regular expression matches only near the words of `near` (if any), never near words of `not_near`, both
    within `reach` characters before the match, and never after a word of `not_after`. A `folded` one is
    matched with the text in small letters without marks.
    """

    id: str
    vi: str
    en: str
    action: str
    regex: str | None
    folded: bool
    near: tuple[str, ...]
    not_near: tuple[str, ...]
    not_after: tuple[str, ...]
    reach: int = field(metadata={"read": _read_reach})
    algorithm: str | None
    rule: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Linter(CodeListRow):
    """The free-text check: its places and patterns."""

    runs: str
    patterns: tuple[LintPattern, ...]


@dataclass(frozen=True, slots=True)
class FreeTextRules(CodeListRow):
    """Free-text fields, their maximum length and their check."""

    fields: tuple[str, ...]
    max_length: int
    linter: Linter


@dataclass(frozen=True, slots=True)
class CountedKind(CodeListRow):
    """Meaning of the rows and numbers of a kind of event or entity, for privacy.

    `people`: fields that count people although other numbers of the kind do not.
    """

    id: str = field(metadata={"key": "kind"})
    rows: str
    numbers: str
    reason: str
    source: str = field(metadata={"key": "src"})
    people: tuple[str, ...] = ()

    def is_of_somebody(self, *, by_number: bool) -> bool:
        """Return whether rows of the kind, or their numbers, count people, establishments or cases."""
        return (self.numbers if by_number else self.rows) in ("person", "establishment", "case")

    def is_of_people(self, *, by_number: bool) -> bool:
        """Return whether counting rows, or adding up their numbers, counts people themselves."""
        return (self.numbers if by_number else self.rows) == "person"


def _read_kinds(row: ListFileRow) -> Mapping[str, CountedKind]:
    return {kind.id: kind for kind in row.each("kinds", CountedKind.read)}


@dataclass(frozen=True, slots=True)
class SmallCounts(CodeListRow):
    """Counts of people below `k` stay on the team's screens; `kinds` define what counts people."""

    k: int
    rule: str
    always_area_level_only: tuple[str, ...]
    kinds: Mapping[str, CountedKind] = field(metadata={"read": _read_kinds})


@dataclass(frozen=True, slots=True)
class PhotoRules(CodeListRow):
    """Rules of photos: permitted subjects and processing."""

    default: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfficerLocation(CodeListRow):
    """Purpose and precision of the officer's stored position."""

    purpose: str
    collected: str
    fields: tuple[str, ...]
    refusal: str
    precision: str
    access: tuple[str, ...]
    notice: str
    # The laws on personal data, one after the other in time.
    laws: tuple[str, ...]


class RetentionAct(StrEnum):
    """What a retention run does to data whose period has ended; `none`: no program removes it."""

    ROUND_POSITION = "round_position"
    REMOVE_POSITION = "remove_position"
    DELETE_PHOTOS = "delete_photos"
    CLEAR_TEXTS = "clear_texts"
    END_ACCOUNTS = "end_accounts"
    THIN_AUDIT = "thin_audit"
    DELETE_EXPORTS = "delete_exports"
    NONE = "none"


def _read_act(row: ListFileRow) -> RetentionAct:
    act = row.text("act")
    if act not in set(RetentionAct):
        raise CodeListError(f"{row.where}.act: {act!r} is no act of a retention run", "act")
    return RetentionAct(act)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Labelled):
    """Retention period of one kind of data, and what is done when it ends.

    `keep_vi`, `keep_en` replace the period where no program removes the data. `decimals`: precision of a
    rounded position.
    """

    act: RetentionAct = field(metadata={"read": _read_act})
    after_days: int | None
    after_months: int | None
    decimals: int | None
    keep_vi: str | None
    keep_en: str | None
    source: str | None = field(metadata={"key": "src"})
    confidence: str | None

    def cutoff(self, today: date) -> date:
        """Return the first day whose data is still kept; raise CodeListError without a period."""
        if self.after_months is not None:
            years, month = divmod(today.month - 1 - self.after_months, 12)
            year = today.year + years
            return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
        if self.after_days is not None:
            return today - timedelta(days=self.after_days)
        raise CodeListError(f"retention.{self.id}: no period", "after_days", is_absent=True)


def _read_retention(row: ListFileRow) -> DatedRows[Retention]:
    return DatedRows({each.id: each for each in row.each("retention", Retention.read)})


@dataclass(frozen=True, slots=True)
class SubjectRights(CodeListRow):
    """Rights of people to their own data."""

    who: str
    how: str
    confidence: str


@dataclass(frozen=True, slots=True)
class PrivacyRules(CodeListRow):
    """Every privacy rule of the product."""

    legal: tuple[LegalPoint, ...]
    classes: tuple[DataClass, ...]
    forbidden_fields: ForbiddenFields
    free_text: FreeTextRules
    small_counts: SmallCounts
    photos: PhotoRules
    officer_location: OfficerLocation
    retention: DatedRows[Retention] = field(metadata={"read": _read_retention})
    subject_rights: SubjectRights
    impact_assessment: str
    condoms_rule: str
    protocols: str
