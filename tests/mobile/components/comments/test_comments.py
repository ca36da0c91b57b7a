"""The officer answers a comment in words: typed durably, filed beside the record."""

from __future__ import annotations

import pytest
from tests.mobile.inspection_world import LAST_VISIT, LEADER, TEAM_SCOPE, services, settle
from tests.mobile.support import KEY, FrozenClock, base_row, seeded_ids, server_commits

from field178_mobile.components.comments.comments import (
    AnsweredRecord,
    CommentsState,
    RecordComments,
    ThreadSight,
)
from field178_mobile.features.workspace.drafts import DraftsPresenter
from field178_mobile.store import Store
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import review_id
from field178_shared.record_type import RecordType
from field178_shared.schemas import validate

ASKED = "Cửa nào?"
PATH = "answers.fire_exits_clear.v"


def comment(path: str = PATH, text: str = ASKED, **more: object) -> dict[str, object]:
    return {"path": path, "text": text, "user": LEADER, "at": "2026-11-24T10:00:00Z", **more}


def give_back(store: Store, rev: int = 1, reason: str = "", **comments: dict[str, object]) -> None:
    review = {"record": LAST_VISIT, "record_rev": 1, "state": "returned", "comments": comments}
    data = {**review, "reason": reason} if reason else review
    server_commits(store, base_row(review_id(LAST_VISIT), rev, "review", TEAM_SCOPE, **data))


class Bench:
    def __init__(self, store: Store, clock: FrozenClock) -> None:
        self.store = store
        self.states: list[CommentsState] = []
        self.services = services(store, clock, seeded_ids(clock, 7))
        self.comments = RecordComments(self.services, AnsweredRecord(LAST_VISIT, ("Karaoke Hồng Phúc",)))
        self.redrawn = 0
        self.comments.open(ThreadSight(lambda _path: True, str.upper, self.states.append, self.redraw))

    def redraw(self) -> None:
        self.redrawn += 1

    @property
    def thread(self):
        (thread,) = self.states[-1].threads
        return thread


@pytest.fixture
def bench(store: Store, clock: FrozenClock) -> Bench:
    settle(store)
    give_back(store, c1=comment())
    return Bench(store, clock)


def test_comment_stands_at_its_field_and_waits(bench: Bench) -> None:
    assert bench.comments.texts == {PATH: ASKED}
    assert (bench.thread.field, bench.thread.word) == (PATH.upper(), "Chờ trả lời")
    (message,) = bench.thread.messages
    assert (message.text, message.by.partition(" · ")[0]) == (ASKED, "Cán bộ GL-01")


def test_half_typed_answer_is_a_draft_that_survives(bench: Bench, store: Store, clock: FrozenClock) -> None:
    bench.comments.write("c1", "Cửa ph")
    bench.comments.write("c1", "Cửa phía sau")
    store.lock()
    store.unlock(KEY)
    assert Bench(store, clock).thread.text == "Cửa phía sau"
    assert len(store.drafts.all()) == 1


def test_emptied_answer_leaves_no_draft(bench: Bench, store: Store) -> None:
    bench.comments.write("c1", "Cửa")
    bench.comments.write("c1", " ")
    assert store.drafts.all() == []
    assert not bench.comments.send("c1")


def test_filed_answer_is_a_record_beside_the_visit_which_it_leaves_alone(bench: Bench, store: Store) -> None:
    before = store.view(LAST_VISIT)
    bench.comments.write("c1", "  Cửa phía sau, mở được. ")
    assert bench.comments.send("c1")
    (answer,) = store.views(RecordType.COMMENT_ANSWER)
    assert validate(RecordType.COMMENT_ANSWER, answer.data) == {}
    assert (answer.data["record"], answer.data["comment"]) == (LAST_VISIT, "c1")
    assert (answer.data["text"], answer.scope) == ("Cửa phía sau, mở được.", TEAM_SCOPE)
    assert (answer.pending, store.view(LAST_VISIT)) == (True, before)
    assert store.drafts.all() == []
    assert store.status().unsent_records == 1


def test_filed_answer_shows_at_the_field_and_in_the_thread(bench: Bench) -> None:
    bench.comments.write("c1", "Cửa phía sau.")
    bench.comments.send("c1")
    assert bench.comments.texts == {PATH: f"{ASKED}\nĐã trả lời: Cửa phía sau."}
    assert [(message.text, message.is_answer) for message in bench.thread.messages] == [
        (ASKED, False),
        ("Cửa phía sau.", True),
    ]
    assert bench.thread.messages[1].by.endswith("chưa gửi")
    assert (bench.thread.word, bench.thread.text) == ("Đã trả lời", "")
    assert bench.redrawn == 1


def test_answered_return_asks_for_nothing_more(bench: Bench, store: Store) -> None:
    assert (store.status().returned, store.inbox()[0].needs_answer) == (1, True)
    bench.comments.write("c1", "Cửa phía sau.")
    bench.comments.send("c1")
    assert (store.status().returned, store.inbox()[0].needs_answer) == (0, False)
    give_back(store, 2, c1=comment(), c2=comment(text="Tầng mấy?", thread="c1"))
    assert (store.status().returned, store.inbox()[0].needs_answer) == (1, True)


def test_further_comment_goes_on_with_its_thread(bench: Bench, store: Store) -> None:
    bench.comments.write("c1", "Cửa phía sau.")
    bench.comments.send("c1")
    give_back(store, 2, c1=comment(), c2=comment(text="Tầng mấy?", thread="c1"))
    assert bench.comments.refresh()
    assert [message.text for message in bench.thread.messages] == [ASKED, "Cửa phía sau.", "Tầng mấy?"]
    assert bench.comments.texts == {PATH: "Tầng mấy?"}
    bench.comments.write("c1", "Tầng một.")
    bench.comments.send("c1")
    assert {answer.data["comment"] for answer in store.views(RecordType.COMMENT_ANSWER)} == {"c1", "c2"}


def test_closed_thread_shows_as_closed_and_takes_no_answer(bench: Bench, store: Store) -> None:
    bench.comments.write("c1", "Cửa ph")
    give_back(store, 2, reason="Bổ sung", c1=comment(done_rev=1))
    bench.comments.refresh()
    assert bench.comments.texts == {PATH: f"Đã đóng: {ASKED}"}
    assert (bench.thread.is_open, bench.thread.word) == (False, "Cơ quan duyệt đã đóng")
    assert not bench.comments.send("c1")
    assert store.views(RecordType.COMMENT_ANSWER) == []


def test_answer_of_another_tablet_counts(bench: Bench, store: Store) -> None:
    data = {"record": LAST_VISIT, "comment": "c1", "text": "Cửa sau.", "at": "2026-11-24T11:00:00Z"}
    server_commits(
        store,
        base_row("0197aaaa-0000-7000-8000-0000000000f1", 1, RecordType.COMMENT_ANSWER, TEAM_SCOPE, **data),
    )
    assert bench.comments.refresh()
    assert bench.comments.texts == {PATH: f"{ASKED}\nĐã trả lời: Cửa sau."}
    assert store.status().returned == 0


def test_answers_are_there_after_the_store_was_closed(bench: Bench, store: Store, clock: FrozenClock) -> None:
    bench.comments.write("c1", "Cửa phía sau.")
    bench.comments.send("c1")
    store.lock()
    store.unlock(KEY)
    assert Bench(store, clock).comments.texts == {PATH: f"{ASKED}\nĐã trả lời: Cửa phía sau."}


def test_answer_that_may_name_a_person_is_marked_and_never_stopped(bench: Bench) -> None:
    bench.comments.write("c1", "Hỏi anh Nguyễn Văn Mẫu 0912345678")
    assert bench.thread.lint
    assert bench.comments.send("c1")


def test_name_of_the_establishment_is_not_marked(bench: Bench) -> None:
    bench.comments.write("c1", "Karaoke Hồng Phúc đã mở cửa sau")
    assert bench.thread.lint == ""


def test_corrected_record_shows_no_comments(bench: Bench, store: Store) -> None:
    server_commits(store, base_row(LAST_VISIT, 2, "inspection", TEAM_SCOPE, **(store.view(LAST_VISIT).data)))
    bench.comments.refresh()
    assert bench.comments.texts == {}


def test_half_typed_answer_is_listed_among_the_drafts_and_opens_its_record(
    bench: Bench, store: Store, clock: FrozenClock
) -> None:
    bench.comments.write("c1", "Cửa")
    (row,) = DraftsPresenter(store, clock, bench.services.words, LEADER).rows()
    assert (row.record_id, row.type, row.screen) == (LAST_VISIT, "inspection", "inspection")
    assert row.detail == "Trả lời nhận xét"


def test_erased_record_takes_begun_and_answered_answers_along(
    bench: Bench, store: Store, clock: FrozenClock
) -> None:
    from tests.mobile.store.replication.test_erasure import answered
    from tests.mobile.store.replication.test_tombstones import arrives

    bench.comments.write("c1", "Cửa phía sau.")
    bench.comments.send("c1")
    (change_id,) = store.read(lambda context: context.connection.execute("SELECT id FROM outbox").fetchone())
    give_back(store, 2, c1=comment(), c2=comment("members", "Ai?"))
    bench.comments.refresh()
    bench.comments.write("c2", "Trưởng")
    arrives(store, base_row(LAST_VISIT, 3, "inspection", TEAM_SCOPE, purged="2026-11-24T15:00:00Z"))
    assert store.drafts.all() == []
    with pytest.raises(AppError) as refused:
        store.drafts.save(bench.comments._begun(bench.comments._threads[0]))
    assert refused.value.code is ErrorCode.PURGED
    answered(store, change_id, "purged")
    assert (
        store.read(lambda context: context.connection.execute("SELECT count(*) FROM outbox").fetchone()[0])
        == 0
    )
