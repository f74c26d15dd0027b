# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import struct

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._icons import image_size
from hypothesis import given
from hypothesis import strategies as st

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 256, 128) + b"\x08\x06\x00\x00\x00"
BMP = b"BM" + bytes(12) + struct.pack("<Iii", 40, 64, -32)
OLD_BMP = b"BM" + bytes(12) + struct.pack("<IHH", 12, 20, 10)
APPLICATION_SEGMENT = b"\xff\xe0" + struct.pack(">H", 6) + b"JFIF"
HUFFMAN_TABLE = b"\xff\xc4" + struct.pack(">H", 4) + b"\xff\xc0"
FRAME = struct.pack(">HBHH", 17, 8, 100, 200)
JPEG = b"\xff\xd8" + APPLICATION_SEGMENT + HUFFMAN_TABLE + b"\xff\xff\xc0" + FRAME
PROGRESSIVE_JPEG = b"\xff\xd8" + APPLICATION_SEGMENT + b"\xff\xc2" + FRAME


@pytest.mark.parametrize(
    ("data", "size"),
    [(PNG, (256, 128)), (BMP, (64, 32)), (OLD_BMP, (20, 10)), (JPEG, (200, 100)), (PROGRESSIVE_JPEG, (200, 100))],
)
def test_size(data, size):
    assert image_size(data) == size


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a\x10\x00\x10\x00", PNG[:20], BMP[:20], JPEG[:12], b"\xff\xd8\x00\x00\x00"]
)
def test_no_readable_picture(data):
    with pytest.raises(ValueError, match=r"image|JPEG"):
        image_size(data)


@given(st.sampled_from([b"", PNG[:8], b"BM", b"\xff\xd8"]), st.binary(max_size=80))
def test_anything_else_is_a_value_error(beginning, rest):
    try:
        width, height = image_size(beginning + rest)
    except ValueError:
        return
    assert width >= 0
    assert height >= 0
