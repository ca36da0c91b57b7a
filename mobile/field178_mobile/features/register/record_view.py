"""The Info tab of an establishment: what the register says, its papers, what is to be fixed, its visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from field178_mobile.features.register.visit_index import Visit
from field178_mobile.presentation.facts import Fact, ToFix
from field178_mobile.presentation.shortcomings import Shortcoming
from field178_mobile.presentation.wording import Wording
from field178_shared.records.reading import text_of
from field178_shared.text.formats import date_text

SOON_DAYS = 30


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One paper of the establishment; `state` is good, soon, bad or unknown."""

    name: str
    detail: str
    state: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One earlier visit."""

    record_id: str
    day: str
    result: str
    word: str
    state: str


def facts_of(data: Mapping[str, object], words: Wording) -> tuple[Fact, ...]:
    """Return the facts of the register that are known; absent ones take no room."""
    _ = words.translate
    known = (
        Fact(_("Address"), text_of(data, "address_line")),
        Fact(_("Village"), text_of(data, "village")),
        Fact(_("Commune"), words.unit(data.get("unit_id"))),
        Fact(_("Kind"), words.kind(data.get("establishment_type_id"))),
        Fact(_("Status"), words.choice("operating_status", data.get("operating_status_id"))),
        Fact(_("Form of registration"), words.choice("registration_form", data.get("registration_form_id"))),
        Fact(_("Registration number"), text_of(data, "registration_number")),
        Fact(_("Opening hours"), text_of(data, "opening_hours")),
        Fact(_("Rooms"), str(data.get("rooms_total", ""))),
    )
    return tuple(fact for fact in known if fact.value)


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


def to_fix(shortcomings: tuple[Shortcoming, ...], today: date, words: Wording) -> tuple[ToFix, ...]:
    """Return what is still open of earlier visits, with its date."""
    return tuple(
        ToFix(row.text, _day(row.due_on, words), bool(row.due_on) and row.due_on < today.isoformat())
        for row in shortcomings
    )


def history_row(visit: Visit, state: str, words: Wording) -> HistoryRow:
    """Return one line of the history."""
    access, result = visit.data.get("access_result"), visit.data.get("overall_result")
    said = (
        words.choice("overall_result", result)
        if visit.is_inspected
        else words.choice("access_result", access)
    )
    day = date_text(visit.started_at) if visit.started_at else ""
    return HistoryRow(visit.record_id, day, said, words.choice("shown_state", state), state)


def _certificate(name: str, paper: Mapping[str, object], today: date, words: Wording) -> CertificateLine:
    expires, status = text_of(paper, "expires_on"), text_of(paper, "status")
    said = words.choice("certificate_status", status)
    number = words.say("No. {number}", number=paper["number"]) if paper.get("number") else ""
    until = words.say("valid until {day}", day=_day(expires, words)) if expires else ""
    return CertificateLine(
        name, " · ".join(part for part in (said, number, until) if part), _state(status, expires, today)
    )


def _state(status: str, expires: str, today: date) -> str:
    if status in ("expired", "missing") or (expires and expires < today.isoformat()):
        return "bad"
    if status != "valid":
        return "unknown"
    return "soon" if expires and (date.fromisoformat(expires) - today).days < SOON_DAYS else "good"


def _day(text: str, words: Wording) -> str:
    try:
        return date_text(date.fromisoformat(text))
    except ValueError:
        return text
