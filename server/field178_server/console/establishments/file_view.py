"""Facts of one establishment with states: status, priority, validity of certificates, its plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from field178_server.console.records.point_plan import ArrivalPoint, PointPlan, check_in_of, point_plan
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.establishments.file import EstablishmentFile, FileVisit
from field178_shared.records.points import point_of
from field178_shared.records.reading import Data, day_of, entries_of, text_of
from field178_shared.text.i18n import N_

SOON_DAYS = 30
SHOWN_CHECK_INS = 5


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate with the label of its validity."""

    kind: str
    data: Data
    validity: StateLabel


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Facts beside the record of an establishment; `plan`: its point with the last check-ins."""

    status: StateLabel
    priority: StateLabel | None
    certificates: tuple[Certificate, ...]
    has_point: bool
    plan: PointPlan | None


def file_facts(file: EstablishmentFile, data: Data, today: date, localizer: Localizer) -> FileFacts:
    """Return the facts of an establishment with this content on a day."""
    return FileFacts(
        status=status_label(text_of(data, "operating_status_id"), localizer),
        priority=_priority(text_of(data, "inspection_priority_id"), localizer),
        certificates=tuple(
            Certificate(kind, certificate, _validity(certificate, today, localizer))
            for kind, certificate in entries_of(data, "certificates").items()
        ),
        has_point=point_of(data) is not None,
        plan=point_plan(point_of(data), _last_check_ins(file.visits), localizer),
    )


def _last_check_ins(visits: Sequence[FileVisit]) -> Sequence[ArrivalPoint]:
    check_ins = (check_in_of(visit.check_in, visit.occurred_on) for visit in visits)
    return [check_in for check_in in check_ins if check_in][:SHOWN_CHECK_INS]


def status_label(status_id: str, localizer: Localizer) -> StateLabel:
    """Return the label of an operating status."""
    tone, icon = _STATUS_TONES.get(status_id, ("", "info"))
    return StateLabel(localizer.choice("operating_status", status_id), tone, icon)


def _priority(priority_id: str, localizer: Localizer) -> StateLabel | None:
    if priority_id not in _PRIORITY_TONES:
        return None
    text = localizer.choice("inspection_priority", priority_id)
    return StateLabel(text, _PRIORITY_TONES[priority_id], "alert")


def _validity(certificate: Data, today: date, localizer: Localizer) -> StateLabel:
    """Return the validity of a certificate; for one that is absent or was not shown, its state."""
    status, expires = text_of(certificate, "status"), day_of(certificate, "expires_on")
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
