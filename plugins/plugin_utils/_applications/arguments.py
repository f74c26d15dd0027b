# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The arguments of installers: placeholders in them, and how a command line is quoted.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Union

from ansible_collections.euc.appstream.plugins.plugin_utils._applications.sources import extension

APPLICATION_FOLDER = "%APPLICATION_FOLDER%"
VARIABLE = "application_folder"
"""Variable of recipes whose value that placeholder is."""

_CREDENTIAL = re.compile(r"%CREDENTIAL:([^%.]+)\.([^%]+)%", re.IGNORECASE)
# At once: what one of them stands for is not read for another.
_PLACEHOLDER = re.compile(rf"{re.escape(APPLICATION_FOLDER)}|{_CREDENTIAL.pattern}", re.IGNORECASE)


def resolved(value: Any, folder: str, credentials: Mapping[str, Any]) -> Any:
    """The value with its placeholders replaced, in lists and dictionaries too. Credentials have been checked."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: str(credentials[found[1]][found[2]]) if found[1] else folder, value)
    if isinstance(value, Mapping):
        return {key: resolved(one, folder, credentials) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [resolved(one, folder, credentials) for one in value]
    return value


def has_secret(value: Any) -> bool:
    """Whether a text, or one within the value, names a secret."""
    return any(_CREDENTIAL.search(text) for text in _texts(value))


def placeholder_problems(value: Any, credentials: Mapping[str, Any]) -> Iterator[str]:
    """Secrets that are named and not there."""
    named = {found.groups() for text in _texts(value) for found in _CREDENTIAL.finditer(text)}
    for name, key in sorted(named):
        entry = credentials.get(name)
        if not isinstance(entry, Mapping) or not entry.get(key):
            yield (
                f"%CREDENTIAL:{name}.{key}% names a secret that install_applications_credentials doesn't have: add "
                f"{key} to its entry {name}"
            )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)


Arguments = Union[str, Sequence[str]]

# win_package gives msiexec these itself; a second time they only add noise to the command line.
_MSI_OWN_ARGUMENT = re.compile(r"(?i)/(q|qn|quiet|passive|norestart)")
# "Setting Public Property Values on the Command Line" of Windows Installer; names of properties may have dots.
_MSI_PROPERTY = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*)=(.*)", re.DOTALL)
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_POWERSHELL = ("powershell.exe", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File")
_WINGET_CONSENT = ("--accept-source-agreements", "--disable-interactivity")


def is_text(arguments: Any) -> bool:
    """Whether arguments are a command line as it stands."""
    return isinstance(arguments, str)


def joined(arguments: Arguments) -> str:
    """One text of arguments, quoted as programs of Windows that use the C runtime read them."""
    return str(arguments) if is_text(arguments) else subprocess.list2cmdline([str(one) for one in arguments])


def msi_arguments(arguments: Arguments, transforms: Sequence[str] = ()) -> str:
    """Arguments as Windows Installer reads them: quotes stand around a property's value, and two of them for one."""
    words = [arguments] if is_text(arguments) else [_msi_word(one) for one in arguments if not _is_own(one)]
    if transforms:
        paths = ";".join(f"{APPLICATION_FOLDER}\\{name}" for name in transforms)
        words = [*words, f'TRANSFORMS="{paths}"']
    return " ".join(str(word) for word in words if word)


def _is_own(argument: str) -> bool:
    return bool(_MSI_OWN_ARGUMENT.fullmatch(str(argument)))


def _msi_word(argument: str) -> str:
    found = _MSI_PROPERTY.fullmatch(str(argument))
    if found is None:
        return f'"{argument}"' if re.search(r"\s", str(argument)) and '"' not in str(argument) else str(argument)
    name, value = found.groups()
    if _QUOTED.fullmatch(value) or (value and not re.search(r'[\s"]', value)):
        return f"{name}={value}"
    doubled = value.replace('"', '""')
    return f'{name}="{doubled}"'


def process(kind: str, path: str, install: Mapping[str, Any]) -> list[str]:
    """The program with the arguments it always gets, of a kind that is a process of its own.

    ``path`` is the file on the host; ``install`` the options.
    """
    folder_name = path.rpartition("\\")[2]
    if kind == "script":
        return [*_POWERSHELL, path] if extension(path) == ".ps1" else ["cmd.exe", "/c", folder_name]
    if kind == "winget":
        return [*_winget("install", install), "--silent", "--scope", "machine", "--accept-package-agreements"]
    return {
        "exe": [path],
        "msix": ["dism.exe", "/Online", "/Add-ProvisionedAppxPackage", f"/PackagePath:{path}", "/SkipLicense"],
        "msu": ["wusa.exe", path, "/quiet", "/norestart"],
        "reg": ["reg.exe", "import", path],
        "driver": ["pnputil.exe", "/add-driver", path, "/install"],
    }[kind]


def winget_removal(install: Mapping[str, Any]) -> list[str]:
    """The command that removes a package of winget."""
    return [*_winget("uninstall", install), "--silent"]


def _winget(verb: str, install: Mapping[str, Any]) -> list[str]:
    """Command of winget for one package, see "Use the WinGet tool to install and manage applications"."""
    line = ["winget.exe", verb, "--id", str(install["package"]), "--exact", *_WINGET_CONSENT]
    for option, value in (("--version", install.get("package_version")), ("--source", install.get("package_source"))):
        line += [option, str(value)] if value else []
    if verb == "install" and install.get("arguments"):
        line += ["--custom", joined(install["arguments"])]
    return line


def command(argv: Sequence[str], arguments: Arguments) -> dict[str, Any]:
    """Options of ``win_command`` for a program with arguments: a list as a list, a text as it stands."""
    if is_text(arguments):
        parts = [subprocess.list2cmdline(list(argv)), str(arguments).strip()]
        return {"_raw_params": " ".join(part for part in parts if part)}
    return {"argv": [*argv, *(str(one) for one in arguments)]}
