"""Reports: kinds, who reports to whom and when, sections, annexes and the layout of ND 30/2020."""

from collections.abc import Mapping
from dataclasses import dataclass

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import ListFileRow


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
class Submission:
    """Sender and receiver of reports, and the due day of each kind."""

    senders: tuple[str, ...]
    receivers: tuple[str, ...]
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


@dataclass(frozen=True, slots=True)
class PageLayout:
    """Paper, margins (least, most in mm for each side) and type."""

    size: str
    margin_mm: Mapping[str, tuple[float, ...]]
    font: str
    page_number: str


@dataclass(frozen=True, slots=True)
class LayoutBox:
    """A numbered box of the official layout."""

    number: str
    id: str
    vi: str
    style: str


@dataclass(frozen=True, slots=True)
class SigningAuthority:
    """An abbreviation before the signer's position."""

    abbreviation: str
    vi: str


@dataclass(frozen=True, slots=True)
class DocumentSymbol:
    """The symbol after the number of a document, by kind and agency."""

    document: str
    agency: str
    symbol: str


@dataclass(frozen=True, slots=True)
class ReportLayout:
    """The official layout of an administrative document."""

    page: PageLayout
    boxes: tuple[LayoutBox, ...]
    signing_authority: tuple[SigningAuthority, ...]
    symbols: tuple[DocumentSymbol, ...]


def read_report_kind(row: ListFileRow) -> ReportKind:
    """Read one kind of report."""
    return ReportKind(
        **row.head(),
        period_from=row.text_or_none("period_from"),
        period_to=row.text_or_none("period_to"),
        cutoff=row.text_or_none("cutoff"),
        due_like=row.text_or_none("due_like"),
        source=row.text("source"),
        confidence=row.text("confidence"),
    )


def read_submission(row: ListFileRow) -> Submission:
    """Read one link of the reporting chain."""
    return Submission(
        senders=row.texts("from"),
        receivers=row.texts("to"),
        due=row.text_map("due"),
        source=row.text("source"),
        confidence=row.text_or_none("confidence"),
    )


def read_report_section(row: ListFileRow) -> ReportSection:
    """Read one chapter of the report."""
    return ReportSection(
        **row.head(),
        order=row.text("order"),
        indicators=row.texts("indicators"),
        narrative=row.flag("narrative"),
    )


def read_annex_table(row: ListFileRow) -> AnnexTable:
    """Read one annex table."""
    return AnnexTable(
        **row.head(),
        rows=row.text("rows"),
        columns=row.texts("columns"),
    )


def read_annex_column(row: ListFileRow) -> AnnexColumn:
    """Read one column of the annexes."""
    # Older versions published rows with this key; the formula has replaced it.
    row.skip("people")
    return AnnexColumn(**row.head(), formula=row.text("formula"))


def read_layout(row: ListFileRow) -> ReportLayout:
    """Read the official layout."""
    return ReportLayout(
        page=row.nested("page", _read_page),
        boxes=row.each("boxes", _read_box),
        signing_authority=row.each("signing_authority", _read_authority),
        symbols=row.each("symbols", _read_symbol),
    )


def _read_page(row: ListFileRow) -> PageLayout:
    return PageLayout(
        size=row.text("size"),
        margin_mm=row.nested("margin_mm", _read_margins),
        font=row.text("font"),
        page_number=row.text("page_number"),
    )


def _read_margins(row: ListFileRow) -> Mapping[str, tuple[float, ...]]:
    return {side: row.numbers(side) for side in row.names()}


def _read_box(row: ListFileRow) -> LayoutBox:
    return LayoutBox(number=row.text("n"), id=row.text("id"), vi=row.text("vi"), style=row.text("style"))


def _read_authority(row: ListFileRow) -> SigningAuthority:
    return SigningAuthority(abbreviation=row.text("abbr"), vi=row.text("vi"))


def _read_symbol(row: ListFileRow) -> DocumentSymbol:
    return DocumentSymbol(document=row.text("doc"), agency=row.text("by"), symbol=row.text("symbol"))
