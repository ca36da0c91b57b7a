"""Formats of dates, times, numbers and money in Việt Nam; times are shown in UTC+7."""

import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

from field178_shared.time.clock import VIETNAM

NOTHING = "—"

_DAY = re.compile(
    r"\s*(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4}|\d{2})\s*|\s*(\d{2})(\d{2})(\d{4})\s*"
)
_SWAP = str.maketrans(",.", ".,")
_WEEKDAYS = {
    "vi": ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_SHORT_WEEKDAYS = {
    "vi": ("T2", "T3", "T4", "T5", "T6", "T7", "CN"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


def date_text(value: date | datetime, language: str = "vi") -> str:
    """Return dd/mm/yyyy, in every language; an instant gives its local day."""
    day = _local(value).date() if isinstance(value, datetime) else value
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def short_date_text(value: date | datetime, language: str = "vi") -> str:
    """Return dd/mm, for rows whose year is plain."""
    return date_text(value, language)[:5]


def weekday_name(day: date, language: str = "vi") -> str:
    """Return the weekday: Thứ Sáu, or Friday."""
    return _WEEKDAYS[language][day.weekday()]


def weekday_short(day: date, language: str = "vi") -> str:
    """Return the weekday as on a calendar: T6, or Fri; Sunday is CN."""
    return _SHORT_WEEKDAYS[language][day.weekday()]


def time_text(value: datetime | time, language: str = "vi") -> str:
    """Return the 24-hour local time, HH:MM, in every language."""
    moment = _local(value).time() if isinstance(value, datetime) else value
    return f"{moment.hour:02d}:{moment.minute:02d}"


def datetime_text(value: datetime, language: str = "vi") -> str:
    """Return the local day and time, dd/mm/yyyy HH:MM."""
    return f"{date_text(value, language)} {time_text(value, language)}"


def number_text(value: float | Decimal, language: str = "vi", decimals: int | None = None) -> str:
    """Return a number as text, half rounded up to `decimals` if given; Vietnamese: 136.957 and 60,5."""
    number = Decimal(str(value))
    if decimals is not None:
        number = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{number if number else abs(number):,f}"
    return text if language == "en" else text.translate(_SWAP)


def money_text(amount: int, language: str = "vi") -> str:
    """Return an amount of money: 5.000.000 đồng."""
    return f"{number_text(amount, language)} {_currency(language)}"


def money_range_text(least: int, most: int, language: str = "vi") -> str:
    """Return the two ends of a fine frame: 2.000.000 - 4.000.000 đồng."""
    return f"{number_text(least, language)} - {money_text(most, language)}"


def percent_text(value: float | None, language: str = "vi", decimals: int = 1) -> str:
    """Return a percentage (60.5 gives 60,5%); None (a zero denominator) gives a dash."""
    return NOTHING if value is None else f"{number_text(value, language, decimals)}%"


def parse_date(text: str) -> date | None:
    """Return the day of a text typed as dd/mm/yyyy, or None for other texts.

    One-digit days and months, two-digit years (20yy), other separators and ddmmyyyy are accepted.
    """
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    day, month, year = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _local(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without zone has no local day")
    return value.astimezone(VIETNAM)


def _currency(language: str) -> str:
    return "VND" if language == "en" else "đồng"


# Enough for bytes, revisions and page numbers. Python raises ValueError above 4,300 digits.
MAX_DIGITS = 15


def parse_whole_number(text: str, max_digits: int = MAX_DIGITS) -> int | None:
    """Return a number written in ASCII digits only, None for other or longer texts."""
    is_number = text.isascii() and text.isdigit() and len(text) <= max_digits
    return int(text) if is_number else None


_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")


def is_mail_address(text: str) -> bool:
    """Return whether a text is an ASCII e-mail address without a display name."""
    return len(text) <= 254 and _MAIL_ADDRESS.fullmatch(text) is not None and ".." not in text
