# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Reads the width and height of a PNG, JPEG or BMP image from its header.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import struct

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BMP_CORE_HEADER = 12
_JPEG_STANDALONE = {0x01, *range(0xD0, 0xD9)}
"""Markers without a length: TEM, RST0 to RST7, SOI."""
_JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Start-of-frame markers: C4, C8 and CC are the Huffman table, a reserved one and the arithmetic coding conditions."""


def image_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels, from a PNG, JPEG or BMP file's content. Raises ValueError if it is none of these."""
    try:
        if data.startswith(_PNG_SIGNATURE):
            return _png_size(data)
        if data.startswith(b"\xff\xd8"):
            return _jpeg_size(data)
        if data.startswith(b"BM"):
            return _bmp_size(data)
    except struct.error as error:
        raise ValueError("the image file is cut off") from error
    raise ValueError("the file is not a PNG, JPEG or BMP image")


def _png_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _bmp_size(data: bytes) -> tuple[int, int]:
    (header_size,) = struct.unpack_from("<I", data, 14)
    if header_size == _BMP_CORE_HEADER:
        width, height = struct.unpack_from("<HH", data, 18)
    else:
        width, height = struct.unpack_from("<ii", data, 18)
    return abs(width), abs(height)  # a negative height means rows from top to bottom


def _jpeg_size(data: bytes) -> tuple[int, int]:
    position = 2
    while True:
        prefix, marker = struct.unpack_from(">BB", data, position)
        if prefix != 0xFF:
            raise ValueError("the JPEG file is damaged")
        if marker == 0xFF:  # fill byte
            position += 1
        elif marker in _JPEG_STANDALONE:
            position += 2
        elif marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, position + 5)
            return width, height
        else:
            (length,) = struct.unpack_from(">H", data, position + 2)
            position += 2 + length
