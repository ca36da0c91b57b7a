"""Blocks of a paper, independent of how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Basis:
    """A legal basis below the title, in italics: ";" behind each but the last, which has "."."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered part."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; one that `keeps_next` is never alone at the end of a page."""

    text: str
    keeps_next: bool = False


@dataclass(frozen=True, slots=True)
class Pen:
    """A label and a dotted line to be filled with a pen, and so many more lines below."""

    label: str
    more_lines: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a head; widths are shares of the page; `centred`: all columns but the first."""

    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    centred: bool = False


@dataclass(frozen=True, slots=True)
class SignaturePlace:
    """A place to sign: the position, and the name where the paper knows it."""

    title: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a paper: last sentence, rows of signatures, recipients; never torn over two pages.

    So no page holds signatures alone.
    """

    text: str
    signatures: tuple[tuple[SignaturePlace, ...], ...]
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """The end of an official document: recipients on the left, authority and position on the right.

    The place for signature and seal stays empty. `ending` is the end of the text above, which is not torn
    from it: no page holds a signature alone.
    """

    ending: tuple[Heading | Paragraph, ...]
    recipients: tuple[str, ...]
    signer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Annex:
    """A wide table on lying pages with numbers of their own; its first column has names, the others numbers.

    Widths are shares of the page; the last row may be the sum of the others.
    """

    label: str
    name: str
    note: str
    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    is_summed: bool = False


Block = Basis | Heading | Paragraph | Pen | Table | Closing | SignatureBlock | Annex


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The two columns on top, the title below; `dateline` is empty where no day is known.

    `authority`: the body above the issuer, where there is one, and the issuer.
    """

    authority: tuple[str, ...]
    number: str
    dateline: str
    title: str
    subtitle: str


@dataclass(frozen=True, slots=True)
class Seal:
    """Seal of one revision of one record: printed and in the QR code (domain.md §2)."""

    record_id: str
    rev: int
    h: str
    code: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines beside the QR code."""
        spaced = " ".join(self.h[start : start + 4] for start in range(0, len(self.h), 4))
        return (
            f"Mã phiếu: {self.code}, bản {self.rev}" if self.code else f"Bản {self.rev}",
            f"Mã đối chiếu: {spaced}",
            "Mã QR gắn bản giấy này với phiếu điện tử.",
        )

    @property
    def qr_text(self) -> str:
        """The text of the QR code."""
        return f"field178:record?r={self.record_id}&v={self.rev}&h={self.h}"


class Sealed(Protocol):
    """What ties every page of a paper to what it was made of."""

    @property
    def h(self) -> str:
        """Its hash: 32 hex digits."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines beside the QR code; at most three."""

    @property
    def qr_text(self) -> str:
        """The text of the QR code."""
