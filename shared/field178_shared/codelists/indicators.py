"""Indicators, their denominators and their targets."""

from dataclasses import dataclass

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import ListFileRow

# Units of an indicator that make it a share, and an answer in place of a number.
PERCENT, YES_NO = "%", "có/không"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(Labelled):
    """A figure of the report; numerator and denominator are formulas (`codelists.formulas`)."""

    official_code: str | None
    origin: str
    group: str
    unit: str
    numerator: str
    denominator: str | None
    least_denominator: str | None
    most_denominator: str | None
    least_numerator: str | None
    most_numerator: str | None
    target_key: str | None
    periods: tuple[str, ...]
    reporters: tuple[str, ...]
    remark: str | None
    privacy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaTerm(Labelled):
    """A part of formulas with a name, for entities of these kinds."""

    of: tuple[str, ...]
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Denominator(Labelled):
    """A total used as a denominator: computed, or entered once a year by an agency."""

    computed: bool
    entered_by: str | None
    per: str | None
    valid: str | None

    @property
    def is_entered(self) -> bool:
        """Whether an agency enters the number; numbers of zones and schools are in the lists."""
        return not self.computed and self.per is None


@dataclass(frozen=True, slots=True)
class MeasureRules:
    """Rules of counting people without names."""

    attendance_vs_person: str
    reached_workers: str
    sustained: str


@dataclass(frozen=True, slots=True)
class Target:
    """A value an indicator must reach."""

    indicator: str
    op: str
    value: int
    per: str | None
    remark: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetProfile(Labelled):
    """Targets of a plan: of an area, of the whole country, or an example of another area."""

    source: str
    year: int | None
    unit_group: str | None
    is_national: bool
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class TrafficLight:
    """Thresholds of green, amber, red and grey."""

    green: str
    amber: str
    red: str
    grey: str


def read_indicator(row: ListFileRow) -> Indicator:
    """Read one indicator."""
    return Indicator(
        **row.head(),
        official_code=row.text_or_none("official_code"),
        origin=row.text("origin"),
        group=row.text("group"),
        unit=row.text("unit"),
        numerator=row.text("num"),
        denominator=row.text_or_none("den"),
        least_denominator=row.text_or_none("den_least"),
        most_denominator=row.text_or_none("den_most"),
        least_numerator=row.text_or_none("num_least"),
        most_numerator=row.text_or_none("num_most"),
        target_key=row.text_or_none("target_key"),
        periods=row.texts("period"),
        reporters=row.texts("reporter"),
        remark=row.text_or_none("remark"),
        privacy=row.text_or_none("privacy"),
    )


def read_formula_term(row: ListFileRow) -> FormulaTerm:
    """Read one term."""
    return FormulaTerm(**row.head(), of=row.texts("of"), formula=row.text("formula"))


def read_denominator(row: ListFileRow) -> Denominator:
    """Read one denominator."""
    return Denominator(
        **row.head(),
        computed=row.flag("computed"),
        entered_by=row.text_or_none("entered_by"),
        per=row.text_or_none("per"),
        valid=row.text_or_none("valid"),
    )


def read_measure_rules(row: ListFileRow) -> MeasureRules:
    """Read the rules for counting people."""
    return MeasureRules(
        attendance_vs_person=row.text("attendance_vs_person"),
        reached_workers=row.text("reached_workers"),
        sustained=row.text("sustained"),
    )


def read_target_profile(row: ListFileRow) -> TargetProfile:
    """Read the targets of one plan."""
    return TargetProfile(
        **row.head(),
        source=row.text("source"),
        year=row.whole_or_none("year"),
        unit_group=row.text_or_none("unit_group"),
        is_national=row.flag("national"),
        targets=row.each("targets", _read_target),
    )


def read_traffic_light(row: ListFileRow) -> TrafficLight:
    """Read the rule of colours."""
    return TrafficLight(
        green=row.text("green"), amber=row.text("amber"), red=row.text("red"), grey=row.text("grey")
    )


def _read_target(row: ListFileRow) -> Target:
    return Target(
        indicator=row.text("indicator"),
        op=row.text("op"),
        value=row.whole("value"),
        per=row.text_or_none("per"),
        remark=row.text_or_none("remark"),
    )
