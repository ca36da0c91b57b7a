"""The pairs found with few comparisons are those that a comparison of all with all finds."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from sqlalchemy import select
from tests.world import ESTABLISHMENT, TENANT, UNIT, World

from field178_server.database.models import EstablishmentProjection
from field178_server.database.unit_of_work import snapshot
from field178_server.office.establishments.duplicates import duplicate_hints, duplicate_pairs
from field178_server.records.access import AccessFilter
from field178_server.records.alike_entries import known_establishment
from field178_shared.rules.establishment import duplicates_of

_WORDS = ("Hoa", "Hòa", "Ban", "Karaoke")


@pytest.mark.parametrize("seed", [1, 2])
def test_pairs_are_those_of_all_with_all(world: World, seed: int) -> None:
    rnd, tablet = random.Random(seed), world.tablet(UNIT, "ref")
    changes = [tablet.create(_entry(rnd, n)) for n in range(40)]
    assert {receipt["status"] for receipt in tablet.push(*changes)} == {"applied"}
    with snapshot(world.engine) as session:
        pairs = duplicate_pairs(session, TENANT, AccessFilter(None))
        query = select(EstablishmentProjection).order_by(
            EstablishmentProjection.sort_key, EstablishmentProjection.record_id
        )
        rows = session.scalars(query).all()
        content = {
            row.record_id: {
                "name": row.name,
                "establishment_type_id": row.establishment_type_id,
                "unit_id": row.unit_id,
                "registration_number": row.registration_number or "",
                "lat": row.lat,
                "lon": row.lon,
            }
            for row in rows
        }
        expected = {
            (row.record_id, other.record_id)
            for row, other in combinations(rows, 2)
            if duplicates_of(content[row.record_id], [known_establishment(other)])
        }
        hints = {
            (row.record_id, hint.record_id)
            for row in rows
            for hint in duplicate_hints(
                session, TENANT, AccessFilter(None), content[row.record_id], row.record_id
            )
        }
    assert len(pairs) == len(expected) > 10
    assert hints == {pair for first, other in expected for pair in ((first, other), (other, first))}
    assert {(pair.first.record_id, pair.other.record_id) for pair in pairs} == expected


def _entry(rnd: random.Random, n: int) -> dict[str, object]:
    """Return an entry whose name, point and number are often those of others, or nearly."""
    point = {"lat": 208_000_000 + rnd.randrange(50_000), "lon": 1_065_000_000 + rnd.randrange(50_000)}
    more: dict[str, object] = {
        "name": " ".join(rnd.choice(_WORDS) for _ in range(rnd.randrange(1, 4))),
        "establishment_type_id": rnd.choice(("guesthouse", "karaoke")),
        "registration_number": rnd.choice(("A 1", "a 1", f"GL-{n}", f"GL-{n}")),
    }
    return ESTABLISHMENT | more | (point if rnd.random() < 0.7 else {})
