"""Schools and zones as rows of an office: what a pack of changed rows takes."""

from __future__ import annotations


def _place(place_id: str, name: str, count: int, **more: object) -> dict[str, object]:
    counts = [{"from": "2026-09-01", "count": count}]
    return {"id": place_id, "vi": name, "en": name, "unit_id": "c11629_v2", "counts": counts, **more}


PLACES = {
    "places.schools": {
        "thpt_gl_1": _place("thpt_gl_1", "THPT GL-1", 1480, kind="upper_secondary"),
        "gdnn_gl_1": _place("gdnn_gl_1", "Trung tâm GDNN-GDTX GL-1", 640, kind="vocational"),
    },
    "places.zones": {"iz_gl_a": _place("iz_gl_a", "Khu công nghiệp GL-A", 4200)},
}
