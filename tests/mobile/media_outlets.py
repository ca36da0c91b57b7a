"""Media outlets of the made-up area: a station that owes an item every month, and a page."""

from __future__ import annotations

from dataclasses import replace

from tests.mobile.inspection_world import UNIT, services
from tests.mobile.support import FrozenClock

from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.store import Store
from field178_shared.ids import IdSource
from field178_shared.list_packs import ListPack, lists_with

STATION, PAGE, ELSEWHERE = "station_gl", "page_gl", "station_far"
_ROWS = {
    STATION: {
        "vi": "Đài truyền thanh xã An Lão",
        "en": "An Lão station",
        "channel_id": "commune_loudspeaker",
    },
    PAGE: {"vi": "Trang Zalo xã An Lão", "en": "An Lão on Zalo", "channel_id": "zalo_oa"},
    ELSEWHERE: {
        "vi": "Đài xã An Trường",
        "en": "An Trường station",
        "channel_id": "commune_loudspeaker",
        "unit_id": "c11635_v2",
    },
}


def _pack(station_end: str | None) -> ListPack:
    rows = {
        key: {"id": key, "unit_id": UNIT, "valid_from": "2026-05-01", **row} for key, row in _ROWS.items()
    }
    if station_end is not None:
        rows[STATION]["valid_to"] = station_end
    return ListPack().with_rows({"places.media_outlets": rows})


def media_services(
    store: Store, clock: FrozenClock, ids: IdSource, station_end: str | None = None
) -> RecordServices:
    """Return the services of presenters whose lists have the outlets; `station_end`: first day without it."""
    given = services(store, clock, ids)
    return replace(given, words=replace(given.words, lists=lists_with(_pack(station_end))))
