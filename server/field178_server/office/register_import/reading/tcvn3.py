"""One-byte code TCVN 5712:1993 VN3 of the ABC fonts (.VnTime), in which old files are typed."""

from __future__ import annotations

_BYTES = bytes.fromhex(
    "b5b8b6b7b9a8bbbebcbdc6a9c7cac8c9cbaeccd0cecfd1aad2d5d3d4d6d7ddd8dcdedfe3e1e2e4abe5e8e6e7e9ac"
    "eaedebeceeeff3f1f2f4adf5f8f6f7f9fafdfbfcfea1a2a7a3a4a5a6"
)
_LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ"
_TABLE = {byte: letter for byte, letter in zip(_BYTES, _LETTERS, strict=True)}
# Characters that occur in no Vietnamese word in Unicode, and in every second word in this code.
_SIGNS = frozenset("µ¸¶·¹¨»¾¼½©®ª«¬\xad§£¤¥¦¡¢")
_VIETNAMESE = frozenset("ăắằẳẵặấầẩẫậđếềểễệốồổỗộơớờởỡợưứừửữựạảẹẻẽịỉĩọỏụủũỵỷỹ")


def from_tcvn3(text: str) -> str:
    """Return the Unicode text of an ABC-font text that was decoded as Latin-1."""
    return text.translate(_TABLE)


def is_tcvn3(texts: str) -> bool:
    """Return whether a longer text was typed in an ABC font."""
    signs = sum(character in _SIGNS for character in texts)
    letters = sum(character in _VIETNAMESE for character in texts.lower())
    return signs > 8 and signs > 4 * letters
