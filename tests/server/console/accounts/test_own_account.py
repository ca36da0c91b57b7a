from __future__ import annotations

import re
from collections.abc import Callable

from tests.server.console.conftest import Browser
from tests.server.office_scene import PASSWORD, Office

from field178_server.security import totp

NEW = "ba con voi di qua cau"


def signs_in(office: Office, password: str, code: str = "") -> bool:
    form = {"login": "chi", "password": password, "totp": code}
    return office.app.test_client().post("/sign-in", data=form).status_code == 303


def test_own_password_is_replaced_and_other_browsers_are_signed_out(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    here, there = signed_in("chi"), signed_in("chi")
    assert here.text("/account").count("Đăng nhập lúc") == 2
    wrong = here.post("/account/password", {"present": "falsch", "new": NEW, "again": NEW})
    assert wrong.status_code == 403
    assert 'id="error-present"' in wrong.get_data(as_text=True)
    easy = here.post(
        "/account/password", {"present": PASSWORD, "new": "chichichichi", "again": "chichichichi"}
    )
    assert (easy.status_code, 'id="error-new"' in easy.get_data(as_text=True)) == (422, True)
    done = here.post("/account/password", {"present": PASSWORD, "new": NEW, "again": NEW})
    assert done.status_code == 303
    assert "Đã đổi mật khẩu" in here.text("/account")
    assert there.get("/").status_code == 302
    assert (signs_in(office, PASSWORD), signs_in(office, NEW)) == (False, True)


def test_authenticator_is_asked_for_once_a_code_proved_it_and_ends_with_the_password(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    browser = signed_in("chi")
    secret = re.search(r'name="secret" value="([A-Z2-7]+)"', browser.text("/account/authenticator"))
    assert secret is not None

    def code() -> str:
        return totp.code_of_step(secret[1], int(office.clock.now().timestamp()) // totp.STEP_S)

    form = {"secret": secret[1], "password": PASSWORD}
    wrong = browser.post("/account/authenticator", form | {"code": "000000"})
    assert (wrong.status_code, secret[1] in wrong.get_data(as_text=True)) == (422, True)
    assert signs_in(office, PASSWORD)
    used = code()
    assert browser.post("/account/authenticator", form | {"code": used}).status_code == 303
    assert not signs_in(office, PASSWORD)
    assert not signs_in(office, PASSWORD, used)
    office.clock.move(seconds=60)
    assert signs_in(office, PASSWORD, code())
    assert browser.post("/account/authenticator/end", {"password": PASSWORD}).status_code == 303
    assert signs_in(office, PASSWORD)


def test_other_sessions_are_ended_by_one_button(signed_in: Callable[[str], Browser]) -> None:
    here, there = signed_in("chi"), signed_in("chi")
    assert here.post("/account/sessions/end-others").status_code == 303
    assert there.get("/").status_code == 302
    assert "Đăng xuất các trình duyệt khác" not in here.text("/account")
