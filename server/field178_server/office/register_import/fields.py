"""Fields of an establishment that a column of a file can fill, and the words of their headings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ValueKind(StrEnum):
    """Kind of value that the texts of a column are read as."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    DEGREES = "degrees"
    POINT = "point"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class ImportField:
    """A field; `words`: folded headings, `choices`: name of the list of a choice."""

    path: str
    kind: ValueKind
    words: tuple[str, ...]
    choices: str = ""


UNIT, TYPE, STATUS, NAME, ADDRESS, NOTE = (
    "unit_id",
    "establishment_type_id",
    "operating_status_id",
    "name",
    "address_line",
    "note",
)
# Latitude and longitude in one cell.
POINT = "point"
REQUIRED = (NAME, TYPE, UNIT, ADDRESS, STATUS)
# Fields that may have one value for all rows of a file, or values from titles between rows.
FOR_ALL_ROWS = (TYPE, UNIT, STATUS)

_TEXT, _DATE, _CHOICE = ValueKind.TEXT, ValueKind.DATE, ValueKind.CHOICE
_FIELDS = (
    ImportField(
        NAME,
        _TEXT,
        (
            "ten co so",
            "ten co so kinh doanh",
            "ten don vi",
            "ten quan",
            "ten nha nghi",
            "ten khach san",
            "ten doanh nghiep",
            "ten ho kinh doanh",
            "ten hkd",
            "bien hieu",
            "ten bien hieu",
            "ten dia diem",
            "ten",
            "co so",
            "co so kinh doanh",
            "don vi",
            "ten goi",
            "ten co so luu tru",
            "name",
        ),
    ),
    ImportField(
        TYPE,
        _CHOICE,
        (
            "loai hinh",
            "loai hinh kinh doanh",
            "loai hinh co so",
            "loai co so",
            "loai hinh dich vu",
            "loai",
            "nganh nghe",
            "nganh nghe kinh doanh",
            "nganh nghe kd",
            "linh vuc",
            "dich vu",
            "dich vu kinh doanh",
        ),
        "types",
    ),
    ImportField(
        UNIT,
        _CHOICE,
        (
            "xa",
            "phuong",
            "thi tran",
            "xa phuong",
            "xa tt",
            "xa thi tran",
            "phuong xa",
            "xa phuong thi tran",
            "dia ban",
            "don vi hanh chinh",
            "dia ban xa",
            "xa p tt",
            "thuoc xa",
        ),
        "units",
    ),
    ImportField(
        ADDRESS,
        _TEXT,
        (
            "dia chi",
            "dia chi kinh doanh",
            "dia chi co so",
            "dia diem",
            "dia diem kinh doanh",
            "noi kinh doanh",
            "so nha",
            "tru so",
            "address",
        ),
    ),
    ImportField(
        "village", _TEXT, ("thon", "to dan pho", "tdp", "thon tdp", "xom", "thon to dan pho", "khu dan cu")
    ),
    ImportField(
        STATUS,
        _CHOICE,
        ("tinh trang", "tinh trang hoat dong", "trang thai", "hien trang"),
        "operating_status",
    ),
    ImportField(
        "registration_form_id",
        _CHOICE,
        ("loai hinh doanh nghiep", "hinh thuc dang ky", "hinh thuc dkkd", "loai hinh to chuc"),
        "registration_form",
    ),
    ImportField(
        "registration_number", _TEXT, ("ma so thue", "mst", "ma so doanh nghiep", "ma so hkd", "so giay phep")
    ),
    ImportField("registration_date", _DATE, ("ngay dang ky", "ngay cap")),
    ImportField(
        "rooms_total",
        ValueKind.NUMBER,
        ("so phong", "tong so phong", "so luong phong", "so phong hat", "quy mo so phong", "phong"),
    ),
    ImportField("opening_hours", _TEXT, ("gio mo cua", "gio hoat dong", "thoi gian hoat dong")),
    ImportField("lat", ValueKind.DEGREES, ("vi do", "lat", "latitude")),
    ImportField("lon", ValueKind.DEGREES, ("kinh do", "lon", "lng", "long", "longitude")),
    ImportField(POINT, ValueKind.POINT, ("toa do", "toa do gps", "gps", "vi tri ban do")),
    *(
        ImportField(f"certificates.{kind}.{part}", _TEXT if part == "number" else _DATE, ())
        for kind in ("antt", "fire_safety", "karaoke_licence", "food_safety")
        for part in ("number", "issued_on", "expires_on")
    ),
    ImportField("first_seen_on", _DATE, ("ngay bat dau hoat dong", "ngay thanh lap", "bat dau hoat dong")),
    ImportField("closed_on", _DATE, ("ngay cham dut", "ngay ngung hoat dong")),
    ImportField(NOTE, _TEXT, ("ghi chu", "nhan xet", "luu y", "ghi chu khac")),
)
FIELDS: Mapping[str, ImportField] = {field.path: field for field in _FIELDS}

# Names of certificates; number, date of issue and end of validity are three columns.
PAPERS: tuple[tuple[tuple[str, ...], Mapping[str, str]], ...] = (
    (
        ("an ninh trat tu", "antt", "an ninh", "gcn an ninh", "dieu kien an ninh trat tu"),
        {part: f"certificates.antt.{part}" for part in ("number", "issued_on", "expires_on")},
    ),
    (
        ("pccc", "phong chay chua chay", "phong chay"),
        {part: f"certificates.fire_safety.{part}" for part in ("number", "issued_on", "expires_on")},
    ),
    (
        ("giay phep karaoke", "gp karaoke", "gpkd karaoke", "giay phep kinh doanh karaoke"),
        {part: f"certificates.karaoke_licence.{part}" for part in ("number", "issued_on", "expires_on")},
    ),
    (
        ("attp", "an toan thuc pham", "vsattp"),
        {part: f"certificates.food_safety.{part}" for part in ("number", "issued_on", "expires_on")},
    ),
    (
        (
            "dkkd",
            "gpkd",
            "gcn dkkd",
            "dang ky kinh doanh",
            "giay phep kinh doanh",
            "gcnkd",
            "dkhkd",
            "dang ky ho kinh doanh",
            "giay chung nhan dang ky",
            "giay phep kd",
            "gpkd dkkd",
        ),
        {"number": "registration_number", "issued_on": "registration_date"},
    ),
)
