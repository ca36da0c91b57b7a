"""Strict parsing of JSON: forbidden input is refused with a pointer, in bounded time and memory."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire import fast_json
from field178_shared.wire.protocol import MAX_DEPTH, MAX_INTEGER

_BRACKETS = re.compile(r"[\[\]{}]")
_SUSPECT = re.compile("[\x00\ud800-\udfff]")
_SUSPECT_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


@dataclass(frozen=True, slots=True)
class _JsonFault:
    """Marker in the decoded value at the place of a forbidden value, used to locate the error."""

    problem: str
    value: dict[str, object] = field(default_factory=dict)


def loads(data: bytes) -> object:
    """Return the value of a JSON text, or raise AppError(malformed) with `pointer` (`change_id` under /push).

    Refuses: not UTF-8, BOM, NaN, floats, |x| > 2^53-1, duplicate keys, NUL, lone surrogates, not NFC,
    nesting deeper than 32.
    """
    try:
        return fast_json.loads(data)
    except fast_json.NotProven:
        return read_slowly(data)


def read_slowly(data: bytes) -> object:
    """Decode a text slowly by walking it; raise with the location of each error."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise AppError(ErrorCode.MALFORMED, pointer="", problem="not_utf8") from None
    _check_depth(text)
    faults: list[_JsonFault] = []
    try:
        value: object = _decoder(faults).decode(text)
    except json.JSONDecodeError:
        raise AppError(ErrorCode.MALFORMED, pointer="", problem="syntax") from None
    if faults or _suspicious(text, value):
        _refuse_first_fault(value)
    return value


def _check_depth(text: str) -> None:
    # Before any parsing: the decoder recurses, so a hostile nesting must never reach it.
    depth = 0
    for mark in _BRACKETS.findall(_outside_strings(text)):
        if mark in "]}":
            depth -= 1
            continue
        depth += 1
        if depth > MAX_DEPTH:
            raise AppError(ErrorCode.MALFORMED, pointer="", problem="too_deep")


def _outside_strings(text: str) -> str:
    if "\\" in text:
        # Escaped backslashes are removed first, so that a remaining backslash before a quote escapes the
        # quote.
        text = text.replace("\\\\", "").replace('\\"', "")
    return "".join(text.split('"')[::2])


def _decoder(faults: list[_JsonFault]) -> json.JSONDecoder:
    def fault(problem: str, value: dict[str, object] | None = None) -> _JsonFault:
        fault = _JsonFault(problem, value or {})
        faults.append(fault)
        return fault

    def pairs(items: list[tuple[str, object]]) -> object:
        value = dict(items)
        return value if len(value) == len(items) else fault("duplicate_key", value)

    def integer(text: str) -> object:
        # The length is checked first: converting 5,000 digits into an integer would be an attack by itself.
        value = int(text) if len(text) <= 17 else MAX_INTEGER + 1
        return value if -MAX_INTEGER <= value <= MAX_INTEGER else fault("big_integer")

    return json.JSONDecoder(
        object_pairs_hook=pairs,
        parse_int=integer,
        parse_float=lambda _: fault("float"),
        parse_constant=lambda _: fault("constant"),
    )


def _suspicious(text: str, value: object) -> bool:
    # Performance: one search of the whole text covers the usual case; only a suspect body is walked string by
    # string. The parser refuses an unescaped NUL, and UTF-8 a surrogate.
    if "\\u" not in text:
        return not unicodedata.is_normalized("NFC", text)
    # Escapes may hide characters that NFC forbids, so the decoded texts are checked.
    plain = json.dumps(value, ensure_ascii=False)
    return _SUSPECT_ESCAPE.search(text) is not None or not unicodedata.is_normalized("NFC", plain)


def _refuse_first_fault(value: object) -> None:
    for pointer, problem in _faults(value, ""):
        raise AppError(ErrorCode.MALFORMED, pointer=pointer, problem=problem, **_change_id(value, pointer))


def _faults(value: object, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, _JsonFault):
        yield pointer, value.problem
    elif isinstance(value, str):
        if problem := _text_problem(value):
            yield pointer, problem
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        yield from _faults_of_object(value, pointer)


def _faults_of_object(value: dict[str, object], pointer: str) -> Iterator[tuple[str, str]]:
    for key, item in value.items():
        if problem := _text_problem(key):
            yield pointer, problem
        yield from _faults(item, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")


def _text_problem(text: str) -> str | None:
    if match := _SUSPECT.search(text):
        return "nul" if match.group() == "\x00" else "surrogate"
    return None if unicodedata.is_normalized("NFC", text) else "not_nfc"


def _change_id(value: object, pointer: str) -> dict[str, object]:
    """Return the id of the invalid pushed change, so that the tablet quarantines only that change."""
    parts = pointer.split("/")
    pushed = value.get("push") if isinstance(value, dict) else None
    if len(parts) < 3 or parts[1] != "push" or not isinstance(pushed, list):
        return {}
    change = pushed[int(parts[2])]
    fields = change.value if isinstance(change, _JsonFault) else change
    change_id = fields.get("change_id") if isinstance(fields, dict) else None
    return {"change_id": change_id} if isinstance(change_id, str) and change_id.isascii() else {}
