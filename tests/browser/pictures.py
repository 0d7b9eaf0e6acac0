"""Put the pictures that the tests took into docs/images, in 256 colours: `make screenshots`.

PNG as in https://www.w3.org/TR/png-3/ ; the input is what browsers write: 8 bits, RGB or RGBA.
"""

import struct
import zlib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMES = ("restore-done", "restore-form", "restore-waiting", "restore-failed", "home")
PLAIN = {2: 3, 6: 4}  # colour type to bytes a pixel


def packed(png: bytes) -> bytes:
    """The picture with a palette of 256 colours."""
    width, height, data, size = _read(png)
    lines = _unfiltered(data, width * size, size)
    pixels = [
        [bytes(line[x : x + 3]) for x in range(0, len(line), size)] for line in lines[:height]
    ]
    counted = Counter(pixel for line in pixels for pixel in line)
    palette = _palette(counted)
    index = {colour: _nearest(colour, palette) for colour in counted}
    body = b"".join(b"\0" + bytes(index[pixel] for pixel in line) for line in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(body, 9))]
    written = [
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in [*chunks, (b"IEND", b"")]
    ]
    return png[:8] + b"".join(written)


def _read(png: bytes) -> tuple[int, int, bytes, int]:
    width, height, size, data, at = 0, 0, 0, b"", 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        content = png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, _depth, colours = struct.unpack(">IIBB", content[:10])
            size = PLAIN[colours]
        elif kind == b"IDAT":
            data += content
        at += 12 + length
    return width, height, zlib.decompress(data), size


def _unfiltered(data: bytes, width: int, size: int) -> list[bytearray]:
    lines, above = [], bytearray(width)
    for at in range(0, len(data), width + 1):
        how, line = data[at], bytearray(data[at + 1 : at + 1 + width])
        for i in range(width) if how else ():
            left = line[i - size] if i >= size else 0
            corner = above[i - size] if i >= size else 0
            guess = (left, above[i], (left + above[i]) // 2, 0)[how - 1]
            if how == 4:
                guess = _paeth(left, above[i], corner)
            line[i] = (line[i] + guess) & 255
        lines.append(line)
        above = line
    return lines


def _paeth(left: int, up: int, corner: int) -> int:
    base = left + up - corner
    return min((left, up, corner), key=lambda each: abs(base - each))


def _palette(counted: Counter[bytes]) -> list[bytes]:
    """Of each family of colours the most frequent one, so that rare ones keep their hue."""
    ranked = [colour for colour, _ in counted.most_common()]
    heads = {tuple(part >> 5 for part in colour): colour for colour in reversed(ranked)}
    return list(dict.fromkeys([*list(heads.values())[-160:], *ranked]))[:256]


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    def distance(i: int) -> int:
        return sum((a - b) ** 2 for a, b in zip(colour, palette[i], strict=True))

    return min(range(len(palette)), key=distance)


if __name__ == "__main__":
    images = ROOT / "docs" / "images"
    images.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        taken = (ROOT / "artifacts" / f"{name}.png").read_bytes()
        (images / f"{name}.png").write_bytes(packed(taken))
