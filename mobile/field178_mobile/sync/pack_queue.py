"""Packed scopes that an answer offered: fetched piece by piece, proven whole, then committed in pages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from field178_mobile.store.base import BaseRow
from field178_mobile.store.pack_pages import PackPage
from field178_mobile.store.position import Position
from field178_mobile.store.sync_store import SyncStore
from field178_mobile.sync.events import Failure, FailureKind, Fetch
from field178_mobile.sync.frames import AnswerFault, PackOffer, parse_line, parse_record
from field178_shared.coding import GZIP, StreamReader
from field178_shared.errors import AppError

PIECE_BYTES = 256 << 10
LARGEST_PACK = 64 << 20
ROWS_A_PAGE = 200
MOST_FAILURES = 5
_STEP_BYTES = 16 << 10
_FINAL = (
    FailureKind.FORBIDDEN,
    FailureKind.REFUSED,
    FailureKind.TOO_LARGE,
    FailureKind.UPGRADE,
    FailureKind.SERVER_ERROR,
)


class PackQueue:
    """What is offered and what has come of it. `refused`: packs did not work, rows come one by one.

    Of a pack under way every piece is kept over cuts, until the same pack is offered again.
    """

    def __init__(self, store: SyncStore) -> None:
        self._store = store
        self._offers: list[PackOffer] = []
        self._received = bytearray()
        self._of = ""
        self._failures = 0
        self.refused = False

    @property
    def has_next(self) -> bool:
        """Tell whether a pack is to be fetched."""
        return bool(self._offers)

    def offer(self, offers: Sequence[PackOffer], position: Position) -> None:
        """Take over what an answer offers; only what the tablet holds nothing of is begun with a pack."""
        begun = {scope.id for scope in position.scopes.values() if scope.cursor or scope.refresh}
        wanted = [offer for offer in offers if offer.scope not in begun]
        if any(offer.size_bytes > LARGEST_PACK for offer in wanted):
            self.give_up()
            return
        # The one under way first: it has cost something already.
        self._offers = sorted(wanted, key=lambda offer: offer.sha256 != self._of)

    def next_piece(self) -> Fetch:
        """Return the next piece to fetch."""
        offer = self._offers[0]
        if offer.sha256 != self._of:
            self._received, self._of = bytearray(), offer.sha256
        first = len(self._received)
        return Fetch(offer.url, first, min(first + PIECE_BYTES, offer.size_bytes) - 1)

    def take(self, data: bytes) -> None:
        """Keep a piece; commit the pack when it is whole. What is not as it was offered ends all packs."""
        self._failures = 0
        offer = self._offers[0]
        self._received += data
        if len(self._received) < offer.size_bytes:
            return
        content, self._received, self._of = bytes(self._received), bytearray(), ""
        self._offers.pop(0)
        if hashlib.sha256(content).hexdigest() != offer.sha256:
            self.give_up()
            return
        try:
            self._commit(offer, content)
        except (AnswerFault, AppError):
            # The pages before are marked for repair: the buckets tell what is missing.
            self.give_up()

    def is_over(self, failure: Failure) -> bool:
        """Learn from a failed piece: tell whether packs are given up for rows one by one."""
        self._failures += 1
        if failure.kind in _FINAL or self._failures >= MOST_FAILURES:
            self.give_up()
        return self.refused

    def give_up(self) -> None:
        """Ask for no pack any more."""
        self.refused = True
        self._offers, self._received, self._of = [], bytearray(), ""

    def _commit(self, offer: PackOffer, content: bytes) -> None:
        page: list[BaseRow] = []
        for row in _rows(offer.scope, content):
            if len(page) == ROWS_A_PAGE:
                self._store.commit_pack_page(PackPage(offer.scope, page, None, offer.at_s))
                page = []
            page.append(row)
        self._store.commit_pack_page(PackPage(offer.scope, page, offer.seq, offer.at_s))


def _rows(scope: str, content: bytes) -> Iterator[BaseRow]:
    for line in _lines(content):
        frame = parse_line(line)
        row = parse_record(frame)
        if frame.text("frame") != "rec" or row.scope != scope or row.deleted:
            raise AnswerFault("pack")
        yield row


def _lines(content: bytes) -> Iterator[bytes]:
    reader, rest = StreamReader(GZIP), b""
    for start in range(0, len(content), _STEP_BYTES):
        rest += reader.feed(content[start : start + _STEP_BYTES])
        *lines, rest = rest.split(b"\n")
        yield from lines
    if rest:
        raise AnswerFault("pack")
