"""The lists in the console: read, changed in a row or by a file, previewed, published."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Callable
from html import unescape

import pytest
from tests.server.console.conftest import Browser
from tests.server.console.reviews.test_pages import words
from tests.server.office.lists.test_packs import KEY, TET_ROWS
from tests.server.office.lists.test_worksheet import changed
from tests.server.office_scene import PASSWORD, Office
from werkzeug.test import TestResponse

from field178_server.console.lists.row_form import row_form
from field178_server.console.text.localize import Localizer
from field178_server.office.file_reading.reading_limits import reading_slot
from field178_server.office.lists.columns import columns_of
from field178_server.office.lists.pack_file import write_pack_file
from field178_server.records.access import access_of
from field178_server.records.scopes import for_tablet
from field178_shared.codelists import load
from field178_shared.codelists.loading import released_files
from field178_shared.list_packs import TABLES, ListPack, ListTable
from field178_shared.list_packs.pack import files_with
from field178_shared.time.clock import SystemClock

TET = {
    "id": "tet_2027",
    "vi": "Tết Nguyên đán",
    "en": "Lunar New Year",
    "first": "2027-02-05",
    "last": "2027-02-09",
    "source": "công bố lịch nghỉ",
    "confidence": "medium",
    "verified_by": "Sở Tư pháp",
    "verified_on": "2026-11-20",
}
HIDDEN = re.compile(r'<textarea name="(rows|pack)" hidden>(.*?)</textarea>', re.S)


@pytest.fixture
def admin(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("admin")


def typed_in(page: str) -> dict[str, str]:
    """Return what the fields of a form hold."""
    inputs = re.findall(r'<input class="input input-small"[^>]*? name="([^"]+)" value="([^"]*)"', page)
    areas = re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', page)
    choices = re.findall(r'<select [^>]*name="([^"]+)"(.*?)</select>', page, re.S)
    chosen = [
        (name, choice[1])
        for name, text in choices
        if (choice := re.search(r'value="([^"]*)" selected', text))
    ]
    return {name: unescape(value) for name, value in (*inputs, *areas, *chosen)}


def publish(browser: Browser, preview: str, seen: int = 0) -> str:
    payload = HIDDEN.search(preview)
    assert payload is not None
    answer = browser.post(
        "/lists/publish", {payload[1]: unescape(payload[2]), "seen": str(seen), "password": PASSWORD}
    )
    assert answer.status_code == 303
    return browser.text(answer.headers["Location"])


def uploaded(browser: Browser, data: bytes, name: str) -> tuple[int, str]:
    answer = browser.post("/lists/upload", {"file": (io.BytesIO(data), name)})
    return answer.status_code, answer.get_data(as_text=True)


def test_a_holiday_of_a_new_year_is_typed_previewed_and_published(admin: Browser) -> None:
    preview = admin.post("/lists/holidays.declared/row", {"key": "", **TET}).get_data(as_text=True)
    assert "Tết Nguyên đán" in preview
    assert "+" not in load().version

    page = publish(admin, preview)

    assert "Đã phát hành" in page
    assert "Số 1" in page
    assert load().version.endswith("+1")
    assert "Sở Tư pháp kiểm chứng, 20/11/2026" in admin.text("/lists/holidays.declared/rows?q=tet nguyen dan")


def test_invalid_field_shows_an_error_and_keeps_the_rest(admin: Browser) -> None:
    answer = admin.post("/lists/holidays.declared/row", {"key": "", **TET, "first": "ngày mồng một"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Cần nhập ngày" in page
    assert 'value="2027-02-09"' in page


def test_every_field_of_a_row_has_its_label(admin: Browser) -> None:
    page = admin.text("/lists/violations.items/row?key=lodging_no_notice_1_3")
    ids = set(re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', page))
    assert ids >= {"vi", "en", "source"}
    assert {*re.findall(r'<label for="([^"]+)"', page)} <= ids
    assert "&#34;" not in page, "an attribute was written as text"


def unnamed_columns(table: ListTable) -> set[str]:
    localizer = Localizer("vi")
    form = row_form(ListPack(), table, "", {}, {}, localizer)
    columns = columns_of([*table.rows(released_files()).values(), table.sample])
    raw = {field.name for column in columns for field in (column, *column.columns)}
    labels = {field.label for field in form.fields} | {head for field in form.tables for head in field.heads}
    return raw & {*labels, *(table.label for table in form.tables)}


def test_no_label_is_the_name_of_a_column() -> None:
    unnamed = {table.path: unnamed_columns(table) for table in TABLES.values()}
    assert {path: names for path, names in unnamed.items() if names} == {}


def test_a_list_that_the_office_fills_offers_its_first_row_with_choices(admin: Browser) -> None:
    page = unescape(admin.text("/lists/places.media_outlets/rows"))
    assert "Danh mục này chưa có dòng nào" in page
    assert "Hãy thử ít từ hơn" not in page
    row = unescape(admin.text("/lists/places.media_outlets/row"))
    assert '<option value="c11629_v2">Xã An Lão</option>' in row
    assert '<option value="commune_loudspeaker">Đài truyền thanh cấp xã</option>' in row
    police = unescape(admin.text("/lists/organizations.agencies/row?key=commune_police"))
    assert "tipoffs_received (Số tin báo, tố giác tiếp nhận" in police


def test_missing_value_is_reported_by_the_label_of_its_field(admin: Browser) -> None:
    answer = admin.post("/lists/holidays.declared/row", {"key": "", **TET, "en": ""})

    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert re.search(r'name="en"[^>]* aria-invalid="true"', page), "not told at its field"
    assert "“Tiếng Anh”" in page
    assert typed_in(page).items() >= {**TET, "en": ""}.items()


def differences(answer: TestResponse) -> str:
    """Return the text of a preview, without the rows that it sends on."""
    page = words(unescape(HIDDEN.sub("", answer.get_data(as_text=True))))
    return page[page.index("Khác biệt:") :]


def test_preview_shows_names_of_referenced_rows(admin: Browser) -> None:
    fields = typed_in(admin.text("/lists/checklist_items.items/row?key=biz_registration"))
    fields |= {"no_leads_to": "biz_no_registration; biz_scope_mismatch"}
    answer = admin.post("/lists/checklist_items.items/row", {"key": "biz_registration", **fields})
    shown = differences(answer)
    lists = load()
    for violation in ("biz_no_registration", "biz_scope_mismatch"):
        assert lists.violations[violation].vi in shown
        assert violation not in shown
    assert "biz_registration" not in shown


def test_preview_distinguishes_rows_of_the_same_name_by_key(admin: Browser) -> None:
    alike = Counter(unit.vi for unit in load().units.values())
    unit = next(unit for unit in load().units.values() if alike[unit.vi] > 1 and unit.valid_to is None)
    outlet = {"id": "loa_xa", "vi": "Loa xã", "en": "Loudspeaker", "unit_id": unit.id}
    outlet |= {"channel_id": "commune_loudspeaker", "valid_from": "2026-01-01"}
    answer = admin.post("/lists/places.media_outlets/row", {"key": "", **outlet})
    shown = differences(answer)
    assert f"{unit.vi} ({unit.id})" in shown
    assert "Đài truyền thanh cấp xã" in shown
    assert "commune_loudspeaker" not in shown
    assert "01/01/2026" in shown


def test_a_refused_row_names_its_reason_and_cannot_be_published(admin: Browser) -> None:
    fields = typed_in(admin.text("/lists/violations.items/row?key=lodging_no_notice_1_3"))
    fields["frames.0.to"] = "2026-06-01"

    answer = admin.post("/lists/violations.items/row", {"key": "lodging_no_notice_1_3", **fields})

    assert answer.status_code == 422
    preview = answer.get_data(as_text=True)
    assert "Hai khung phạt cùng hiệu lực một ngày" in preview
    assert HIDDEN.search(preview) is None


def test_typed_id_does_not_change_the_identity_of_a_row(admin: Browser) -> None:
    preview = admin.post(
        "/lists/outreach.topics/row", {"key": "harms", "id": "other", "vi": "Tác hại (sửa)", "en": "Harms"}
    ).get_data(as_text=True)

    payload = HIDDEN.search(preview)
    assert payload is not None
    assert list(json.loads(unescape(payload[2]))["outreach.topics"]) == ["harms"]


def test_worksheet_is_exported_and_imported(admin: Browser) -> None:
    answer = admin.get("/lists/worksheet")
    assert answer.headers["Content-Disposition"].endswith('.xlsx"') or ".xlsx" in str(answer.headers)
    data = changed(answer.get_data(), "outreach.topics", "harms", vi="Tác hại theo pháp chế")

    status, preview = uploaded(admin, data, "back.xlsx")

    assert status == 200
    assert "Tác hại theo pháp chế" in preview
    publish(admin, preview)
    assert load().topics["harms"].vi == "Tác hại theo pháp chế"


def test_an_unchanged_worksheet_has_nothing_to_publish(admin: Browser) -> None:
    status, preview = uploaded(admin, admin.get("/lists/worksheet").get_data(), "same.xlsx")

    assert status == 200
    assert "Không có gì khác" in preview


def test_a_pack_of_an_office_that_is_not_trusted_is_refused(admin: Browser) -> None:
    pack = ListPack().with_rows(TET_ROWS)

    status, page = uploaded(admin, write_pack_file(pack, "tinh", KEY, SystemClock().now()), "pack.json")

    assert status == 422
    assert "chưa được tin cậy" in page


def test_a_publication_on_an_older_state_is_shown_again(admin: Browser) -> None:
    preview = admin.post("/lists/holidays.declared/row", {"key": "", **TET}).get_data(as_text=True)
    publish(admin, preview)
    payload = HIDDEN.search(preview)
    assert payload is not None

    answer = admin.post("/lists/publish", {"rows": unescape(payload[2]), "seen": "0", "password": PASSWORD})

    assert answer.status_code == 422
    assert "Vừa có người phát hành danh mục" in answer.get_data(as_text=True)


def test_rows_nested_for_ever_and_a_form_that_is_too_large_are_refused(admin: Browser) -> None:
    for rows in ("[" * 100_000, '{"a":' * 50_000):
        assert admin.post("/lists/publish", {"rows": rows, "seen": "0"}).status_code == 400
    answer = admin.post("/lists/publish", {"rows": " " * 1_200_000, "seen": "0"})
    assert answer.status_code == 413
    assert "/lists" in answer.get_data(as_text=True)


def test_second_worksheet_while_another_is_read_answers_503(admin: Browser) -> None:
    with reading_slot():
        answer = admin.post("/lists/upload", {"file": (io.BytesIO(b"PK"), "lists.xlsx")})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert 'href="/lists"' in answer.get_data(as_text=True)


def test_a_reviewer_reads_the_lists_and_changes_none(reviewer: Browser) -> None:
    assert "Chỉ quản trị hệ thống sửa được" in reviewer.text("/lists/violations.items/row?key=kd_door_latch")
    assert "Thêm dòng" not in reviewer.text("/lists/violations.items/rows")
    assert reviewer.post("/lists/violations.items/row", {"key": "kd_door_latch"}).status_code == 404
    assert reviewer.post("/lists/publish", {"rows": "{}", "seen": "0"}).status_code == 404


def test_unknown_lists_and_rows_are_not_there(admin: Browser) -> None:
    assert admin.get("/lists/organizations.app_roles/rows").status_code == 404
    assert admin.get("/lists/violations.items/row?key=nothing").status_code == 404


def test_a_number_beyond_all_bounds_is_an_error_at_its_field(admin: Browser) -> None:
    fields = typed_in(admin.text("/lists/admin_units.units/row?key=c11629_v2"))

    answer = admin.post("/lists/admin_units.units/row", {"key": "c11629_v2", **fields, "area_km2": "9" * 400})

    assert answer.status_code == 422
    assert "Cần nhập số" in answer.get_data(as_text=True)


def test_rows_have_days_of_their_own_and_are_looked_up_by_a_day(admin: Browser) -> None:
    form = typed_in(admin.text("/lists/outreach.topics/row?key=harms"))
    assert form["valid_to"] == ""

    wrong = admin.post(
        "/lists/outreach.topics/row",
        form | {"key": "harms", "valid_from": "2026-07-01", "valid_to": "2026-06-30"},
    )
    assert wrong.status_code == 422
    assert "Ngày hết hiệu lực không sau ngày bắt đầu" in wrong.get_data(as_text=True)

    preview = admin.post("/lists/outreach.topics/row", form | {"key": "harms", "valid_to": "2026-07-01"})
    assert "Hết hiệu lực từ" in preview.get_data(as_text=True)
    publish(admin, preview.get_data(as_text=True))

    listed = {
        day: admin.text(f"/lists/outreach.topics/rows?on={day}") for day in ("2026-06-30", "2026-07-01")
    }
    assert ["Tác hại của tệ nạn mại dâm" in page for page in listed.values()] == [True, False]
    assert "… – 01/07/2026" in listed["2026-06-30"]
    assert "Không giới hạn" in listed["2026-07-01"], "a row without days says so"
    odd = admin.text("/lists/outreach.topics/rows?on=tomorrow")
    assert 'value="tomorrow"' in odd
    assert "Tác hại của tệ nạn mại dâm" in odd


def test_lists_are_published_by_the_password(office: Office, signed_in: Callable[[str], Browser]) -> None:
    admin = signed_in("admin")
    preview = admin.post("/lists/holidays.declared/row", {"key": "", **TET}).get_data(as_text=True)
    payload = HIDDEN.search(preview)
    assert payload is not None
    office.clock.move(hours=2)
    admin, sent = signed_in("admin"), {payload[1]: unescape(payload[2]), "seen": "0"}
    office.clock.move(minutes=20)
    refused = admin.post("/lists/publish", sent)
    assert refused.status_code == 403
    page = refused.get_data(as_text=True)
    assert 'name="password"' in page
    assert HIDDEN.search(page)[2] == payload[2]
    assert "+" not in load().version
    assert admin.post("/lists/publish", sent | {"password": PASSWORD}).status_code == 303
    assert "+" in load().version


def test_published_units_give_nobody_access(admin: Browser) -> None:
    """One administrator publishes: a commune under another's parent would be read by that one's officers."""
    own, other = "c11647_v2", "c11629_v2"
    files = files_with(ListPack())
    moved = {**TABLES["admin_units.units"].rows(files)[other], "parent": own}
    joined = {"from": other, "to": own, "kind": "merge", "share": None}
    rows = {
        "admin_units.units": {other: moved},
        "admin_units.lineage": {TABLES["admin_units.lineage"].key_of(joined): joined},
    }
    before = access_of("leader_viewer", {f"unit:{own}"}), for_tablet({f"unit:{own}"}, load())
    answer = admin.post("/lists/publish", {"rows": json.dumps(rows), "seen": "0", "password": PASSWORD})
    assert answer.status_code == 303
    assert load().units[other].parent == own
    assert [step.source for step in load().predecessors(own) if step.source == other]
    for role in load().roles:
        assert not access_of(role, {f"unit:{own}"}).holds(f"unit:{other}")
    assert (access_of("leader_viewer", {f"unit:{own}"}), for_tablet({f"unit:{own}"}, load())) == before
