"""Indicators, their denominators and their targets."""

from dataclasses import dataclass, field

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import CodeListRow

# Units of an indicator that make it a share, and an answer in place of a number.
PERCENT, YES_NO = "%", "có/không"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(Labelled):
    """A figure of the report; numerator and denominator are formulas (`codelists.formulas`)."""

    official_code: str | None
    origin: str
    group: str
    unit: str
    numerator: str = field(metadata={"key": "num"})
    denominator: str | None = field(metadata={"key": "den"})
    least_denominator: str | None = field(metadata={"key": "den_least"})
    most_denominator: str | None = field(metadata={"key": "den_most"})
    least_numerator: str | None = field(metadata={"key": "num_least"})
    most_numerator: str | None = field(metadata={"key": "num_most"})
    target_key: str | None
    periods: tuple[str, ...] = field(metadata={"key": "period"})
    reporters: tuple[str, ...] = field(metadata={"key": "reporter"})
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
class Target(CodeListRow):
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
    is_national: bool = field(metadata={"key": "national"})
    targets: tuple[Target, ...]
