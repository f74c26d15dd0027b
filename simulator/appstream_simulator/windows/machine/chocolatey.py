# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Chocolatey on a disk: its own files and settings, the packages it has, and the feeds of the shelf.

Its settings are in chocolatey.config, an XML file that win_chocolatey_source and win_chocolatey_config read themselves;
pins are files below .chocolatey (Chocolatey's documentation: "Chocolatey configuration", "Pin command"; its source).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from xml.etree import ElementTree

from . import environment, program_files
from .disk import Disk
from .shelf import ChocolateyPackage

ROOT = "C:\\ProgramData\\chocolatey"
CHOCO = f"{ROOT}\\bin\\choco.exe"
# The release that a bootstrap without a version installs.
VERSION = "2.4.3"
COMMUNITY_FEED = "https://community.chocolatey.org/api/v2/"

CONFIG = f"{ROOT}\\config\\chocolatey.config"
_PINS = f"{ROOT}\\.chocolatey"
# What a new installation has switched on and off, and settings with their values, as far as anything here needs them.
_FEATURES = {
    "allowEmptyChecksums": False,
    "allowEmptyChecksumsSecure": True,
    "allowGlobalConfirmation": False,
    "autoUninstaller": True,
    "checksumFiles": True,
    "disableCompatibilityChecks": False,
    "exitOnRebootDetected": False,
    "failOnAutoUninstaller": False,
    "failOnInvalidOrMissingLicense": False,
    "failOnStandardError": False,
    "ignoreInvalidOptionsSwitches": True,
    "ignoreUnfoundPackagesOnUpgradeOutdated": False,
    "logEnvironmentValues": False,
    "logValidationResultsOnWarnings": True,
    "logWithoutColor": False,
    "powershellHost": True,
    "removePackageInformationOnUninstall": False,
    "scriptsCheckLastExitCode": False,
    "showDownloadProgress": True,
    "showNonElevatedWarnings": True,
    "skipPackageUpgradesWhenNotInstalled": False,
    "stopOnFirstPackageFailure": False,
    "useEnhancedExitCodes": False,
    "useFipsCompliantChecksums": False,
    "useHttpCache": True,
    "usePackageExitCodes": True,
    "usePackageHashValidation": False,
    "usePackageRepositoryOptimizations": True,
    "useRememberedArgumentsForUpgrades": False,
    "virusCheck": False,
}
_SETTINGS = {
    "cacheLocation": "",
    "commandExecutionTimeoutSeconds": "2700",
    "containsLegacyPackageInstalls": "true",
    "defaultPushSource": "",
    "defaultTemplateName": "",
    "proxy": "",
    "proxyBypassList": "",
    "proxyBypassOnLocal": "true",
    "proxyPassword": "",
    "proxyUser": "",
    "upgradeAllExceptions": "",
    "webRequestTimeoutSeconds": "30",
}
_VERSION_ELEMENT = re.compile(r"<version>([^<]*)</version>")
# Version of .NET Framework that each Windows brings (Microsoft: ".NET Framework versions and dependencies").
NET_FRAMEWORK = {
    "WINDOWS_SERVER_2016": "4.6.01586",
    "WINDOWS_SERVER_2019": "4.7.03190",
    "WINDOWS_SERVER_2022": "4.8.04161",
    "WINDOWS_SERVER_2025": "4.8.09032",
    "WINDOWS_11": "4.8.09032",
}


def is_installed(disk: Disk) -> bool:
    """Whether choco.exe is where the environment or the default says."""
    return disk.is_file(CHOCO)


def bootstrap(disk: Disk, version: str) -> None:
    """What install.ps1 does: the program, ChocolateyInstall, and its folder on the machine's PATH."""
    for path in (CHOCO, f"{ROOT}\\choco.exe"):
        disk.make_directories(path.rpartition("\\")[0])
        disk.write(path, program_files.content(path, version))
    disk.make_directories(f"{ROOT}\\logs")
    _write_config(disk, _new_config())
    disk.registry.set(environment.MACHINE_KEY, "ChocolateyInstall", ROOT)
    path = disk.registry.texts(environment.MACHINE_KEY).get("Path", "")
    disk.registry.set(environment.MACHINE_KEY, "Path", f"{path};{ROOT}\\bin", "ExpandString")
    add(disk, "chocolatey", version)


def installed(disk: Disk) -> dict[str, str]:
    """Version of each package, by lower-case name: what `choco list` says."""
    found = {}
    for name in disk.list(f"{ROOT}\\lib") if disk.is_directory(f"{ROOT}\\lib") else []:
        path = f"{ROOT}\\lib\\{name}\\{name}.nuspec"
        version = _VERSION_ELEMENT.search(disk.read(path).decode()) if disk.is_file(path) else None
        if version:
            found[name.lower()] = version[1]
    return found


def add(disk: Disk, name: str, version: str) -> None:
    """Keep a package's files."""
    folder = f"{ROOT}\\lib\\{name}"
    disk.make_directories(folder)
    metadata = f"<metadata><id>{name}</id><version>{version}</version></metadata>"
    disk.write(f"{folder}\\{name}.nuspec", f"<package>{metadata}</package>\n".encode())
    disk.write(f"{folder}\\{name}.nupkg", f"PK {name} {version}\n".encode())


def remove(disk: Disk, name: str) -> None:
    """Forget a package."""
    disk.remove(f"{ROOT}\\lib\\{name}")
    unpin(disk, name)


@dataclass(frozen=True)
class Source:
    """Where packages come from.

    Attributes:
        priority: of several, the lowest above 0 is asked first; 0 comes last.
    """

    name: str
    url: str
    disabled: bool = False
    user: str = ""
    password: str = ""
    certificate: str = ""
    priority: int = 0
    bypass_proxy: bool = False
    allow_self_service: bool = False
    admin_only: bool = False


def _new_config() -> ElementTree.Element:
    root = ElementTree.Element("chocolatey")
    settings = ElementTree.SubElement(root, "config")
    for key, value in _SETTINGS.items():
        ElementTree.SubElement(settings, "add", key=key, value=value, description="")
    sources_element = ElementTree.SubElement(root, "sources")
    sources_element.append(_source_element(Source("chocolatey", COMMUNITY_FEED)))
    features_element = ElementTree.SubElement(root, "features")
    for name, enabled in _FEATURES.items():
        attributes = {"enabled": _truth(enabled), "setExplicitly": "false", "description": ""}
        ElementTree.SubElement(features_element, "feature", {"name": name, **attributes})
    ElementTree.SubElement(root, "apiKeys")
    return root


def _truth(value: bool) -> str:
    return str(value).lower()


def _source_element(source: Source) -> ElementTree.Element:
    attributes = {
        "id": source.name,
        "value": source.url,
        "disabled": _truth(source.disabled),
        "bypassProxy": _truth(source.bypass_proxy),
        "selfService": _truth(source.allow_self_service),
        "adminOnly": _truth(source.admin_only),
        "priority": str(source.priority),
    }
    secrets = {"user": source.user, "password": source.password, "certificate": source.certificate}
    return ElementTree.Element("source", attributes | {name: text for name, text in secrets.items() if text})


def _read_config(disk: Disk) -> ElementTree.Element:
    """A missing or damaged file is made again by Chocolatey."""
    try:
        return ElementTree.fromstring(disk.read(CONFIG)) if disk.is_file(CONFIG) else _new_config()
    except ElementTree.ParseError:
        return _new_config()


def _write_config(disk: Disk, root: ElementTree.Element) -> None:
    ElementTree.indent(root)
    disk.make_directories(CONFIG.rpartition("\\")[0])
    disk.write(CONFIG, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


@contextmanager
def _section(disk: Disk, name: str) -> Iterator[ElementTree.Element]:
    """A section of the configuration, which is written when the context ends."""
    root = _read_config(disk)
    found = root.find(name)
    yield ElementTree.SubElement(root, name) if found is None else found
    _write_config(disk, root)


def sources(disk: Disk) -> list[Source]:
    """The configured sources, in their order in the file."""
    return [
        Source(
            name=element.get("id", ""),
            url=element.get("value", ""),
            disabled=element.get("disabled") == "true",
            user=element.get("user", ""),
            password=element.get("password", ""),
            certificate=element.get("certificate", ""),
            priority=int(element.get("priority", "0")),
            bypass_proxy=element.get("bypassProxy") == "true",
            allow_self_service=element.get("selfService") == "true",
            admin_only=element.get("adminOnly") == "true",
        )
        for element in _read_config(disk).iterfind("sources/source")
    ]


def set_source(disk: Disk, source: Source) -> None:
    """Add a source, or replace the one of its name; its password is not kept readable."""
    hidden = f"encrypted:{hashlib.sha256(source.password.encode()).hexdigest()}" if source.password else ""
    element = _source_element(source)
    if hidden:
        element.set("password", hidden)
    with _section(disk, "sources") as section:
        _drop(section, "id", source.name)
        section.append(element)


def remove_source(disk: Disk, name: str) -> bool:
    """Forget a source; says whether there was one."""
    with _section(disk, "sources") as section:
        return _drop(section, "id", name)


def _drop(section: ElementTree.Element, attribute: str, value: str) -> bool:
    found = [element for element in section if element.get(attribute, "").lower() == value.lower()]
    for element in found:
        section.remove(element)
    return bool(found)


def features(disk: Disk) -> dict[str, bool]:
    """Whether each feature is switched on."""
    found = _read_config(disk).iterfind("features/feature")
    return {element.get("name", ""): element.get("enabled") == "true" for element in found}


def set_feature(disk: Disk, name: str, *, enabled: bool) -> bool:
    """Switch a feature on or off; False when there is none of the name."""
    with _section(disk, "features") as section:
        found = [element for element in section if element.get("name", "").lower() == name.lower()]
        for element in found:
            element.set("enabled", _truth(enabled))
            element.set("setExplicitly", "true")
    return bool(found)


def settings(disk: Disk) -> dict[str, str]:
    """The settings of the section `config`."""
    return {element.get("key", ""): element.get("value", "") for element in _read_config(disk).iterfind("config/add")}


def set_setting(disk: Disk, name: str, value: str) -> None:
    """Set a setting; an empty value is what `choco config unset` leaves."""
    with _section(disk, "config") as section:
        found = next((element for element in section if element.get("key", "").lower() == name.lower()), None)
        if found is None:
            found = ElementTree.SubElement(section, "add", key=name, value="", description="")
        found.set("value", value)


def pins(disk: Disk) -> dict[str, str]:
    """The version at which each pinned package is held, by lower-case name."""
    return {name: version for name, version in installed(disk).items() if disk.is_file(_pin(name, version))}


def _pin(name: str, version: str) -> str:
    return f"{_PINS}\\{name.lower()}.{version}\\.pin"


def pin(disk: Disk, name: str) -> bool:
    """Hold a package at its version; False when it is not installed."""
    version = installed(disk).get(name.lower())
    if version is None:
        return False
    disk.make_directories(_pin(name, version).rpartition("\\")[0])
    disk.write(_pin(name, version), b"")
    return True


def unpin(disk: Disk, name: str) -> None:
    """Let a package go on."""
    for folder in disk.list(_PINS) if disk.is_directory(_PINS) else []:
        held, _dot, _version = folder.partition(".")
        path = f"{_PINS}\\{folder}\\.pin"
        if (folder.lower().startswith(f"{name.lower()}.") or held.lower() == name.lower()) and disk.is_file(path):
            disk.remove(path)


def feeds(disk: Disk, source: str | None) -> list[str]:
    """The feeds that are asked, the most important first.

    Args:
        source: URLs or names of sources, with semicolons between; without it, all that are not disabled.
    """
    known = sources(disk)
    if not source:
        enabled = [item for item in known if not item.disabled]
        return [item.url for item in sorted(enabled, key=lambda item: (item.priority == 0, item.priority))]
    by_name = {item.name.lower(): item.url for item in known}
    return [by_name.get(name.strip().lower(), name.strip()) for name in source.split(";") if name.strip()]


def find(
    packages: Iterable[ChocolateyPackage],
    name: str,
    version: str | None,
    asked: Iterable[str],
    *,
    prerelease: bool = False,
) -> ChocolateyPackage | None:
    """A package of the first feed that has it: of this version, or else the newest.

    Args:
        asked: feeds, the most important first; see `feeds`.
        prerelease: whether versions such as 1.0-beta count; one that is asked for by its version does not without it.
    """
    fitting = [
        package
        for package in packages
        if package.name.lower() == name.lower()
        and version in (None, package.version)
        and (prerelease or not is_prerelease(package.version))
    ]
    for feed in asked:
        found = [item for item in fitting if _same(item.source or COMMUNITY_FEED, feed)]
        if found:
            return max(found, key=lambda package: order(package.version))
    return None


def _same(one: str, other: str) -> bool:
    return one.rstrip("/").lower() == other.rstrip("/").lower()


def is_prerelease(version: str) -> bool:
    """Whether a version is one of those that come before it (1.0-beta)."""
    return "-" in version


def numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version."""
    return tuple(int(number) for number in re.findall(r"\d+", version.partition("-")[0]))


def order(version: str) -> tuple[tuple[int, ...], bool, str]:
    """A version to be compared with others; one with a label comes before the one without."""
    return numbers(version), not is_prerelease(version), version.partition("-")[2].lower()
