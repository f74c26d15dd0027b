# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The installer shelf: what installers and other files exist in the simulated world, where, and what each one installs.

An installer is described in YAML. Its file is made from the description, always the same bytes for the same entry, and
is recognised by those bytes wherever it was downloaded or copied to. A shelf file may also describe plain files, shares
for certain accounts, and packages of a Chocolatey feed.
"""

from __future__ import annotations

import hashlib
import json
import ntpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import yaml

from . import appx, program_files
from .shares import Share, Shares
from .windows_updates import WindowsUpdate

BUILT_IN_SHELF = Path(__file__).with_name("built_in_shelf.yml")
# The first bytes of an OLE compound file, which is what an MSI is, and of a program.
MSI_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
EXE_MAGIC = b"MZ"

SIGNATURE_STATUSES = (
    "Valid",
    "UnknownError",
    "NotSigned",
    "HashMismatch",
    "NotTrusted",
    "NotSupportedFileFormat",
    "Incompatible",
)
_UNITS = {"": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}

_Item = TypeVar("_Item")


class ShelfError(ValueError):
    """A shelf file does not describe installers properly."""


@dataclass(frozen=True)
class InstalledFile:
    """A file an installer puts on the disk: `text` or `content`, or else a pretend program with this version."""

    path: str
    version: str = ""
    text: str | None = None
    content: bytes | None = None

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        if self.content is not None:
            return self.content
        return program_files.content(self.path, self.version) if self.text is None else self.text.encode()


@dataclass(frozen=True)
class InstalledRegistryValue:
    """A registry value an installer writes."""

    key: str
    name: str = ""
    data: str | int | bytes | list[str] = ""
    type: str = "String"


@dataclass(frozen=True)
class InstalledService:
    """A service an installer sets up; unless it says otherwise one that starts automatically is `started`, too."""

    name: str
    path: str
    display_name: str = ""
    start_mode: str = "auto"
    started: bool | None = None


@dataclass(frozen=True)
class ExitCodeRule:
    """An exit code the installer ends with when its arguments match a regular expression."""

    arguments: str
    exit_code: int


@dataclass(frozen=True)
class Uninstaller:
    """The program that removes what an EXE installed, and what makes it silent."""

    path: str
    silent_arguments: tuple[str, ...] = ()
    seconds: float = 5.0


@dataclass(frozen=True)
class Installer:
    """One entry of the shelf.

    Attributes:
        name: of the entry; unique on the shelf.
        kind: `msi`, `exe`, `msix`, or `file` for one that is no installer of the shelf's.
        urls, unc_paths: where the file can be had; the last part is its name.
        require_headers, basic_auth: what a request must bring, else the web server answers 403 or 401.
        content_from: a `file`'s content, taken from this file (relative to the shelf's); `text` is the other way.
        sha256: of a real installer's file, to have that recognised too.
        display_name, display_version, publisher: as under Programs and Features.
        product_code: of an MSI, in braces.
        registry_key: name of an EXE's key under Uninstall (`product_id` of win_package).
        architecture: x64, or x86 whose uninstall entry is under WOW6432Node.
        silent_arguments: without one of these (or an MSI's /q…) the installer waits for a click that never comes.
        exit_codes: looked through first; then `exit_code`. Only 0, 1641 and 3010 install anything; 1641 restarts the
            machine, 3010 leaves it waiting for a restart.
        reboot_required: a success ends with 3010.
        seconds: virtual seconds the installation takes.
        needs: paths that must exist, else the installer ends with 1603.
        hangs: it never ends.
        size: bytes that its file takes, and as many again what it installs; the bytes themselves are few.
        signer, signature_status: subject of the certificate its file is signed with, and what Windows says of that.
        per_user: it is listed for the user who installs it only.
        identity: of an msix, its name; `publisher` is the subject of its certificate.
    """

    name: str
    kind: str
    urls: tuple[str, ...] = ()
    unc_paths: tuple[str, ...] = ()
    sha256: str = ""
    display_name: str = ""
    display_version: str = "1.0.0"
    publisher: str = ""
    product_code: str = ""
    registry_key: str = ""
    architecture: str = "x64"
    install_location: str = ""
    files: tuple[InstalledFile, ...] = ()
    registry: tuple[InstalledRegistryValue, ...] = ()
    services: tuple[InstalledService, ...] = ()
    silent_arguments: tuple[str, ...] = ()
    exit_codes: tuple[ExitCodeRule, ...] = ()
    exit_code: int = 0
    reboot_required: bool = False
    seconds: float = 10.0
    needs: tuple[str, ...] = ()
    uninstaller: Uninstaller | None = None
    hangs: bool = False
    size: int = 0
    signer: str = ""
    signature_status: str = ""
    identity: str = ""
    per_user: bool = False
    text: str = ""
    content_from: str = ""
    require_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    basic_auth: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def file_name(self) -> str:
        """The installer file's own name."""
        places = [
            *(unquote(urlsplit(url).path) for url in self.urls),
            *(path.replace("\\", "/") for path in self.unc_paths),
        ]
        return places[0].rpartition("/")[2] if places else f"{self.name}.{self.kind}"

    @property
    def content(self) -> bytes:
        """The installer file."""
        if self.kind == "file":
            return Path(self.content_from).read_bytes() if self.content_from else self.text.encode()
        if self.kind == "msix":
            package = appx.AppPackage(
                self.identity, self.publisher, self.display_version, self.architecture, self.display_name
            )
            return appx.build(package, {ntpath.basename(item.path): item.data for item in self.files})
        # Only what is said of it, so that checksums stay when the simulator learns to know more about installers.
        defaults = asdict(Installer(self.name, self.kind))
        said = {
            name: value for name, value in asdict(self).items() if name in ("name", "kind") or value != defaults[name]
        }
        description = {name: value for name, value in said.items() if name not in _NOT_IN_THE_FILE}
        magic = MSI_MAGIC if self.kind == "msi" else EXE_MAGIC
        return magic + b" appstream-simulator installer\n" + json.dumps(description, sort_keys=True).encode()

    @property
    def digest(self) -> str:
        """SHA-256 of the installer file, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def uninstall_key(self) -> str:
        """The registry key that lists the product under Programs and Features."""
        view = "SOFTWARE\\WOW6432Node" if self.architecture == "x86" and not self.per_user else "SOFTWARE"
        hive = "HKCU" if self.per_user else "HKLM"
        return (
            f"{hive}\\{view}\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{self.product_code or self.registry_key}"
        )


# How the web server lets others at the file is no part of it.
_NOT_IN_THE_FILE = frozenset({"require_headers", "basic_auth"})


@dataclass(frozen=True)
class ChocolateyPackage:
    """A package of a Chocolatey feed, which installs an entry of the shelf (or nothing but itself).

    Attributes:
        source: URL of the feed; empty for the community's.
    """

    name: str
    version: str
    installs: str = ""
    source: str = ""


@dataclass(frozen=True)
class ShelfFile:
    """What one YAML file describes."""

    installers: list[Installer]
    shares: list[_PrivateShare]
    chocolatey: list[ChocolateyPackage]
    updates: list[WindowsUpdate]


@dataclass(frozen=True)
class _ShareFile:
    """A file of a private share: an installer of the shelf, a text, or the content of another file."""

    path: str
    installer: str = ""
    text: str = ""
    content_from: str = ""


@dataclass(frozen=True)
class _PrivateShare:
    path: str
    accounts: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: tuple[_ShareFile, ...] = ()


class Shelf:
    """All installers of a simulator: the built-in ones and those of the user's own files.

    Raises:
        ShelfError: a file is not a proper shelf, or a name comes twice.
        OSError: a file cannot be read.
    """

    def __init__(self, files: Iterable[Path] = ()) -> None:
        self.installers: dict[str, Installer] = {}
        self.chocolatey: list[ChocolateyPackage] = []
        self.updates: list[WindowsUpdate] = []
        shares: list[_PrivateShare] = []
        for file in (BUILT_IN_SHELF, *files):
            described = load(file)
            for installer in described.installers:
                if installer.name in self.installers:
                    raise ShelfError(f"{file}: the shelf has another installer named {installer.name}")
                self.installers[installer.name] = installer
            self.chocolatey += described.chocolatey
            self.updates += described.updates
            shares += described.shares
        self._entries = {installer.digest: installer for installer in self.installers.values()}
        self._entries.update({item.sha256.lower(): item for item in self.installers.values() if item.sha256})
        self._by_url = {url: item for item in self.installers.values() for url in item.urls}
        public = {path: item.content for item in self.installers.values() for path in item.unc_paths}
        self.shares = Shares(public, [self._share(share) for share in shares])
        for package in self.chocolatey:
            if package.installs and package.installs not in self.installers:
                raise ShelfError(f"chocolatey package {package.name}: the shelf has no installer {package.installs}")

    def _share(self, share: _PrivateShare) -> Share:
        contents = {}
        for file in share.files:
            if file.installer and file.installer not in self.installers:
                raise ShelfError(f"share {share.path}: the shelf has no installer {file.installer}")
            if file.installer:
                contents[file.path] = self.installers[file.installer].content
            else:
                contents[file.path] = Path(file.content_from).read_bytes() if file.content_from else file.text.encode()
        return Share(share.path, share.accounts, contents)

    def entry(self, content: bytes) -> Installer | None:
        """The entry of the shelf, plain files included, that has this content."""
        return self._entries.get(hashlib.sha256(content).hexdigest())

    def recognise(self, content: bytes) -> Installer | None:
        """The installer a file's content belongs to, if any."""
        entry = self.entry(content)
        return entry if entry and entry.kind != "file" else None

    def space(self, content: bytes) -> int:
        """Bytes a file with this content takes on a disk."""
        entry = self.entry(content)
        return max(len(content), entry.size if entry else 0)

    def by_url(self, url: str) -> Installer | None:
        """The installer that can be downloaded there; query and fragment do not matter."""
        return self._by_url.get(url) or self._by_url.get(url.partition("#")[0].partition("?")[0])

    def has_host(self, url: str) -> bool:
        """Whether the host of this URL exists, even if the file does not."""
        host = urlsplit(url).hostname
        return any(urlsplit(known).hostname == host for known in self._by_url)

    def by_product_code(self, product_code: str) -> Installer | None:
        """The MSI with this product code."""
        wanted = product_code.lower()
        return next((item for item in self.installers.values() if wanted and item.product_code.lower() == wanted), None)

    def by_uninstaller(self, path: str) -> Installer | None:
        """The EXE whose uninstaller is this file."""
        wanted = path.lower()
        return next(
            (item for item in self.installers.values() if item.uninstaller and item.uninstaller.path.lower() == wanted),
            None,
        )

    def listing(self) -> list[dict[str, Any]]:
        """Per installer its name, kind, file name, product, URLs, UNC paths and sha256: `shelf list` prints this."""
        return [
            {
                "name": item.name,
                "kind": item.kind,
                "file_name": item.file_name,
                "display_name": item.display_name,
                "display_version": item.display_version,
                "product_id": item.product_code or item.registry_key,
                "urls": list(item.urls),
                "unc_paths": list(item.unc_paths),
                "sha256": item.digest,
            }
            for item in self.installers.values()
        ]

    def export(self, directory: Path) -> list[Path]:
        """Write every installer file into a directory, which is created when missing; returns the files."""
        directory.mkdir(parents=True, exist_ok=True)
        written = []
        for installer in self.installers.values():
            path = directory / installer.file_name
            path.write_bytes(installer.content)
            written.append(path)
        return written


def load(file: Path) -> ShelfFile:
    """What a YAML file describes: a mapping with the lists `installers`, `shares`, `chocolatey` and `updates`.

    Raises:
        ShelfError: not such a mapping, an unknown key, or an entry that makes no sense.
    """
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ShelfError(f"{file}: {error}") from error
    entries = document.get("installers") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ShelfError(f"{file}: a mapping with a list 'installers' is expected")
    unknown = sorted(set(document) - {"installers", "shares", "chocolatey", "updates"})
    if unknown:
        raise ShelfError(f"{file}: a shelf has installers, shares, chocolatey and updates, not {', '.join(unknown)}")
    return ShelfFile(
        [_installer(file, entry) for entry in entries],
        [_private_share(file, entry) for entry in document.get("shares", ())],
        [_build(str(file), ChocolateyPackage, entry) for entry in document.get("chocolatey", ())],
        [_update(file, entry) for entry in document.get("updates", ())],
    )


def _update(file: Path, entry: Any) -> WindowsUpdate:
    update = _build(str(file), WindowsUpdate, entry)
    return replace(update, kb=str(update.kb), categories=tuple(update.categories), after=tuple(update.after))


def _private_share(file: Path, entry: Any) -> _PrivateShare:
    share = _build(str(file), _PrivateShare, entry)
    files = tuple(_build(f"{file}: {share.path}", _ShareFile, item) for item in share.files)
    accounts = {str(account): str(password) for account, password in share.accounts.items()}
    return replace(share, accounts=accounts, files=tuple(_beside(file, item) for item in files))


_FromFile = TypeVar("_FromFile", Installer, _ShareFile)


def _beside(file: Path, item: _FromFile) -> _FromFile:
    """The item with `content_from` as a path of this computer; in the shelf file it may be relative to that."""
    return replace(item, content_from=str(file.parent / item.content_from)) if item.content_from else item


_PARTS: Mapping[str, type] = {
    "files": InstalledFile,
    "registry": InstalledRegistryValue,
    "services": InstalledService,
    "exit_codes": ExitCodeRule,
}


def _installer(file: Path, entry: Any) -> Installer:
    if not isinstance(entry, dict) or not entry.get("name"):
        raise ShelfError(f"{file}: every installer is a mapping with a name")
    where = f"{file}: {entry['name']}"
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    for key, kind in _PARTS.items():
        values[key] = tuple(_build(where, kind, item) for item in entry.get(key, ()))
    if entry.get("uninstaller"):
        uninstaller = _build(where, Uninstaller, entry["uninstaller"])
        values["uninstaller"] = replace(uninstaller, silent_arguments=tuple(uninstaller.silent_arguments))
    if "size" in values:
        values["size"] = _bytes(where, values["size"])
    installer = _beside(file, _build(where, Installer, values))
    _check(where, installer)
    return replace(installer, display_name=installer.display_name or installer.name)


def _bytes(where: str, size: Any) -> int:
    found = re.fullmatch(r"(\d+)\s*(|kb|mb|gb)", str(size).strip().lower())
    if found is None:
        raise ShelfError(f"{where}: size is a number of bytes, or one with KB, MB or GB, not {size}")
    return int(found[1]) * _UNITS[found[2]]


def _build(where: str, kind: type[_Item], values: Any) -> _Item:
    known = {item.name for item in fields(kind)}  # type: ignore[arg-type]  # every kind here is a dataclass
    if not isinstance(values, dict) or set(values) - known:
        unknown = sorted(set(values) - known) if isinstance(values, dict) else values
        raise ShelfError(f"{where}: {kind.__name__} does not know {unknown}; it knows {', '.join(sorted(known))}")
    # YAML reads an unquoted 1.0 as a number.
    texts = {key: str(value) for key, value in values.items() if key.endswith("version")}
    try:
        return kind(**{**values, **texts})
    except TypeError as error:
        raise ShelfError(f"{where}: {error}") from error


def _check(where: str, installer: Installer) -> None:
    if installer.kind not in ("msi", "exe", "msix", "file"):
        raise ShelfError(f"{where}: kind is msi or exe or msix or file, not {installer.kind}")
    if installer.kind == "msix" and not (installer.identity and installer.publisher):
        raise ShelfError(f"{where}: an msix needs an identity and a publisher")
    if installer.kind == "file" and not (installer.text or installer.content_from):
        raise ShelfError(f"{where}: a file needs a text or content_from")
    if installer.signature_status not in ("", *SIGNATURE_STATUSES):
        raise ShelfError(f"{where}: signature_status is one of {', '.join(SIGNATURE_STATUSES)}")
    if installer.kind == "msi" and not re.fullmatch(
        r"\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}", installer.product_code
    ):
        raise ShelfError(f"{where}: an msi needs a product_code like {{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}}")
    if installer.kind == "exe" and not installer.registry_key:
        raise ShelfError(f"{where}: an exe needs a registry_key")
    if installer.architecture not in ("x64", "x86"):
        raise ShelfError(f"{where}: architecture is x64 or x86, not {installer.architecture}")
