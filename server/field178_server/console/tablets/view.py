"""Tablets in words: state, reported status, and warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from field178_server.console.shell.links import scope_text
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import Remark, StateLabel
from field178_server.devices.heartbeat import SILENT_AFTER
from field178_server.office.tablets.queries import TabletRow
from field178_shared.text.i18n import N_
from field178_shared.wire.hash_chain import RootAlarm

CLOCK_IS_OFF = timedelta(minutes=5)
LOW_SPACE_MB = 1024


@dataclass(frozen=True, slots=True)
class TabletView:
    """One tablet as the page shows it."""

    device_id: str
    label: str
    officer: str
    teams: str
    units: tuple[str, ...]
    state: StateLabel
    seen: str
    reported: str
    unsent: Remark
    free_space: Remark
    clock: Remark
    version: str
    quarantined: Remark
    mismatches: Remark
    mismatched: tuple[str, ...]
    is_revoked: bool
    history: str
    history_since: str


def tablet_views(rows: Sequence[TabletRow], localizer: Localizer, now: datetime) -> list[TabletView]:
    """Return tablets in words; those of one label have the time of their enrolment behind it."""
    times = Counter(row.label for row in rows)
    return [
        replace(view, label=f"{view.label} · {localizer.instant(row.enrolled_at)}")
        if times[row.label] > 1
        else view
        for row in rows
        for view in (tablet_view(row, localizer, now),)
    ]


def tablet_view(row: TabletRow, localizer: Localizer, now: datetime) -> TabletView:
    """Return a tablet in words at this instant."""
    teams = [scope_text(scope, localizer) for scope in row.scopes if scope.startswith("team:")]
    units = [scope_text(scope, localizer) for scope in row.scopes if scope.startswith("unit:")]
    return TabletView(
        device_id=row.device_id,
        label=row.label or row.device_id,
        officer=row.officer or localizer.say(N_("Officer not known")),
        teams=", ".join(teams),
        units=tuple(units),
        state=_state(row, localizer, now),
        seen=localizer.instant(row.last_seen_at) if row.last_seen_at else localizer.say(N_("not yet")),
        reported=localizer.instant(row.told_at) if row.told_at else "",
        unsent=_unsent(row, localizer),
        free_space=_free_space(row, localizer),
        clock=_clock(row, localizer),
        version=row.app_version or localizer.say(NOT_REPORTED),
        quarantined=Remark(localizer.number(row.quarantined), "bad" if row.quarantined else ""),
        mismatches=_mismatches(row, localizer),
        mismatched=row.mismatched,
        is_revoked=row.revoked_at is not None,
        history=localizer.say(HISTORIES[row.root_alarm]) if row.root_alarm else "",
        history_since=localizer.instant(row.root_alarm_at) if row.root_alarm_at else "",
    )


def _state(row: TabletRow, localizer: Localizer, now: datetime) -> StateLabel:
    if row.revoked_at is not None:
        when = localizer.instant(row.revoked_at)
        return StateLabel(localizer.say(N_("Revoked {when}")).format(when=when), "", "void")
    silent_for = now - (row.last_seen_at or row.enrolled_at)
    if silent_for >= SILENT_AFTER:
        days = localizer.number(silent_for.days)
        return StateLabel(localizer.say(N_("Silent for {days} days")).format(days=days), "warn", "clock")
    if row.last_seen_at is None:
        return StateLabel(localizer.say(N_("Enrolled, not synced yet")), "primary", "clock")
    return StateLabel(localizer.say(N_("In use")), "ok", "check-circle")


def _unsent(row: TabletRow, localizer: Localizer) -> Remark:
    if row.unsent is None:
        return Remark(localizer.say(NOT_REPORTED))
    records = localizer.say(N_("records: {count}")).format(count=localizer.number(row.unsent))
    if row.unsent_files is None:
        return Remark(records, "warn" if row.unsent else "")
    files = localizer.say(N_("photos: {count}")).format(count=localizer.number(row.unsent_files))
    return Remark(f"{records} · {files}", "warn" if row.unsent or row.unsent_files else "")


def _free_space(row: TabletRow, localizer: Localizer) -> Remark:
    if row.free_mb is None:
        return Remark(localizer.say(NOT_REPORTED))
    is_little = row.free_mb < LOW_SPACE_MB
    amount, unit = (row.free_mb, "MB") if is_little else (row.free_mb // 1024, "GB")
    return Remark(f"{localizer.number(amount)} {unit}", "warn" if is_little else "")


def _clock(row: TabletRow, localizer: Localizer) -> Remark:
    if row.clock_offset_ms is None:
        return Remark(localizer.say(NOT_REPORTED))
    offset = timedelta(milliseconds=row.clock_offset_ms)
    if abs(offset) < timedelta(minutes=1):
        return Remark(localizer.say(N_("right")))
    text = N_("fast by {minutes} minutes") if offset > timedelta() else N_("slow by {minutes} minutes")
    minutes = localizer.number(round(abs(offset) / timedelta(minutes=1)))
    return Remark(localizer.say(text).format(minutes=minutes), "warn" if abs(offset) >= CLOCK_IS_OFF else "")


def _mismatches(row: TabletRow, localizer: Localizer) -> Remark:
    if row.mismatches is None:
        # A tablet that tells of itself names mismatches only when there were any.
        return Remark(localizer.number(0) if row.told_at else localizer.say(NOT_REPORTED))
    return Remark(localizer.number(row.mismatches), "bad" if row.mismatches else "")


NOT_REPORTED = N_("not told")
HISTORIES: Mapping[str, str] = {
    RootAlarm.LOWER: N_("This tablet remembers more of the server’s history than the server has."),
    RootAlarm.OTHER: N_("This tablet remembers another history than the server’s."),
    RootAlarm.SIGNATURE: N_("This tablet does not recognise the signature under the server’s history."),
}
