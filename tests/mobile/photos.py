"""Pictures for the tests, and a background whose work a test runs."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageDraw

from field178_shared.errors import AppError

Done = Callable[[Any], None]


def jpeg(colour: str = "navy", size: tuple[int, int] = (300, 200)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def room_picture(size: tuple[int, int] = (2400, 1800)) -> bytes:
    """A picture with something to see in it: a wall, a door, a person at a table, a card on it."""
    width, height = size
    image = Image.new("RGB", size, (196, 184, 164))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 0.66, width, height), fill=(120, 92, 70))
    draw.rectangle((width * 0.08, height * 0.18, width * 0.3, height * 0.7), fill=(88, 62, 44))
    draw.ellipse((width * 0.27, height * 0.42, width * 0.285, height * 0.445), fill=(220, 200, 90))
    draw.rectangle((width * 0.38, height * 0.1, width * 0.62, height * 0.2), fill=(20, 120, 60))
    draw.text((width * 0.43, height * 0.12), "EXIT", fill="white", font_size=height * 0.06)
    draw.rectangle((width * 0.62, height * 0.5, width * 0.8, height * 0.9), fill=(40, 60, 110))
    draw.ellipse((width * 0.655, height * 0.3, width * 0.765, height * 0.5), fill=(222, 178, 148))
    for eye in (0.685, 0.725):
        draw.ellipse((width * eye, height * 0.38, width * (eye + 0.012), height * 0.395), fill=(30, 20, 20))
    draw.rectangle((width * 0.42, height * 0.74, width * 0.56, height * 0.84), fill=(240, 240, 245))
    draw.text((width * 0.43, height * 0.76), "031 123 456 789", fill=(30, 30, 60), font_size=height * 0.025)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


class Slowly:
    """A background that does its work when `go` says so."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def run(self, work: Callable[[], Any], done: Done, failed: Callable[[AppError], None]) -> None:
        def doing() -> None:
            try:
                result = work()
            except AppError as error:
                failed(error)
            else:
                done(result)

        self.waiting.append(doing)

    def go(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()
