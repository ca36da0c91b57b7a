"""Recognition of columns and cells with personal data; imports leave them out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from field178_shared.text.normalisation import fold
from field178_shared.text.privacy import lint

# Folded words of headings; one of them marks a column as personal data.
_HEADING_WORDS = (
    "chu co so",
    "chu cs",
    "chu ho",
    "chu so huu",
    "chu kinh doanh",
    "chu hkd",
    "chu nha",
    "chu quan",
    "ten chu",
    "chu dn",
    "ho ten",
    "ho va ten",
    "ho va ten chu",
    "nguoi",
    "dai dien",
    "dai dien phap luat",
    "quan ly",
    "giam doc",
    "lien he",
    "sdt",
    "so dt",
    "dt",
    "dtdd",
    "dien thoai",
    "so dien thoai",
    "di dong",
    "hotline",
    "zalo",
    "facebook",
    "email",
    "thu dien tu",
    "cccd",
    "cmnd",
    "cmt",
    "cmtnd",
    "can cuoc",
    "chung minh",
    "ho chieu",
    "dinh danh",
    "ngay sinh",
    "nam sinh",
    "sinh ngay",
    "sinh nam",
    "gioi tinh",
    "dan toc",
    "ton giao",
    "quoc tich",
    "que quan",
    "ho khau",
    "thuong tru",
    "tam tru",
    "noi o",
    "nhan vien",
    "lao dong",
    "tiep vien",
    "ky ten",
    "chu ky",
    "anh chan dung",
    "tai khoan",
    "chu the",
    "ong ba",
    "phone",
    "owner",
    "mobile",
)
_PHONE = re.compile(r"(?<![\d/])(?:\+?84|0)[ .-]?(?:[35789](?:[ .-]?\d){8}|2(?:[ .-]?\d){9})(?!\d)")
# Twelve digits: province, century and sex, year; since 2025 also the tax number of a household.
_IDENTITY = re.compile(
    r"(?<!\d)0(?:0[1-9]|[1-8]\d|9[0-6])[ .]?[0-3]\d{2}[ .]?\d{6}(?!\d)|(?<!\d)[123]\d{8}(?!\d)"
)
_IDENTITY_ALONE = re.compile(r"0(?:0[1-9]|[1-8]\d|9[0-6])[0-3]\d{8}")
_NAMING = frozenset({"person_name", "given_name", "birth_year", "child_age"})
# Share of non-empty cells that marks a column as personal data.
_SHARE = 0.4
_MOST_LOOKED_AT = 400


def names_persons(heading: str) -> bool:
    """Return whether a heading names persons or their contact data."""
    words = f" {' '.join(words_of(heading))} "
    return words == " chu " or any(f" {heading_word} " in words for heading_word in _HEADING_WORDS)


def words_of(text: str) -> list[str]:
    """Return the folded words of a heading or a spelling, without signs."""
    return "".join(letter if letter.isalnum() else " " for letter in fold(text)).split()


def holds_persons(texts: Sequence[str], is_person: Callable[[str], bool]) -> bool:
    """Return whether the cells of a column are personal data; `is_person` decides for a cell."""
    given = [text for text in texts if text][:_MOST_LOOKED_AT]
    return sum(map(is_person, given)) > len(given) * _SHARE if given else False


def is_identity(text: str) -> bool:
    """Return whether a certificate's number is an identity number (phone numbers look like tax numbers)."""
    return _IDENTITY_ALONE.fullmatch(text.replace(" ", "").replace(".", "").replace("'", "")) is not None


def has_numbers(text: str) -> bool:
    """Return whether a text contains a phone or identity number."""
    return without_numbers(text) != text


def is_person(text: str) -> bool:
    """Return whether a text is mostly a person's name, a phone number or an identity number."""
    bare = without_numbers(text)
    if bare != text and len(bare) * 2 < len(text):
        return True
    return any(
        mark.kind == "person_name" and (mark.end - mark.start) * 3 > len(text) * 2 for mark in lint(text)
    )


def without_numbers(text: str, *, is_number: bool = False) -> str:
    """Return a text without phone and identity numbers; `is_number`: it is the number of a certificate."""
    if is_number:
        return "" if is_identity(text) else text
    if not any(letter.isdigit() for letter in text):
        return text
    return " ".join(_IDENTITY.sub("", _PHONE.sub("", text)).split())


@lru_cache(maxsize=4096)
def mentions_person(text: str) -> bool:
    """Return whether a free text probably names a person."""
    return bool(text) and any(mark.kind in _NAMING for mark in lint(text))
