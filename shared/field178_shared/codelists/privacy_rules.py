"""The privacy rules as data: classes, forbidden fields, patterns for free text, retention."""

from collections.abc import Mapping
from dataclasses import dataclass

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import ListFileRow


@dataclass(frozen=True, slots=True)
class LegalPoint:
    """A demand of a law on the data."""

    source: str
    point: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataClass(Labelled):
    """A class of data, from public to forbidden."""

    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForbiddenFields:
    """Names that no column, schema field, export or log key may carry."""

    note: str
    stems: tuple[str, ...]
    allow: str


@dataclass(frozen=True, slots=True)
class LintPattern:
    """Pattern of the free-text check: a regular expression, an algorithm, or a word list.

    A regular expression matches only near the words of `near` (if any), never near words of `not_near`, both
    within `reach` characters before the match, and never after a word of `not_after`.
    """

    id: str
    vi: str
    en: str
    action: str
    regex: str | None
    near: tuple[str, ...]
    not_near: tuple[str, ...]
    not_after: tuple[str, ...]
    reach: int
    algorithm: str | None
    surnames: tuple[str, ...]
    common_words: tuple[str, ...]
    skip_after: tuple[str, ...]
    not_names: tuple[str, ...]
    rule: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Linter:
    """The free-text check: its places and patterns."""

    runs: str
    patterns: tuple[LintPattern, ...]


@dataclass(frozen=True, slots=True)
class FreeTextRules:
    """Free-text fields, their maximum length and their check."""

    fields: tuple[str, ...]
    max_length: int
    linter: Linter


@dataclass(frozen=True, slots=True)
class CountedKind:
    """Meaning of the rows and numbers of a kind of event or entity, for privacy.

    `people`: fields that count people although other numbers of the kind do not.
    """

    id: str
    rows: str
    numbers: str
    reason: str
    source: str
    people: tuple[str, ...] = ()

    def is_of_somebody(self, *, by_number: bool) -> bool:
        """Return whether rows of the kind, or their numbers, count people, establishments or cases."""
        return (self.numbers if by_number else self.rows) in ("person", "establishment", "case")

    def is_of_people(self, *, by_number: bool) -> bool:
        """Return whether counting rows, or adding up their numbers, counts people themselves."""
        return (self.numbers if by_number else self.rows) == "person"


@dataclass(frozen=True, slots=True)
class SmallCounts:
    """Counts of people below `k` stay on the team's screens; `kinds` define what counts people."""

    k: int
    rule: str
    always_area_level_only: tuple[str, ...]
    kinds: Mapping[str, CountedKind]


@dataclass(frozen=True, slots=True)
class PhotoRules:
    """Rules of photos: permitted subjects and processing."""

    default: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfficerLocation:
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


@dataclass(frozen=True, slots=True)
class Retention:
    """Retention period of one kind of data."""

    data: str
    keep: str
    confidence: str | None


@dataclass(frozen=True, slots=True)
class SubjectRights:
    """Rights of people to their own data."""

    who: str
    how: str
    confidence: str


@dataclass(frozen=True, slots=True)
class PrivacyRules:
    """Every privacy rule of the product."""

    legal: tuple[LegalPoint, ...]
    classes: tuple[DataClass, ...]
    forbidden_fields: ForbiddenFields
    free_text: FreeTextRules
    small_counts: SmallCounts
    photos: PhotoRules
    officer_location: OfficerLocation
    retention: tuple[Retention, ...]
    subject_rights: SubjectRights
    impact_assessment: str
    condoms_rule: str
    protocols: str


def read_privacy_rules(row: ListFileRow) -> PrivacyRules:
    """Read every privacy rule."""
    return PrivacyRules(
        legal=row.each("legal", _read_legal_point),
        classes=row.each("classes", _read_class),
        forbidden_fields=row.nested("forbidden_fields", _read_forbidden),
        free_text=row.nested("free_text", _read_free_text),
        small_counts=row.nested("small_counts", _read_small_counts),
        photos=row.nested("photos", _read_photos),
        officer_location=row.nested("officer_location", _read_location),
        retention=row.each("retention", _read_retention),
        subject_rights=row.nested("subject_rights", _read_rights),
        impact_assessment=row.text("impact_assessment"),
        condoms_rule=row.text("condoms_rule"),
        protocols=row.text("protocols"),
    )


def _read_legal_point(row: ListFileRow) -> LegalPoint:
    return LegalPoint(source=row.text("src"), point=row.text("point"))


def _read_class(row: ListFileRow) -> DataClass:
    return DataClass(id=row.text("id"), vi=row.text("vi"), en=row.text("en"), examples=row.texts("examples"))


def _read_forbidden(row: ListFileRow) -> ForbiddenFields:
    return ForbiddenFields(note=row.text("note"), stems=row.texts("stems"), allow=row.text("allow"))


def _read_free_text(row: ListFileRow) -> FreeTextRules:
    return FreeTextRules(
        fields=row.texts("fields"),
        max_length=row.whole("max_length"),
        linter=row.nested("linter", _read_linter),
    )


def _read_linter(row: ListFileRow) -> Linter:
    return Linter(runs=row.text("runs"), patterns=row.each("patterns", _read_pattern))


def _read_pattern(row: ListFileRow) -> LintPattern:
    return LintPattern(
        id=row.text("id"),
        vi=row.text("vi"),
        en=row.text("en"),
        action=row.text("action"),
        regex=row.text_or_none("regex"),
        near=row.texts("near"),
        not_near=row.texts("not_near"),
        not_after=row.texts("not_after"),
        reach=row.whole_or_none("reach") or 0,
        algorithm=row.text_or_none("algorithm"),
        surnames=row.texts("surnames"),
        common_words=row.texts("common_words"),
        skip_after=row.texts("skip_after"),
        not_names=row.texts("not_names"),
        rule=row.text_or_none("rule"),
        source=row.text_or_none("source"),
    )


def _read_small_counts(row: ListFileRow) -> SmallCounts:
    return SmallCounts(
        k=row.whole("k"),
        rule=row.text("rule"),
        always_area_level_only=row.texts("always_area_level_only"),
        kinds={kind.id: kind for kind in row.each("kinds", _read_counted_kind)},
    )


def _read_counted_kind(row: ListFileRow) -> CountedKind:
    return CountedKind(
        id=row.text("kind"),
        rows=row.text("rows"),
        numbers=row.text("numbers"),
        reason=row.text("reason"),
        source=row.text("src"),
        people=row.texts("people"),
    )


def _read_photos(row: ListFileRow) -> PhotoRules:
    return PhotoRules(default=row.text("default"), rules=row.texts("rules"))


def _read_location(row: ListFileRow) -> OfficerLocation:
    return OfficerLocation(
        purpose=row.text("purpose"),
        collected=row.text("collected"),
        fields=row.texts("fields"),
        refusal=row.text("refusal"),
        precision=row.text("precision"),
        access=row.texts("access"),
        notice=row.text("notice"),
        laws=row.texts("laws"),
    )


def _read_retention(row: ListFileRow) -> Retention:
    return Retention(data=row.text("data"), keep=row.text("keep"), confidence=row.text_or_none("confidence"))


def _read_rights(row: ListFileRow) -> SubjectRights:
    return SubjectRights(who=row.text("who"), how=row.text("how"), confidence=row.text("confidence"))
