"""Makes the three registers of `registers/`: python -m tests.server.office.register_import.make_registers

They look as offices keep them: titles and mottoes above, headings over two lines, names and phone numbers of
owners between the columns, communes as lines of their own, dates in four forms, signatures below.
All names and numbers are made up.
"""

from __future__ import annotations

import random
import re
import unicodedata
import zipfile
from datetime import date
from pathlib import Path

from openpyxl import Workbook

from field178_server.office.register_import.reading import tcvn3

FOLDER = Path(__file__).parent / "registers"
BY_COMMUNE, KARAOKE, OLD_FONT = "danh-sach-2025.xlsx", "karaoke-massage.csv", "luu-tru-vntime.xlsx"

# Texts about persons: they MUST be nowhere in the store after an import.
SURNAMES = ("Nguyễn Văn", "Trần Thị", "Phạm Minh", "Vũ Thị", "Đỗ Quang")
GIVEN = ("Bình", "Hạnh", "Khôi", "Liên", "Thắng", "Tuyết")
_UNITS = ("XÃ QUỐC TUẤN", "TT. AN LÃO", "Xã Bát Trang", "Xã Mỹ Đức", "Thị trấn Trường Sơn", "xã Tân Viên")
_KINDS = (
    ("KS", "Khách sạn"),
    ("nhà nghỉ", "Nhà nghỉ"),
    ("karaoke gia đình", "Karaoke"),
    ("Massage", "Massage"),
    ("Quán cà phê", "Cà phê"),
    ("NN", "Nhà nghỉ"),
    ("Nhà hàng", "Nhà hàng"),
)
_WORDS = ("Hoa Sen", "Hoàng Anh", "Biển Xanh", "Phương Đông", "Sao Mai", "Thanh Bình", "Hải Âu", "Minh Châu")
_STREETS = ("Nguyễn Văn Trỗi", "Lê Lợi", "Trần Tất Văn", "Ngô Quyền", "Hoàng Thiết Tâm")


def by_commune(path: Path) -> None:
    """A district's list by communes, 126 rows: three forms of dates, owners beside the establishments."""
    chance, book = random.Random(1), Workbook()
    summary = book.active
    summary.title = "Tổng hợp"
    summary.append(["BIỂU TỔNG HỢP SỐ LIỆU"])
    summary.append(["Khối lượng", "Quý I", "Quý II"])
    sheet = book.create_sheet("DS cơ sở")
    sheet.append(["UBND HUYỆN AN LÃO", None, None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"])
    sheet.append(["PHÒNG LAO ĐỘNG - TB&XH", None, None, None, "Độc lập - Tự do - Hạnh phúc"])
    sheet.append([])
    sheet.append(["DANH SÁCH CƠ SỞ KINH DOANH DỊCH VỤ DỄ PHÁT SINH TỆ NẠN XÃ HỘI NĂM 2025"])
    sheet.merge_cells("A4:O4")
    establishment = ("STT", "Tên cơ sở", "Chủ cơ sở", None, None, "Địa chỉ", "Loại hình")
    certificates = ("GCN ĐKKD", None, "GCN đủ điều kiện ANTT", None)
    sheet.append([*establishment, *certificates, "Số phòng", "Số ĐT liên hệ", "Tình trạng", "Ghi chú"])
    sheet.append(
        [None, None, "Họ và tên", "Ngày sinh", "Số CCCD", None, None, "Số", "Ngày cấp", "Số", "Ngày cấp"]
    )
    for merged in ("A5:A6", "B5:B6", "C5:E5", "F5:F6", "G5:G6", "H5:I5", "J5:K5", "L5:L6", "M5:M6", "N5:N6"):
        sheet.merge_cells(merged)
    sheet.append([f"({number})" for number in range(1, 16)])
    number = 0
    for place, unit in enumerate(_UNITS):
        sheet.append(["IVX"[place % 3], unit])
        for _ in range(21):
            number += 1
            sheet.append(_district_row(chance, number))
        if place == 0:
            # One kind for three rows, in a merged cell.
            first = sheet.max_row - 2
            for row in range(first, first + 3):
                sheet.cell(row, 7).value = "nhà nghỉ" if row == first else None
            sheet.merge_cells(start_row=first, start_column=7, end_row=first + 2, end_column=7)
    sheet.append([None, "Tổng cộng", None, None, None, f"{number} cơ sở"])
    sheet.append([])
    sheet.append([None, None, None, None, None, None, "An Lão, ngày 15 tháng 3 năm 2025"])
    sheet.append([None, "NGƯỜI LẬP BIỂU", None, None, None, None, "TRƯỞNG PHÒNG"])
    sheet.append([None, "Nguyễn Thị Ký", None, None, None, None, "Trần Văn Duyệt"])
    book.save(path)


def _district_row(chance: random.Random, number: int) -> list[object]:
    code, kind = _KINDS[number % len(_KINDS)]
    issued = date(2015 + number % 9, 1 + number % 12, 1 + number % 28)
    serial = (issued - date(1899, 12, 30)).days
    written = (issued, f"{issued:%d/%m/%Y}", f"{issued.day}.{issued.month}.{issued:%y}", serial)
    notes = ("Hợp tác tốt", f"Con chủ quán là {_person(chance)}", None, f"Gọi {_phone(chance)} trước khi đến")
    name = f"{kind} {_WORDS[number % len(_WORDS)]} {number}"
    return [
        number,
        # Typed with marks on their own (NFD), as some keyboards do.
        unicodedata.normalize("NFD", name) if number % 5 == 0 else name,
        _person(chance),
        f"{chance.randint(1, 28):02d}/{chance.randint(1, 12):02d}/{chance.randint(1960, 1999)}",
        f"0310{chance.randint(60, 99)}{chance.randint(100_000, 999_999)}",
        f"Số {chance.randint(1, 300)} {_STREETS[number % len(_STREETS)]}",
        code,
        f"02Z8{chance.randint(1000, 9999)}{number:03d}",
        written[number % 4],
        f"{number}/GCN-ANTT" if number % 3 else None,
        written[(number + 1) % 4] if number % 3 else None,
        chance.randint(4, 40) if number % 2 else f"{chance.randint(4, 40)} phòng",
        _phone(chance),
        ("Đang hoạt động", "đang HĐ", "Tạm nghỉ", None)[number % 4],
        notes[number % 4],
    ]


def karaoke(path: Path) -> None:
    """A list of karaoke and massage parlours, CSV with semicolons: a column of persons without a heading."""
    chance = random.Random(2)
    head = "TT;Tên quán;Loại;Xã, thị trấn;Địa chỉ;;Ngày cấp GPKD;Số GPKD"
    lines = ["Danh sách karaoke, massage;;;;;;;", head]
    kinds = ("Karaoke gia đình", "KARAOKE", "mát-xa", "Tẩm quất", "xông hơi")
    units = ("TT. An Lão", "Xã Quốc Tuấn", "xã Bát Trang, huyện An Lão", "Trường Sơn", "X. Mỹ Đức")
    for number in range(1, 41):
        issued = date(2019, 1 + number % 12, 1 + number % 28)
        cells = (
            str(number),
            f'"Quán ""{_WORDS[number % len(_WORDS)]} {number}"""',
            kinds[number % 5],
            units[number % 5],
            f'"Thôn {number % 7 + 1}; đường {_STREETS[number % 5]}"',
            _person(chance),
            f"{issued:%d-%m-%Y}",
            f"=31K8{number:06d}" if number == 7 else f"31K8{number:06d}",
        )
        lines.append(";".join(cells))
    lines.append(";Cộng: 40 cơ sở;;;;;;")
    path.write_bytes("\r\n".join(lines).encode("utf-8-sig"))


def old_font(path: Path) -> None:
    """A commune's list of lodgings typed in .VnTime: one unit for all rows, points, rooms by formula."""
    chance, book = random.Random(3), Workbook()
    sheet = book.active
    sheet.title = "Sheet1"
    sheet.append([_vntime("Danh sách cơ sở lưu trú trên địa bàn xã An Lão")])
    head = "Số TT|Tên nhà nghỉ|Người đại diện|Địa chỉ|Loại hình|Tổng số phòng|Toạ độ|Ghi chú"
    sheet.append(_vntime(head).split("|"))
    for number in range(1, 31):
        lat, lon = 20.81 + number / 1000, 106.55 + number / 1000
        sheet.append(
            [
                number,
                _vntime(f"Nhà nghỉ {_WORDS[number % len(_WORDS)]} {number}"),
                _vntime(_person(chance)),
                _vntime(f"Khu {number % 4 + 1}, đường {_STREETS[number % 5]}"),
                _vntime(("Nhà nghỉ", "Khách sạn", "Nhà trọ")[number % 3]),
                f"=SUM(4,{number})",
                f"{lat:.4f}, {lon:.4f}" if number % 2 else f"{lat:.4f}; {lon:.4f}".replace(".", ","),
                _vntime("Đang sửa chữa") if number % 6 == 0 else None,
            ]
        )
    book.save(path)
    _calculate(path)


def _calculate(path: Path) -> None:
    """Put the results beside the formulas, as a spreadsheet does when it saves."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = "xl/worksheets/sheet1.xml"
    formula = re.compile(r"<f>SUM\(4,(\d+)\)</f><v ?/?>(?:</v>)?")
    with_result = r"<f>SUM(4,\1)</f><v>{}</v>"
    text = formula.sub(
        lambda match: match.expand(with_result).format(4 + int(match[1])), parts[name].decode()
    )
    parts[name] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for part, data in parts.items():
            packed.writestr(part, data)


def _person(chance: random.Random) -> str:
    return f"{chance.choice(SURNAMES)} {chance.choice(GIVEN)}"


def _phone(chance: random.Random) -> str:
    return f"09{chance.randint(10, 99)}.{chance.randint(100, 999)}.{chance.randint(100, 999)}"


def _vntime(text: str) -> str:
    back = {ord(letter): chr(byte) for byte, letter in tcvn3._TABLE.items()}
    return text.translate(back)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    by_commune(FOLDER / BY_COMMUNE)
    karaoke(FOLDER / KARAOKE)
    old_font(FOLDER / OLD_FONT)
