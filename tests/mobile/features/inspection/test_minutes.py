"""The minutes of a visit on the tablet: what they say, number, revision, and what is done with them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from pypdf import PdfReader
from tests.mobile.inspection_world import (
    KARAOKE,
    LAST_VISIT,
    LEADER,
    OFFICERS,
    TEAM_SCOPE,
    UNIT,
    filed_visit,
    lease,
    settle,
    uid,
    words,
)
from tests.mobile.support import FrozenClock, base_row, seeded_ids, server_commits

from field178_mobile.components.documents.document_files import PaperFolder
from field178_mobile.components.documents.document_output import DocumentServices
from field178_mobile.features.inspection.minutes import MinutesPresenter, MinutesServices, VisitAtHand
from field178_mobile.features.inspection.minutes_state import MinutesState
from field178_mobile.platform.fake import FakePlatform
from field178_mobile.store import Draft, Store
from field178_shared.documents.sources import COMMITMENT, MINUTES
from field178_shared.errors import AppError
from field178_shared.ids import review_id
from field178_shared.wire.canonical import record_hash

VISIT = uid("tonight")


class AtOnce:
    """A background and a drawing thread in one."""

    def post(self, work) -> None:
        work()

    def run(self, work, done, failed) -> None:
        try:
            result = work()
        except AppError as error:
            failed(error)
        else:
            done(result)


class Bench:
    """The sheet of one visit and the device it works with."""

    def __init__(self, store: Store, clock: FrozenClock, folder: Path, record_id: str = VISIT) -> None:
        self.store, self.clock = store, clock
        self.device = FakePlatform(folder)
        self.states: list[MinutesState] = []
        self.draft: dict[str, object] = {}
        papers = DocumentServices(self.device, PaperFolder(lambda: folder / "papers"), AtOnce(), AtOnce())
        services = MinutesServices(store, clock, seeded_ids(clock, 9), words(), LEADER, papers)
        at_hand = VisitAtHand(record_id, lambda: self.draft, lambda: bool(self.draft))
        self.minutes = MinutesPresenter(services, at_hand, self.states.append)
        self.minutes.show()

    @property
    def state(self) -> MinutesState:
        return self.states[-1]

    def file(self, **over: object) -> None:
        """File the visit of tonight, as the conclusion does."""
        view = self.store.view(VISIT)
        data = {**visit(), **over}
        draft = Draft(
            f"draft {len(self.states)}",
            "inspection",
            VISIT,
            TEAM_SCOPE,
            data,
            None,
            0,
            LEADER,
            self.clock.now(),
        )
        if view is not None:
            draft = replace(draft, data={**view.data, **over}, seen=dict(view.data), base_rev=view.rev)
        self.store.file(draft, LEADER)
        self.minutes.show()

    def made(self, kind: str = MINUTES) -> bytes:
        """Return what a viewer is handed."""
        self.minutes.output.open(kind)
        return self.device.done[-1][2]

    def text(self, kind: str = MINUTES) -> str:
        reader = PdfReader(io.BytesIO(self.made(kind)))
        return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def visit(**over: object) -> dict[str, object]:
    started = {"started_at": "2026-11-24T13:00:00Z", "ended_at": "2026-11-24T13:50:00Z"}
    return {**filed_visit(KARAOKE), "unit_id": UNIT, **started, **over}


@pytest.fixture
def bench(store: Store, clock: FrozenClock, tmp_path: Path) -> Iterator[Bench]:
    settle(store)
    lease(store, 7, 9)
    return Bench(store, clock, tmp_path)


def facts(state: MinutesState) -> dict[str, str]:
    return {fact.label: fact.value for fact in state.facts}


def test_a_filed_visit_becomes_minutes_with_number_names_revision_and_hash(bench):
    bench.file()
    assert bench.state.number == "Chưa cấp số"
    assert "còn 3 số" in bench.state.number_note
    bench.minutes.make(MINUTES)
    assert bench.state.number.endswith("07/BB-ĐKT178")
    data = bench.store.view(VISIT).data
    assert data["minutes_number"] == "07/BB-ĐKT178"
    assert bench.store.status().unsent_changes == 2
    text = bench.text()
    for line in ("Số: 07/BB-ĐKT178", "Karaoke Hồng Phúc", "Cán bộ GL-01", "ĐỘI 178 AN LÃO", "hồi 20 giờ 00"):
        assert line in text, line
    h = record_hash(VISIT, "inspection", 2, False, data)
    grouped = " ".join(h[start : start + 4] for start in range(0, 32, 4))
    assert f"Bản 2 Mã đối chiếu: {grouped}" in text
    digest = sha256(bench.made()).hexdigest()
    assert bench.state.paper(MINUTES).hash == " ".join(digest[at : at + 4] for at in (0, 4, 8, 12)) + " …"
    shares = [state.paper(MINUTES).share for state in bench.states if state.paper(MINUTES).is_making]
    assert shares == sorted(shares)
    assert len(shares) > 3


def test_printed_again_it_is_the_same_paper_with_the_same_number(bench, clock, store, tmp_path):
    bench.file()
    bench.minutes.make(MINUTES)
    first = bench.made()
    clock.tick(hours=5)
    again = Bench(store, clock, tmp_path)
    again.minutes.make(MINUTES)
    assert again.made() == first
    assert store.minutes_numbers.left(TEAM_SCOPE, 2026) == 2


def test_after_an_edit_the_paper_is_old_and_made_anew_with_the_next_revision(bench):
    bench.file()
    bench.minutes.make(MINUTES)
    assert not bench.state.paper(MINUTES).is_old
    bench.file(recommendation="Bổ sung hợp đồng lao động.")
    assert bench.state.paper(MINUTES).is_old
    bench.minutes.make(MINUTES)
    assert not bench.state.paper(MINUTES).is_old
    text = bench.text()
    assert "Bổ sung hợp đồng lao động." in text
    assert "Bản 3 Mã đối chiếu:" in text
    assert "Số: 07/BB-ĐKT178" in text


def test_outcome_is_written_down_afterwards_and_a_refusal_is_said_on_the_next_paper(bench):
    bench.file()
    bench.minutes.make(MINUTES)
    bench.minutes.choose_outcome("yes")
    assert bench.store.view(VISIT).data["paper_signed"] == "yes"
    assert [(option.id, option.is_chosen) for option in bench.state.outcomes] == [
        ("yes", True),
        ("refused", False),
    ]
    assert not bench.state.paper(MINUTES).is_old
    bench.minutes.choose_outcome("refused")
    assert bench.state.paper(MINUTES).is_old
    bench.minutes.make(MINUTES)
    assert "Đại diện cơ sở không ký biên bản." in bench.text()


def test_nobody_there_is_the_only_outcome(bench):
    bench.file(
        access_result="no_representative",
        representative_role="none",
        overall_result="not_inspected",
        answers=None,
        follow_ups=None,
    )
    assert [option.id for option in bench.state.outcomes] == ["none"]
    assert not bench.state.can_choose
    assert not bench.state.paper(COMMITMENT).can_make
    bench.minutes.make(MINUTES)
    assert "lập khi không có đại diện cơ sở" in bench.text()


def test_missing_values_are_named_before_printing(bench):
    strangers = {uid("new"): {"user": uid("new"), "position": "member"}}
    members = {OFFICERS[0]: {"user": OFFICERS[0], "position": "team_leader"}, **strangers}
    bench.file(decision_number=None, members=members)
    assert bench.state.missing == ("số quyết định", "họ tên 1 cán bộ", "số quyết định thành lập Đội")


def test_an_article_that_will_be_a_dotted_line_is_named_before_it_is_printed(bench):
    finding = {"violation_id": "noise", "occurred_on": "2026-11-20", "frame": {"src": "nd_282_2025"}}
    bench.file(findings={"f1": finding})
    assert "điều, khoản của hành vi vi phạm: 1" in bench.state.missing


def test_sheet_counts_only_printed_answers(bench):
    """What the team left undone blames nobody, and what is encouraged is on no paper."""
    answers = {**visit()["answers"], "ou_done": {"v": "no"}, "he_hiv_material": {"v": "no"}}
    bench.file(answers=answers)
    assert facts(bench.state)["Nội dung kiểm tra"] == "1 đạt, 1 chưa đạt"
    bench.minutes.make(MINUTES)
    assert bench.text().count("Chưa đạt") == 1


@pytest.mark.parametrize(
    ("offset_s", "sentence"),
    [
        (725, "theo đồng hồ máy tính bảng, nhanh hơn giờ của máy chủ 12 phút."),
        (-7_325, "theo đồng hồ máy tính bảng, chậm hơn giờ của máy chủ 2 giờ 2 phút."),
    ],
)
def test_the_paper_says_that_the_clock_was_wrong(bench, offset_s, sentence):
    bench.file(clock_offset_s=offset_s)
    bench.minutes.make(MINUTES)
    assert sentence in bench.text()


def test_unfiled_visit_shows_a_preview_and_asks_to_be_completed(bench):
    bench.draft = visit()
    bench.minutes.show()
    assert facts(bench.state)["Nội dung kiểm tra"] == "1 đạt, 1 chưa đạt"
    assert bench.state.to_file
    assert "hoàn thành phiếu trước" in bench.state.blocked
    assert not bench.state.paper(MINUTES).can_make
    bench.minutes.make(MINUTES)
    assert bench.state.paper(MINUTES).error
    assert bench.store.minutes_numbers.left(TEAM_SCOPE, 2026) == 3


def test_unfiled_input_is_neither_printed_nor_filed(bench):
    bench.file()
    bench.draft = visit(recommendation="Chưa xong")
    bench.minutes.make(MINUTES)
    bench.minutes.choose_outcome("refused")
    assert "chưa có trên biên bản" in bench.state.blocked
    assert "Chưa xong" not in bench.text()
    assert "Số: ……/BB-ĐKT178" in bench.text()
    assert bench.store.status().unsent_changes == 1


def test_without_numbers_the_line_is_dotted_and_the_screen_says_so(store, clock, tmp_path):
    settle(store)
    bench = Bench(store, clock, tmp_path)
    bench.file()
    assert bench.state.number == "Không có số"
    bench.minutes.make(MINUTES)
    assert "Số: ……/BB-ĐKT178" in bench.text()


def test_an_approved_visit_is_printed_as_it_stands(store, clock, tmp_path):
    settle(store)
    lease(store, 7, 9)
    review = {"record": LAST_VISIT, "record_rev": 1, "state": "approved"}
    server_commits(store, base_row(review_id(LAST_VISIT), 1, "review", TEAM_SCOPE, **review))
    bench = Bench(store, clock, tmp_path, LAST_VISIT)
    bench.minutes.make(MINUTES)
    assert "Bản 1 Mã đối chiếu:" in bench.text()
    assert not bench.state.can_choose
    assert store.status().unsent_changes == 0


def test_minutes_that_are_not_made_are_not_made(bench):
    bench.file(paper_signed="not_made")
    assert not bench.state.paper(MINUTES).can_make
    assert bench.state.paper(COMMITMENT).can_make


def test_the_commitment_is_a_paper_of_its_own(bench):
    bench.file()
    bench.minutes.make(COMMITMENT)
    assert "Không giữ giấy tờ tùy thân" in bench.text(COMMITMENT)
    assert not bench.state.paper(MINUTES).made
    # It is numbered by nobody: the number is for the minutes.
    assert bench.store.minutes_numbers.left(TEAM_SCOPE, 2026) == 3


def test_papers_are_opened_printed_and_kept_or_the_failure_is_shown(bench, tmp_path):
    bench.file()
    bench.minutes.make(MINUTES)
    output = bench.minutes.output
    output.print(MINUTES)
    name = "bien-ban-07-2026-11-24-ban-2.pdf"
    assert bench.device.done[-1][:2] == ("print", name)
    output.choose_folder(tmp_path / "usb")
    output.save(MINUTES)
    assert bench.state.paper(MINUTES).error == "Thư mục không còn nữa. Hãy chọn thư mục khác."
    assert not (tmp_path / "usb").exists()
    (tmp_path / "usb").mkdir()
    output.choose_folder(tmp_path / "usb")
    assert bench.state.paper(MINUTES).error == ""
    output.save(MINUTES)
    assert bench.state.paper(MINUTES).message == f"Đã lưu: {tmp_path / 'usb' / name}"
    assert (tmp_path / "usb" / name).read_bytes() == bench.made()
    output.choose_folder(Path("/proc"))
    output.save(MINUTES)
    assert bench.state.paper(MINUTES).error == "Không ghi được tệp vào thư mục này."
    bench.device.has_printer = False
    output.print(MINUTES)
    assert "máy in" in bench.state.paper(MINUTES).error


def test_where_the_system_asks_it_is_shared(bench):
    bench.device.shares = True
    bench.file()
    bench.minutes.make(MINUTES)
    assert bench.state.folder is None
    bench.minutes.output.save(MINUTES)
    assert bench.device.done[-1][0] == "share"
