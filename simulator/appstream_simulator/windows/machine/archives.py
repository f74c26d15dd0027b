# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Archives and disk images: making those of the shelf, and what is in one.

Zip files and tarballs are real ones. Of .7z files and ISO images only those of the shelf can be read: they are their
first bytes and a list of what is in them.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
import zlib
from collections.abc import Mapping

SEVEN_ZIP_MAGIC = b"7z\xbc\xaf\x27\x1c"
# The volume descriptor of ISO 9660 begins after 16 sectors.
ISO_MAGIC = bytes(0x8000) + b"\x01CD001\x01\x00"
KINDS = ("zip", "tar.gz", "7z", "iso")
_THEN = (2026, 1, 1, 0, 0, 0)


class ArchiveError(ValueError):
    """It is no archive, or a damaged one."""


class NotReadableError(ValueError):
    """An archive that the simulator cannot read: a .7z file or an ISO image that is not of the shelf."""


def build(kind: str, files: Mapping[str, bytes]) -> bytes:
    """An archive of a kind, with these files by their paths in it; always the same bytes for the same files."""
    files = {path.replace("\\", "/"): content for path, content in files.items()}
    if kind == "zip":
        return _zip(files)
    if kind == "tar.gz":
        return gzip.compress(_tar(files), mtime=0)
    listing = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    magic = SEVEN_ZIP_MAGIC if kind == "7z" else ISO_MAGIC
    return magic + b" appstream-simulator\n" + json.dumps(listing, sort_keys=True).encode()


def _zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, _THEN)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            archive.writestr(entry, content)
    return out.getvalue()


def _tar(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def kind_of(content: bytes) -> str:
    """What an archive is by its first bytes: zip, 7z, iso, or tar for everything else."""
    magics = {"zip": b"PK\x03\x04", "7z": SEVEN_ZIP_MAGIC, "iso": ISO_MAGIC[:0x8006]}
    if content[0x8001:0x8006] == b"CD001":
        return "iso"
    return next((kind for kind, magic in magics.items() if content.startswith(magic)), "tar")


def contents(content: bytes, of_the_shelf: Mapping[str, bytes] | None) -> dict[str, bytes | None]:
    """What is in an archive, by path with slashes; None for directories.

    Args:
        of_the_shelf: what the shelf says is in it; None when it is not of the shelf.

    Raises:
        ArchiveError, NotReadableError.
    """
    kind = kind_of(content)
    if kind in ("7z", "iso"):
        if of_the_shelf is None:
            raise NotReadableError
        return {path.replace("\\", "/"): data for path, data in of_the_shelf.items()}
    try:
        return _of_zip(content) if kind == "zip" else _of_tar(content)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise ArchiveError("Unrecognized archive format") from error


def _of_zip(content: bytes) -> dict[str, bytes | None]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {entry.filename: None if entry.is_dir() else archive.read(entry) for entry in archive.infolist()}


def _of_tar(content: bytes) -> dict[str, bytes | None]:
    found: dict[str, bytes | None] = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member) if member.isfile() else None
            found[member.name] = file.read() if file else None
    return found
