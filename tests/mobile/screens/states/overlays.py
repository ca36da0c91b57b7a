"""States of what lies over every screen."""

from __future__ import annotations

from tests.mobile.screens.posing import Pose
from tests.mobile.screens.scene import find, frames, tap
from tests.mobile.screens.states.registry import state

from field178_mobile.kit.language import language as _


@state()
def settings(pose: Pose) -> None:
    pose.door.flows.open_settings()


@state()
def officers(pose: Pose) -> None:
    pose.door.flows.show_officers()


@state()
def officers_remove_question(pose: Pose) -> None:
    pose.door.flows.show_officers()
    frames(3)
    tap(find("Btn", text=_("Take off this tablet")))


@state()
def pin_change(pose: Pose) -> None:
    from field178_mobile.shell.account_sheets import change_pin

    change_pin(pose.door._shared.tablet, pose.door.session_view.officer.id, pose.door._background)


@state()
def officer_notice(pose: Pose) -> None:
    from field178_mobile.shell.account_sheets import show_officer_notice

    show_officer_notice(pose.door.session_view)


@state()
def save_folder(pose: Pose) -> None:
    from field178_mobile.components.documents.screens.save_folder import SaveFolderPage

    page = SaveFolderPage((pose.pictures,), pose.pictures, lambda _folder: None)
    page.open()
    frames(2)
    page.sub = "/Ảnh"
    page.body.free_space = "Còn trống 12,4 GB"


@state()
def hand_over(pose: Pose) -> None:
    pose.door.flows.hand_over()


@state()
def idle_notice(pose: Pose) -> None:
    pose.screen("inspection")
    pose.door.activity.notice.show(10)


@state(is_shared=False)
def demo_banner(pose: Pose) -> None:
    from field178_mobile.features.sync_status.status import StatusSources

    pose.door.session_view._status._around = StatusSources(has_demo_clock=True)
    pose.door.session_view._status.refresh()


@state()
def toast(pose: Pose) -> None:
    from kivy.core.window import Window

    from field178_mobile.kit import kit

    pose.screen("inspection")
    Window.add_widget(kit.Toast(text="Đã lưu trên máy lúc 22:41", icon="check-circle", tone="ok"))
