# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""WinRM message encryption: the multipart bodies of MS-WSMV 2.2.9.1, sealed with the connection's security context."""

from __future__ import annotations

import re
import struct
from typing import Any

BOUNDARY = b"--Encrypted Boundary"
# MS-WSMV 2.2.9.1.3: CredSSP cannot seal more than this at once; larger bodies go as multipart/x-multi-encrypted.
CREDSSP_LIMIT = 16384

_BOUNDARY_LINE = re.compile(rb"--\s*Encrypted Boundary\r\n")
_END = re.compile(rb"--\s*Encrypted Boundary--\r\n\Z")
_OCTETS = re.compile(rb"\A\s*Content-Type: application/octet-stream\r\n")


class EncryptionError(ValueError):
    """The body is not what the security context sealed."""


def protocol_of(content_type: str) -> str | None:
    """The `protocol` parameter of an encrypted body's Content-Type, None for any other body."""
    if not content_type.lower().startswith("multipart/"):
        return None
    found = re.search(r'protocol="?([^";]+)"?', content_type)
    return found[1] if found else None


def decrypt(context: Any, protocol: str, body: bytes) -> bytes:
    """Open a body sealed by the peer of `context` (a spnego security context).

    Raises EncryptionError for a malformed body or a wrong length, and spnego's errors for a bad signature.
    """
    parts = [part for part in _BOUNDARY_LINE.split(_END.sub(b"", body)) if part]
    if not parts or len(parts) % 2:
        raise EncryptionError("the encrypted body does not consist of header and content pairs")
    return b"".join(_open(context, protocol, *parts[i : i + 2]) for i in range(0, len(parts), 2))


def _open(context: Any, protocol: str, header: bytes, content: bytes) -> bytes:
    length = re.search(rb"Length=(\d{1,10})", header)
    sealed = _OCTETS.sub(b"", content)
    if length is None or len(sealed) < 4:
        raise EncryptionError("an encrypted part has no length or no content")
    if _is_credssp(protocol):
        message: bytes = context.unwrap(sealed[4:]).data
    else:
        (size,) = struct.unpack("<i", sealed[:4])
        message = context.unwrap_winrm(sealed[4 : 4 + size], sealed[4 + size :])
    if len(message) != int(length[1]):
        raise EncryptionError(f"an encrypted part holds {len(message)} bytes where {length[1].decode()} were announced")
    return message


def encrypt(context: Any, protocol: str, body: bytes) -> tuple[str, bytes]:
    """Seal a body for the peer of `context`; returns its Content-Type and the bytes to send."""
    kind, chunks = "multipart/encrypted", [body]
    if _is_credssp(protocol) and len(body) > CREDSSP_LIMIT:
        kind = "multipart/x-multi-encrypted"
        chunks = [body[i : i + CREDSSP_LIMIT] for i in range(0, len(body), CREDSSP_LIMIT)]
    sealed = b"".join(_seal(context, protocol, chunk) for chunk in chunks)
    return f'{kind};protocol="{protocol}";boundary="Encrypted Boundary"', sealed + BOUNDARY + b"--\r\n"


def _seal(context: Any, protocol: str, chunk: bytes) -> bytes:
    header, data, padding = context.wrap_winrm(chunk)
    # pywinrm looks for the literal tab before the second Content-Type.
    return b"".join(
        (
            BOUNDARY + b"\r\n",
            b"\tContent-Type: " + protocol.encode() + b"\r\n",
            b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n" % (len(chunk) + padding),
            BOUNDARY + b"\r\n",
            b"\tContent-Type: application/octet-stream\r\n",
            struct.pack("<i", len(header)) + header + data,
        )
    )


def _is_credssp(protocol: str) -> bool:
    return "credssp" in protocol.lower()
