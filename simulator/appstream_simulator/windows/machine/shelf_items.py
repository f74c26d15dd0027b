# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an entry of the installer shelf says of an installer or another file, and the bytes that stand for it."""

from __future__ import annotations

import hashlib
import json
import ntpath
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import appx, archives, program_files

# The first bytes of an OLE compound file, which is what an MSI is, and of a program.
MSI_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
EXE_MAGIC = b"MZ"
# A standalone update is a cabinet.
CABINET_MAGIC = b"MSCF"


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
class NeededFile:
    """A file without which an installer ends, such as an answer file or a licence.

    Attributes:
        path: it, or its name in the working directory; empty for one that an argument names.
        argument: what names it; not given is as bad as a file that is not there.
        attached: the name follows the argument without anything between (`-f1silent.iss`).
        exit_code, message: how the installer ends without it.
    """

    path: str = ""
    argument: str = ""
    attached: bool = False
    exit_code: int = 1
    message: str = ""


@dataclass(frozen=True)
class ContainedFile:
    """A file of a share or an archive: an entry of the shelf, a text, or the content of another file.

    Attributes:
        data: its bytes, as the shelf fills them in.
    """

    path: str
    installer: str = ""
    text: str = ""
    content_from: str = ""
    data: bytes = b""


@dataclass(frozen=True)
class Uninstaller:
    """The program that removes what an EXE installed, and what makes it silent."""

    path: str
    silent_arguments: tuple[str, ...] = ()
    seconds: float = 5.0


@dataclass(frozen=True)
class Installer:
    """One entry of the shelf. What it writes may depend on what it is given; see `installer_values`.

    Attributes:
        name: of the entry; unique on the shelf.
        kind: `msi`, `exe`, `msix`, `mst` (a transform), `msp` (a patch), `msu` (an update), `zip`, `tar.gz`, `7z`,
            `iso`, or `file` for one that is no installer of the shelf's.
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
        needs: paths that must exist, else the installer ends with 1603; or files that end it as they say.
        requires_arguments: names of arguments that must be given with a value, else it ends with 1.
        command_line: how an EXE reads its arguments: `nsis`, `inno` or `installshield`; see `setup_command_lines`.
        directory_property: the property of an MSI that says where to install.
        applies_to: of a transform or a patch, the name of the MSI's entry.
        properties: which a transform sets.
        contents: the files in an archive or an image.
        patch_code: of a patch, in braces.
        kb, platforms: of an update, its number without `KB`, and the platforms it is for (none: all).
        patched_version: what DisplayVersion says after a patch; empty: as before.
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
    needs: tuple[str | NeededFile, ...] = ()
    requires_arguments: tuple[str, ...] = ()
    command_line: str = ""
    directory_property: str = "INSTALLDIR"
    applies_to: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    contents: tuple[ContainedFile, ...] = ()
    patch_code: str = ""
    patched_version: str = ""
    kb: str = ""
    platforms: tuple[str, ...] = ()
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
        if self.kind in archives.KINDS:
            return archives.build(self.kind, self.contained or {})
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
        magic = {"exe": EXE_MAGIC, "msu": CABINET_MAGIC}.get(self.kind, MSI_MAGIC)
        return magic + b" appstream-simulator installer\n" + json.dumps(description, sort_keys=True).encode()

    @property
    def contained(self) -> dict[str, bytes] | None:
        """Content of the files in an archive or an image by their paths in it; None for anything else."""
        return {file.path: file.data for file in self.contents} if self.kind in archives.KINDS else None

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
