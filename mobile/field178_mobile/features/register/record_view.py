"""Info tab of an establishment: register data, certificates, corrections, visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from field178_mobile.features.register.visits import Visit
from field178_mobile.presentation.facts import DatedRow, Fact
from field178_mobile.presentation.value_words import NOTHING, value_text
from field178_mobile.presentation.wording import Wording
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.text.formats import date_text

SOON_DAYS = 30
FACTS = (
    "address_line",
    "village",
    "unit_id",
    "establishment_type_id",
    "operating_status_id",
    "registration_form_id",
    "registration_number",
    "opening_hours",
    "rooms_total",
)


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One paper of the establishment; `state` is good, soon, bad or unknown."""

    name: str
    detail: str
    state: str


def facts_of(data: Mapping[str, object], words: Wording) -> tuple[Fact, ...]:
    """Return the known facts of the register."""
    facts = (
        Fact(
            words.field(RecordType.ESTABLISHMENT, path),
            value_text(RecordType.ESTABLISHMENT, path, data.get(path), words),
        )
        for path in FACTS
    )
    return tuple(fact for fact in facts if fact.value != NOTHING)


def certificates_of(data: Mapping[str, object], today: date, words: Wording) -> tuple[CertificateLine, ...]:
    """Return the papers of the register with their state today."""
    papers = data.get("certificates")
    if not isinstance(papers, Mapping):
        return ()
    return tuple(
        _certificate(words.choice("certificate_kind", kind), paper, today, words)
        for kind, paper in papers.items()
        if isinstance(paper, Mapping)
    )


def history_row(visit: Visit, state: str, words: Wording) -> DatedRow:
    """Return one line of the history."""
    access, result = visit.data.get("access_result"), visit.data.get("overall_result")
    summary = (
        words.choice("overall_result", result)
        if visit.is_inspected
        else words.choice("access_result", access)
    )
    day = date_text(visit.started_at) if visit.started_at else ""
    return DatedRow(
        visit.record_id, RecordType.INSPECTION, day, summary, words.choice("shown_state", state), state
    )


def _certificate(name: str, paper: Mapping[str, object], today: date, words: Wording) -> CertificateLine:
    expires, status = text_of(paper, "expires_on"), text_of(paper, "status")
    status_label = words.choice("certificate_status", status)
    number = words.say("No. {number}", number=paper["number"]) if paper.get("number") else ""
    until = words.say("valid until {day}", day=_day(expires, words)) if expires else ""
    return CertificateLine(
        name,
        " · ".join(part for part in (status_label, number, until) if part),
        _state(status, expires, today),
    )


def _state(status: str, expires: str, today: date) -> str:
    if status in ("expired", "missing") or (expires and expires < today.isoformat()):
        return "bad"
    if status != "valid":
        return "unknown"
    return "soon" if expires and (date.fromisoformat(expires) - today).days < SOON_DAYS else "good"


def _day(text: str, words: Wording) -> str:
    day = _date_or_none(text)
    return date_text(day) if day else text


def _date_or_none(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
