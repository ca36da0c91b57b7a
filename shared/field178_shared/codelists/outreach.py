"""Outreach: forms, audiences, topics, materials, media, models and support services."""

from dataclasses import dataclass

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import ListFileRow


@dataclass(frozen=True, slots=True, kw_only=True)
class OutreachFormat(Labelled):
    """Form of outreach: a way of reaching people."""

    channel: str
    counts_people: bool
    links_establishment: bool
    anonymous_only: bool
    requires_note: bool
    auto_from_visit: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience(Labelled):
    """A counted audience."""

    short_vi: str | None
    denominator: str | None
    anonymous_only: bool
    source: str

    def short_label(self, language: str) -> str:
        """Return the label for narrow places."""
        return self.short_vi if language != "en" and self.short_vi else self.label(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(Labelled):
    """A topic; `integration` marks the programmes that the plan joins."""

    core: bool
    integration: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Material(Labelled):
    """A material handed out, counted in `unit`."""

    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaChannel(Labelled):
    """Channel of media outlets; outlets with `monthly_duty` must publish at least one item a month."""

    level: str
    monthly_duty: bool
    proof: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportService(Labelled):
    """A support service reported as monthly totals of an area."""

    unit: str


def read_form(row: ListFileRow) -> OutreachFormat:
    """Read one form of outreach."""
    return OutreachFormat(
        **row.head(),
        channel=row.text("channel"),
        counts_people=row.flag("counts_people"),
        links_establishment=row.flag("links_establishment"),
        anonymous_only=row.flag("anonymous_only"),
        requires_note=row.flag("requires_note"),
        auto_from_visit=row.flag("auto_from_visit"),
        source=row.text("source"),
    )


def read_audience(row: ListFileRow) -> Audience:
    """Read one audience."""
    return Audience(
        **row.head(),
        short_vi=row.text_or_none("short_vi"),
        denominator=row.text_or_none("denominator"),
        anonymous_only=row.flag("anonymous_only"),
        source=row.text("source"),
    )


def read_topic(row: ListFileRow) -> Topic:
    """Read one topic."""
    return Topic(
        **row.head(),
        core=row.flag("core"),
        integration=row.flag("integration"),
    )


def read_material(row: ListFileRow) -> Material:
    """Read one material."""
    return Material(**row.head(), unit=row.text("unit"))


def read_channel(row: ListFileRow) -> MediaChannel:
    """Read one kind of outlet."""
    return MediaChannel(
        **row.head(),
        level=row.text("level"),
        monthly_duty=row.flag("monthly_duty"),
        proof=row.text("proof"),
        source=row.text("source"),
    )


def read_service(row: ListFileRow) -> SupportService:
    """Read one support service."""
    return SupportService(**row.head(), unit=row.text("unit"))
