"""The inbox on the screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.mobile.screens.lint import lint
from tests.mobile.screens.scene import Stage, find, find_all, frames, tap, texts
from tests.mobile.support import FrozenClock

from field178_mobile.features.inbox.inbox import InboxActions, InboxPresenter
from field178_mobile.presentation.wording import Wording
from field178_mobile.store.model import InboxItem, InboxKind, MergedRecord, RefusedValue, ReviewerComment
from field178_shared.codelists import load

CLOCK = FrozenClock()
LONG = "Đề nghị bổ sung số giấy chứng nhận đủ điều kiện về an ninh, trật tự và ngày cấp theo quy định."
NOTES = (
    ReviewerComment("recommendation", LONG, "mai", CLOCK.now() - timedelta(hours=2)),
    ReviewerComment("measures", "Ghi rõ biện pháp đã áp dụng.", "mai", CLOCK.now() - timedelta(hours=2)),
)
RETURNED = InboxItem(InboxKind.RETURNED, "r1", "inspection", "KT-1", LONG, NOTES, NOTES[0].at, by="mai")
REFUSED = InboxItem(InboxKind.QUARANTINED, "r2", "inspection", "", "scope_not_granted", (), CLOCK.now())

CLASH = RefusedValue("c", "name", "A", LONG, "Nhà nghỉ Hoa Phượng", "changed")
CONFLICT = InboxItem(InboxKind.CONFLICT, "e1", "establishment", "", "changed", refused_values=(CLASH,))
MESSAGES = tuple(
    InboxItem(
        InboxKind.NOTICE,
        "",
        "info",
        "",
        "info",
        at=CLOCK.now() - timedelta(days=age),
        text=(("en", text), ("vi", text)),
        notice_id=notice_id,
    )
    for notice_id, age, text in (
        ("n1", 1, "Từ 01/12 dùng mẫu biên bản mới; các tổ cập nhật ứng dụng trước ngày này."),
        ("n2", 0, "Thứ Sáu 08:00 giao ban tại xã An Lão."),
    )
)


class Shelf:
    """A store in memory."""

    def __init__(self, *items: InboxItem) -> None:
        self.items = list(items)

    def inbox(self):
        return self.items

    def view(self, record_id):
        name = {"mai": "Trần Thị Mai"}.get(record_id, "Nhà hàng Sông Văn Úc Thương mại và Dịch vụ")
        data = {"display_name": name, "name": name}
        return MergedRecord(record_id, "inspection", "ref", 1, data, False, False)


@pytest.fixture
def inbox(stage: Stage):
    def make(*items: InboxItem, **dress):
        from field178_mobile.features.inbox.screens.inbox import InboxScreen
        from field178_mobile.kit.language import language

        gone = []
        screen = InboxScreen()
        acts = InboxActions(lambda *at: gone.append(at), lambda *settled: gone.append(settled))
        words = Wording(load(), "vi", language)
        presenter = InboxPresenter(Shelf(*items), CLOCK, words, acts, screen.show)
        screen.presenter = presenter
        presenter.refresh()
        stage.mount(screen, **dress)
        screen.gone = gone
        return screen

    return make


def test_tap_on_a_comment_opens_the_record_at_that_field_and_back_leads_to_the_list(inbox):
    screen = inbox(RETURNED, REFUSED, size=(800, 1280))
    tap(find_all("ListRow")[-1])
    assert not find_all("ListPane")
    tap(find("PinnedRow", path="measures"))
    assert screen.gone == [("inspection", "r1", "measures")]
    tap(find("IconBtn", icon="arrow-left"))
    assert find_all("ListPane")


def test_unread_messages_are_counted_at_the_inbox_until_the_officer_has_opened_them(stage: Stage, tmp_path):
    from tests.mobile.screens.posing import Pose

    from field178_mobile.store.replication.server_state import OfficeNotice, replace_notices

    pose = Pose(stage, tmp_path)
    pose.unlock()
    ids = pose.door._shared.tablet.ids
    notices = [OfficeNotice(ids.time_ordered(), "info", {"vi": f"Tin {number}"}) for number in (1, 2)]

    def keep(unlocked):
        with unlocked.context.transaction("test"):
            replace_notices(unlocked.context, notices)
        return ()

    pose.door.session_view.opened.store.write(keep)
    frames(4)
    before = find("RailItem", key="inbox").badge
    pose.screen("inbox")
    frames(4)
    assert len([row for row in find_all("ListRow") if row.word == "Chưa đọc"]) == 2
    tap(next(row for row in find_all("ListRow") if row.sub == "Tin 1"))
    frames(4)
    assert "Tin 1" in texts()
    assert any(text.startswith("Văn phòng gửi · ") for text in texts())
    assert [row.sub for row in find_all("ListRow") if row.word == "Chưa đọc"] == ["Tin 2"]
    assert find("RailItem", key="inbox").badge == before - 1 >= 1
    pose.end()


def test_two_values_of_a_field_are_settled_by_choosing(inbox):
    screen = inbox(CONFLICT)
    tap(find("ListRow"))
    assert find("ChoiceRow", text="Hiện tại: Nhà hàng Sông Văn Úc Thương mại và Dịch vụ").active
    tap(find("ChoiceRow", text=f"Giá trị chưa nhận: {LONG}"))
    assert find("ChoiceRow", text=f"Giá trị chưa nhận: {LONG}").active
    assert lint(screen) == []
    tap(find("Btn", text="Giải quyết"))
    assert screen.gone == [("e1", (CLASH,), {"name": LONG})]


def test_a_value_the_office_has_closed_cannot_be_taken(inbox):
    closed = replace(CONFLICT, refused_values=(replace(CLASH, reason="locked"),))
    screen = inbox(closed)
    tap(find("ListRow"))
    tap(find("ChoiceRow", text=f"Giá trị chưa nhận: {LONG}"))
    assert not find("ChoiceRow", text=f"Giá trị chưa nhận: {LONG}").active
    tap(find("Btn", text="Giải quyết"))
    assert screen.gone == [("e1", closed.refused_values, {})]
