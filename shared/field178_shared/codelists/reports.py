"""Reports: kinds, who reports to whom and when, sections, annexes and the layout of ND 30/2020."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import CodeListRow, ListFileRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportKind(Labelled):
    """A kind of report with its period and cut-off, as day texts (dd/mm).

    `due_like`: the kind whose due days hold, as many days after the cut-off.
    """

    period_from: str | None
    period_to: str | None
    cutoff: str | None
    due_like: str | None
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Submission(CodeListRow):
    """Sender and receiver of reports, and the due day of each kind."""

    senders: tuple[str, ...] = field(metadata={"key": "from"})
    receivers: tuple[str, ...] = field(metadata={"key": "to"})
    due: Mapping[str, str]
    source: str
    confidence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSection(Labelled):
    """A chapter of the report and the indicators it shows."""

    order: str
    indicators: tuple[str, ...]
    narrative: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnexTable(Labelled):
    """A table behind the report."""

    rows: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnexColumn(Labelled):
    """Column of an annex with its formula; a report hides small numbers if it counts people."""

    formula: str

    @classmethod
    def read(cls, row: ListFileRow) -> Self:
        """Read a column. Older versions published rows with `people`; the formula has replaced it."""
        row.skip("people")
        return row.build(cls)


def _read_margins(row: ListFileRow) -> Mapping[str, tuple[float, ...]]:
    return row.nested("margin_mm", lambda sides: {side: sides.numbers(side) for side in sides.names()})


@dataclass(frozen=True, slots=True)
class PageLayout(CodeListRow):
    """Paper, margins (least, most in mm for each side) and type."""

    size: str
    margin_mm: Mapping[str, tuple[float, ...]] = field(metadata={"read": _read_margins})
    font: str
    page_number: str


@dataclass(frozen=True, slots=True)
class LayoutBox(CodeListRow):
    """A numbered box of the official layout."""

    number: str = field(metadata={"key": "n"})
    id: str
    vi: str
    style: str


@dataclass(frozen=True, slots=True)
class SigningAuthority(CodeListRow):
    """An abbreviation before the signer's position."""

    abbreviation: str = field(metadata={"key": "abbr"})
    vi: str


@dataclass(frozen=True, slots=True)
class DocumentSymbol(CodeListRow):
    """The symbol after the number of a document, by kind and agency."""

    document: str = field(metadata={"key": "doc"})
    agency: str = field(metadata={"key": "by"})
    symbol: str


@dataclass(frozen=True, slots=True)
class ReportLayout(CodeListRow):
    """The official layout of an administrative document."""

    page: PageLayout
    boxes: tuple[LayoutBox, ...]
    signing_authority: tuple[SigningAuthority, ...]
    symbols: tuple[DocumentSymbol, ...]
