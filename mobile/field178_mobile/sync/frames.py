"""Reads the frames of an answer into values; whatever does not hold is a fault of the whole answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from field178_mobile.store.base import BaseRow
from field178_mobile.store.commits import Greeting
from field178_mobile.store.notices import Notice
from field178_shared.canonical import Digest, digest_from_wire, record_hash
from field178_shared.errors import AppError
from field178_shared.protocol import VERSION, Reader
from field178_shared.strict_json import loads


class AnswerFault(Exception):
    """The answer breaks the protocol: it is dropped, what it committed before stays."""


class NotOurAnswer(AnswerFault):
    """The first line is no hello of ours: some network answered in the server's place."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The first frame: everything in it is checked before anything is believed."""

    greeting: Greeting
    now: str
    receipts: Mapping[str, Digest]
    backed_up: Mapping[str, int]
    missing: tuple[str, ...]
    agreed: bool
    pull_refused: bool
    speaks_ours: bool


@dataclass(frozen=True, slots=True)
class End:
    """The last frame: without it the answer was cut."""

    frames: int
    more: bool
    verified: frozenset[str]


def parse_line(data: bytes) -> Reader:
    """Return the members of one frame."""
    try:
        return Reader(loads(data))
    except AppError as error:
        raise AnswerFault("line") from error


def parse_hello(frame: Reader) -> Hello:
    """Return the checked hello, or raise NotOurAnswer."""
    try:
        if frame.text("frame") != "hello":
            raise NotOurAnswer("hello")
        lowest, highest = _protocol(frame)
        agreed = frame.flag("agreed")
        greeting = Greeting(
            epoch=frame.text("epoch"),
            verdicts=frame.integer("verdicts", default=0 if agreed else None),
            notices=tuple(_notice(item) for item in frame.items("notices", 10_000, "notices")),
            granted=frozenset(frame.texts("scopes", 10_000)),
            revoked=frame.flag("revoked"),
        )
        receipts = frame.members("receipts")
        backed_up = frame.members("backed_up")
        return Hello(
            greeting=greeting,
            now=frame.text("now", default=""),
            receipts={life: _digest(value) for life, value in receipts.items()},
            backed_up={life: Reader(backed_up).integer(life) for life in backed_up},
            missing=frame.texts("missing", 100_000),
            agreed=agreed,
            pull_refused=frame.text("pull", default="") == "refused",
            speaks_ours=lowest <= VERSION <= highest,
        )
    except AppError as error:
        raise NotOurAnswer("hello") from error


def parse_record(frame: Reader) -> BaseRow:
    """Return a record whose hash was computed here and found to be the server's."""
    data = frame.members("data")
    row = BaseRow(
        id=frame.uuid("id"),
        type=frame.text("type"),
        scope=frame.text("scope"),
        rev=frame.integer("rev", minimum=1),
        deleted=frame.flag("deleted"),
        data=dict(data),
        h=frame.text("h"),
    )
    if record_hash(row.id, row.type, row.rev, row.deleted, row.data) != row.h:
        raise AnswerFault("h")
    return row


def parse_checkpoint_digest(frame: Reader) -> Digest | None:
    """Return the digest at the last checkpoint of a scope, None before it."""
    value = frame.value.get("digest")
    return None if value is None else _digest(value)


def parse_end(frame: Reader) -> End:
    """Return the end of the answer."""
    verified = frozenset(frame.texts("verified", 10_000))
    return End(frame.integer("frames"), frame.flag("more"), verified)


def _protocol(frame: Reader) -> tuple[int, int]:
    found = frame.items("protocol", 2, "versions")
    if len(found) != 2 or not all(type(item) is int for item in found):
        raise NotOurAnswer("protocol")
    lowest, highest = (item for item in found if isinstance(item, int))
    return lowest, highest


def _notice(value: object) -> Notice:
    reader = Reader(value)
    text = {language: str(words) for language, words in reader.members("text").items()}
    return Notice(reader.text("id"), reader.text("kind", default=""), text)


def _digest(value: object) -> Digest:
    digest = digest_from_wire(value)
    if digest is None:
        raise AnswerFault("digest")
    return digest
