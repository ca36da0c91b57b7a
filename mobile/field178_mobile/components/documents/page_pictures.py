"""Pictures of the pages of a paper, drawn from the PDF file, so that the preview equals the print.

Reads PDF files of `field178_shared.documents` (letters, lines, boxes) and MUST NOT be used for others.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from field178_mobile.presentation.bitmap import Bitmap, bitmap_of

# Points of a page to a point of its picture: small print is read without a lens.
SCALE = 1.6
PAPER, INK = (255, 255, 255), (0, 0, 0)
_STYLES = {"LiberationSerif": "Regular", "LiberationSerifBold": "Bold", "LiberationSerifItalic": "Italic"}
_OPERATION = re.compile(
    rb"BT /F(?P<font>\d+) (?P<size>[\d.]+) Tf ET"
    rb"|BT (?P<x>[\d.-]+) (?P<y>[\d.-]+) Td (?P<shown>.*?) T[jJ] ET\n"
    rb"|(?P<line>[\d.-]+ [\d.-]+ m [\d.-]+ [\d.-]+ l) S"
    rb"|(?P<box>[\d.-]+ [\d.-]+ [\d.-]+ [\d.-]+) re (?P<how>[Sf])",
    re.DOTALL,
)
# In brackets a text with its escapes; outside, by how much the next one is moved.
_PIECE = re.compile(rb"\((?P<text>(?:\\.|[^\\()])*)\)|(?P<moved>-?[\d.]+)", re.DOTALL)
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@dataclass(frozen=True, slots=True)
class _Typeface:
    """The letters of one font of the file: by their codes, in one of the styles of the product's own font."""

    style: str
    letters: Mapping[int, str]


def page_pictures(pdf: bytes) -> Iterator[Bitmap]:
    """Draw the pages of a paper in their order."""
    objects = dict(_objects(pdf))
    root = next(body for body, _stream in objects.values() if b"/Type /Pages" in body)
    faces = {
        int(name): _typeface(objects, int(number))
        for body, _stream in objects.values()
        for name, number in re.findall(rb"/F(\d+) (\d+) 0 R", body)
    }
    kids = re.search(rb"/Kids \[(.*?)\]", root, re.DOTALL)
    width, height = map(float, re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)[0])
    for kid in re.findall(rb"(\d+) 0 R", kids[1] if kids else b""):
        contents = re.search(rb"/Contents (\d+) 0 R", objects[int(kid)][0])
        if contents is not None:
            yield _drawn(objects[int(contents[1])][1], (width, height), faces)


def _objects(pdf: bytes) -> Iterator[tuple[int, tuple[bytes, bytes]]]:
    """Yield each object of the file by number: its dictionary and its decompressed stream."""
    table = int(pdf.rsplit(b"startxref", 1)[1].split()[0])
    for number, offset in enumerate(re.findall(rb"(\d{10}) \d{5} [nf]", pdf[table:])):
        match = re.compile(rb"\d+ 0 obj\n(.*?)(stream\n|endobj)", re.DOTALL).match(pdf, int(offset))
        if match is None:
            continue
        stream = b""
        if match[2] != b"endobj":
            length = re.search(rb"/Length (\d+)", match[1])
            stream = pdf[match.end() : match.end() + int(length[1] if length else 0)]
            stream = zlib.decompress(stream) if b"/FlateDecode" in match[1] else stream
        yield number, (match[1], stream)


def _typeface(objects: Mapping[int, tuple[bytes, bytes]], number: int) -> _Typeface:
    described = objects[number][0]
    base, codes = re.search(rb"\+(\w+)", described), re.search(rb"/ToUnicode (\d+) 0 R", described)
    listed = objects[int(codes[1])][1] if codes else b""
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", listed)
    letters = {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}
    return _Typeface(_STYLES[base[1].decode() if base else "LiberationSerif"], letters)


def _drawn(content: bytes, size: tuple[float, float], faces: Mapping[int, _Typeface]) -> Bitmap:
    picture = Image.new("RGB", (round(size[0] * SCALE), round(size[1] * SCALE)), PAPER)
    pen, height = ImageDraw.Draw(picture), size[1]
    face, points = next(iter(faces.values())), 0.0
    for match in _OPERATION.finditer(content):
        if match["font"]:
            face, points = faces[int(match["font"])], float(match["size"])
        elif match["line"]:
            x, y, _m, to_x, to_y, _l = match["line"].split()
            ends = (float(x), height - float(y), float(to_x), height - float(to_y))
            pen.line([SCALE * each for each in ends], INK)
        elif match["box"]:
            left, bottom, wide, high = map(float, match["box"].split())
            xs, ys = sorted((left, left + wide)), sorted((height - bottom, height - bottom - high))
            box = [SCALE * each for each in (xs[0], ys[0], xs[1], ys[1])]
            pen.rectangle(box, INK if match["how"] == b"f" else None, INK)
        else:
            place = (float(match["x"]) * SCALE, (height - float(match["y"])) * SCALE)
            _write(pen, place, match["shown"], (face, points))
    return bitmap_of(picture)


def _write(
    pen: ImageDraw.ImageDraw, place: tuple[float, float], shown: bytes, font: tuple[_Typeface, float]
) -> None:
    (x, y), (face, points) = place, font
    drawn = _font(face.style, points * SCALE)
    for piece in _PIECE.finditer(shown):
        if piece["moved"]:
            x -= float(piece["moved"]) / 1000 * points * SCALE
            continue
        raw = _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), piece["text"])
        codes = (int.from_bytes(raw[start : start + 2]) for start in range(0, len(raw), 2))
        text = "".join(face.letters.get(code, "") for code in codes)
        pen.text((x, y), text, INK, drawn, anchor="ls")
        x += drawn.getlength(text)


@cache
def _font(style: str, size: float) -> ImageFont.FreeTypeFont:
    path = files("field178_shared.documents") / "fonts" / f"LiberationSerif-{style}.ttf"
    return ImageFont.truetype(BytesIO(path.read_bytes()), size)
