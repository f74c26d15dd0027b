# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The installer shelf: what installers and other files exist in the simulated world, where, and what each one installs.

An installer is described in YAML. Its file is made from the description, always the same bytes for the same entry, and
is recognised by those bytes wherever it was downloaded or copied to. A shelf file may also describe plain files, shares
for certain accounts, and packages of a Chocolatey feed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import yaml

from . import archives, installer_values, setup_command_lines
from .shares import Share, Shares
from .shelf_items import (
    ContainedFile,
    ExitCodeRule,
    InstalledFile,
    InstalledRegistryValue,
    InstalledService,
    Installer,
    NeededFile,
    Uninstaller,
)
from .windows_updates import WindowsUpdate

BUILT_IN_SHELF = Path(__file__).with_name("built_in_shelf.yml")

SIGNATURE_STATUSES = (
    "Valid",
    "UnknownError",
    "NotSigned",
    "HashMismatch",
    "NotTrusted",
    "NotSupportedFileFormat",
    "Incompatible",
)
KINDS = ("msi", "exe", "msix", "mst", "msp", "msu", *archives.KINDS, "file")
_UNITS = {"": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}

_Item = TypeVar("_Item")


_LISTS = ("installers", "shares", "chocolatey", "updates", "winget", "powershell_modules")


class ShelfError(ValueError):
    """A shelf file does not describe installers properly."""


@dataclass(frozen=True)
class ChocolateyPackage:
    """A package of a Chocolatey feed, which installs an entry of the shelf (or nothing but itself).

    Attributes:
        source: URL of the feed; empty for the community's.
        parameters: what the package's script makes of its parameters, by their names: arguments of the installer, in
            which `{value}` is the parameter's. Others are ignored, as scripts do.
        checksum_differs: the installer at its vendor's is another than the package was made for.
        dependencies: names of packages that come along.
    """

    name: str
    version: str
    installs: str = ""
    source: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    checksum_differs: bool = False
    dependencies: tuple[str, ...] = ()


@dataclass(frozen=True)
class WingetPackage:
    """A package of winget's own source, which installs an entry of the shelf."""

    id: str
    version: str
    installs: str


@dataclass(frozen=True)
class PowerShellModule:
    """A module of the PowerShell Gallery; a version such as 2.0.0-beta is a prerelease."""

    name: str
    version: str


@dataclass(frozen=True)
class ShelfFile:
    """What one YAML file describes."""

    installers: list[Installer]
    shares: list[_PrivateShare]
    chocolatey: list[ChocolateyPackage]
    updates: list[WindowsUpdate]
    winget: list[WingetPackage]
    powershell_modules: list[PowerShellModule]


@dataclass(frozen=True)
class _PrivateShare:
    path: str
    accounts: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: tuple[ContainedFile, ...] = ()


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
        self.winget: list[WingetPackage] = []
        self.powershell_modules: list[PowerShellModule] = []
        shares: list[_PrivateShare] = []
        for file in (BUILT_IN_SHELF, *files):
            described = load(file)
            for installer in described.installers:
                if installer.name in self.installers:
                    raise ShelfError(f"{file}: the shelf has another installer named {installer.name}")
                self.installers[installer.name] = installer
            self.chocolatey += described.chocolatey
            self.updates += described.updates
            self.winget += described.winget
            self.powershell_modules += described.powershell_modules
            shares += described.shares
        for name in list(self.installers):
            self._fill(name)
        self._entries = {installer.digest: installer for installer in self.installers.values()}
        self._entries.update({item.sha256.lower(): item for item in self.installers.values() if item.sha256})
        self._by_url = {url: item for item in self.installers.values() for url in item.urls}
        for item in self.installers.values():
            if item.applies_to and item.applies_to not in self.installers:
                raise ShelfError(f"{item.name}: the shelf has no installer {item.applies_to}")
        public = {path: item.content for item in self.installers.values() for path in item.unc_paths}
        self.shares = Shares(public, [self._share(share) for share in shares])
        for package in self.chocolatey:
            if package.installs and package.installs not in self.installers:
                raise ShelfError(f"chocolatey package {package.name}: the shelf has no installer {package.installs}")
        for offered in self.winget:
            if offered.installs not in self.installers:
                raise ShelfError(f"winget package {offered.id}: the shelf has no installer {offered.installs}")

    def _fill(self, name: str, within: tuple[str, ...] = ()) -> None:
        """Put the bytes of its files into an archive, of archives in it first."""
        archive = self.installers[name]
        if name in within:
            raise ShelfError(f"{name}: an archive cannot be in itself")
        for file in archive.contents:
            if file.installer in self.installers:
                self._fill(file.installer, (*within, name))
        contents = tuple(replace(file, data=self._bytes(name, file)) for file in archive.contents)
        self.installers[name] = replace(archive, contents=contents)

    def _bytes(self, where: str, file: ContainedFile) -> bytes:
        if file.installer and file.installer not in self.installers:
            raise ShelfError(f"{where}: the shelf has no installer {file.installer}")
        if file.installer:
            return self.installers[file.installer].content
        return Path(file.content_from).read_bytes() if file.content_from else file.text.encode()

    def _share(self, share: _PrivateShare) -> Share:
        contents = {file.path: self._bytes(f"share {share.path}", file) for file in share.files}
        return Share(share.path, share.accounts, contents)

    def entry(self, content: bytes) -> Installer | None:
        """The entry of the shelf, plain files included, that has this content."""
        return self._entries.get(hashlib.sha256(content).hexdigest())

    def recognise(self, content: bytes) -> Installer | None:
        """The installer a file's content belongs to, if any."""
        entry = self.entry(content)
        return entry if entry and entry.kind not in ("file", *archives.KINDS) else None

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
    """What a YAML file describes: a mapping with the lists of `_LISTS`.

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
    unknown = sorted(set(document) - set(_LISTS))
    if unknown:
        raise ShelfError(f"{file}: a shelf has {', '.join(_LISTS)}, not {', '.join(unknown)}")
    return ShelfFile(
        [_installer(file, entry) for entry in entries],
        [_private_share(file, entry) for entry in document.get("shares", ())],
        [_chocolatey(file, entry) for entry in document.get("chocolatey", ())],
        [_update(file, entry) for entry in document.get("updates", ())],
        [_build(str(file), WingetPackage, entry) for entry in document.get("winget", ())],
        [_powershell_module(file, entry) for entry in document.get("powershell_modules", ())],
    )


def _update(file: Path, entry: Any) -> WindowsUpdate:
    update = _build(str(file), WindowsUpdate, entry)
    return replace(update, kb=str(update.kb), categories=tuple(update.categories), after=tuple(update.after))


def _powershell_module(file: Path, entry: Any) -> PowerShellModule:
    module = _build(str(file), PowerShellModule, entry)
    return replace(module, version=str(module.version))


def _chocolatey(file: Path, entry: Any) -> ChocolateyPackage:
    package = _build(str(file), ChocolateyPackage, entry)
    return replace(package, dependencies=tuple(package.dependencies))


def _private_share(file: Path, entry: Any) -> _PrivateShare:
    share = _build(str(file), _PrivateShare, entry)
    files = tuple(_build(f"{file}: {share.path}", ContainedFile, item) for item in share.files)
    accounts = {str(account): str(password) for account, password in share.accounts.items()}
    return replace(share, accounts=accounts, files=tuple(_beside(file, item) for item in files))


_FromFile = TypeVar("_FromFile", Installer, ContainedFile)


def _beside(file: Path, item: _FromFile) -> _FromFile:
    """The item with `content_from` as a path of this computer; in the shelf file it may be relative to that."""
    return replace(item, content_from=str(file.parent / item.content_from)) if item.content_from else item


_PARTS: Mapping[str, type] = {
    "files": InstalledFile,
    "registry": InstalledRegistryValue,
    "services": InstalledService,
    "exit_codes": ExitCodeRule,
    "contents": ContainedFile,
}


def _installer(file: Path, entry: Any) -> Installer:
    if not isinstance(entry, dict) or not entry.get("name"):
        raise ShelfError(f"{file}: every installer is a mapping with a name")
    where = f"{file}: {entry['name']}"
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    for key, kind in _PARTS.items():
        values[key] = tuple(_build(where, kind, item) for item in entry.get(key, ()))
    needs = entry.get("needs", ())
    values["needs"] = tuple(_build(where, NeededFile, item) if isinstance(item, dict) else item for item in needs)
    values["contents"] = tuple(_beside(file, item) for item in values["contents"])
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
    if installer.kind not in KINDS:
        raise ShelfError(f"{where}: kind is {' or '.join(KINDS)}, not {installer.kind}")
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
    if installer.command_line not in ("", *setup_command_lines.FORMS):
        raise ShelfError(f"{where}: command_line is one of {', '.join(setup_command_lines.FORMS)}")
    if installer.kind in ("mst", "msp") and not installer.applies_to:
        raise ShelfError(f"{where}: an {installer.kind} needs applies_to, the name of an msi")
    if installer.kind == "msp" and not installer.patch_code:
        raise ShelfError(f"{where}: an msp needs a patch_code")
    for path in installer_values.paths(installer):
        if installer_values.depends_on_arguments(path):
            raise ShelfError(f"{where}: in a path or key only {{directory}} has a meaning, not {path}")
    if installer.kind == "msu" and not installer.kb:
        raise ShelfError(f"{where}: an msu needs a kb")
    if installer.kind == "exe" and not installer.registry_key:
        raise ShelfError(f"{where}: an exe needs a registry_key")
    if installer.architecture not in ("x64", "x86"):
        raise ShelfError(f"{where}: architecture is x64 or x86, not {installer.architecture}")
