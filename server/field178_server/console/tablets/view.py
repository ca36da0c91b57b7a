"""State and reported status of tablets, with their tones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import Remark, StateLabel
from field178_server.devices.heartbeat import silent_since
from field178_server.office.tablets.queries import TabletRow
from field178_shared.device_status import KeyProtection
from field178_shared.text.i18n import N_
from field178_shared.wire.hash_chain import RootAlarm

CLOCK_IS_OFF = timedelta(minutes=5)
LOW_SPACE_MB = 1024


@dataclass(frozen=True, slots=True)
class TabletView:
    """Tablet with its state and the values that it last reported, each with a tone."""

    row: TabletRow
    label: str
    state: StateLabel
    unsent: Remark
    free_space: Remark
    key_store: Remark
    clock: Remark
    quarantined: Remark
    mismatches: Remark
    history: str

    @property
    def teams(self) -> list[str]:
        """The team scopes of the tablet."""
        return [scope for scope in self.row.scopes if scope.startswith("team:")]


def tablet_views(rows: Sequence[TabletRow], localizer: Localizer, now: datetime) -> list[TabletView]:
    """Return views of tablets; equal labels are followed by the time of enrolment."""
    counts = Counter(row.label for row in rows)
    return [
        replace(view, label=f"{view.label} · {localizer.instant(row.enrolled_at)}")
        if counts[row.label] > 1
        else view
        for row in rows
        for view in (tablet_view(row, localizer, now),)
    ]


def tablet_view(row: TabletRow, localizer: Localizer, now: datetime) -> TabletView:
    """Return the view of a tablet at this instant."""
    return TabletView(
        row=row,
        label=row.label or row.device_id,
        state=_state(row, localizer, now),
        unsent=_unsent(row, localizer),
        free_space=_free_space(row, localizer),
        key_store=_key_store(row, localizer),
        clock=_clock(row, localizer),
        quarantined=Remark(localizer.number(row.quarantined), "bad" if row.quarantined else ""),
        mismatches=_mismatches(row, localizer),
        history=localizer.say(HISTORIES[row.root_alarm]) if row.root_alarm else "",
    )


def _state(row: TabletRow, localizer: Localizer, now: datetime) -> StateLabel:
    if row.revoked_at is not None:
        when = localizer.instant(row.revoked_at)
        return StateLabel(localizer.say(N_("Revoked {when}")).format(when=when), "", "void")
    last_contact = row.last_seen_at or row.enrolled_at
    if last_contact <= silent_since(now):
        days = localizer.number((now - last_contact).days)
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


def _key_store(row: TabletRow, localizer: Localizer) -> Remark:
    text = KEY_STORES.get(row.key_store or "", NOT_REPORTED)
    return Remark(localizer.say(text), "bad" if row.key_store == KeyProtection.PIN else "")


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
        # A status report contains mismatches only if there were any.
        return Remark(localizer.number(0) if row.reported_at else localizer.say(NOT_REPORTED))
    return Remark(localizer.number(row.mismatches), "bad" if row.mismatches else "")


NOT_REPORTED = N_("not told")
KEY_STORES: Mapping[str, str] = {
    KeyProtection.SYSTEM: N_("of the system"),
    KeyProtection.PASSPHRASE: N_("none, opens with a passphrase"),
    KeyProtection.PIN: N_("none, only a PIN"),
}
HISTORIES: Mapping[str, str] = {
    RootAlarm.LOWER: N_("This tablet remembers more of the server’s history than the server has."),
    RootAlarm.OTHER: N_("This tablet remembers another history than the server’s."),
    RootAlarm.SIGNATURE: N_("This tablet does not recognise the signature under the server’s history."),
}
