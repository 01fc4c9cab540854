"""Drawing a sent picture anew: what is stored holds its pixels and nothing else.

Position, camera, names, comments, thumbnails, colour profiles and whatever hangs behind the picture
stay out. Of an animation the first frame is kept.
"""

from __future__ import annotations

import io
import threading
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

MOST_PIXELS = 50_000_000
MOST_LOSSLESS_PIXELS = 25_000_000
"""Of PNG and WebP, which have to be unpacked whole: 100 MB at four bytes each."""
LONGEST_SIDE_PX = 4096
JPEG_QUALITY = 88
MOST_SCANS = 100
"""Of a progressive JPEG; each is gone through over all pixels, however little it brings."""
_SCAN = b"\xff\xda"
FORMATS = ("JPEG", "PNG", "WEBP")

_one_at_a_time = threading.BoundedSemaphore(1)
"""Pictures of many senders at once must not fill the memory together."""


class Unreadable(Exception):
    """It begins like a picture, but is none, or only a part of one."""


class TooManyPixels(Exception):
    """Unpacked it would take more memory than a picture may."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture drawn anew."""

    format: str
    content: bytes


def redraw(content: bytes) -> Picture | None:
    """The picture without anything but its pixels, turned upright; ``None`` for what is no picture.

    Raises:
        Unreadable: broken, or cut short on its way.
        TooManyPixels: see the limits above.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limits are ours
        try:
            image = Image.open(io.BytesIO(content), formats=FORMATS)
        except Image.DecompressionBombError as error:
            raise TooManyPixels from error
        except Exception:  # Pillow raises many kinds on hostile input
            return None
        # Two pictures in one file, as telephones take them: a JPEG to everybody else.
        kind = "JPEG" if image.format in ("JPEG", "MPO") else str(image.format)
        most = MOST_PIXELS if kind == "JPEG" else MOST_LOSSLESS_PIXELS
        if image.width * image.height > most:
            raise TooManyPixels
        if kind == "JPEG" and content.count(_SCAN) > MOST_SCANS:
            raise Unreadable
        with _one_at_a_time, image:
            try:
                return Picture(kind, _drawn(image, kind))
            except Exception as error:
                raise Unreadable from error


def _drawn(image: Image.Image, kind: str) -> bytes:
    side = (LONGEST_SIDE_PX, LONGEST_SIDE_PX)
    if kind == "JPEG" and max(image.size) > LONGEST_SIDE_PX:
        image.draft(None, side)  # unpacked at a half or less: a quarter of the memory
    image.load()
    clean = _upright(_plain(image, kind))
    clean.thumbnail(side)
    clean.info = {}  # Pillow writes back what it read there
    out = io.BytesIO()
    if kind == "JPEG":
        clean.save(out, kind, quality=JPEG_QUALITY, optimize=True)
    else:
        clean.save(out, kind)
    return out.getvalue()


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # a mark that cannot be read turns nothing
        return image


def _plain(image: Image.Image, kind: str) -> Image.Image:
    """In a mode that its format can hold and every program shows."""
    if image.mode.startswith("I"):  # sixteen bits of grey
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "P" and kind == "PNG" and "transparency" not in image.info:
        return image
    clear = image.mode in ("LA", "PA", "La", "RGBA", "RGBa") or "transparency" in image.info
    if clear and kind != "JPEG":
        return image if image.mode == "RGBA" else image.convert("RGBA")
    return image if image.mode in ("L", "RGB") else image.convert("RGB")
