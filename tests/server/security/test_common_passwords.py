"""Passwords of common lists are refused; invented phrases are accepted."""

from __future__ import annotations

import random
import re
import string

from field178_server.security.passwords import Weakness, weakness

_COMMON = """
m4tkh4uv13tn4m, P@ssw0rdP@ssw0rd, hanoi86792vietnamtrixo, matkhautrixon, hoahonghoahong,
123456789012, 111111111111, 000000000000, 012345678910, 098765432109, 123123123123, 121212121212,
19851985198519, abcabcabcabc, abcdefghijkl, qwertyuiop12, qwertyuiopasd, 1q2w3e4r5t6y,
1qaz2wsx3edc, zaq12wsxcde3, asdfghjkl123, a1b2c3d4e5f6, zxcvbnm12345, password1234, Password2026!,
P@ssw0rd1234, p@$$w0rd@2026, passwordpassword, mypassword123, administrator, Admin@123456,
adminadmin123, @dmin@123456, letmein12345, welcome2026!!, iloveyou1234, iloveyouiloveyou,
changeme1234, superman12345, princess12345, trustno1trustno1, matkhau123456, MatKhau@2026,
m4tkh4u@12345, mật khẩu 2026, matkhaumatkhau, matkhaumoi123, anhyeuem1234, anhyeuem@2026,
emyeuanh12345, anh yêu em nhiều lắm, 4nhyeu3m12345, toiyeuvietnam, vietnam12345, VietNam@1945,
vietnamvodich, Hà Nội 2026!!, hanoi@123456, saigon123456, haiphong2026, HảiPhòng@178, congan123456,
CôngAn@112026, congan@haiphong, kiemtra@2026, doankiemtra178, kiemtraliennganh, Field178@2026,
sohientruong178, So hien truong 178, doi178@haiphong, ubndxa@12345, nguyenvanan123,
NguyễnVănA@1990, giadinh@12345, conyeume12345, mothaibabonnam, vi nhan dan phuc vu,
độc lập tự do hạnh phúc, chucmungnammoi, thang12nam2026, qwerty@123456, admin@hanoi2026,
matkhau@123456@hanoi, lananh@123456, aaaaaabbbbbb
"""
_HONEST = """
con trâu gặm cỏ, ba con voi di qua cau, mưa rào giữa trưa, ghế gỗ kêu cọt kẹt,
bếp lửa khói cay mắt, chuồn chuồn bay thấp, áo nâu phơi trước gió, cầu tre lắc lẻo,
xe đạp tuột xích, mèo vàng trèo mái ngói, bưởi chua hơn chanh, sóng vỗ mạn thuyền,
gà trống gáy trễ, đèn dầu leo lét, sách cũ mọt gặm, cua bò ngang sân, kiến tha mồi lên cây,
ấm chè nguội ngắt, cá rô kho khế, trăng lặn sau đồi, dưa hấu mát lạnh, cối xay kẽo kẹt,
lá tre rụng đầy ngõ, hạt thóc nảy mầm, quạt nan rách mép, correct horse battery staple,
vịt bơi ao bèo, chiếu cói hoa xanh, nón lá thủng lỗ, rổ khoai lang luộc, k7#Qp2vX9m!Lw,
vRt8-zKq2-nLw4, xg4bw9ktz2pm, Tz!gruvkpo%w1, hqzk wmbt fjod, con-trau-gam-co-an-1
"""
COMMON, HONEST = (re.split(r",\s+", text.strip()) for text in (_COMMON, _HONEST))


def test_lists_are_long_enough_to_say_something() -> None:
    assert len({*COMMON}) >= 60
    assert len({*HONEST}) >= 30


def test_common_password_is_too_easy() -> None:
    assert [password for password in COMMON if len(password) < 12] == []
    assert [password for password in COMMON if weakness(password, "lananh") is not Weakness.TOO_EASY] == []


def test_phrase_of_four_words_or_a_random_text_is_taken() -> None:
    assert [phrase for phrase in HONEST if weakness(phrase, "lananh") is not None] == []


def test_random_texts_of_sixteen_are_taken() -> None:
    chance = random.Random(178)
    made = ("".join(chance.choices(string.ascii_letters + string.digits, k=16)) for _ in range(500))
    assert sum(weakness(text, "an") is not None for text in made) <= 2
