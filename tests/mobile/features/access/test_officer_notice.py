"""Notice on what the tablet records about an officer: each officer reads it once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.mobile.support import KEY, FrozenClock, seeded_ids

from field178_mobile.features.access import officer_notice
from field178_mobile.features.access.officer_notice import SETTING, OfficerNotice, notice_law
from field178_mobile.store import Store
from field178_shared.codelists import load
from field178_shared.time.clock import to_wire

HOA, LAN = "u1", "u2"


def notice(store: Store, clock: FrozenClock, officer: str) -> OfficerNotice:
    return OfficerNotice(store.settings, clock, officer)


def test_each_officer_is_told_once_also_after_a_restart(tmp_path: Path, clock: FrozenClock):
    store = Store(tmp_path / "store", clock, seeded_ids(clock))
    store.unlock(KEY)
    notice(store, clock, HOA).read()
    assert notice(store, clock, HOA).is_read
    assert not notice(store, clock, LAN).is_read
    notice(store, clock, LAN).read()
    store.close()
    again = Store(tmp_path / "store", clock, seeded_ids(clock, 2))
    again.unlock(KEY)
    assert notice(again, clock, HOA).is_read
    assert notice(again, clock, LAN).is_read
    again.close()


def test_version_and_first_time_of_reading_are_stored(store: Store, clock: FrozenClock):
    told_at = clock.now()
    notice(store, clock, HOA).read()
    first = store.settings.get(SETTING)
    clock.tick(days=3)
    notice(store, clock, HOA).read()
    assert store.settings.get(SETTING) == first
    assert first == {HOA: {"version": officer_notice.VERSION, "read_at": to_wire(told_at)}}


def test_another_text_is_told_again(store: Store, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch):
    notice(store, clock, HOA).read()
    monkeypatch.setattr(officer_notice, "VERSION", officer_notice.VERSION + 1)
    assert not notice(store, clock, HOA).is_read
    notice(store, clock, HOA).read()
    assert notice(store, clock, HOA).is_read


@pytest.mark.parametrize(
    ("day", "law"),
    [
        (date(2023, 6, 30), ""),
        (date(2025, 12, 31), "Nghị định Bảo vệ dữ liệu cá nhân (13/2023/NĐ-CP)"),
        (date(2026, 1, 1), "Luật Bảo vệ dữ liệu cá nhân (91/2025/QH15)"),
    ],
)
def test_notice_cites_the_law_in_force_on_the_day_it_is_shown(day: date, law: str):
    assert notice_law(load(), day, "vi") == law
