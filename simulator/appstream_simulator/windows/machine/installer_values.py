# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
r"""What an installation is given, and what an installer of the shelf writes because of it.

Texts of an entry may contain `{directory}` (where it is installed), `{argument:NAME}` (an MSI's property, or the value
of an argument), `{environment:NAME}` and `{file:NAME}` (the content of the file that the argument names), the last
three also with a default: `{argument:NAME=text}`. In paths and keys only `{directory}` has a meaning, since removing a
product must find them again: Programs and Features keeps it as InstallLocation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from . import setup_command_lines
from .disk import Disk
from .shelf_items import InstalledFile, InstalledRegistryValue, InstalledService, Installer, NeededFile

_DIRECTORY = "{directory}"
_PLACEHOLDER = re.compile(
    r"\{(?P<kind>argument|environment|file):(?P<name>[^{}=\r\n]++)(?:=(?P<default>[^{}\r\n]*+))?\}"
)


@dataclass(frozen=True)
class Given:
    """What an installation is given.

    Attributes:
        arguments: what follows the program's name.
        properties: of an MSI, by upper-case name.
        environment: variables of the process.
        read: content of a file, by its path from the working directory on; None when there is none.
    """

    arguments: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    read: Callable[[str], bytes | None] = lambda _path: None


def paths(installer: Installer) -> list[str]:
    """The paths, keys and names that an entry writes."""
    found = [*(item.path for item in installer.files), *(item.path for item in installer.services)]
    found += [text for item in installer.registry for text in (item.key, item.name)]
    return [*found, *([installer.uninstaller.path] if installer.uninstaller else [])]


def depends_on_arguments(text: str) -> bool:
    """Whether a text has a placeholder of what an installation is given."""
    return _PLACEHOLDER.search(text) is not None


def argument(given: Given, name: str, *, attached: bool = False) -> str | None:
    """The value of an argument: `NAME=value`, `/NAME:value`, `-name value`; None when it is not given.

    Args:
        attached: the value follows the name without anything between.
    """
    if name.upper() in given.properties:
        return given.properties[name.upper()]
    wanted = name.lower().lstrip("/-")
    words = setup_command_lines.words(given.arguments)
    for word, following in zip(words, [*words[1:], ""]):
        bare = word.lstrip("/-")
        if attached and bare.lower().startswith(wanted):
            return bare[len(wanted) :]
        if bare.lower() == wanted and word != bare:
            return "" if re.match(r"/[A-Za-z]|-", following) else following
        if bare.lower().startswith((f"{wanted}=", f"{wanted}:")):
            return bare[len(wanted) + 1 :].strip('"')
    return None


def missing(given: Given, installer: Installer) -> tuple[int, str] | None:
    """Exit code and message when the installer lacks an argument or a file that it needs."""
    for name in installer.requires_arguments:
        if not argument(given, name):
            return 1, f"Missing argument: {name}"
    for needed in installer.needs:
        if isinstance(needed, NeededFile):
            path = (
                (argument(given, needed.argument, attached=needed.attached) or "") if needed.argument else needed.path
            )
            if not path or given.read(path) is None:
                what = f"Cannot find {path}" if path else f"Missing argument: {needed.argument}"
                return needed.exit_code, needed.message or what
    return None


def resolve(installer: Installer, given: Given, directory: str) -> Installer:
    """The installer as it is with what it was given, in this directory (empty: its own one)."""
    place = directory or installer.install_location

    def path(text: str) -> str:
        return text.replace(_DIRECTORY, place)

    def value(text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: _value(given, found), path(text))

    return replace(
        _in_directory(installer, place),
        files=tuple(_file(item, path, value) for item in installer.files),
        registry=tuple(_registry_value(item, path, value) for item in installer.registry),
    )


def as_installed(disk: Disk, installer: Installer) -> Installer:
    """The installer with the paths it has where it was installed."""
    place = disk.registry.texts(installer.uninstall_key).get("InstallLocation") or installer.install_location

    def path(text: str) -> str:
        return text.replace(_DIRECTORY, place)

    return replace(
        _in_directory(installer, place),
        files=tuple(replace(item, path=path(item.path)) for item in installer.files),
        registry=tuple(replace(item, key=path(item.key), name=path(item.name)) for item in installer.registry),
    )


def _in_directory(installer: Installer, place: str) -> Installer:
    uninstaller = installer.uninstaller
    if uninstaller:
        uninstaller = replace(uninstaller, path=uninstaller.path.replace(_DIRECTORY, place))
    services = tuple(_service(item, place) for item in installer.services)
    return replace(installer, install_location=place, uninstaller=uninstaller, services=services)


def _service(service: InstalledService, place: str) -> InstalledService:
    return replace(service, path=service.path.replace(_DIRECTORY, place))


def _file(item: InstalledFile, path: Callable[[str], str], value: Callable[[str], str]) -> InstalledFile:
    return replace(item, path=path(item.path), text=None if item.text is None else value(item.text))


def _registry_value(
    item: InstalledRegistryValue, path: Callable[[str], str], value: Callable[[str], str]
) -> InstalledRegistryValue:
    data = value(item.data) if isinstance(item.data, str) else item.data
    return replace(item, key=path(item.key), name=path(item.name), data=data)


def _value(given: Given, found: re.Match[str]) -> str:
    name, default = found["name"], found["default"] or ""
    if found["kind"] == "environment":
        values = {key.upper(): text for key, text in given.environment.items()}
        return values.get(name.upper(), default)
    text = argument(given, name)
    if found["kind"] == "argument":
        return default if text is None else text
    content = given.read(text) if text else None
    return default if content is None else content.decode("utf-8-sig", errors="replace")
