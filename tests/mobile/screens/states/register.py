"""States of the list of establishments, new entries, the shift."""

from __future__ import annotations

from tests.mobile.inspection_world import (
    CAFE,
    uid,
)
from tests.mobile.screens.posing import PLACES, Pose
from tests.mobile.screens.scene import find, frames, tap, type_text
from tests.mobile.screens.states.registry import state
from tests.mobile.support import base_row, server_commits

HOTEL = uid(PLACES[0][0])


@state()
def list_of_establishments(pose: Pose) -> None:
    pose.screen("inspection")


@state()
def list_finds_nothing(pose: Pose) -> None:
    type_text(pose.screen("inspection").ids.search, "khong co dau")


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
