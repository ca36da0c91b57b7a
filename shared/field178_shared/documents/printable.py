"""Texts in letters that a paper has: a character without one stands as a mark, it never vanishes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast

# No square: among answers that would be a box to tick.
MARK = "[?]"
NOTE = f"{MARK}: ký tự đã nhập mà giấy không in được; nguyên văn có trong phiếu điện tử."
_ALIKE = str.maketrans({"\u2011": "-"})  # a hyphen that keeps a line together
# What only changes the character before it: another look, another skin, joined with the next one.
_JOINS = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_JOINED = re.compile("(\\S)(?:[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d\\S)+")
T = TypeVar("T")


class Printable:
    """Makes texts printable with the letters of a typeface, given as code points."""

    def __init__(self, letters: Collection[int]) -> None:
        self._letters = letters
        self.has_marks = False

    def of(self, value: T) -> T:
        """Return a text, a tuple or a block with every text in it printable."""
        if isinstance(value, str):
            return cast(T, self._text(value))
        if isinstance(value, tuple):
            return cast(T, tuple(map(self.of, value)))
        if is_dataclass(value) and not isinstance(value, type):
            values = {field.name: getattr(value, field.name) for field in fields(value)}
            return replace(value, **{name: self.of(content) for name, content in values.items()})
        return value

    def _text(self, text: str) -> str:
        if all(map(self._is_shown, text)):
            return text
        text = _JOINED.sub(lambda match: self._whole(match.group(0)), text.translate(_ALIKE))
        marked = "".join(character if self._is_shown(character) else MARK for character in text)
        self.has_marks = self.has_marks or marked != text
        return marked

    def _whole(self, joined: str) -> str:
        """Return one character for what is one picture to the reader, the letter itself where it has one."""
        parts = [character for character in joined if not _JOINS.match(character)]
        if all(map(self._is_shown, parts)):
            return "".join(parts)
        return next(character for character in parts if not self._is_shown(character))

    def _is_shown(self, character: str) -> bool:
        # Breaks and marks of direction have no letter in any typeface.
        return ord(character) in self._letters or unicodedata.category(character) in ("Cc", "Cf", "Zs")
