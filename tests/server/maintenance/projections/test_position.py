"""Projection runs resume after an interruption, and start again for other records."""

from __future__ import annotations

import pytest
from tests.server.maintenance.projections import scene
from tests.server.maintenance.projections.scene import check, context, project
from tests.world import World

from field178_server.database.models import ProjectionRun
from field178_server.maintenance.projections import rebuild, run


@pytest.fixture
def filled(world: World) -> World:
    """A store with rows in every table of projections."""
    scene.fill(world)
    return world


def test_an_interrupted_run_goes_on_where_it_was(filled: World) -> None:
    before = scene.contents(filled)
    scene.damage(filled)
    first = run.project(filled.engine, context(filled), size=3)
    interrupted = [next(first) for _ in range(4)][-1]
    first.close()
    again = list(run.project(filled.engine, context(filled), size=3))
    assert interrupted.done < again[0].done <= interrupted.done + 3
    assert again[-1].done == again[-1].total
    assert sum(interrupted.differing.values()) < again[-1].differing_rows
    assert scene.contents(filled) == before
    assert filled.rows(ProjectionRun) == []


def test_a_failed_batch_leaves_rows_and_position_as_they_were(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.damage(filled)
    next(run.project(filled.engine, context(filled), size=3))
    damaged, (position,) = scene.contents(filled), filled.rows(ProjectionRun)

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rebuild.projections, "write_rows", end)
        with pytest.raises(KeyboardInterrupt):
            project(filled)
    assert scene.contents(filled) == damaged
    assert [row.after_id for row in filled.rows(ProjectionRun)] == [position.after_id]
    project(filled)
    assert check(filled) == {}


def test_a_run_over_other_types_begins_at_the_first_record(filled: World) -> None:
    next(run.project(filled.engine, context(filled), size=3))
    scene.damage(filled)
    project(filled, "establishment")
    assert check(filled, "establishment") == {}
    assert check(filled).keys() >= {"filed_record", "conflict_row", "plan_item_row"}


def test_a_forgotten_run_begins_at_the_first_record(filled: World) -> None:
    next(run.project(filled.engine, context(filled), size=3))
    run.forget_run(filled.engine, filled.tenant_id)
    assert next(run.project(filled.engine, context(filled), size=3)).done == 3
