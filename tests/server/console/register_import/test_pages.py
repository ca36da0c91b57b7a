"""The import of the register in the console: real files of offices, from the upload to the undoing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape

from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.server.console.conftest import Browser, FieldWork
from tests.server.console.register_import.import_forms import proposed, seen_in
from tests.server.office.register_import.make_registers import BY_COMMUNE, FOLDER, KARAOKE, OLD_FONT
from tests.server.office.register_import.scene import GOOD, HEAD, table, visible
from tests.server.office_scene import PASSWORD, Office

from field178_server.accounts import officers
from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest
from field178_server.database.models import EstablishmentProjection, OfficerScope
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.worker import JobWorker
from field178_server.security.passwords import Passwords


def upload(browser: Browser, data: bytes, name: str = "so.xlsx") -> str:
    """Upload a file and return the address of its import."""
    answer = browser.post("/establishments/import", {"file": (io.BytesIO(data), name)})
    assert answer.status_code == 303, unescape(answer.get_data(as_text=True))
    return answer.headers["Location"].removesuffix("/columns")


def previewed(browser: Browser, at: str, **chosen: str) -> str:
    """Accept the proposed columns except for the chosen ones, and return the preview."""
    columns = proposed(browser.text(f"{at}/columns"))
    more = {name.replace("__", ":"): value for name, value in chosen.items()}
    answer = browser.post(f"{at}/columns", columns | more)
    assert answer.status_code == 303, unescape(answer.get_data(as_text=True))
    answer = browser.post(f"{at}/words", proposed(browser.text(f"{at}/words")))
    assert answer.status_code == 303
    return unescape(browser.text(at))


def run(office: Office, browser: Browser, at: str, preview: str, **more: object) -> str:
    """Run what was previewed, and return the page of the result."""
    assert browser.post(f"{at}/run", {"seen": seen_in(preview), **more}).status_code == 303
    work(office)
    return unescape(browser.text(at))


def work(office: Office) -> None:
    worker = JobWorker(office.runtime, JOB_KINDS)
    worker.recover()
    assert worker.run_waiting() == 1


def everything_kept(office: Office) -> str:
    """Return every byte that the server has on its disk, as text."""
    files = [path for path in office.settings.data_dir.rglob("*") if path.is_file()]
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in files)


def test_three_registers_of_offices_are_imported_unchanged_and_undone(
    office: Office, in_the_field: FieldWork, reviewer: Browser
) -> None:
    in_the_field.place()
    before = visible(office)
    addresses = []
    for name, unit, count in ((BY_COMMUNE, "", 126), (KARAOKE, "", 40), (OLD_FONT, "c11629_v2", 30)):
        at = upload(reviewer, (FOLDER / name).read_bytes(), name)
        preview = previewed(reviewer, at, **({"all__unit_id": unit} if unit else {}))
        page = run(office, reviewer, at, preview)
        assert f'<dd class="text-ok">{count}</dd>' in page, preview
        addresses.append(at)
    assert sum(count for count, _ in visible(office).values()) == 126 + 40 + 30 + 1
    assert "197" in reviewer.text("/establishments")

    for at in reversed(addresses):
        reviewer.post(f"{at}/undo")
        work(office)
        assert "Đã hoàn tác" in unescape(reviewer.text(at))
    assert visible(office) == before


def test_refused_row_is_listed_with_number_column_reason_and_value(office: Office, reviewer: Browser) -> None:
    data = table(
        GOOD,
        ("", "Karaoke", "Xã An Lão", "Thôn 4", "3", "", "GP-2", ""),
        ("Nhà nghỉ 4", "NN", "Xã An Lão", "Thôn 4", "vài phòng", "31/02/2020", "GP-3", ""),
        ("Nhà nghỉ 5", "đua ngựa", "Xã Không Có", "Thôn 4", "3", "", "GP-4", "=1+1"),
    )
    at = upload(reviewer, data, "so.txt")
    preview = previewed(reviewer, at)
    rows = re.findall(r"<tr>(.*?)</tr>", preview, re.S)
    shown_rows = [" | ".join(re.findall(r"<td[^>]*>([^<]*)</td>", row)) for row in rows]
    for line in (
        "3 | Tên cơ sở | Cần nhập mục này. | —",
        "4 | Số phòng | Cần số nguyên. | vài phòng",
        "4 | Ngày cấp GPKD | Ngày không hợp lệ. | 31/02/2020",
        "5 | Loại hình | Không có trong danh mục. | đua ngựa",
        "5 | Xã | Không có trong danh mục. | Xã Không Có",
    ):
        assert line in shown_rows
    page = run(office, reviewer, at, preview)
    assert "Đã nhập" in page
    sheet = load_workbook(io.BytesIO(reviewer.get(f"{at}/refused.xlsx").get_data())).active
    assert sheet is not None
    back = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert back[0] == ["Dòng", "Lý do", *HEAD]
    assert [row[0] for row in back[1:]] == ["3", "4", "5"]
    assert back[3][9] == "=1+1"
    assert sheet.cell(4, 10).data_type == "s"


def test_likenesses_are_shown_with_their_reason_and_left_out_unless_ticked(
    office: Office, in_the_field: FieldWork, reviewer: Browser
) -> None:
    in_the_field.place(name="Hoa Ban", establishment_type_id="karaoke", registration_number="GP-9")
    data = table(
        GOOD,
        ("Karaoke Hoa Ban", "Karaoke", "Xã An Lão", "Thôn 7", "5", "", "", ""),
        ("Nhà nghỉ Xa", "NN", "Xã An Lão", "Thôn 8", "5", "", "gp-9", ""),
    )
    at = upload(reviewer, data, "so.txt")
    preview = previewed(reviewer, at)
    assert "Hoa Ban: cùng tên, cùng loại hình trong một xã" in preview
    assert "Karaoke Hoa Ban (dòng 2 của tệp này)" in preview
    assert "Hoa Ban: cùng số đăng ký" in preview
    page = run(office, reviewer, at, preview, wanted=["3"])
    assert '<dd class="text-ok">1</dd>' in page
    with snapshot(office.engine) as session:
        names = set(session.scalars(select(EstablishmentProjection.address)))
    assert len(names) == 2
    assert "Thôn 7" in names


def test_nothing_about_persons_is_kept_anywhere(office: Office, reviewer: Browser) -> None:
    at = upload(reviewer, (FOLDER / BY_COMMUNE).read_bytes(), "Danh sách của Nguyễn Văn Bình.xlsx")
    page = unescape(reviewer.text(f"{at}/columns"))
    assert "Bỏ qua vì là thông tin về người: Chủ cơ sở Họ và tên, Chủ cơ sở Ngày sinh" in page
    run(office, reviewer, at, previewed(reviewer, at))
    kept = everything_kept(office)
    assert "Hoàng Anh" in kept  # a name of establishments
    persons = load_workbook(FOLDER / BY_COMMUNE)["DS cơ sở"]
    for row in persons.iter_rows(min_row=8, values_only=True):
        for value in (row[2], row[4], row[12]):
            assert not value or str(value) not in kept
    assert "Nguyễn Văn Bình" not in kept
    assert "Trần Văn Duyệt" not in kept


def test_column_mapping_is_stored_for_the_next_file(office: Office, reviewer: Browser) -> None:
    data = table(("Quán A", "bi-a", "Xã An Lão", "Thôn 1", "1", "", "", "chơi bi-a"))
    at = upload(reviewer, data, "so.txt")
    columns = proposed(reviewer.text(f"{at}/columns")) | {"column:4": "", "all:unit_id": ""}
    assert reviewer.post(f"{at}/columns", columns).status_code == 303
    words = proposed(reviewer.text(f"{at}/words"))
    assert words["word:establishment_type_id:bi a"] == ""
    words["word:establishment_type_id:bi a"] = "other_service"
    assert reviewer.post(f"{at}/words", words).status_code == 303
    again = upload(reviewer, data, "so.txt")
    assert proposed(reviewer.text(f"{again}/columns"))["column:4"] == ""
    reviewer.post(f"{again}/columns", proposed(reviewer.text(f"{again}/columns")))
    assert proposed(reviewer.text(f"{again}/words"))["word:establishment_type_id:bi a"] == "other_service"


def test_required_field_without_a_column_is_shown_and_choices_are_kept(reviewer: Browser) -> None:
    head = ("Tên cơ sở", "Nơi ấy", "Loại hình")
    at = upload(reviewer, table(("A", "Thôn 1", "NN"), ("B", "Thôn 2", "KS"), head=head), "so.txt")
    answer = reviewer.post(f"{at}/columns", proposed(reviewer.text(f"{at}/columns")) | {"column:2": "note"})
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "<title>Lỗi:" in page
    assert "Chưa có nội dung cho: Loại hình, Địa bàn, Địa chỉ" in page
    assert proposed(page)["column:2"] == "note"


def test_import_is_not_undone_over_changed_or_visited_entries(
    office: Office, in_the_field: FieldWork, reviewer: Browser
) -> None:
    at = upload(reviewer, table(GOOD, ("Nhà nghỉ B", "NN", "Xã An Lão", "Thôn 1", "", "", "", "")), "so.txt")
    run(office, reviewer, at, previewed(reviewer, at))
    with snapshot(office.engine) as session:
        ids = {row.name: row.record_id for row in session.scalars(select(EstablishmentProjection))}
    in_the_field.visit(establishment_id=ids["Nhà nghỉ B"])
    seen = visible(office)
    page = unescape(reviewer.text(at))
    assert "Không hoàn tác được nữa, vì 1 cơ sở" in page
    assert "Nhà nghỉ B" in page
    assert "Hoàn tác lần nhập" not in page
    reviewer.post(f"{at}/undo")
    assert JobWorker(office.runtime, JOB_KINDS).run_waiting() == 0
    assert visible(office) == seen


def test_import_that_differs_from_its_preview_is_refused(
    office: Office, in_the_field: FieldWork, reviewer: Browser
) -> None:
    first, second = upload(reviewer, table(GOOD), "so.txt"), upload(reviewer, table(GOOD), "so.txt")
    previews = [previewed(reviewer, at) for at in (first, second)]
    run(office, reviewer, first, previews[0])
    page = run(office, reviewer, second, previews[1])
    assert "Lần chạy trước không xong" in page
    assert "Karaoke Hoa Ban: cùng số đăng ký" in page
    assert sum(count for count, _ in visible(office).values()) == 1
    jobs = unescape(reviewer.text("/jobs"))
    assert "Sổ cơ sở đã thay đổi sau khi bạn xem trước" in jobs


def test_only_who_edits_the_register_imports(signed_in: Callable[[str], Browser]) -> None:
    for role in ("an", "binh", "admin", "privacy_officer", "city_viewer", "leader_viewer"):
        browser = signed_in(role)
        assert browser.get("/establishments/import").status_code == 404
        assert browser.post("/establishments/import").status_code == 404
        assert "Nhập từ tệp" not in browser.client.get("/establishments").get_data(as_text=True)


def test_a_reviewer_of_one_commune_imports_there_and_sees_own_imports_alone(
    office: Office, signed_in: Callable[[str], Browser], reviewer: Browser
) -> None:
    others = upload(reviewer, table(GOOD), "so.txt")
    run_write(office.engine, lambda session: _limit(session, office, "c11629_v2"))
    limited = signed_in("district_reviewer")
    for path in (others, f"{others}/columns", f"{others}/words", f"{others}/refused.xlsx"):
        assert limited.get(path).status_code == 404
    assert limited.post(f"{others}/run", {"seen": ""}).status_code == 404
    assert limited.post(f"{others}/undo").status_code == 404
    assert "so.txt" not in limited.text("/establishments/import")
    own = upload(limited, table(GOOD, ("B", "KS", "Xã An Khánh", "Thôn 1", "", "", "", "")), "cua-toi.txt")
    assert "Ngoài địa bàn của bạn" in previewed(limited, own)
    assert reviewer.get(f"{own}/columns").status_code == 200


def _limit(session: Session, office: Office, unit: str) -> None:
    stored = Passwords("test").hash(PASSWORD)
    account = AccountRequest("district_reviewer", "Cán bộ xã", "reviewer", None, ())
    accounts.add(session, office.context, account, (), stored)
    officer = officers.by_login_or_id(session, office.settings.tenant, "district_reviewer")
    session.add(
        OfficerScope(tenant_id=office.settings.tenant, officer_id=officer.officer_id, scope=f"unit:{unit}")
    )
