"""Outreach: forms, audiences, topics, materials, media, models and support services."""

from dataclasses import dataclass

from field178_shared.codelists.labels import Labelled


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
