"""File of one establishment in words: visits, violations and measures, certificates, sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from field178_server.console.records.point_plan import ArrivalPoint, PointPlan, check_in_of, point_plan
from field178_server.console.text.field_labels import value_text
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel, outcome_label, short_state_label
from field178_server.office.establishments.file import EstablishmentFile, FileVisit, MergedEntry
from field178_shared.records.inspection import Measure, VisitFinding
from field178_shared.records.points import point_of
from field178_shared.records.reading import Data, day_of, entries_of, text_of
from field178_shared.schemas.fields.catalogue import choices_of
from field178_shared.text.i18n import N_

SOON_DAYS = 30
SHOWN_CHECK_INS = 5
TYPE = "establishment"


@dataclass(frozen=True, slots=True)
class FileVisitLine:
    """One visit as the table of the file shows it."""

    record_id: str
    day: str
    kind: str
    team: str
    outcome: StateLabel | None
    state: StateLabel


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A violation found or a measure decided, and the visit it stands in."""

    record_id: str
    day: str
    text: str
    detail: str


@dataclass(frozen=True, slots=True)
class FileSessionLine:
    """One outreach session that names the establishment."""

    record_id: str
    day: str
    form: str
    venue: str
    state: StateLabel


@dataclass(frozen=True, slots=True)
class CertificateValidity:
    """One certificate: its number and issuer, and how long it is still valid."""

    name: str
    number: str
    issued: str
    expires: str
    word: StateLabel


@dataclass(frozen=True, slots=True)
class EstablishmentFileView:
    """Everything the page adds to the record of an establishment."""

    visits: tuple[FileVisitLine, ...]
    violations: tuple[FoundLine, ...]
    measures: tuple[FoundLine, ...]
    certificates: tuple[CertificateValidity, ...]
    sessions: tuple[FileSessionLine, ...]
    merged: tuple[MergedEntry, ...]
    status: StateLabel
    priority: StateLabel | None
    # With a point: the plan of it and the last check-ins, where there are any.
    has_point: bool
    plan: PointPlan | None


def file_view(
    file: EstablishmentFile, data: Data, today: date, localizer: Localizer
) -> EstablishmentFileView:
    """Return the file of an establishment with this content for one reader."""
    words = Localizer(localizer.language, file.names)
    return EstablishmentFileView(
        visits=tuple(_visit(visit, words) for visit in file.visits),
        violations=tuple(
            _violation(visit, finding, words) for visit in file.visits for finding in visit.findings
        ),
        measures=tuple(
            _measure(visit, measure, words) for visit in file.visits for measure in visit.measures
        ),
        certificates=tuple(
            _certificate(kind, certificate, today, words)
            for kind, certificate in entries_of(data, "certificates").items()
        ),
        sessions=tuple(
            FileSessionLine(
                one.record_id,
                words.day(one.occurred_on) if one.occurred_on else "",
                words.label(words.lists.forms, one.kind),
                one.venue or "",
                short_state_label(one.state, words),
            )
            for one in file.sessions
        ),
        merged=file.merged,
        status=status_label(text_of(data, "operating_status_id"), words),
        priority=_priority(text_of(data, "inspection_priority_id"), words),
        has_point=point_of(data) is not None,
        plan=point_plan(point_of(data), _last_check_ins(file.visits), words),
    )


def _last_check_ins(visits: Sequence[FileVisit]) -> Sequence[ArrivalPoint]:
    found = (check_in_of(visit.check_in, visit.occurred_on) for visit in visits)
    return [one for one in found if one][:SHOWN_CHECK_INS]


def status_label(status_id: str, localizer: Localizer) -> StateLabel:
    """Return the label of an operating status."""
    tone, icon = _STATUS_TONES.get(status_id, ("", "info"))
    return StateLabel(localizer.choice("operating_status", status_id), tone, icon)


def _priority(priority_id: str, localizer: Localizer) -> StateLabel | None:
    if priority_id not in _PRIORITY_TONES:
        return None
    text = localizer.choice("inspection_priority", priority_id)
    return StateLabel(text, _PRIORITY_TONES[priority_id], "alert")


def _visit(visit: FileVisit, localizer: Localizer) -> FileVisitLine:
    return FileVisitLine(
        record_id=visit.record_id,
        day=localizer.day(visit.occurred_on) if visit.occurred_on else "",
        kind=localizer.choice("inspection_kind", visit.kind) if visit.kind else "",
        team=localizer.team(visit.team_id) if visit.team_id else "",
        outcome=outcome_label(visit.outcome, localizer) if visit.outcome else None,
        state=short_state_label(visit.state, localizer),
    )


def _violation(visit: FileVisit, finding: VisitFinding, localizer: Localizer) -> FoundLine:
    return FoundLine(
        record_id=visit.record_id,
        day=localizer.day(finding.occurred_on or visit.occurred_on),
        text=value_text("inspection", "findings.x.violation_id", finding.violation_id, localizer),
        detail="",
    )


def _measure(visit: FileVisit, measure: Measure, localizer: Localizer) -> FoundLine:
    parts = (
        measure.document_number,
        localizer.label(localizer.lists.agencies, measure.agency_id) if measure.agency_id else "",
        localizer.money(measure.amount_vnd) if measure.amount_vnd is not None else "",
    )
    return FoundLine(
        record_id=visit.record_id,
        day=localizer.day(measure.document_date or visit.occurred_on),
        text=localizer.choice("measure", measure.measure_id),
        detail=" · ".join(part for part in parts if part),
    )


def _certificate(kind: str, data: Data, today: date, localizer: Localizer) -> CertificateValidity:
    issued, expires = day_of(data, "issued_on"), day_of(data, "expires_on")
    issuer = text_of(data, "issuer_agency")
    facts = (
        localizer.day(issued) if issued else "",
        localizer.label(localizer.lists.agencies, issuer) if issuer else "",
    )
    return CertificateValidity(
        name=localizer.label(choices_of("certificate_kind", localizer.lists), kind),
        number=text_of(data, "number"),
        issued=" · ".join(fact for fact in facts if fact),
        expires=localizer.day(expires) if expires else "",
        word=_validity(text_of(data, "status"), expires, today, localizer),
    )


def _validity(status: str, expires: date | None, today: date, localizer: Localizer) -> StateLabel:
    """Return how long a certificate is valid; one that is not there or not shown says that instead."""
    if status in _ABSENT:
        return StateLabel(localizer.choice("certificate_status", status), _ABSENT[status], "alert")
    if expires is None:
        text = localizer.choice("certificate_status", status) if status else localizer.say(N_("No end date"))
        return StateLabel(text, "ok" if status == "valid" else "", "info")
    left = (expires - today).days
    count = localizer.number(abs(left))
    if left < 0:
        return StateLabel(localizer.say(N_("Expired {count} days ago")).format(count=count), "bad", "alert")
    text = (
        localizer.say(N_("{count} days left")).format(count=count)
        if left
        else localizer.say(N_("Ends today"))
    )
    is_soon = left <= SOON_DAYS
    return StateLabel(text, "warn" if is_soon else "ok", "clock" if is_soon else "check")


_ABSENT = {"expired": "bad", "missing": "bad", "not_shown": "warn", "not_required": ""}
_STATUS_TONES = {
    "operating": ("ok", "check-circle"),
    "paused": ("warn", "clock"),
    "suspended_by_decision": ("bad", "lock"),
    "closed": ("", "void"),
    "not_found": ("warn", "alert"),
}
_PRIORITY_TONES = {"elevated": "warn", "high": "bad"}
