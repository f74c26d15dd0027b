# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The kinds of applications, one entry each: what it takes, what tells it, how it is carried out.

A new kind is an entry here, its name in the choices of option ``install.kind`` in the documentation of module
``application``, and a function of ``installing.py`` unless one that is there will do.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from dataclasses import dataclass

_FILE = ("source", "file", "checksum", "credential", "s3_access", "s3_region", "proxy", "sources")
_PROCESS = ("arguments", "expected_return_codes", "run_as", "log_path")
_ALL = ("kind", "product_id", "creates", "reboot", "environment")
_TIMED = ("timeout", "retries", "retry_delay")
_PACKAGE = ("package", "package_version", "package_source", "arguments")
_CHOCOLATEY = (
    "package_params",
    "package_prerelease",
    "package_pinned",
    "package_ignore_checksums",
    "package_sources",
    "package_features",
    "credential",
)


@dataclass(frozen=True)
class Kind:
    """A kind of application.

    Attributes:
        summary: how it is carried out, for the guide.
        runner: function of ``installing.py`` that installs it; ``remover`` removes it, nothing when it can't be.
        options: of ``install`` that mean something to it.
        required: those it can't do without.
        extensions: of the file that is run.
        inferred_from: option of ``install`` that tells this kind, beside the extension of the file.
        collection: that the controller needs beyond ansible.windows.
        signed: whether files of it may carry an Authenticode signature.
    """

    summary: str
    runner: str
    options: tuple[str, ...]
    required: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    inferred_from: str = ""
    remover: str = ""
    collection: str = ""
    signed: bool = False


_SOURCE = ("source",)
_RUN = (*_ALL, *_TIMED, *_FILE)
_EXE = (*_RUN, *_PROCESS, "signer", "unattended")
_MSI = (*_RUN, *_PROCESS, "signer", "transforms")

KINDS: dict[str, Kind] = {
    "msi": Kind(
        "ansible.windows.win_package, quiet, with a log",
        "package", _MSI, _SOURCE, (".msi",), remover="product", signed=True,
    ),
    "exe": Kind(
        "ansible.windows.win_package; with unattended answers ansible.windows.win_command",
        "package", _EXE, _SOURCE, (".exe",), remover="product", signed=True,
    ),
    "msp": Kind(
        "ansible.windows.win_package, quiet, with a log",
        "package", (*_RUN, *_PROCESS, "signer"), _SOURCE, (".msp",), signed=True,
    ),
    "msix": Kind(
        "dism.exe /Add-ProvisionedAppxPackage: for all users that come later",
        "command", (*_RUN, "expected_return_codes", "signer"), ("source", "product_id"),
        (".msix", ".msixbundle", ".appx", ".appxbundle"), remover="provisioned_package", signed=True,
    ),
    "msu": Kind(
        "wusa.exe /quiet /norestart",
        "command", (*_RUN, "expected_return_codes", "signer"), _SOURCE, (".msu",), signed=True,
    ),
    "archive": Kind(
        "community.windows.win_unzip, or tar.exe for what is no .zip, into destination, then shortcuts",
        "archive", (*_RUN, "destination", "shortcuts"), ("source", "destination"),
        (".zip", ".7z", ".iso", ".tar", ".tar.gz", ".tgz"), remover="archive",
    ),
    "script": Kind(
        "powershell.exe -File, cmd.exe /c",
        "command", (*_RUN, *_PROCESS, "signer", "unattended"), _SOURCE, (".ps1", ".cmd", ".bat"), signed=True,
    ),
    "reg": Kind("reg.exe import", "command", _RUN, _SOURCE, (".reg",)),
    "driver": Kind(
        "pnputil.exe /add-driver /install",
        "command", (*_RUN, "expected_return_codes"), _SOURCE, (".inf",),
    ),
    "font": Kind(
        "copied to the folder of fonts and registered for all users",
        "font", _RUN, _SOURCE, (".ttf", ".otf", ".ttc"), remover="font",
    ),
    "chocolatey": Kind(
        "chocolatey.chocolatey.win_chocolatey",
        "chocolatey", (*_ALL, *_TIMED, *_PACKAGE, *_CHOCOLATEY), ("package",),
        inferred_from="package", remover="chocolatey", collection="chocolatey.chocolatey",
    ),
    "winget": Kind(
        "winget.exe install --scope machine, where the builder has it",
        "command", (*_ALL, *_TIMED, *_PACKAGE, "expected_return_codes"), ("package",), remover="winget",
    ),
    "windows_feature": Kind(
        "ansible.windows.win_feature",
        "windows_feature", (*_ALL, *_TIMED, "features"), ("features",),
        inferred_from="features", remover="windows_feature",
    ),
    "role": Kind(
        "the role, with vars as its parameters, and then its handlers",
        "role", (*_ALL, "role", "vars"), ("role",), inferred_from="role",
    ),
}  # fmt: skip
"""All kinds, by the name that ``install.kind`` takes."""

NONE = "none"
"""The kind of an application that says nothing of its installation."""

ARCHIVES = KINDS["archive"].extensions

KIND_BY_EXTENSION = {extension: name for name, kind in KINDS.items() for extension in kind.extensions}

REMOVABLE = tuple(name for name, kind in KINDS.items() if kind.remover)

# What a kind can't do without to be removed, where that is not what installs it.
REQUIRED_FOR_REMOVAL = {
    **dict.fromkeys(("msi", "exe", "msix"), ("product_id",)),
    "archive": ("destination",),
    "font": ("file",),
}
