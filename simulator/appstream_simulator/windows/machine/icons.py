# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Icons: width and height from a file's header (PNG, BMP, JPEG), and what Windows shows for a program, as PNG.

No icon resource is read: a stand-in for a program has an icon of its own, a square whose colour depends on its content;
every other file has the icon of its kind.
"""

from __future__ import annotations

import hashlib
import ntpath
import struct
import zlib

from . import program_files

# Pixels of what ExtractAssociatedIcon gives, whatever sizes the program has.
ASSOCIATED = 32

# Start-of-frame markers of JPEG (ITU-T T.81, table B.1); C4, C8 and CC are something else.
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None when the content is not a picture of a known kind."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack(">II", data[16:24])
            return width, height
        if data.startswith(b"BM"):
            width, height = struct.unpack("<ii", data[18:26])
            return width, abs(height)
        if data.startswith(b"\xff\xd8"):
            return _jpeg_size(data)
    except struct.error:
        pass  # cut short
    return None


def of_file(path: str, content: bytes) -> bytes:
    """A PNG of what Windows shows for a file: the program's own icon, else the generic one of the kind of file."""
    extension = ntpath.splitext(path)[1].lower()
    has_icon = extension == ".exe" and program_files.has_version(content)
    return _square(ASSOCIATED, hashlib.sha256(content if has_icon else extension.encode()).digest()[:3])


def _square(pixels: int, colour: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", pixels, pixels, 8, 2, 0, 0, 0)
    rows = (b"\x00" + colour * pixels) * pixels
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:
        marker, length = data[position + 1], struct.unpack(">H", data[position + 2 : position + 4])[0]
        if marker in _START_OF_FRAME:
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return width, height
        position += 2 + length
    return None
