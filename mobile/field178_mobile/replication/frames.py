"""Parse the frames of an answer; an invalid frame is a fault of the whole answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from field178_mobile.store.replica.listings import listing_of
from field178_mobile.store.replica.server_records import ServerRecord
from field178_mobile.store.replication.apply_answer import Greeting
from field178_mobile.store.replication.repair import RepairPage
from field178_mobile.store.replication.server_state import OfficeNotice
from field178_shared.crypto.key_chain import KeyAnnouncement, announcements_of
from field178_shared.device_orders import SignedOrder
from field178_shared.errors import AppError
from field178_shared.time.clock import from_wire
from field178_shared.wire.canonical import Digest, bucket, canonical, digest_from_wire, record_hash_of_body
from field178_shared.wire.fast_json import NotProven, loads_canonical
from field178_shared.wire.hash_chain import RootSeen
from field178_shared.wire.protocol import LEASE_DAYS, MAX_DEPTH, VERSION, Reader
from field178_shared.wire.strict_json import loads

_BUCKET = re.compile("[0-9a-f]{2}")
# Spelling of a record line by our server. No group contains escapes, so the hashed text is built from the
# groups.
_RECORD = re.compile(
    rb'\{"frame":"rec","id":"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})","type":"(\w+)",'
    rb'"scope":"([\w:-]+)","rev":([1-9][0-9]{0,14}),"deleted":(true|false),"data":(\{.*\}),'
    rb'"h":"([0-9a-f]{32})"\}',
    re.DOTALL,
)
_MANY = 1_000_000


class AnswerFault(Exception):
    """The answer violates the protocol: the rest is dropped, earlier commits stay."""


class NotOurAnswer(AnswerFault):
    """The first line is no hello of the protocol: another host answered."""


@dataclass(frozen=True, slots=True)
class ReceivedRoot:
    """Root of the server's history; index 0: no root, or an unreadable root."""

    index: int = 0
    hash: str = ""
    sig: str = ""


@dataclass(frozen=True, slots=True)
class Hello:
    """The first frame: everything in it is checked before anything is believed."""

    greeting: Greeting
    now: str
    agreed: bool
    pull_refused: bool
    speaks_ours: bool
    root: ReceivedRoot | None
    server: str = ""
    order: SignedOrder | None = None
    keys: tuple[KeyAnnouncement, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """The last frame: without it the answer was cut.

    `records`: live records of the granted scopes if more rows follow, else 0.
    """

    frames: int
    more: bool
    records: int = 0


def parse_line(data: bytes) -> Reader:
    """Return the members of one frame."""
    try:
        return Reader(loads(data))
    except AppError as error:
        raise AnswerFault("line") from error


def parse_hello(frame: Reader) -> Hello:
    """Return the checked hello frame, or raise NotOurAnswer."""
    try:
        if frame.text("frame") != "hello":
            raise NotOurAnswer("hello")
        lowest, highest = _protocol(frame)
        agreed, now = frame.flag("agreed"), frame.text("now", default="")
        is_refused = frame.text("pull", default="") == "refused"
        at = from_wire(now)
        greeting = Greeting(
            epoch=frame.text("epoch"),
            backed_up=frame.integer("backed_up", default=0 if agreed or is_refused else None),
            notices=tuple(_notice(item) for item in frame.items("notices", 10_000, "notices")),
            granted=_granted(frame, may_lack=agreed or is_refused),
            revoked=frame.flag("revoked"),
            sign_in=frame.flag("sign_in"),
            at_s=0 if at is None else int(at.timestamp()),
            lease_days=frame.integer("lease_days", default=LEASE_DAYS, minimum=1),
        )
        return Hello(
            greeting=greeting,
            now=now,
            agreed=agreed,
            pull_refused=is_refused,
            speaks_ours=lowest <= VERSION <= highest,
            server=frame.text("server", default=""),
            order=SignedOrder.from_wire(frame.value.get("order")),
            keys=announcements_of(frame.value.get("keys")),
            # Agreements without news and refused pulls contain no root.
            root=None if "root" not in frame.value and (agreed or is_refused) else _root(frame),
        )
    except AppError as error:
        raise NotOurAnswer("hello") from error


def read_record(line: bytes) -> ServerRecord | None:
    """Return the record of a line in our server's spelling with a valid hash, else None.

    None is not an error yet: `parse_line` and `parse_record` then parse the line and locate the error.
    """
    match = _RECORD.fullmatch(line)
    if match is None:
        return None
    record_id, record_type, scope, rev, deleted, body, h = match.groups()
    # The body is used unchanged: its canonical form is what the server hashed.
    hashed = hashlib.sha256(b'["%b","%b",%b,%b,%b]' % (record_id, record_type, rev, deleted, body))
    if hashed.hexdigest()[:32] != h.decode():
        return None
    try:
        data = loads_canonical(body, MAX_DEPTH - 1)
    except NotProven:
        return None
    assert isinstance(data, dict)
    names = (record_id.decode(), record_type.decode(), scope.decode())
    listing = listing_of(names[1], names[0], data)
    return ServerRecord(*names, int(rev), deleted == b"true", body, h.decode(), listing)


def parse_record(frame: Reader) -> ServerRecord:
    """Return a record whose computed hash equals the server's hash."""
    row = ServerRecord(
        id=frame.uuid("id"),
        type=frame.text("type"),
        scope=frame.text("scope"),
        rev=frame.integer("rev", minimum=1),
        deleted=frame.flag("deleted"),
        body=canonical(frame.members("data")),
        h=frame.text("h"),
    )
    if record_hash_of_body(row.id, row.type, row.rev, row.deleted, row.body) != row.h:
        raise AnswerFault("h")
    return row


def parse_checkpoint_digest(frame: Reader) -> Digest | None:
    """Return the digest at the last checkpoint of a scope, None before it."""
    value = frame.value.get("digest")
    return None if value is None else _digest(value)


def parse_repair(frame: Reader, items: Sequence[ServerRecord], greeting: Greeting) -> RepairPage:
    """Return the content of a `repair` frame and the records before it, which MUST belong to it."""
    page = RepairPage(
        scope=frame.text("scope"),
        buckets=frozenset(frame.texts("buckets", 256)),
        ids=frozenset(frame.texts("ids", _MANY)),
        items=items,
        at_s=greeting.at_s,
        is_announced=greeting.announces_removal,
    )
    own = all(row.scope == page.scope and row.id in page.ids and not row.deleted for row in items)
    named = {bucket(record_id) for record_id in page.ids} <= page.buckets
    if not (own and named and all(_BUCKET.fullmatch(name) for name in page.buckets)):
        raise AnswerFault("repair")
    return page


def parse_end(frame: Reader) -> End:
    """Return the end of the answer."""
    return End(frame.integer("frames"), frame.flag("more"), frame.integer("records", default=0))


def _granted(frame: Reader, *, may_lack: bool) -> frozenset[str]:
    if not may_lack and "scopes" not in frame.value:
        # An unreadable list of scopes counted as empty would delete all rows of the tablet.
        raise NotOurAnswer("scopes")
    return frozenset(frame.texts("scopes", 10_000))


def _protocol(frame: Reader) -> tuple[int, int]:
    versions = frame.items("protocol", 2, "versions")
    if len(versions) != 2 or not all(type(item) is int for item in versions):
        raise NotOurAnswer("protocol")
    lowest, highest = (item for item in versions if isinstance(item, int))
    return lowest, highest


def _notice(value: object) -> OfficeNotice:
    reader = Reader(value)
    text = {language: str(words) for language, words in reader.members("text").items()}
    return OfficeNotice(reader.text("id"), reader.text("kind", default=""), text)


def _root(frame: Reader) -> ReceivedRoot:
    root = frame.value.get("root")
    seen = RootSeen.from_wire(root)
    sig = root.get("sig") if isinstance(root, Mapping) else None
    return ReceivedRoot(seen.index, seen.hash, sig if isinstance(sig, str) else "")


def _digest(value: object) -> Digest:
    digest = digest_from_wire(value)
    if digest is None:
        raise AnswerFault("digest")
    return digest
