# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""App packages (.msix, .appx): a zip with AppxManifest.xml and, when it is signed, AppxSignature.p7x."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

MANIFEST = "AppxManifest.xml"
SIGNATURE = "AppxSignature.p7x"

# The alphabet of publisher identifiers: Crockford's base 32 in lower case.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


# What zipfile raises for files that are none, damaged, encrypted or compressed in ways it doesn't know.
_UNREADABLE = (zipfile.BadZipFile, LookupError, ValueError, OSError, EOFError, RuntimeError, zlib.error)


class AppxError(ValueError):
    """The content is no app package; `code` is the HRESULT that Windows fails with."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class AppPackage:
    """The identity of a package, from its manifest."""

    name: str
    publisher: str
    version: str
    architecture: str = "neutral"
    display_name: str = ""
    signed: bool = True
    resource: str = ""

    @property
    def full_name(self) -> str:
        """PackageFullName: name, version, architecture, resource identifier (`~`: a bundle), publisher identifier."""
        return f"{self.name}_{self.version}_{self.architecture}_{self.resource}_{publisher_id(self.publisher)}"

    @property
    def family_name(self) -> str:
        """PackageFamilyName: name and publisher identifier."""
        return f"{self.name}_{publisher_id(self.publisher)}"


def publisher_id(publisher: str) -> str:
    """The 13 characters made of a publisher: the first 64 bits of a SHA-256 of its UTF-16 text, in base 32."""
    digest = hashlib.sha256(publisher.encode("utf-16-le")).digest()[:8]
    bits = f"{int.from_bytes(digest, 'big'):064b}0"
    return "".join(_ALPHABET[int(bits[start : start + 5], 2)] for start in range(0, 65, 5))


def parse(content: bytes) -> AppPackage:
    """The package in a file.

    Raises:
        AppxError: no zip, no manifest, or one without a proper identity.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return from_manifest(archive.read(MANIFEST), signed=SIGNATURE in archive.namelist())
    except _UNREADABLE as error:
        raise AppxError(0x80073CF0, "Package could not be opened.") from error


def from_manifest(text: bytes, *, signed: bool = True) -> AppPackage:
    """The package a manifest is of.

    Raises:
        AppxError: it has no proper identity.
    """
    try:
        manifest = ElementTree.fromstring(text)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise AppxError(0x80073CF0, "Package could not be opened.") from error
    namespace = re.match(r"\{.*\}|", manifest.tag)
    prefix = namespace[0] if namespace else ""
    identity = manifest.find(f"{prefix}Identity")
    if identity is None or not {"Name", "Publisher", "Version"} <= set(identity.attrib):
        raise AppxError(0x80073CF0, "Package could not be opened.")
    return AppPackage(
        name=identity.attrib["Name"],
        publisher=identity.attrib["Publisher"],
        version=identity.attrib["Version"],
        architecture=identity.attrib.get("ProcessorArchitecture", "neutral"),
        resource=identity.attrib.get("ResourceId", ""),
        display_name=manifest.findtext(f"{prefix}Properties/{prefix}DisplayName", "").strip(),
        signed=signed,
    )


def manifest_of(package: AppPackage) -> bytes:
    """The manifest of a package of this identity."""
    resource = f" ResourceId={quoteattr(package.resource)}" if package.resource else ""
    identity = (
        f"<Identity Name={quoteattr(package.name)} Publisher={quoteattr(package.publisher)} "
        f"Version={quoteattr(package.version)} ProcessorArchitecture={quoteattr(package.architecture)}{resource}/>"
    )
    manifest = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10">'
        f"{identity}<Properties><DisplayName>{escape(package.display_name or package.name)}</DisplayName></Properties>"
        "</Package>"
    )
    return manifest.encode()


def build(package: AppPackage, files: Mapping[str, bytes]) -> bytes:
    """A package file of this identity with these further files, always the same bytes."""
    content = {MANIFEST: manifest_of(package), **files}
    if package.signed:
        content[SIGNATURE] = b"PKCX"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return stream.getvalue()


def files(content: bytes) -> dict[str, bytes]:
    """The files in a package, by path with back slashes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name.replace("/", "\\"): archive.read(name) for name in archive.namelist() if not name.endswith("/")}
