"""States of the list of establishments, new entries, the shift."""

from __future__ import annotations

from dataclasses import replace

from tests.mobile.inspection_world import (
    CAFE,
    UNIT,
    uid,
)
from tests.mobile.screens.posing import PLACES, Pose
from tests.mobile.screens.scene import find, frames, tap, type_text
from tests.mobile.screens.states.registry import state
from tests.mobile.support import base_row, server_commits

from field178_mobile.replication.events import Phase, SyncMessage, SyncState
from field178_mobile.store.replica.server_records import get_scope, put_scope
from field178_mobile.store.session import Unlocked

HOTEL, NEVER_VISITED = uid(PLACES[0][0]), uid(PLACES[2][0])


@state()
def list_of_establishments(pose: Pose) -> None:
    pose.screen("inspection")


@state()
def list_finds_nothing(pose: Pose) -> None:
    type_text(pose.screen("inspection").ids.search, "khong co dau")


@state(is_shared=False)
def list_while_loading(pose: Pose) -> None:
    _load(pose)
    pose.screen("inspection")


@state(is_shared=False)
def list_finds_nothing_while_loading(pose: Pose) -> None:
    _load(pose)
    type_text(pose.screen("inspection").ids.search, "khong co dau")


@state(is_shared=False)
def establishment_while_loading(pose: Pose) -> None:
    _load(pose)
    pose.screen("inspection")
    pose.workspace.open(NEVER_VISITED)
    frames(2)


@state("empty")
def list_empty(pose: Pose) -> None:
    pose.screen("inspection")


@state()
def drafts(pose: Pose) -> None:
    pose.screen("inspection").choose_chip("drafts")


@state(is_shared=False)
def entry_new(pose: Pose) -> None:
    pose.screen("inspection")
    pose.workspace.begin_establishment("Hoa Ban")
    pose.workspace.editing.form.check()


@state(is_shared=False)
def entry_alike(pose: Pose) -> None:
    """Begin an entry with the name, type and commune of another entry."""
    pose.screen("inspection")
    data = pose.store.view(CAFE).data
    pose.workspace.begin_establishment(data["name"])
    form = pose.workspace.editing.form
    form.choose_kind(data["establishment_type_id"])
    form.choose_unit(data["unit_id"])


@state(is_shared=False)
def entry_mended(pose: Pose) -> None:
    pose.screen("inspection")
    pose.workspace.open_establishment(HOTEL)


@state()
def filters(pose: Pose) -> None:
    pose.screen("inspection").open_filters()


@state("empty")
def shift_without_team(pose: Pose) -> None:
    pose.screen("inspection").open_shift()


@state()
def shift(pose: Pose) -> None:
    pose.screen("inspection").open_shift()


@state(is_shared=False)
def shift_of_a_large_roster(pose: Pose) -> None:
    people = [
        base_row(uid(f"more {each}"), 1, "person", "ref", display_name=f"Phạm Thị Hà {each}", agency=agency)
        for each, agency in enumerate(["commune_police", "fire_police"] * 6)
    ]
    server_commits(pose.store, *people)
    shift(pose)
    frames(2)
    find("ShiftBody").ids.search.ids.entry.text = "hà 1"


@state()
def date_sheet(pose: Pose) -> None:
    shift(pose)
    frames(3)
    tap(find("DateField"))
    find("DateBody").ids.day.ids.entry.focus = False  # a cursor blinks


def _load(pose: Pose) -> None:
    """Put the tablet amid a first load."""

    def lack_the_older(unlocked: Unlocked) -> list[str]:
        with unlocked.context.transaction("test"):
            put_scope(
                unlocked.context, replace(get_scope(unlocked.context, UNIT), cursor=50_000, below=38_000)
            )
        return [HOTEL]

    pose.store.write(lack_the_older)
    pose.runner.say(SyncState(Phase.EXCHANGING, SyncMessage.WORKING, stored=12_000, total=50_000))
