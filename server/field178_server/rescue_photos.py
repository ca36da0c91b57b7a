"""The photos of a rescue file: each is stored as an upload is, with all checks, or counted with a reason."""

from __future__ import annotations

from collections.abc import Iterator

from field178_server.exchange import Exchange
from field178_server.files.cleanliness import check_kind
from field178_server.files.piece import Piece
from field178_server.rescue_tally import PhotoFate, Tally
from field178_server.services.device_context import DeviceContext, load_devices
from field178_server.services.upload_rows import Wanted, was_sent
from field178_server.unit_of_work import snapshot
from field178_server.uploading import Uploading
from field178_shared.errors import AppError, ErrorCode
from field178_shared.rescue import CarriedFile, RescueFile

# No trouble of this moment but a word on this photo: the others go on.
_LASTING = (ErrorCode.FILE_REFUSED, ErrorCode.TOO_LARGE)


def look_at_photos(exchange: Exchange, rescue: RescueFile, tally: Tally) -> None:
    """Count which photos are whole, which the office has; what a check says is known when they are taken."""
    device = _device(exchange, rescue)
    for one in rescue.files:
        _count(exchange, rescue, device, one, tally)


def take_photos(exchange: Exchange, uploading: Uploading, rescue: RescueFile, tally: Tally) -> None:
    """Store the whole photos the office does not have; twice is once. AppError(busy) on a full disk."""
    device = _device(exchange, rescue)
    for one in rescue.files:
        if _count(exchange, rescue, device, one, tally) is PhotoFate.NEW:
            try:
                _take(uploading, device, rescue, one)
            except AppError as error:
                if error.code not in _LASTING:
                    raise
                tally.photos[PhotoFate.NEW] -= 1
                tally.add_photo(PhotoFate.REFUSED, str(error.details.get("problem", error.code)))


def _count(
    exchange: Exchange, rescue: RescueFile, device: DeviceContext, one: CarriedFile, tally: Tally
) -> PhotoFate:
    with snapshot(exchange.engine) as session:
        is_known = was_sent(session, exchange.tenant_id, device.id, one.sha256, one.record_id)
    fault = None if is_known else rescue.fault_of(one)
    whole = PhotoFate.KNOWN if is_known else PhotoFate.NEW
    fate = whole if fault is None else PhotoFate.MISSING
    tally.add_photo(fate, fault)
    return fate


def _take(uploading: Uploading, device: DeviceContext, rescue: RescueFile, one: CarriedFile) -> None:
    check_kind(one.content_type)
    wanted = Wanted(one.sha256, one.size, one.content_type, one.record_id, "")
    begun = uploading.begin(device, wanted, skip_known=True)
    if not begun.is_whole:
        uploading.append(device, begun.upload_id, Piece(0, one.size, _Bytes(rescue.read(one))))


class _Bytes:
    """The bytes of a photo as a source that is read in steps."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""
        if not self._rest:
            self._rest = next(self._pieces, b"")
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def _device(exchange: Exchange, rescue: RescueFile) -> DeviceContext:
    with snapshot(exchange.engine) as session:
        found = load_devices(session, exchange.tenant_id, [rescue.origin.device])
    return found[rescue.origin.device]
