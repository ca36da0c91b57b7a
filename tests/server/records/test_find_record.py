"""Names of merged establishments are those of their merge target (protocol §5.6)."""

from __future__ import annotations

import itertools

from tests.world import ESTABLISHMENT, Tablet, World

from field178_server.database.unit_of_work import snapshot
from field178_server.records.find_record import merge_targets_of
from field178_server.records.labels import names_of


def chain(tablet: Tablet) -> list[str]:
    ids = [tablet.created({**ESTABLISHMENT, "name": f"Nhà nghỉ {number}"}) for number in range(3)]
    for record_id, following in itertools.pairwise(ids):
        tablet.world.merge(record_id, following)
    return ids


def test_an_alias_leads_to_the_end_of_its_chain(world: World) -> None:
    first, second, last = chain(world.tablet())
    with snapshot(world.engine) as session:
        targets = merge_targets_of(session, world.tenant_id, [first, second, last, "nowhere"])
    assert targets == {first: last, second: last}


def test_a_merged_establishment_goes_by_the_name_of_its_merge_target(world: World) -> None:
    first, _, last = chain(world.tablet())
    with snapshot(world.engine) as session:
        names = names_of(session, world.tenant_id, [first, last]).establishments
    assert names == {first: "Nhà nghỉ 2", last: "Nhà nghỉ 2"}
